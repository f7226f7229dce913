"""Evidence by people from the workspace's files to findings, the package's files and the pages that print it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from checks.harness import Case, write_run
from proveonce.app.assessing import assess
from proveonce.app.packaging import _desk, _view
from proveonce.content.manual import FOLDER
from proveonce.kernel.errors import EvidenceError
from proveonce.model.finding import Status
from proveonce.model.workspace import Workspace
from proveonce.present.machine import write_assessment
from proveonce.present.package import write_people
from proveonce.present.report.back import index, procedural
from proveonce.present.report.facts import Facts
from proveonce.present.view import PackageView
from proveonce.store import Store

MINUTES = b"minutes of the board\n"


def record(identifier: str, **facts: Any) -> dict[str, Any]:
    """A record that proves GOV-02 in November 2026, but for `facts`."""
    return {
        "id": identifier, "kind": "statement", "controls": ["GOV-02"], "title": "Board minutes", "statement": "s",
        "conclusion": "effective", "performed_on": "2026-10-14", "recorded_at": "2026-10-20T09:00:00Z",
        "performed_by": "Ann Lee", "reviewed_by": "Bob Ray", "reviewed_on": "2026-10-21",
        "attachments": [{"file": "attachments/board.txt", "sha256": hashlib.sha256(MINUTES).hexdigest()}],
        "facts": {"about": "oversight"}, **facts,
    }  # fmt: skip


def review(identifier: str, **facts: Any) -> dict[str, Any]:
    """An access review that looked at everyone and removed two of three."""
    told = {"system": "AWS", "accounts": [], "population": 9, "reviewed": 9, "to_remove": 3, "removed": 2,
            "removed_on": "2026-10-15", "source": "IAM"}  # fmt: skip
    return record(identifier, kind="access_review", controls=["IAM-06"], facts=told | facts)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a run that read nothing, a run's worth of records, and one file attached."""
    root = tmp_path_factory.mktemp("workspace")
    made = Workspace(root=root, frameworks=("soc2",))
    write_run(Store(made.store), [Case("any", "x", "111122223333", "444455556666", "", evidence={})], {"any": ()})
    folder = root / FOLDER
    (folder / "attachments").mkdir(parents=True)
    (folder / "attachments" / "board.txt").write_bytes(MINUTES)
    gone = {"file": "attachments/gone.pdf", "sha256": "0" * 64}
    records = [
        record("ME-1"),
        record("ME-2", controls=["GOV-01"], reviewed_by=None, reviewed_on=None),
        record("ME-3", controls=["POL-01"], attachments=[gone]),
        review("ME-4"),
    ]
    (folder / "2026.yaml").write_text(yaml.safe_dump(records), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def view(workspace: Workspace) -> Iterator[PackageView]:
    with assess(workspace, as_of="2026-11-24") as (assessment, content):
        yield _view(_desk(workspace, content, assessment), assessment, "soc2")


def test_findings_name_the_record_or_the_control_that_has_none(view: PackageView) -> None:
    out = io.StringIO()
    write_assessment(out, view.assessment, view.content)
    answer = json.loads(out.getvalue())
    found = {f["check"]: (f["resource"], f["status"], f["reason"]) for f in answer["findings"]}
    assert found["process.manual.gov-02"] == ("ME-1", "pass", "")
    assert found["process.manual.gov-01"] == ("ME-2", "undetermined", "not reviewed")
    assert found["process.manual.pol-01"][1:] == ("undetermined", "an attachment is missing: attachments/gone.pdf")
    assert found["process.manual.gov-03"] == ("GOV-03", "undetermined", "no record of evidence by people")
    assert answer["manual_digest"] == view.assessment.people.digest != ""
    by_requirement = {r["requirement"]: r for r in answer["requirements"]}
    assert (by_requirement["CC1.2"]["status"], by_requirement["CC1.2"]["satisfied"]) == ("pass", True)
    assert by_requirement["CC1.3"]["status"] == "undetermined"


def test_the_package_holds_records_and_what_they_attach_under_the_digests_that_findings_name(
    workspace: Workspace, view: PackageView, tmp_path: Path
) -> None:
    write_people(view, tmp_path, workspace.root / FOLDER)
    held = {path.relative_to(tmp_path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in tmp_path.rglob("*") if path.is_file()}  # fmt: skip
    assert held == {path: artefact.digest for path, artefact in view.people}
    assert sorted(held) == [
        "evidence/manual/files/attachments/board.txt", "evidence/manual/records/ME-1.json",
        "evidence/manual/records/ME-2.json", "evidence/manual/records/ME-3.json", "evidence/manual/records/ME-4.json",
    ]  # fmt: skip
    (finding,) = [f for f in view.findings(status=Status.PASS) if f.check == "process.manual.gov-02"]
    assert finding.artefact == held["evidence/manual/records/ME-1.json"]
    assert view.evidence_references["evidence/manual/records/ME-1.json"].startswith("CC1.2-01.E")
    assert index(Facts(view)).files == len(view.artefacts) + len(held)


def test_a_file_changed_while_packaging_is_told(workspace: Workspace, view: PackageView, tmp_path: Path) -> None:
    other = tmp_path / "other" / "attachments"
    other.mkdir(parents=True)
    (other / "board.txt").write_bytes(b"other minutes")
    with pytest.raises(EvidenceError, match="changed while the package was made"):
        write_people(view, tmp_path / "package", other.parent)


def test_sheet_8_prints_who_when_and_what_is_lacking(view: PackageView) -> None:
    facts = Facts(view)
    rows = {row.id: row for row in procedural(facts).rows}
    board = rows["GOV-02"]
    assert (board.performed_on, board.by, board.reviewed_by) == ("2026-10-14", "Ann Lee", "Bob Ray 2026-10-21")
    assert board.due == "Quarterly, until 2027-01-14"
    assert board.evidence == "ME-1 statement, 1 attachment"
    assert rows["GOV-01"].evidence == "ME-2 statement, 1 attachment; not reviewed"
    assert "1 of them missing" in rows["POL-01"].evidence
    assert (rows["GOV-03"].performed_on, rows["GOV-03"].evidence) == ("–", "")
    states = {str(people.sheet.control.id): people.status for people in facts.procedural}
    assert (states["GOV-02"], states["IAM-06"]) == (Status.PASS, Status.FAIL)
    assert "not so: Access that a review found needless was removed" in rows["IAM-06"].evidence
    printed = {sheet.reference for sheet in facts.view.sheets}
    assert facts.with_section < printed
    assert all(row.has_section or row.tests for row in rows.values())
