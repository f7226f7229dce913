"""Files of templates' tools, AWS's own answers and people's tables, from import to finding at the right control."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from proveonce.app.assessing import in_force
from proveonce.app.importing import ImportResult, import_file
from proveonce.assess.assessment import assessed as judging
from proveonce.assess.imported import import_checks
from proveonce.cli.main import commands
from proveonce.content import load_content, load_workspace
from proveonce.kernel.errors import InputError, UsageError
from proveonce.kernel.instants import format_instant
from proveonce.model.assessment import Assessment
from proveonce.model.control import ControlId
from proveonce.model.workspace import Workspace
from proveonce.store import Store
from proveonce.tables.imported import is_record

DATA = Path(__file__).parents[1] / "data" / "imports"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
"""A day after the tools of the samples looked."""

TOOLS = {
    "cfn_lint/cfn-lint.json": ("cfn_lint", "AUT-10", "W2501", "fail"),
    "cfn_lint/cfn-lint.sarif": ("cfn_lint", "AUT-10", "W2501", "fail"),
    "cfn_nag/three-files-one-broken.json": ("cfn_nag", "CRY-02", "F27", "fail"),
    "cfn_nag/cfn_nag.sarif": ("cfn_nag", "NET-03", "F22", "fail"),
    "checkov/checkov.json": ("checkov", "CRY-02", "CKV_AWS_19", "undetermined"),
    "checkov/checkov.sarif": ("checkov", "LOG-05", "CKV_AWS_18", "undetermined"),
    "cdk_nag/AwsSolutions--DemoStack-NagReport.csv": ("cdk_nag", "CRY-01", "AwsSolutions-S10", "fail"),
    "cdk_nag/v3-validation-report.json": ("cdk_nag", "LOG-05", "AwsSolutions-S1", "fail"),
    "guard/cfn-guard.sarif": ("guard", "LOG-05", "S3_BUCKET_LOGGING_ENABLED", "fail"),
    "config/config-compliance-details.json": ("config", "DAT-03", "s3-bucket-versioning-enabled", "fail"),
    "inspector2/inspector2-findings.json": ("inspector2", "VUL-03", "PACKAGE_VULNERABILITY/CVE-2026-0001", "fail"),
    "trustedadvisor/trustedadvisor-check-result.json": ("trustedadvisor", "AUT-02", "7DAFEmoDos", "fail"),
    "auditmanager/auditmanager-evidence.json":
        ("auditmanager", "DAT-01", "AWS Config/s3-bucket-public-read-prohibited", "fail"),
}  # fmt: skip
"""Sample → tool, a control, a rule of it, and what that control's check makes of the rule."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with an empty collection, so that all that is judged was imported."""
    workspace = Workspace(root=tmp_path / "workspace")
    at = format_instant(NOW - timedelta(days=2))
    facts = {"started_at": at, "ended_at": at, "accounts": {}, "calls": 0, "calls_failed": 0, "tool": {}}
    Store(workspace.store).commit({**facts, "completeness": ""}, [])
    return workspace


def copy(sample: Path, path: Path) -> Path:
    path.write_bytes(sample.read_bytes())
    return path


def bring(workspace: Workspace, path: Path, *, days: int = 0, **how: Any) -> ImportResult:
    return import_file(workspace, path, imported_by="Ada", now=NOW + timedelta(days=days), **{"tool": None, **how})


@contextmanager
def assessed(workspace: Workspace, *, days: int = 1) -> Iterator[Assessment]:
    """The assessment with the checks over what was imported alone: the others have nothing to look at."""
    store, at, content = (
        Store(workspace.store),
        format_instant(NOW + timedelta(days=days)),
        load_content(workspace.root),
    )
    imports = in_force(store, at)
    tools = {run.manifest["predicate"]["import"]["tool"] for run in imports}
    records = {name: check for name, check in content.checks.items() if is_record(check.population)}
    content = replace(content, checks={**records, **import_checks(content, tools)})
    run = next(run for run in store.runs() if not run.is_import)
    with judging(store, run, content, workspace, as_of=at, frameworks=("soc2",), imports=imports) as assessment:
        yield assessment


