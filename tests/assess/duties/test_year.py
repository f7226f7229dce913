"""A year, day by day, with planted lapses: each announced before it happens, said while it lasts, then gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import pytest

from assess.duties.desks import acceptance, desk, document, record, vendor
from proveonce.assess.duties import Desk, duties
from proveonce.assess.duties.gaps import gaps
from proveonce.model.duty import DutyState

YEAR = [date(2026, 1, 1) + timedelta(n) for n in range(365)]
ALARMS = (DutyState.DUE, DutyState.OVERDUE, DutyState.NEVER)


@dataclass(frozen=True)
class Lapse:
    """Something that is not there in time."""

    line: str
    """What the uids of its duties begin with."""
    last_day: date
    """The last on which it would have been in time."""
    put_right: date
    next_due: date


LAPSES = [
    Lapse("control.IAM-06.", date(2026, 6, 10), date(2026, 7, 20), date(2027, 1, 20)),
    Lapse("attestation.aoc", date(2026, 5, 14), date(2026, 6, 1), date(2027, 5, 31)),
    Lapse("risk_acceptance.", date(2026, 7, 31), date(2026, 8, 20), date(2027, 8, 31)),
    Lapse("vendor.acme.document.", date(2026, 9, 29), date(2026, 10, 15), date(2027, 9, 30)),
]


def organisation() -> Desk:
    """All that will ever be known of the year; a desk on a day knows only what was done or issued by then."""
    work = [
        record("IAM-06", "2025-12-10"), record("IAM-06", "2026-07-20"),
        record("VUL-05", "2025-11-03"), record("VUL-05", "2026-05-03"), record("VUL-05", "2026-10-20"),
        record("VUL-07", "2025-12-31"), record("VUL-07", "2026-06-29"), record("VUL-07", "2026-12-28"),
        record("VEN-02", "2025-12-15"), record("VEN-02", "2026-12-15"),
        *(record("LOG-06", (day - timedelta(1)).isoformat()) for day in YEAR),
    ]  # fmt: skip
    return desk(
        *work,
        attestations=(document("aoc1", "pci_aoc", "2025-05-15", "2026-05-15"),
                      document("aoc2", "pci_aoc", "2026-06-01", "2027-06-01")),
        vendors=(vendor(document("s1", "soc2_type2", "2025-10-01", "2026-09-30"),
                        document("s2", "soc2_type2", "2026-10-15", "2027-10-01"), reviewed_on="2026-01-01"),),
        acceptances=(acceptance("x", "2026-08-01"),
                     acceptance("y", "2027-09-01", requested_on="2026-08-10", approved_on="2026-08-20")),
    )  # fmt: skip


@cache
def seen() -> dict[date, tuple[dict[str, DutyState], dict[str, str]]]:
    """Day → alarms by uid, and gaps by uid with the day they open."""
    whole, found = organisation(), {}
    for day in YEAR:
        at = replace(whole, day=day, until=day)
        known = duties(at)
        alarms = {duty.uid: duty.state for duty in known if duty.state in ALARMS}
        found[day] = alarms, {gap.duty: gap.opens_on for gap in gaps(at, known)}
    return found


def alarms_of(lapse: Lapse, day: date) -> set[DutyState]:
    return {state for uid, state in seen()[day][0].items() if uid.startswith(lapse.line)}


@pytest.mark.parametrize("lapse", LAPSES, ids=lambda lapse: lapse.line)
def test_each_lapse_is_announced_thirty_days_ahead_every_day(lapse: Lapse) -> None:
    ahead = [lapse.last_day - timedelta(n) for n in range(28)]
    assert all(alarms_of(lapse, day) == {DutyState.DUE} for day in ahead)


@pytest.mark.parametrize("lapse", LAPSES, ids=lambda lapse: lapse.line)
def test_each_lapse_is_a_gap_ninety_days_ahead_with_its_day(lapse: Lapse) -> None:
    for day in (lapse.last_day - timedelta(n) for n in range(85)):
        opens = {opens for uid, opens in seen()[day][1].items() if uid.startswith(lapse.line)}
        assert opens == {(lapse.last_day + timedelta(1)).isoformat()}


@pytest.mark.parametrize("lapse", LAPSES, ids=lambda lapse: lapse.line)
def test_each_lapse_is_overdue_from_its_first_day_until_it_is_put_right(lapse: Lapse) -> None:
    days = [day for day in YEAR if any(state is DutyState.OVERDUE for state in alarms_of(lapse, day))]
    assert (days[0], days[-1]) == (lapse.last_day + timedelta(1), lapse.put_right - timedelta(1))
    assert len(days) == (lapse.put_right - lapse.last_day).days - 1


@pytest.mark.parametrize("lapse", LAPSES, ids=lambda lapse: lapse.line)
def test_nothing_is_announced_after_it_was_put_right_until_the_next_notice(lapse: Lapse) -> None:
    quiet = [day for day in YEAR if lapse.put_right <= day < lapse.next_due - timedelta(91)]
    assert quiet
    assert not any(alarms_of(lapse, day) for day in quiet)
    assert not [uid for day in quiet for uid in seen()[day][1] if uid.startswith(lapse.line)]


def test_nothing_else_is_ever_overdue_and_what_waits_for_its_approver_is_said() -> None:
    every = {pair for alarms, _ in seen().values() for pair in alarms.items()}
    assert {pair for pair in every if pair[1] is not DutyState.DUE} == {
        ("control.IAM-06.2", DutyState.OVERDUE), ("attestation.aoc1.report", DutyState.OVERDUE),
        ("risk_acceptance.x", DutyState.OVERDUE), ("risk_acceptance.y.approval", DutyState.NEVER),
        ("vendor.acme.document.s1", DutyState.OVERDUE),
    }  # fmt: skip


def test_work_done_in_time_is_announced_and_then_done() -> None:
    said = [day for day in YEAR if "control.VUL-07.2" in seen()[day][0]]
    assert (said[0], said[-1]) == (date(2026, 5, 31), date(2026, 6, 28))
