"""Documents that end: planned back in business days, the newest of a line alone, gaps said with their days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.duties.desks import acceptance, desk, document, record, report, vendor
from proveonce.assess.duties import Desk, duties
from proveonce.assess.duties.gaps import gaps
from proveonce.model.check import Check, CheckId, Severity
from proveonce.model.control import ControlId
from proveonce.model.duty import Duty, DutyState
from proveonce.model.manual import Kind
from proveonce.model.planning import Planning
from proveonce.model.questionnaire import LibraryAnswer, Verdict


def by_uid(desk_: Desk) -> dict[str, Duty]:
    return {duty.uid: duty for duty in duties(desk_) if not duty.uid.startswith("control.")}


LONG = report("r1", "2025-12-31", "2026-02-20", "2027-12-31")
YEAR = report("r1", "2025-12-31", "2026-02-20", "2027-01-01")


def test_a_report_that_ends_is_planned_back_in_business_days() -> None:
    found = by_uid(desk(attestations=(LONG,), planning=Planning(country="US")))
    # Thursday 30 December 2027; 30 + 20 business days back over Christmas (observed), Thanksgiving and Veterans Day.
    assert found["attestation.r1.report"].due_on == "2027-12-30"
    assert found["attestation.r1.fieldwork"].due_on == "2027-10-18"
    assert found["attestation.r1.report"].start_on == "2027-10-18"


def test_without_a_country_only_weekends_are_free() -> None:
    found = by_uid(desk(attestations=(LONG,)))
    assert found["attestation.r1.fieldwork"].due_on == "2027-10-21"


def test_observation_joins_on_to_the_period_before() -> None:
    found = by_uid(desk(attestations=(LONG,), day=date(2025, 12, 30)))
    assert "attestation.r1.observation" not in found  # not issued yet on that day
    early = replace(LONG, issued_on="2025-12-20")
    found = by_uid(desk(attestations=(early,), day=date(2025, 12, 30)))
    assert found["attestation.r1.observation"].due_on == "2026-01-01"


def test_where_a_whole_year_of_observation_ends_too_late_the_days_without_a_report_are_said() -> None:
    at = desk(attestations=(YEAR,))
    found = by_uid(at)
    assert found["attestation.r1.report"].due_on == "2026-12-31"
    assert found["attestation.r1.fieldwork"].due_on == "2027-01-01"
    assert "planned for 2027-03-12, 70 days after this one ends" in found["attestation.r1.report"].reason
    later = gaps(replace(at, day=date(2026, 12, 1)), duties(replace(at, day=date(2026, 12, 1))))
    assert [(g.opens_on, g.closes_on) for g in later if g.duty.startswith("attestation")] == [
        ("2027-01-01", "2027-03-12")
    ]


def test_a_shorter_observation_fits() -> None:
    found = by_uid(desk(attestations=(YEAR,), planning=Planning(observation="P6M")))
    assert found["attestation.r1.fieldwork"].due_on == "2026-10-22"
    assert "planned for" not in found["attestation.r1.report"].reason


def test_the_audit_date_of_the_workspace_is_the_plan() -> None:
    at = desk(attestations=(YEAR,))
    space = replace(at.workspace, audits={"soc2": "2026-08-03"})
    found = by_uid(replace(at, workspace=space))
    assert found["attestation.r1.fieldwork"].due_on == "2026-08-03"
    past = replace(at.workspace, audits={"soc2": "2025-08-03"})
    assert by_uid(replace(at, workspace=past))["attestation.r1.fieldwork"].due_on == "2027-01-01"


def test_a_bridge_letter_covers_from_the_end_of_the_period_and_is_done_once_registered() -> None:
    found = by_uid(desk(attestations=(YEAR,)))["attestation.r1.bridge"]
    assert found.title == "Bridge letter from 2026-01-01 to 2026-03-31"
    assert (found.due_on, found.state) == ("2026-03-06", DutyState.DUE)
    letter = replace(document("b1", "bridge_letter", "2026-03-01", "2026-04-01"), period_start="2026-01-01")
    done = by_uid(desk(attestations=(YEAR, letter)))
    assert (done["attestation.r1.bridge"].state, done["attestation.r1.bridge"].proof) == (DutyState.DONE, "b1")
    assert done["attestation.r1.bridge"].last_done_on == "2026-03-01"


def test_a_draft_proves_nothing_and_takes_no_place() -> None:
    draft = replace(document("b1", "bridge_letter", "", ""), period_start="2026-01-01")
    again = by_uid(desk(attestations=(YEAR, draft)))
    assert again == by_uid(desk(attestations=(YEAR,)))
    assert again["attestation.r1.bridge"].state is not DutyState.DONE


def test_only_the_newest_of_a_line_counts_and_other_scopes_stand_alone() -> None:
    old, new = (
        document("a1", "pci_aoc", "2025-01-10", "2026-01-10"),
        document("a2", "pci_aoc", "2026-01-05", "2027-01-05"),
    )
    other = document("a3", "pci_aoc", "2025-03-01", "2026-03-01", scope="The shop")
    reports = {uid for uid in by_uid(desk(attestations=(new, old, other))) if uid.endswith(".report")}
    assert reports == {"attestation.a2.report", "attestation.a3.report"}
    same = replace(new, scope="the  SYSTEM ")
    assert "attestation.a1.report" not in by_uid(desk(attestations=(same, old)))


def test_a_successor_that_is_not_issued_yet_takes_no_place() -> None:
    old, new = (
        document("a1", "pci_aoc", "2025-01-10", "2026-03-10"),
        document("a2", "pci_aoc", "2026-03-05", "2027-03-05"),
    )
    assert by_uid(desk(attestations=(old, new)))["attestation.a1.report"].state is DutyState.DUE


def test_a_document_without_an_end_asks_for_nothing() -> None:
    assert by_uid(desk(attestations=(document("o", "other", "2026-01-01", ""),))) == {}


def test_vendors_are_reviewed_and_their_documents_watched() -> None:
    theirs = document("v1", "soc2_type2", "2025-05-01", "2026-04-01")
    found = by_uid(desk(vendors=(vendor(theirs, reviewed_on="2025-03-01"),)))
    review, doc = found["vendor.acme.review"], found["vendor.acme.document.v1"]
    assert (review.due_on, review.state) == ("2026-03-01", DutyState.OVERDUE)
    assert review.requirements == ("pci_dss 12.8.4",)
    assert review.controls == ("VEN-02",)
    assert (doc.due_on, doc.start_on, doc.state, doc.owner) == (
        "2026-03-31", "2026-03-01", DutyState.DUE, "procurement",
    )  # fmt: skip
    assert by_uid(desk(vendors=(vendor(),)))["vendor.acme.review"].state is DutyState.NEVER


def test_a_vendor_review_on_record_counts_when_it_is_later() -> None:
    seen = record("VEN-02", "2026-02-01", kind=Kind.VENDOR_REVIEW, facts={"vendor": "acme"})
    found = by_uid(desk(seen, vendors=(vendor(reviewed_on="2025-03-01"),)))["vendor.acme.review"]
    assert (found.last_done_on, found.proof) == ("2026-02-01", seen.id)


def test_acceptances_end_a_day_before_they_expire_and_give_way_to_a_later_one() -> None:
    old = acceptance("x", "2026-03-20", risk_owner="Ada Byron")
    found = by_uid(desk(acceptances=(old,)))["risk_acceptance.x"]
    assert (found.due_on, found.state, found.owner) == ("2026-03-19", DutyState.DUE, "security")
    new = acceptance("y", "2027-03-20", approved_on="2026-03-01")
    assert set(by_uid(desk(acceptances=(old, new)))) == {"risk_acceptance.y"}
    unsigned = replace(new, approved_by="", approved_on="")
    assert set(by_uid(desk(acceptances=(old, unsigned)))) == {"risk_acceptance.x", "risk_acceptance.y.approval"}
    assert by_uid(desk(acceptances=(unsigned,)))["risk_acceptance.y.approval"].state is DutyState.NEVER
    elsewhere = replace(new, accounts=("111122223333",))
    assert "risk_acceptance.x" in by_uid(desk(acceptances=(old, elsewhere)))


def test_an_acceptance_serves_what_the_checks_that_it_covers_serve() -> None:
    at = desk(acceptances=(acceptance("x", "2026-03-20", controls=(), checks=("aws.iam.*",)),))
    check = Check(CheckId("aws.iam.user.x"), "x", (ControlId("IAM-06"),), "t", "true", Severity.LOW, "x", ("a",))
    content = replace(at.content, checks={check.id: check})
    found = by_uid(replace(at, content=content))["risk_acceptance.x"]
    assert found.frameworks == ("soc2", "pci_dss", "hipaa")
    assert by_uid(at)["risk_acceptance.x"].frameworks == ()


def test_library_answers_end() -> None:
    answer = LibraryAnswer("l1", "Do you?", Verdict.YES, "We do.", "security", "A", "2026-01-01", "2026-03-10")
    found = by_uid(replace(desk(), answers=(answer,)))["library.l1"]
    assert (found.due_on, found.state, found.person) == ("2026-03-09", DutyState.DUE, "Ada Byron")


def test_gaps_open_where_proof_ends_and_nothing_is_planned() -> None:
    at = desk(record("IAM-06", "2025-10-01"), attestations=(document("a", "pci_aoc", "2025-04-15", "2026-04-15"),),
              acceptances=(acceptance("x", "2026-09-01"),))  # fmt: skip
    assert [(g.duty, g.opens_on, g.closes_on) for g in gaps(at, duties(at))] == [
        ("control.IAM-06.2", "2026-04-02", ""), ("attestation.a.report", "2026-04-15", ""),
    ]  # fmt: skip


def test_an_open_gap_keeps_the_day_it_opened() -> None:
    at = desk(attestations=(document("a", "pci_aoc", "2025-01-15", "2026-01-15"),))
    (gap,) = gaps(at, duties(at))
    assert gap.opens_on == "2026-01-15"


@pytest.mark.parametrize("country", ["", "US"])
@settings(deadline=None)
@given(ends=st.dates(date(2026, 6, 1), date(2028, 12, 31)), fieldwork=st.integers(0, 40), lead=st.integers(0, 40))
def test_going_forward_again_from_fieldwork_never_misses_the_end(
    country: str, ends: date, fieldwork: int, lead: int
) -> None:
    planning = Planning(country=country, fieldwork_days=fieldwork, report_days=lead)
    aoc = document("a", "pci_aoc", "2026-01-01", ends.isoformat())
    found = by_uid(desk(attestations=(aoc,), planning=planning, day=date(2026, 1, 1)))
    first = date.fromisoformat(found["attestation.a.fieldwork"].due_on)
    last = date.fromisoformat(found["attestation.a.report"].due_on)
    business = desk(planning=planning).business
    between = sum(business.is_working(first + timedelta(n)) for n in range(1, (last - first).days + 1))
    assert between == fieldwork + lead
    assert business.is_working(first)
    assert last < ends
    assert not any(business.is_working(last + timedelta(n)) for n in range(1, (ends - last).days))
