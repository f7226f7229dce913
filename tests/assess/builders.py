"""Small evidence and content for the assess tests, through the real store, loader and engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from proveonce.assess.load import Evidence
from proveonce.assess.questions import columns_used, question
from proveonce.assess.run import Findings, run_checks
from proveonce.model.assessment import CheckResult
from proveonce.model.check import Check, CheckId, Severity
from proveonce.model.control import ControlId
from proveonce.model.evidence import Coverage, ReadState
from proveonce.model.finding import Finding
from proveonce.model.workspace import Workspace
from proveonce.store import Store
from proveonce.tables.spec import load_specs

AS_OF = "2026-11-24T00:00:00.000000Z"
ACCOUNT = "111122223333"
REGION = "us-east-1"
POPULATION = "aws_s3_bucket"


def check(passes_when: str, **facts: Any) -> Check:
    """A check with everything but its predicate filled in."""
    values: dict[str, Any] = {
        "id": CheckId("aws.test.thing.holds"), "title": "t", "supports": (ControlId("CRY-02"),),
        "population": POPULATION, "severity": Severity.HIGH, "remediation": "r", "shows": ("Name",), **facts,
    }  # fmt: skip
    return Check(passes_when=passes_when, **values)


def line(name: str, *, item: Mapping[str, Any] | None = None, details: Mapping[str, Any] | None = None,
         read: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None) -> dict[str, Any]:  # fmt: skip
    """One evidence line."""
    return {
        "resource": name, "region": REGION, "tags": dict(tags or {}), "item": {"Name": name, **(item or {})},
        "details": dict(details or {}), "read": {"item": "read", **(read or {})},
    }  # fmt: skip


@contextmanager
def judged(
    root: Path,
    checks: list[Check],
    tables: Mapping[str, list[dict[str, Any]]],
    *,
    unread: Mapping[str, ReadState] | None = None,
    unplanned: tuple[str, ...] = (),
    workspace: Workspace | None = None,
    frameworks: tuple[str, ...] = (),
    regions_not_planned: tuple[str, ...] = (),
) -> Iterator[tuple[dict[CheckId, CheckResult], list[Finding]]]:
    """The checks over those lines; listings of `unread` broke, those of `unplanned` were never planned."""
    store = Store(root / "store")
    specs, parts, coverage = load_specs(), [], []
    for name, lines in tables.items():
        with store.writer(kind="items", table=name, account=ACCOUNT, region=REGION) as writer:
            for number, value in enumerate(lines):
                writer.write({**value, "line": number})
            parts.append(writer.close())
    for call in specs.calls:
        for table in call.tables:
            if table.name not in unplanned:
                state = (unread or {}).get(table.name, ReadState.READ)
                coverage.append(Coverage(
                    ACCOUNT, REGION, call.service, call.operation, (table.name,), "", state, planned=1,
                    read=int(state.is_read), rows=0, pages=1,
                ))  # fmt: skip
    for kind, rows in (("coverage", [asdict(row) for row in coverage]), ("calls", [])):
        with store.writer(kind=kind) as writer:
            for row in rows:
                writer.write(row)
            parts.append(writer.close())
    accounts = {ACCOUNT: {"regions_not_planned": list(regions_not_planned)}}
    predicate = {"started_at": AS_OF, "ended_at": AS_OF, "accounts": accounts, "tool": {}, "completeness": "test"}
    run = store.commit(predicate, parts)
    used = columns_used(map(question, checks))
    with Evidence(store, run, workspace or Workspace(root=root), used=used) as evidence:
        results = run_checks(evidence.connection, checks, as_of=AS_OF, frameworks=frameworks)
        yield results, list(Findings(evidence.connection)())
