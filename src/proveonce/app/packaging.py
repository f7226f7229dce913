"""A run → attestation packages, one a framework."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import proveonce
from proveonce.app.assessing import assess
from proveonce.app.calendar import HORIZON, Choice, calendar_of, open_desk
from proveonce.assess.duties import Desk
from proveonce.assess.duties.proof import recurring
from proveonce.content.manual import FOLDER
from proveonce.kernel.calendar import Window, shift
from proveonce.kernel.canonical import canonical
from proveonce.kernel.errors import UsageError
from proveonce.kernel.instants import parse_instant
from proveonce.kernel.naming import nearest
from proveonce.model.assessment import Assessment, Counts
from proveonce.model.catalog import FrameworkId
from proveonce.model.content import Content
from proveonce.model.finding import Status
from proveonce.model.manual import AttachmentState
from proveonce.model.workspace import Workspace
from proveonce.present import package as parts
from proveonce.present.report import write_report
from proveonce.present.view import LARGEST_ATTACHMENT, PackageView
from proveonce.present.workbook import write_workbook
from proveonce.store import Store
from proveonce.tables import schema
from proveonce.tables.spec import spec_files


@dataclass(frozen=True, slots=True)
class PackageResult:
    """One package as made."""

    framework: str
    folder: Path
    archive: Path
    archive_digest: str
    pages: int
    requirements: Mapping[Status, int]
    findings: Counts
    unread: int
    """Coverage rows not read to their end."""


def package(
    workspace: Workspace,
    *,
    frameworks: tuple[str, ...] = (),
    run_id: str | None = None,
    as_of: str | None = None,
    out: Path | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> list[PackageResult]:
    """The packages of a run, in the order asked for; a package of the same name is replaced whole.

    Raises: InputError, UsageError, EvidenceError.
    """
    chosen = frameworks or workspace.frameworks
    report = progress or (lambda _done, _planned, _what: None)
    with assess(workspace, run_id=run_id, as_of=as_of, frameworks=_every(workspace, chosen)) as (assessment, content):
        desk = _desk(workspace, content, assessment)
        views = [_view(desk, assessment, name) for name in chosen]
        report(0, len(views), "")
        # Rendering runs in child processes; the threads only wait for them.
        with ThreadPoolExecutor(min(len(views), os.cpu_count() or 1)) as pool:
            results = []
            for done, result in enumerate(pool.map(lambda view: _make(view, out or workspace.out), views), 1):
                report(done, len(views), result.framework)
                results.append(result)
        return results


def _every(workspace: Workspace, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The workspace's frameworks and any other asked for: overlap is printed whatever the package."""
    return tuple(dict.fromkeys([*workspace.frameworks, *chosen]))


def _desk(workspace: Workspace, content: Content, assessment: Assessment) -> Desk:
    day = parse_instant(assessment.as_of).date()
    return open_desk(workspace, content, day, shift(day, HORIZON))


def _view(desk: Desk, assessment: Assessment, name: str) -> PackageView:
    workspace, content = desk.workspace, desk.content
    framework = content.frameworks.get(FrameworkId(name))
    if framework is None:
        near = nearest(name, content.frameworks)
        raise UsageError(f"no framework {name!r}", fix=f"did you mean {near}?" if near else "proveonce frameworks list")
    return PackageView(
        workspace=workspace,
        content=content,
        assessment=assessment,
        framework=framework,
        package=f"{name}-{assessment.as_of[:10]}",
        tool=f"proveonce {proveonce.__version__}",
        evidence_digest=assessment.run.digest,
        attached=_attached(workspace.root / FOLDER, assessment),
        calendar=calendar_of(desk, Choice(framework=name)),
        recurring={work.control: work for work in recurring(desk, Window(shift(desk.day, HORIZON, -1), desk.day))},
    )


def _attached(folder: Path, assessment: Assessment) -> dict[str, int]:
    """The files attached that go into a package, with their lengths: those as recorded, and not too large."""
    kept = sorted({
        attachment.file
        for record in assessment.people.records
        for attachment in record.attachments
        if attachment.state is AttachmentState.KEPT
    })  # fmt: skip
    lengths = {file: (folder / file).stat().st_size for file in kept}
    return {file: length for file, length in lengths.items() if length <= LARGEST_ATTACHMENT}


def _make(view: PackageView, out: Path) -> PackageResult:
    """One package, built aside and then put in its place."""
    store = Store(view.workspace.store)
    created = parse_instant(view.assessment.as_of)
    out.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=out, prefix=f".{view.package}."))
    building.chmod(0o755)  # mkdtemp keeps it to its owner; a package is for others
    try:
        pages = write_report(view, building / "report.pdf", created=created)
        write_workbook(view, building / "workbook.xlsx", created=created, calls=lambda: _calls(store, view))
        parts.write_findings(view, building / "findings.json")
        parts.write_registers(view, building / "registers.json")
        for name, artefact in view.artefacts:
            parts.write_lines(store.lines(artefact), building / name)
        (building / "evidence" / "run.json").write_bytes(canonical(view.assessment.run.manifest))
        for brought in view.assessment.imports:
            folder = building / "evidence" / "imports" / brought.id
            (folder / "run.json").write_bytes(canonical(brought.manifest))
        parts.write_people(view, building, view.workspace.root / FOLDER)
        parts.write_content(view, building / "content", _extra_content(view), _schemas())
        parts.write_oscal(view, building / "oscal")
        parts.write_verify(view, building / "VERIFY.md")
        parts.write_manifest(view, building)
        folder = out / view.package
        shutil.rmtree(folder, ignore_errors=True)
        building.replace(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    archive = out / f"{view.package}.zip"
    digest = parts.write_zip(folder, archive)
    counts = Counts()
    for check in {sheet_test.check.id for sheet in view.sheets for sheet_test in sheet.tests}:
        counts += view.assessment.checks[check].by_framework[view.framework.id]
    unread = sum(not row.is_complete for row in view.assessment.coverage)
    return PackageResult(view.framework.id, folder, archive, digest, pages, view.status_counts(), counts, unread)


def _calls(store: Store, view: PackageView) -> Iterator[Mapping[str, Any]]:
    """The call records, each with its tables and rows spelled out."""
    for artefact in view.assessment.run.of_kind("calls"):
        for line in store.lines(artefact):
            call = json.loads(line)
            lines = call.pop("lines")
            yield {
                **call,
                "table": ", ".join(lines),
                "first_line": min((first for first, _ in lines.values()), default=0),
                "rows": sum(count for _, count in lines.values()),
            }


def _extra_content(view: PackageView) -> dict[str, bytes]:
    path = view.workspace.root / "proveonce.yaml"
    return {**spec_files(), **({"proveonce.yaml": path.read_bytes()} if path.is_file() else {})}


def _schemas() -> dict[str, dict[str, str]]:
    return {name: {c.name: c.type for c in schema.columns(name)} for name in schema.table_names()}
