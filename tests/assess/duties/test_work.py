"""Work that returns: once a control, at the strictest interval that binds it, from what records show."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from assess.duties.desks import DAY, desk, record, workspace
from proveonce.assess.duties import Desk, duties
from proveonce.model.duty import Duty, DutyState
from proveonce.model.manual import Conclusion, ManualRecord
from proveonce.model.planning import Planning
from proveonce.model.register import Registers


def of(found: tuple[Duty, ...], control: str) -> list[Duty]:
    return [duty for duty in found if duty.uid.startswith(f"control.{control}.")]


def one(desk_: Desk, control: str) -> Duty:
    (duty,) = of(duties(desk_), control)
    return duty


def test_what_machines_do_alone_has_no_duty_and_all_else_has_one() -> None:
    names = {duty.uid for duty in duties(desk())}
    assert names == {f"control.{name}.1" for name in ("IAM-06", "VUL-05", "VUL-07", "VEN-02", "LOG-06")}


def test_what_nobody_recorded_is_never_done_and_due_at_once() -> None:
    duty = one(desk(), "IAM-06")
    assert (duty.state, duty.due_on, duty.last_done_on, duty.proof) == (DutyState.NEVER, "2026-03-02", "", "")


def test_the_strictest_of_cadence_and_binding_interval_counts_and_says_which() -> None:
    duty = one(desk(record("IAM-06", "2026-01-31")), "IAM-06")
    assert (duty.interval, duty.due_on) == ("P6M", "2026-07-31")
    assert duty.reason.startswith("pci_dss 7.2.4 every P6M")


def test_one_duty_serves_all_frameworks_in_catalog_order() -> None:
    duty = one(desk(), "IAM-06")
    assert duty.requirements == (
        "soc2 CC6.3",
        "pci_dss 7.2.4",
        "pci_dss 8.3.9",
        "pci_dss A3.4.1",
        "hipaa 164.308(a)(8)",
    )
    assert duty.frameworks == ("soc2", "pci_dss", "hipaa")


def test_a_partial_edge_sets_no_interval_and_a_joint_set_does() -> None:
    assert one(desk(), "VUL-05").interval == "P6M"
    together = {"pci_dss": (("11.3.2", ("VUL-05", "VUL-07")),)}
    assert one(desk(joint=together), "VUL-05").interval == "P3M"


def test_what_applies_to_others_sets_no_interval() -> None:
    assert one(desk(), "VUL-07").interval == "P6M"
    assert one(desk(planning=Planning(applies_to=())), "VUL-07").interval == "P12M"
    assert one(desk(planning=Planning(applies_to=("DESV",))), "IAM-06").interval == "P1M"


def test_obligations_without_a_control_that_proves_them_whole_are_told() -> None:
    assert [b.name for b in desk().unproven] == ["pci_dss 11.3.2"]


def test_a_failed_or_later_record_is_not_the_last_done() -> None:
    bad = record("IAM-06", "2026-02-20", conclusion=Conclusion.NOT_EFFECTIVE)
    later = record("IAM-06", "2026-03-03")
    assert one(desk(record("IAM-06", "2026-01-15"), bad, later), "IAM-06").last_done_on == "2026-01-15"


def test_what_was_written_down_later_was_not_known_on_the_day() -> None:
    late = record("IAM-06", "2026-02-01", recorded_at="2026-03-03T00:00:00.000000Z")
    assert one(desk(late), "IAM-06").state is DutyState.NEVER
    assert one(desk(late, day=date(2026, 3, 3)), "IAM-06").last_done_on == "2026-02-01"


def test_a_record_that_holds_for_less_makes_the_next_due_earlier_but_never_later() -> None:
    assert one(desk(record("IAM-06", "2026-01-31", valid_for="P1M")), "IAM-06").due_on == "2026-02-28"
    assert one(desk(record("IAM-06", "2026-01-31", valid_for="P3Y")), "IAM-06").due_on == "2026-07-31"


def test_a_record_that_nobody_reviewed_says_so() -> None:
    found = one(desk(record("IAM-06", "2026-01-31", reviewed_by="")), "IAM-06")
    assert "by a second person" in found.needs
    assert found.state is DutyState.DUE, "unreviewed work is not done"
    assert one(desk(record("IAM-06", "2026-01-31")), "IAM-06").state is DutyState.DONE
    assert "second person" not in one(desk(record("IAM-06", "2026-01-31")), "IAM-06").needs


def test_states_follow_notice_day_and_interval() -> None:
    done = record("IAM-06", "2025-09-15")  # due on 2026-03-15, notice from 2026-02-13
    states = [one(desk(done, day=day), "IAM-06").state for day in (
        date(2026, 2, 12), date(2026, 2, 13), date(2026, 3, 15), date(2026, 3, 16))]  # fmt: skip
    assert states == [DutyState.DONE, DutyState.DUE, DutyState.DUE, DutyState.OVERDUE]


def test_short_intervals_have_a_third_of_them_as_notice() -> None:
    assert one(desk(record("LOG-06", "2026-02-28")), "LOG-06").start_on == "2026-03-18"
    monthly = desk(record("IAM-06", "2026-02-28"), planning=Planning(applies_to=("DESV",)))
    assert one(monthly, "IAM-06").start_on == "2026-03-18"


def test_repeats_stand_until_the_horizon_and_daily_work_a_month_at_a_time() -> None:
    found = duties(desk(record("IAM-06", "2026-01-31"), record("LOG-06", "2026-03-01"), until=date(2027, 8, 1)))
    assert [(d.uid, d.due_on) for d in of(found, "IAM-06")] == [
        ("control.IAM-06.2", "2026-07-31"), ("control.IAM-06.3", "2027-01-31"), ("control.IAM-06.4", "2027-07-31"),
    ]  # fmt: skip
    assert [d.due_on for d in of(found, "LOG-06")][:3] == ["2026-04-01", "2026-05-01", "2026-06-01"]


def test_a_uid_names_the_occurrence_and_outlives_its_date() -> None:
    before = one(desk(record("IAM-06", "2026-01-31")), "IAM-06")
    shorter = one(desk(record("IAM-06", "2026-01-31"), planning=Planning(applies_to=("DESV",))), "IAM-06")
    assert before.uid == shorter.uid
    assert before.due_on != shorter.due_on
    after = one(desk(record("IAM-06", "2026-01-31"), record("IAM-06", "2026-02-20")), "IAM-06")
    assert after.uid == "control.IAM-06.3"


def test_criteria_out_of_scope_are_not_served() -> None:
    space = workspace(soc2_categories=("security",))
    base = desk()
    found = duties(Desk(base.content, space, Registers(), (), DAY, DAY))
    assert "control.LOG-06.1" not in {duty.uid for duty in found}


days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@settings(deadline=None)
@given(st.lists(days, max_size=5), days)
def test_uids_are_unique_order_is_by_day_and_records_need_no_order(performed: list[date], day: date) -> None:
    records = [record("IAM-06", on.isoformat()) for on in performed]
    until = date(day.year + 1, 12, 31)
    found = duties(desk(*records, day=day, until=until))
    assert len({duty.uid for duty in found}) == len(found)
    assert [duty.due_on for duty in found] == sorted(duty.due_on for duty in found)
    assert duties(desk(*reversed(records), day=day, until=until)) == found


def as_done(records: list[ManualRecord], day: date) -> bool:
    return one(desk(*records, day=day), "IAM-06").state in (DutyState.DONE, DutyState.DUE)


@settings(deadline=None)
@given(st.lists(days, max_size=4), days)
def test_done_means_a_record_within_six_calendar_months(performed: list[date], day: date) -> None:
    def months(on: date) -> tuple[int, int]:
        return on.year * 12 + on.month, on.day

    fresh = any(on <= day and (months(day)[0] - months(on)[0], day.day) <= (6, on.day) for on in performed)
    last_of_short = [on for on in performed if on.day > 28]
    if not last_of_short:
        assert as_done([record("IAM-06", on.isoformat()) for on in performed], day) == fresh
