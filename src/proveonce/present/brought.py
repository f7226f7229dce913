"""What people brought in from files of other tools, with where each comes from."""

from __future__ import annotations

from dataclasses import dataclass

from proveonce.model.assessment import Counts
from proveonce.model.evidence import Run
from proveonce.present.view import PackageView


@dataclass(frozen=True, slots=True)
class Brought:
    """One import in force."""

    tool: str
    """`Prowler 5.46.0`."""
    run: str
    ran_at: str
    """When the tool looked, as the file says; empty where it does not."""
    imported_at: str
    imported_by: str
    file: str
    sha256: str
    subject: str
    rows: int
    tests: int
    """Checks of this framework over its tool's results."""
    counts: Counts
    """Their findings in this framework's scope, over all imports of the tool."""
    gaps: tuple[str, ...]
    """What the file cannot prove."""
    notes: tuple[str, ...]


def brought_in(view: PackageView) -> tuple[Brought, ...]:
    """Every import in force, by tool and instant."""
    found = [_one(view, run) for run in view.assessment.imports if run.is_import]
    return tuple(sorted(found, key=lambda brought: (brought.tool, brought.imported_at, brought.run)))


def _one(view: PackageView, run: Run) -> Brought:
    facts = run.manifest["predicate"]["import"]
    prefix = f"import.{facts['tool']}."
    checks = [c for c in view.content.checks.values() if c.id.startswith(prefix) and c.id in view.references]
    return Brought(
        tool=f"{facts['title']} {facts['version']}".strip(),
        run=run.id,
        ran_at=str(facts["ran_at"]),
        imported_at=run.started_at,
        imported_by=str(facts["imported_by"]),
        file=str(facts["file"]),
        sha256=str(facts["sha256"]),
        subject=str(facts.get("subject", "")),
        rows=int(facts["rows"]),
        tests=len(checks),
        counts=sum((view.counts_of(check) for check in checks), Counts()),
        gaps=tuple(facts["gaps"]),
        notes=tuple(facts.get("notes", ())),
    )