def judged(workspace: Workspace, check: str, *, days: int = 1) -> Mapping[tuple[str, str], str]:
    """(rule, resource) → status of a check's findings; what was not read stands under the rule ''."""
    with assessed(workspace, days=days) as assessment:
        return {
            (str(finding.observed.get("rule", "")), finding.resource): str(finding.status)
            for finding in assessment.findings()
            if finding.check == check
        }


def of(tool: str, control: str) -> str:
    return f"import.{tool.replace('_', '-')}.{control.lower()}"


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_what_a_tool_found_stands_at_its_control(name: str, workspace: Workspace) -> None:
    tool, control, rule, status = TOOLS[name]
    brought = bring(workspace, DATA / name)
    assert brought.tool == tool
    with assessed(workspace) as assessment:
        found = {
            finding.resource: str(finding.status)
            for finding in assessment.findings()
            if finding.check == of(tool, control) and finding.observed.get("rule") == rule
        }
        assert status in found.values()
        assert assessment.controls[ControlId(control)].status != "pass"
        if status == "fail":
            assert assessment.controls[ControlId(control)].status == "fail"


def test_no_pass_of_a_template_counts_for_it_has_no_instant(workspace: Workspace) -> None:
    bring(workspace, DATA / "checkov" / "checkov.json")
    bring(workspace, DATA / "cdk_nag" / "AwsSolutions--DemoStack-NagReport.csv")
    with assessed(workspace) as assessment:
        assert "pass" not in {str(finding.status) for finding in assessment.findings()}


def test_a_rules_pass_counts_while_it_is_fresh(workspace: Workspace) -> None:
    bring(workspace, DATA / "config" / "config-compliance-details.json")
    rule, check = "s3-bucket-versioning-enabled", of("config", "DAT-03")
    assert judged(workspace, check) == {
        (rule, "acme-demo-data"): "fail", (rule, "acme-demo-logs"): "pass", (rule, "acme-x"): "not_applicable",
    }  # fmt: skip
    assert judged(workspace, check, days=40)[rule, "acme-demo-logs"] == "undetermined"
    assert judged(workspace, check, days=40)[rule, "acme-demo-data"] == "fail"


def test_a_template_that_was_not_read_leaves_its_controls_undetermined(workspace: Workspace) -> None:
    brought = bring(workspace, DATA / "cfn_lint" / "broken-template.sarif")
    assert brought.unmapped == {"E0000": 1}
    with assessed(workspace) as assessment:
        controls = {assessment.controls[ControlId(name)].status for name in ("AUT-10", "VUL-08", "DAT-01")}
    assert controls == {"undetermined"}


def test_a_later_file_of_the_same_name_takes_its_place(workspace: Workspace, tmp_path: Path) -> None:
    first = copy(DATA / "cfn_nag" / "cfn_nag.json", tmp_path / "nag.json")
    bring(workspace, first)
    check = of("cfn_nag", "NET-03")
    assert list(judged(workspace, check).values()) == ["fail"]
    value = json.loads(first.read_text())
    for file in value:
        file["file_results"] = {"failure_count": 0, "violations": []}
    first.write_text(json.dumps(value))
    bring(workspace, first, days=1)
    assert judged(workspace, check, days=2) == {}


