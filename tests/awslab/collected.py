"""One collection by the real engine, with a clock that costs nothing, and its answers at hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from awslab.cloud import ROLE
from awslab.timing import FakeTiming
from proveonce.collect.engine import Collector
from proveonce.model.evidence import Artefact, Coverage, Run
from proveonce.model.workspace import Account, Workspace
from proveonce.store import Store

REGION = "us-east-1"


@dataclass(slots=True)
class Collected:
    """A committed run."""

    workspace: Workspace
    run: Run
    coverage: list[Coverage]
    timing: FakeTiming = field(default_factory=FakeTiming)

    @property
    def store(self) -> Store:
        return Store(self.workspace.store)

    def artefacts(self) -> dict[str, str]:
        """Name → digest of every item artefact."""
        return {artefact.name: artefact.digest for artefact in self.run.of_kind("items")}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The lines of a table, over every account and region."""
        return [
            json.loads(line)
            for artefact in self.run.of_kind("items")
            if artefact.table == table
            for line in self.store.lines(artefact)
        ]

    def calls(self) -> list[dict[str, Any]]:
        """The call records."""
        return [json.loads(line) for artefact in self.run.of_kind("calls") for line in self.store.lines(artefact)]

    def lost(self) -> list[Coverage]:
        """The ledger's rows that are not complete."""
        return [row for row in self.coverage if not row.is_complete]

    def ledger(self, operation: str, *, account: str = "") -> Coverage:
        """The one row of that operation."""
        found = [c for c in self.coverage if f"{c.service}:{c.operation}" == operation and account in ("", c.account)]
        assert len(found) == 1, f"{operation}: {len(found)} rows"
        return found[0]

    def everything(self) -> bytes:
        """The plain bytes of all that was stored."""
        return b"\n".join(line for artefact in self.run.artefacts for line in self.store.lines(artefact))


def collect(
    root: Path,
    *,
    services: Iterable[str] = (),
    regions: Iterable[str] = (REGION,),
    accounts: Iterable[str] = (),
    workspace: Workspace | None = None,
) -> Collected:
    """A run over the caller's account, or over `accounts` by their role."""
    named = tuple(Account(account, role=ROLE) for account in accounts)
    workspace = workspace or Workspace(root=root, accounts=named)
    timing = FakeTiming()
    collector = Collector(workspace, Store(workspace.store), regions=regions, services=services, timing=timing)
    run, coverage = collector.run()
    return Collected(workspace, run, coverage, timing)


def names(artefacts: Iterable[Artefact]) -> set[str]:
    """The names of artefacts."""
    return {artefact.name for artefact in artefacts}
