"""The workspace: whose controls these are, which accounts and regions, and what is in scope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from proveonce.kernel.globs import regex_of
from proveonce.model.imported import TableMap
from proveonce.model.planning import Planning


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who prepared, reviewed or signed."""

    name: str
    role: str = ""
    date: str = ""

    @property
    def initials(self) -> str:
        """For sheet headers; empty when nobody is named."""
        return "".join(part[0] for part in self.name.split())[:3].upper()


@dataclass(frozen=True, slots=True)
class Account:
    """One AWS account to read."""

    id: str
    name: str = ""
    role: str | None = None
    """Role to assume there; None reads it with the caller's own credentials."""


@dataclass(frozen=True, slots=True)
class Organization:
    """Which accounts of the AWS organisation are read, and from where it is seen."""

    account: Account | None = None
    """Its management account, or a delegated administrator; None: the caller's own account."""
    discovers: bool = True
    """Whether its list says which accounts are read; else it only tells whether those named are all."""
    units: tuple[str, ...] = ()
    """Only accounts in or below these organisational units; empty: every one."""
    exclude: tuple[str, ...] = ()
    """Accounts not to be read."""


@dataclass(frozen=True, slots=True)
class ScopeRule:
    """What takes a resource out of, or only connects it to, a framework's scope."""

    state: str
    """in, connected or out."""
    reason: str
    accounts: tuple[str, ...] = ()
    name: str | None = None
    """Glob over the resource's ARN or id."""
    tag: Mapping[str, str] = field(default_factory=dict)
    """Every one of these tags, value glob."""

    def matches(self, account: str, resource: str, tags: Mapping[str, str]) -> bool:
        """Whether every condition of the rule holds."""
        return (
            (not self.accounts or account in self.accounts)
            and (self.name is None or _is_match(self.name, resource))
            and all(key in tags and _is_match(value, tags[key]) for key, value in self.tag.items())
        )


def _is_match(glob: str, text: str) -> bool:
    return re.fullmatch(regex_of(glob), text, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class Workspace:
    """One organisation's workspace. Without a `proveonce.yaml`, its defaults."""

    root: Path
    organisation: str = "Organisation not named"
    system: str = "System not named"
    description: str = ""
    frameworks: tuple[str, ...] = ("soc2", "pci_dss", "hipaa")
    soc2_categories: tuple[str, ...] = ()
    """Empty: every category."""
    accounts: tuple[Account, ...] = ()
    """Empty: the caller's account."""
    organization: Organization | None = None
    """None: the organisation is not asked which accounts there are."""
    regions: tuple[str, ...] = ()
    """Empty: every region enabled in the account."""
    all_regions: bool = False
    """Whether regions that the account never enabled are planned too."""
    role: str | None = None
    external_id: str | None = None
    prepared_by: Person | None = None
    reviewed_by: Person | None = None
    owners: Mapping[str, str] = field(default_factory=dict)
    scope: Mapping[str, tuple[ScopeRule, ...]] = field(default_factory=dict)
    """Framework → rules; the first that matches decides, none means in scope."""
    audits: Mapping[str, str] = field(default_factory=dict)
    """Framework → date of its next audit."""
    effort: Mapping[str, float] = field(default_factory=dict)
    """Control or check → person-days to put it right and prove it."""
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Framework → requirement → how much more than others it weighs in the order of work."""
    tables: Mapping[str, TableMap] = field(default_factory=dict)
    """Kind of records → how people's tables of it are read."""
    planning: Planning = Planning()
    """What its calendar is planned by."""
    is_default: bool = True
    """Whether there was no `proveonce.yaml`."""

    @property
    def store(self) -> Path:
        """The evidence store."""
        return self.root / "evidence" / "store"

    @property
    def out(self) -> Path:
        """Where packages go."""
        return self.root / "reports" / "out"
