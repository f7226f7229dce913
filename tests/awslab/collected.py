"""One collection by the real engine, with a clock that costs nothing, and its answers at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from awslab.cloud import ROLE
from awslab.seed import CORE_TABLES
from awslab.timing import FakeTiming
from proveonce.collect import session as sessions
from proveonce.collect.calls import Caller, CallLog
from proveonce.collect.engine import Collector
from proveonce.collect.listing import Listing, Plan
from proveonce.collect.pace import Pacer
from proveonce.model.evidence import Coverage, Run
from proveonce.model.workspace import Account, Workspace
from proveonce.store import Store
from proveonce.tables.declared import declared_operations
from proveonce.tables.fit import Fitter
from proveonce.tables.spec import Call, load_specs

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

    def ledger(self, operation: str, *, account: str = "", table: str = "") -> Coverage:
        """The one row of that operation, of the listing that fills `table` where several ask by it."""
        found = [c for c in self.coverage if f"{c.service}:{c.operation}" == operation and account in ("", c.account)]
        found = [c for c in found if not table or table in c.tables]
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
    tables: Iterable[str] = CORE_TABLES,
    resumes: bool = False,
) -> Collected:
    """A run over the caller's account, or over `accounts` by their role."""
    named = tuple(Account(account, role=ROLE) for account in accounts)
    workspace = workspace or Workspace(root=root, accounts=named)
    share_key(workspace)
    timing = FakeTiming()
    collector = Collector(
        workspace, Store(workspace.store), regions=regions, services=services, tables=tables, timing=timing,
        resumes=resumes,
    )  # fmt: skip
    with patch.object(os, "fsync"):  # many small files, and nothing here is about power cuts
        run, coverage = collector.run()
    return Collected(workspace, run, coverage, timing)


def share_key(workspace: Workspace) -> None:
    """Gives the store a key that all of a test's stores share, so that equal data has equal bytes."""
    path = workspace.store / "commitment.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a key that only tests use.......")
        path.chmod(0o600)


def read_listing(root: Path, call: Call, account: str) -> Collected:
    """One listing read by itself, as the caller, by the engine's own parts; its artefacts as a run of their own."""
    timing = FakeTiming()
    workspace = Workspace(root=root)
    share_key(workspace)
    store = Store(workspace.store)
    clients = sessions.Clients(sessions.base_session(None), declared_operations(load_specs()), workers=4)
    region = call.scope.place or REGION
    with patch.object(os, "fsync"), store.writer(kind="calls") as calls, ThreadPoolExecutor(4) as pool:
        caller = Caller(clients, Pacer(timing.monotonic), CallLog(calls.write), timing, "arn:aws:sts::test")
        listing = Listing(
            Plan(account, region, call, 100), caller, store, Fitter(store.commitment_key()), pool, partition="aws",
            home_region=REGION,
        )  # fmt: skip
        listing.run()
        if listing.wants_second_pass:
            listing.repair()
        parts = [*listing.artefacts.values(), calls.close()]
    predicate = {"started_at": "2026", "ended_at": "2026", "accounts": {}, "tool": {}, "completeness": "one listing"}
    return Collected(workspace, store.commit(predicate, parts), listing.coverage(), timing)
