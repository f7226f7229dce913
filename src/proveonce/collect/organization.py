"""The AWS organisation's own list of accounts: which to read, and whether those read are all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proveonce.collect.calls import Caller, CallFailed, Target
from proveonce.collect.classify import Failure
from proveonce.collect.paging import pages
from proveonce.model.workspace import Organization

SERVICE = "organizations"
_PER_SECOND = 2.0
"""AWS publishes no limit; more answers TooManyRequestsException."""


@dataclass(frozen=True, slots=True)
class Member:
    """An account of the organisation, as AWS lists it."""

    id: str
    name: str
    status: str
    """ACTIVE, SUSPENDED, PENDING_CLOSURE."""

    @property
    def is_active(self) -> bool:
        """Whether it can be read at all."""
        return self.status == "ACTIVE"


@dataclass(frozen=True, slots=True)
class AccountList:
    """What the organisation says, or why it does not."""

    seen_from: str
    members: tuple[Member, ...] = ()
    units: frozenset[str] | None = None
    """Ids of the accounts in the units that the workspace names; None when it names none."""
    failure: Failure | None = None

    def chosen(self, organization: Organization) -> Iterator[Member]:
        """The active accounts to read, by id."""
        for member in sorted(self.members, key=lambda m: m.id):
            is_named = self.units is None or member.id in self.units
            if member.is_active and is_named and member.id not in organization.exclude:
                yield member

    def completeness(self, read: Iterable[str]) -> str:
        """How the accounts of a run stand to the organisation's list, in words."""
        if self.failure is not None:
            return (
                "not independently established: the organisation's own list could not be read from account "
                f"{self.seen_from} ({self.failure.code})"
            )
        done = frozenset(read)
        active = {member.id for member in self.members if member.is_active}
        covered = active & done
        words = (
            f"held against the organisation's own list, seen from account {self.seen_from}: {len(covered)} of "
            f"{len(active)} active accounts"
        )
        if missing := sorted(active - covered):
            words += f"; not in this run: {', '.join(missing)}"
        if outside := sorted(done - {member.id for member in self.members}):
            words += f"; read, yet not of this organisation: {', '.join(outside)}"
        if idle := sum(not member.is_active for member in self.members):
            words += f"; {idle} accounts suspended or closing"
        return words


def list_accounts(caller: Caller, account: str, endpoint_region: str, organization: Organization) -> AccountList:
    """The organisation's list as `account` sees it: its management account, or a delegated administrator."""
    target = Target(account, "global", endpoint_region, SERVICE, _PER_SECOND)

    def listed(operation: str, key: str, **params: Any) -> Iterator[Mapping[str, Any]]:
        def ask(**given: Any) -> Mapping[str, Any] | None:
            return caller.call(target, operation, given)

        for page in pages(ask, SERVICE, operation, params):
            yield from (page or {}).get(key, [])

    def below(unit: str) -> Iterator[str]:
        for member in listed("ListAccountsForParent", "Accounts", ParentId=unit):
            yield member["Id"]
        for inner in listed("ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=unit):
            yield from below(inner["Id"])

    try:
        members = tuple(
            Member(found["Id"], found.get("Name", ""), found.get("Status", ""))
            for found in listed("ListAccounts", "Accounts")
        )
        units = frozenset(id_ for unit in organization.units for id_ in below(unit)) if organization.units else None
    except CallFailed as failed:
        return AccountList(account, failure=failed.failure)
    return AccountList(account, members, units)
