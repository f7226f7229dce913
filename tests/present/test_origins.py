"""Sources and imports: everything said of them comes from the ledger, the checks and the import's own record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from present.sample import sample_view
from proveonce.model.assessment import Counts
from proveonce.model.evidence import Coverage, ReadState, Run
from proveonce.present.brought import brought_in
from proveonce.present.report import front, scope
from proveonce.present.report.facts import Facts
from proveonce.present.report.render import compose
from proveonce.present.sources import Source, sources
from proveonce.present.view import PackageView
from proveonce.present.workbook import write_workbook

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # openpyxl: data bars

CREATED = datetime(2026, 11, 24, 3, 20, tzinfo=UTC)
MACIE = Coverage(
    "111122223333", "us-east-1", "macie2", "GetMacieSession", ("aws_macie2_session",), "",
    ReadState.NOT_ENABLED, 1, 0, 0, 0, "AccessDeniedException", "Macie is not enabled",
)  # fmt: skip


def _named(view: PackageView, name: str) -> Source:
    return next(source for source in sources(view) if source.name.startswith(name))


def _with(view: PackageView, *entries: Coverage) -> PackageView:
    return replace(view, assessment=replace(view.assessment, coverage=(*view.assessment.coverage, *entries)))


def test_a_source_that_was_not_read_says_where_and_why() -> None:
    other = replace(MACIE, region="eu-west-1", state=ReadState.READ, read=1, rows=1, code="", message="")
    macie = _named(_with(sample_view("soc2"), MACIE, other), "Macie")
    assert (macie.places, macie.places_read, macie.planned, macie.read, macie.rows) == (2, 1, 2, 1, 1)
    assert [(c.state, c.reads, c.said) for c in macie.causes] == [
        (ReadState.NOT_ENABLED, 1, "AccessDeniedException Macie is not enabled")
    ]


def test_a_source_that_is_not_on_is_no_place_read_and_says_so_though_nothing_is_missing() -> None:
    status = replace(MACIE, state=ReadState.ABSENT, read=1, rows=1, code="", message="")
    off = replace(MACIE, operation="ListFindings", planned=0, code="NotEnabled", message="it is not on here")
    assert status.is_complete
    assert off.is_complete
    macie = _named(_with(sample_view("soc2"), status, off, replace(off, operation="DescribeBuckets")), "Macie")
    assert (macie.places, macie.places_read, macie.planned, macie.read) == (1, 0, 1, 1)
    assert [(c.state, c.reads, c.said) for c in macie.causes] == [(ReadState.NOT_ENABLED, 0, "it is not on here")]
    rows = scope.scope(Facts(_with(sample_view("soc2"), status, off))).sources
    row = next(row for row in rows if row.name == "Macie")
    assert (row.read, row.cause) == ("0 of 1", "Not enabled (it is not on here)")


def test_only_what_aws_says_is_not_on_is_complete_without_a_read() -> None:
    for state in ReadState:
        nothing = replace(MACIE, state=state, planned=0)
        assert nothing.is_off is (state is ReadState.NOT_ENABLED)
        assert nothing.is_complete is (state.is_read or state is ReadState.NOT_ENABLED)
        assert not replace(MACIE, state=state, planned=1).is_complete
        assert not replace(MACIE, state=state, planned=1).is_off


def test_a_source_that_the_ledger_does_not_name_is_none_planned() -> None:
    view = sample_view("soc2")
    artifact = _named(view, "Artifact")
    assert (artifact.places, artifact.tests, artifact.counts, artifact.causes) == (0, 0, Counts(), ())
    row = next(row for row in scope.scope(Facts(view)).sources if row.name == "Artifact")
    assert (row.read, row.result) == ("none planned", "–")


def test_a_parent_that_was_not_read_is_not_what_aws_said() -> None:
    child = replace(MACIE, operation="GetFindings", code="ParentNotRead", message="macie2:ListFindings was not read")
    macie = _named(_with(sample_view("soc2"), child, MACIE), "Macie")
    assert [(c.reads, c.said) for c in macie.causes] == [(2, "AccessDeniedException Macie is not enabled")]


def test_results_of_a_source_are_those_of_the_checks_that_read_its_tables() -> None:
    view = sample_view("soc2")
    trail = _named(view, "CloudTrail trails")
    checks = [c for c in view.content.checks.values() if c.population == "aws_cloudtrail_trail"]
    assert trail.tests == len(checks) > 0
    assert trail.counts == sum((view.counts_of(check) for check in checks), Counts())
    relating = replace(checks[0], population="aws_sts_account", passes_when="exists (from aws_cloudtrail_trail t)")
    content = replace(view.content, checks={**view.content.checks, relating.id: relating})
    assert _named(replace(view, content=content), "CloudTrail trails").tests == len(checks)


def _imported(view: PackageView, **changes: object) -> PackageView:
    facts = {
        "tool": "prowler", "title": "Prowler", "version": "5.46.0", "ran_at": "2026-11-23T03:10:08+00:00",
        "file": "out.csv", "sha256": "85" * 32, "imported_by": "Pat Sato", "subject": "111122223333", "rows": 8,
        "is_whole": True, "gaps": ["page 2 of 3 is not in the file"], "notes": [], **changes,
    }  # fmt: skip
    brought = Run(
        "run-20261124T010000Z-0000aaaa", "aa" * 32, "2026-11-24T01:00:00.000000Z", "2026-11-24T01:00:00.000000Z",
        (), {}, {}, manifest={"predicate": {"import": facts}},
    )  # fmt: skip
    return replace(view, assessment=replace(view.assessment, imports=(brought,)))


def test_an_import_prints_with_its_provenance_and_what_it_cannot_prove() -> None:
    view = _imported(sample_view("soc2"))
    (brought,) = brought_in(view)
    assert (brought.tool, brought.rows, brought.tests) == ("Prowler 5.46.0", 8, 0)
    html = compose(view, CREATED)
    for shown in ("85" * 32, "out.csv", "Cannot prove: page 2 of 3", "Pat Sato, 2026-11-24", "2026-11-23"):
        assert shown in html
    assert any(
        name == "From files" and "8 rows" in said for name, said in front.control(Facts(view), CREATED).made_with
    )


def test_an_import_without_version_or_instant_invents_none() -> None:
    (brought,) = brought_in(_imported(sample_view("soc2"), version="", ran_at=""))
    assert brought.tool == "Prowler"
    assert "of Prowler" not in brought.ran_at
    assert "Brought in from files" not in compose(sample_view("soc2"), CREATED)


def test_findings_of_a_file_name_no_region_and_no_account_of_ours() -> None:
    facts = Facts(sample_view("soc2"))
    finding = replace(facts.tally.listed[0].finding, account="none", region="import")
    assert facts.place(finding) == "no account named, from a file"
    assert facts.place(replace(finding, account="111122223333", region="us-east-1")) == "ehi-prod, us-east-1"


def test_the_workbook_lists_every_source_and_import(tmp_path: Path) -> None:
    view = _imported(_with(sample_view("soc2"), MACIE))
    write_workbook(view, tmp_path / "w.xlsx", created=CREATED)
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["Sources"]
    heads = [cell.value for cell in sheet[5]]
    rows = {row[0]: dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=6, values_only=True)}
    assert len(rows) == len(sources(view)) + 1
    assert rows["Macie"]["Why not read, or what it cannot prove"] == (
        "Not enabled, 1: AccessDeniedException Macie is not enabled"
    )
    assert rows["Prowler 5.46.0"]["File SHA-256"] == "85" * 32
    assert rows["Prowler 5.46.0"]["Result"] == "No occurrence"
