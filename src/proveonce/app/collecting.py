"""Live AWS → a committed evidence run."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from proveonce.assess.expression import SyntaxProblem
from proveonce.assess.questions import question, questions
from proveonce.collect.engine import Collector
from proveonce.collect.listing import Plan
from proveonce.collect.policy import ReadPolicy, read_policy
from proveonce.collect.schedule import Progress
from proveonce.content.loader import read_content
from proveonce.kernel.errors import UsageError
from proveonce.model.content import Content
from proveonce.model.evidence import Coverage, Run
from proveonce.model.workspace import Account, Organization, Workspace
from proveonce.store import Store
from proveonce.tables.spec import load_specs

__all__ = ["Choice", "Progress", "collect", "needed_policy", "needed_tables", "planned_calls"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the command line says of a collection; where it says nothing, the workspace does."""

    profile: str | None = None
    role: str | None = None
    external_id: str | None = None
    regions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    """Empty: every service that the checks of the workspace's frameworks need."""
    accounts: tuple[str, ...] = ()
    """Only these."""
    units: tuple[str, ...] = ()
    """Only accounts of these organisational units; asks the organisation."""
    exclude: tuple[str, ...] = ()
    organization: bool = False
    """Whether the organisation says which accounts are read."""
    everything: bool = False
    """Whether tables are read that no check needs."""
    resumes: bool = False


_NOTHING_SAID = Choice()


def collect(
    workspace: Workspace, choice: Choice = _NOTHING_SAID, *, progress: Progress | None = None
) -> tuple[Run, list[Coverage]]:
    """The committed run and its coverage ledger; the command line wins over the workspace.

    Raises: CollectionError when collection cannot begin; UsageError for what there is not.
    """
    workspace = _chosen(workspace, choice)
    collector = Collector(
        workspace, Store(workspace.store), profile=choice.profile, regions=choice.regions, services=choice.services,
        tables=_tables(workspace, choice), progress=progress, resumes=choice.resumes,
    )  # fmt: skip
    return collector.run()


def _chosen(workspace: Workspace, choice: Choice) -> Workspace:
    """The workspace as the command line wants it."""
    if choice.role:
        accounts = tuple(replace(account, role=choice.role) for account in workspace.accounts)
        workspace = replace(workspace, role=choice.role, accounts=accounts)
    if choice.external_id:
        workspace = replace(workspace, external_id=choice.external_id)
    said = workspace.organization
    if choice.organization or choice.units:
        said = said or Organization()
        said = replace(said, discovers=True, units=choice.units or said.units)
        workspace = replace(workspace, organization=said, accounts=())
    if choice.accounts:
        known = {account.id: account for account in workspace.accounts}
        named = tuple(known.get(id_, Account(id_, role=workspace.role)) for id_ in choice.accounts)
        workspace = replace(workspace, accounts=named, organization=replace(said, discovers=False) if said else None)
    return _without(workspace, choice.exclude) if choice.exclude else workspace


def _without(workspace: Workspace, exclude: tuple[str, ...]) -> Workspace:
    left = tuple(account for account in workspace.accounts if account.id not in exclude)
    if workspace.accounts and not left:
        raise UsageError("every account is excluded", fix="exclude fewer, or name others with --accounts")
    said = workspace.organization
    if not workspace.accounts and said is None:
        raise UsageError("there is no list of accounts to exclude from", fix="add --organization, or name accounts")
    organization = replace(said, exclude=(*said.exclude, *exclude)) if said else None
    return replace(workspace, accounts=left, organization=organization)


def _tables(workspace: Workspace, choice: Choice) -> frozenset[str] | None:
    """The tables to read; None for every table of the services named."""
    if choice.everything or choice.services:
        return None
    content, _ = read_content(workspace.root)  # its problems stop an assessment, not a collection
    return needed_tables(content, workspace.frameworks)


def needed_tables(content: Content, frameworks: Iterable[str]) -> frozenset[str]:
    """The tables that checks read, but for checks whose controls serve other frameworks only."""
    chosen = set(frameworks)
    served = {name: {edge.control for edge in crosswalk.edges} for name, crosswalk in content.crosswalks.items()}
    wanted = {control for name, controls in served.items() if name in chosen for control in controls}
    elsewhere = {control for controls in served.values() for control in controls} - wanted
    asked, _ = questions(content.checks.values())
    tables: set[str] = set()
    for check in content.checks.values():
        if not set(check.supports) <= elsewhere:
            with suppress(SyntaxProblem):  # said by validate and assess, and nothing can be read for it
                tables.update((asked.get(check) or question(check)).tables)
    return frozenset(tables)


def planned_calls(workspace: Workspace, regions: Iterable[str], *, everything: bool = False) -> list[Plan]:
    """Every listing that a collection over `regions` asks of one account, and those asked once of the organisation."""
    specs, places = load_specs(), tuple(regions)
    calls = specs.needed(tables=_tables(workspace, Choice(everything=everything)))
    return [
        Plan("", region, call, specs.per_second(call))
        for call in calls
        for region in ([call.scope.place] if call.scope.place else places)
    ]


def needed_policy(workspace: Workspace, *, everything: bool = False) -> ReadPolicy:
    """What IAM must allow for the collection that the workspace asks for."""
    calls = load_specs().needed(tables=_tables(workspace, Choice(everything=everything)))
    return read_policy(calls, discovers=workspace.organization is not None)
