"""Live AWS → a committed evidence run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from proveonce.collect.engine import Collector
from proveonce.collect.listing import Plan
from proveonce.collect.schedule import Progress
from proveonce.model.evidence import Coverage, Run
from proveonce.model.workspace import Workspace
from proveonce.store import Store
from proveonce.tables.spec import load_specs

__all__ = ["Progress", "collect", "planned_calls"]


def collect(
    workspace: Workspace,
    *,
    profile: str | None = None,
    role: str | None = None,
    external_id: str | None = None,
    regions: Iterable[str] = (),
    services: Iterable[str] = (),
    progress: Progress | None = None,
) -> tuple[Run, list[Coverage]]:
    """The committed run and its coverage ledger; the command line wins over the workspace.

    Raises: CollectionError when collection cannot begin; UsageError for an unknown service.
    """
    if role:
        accounts = tuple(replace(account, role=role) for account in workspace.accounts)
        workspace = replace(workspace, role=role, accounts=accounts)
    if external_id:
        workspace = replace(workspace, external_id=external_id)
    collector = Collector(
        workspace, Store(workspace.store), profile=profile, regions=regions, services=services, progress=progress
    )
    return collector.run()


def planned_calls(regions: Iterable[str]) -> list[Plan]:
    """Every listing that a collection over `regions` would ask of one account."""
    return [
        Plan("", region, call, service.per_second)
        for service in load_specs().services
        for call in service.calls
        for region in ([call.scope.place] if call.scope.place else regions)
    ]
