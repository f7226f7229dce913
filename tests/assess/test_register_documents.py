"""Documents and vendors on a day: what counts, what ends, which days nobody reports on, what is open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.register_files import shipped
from proveonce.assess.registers import vendors as vendors_on
from proveonce.assess.registers.documents import NOTICE_DAYS, continuity, stand
from proveonce.model.control import ControlId
from proveonce.model.register import Attestation, AttestationKind, FileState, Responsibility, UserControl, Vendor
from proveonce.model.standing import Continuity, DocumentState

DAY = date(2026, 11, 24)
SOC2, AOC, BAA = AttestationKind.SOC2_TYPE2, AttestationKind.PCI_AOC, AttestationKind.BUSINESS_ASSOCIATE_AGREEMENT


def document(
    identifier: str, kind: AttestationKind = AOC, issued: str = "2026-01-01", to: str = "", **more: str
) -> Attestation:
    return Attestation(identifier, kind, "t", more.pop("scope", "s"), issued, to, **more)  # type: ignore[arg-type] # texts only


def report(identifier: str, start: str, end: str, issued: str = "2020-01-01") -> Attestation:
    return document(identifier, SOC2, issued, period_start=start, period_end=end)


def letter(identifier: str, start: str, end: str) -> Attestation:
    return document(identifier, AttestationKind.BRIDGE_LETTER, "2020-01-01", period_start=start, period_end=end)


def found(*entries: Attestation, day: date = DAY) -> Continuity:
    result = continuity(entries, day)
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("issued", "to", "state", "left"),
    [
        ("2026-01-01", "2026-11-24", DocumentState.EXPIRED, 0),  # the first day on which it no longer counts
        ("2026-01-01", "2026-11-25", DocumentState.EXPIRING, 1),
        ("2026-01-01", "2027-02-22", DocumentState.EXPIRING, 90),
        ("2026-01-01", "2027-02-23", DocumentState.CURRENT, 91),
        ("2026-11-24", "2027-11-24", DocumentState.CURRENT, 365),
        ("2026-11-25", "2027-11-25", DocumentState.NOT_YET, None),
        ("2026-01-01", "", DocumentState.CURRENT, None),
        ("", "2027-01-01", DocumentState.DRAFT, None),
    ],
)
def test_state_of_a_document_at_the_edges_of_its_days(
    issued: str, to: str, state: DocumentState, left: int | None
) -> None:
    (standing,) = stand([document("a", issued=issued, to=to)], DAY)
    assert (standing.state, standing.days_left) == (state, left)


def test_every_kind_has_a_notice() -> None:
    assert set(NOTICE_DAYS) == set(AttestationKind)


def test_an_ended_document_is_superseded_by_its_own_kind_and_scope_alone() -> None:
    old = document("old", to="2026-06-01", scope="The  Platform")
    new = document("new", to="2027-06-01", scope="the platform")
    other = document("other", to="2027-06-01", scope="the data centre")
    assert [s.state for s in stand([old, new], DAY)] == [DocumentState.SUPERSEDED, DocumentState.CURRENT]
    assert stand([old, other], DAY)[0].state is DocumentState.EXPIRED
    assert stand([old, document("x", AttestationKind.ISO_27001, scope="the platform")], DAY)[0].state.value == "expired"
    draft = document("draft", issued="", scope="the platform")
    assert stand([old, draft], DAY)[0].state is DocumentState.EXPIRED


def test_what_a_reader_must_know_of_file_and_opinion_is_said() -> None:
    altered = Attestation("a", AOC, "t", "s", "2026-01-01", "", file="x.pdf", file_state=FileState.ALTERED,
                          opinion="adverse")  # fmt: skip
    (standing,) = stand([altered], DAY)
    assert standing.notes == ("its file x.pdf is another than its digest says", "its opinion is adverse")
    assert stand([document("b", opinion="unqualified")], DAY)[0].notes == ()


def test_reports_that_touch_leave_no_gap_and_a_missing_day_is_named() -> None:
    first, second = report("a", "2024-01-01", "2024-12-31"), report("b", "2025-01-01", "2025-12-31")
    assert found(second, first).gaps == ()
    assert found(second, first).reports == ("a", "b")
    late = report("b", "2025-01-02", "2025-12-31")
    (gap,) = found(late, first).gaps
    assert (gap.first_day, gap.last_day, gap.days, gap.before, gap.after) == ("2025-01-01", "2025-01-01", 1, "a", "b")


def test_a_report_issued_later_than_the_day_is_not_there_yet() -> None:
    first = report("a", "2024-01-01", "2024-12-31")
    later = report("b", "2025-01-01", "2025-12-31", issued="2026-11-25")
    assert found(first, later).reported_to == "2024-12-31"
    assert found(first, later, day=date(2026, 11, 25)).reported_to == "2025-12-31"
    assert continuity([later], DAY) is None


def test_a_bridge_letter_goes_on_from_the_report_and_for_three_months_by_custom() -> None:
    year = report("a", "2025-10-01", "2026-09-30")
    short = found(year, letter("l", "2026-10-01", "2026-12-31"))
    assert (short.bridges[0].report, short.bridges[0].doubts) == ("a", ())
    assert (short.bridged_to, short.days_since) == ("2026-12-31", 0)
    long = found(year, letter("l", "2026-10-01", "2027-01-01"))
    assert "more than three months" in long.bridges[0].doubts[0]
    late = found(year, letter("l", "2026-10-03", "2026-11-30"))
    assert late.bridges[0].doubts == ("2 days between a and the letter are left out",)
    assert late.bridged_to == "2026-09-30"  # what does not touch bridges nothing
    assert late.days_since == 54


def test_a_letter_without_a_report_before_it_goes_on_from_none() -> None:
    result = found(report("a", "2026-01-01", "2026-12-31"), letter("l", "2026-01-01", "2026-02-28"))
    assert result.bridges[0].report == ""
    assert result.bridged_to == "2026-12-31"


DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 1))
SPANS = st.lists(st.tuples(DAYS, st.integers(0, 20)), min_size=1, max_size=6)


@given(SPANS, SPANS)
def test_gaps_are_the_days_that_no_report_is_about(
    spans: list[tuple[date, int]], bridges: list[tuple[date, int]]
) -> None:
    reports = [report(f"r{n}", s.isoformat(), (s + timedelta(d)).isoformat()) for n, (s, d) in enumerate(spans)]
    letters = [letter(f"l{n}", s.isoformat(), (s + timedelta(d)).isoformat()) for n, (s, d) in enumerate(bridges)]
    result = found(*reports, *letters)
    reported = {s + timedelta(n) for s, d in spans for n in range(d + 1)}
    first, last = min(reported), max(reported)
    every = {first + timedelta(n) for n in range((last - first).days + 1)}
    named = {
        date.fromisoformat(gap.first_day) + timedelta(n) for gap in result.gaps for n in range(gap.days)
    }  # fmt: skip
    assert named == every - reported
    assert result.reported_to == last.isoformat()
    bridged = {s + timedelta(n) for s, d in bridges for n in range(d + 1)}
    end = last
    while end + timedelta(1) in bridged:
        end += timedelta(1)
    assert result.bridged_to == end.isoformat()
    assert result.days_since == (DAY - end).days - 1


def vendor(**facts: object) -> Vendor:
    values = {"data": ("none",), "reviewed_on": "2026-06-01", **facts}
    return Vendor("v", "V", "s", "high", **values)  # type: ignore[arg-type] # as the fields are named


def gaps(**facts: object) -> tuple[str, ...]:
    return vendors_on.stand(vendor(**facts), shipped(), DAY).gaps


def test_card_data_calls_for_a_current_aoc_and_ephi_for_a_baa() -> None:
    assert gaps() == ()
    assert gaps(data=("cardholder_data",), attestations=(document("a", AOC, to="2026-11-25"),)) == ()
    (ended,) = gaps(data=("cardholder_data",), attestations=(document("a", AOC, to="2026-11-24"),))
    assert ended.endswith("no current PCI DSS attestation of compliance is on record; the last ended 2026-11-24")
    (none,) = gaps(data=("cardholder_data",), attestations=(document("a", BAA),))
    assert "ended" not in none
    assert gaps(data=("ephi",), attestations=(document("a", BAA),)) == ()
    assert "business associate" in gaps(data=("ephi",), attestations=(document("a", AOC),))[0]


def test_a_review_lasts_a_year() -> None:
    assert gaps(reviewed_on="2025-11-24") == ()
    assert gaps(reviewed_on="2025-11-23") == ("its yearly review was due by 2026-11-23",)
    assert gaps(reviewed_on="") == gaps(reviewed_on="2026-11-25") == ("no review of it is on record",)


def test_a_user_control_without_a_control_of_ours_is_open() -> None:
    controls = (UserControl("Keys.", (ControlId("KEY-01"),)), UserControl("Callers are told."))
    assert gaps(user_controls=controls) == ("user control without a control of ours: Callers are told",)


@pytest.mark.parametrize(
    ("duty", "word"),
    [
        (Responsibility("9.2.1", "vendor"), ""),  # a manual control of ours may rest on the vendor
        (Responsibility("8.4.2", "us"), ""),
        (Responsibility("8.4.2", "shared", "by user"), ""),
        (Responsibility("8.4.2", "shared"), "not said how it is divided"),
        (Responsibility("8.4.2", ""), "nobody has it"),
        (Responsibility("3.5.1", "vendor"), "CHD-04 of ours does all of it"),
        (Responsibility("0.0.0", "us"), "no common control is mapped to it"),
    ],
)
def test_responsibilities_are_held_against_our_crosswalk(duty: Responsibility, word: str) -> None:
    found = gaps(responsibilities=(duty,))
    assert found == () if not word else (word in found[0] and found[0].startswith(f"PCI DSS {duty.requirement}: "))
