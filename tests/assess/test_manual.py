"""Evidence by people: a pass needs a fresh record, reviewed by another, with what shows it; nothing else passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.builders import judged
from proveonce.assess.lint import Workbench
from proveonce.assess.load import Evidence
from proveonce.assess.manual import manual_checks, on_record, rows
from proveonce.assess.rollup import roll_up, roll_up_controls
from proveonce.assess.run import Findings, run_checks
from proveonce.kernel.calendar import shift
from proveonce.kernel.located import Place
from proveonce.model.assessment import CheckResult, RequirementCoverage
from proveonce.model.catalog import Framework, FrameworkId, Group, Requirement, RequirementId
from proveonce.model.check import CheckId
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId, ControlType, Nature
from proveonce.model.crosswalk import Crosswalk, Edge, Relation
from proveonce.model.finding import Finding, Status
from proveonce.model.manual import (
    Attachment,
    AttachmentState,
    Conclusion,
    Kind,
    ManualRecord,
    RecordId,
    check_of,
    is_by_people,
)
from proveonce.model.workspace import Workspace
from proveonce.store import Store

FRAMEWORK = FrameworkId("test")
QUARTERLY, YEARLY, MACHINE = ControlId("GOV-02"), ControlId("POL-01"), ControlId("CRY-02")
AS_OF = "2026-11-24T09:00:00.000000Z"
TODAY = date(2026, 11, 24)
SCAN = (Attachment("scan.pdf", "0" * 64),)


def control(name: ControlId, nature: Nature, cadence: str) -> CommonControl:
    return CommonControl(name, "GOV", "t", "s", "o", ControlType.DETECTIVE, nature, cadence, "security")


def content() -> Content:
    """Two controls by people, one of them hybrid, each the whole of a requirement; and one by machine."""
    controls = {
        QUARTERLY: control(QUARTERLY, Nature.MANUAL, "P3M"),
        YEARLY: control(YEARLY, Nature.HYBRID, "P12M"),
        MACHINE: control(MACHINE, Nature.AUTOMATED, "P1D"),
    }
    requirements = tuple(Requirement(RequirementId(name), "G", "t", "p", "requirement") for name in controls)
    made = Content(
        frameworks={FRAMEWORK: Framework(FRAMEWORK, "t", "1", "p", "s", "d", "l", "requirement", (Group("G", "g"),),
                                         requirements, Place("t", 1, 1))},
        domains={}, controls=controls, checks={},
        crosswalks={FRAMEWORK: Crosswalk(FRAMEWORK, tuple(
            Edge(name, RequirementId(name), Relation.EQUAL_TO, "why", "") for name in controls
        ))},
    )  # fmt: skip
    return replace(made, checks=manual_checks(made))


def record(identifier: str = "ME-2026-001", **facts: Any) -> ManualRecord:
    """A record that proves `QUARTERLY` as of `AS_OF`, but for `facts`."""
    values: dict[str, Any] = {
        "id": RecordId(identifier), "kind": Kind.ACCESS_REVIEW, "controls": (QUARTERLY,), "title": "t",
        "statement": "s", "conclusion": Conclusion.EFFECTIVE, "performed_on": "2026-10-01",
        "recorded_at": "2026-10-02T08:00:00Z", "performed_by": "Ann Lee", "reviewed_by": "Bob Ray",
        "reviewed_on": "2026-10-03", "attachments": SCAN, **facts,
    }  # fmt: skip
    return ManualRecord(**values)


class Bench:
    """Evidence of an empty run, filled with records again and again."""

    def __init__(self, root: Path) -> None:
        with judged(root, [], {}):
            self.store = Store(root / "store")
        self.content = content()
        self.evidence = Evidence(self.store, self.store.run(), Workspace(root=root), people=rows(
            on_record([], self.content, AS_OF), self.content
        ))  # fmt: skip

    def judge(self, *records: ManualRecord, as_of: str = AS_OF) -> tuple[dict[CheckId, CheckResult], list[Finding]]:
        """The results of all checks, and the findings."""
        connection = self.evidence.connection
        connection.execute("drop table if exists findings; delete from manual_on_record")
        found = on_record(records, self.content, as_of)
        names = [name for name, *_ in connection.execute("describe manual_on_record").fetchall()]
        for table, row in rows(found, self.content):
            if table == "manual_on_record":
                marks = ", ".join("?" * len(names))
                connection.execute(f"insert into {table} values ({marks})", [row.get(name) for name in names])
        results = run_checks(connection, self.content.checks.values(), as_of=as_of, frameworks=[FRAMEWORK])
        return results, list(Findings(connection)())

    def of(self, *records: ManualRecord, as_of: str = AS_OF) -> list[tuple[str, str, str]]:
        """(resource, status, reason) of the findings of `QUARTERLY`."""
        _, found = self.judge(*records, as_of=as_of)
        return [(f.resource, str(f.status), f.reason) for f in found if f.check == check_of(QUARTERLY)]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = Bench(tmp_path_factory.mktemp("people"))
    with made.evidence:
        yield made


def test_only_controls_with_a_part_by_people_have_a_check_and_each_lints() -> None:
    made = manual_checks(content())
    assert set(made) == {check_of(QUARTERLY), check_of(YEARLY)}
    assert all(is_by_people(check) for check in made)
    assert Workbench().lint(made.values()) == []


def test_a_fresh_reviewed_record_passes_and_traces_to_its_bytes(bench: Bench) -> None:
    found = bench.judge(record())[1]
    (finding,) = [f for f in found if f.check == check_of(QUARTERLY)]
    (on,) = on_record([record()], bench.content, AS_OF).by_control[QUARTERLY]
    assert (finding.status, finding.resource, finding.artefact) == (Status.PASS, "ME-2026-001", on.digest)
    assert finding.observed["valid_until"] == "2027-01-01"


MISSING, ALTERED = (replace(SCAN[0], state=state) for state in (AttachmentState.MISSING, AttachmentState.ALTERED))

REASONS: dict[str, tuple[dict[str, Any], str]] = {
    "stale by the cadence": (
        {"performed_on": "2026-08-23"}, "last performed 2026-08-23, valid until 2026-11-23",
    ),
    "stale by its own end": (
        {"valid_for": "P1M"}, "last performed 2026-10-01, valid until 2026-11-01",
    ),
    "no longer end than the cadence": (
        {"performed_on": "2026-08-23", "valid_for": "P12M"}, "last performed 2026-08-23, valid until 2026-11-23",
    ),
    "performed ahead": ({"performed_on": "2026-11-25"}, "performed on 2026-11-25, which lies ahead"),
    "nothing attached": ({"attachments": ()}, "nothing is attached that shows it"),
    "attachment missing": ({"attachments": (*SCAN, MISSING)}, "an attachment is missing: scan.pdf"),
    "attachment altered": ({"attachments": (ALTERED,)}, "an attachment is not the file recorded: scan.pdf"),
    "not reviewed": ({"reviewed_by": " ", "reviewed_on": ""}, "not reviewed"),
    "reviewed by the same, written otherwise": ({"reviewed_by": "ANN  lee "}, "reviewed by who performed it"),
    "reviewed on no day": ({"reviewed_on": ""}, "reviewed on no stated day"),
    "reviewed before": ({"reviewed_on": "2026-09-30"}, "not reviewed by then: reviewed on 2026-09-30"),
    "reviewed later": ({"reviewed_on": "2026-11-25"}, "not reviewed by then: reviewed on 2026-11-25"),
}  # fmt: skip


@pytest.mark.parametrize("name", REASONS)
def test_what_lacks_something_is_undetermined_and_says_what(bench: Bench, name: str) -> None:
    facts, reason = REASONS[name]
    assert bench.of(record(**facts)) == [("ME-2026-001", "undetermined", reason)]


def test_the_last_day_counts(bench: Bench) -> None:
    assert bench.of(record(performed_on="2026-08-24")) == [("ME-2026-001", "pass", "")]
    assert bench.of(record(performed_on="2026-11-24", reviewed_on="2026-11-24"))[0][1] == "pass"


@pytest.mark.parametrize("kind", Kind)
def test_a_statement_needs_no_file(bench: Bench, kind: Kind) -> None:
    suffices = kind in (Kind.STATEMENT, Kind.ADDRESSABLE_DECISION)
    assert bench.of(record(kind=kind, attachments=()))[0][1] == ("pass" if suffices else "undetermined")


def test_without_a_record_the_control_itself_is_undetermined(bench: Bench) -> None:
    assert bench.of() == [("GOV-02", "undetermined", "no record of evidence by people")]


def test_what_is_recorded_later_is_not_seen(bench: Bench) -> None:
    late = record("ME-2026-002", performed_on="2026-11-01", recorded_at="2026-11-24T09:00:00.000001Z")
    assert bench.of(late) == [("GOV-02", "undetermined", "no record of evidence by people")]
    assert bench.of(record(), late) == bench.of(record())
    before = on_record([record()], bench.content, AS_OF)
    assert on_record([record(), late], bench.content, AS_OF).digest == before.digest
    assert on_record([record(statement="other")], bench.content, AS_OF).digest != before.digest


def test_not_effective_fails_however_old_until_its_own_kind_is_repeated(bench: Bench) -> None:
    old = record("A", conclusion=Conclusion.NOT_EFFECTIVE, performed_on="2019-01-01")
    fails = ("A", "fail", "concluded not effective on 2019-01-01")
    assert bench.of(old) == [fails]
    statement = record("B", kind=Kind.STATEMENT)
    assert bench.of(old, statement) == [fails, ("B", "pass", "")]
    again = record("C", performed_on="2026-11-01", reviewed_on="2026-11-02")
    assert bench.of(old, again) == [("A", "not_applicable", "a later record takes its place: C"), ("C", "pass", "")]
    ahead = record("D", performed_on="2026-11-25")
    assert fails in bench.of(old, ahead)


def test_a_later_record_takes_the_place_of_any_that_concluded_effective(bench: Bench) -> None:
    later = record("B", kind=Kind.STATEMENT, performed_on="2026-10-02", reviewed_by="")
    assert bench.of(record("A"), later) == [
        ("A", "not_applicable", "a later record takes its place: B"), ("B", "undetermined", "not reviewed"),
    ]  # fmt: skip


def test_controls_and_requirements_take_their_status_from_it(bench: Bench) -> None:
    both = record(controls=(QUARTERLY, YEARLY))

    def rolled(*records: ManualRecord) -> dict[str, tuple[Status | None, Status, bool]]:
        results, _ = bench.judge(*records)
        controls = roll_up_controls(bench.content, results)
        required = roll_up(bench.content, results, Workspace(root=Path()), [FRAMEWORK])[FRAMEWORK]
        return {str(r.requirement): (controls[ControlId(r.requirement)].status, r.status, r.is_satisfied)
                for r in required}  # fmt: skip

    passing = (Status.PASS, Status.PASS, True)
    assert rolled(both) == {QUARTERLY: passing, YEARLY: passing, MACHINE: (Status.UNDETERMINED,) * 2 + (False,)}
    assert rolled(both)[QUARTERLY] != rolled()[QUARTERLY] == (Status.UNDETERMINED, Status.UNDETERMINED, False)
    failing = replace(both, conclusion=Conclusion.NOT_EFFECTIVE)
    assert rolled(failing)[YEARLY] == (Status.FAIL, Status.FAIL, False)
    results, _ = bench.judge()
    assert roll_up_controls(bench.content, results)[QUARTERLY].reasons == (
        "process.manual.gov-02: no record of evidence by people",
    )
    required = roll_up(bench.content, results, Workspace(root=Path()), [FRAMEWORK])[FRAMEWORK]
    assert required[0].coverage is RequirementCoverage.PROCEDURAL


def test_a_control_of_people_that_no_check_judged_does_not_pass() -> None:
    made = replace(content(), checks={})
    assert {r.status for r in roll_up_controls(made, {}).values()} == {Status.UNDETERMINED}


days = st.integers(-40, 400).map(lambda n: (TODAY - timedelta(days=n)).isoformat())
names = st.sampled_from(["", "Ann Lee", "ann lee", " ANN LEE", "Bob Ray", "Straße", "STRASSE"])
files = st.lists(st.builds(Attachment, st.just("f"), st.just("0" * 64), state=st.sampled_from(AttachmentState)),
                 max_size=2).map(tuple)  # fmt: skip
records = st.lists(
    st.builds(
        record, st.sampled_from("ABCDEF"), kind=st.sampled_from([Kind.STATEMENT, Kind.POLICY]),
        conclusion=st.sampled_from(Conclusion), performed_on=days, recorded_at=days.map(lambda d: f"{d}T10:00:00Z"),
        performed_by=st.sampled_from(["Ann Lee", "Straße"]), reviewed_by=names,
        reviewed_on=st.one_of(st.just(""), days), valid_for=st.sampled_from(["", "P1M", "P12M"]), attachments=files,
    ),
    max_size=4, unique_by=lambda r: r.id,
)  # fmt: skip


def proves(entry: ManualRecord) -> bool:
    """By the words of the design, written apart from the engine."""
    performed = date.fromisoformat(entry.performed_on)
    span = min((s for s in (entry.valid_for, "P3M") if s), key=lambda s: shift(performed, s))
    fresh = entry.recorded_at <= AS_OF and performed <= TODAY <= shift(performed, span)
    is_shown = bool(entry.attachments) or entry.kind is Kind.STATEMENT
    is_shown &= all(a.state is AttachmentState.KEPT for a in entry.attachments)
    reviewer = " ".join(entry.reviewed_by.split()).casefold()
    reviewed = reviewer not in ("", entry.performed_by.casefold()) and bool(entry.reviewed_on)
    in_time = entry.performed_on <= entry.reviewed_on <= TODAY.isoformat()
    return entry.conclusion is Conclusion.EFFECTIVE and fresh and is_shown and reviewed and in_time


@settings(max_examples=60, deadline=None)
@given(records)
def test_no_pass_without_a_record_that_proves_and_no_failure_is_lost(bench: Bench, given_: list[ManualRecord]) -> None:
    results, found = bench.judge(*given_)
    mine = [f for f in found if f.check == check_of(QUARTERLY)]
    by_id = {str(entry.id): entry for entry in given_}
    known = [entry for entry in given_ if entry.recorded_at <= AS_OF]
    assert len(mine) == max(1, len(known))
    assert all(proves(by_id[f.resource]) for f in mine if f.status is Status.PASS)
    status = roll_up_controls(bench.content, results)[QUARTERLY].status
    past = sorted((e for e in known if e.performed_on <= TODAY.isoformat()), key=when)
    assert status is not Status.PASS or proves(past[-1])
    for kind in Kind:
        own = [entry for entry in past if entry.kind is kind]
        if own and own[-1].conclusion is Conclusion.NOT_EFFECTIVE:
            assert status is Status.FAIL


def when(entry: ManualRecord) -> tuple[str, str, str]:
    """The order in which records take each other's place."""
    return entry.performed_on, entry.recorded_at, entry.id