def test_files_of_other_names_rules_and_subjects_stay_beside_each_other(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        bring(workspace, copy(DATA / "cfn_nag" / "cfn_nag.json", tmp_path / name))
    bring(workspace, tmp_path / "a.json", subject="payments")
    runs = [run for run in Store(workspace.store).runs() if run.is_import]
    subjects = {run.manifest["predicate"]["import"]["subject"] for run in runs}
    assert subjects == {"import_result a.json", "import_result b.json", "payments"}


def changes(folder: Path, *rows: str) -> Path:
    path = folder / "changes.csv"
    path.write_text("\n".join(["Change #,Requester,Approver,Approved,Deployed", *rows]), encoding="utf-8")
    return path


def test_a_table_becomes_a_population(workspace: Workspace, tmp_path: Path) -> None:
    rows = ("C-1,Ann,Bob,2026-10-01,2026-10-02", "C-2,Ann,Ann,2026-10-01,2026-10-02", "C-3,Ann,Bob,1/10/26,2026-10-02")
    brought = bring(workspace, changes(tmp_path, *rows), tool="table", kind="change")
    assert (brought.rows, len(brought.gaps)) == (3, 1)
    with assessed(workspace) as assessment:
        found: dict[str, dict[str, str]] = {}
        for finding in assessment.findings():
            found.setdefault(finding.check, {})[finding.resource] = str(finding.status)
        assert assessment.controls[ControlId("CHG-01")].status == "fail"
    own = found["process.change.approver-is-not-requester"]
    assert {key: own[key] for key in ("C-1", "C-2", "C-3")} == {"C-1": "pass", "C-2": "fail", "C-3": "pass"}
    dates = found["process.change.approved-before-implementation"]
    assert {key: dates[key] for key in ("C-1", "C-2", "C-3")} == {"C-1": "pass", "C-2": "pass", "C-3": "undetermined"}
    assert list(own.values()).count("undetermined") == 1, "the row that was not read whole"


def test_a_later_table_takes_the_place_of_the_one_before(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, changes(tmp_path, "C-1,Ann,Ann,2026-10-01,2026-10-02"), tool="table", kind="change")
    bring(workspace, changes(tmp_path, "C-2,Ann,Bob,2026-10-01,2026-10-02"), tool="table", kind="change", days=1)
    assert judged(workspace, "process.change.approver-is-not-requester", days=2) == {("", "C-2"): "pass"}


@pytest.mark.parametrize("kind", [None, "chnage"])
def test_what_a_table_lists_must_be_said(kind: str | None, workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--as"):
        bring(workspace, changes(tmp_path), tool="table", kind=kind)


def test_a_kind_does_not_go_with_a_tool(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="--as does not go with --from config"):
        bring(workspace, DATA / "config" / "config-compliance-details.json", tool="config", kind="change")


def write(folder: Path, imports: str) -> Path:
    text = f"organisation: {{name: Acme, system: Shop}}\nprepared_by: {{name: Ada}}\nimports:\n{imports}"
    (folder / "proveonce.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_workspace_states_headings_and_the_order_of_days(tmp_path: Path) -> None:
    root = write(tmp_path, "  tables:\n    change: {id: Vorgang}\n  dates: {change: DD.MM.YYYY}\n")
    path = tmp_path / "changes.csv"
    path.write_text("Vorgang;Approved\nC-1;3.10.2026\n", encoding="utf-8")
    done = CliRunner().invoke(
        commands,
        ["import", str(path), "--from", "table", "--as", "change", "--workspace", str(root), "--format", "json"],
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["rows"] == 1


@pytest.mark.parametrize(
    ("imports", "problem"),
    [
        ("  tables:\n    change: {ident: Vorgang}\n", r"5:14: a change has no column 'ident'"),
        ("  tables:\n    chang: {id: Vorgang}\n", r"5:5: .*'chang'"),
        ("  dates: {change: D/M/Y}\n", r"4:19: .*DD/MM/YYYY"),
        ("  dates: {change: YYYY-DD-MM}\n", r"4:19: .*DD/MM/YYYY"),
        ("  dates: {change: DD/MM}\n", r"4:19: .*DD/MM/YYYY"),
    ],
)
def test_what_a_workspace_states_wrongly_is_told_at_its_place(imports: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=problem):
        load_workspace(write(tmp_path, imports))
