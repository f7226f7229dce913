"""Evidence: what was read, what was not, and the run that did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ReadState(StrEnum):
    """How a fact, or a planned call, was read."""

    READ = "read"
    ABSENT = "absent"
    """AWS said that there is no such thing."""
    NOT_NEEDED = "not_needed"
    """The spec asks this detail of some items only, and this is none of them."""
    DENIED = "denied"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    """The service has no endpoint here, or it could not be reached."""
    REGION_NOT_OPTED_IN = "region_not_opted_in"
    NOT_ENABLED = "not_enabled"
    NOT_SUBSCRIBED = "not_subscribed"
    GONE = "gone"
    """Deleted between the listing and the detail call."""
    QUARANTINED = "quarantined"
    """The answer does not fit AWS's own model of it."""
    ERROR = "error"

    @property
    def is_read(self) -> bool:
        """Whether the fact is known."""
        return self in (ReadState.READ, ReadState.ABSENT)

    @property
    def is_retryable(self) -> bool:
        """Whether a second pass may read it."""
        return self in (ReadState.THROTTLED, ReadState.UNAVAILABLE, ReadState.ERROR)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One planned account × region × operation, and how it went."""

    account: str
    region: str
    service: str
    operation: str
    tables: tuple[str, ...]
    """Tables that need it."""
    detail: str
    """Name of the detail call; empty for a listing; `item` for a listing's items that do not fit AWS's model."""
    state: ReadState
    """The worst of its calls: a listing is read when it was followed to its end."""
    planned: int
    """Calls that had to succeed: 1 for a listing, one an item for a detail."""
    read: int
    """Of those, how many were read or are absent."""
    rows: int
    pages: int
    code: str = ""
    """AWS error code of the first failure."""
    message: str = ""
    """What AWS said, cut to 300 characters."""

    @property
    def is_complete(self) -> bool:
        """Whether everything planned was read: nothing was, where AWS said that the service is not on."""
        return self.read == self.planned and (self.state.is_read or self.is_off)

    @property
    def is_off(self) -> bool:
        """Whether AWS said that the service is not on there, so that there was nothing to ask."""
        return self.state is ReadState.NOT_ENABLED and not self.planned


@dataclass(frozen=True, slots=True)
class Artefact:
    """One stored object, addressed by the SHA-256 of its plain bytes."""

    digest: str
    length: int
    stored_digest: str
    stored_length: int
    kind: str
    """items, calls, coverage, scope."""
    table: str = ""
    """Of items: the listing's first table, which names the spec."""
    account: str = ""
    region: str = ""
    rows: int = 0

    @property
    def name(self) -> str:
        """Its name in a package."""
        if self.kind != "items":
            return f"{self.kind}.jsonl"
        return f"{self.account}/{self.region}/{self.table}.jsonl"


@dataclass(frozen=True, slots=True)
class Run:
    """One committed collection run."""

    id: str
    """`run-<start>-<first 8 of the manifest digest>`."""
    digest: str
    """SHA-256 of the manifest's canonical bytes."""
    started_at: str
    ended_at: str
    artefacts: tuple[Artefact, ...]
    accounts: Mapping[str, Mapping[str, Any]]
    """Account id → name, caller ARN, regions planned, regions not enabled."""
    tool: Mapping[str, str]
    """Versions of proveonce, botocore, python; digest of the specs."""
    endpoint: str = ""
    """A custom endpoint, when one was used: the account may be simulated."""
    completeness: str = "not independently established"
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_import(self) -> bool:
        """Whether a person brought it in from a file, instead of AWS being read."""
        return "import" in self.manifest.get("predicate", {})

    def of_kind(self, kind: str) -> list[Artefact]:
        """The artefacts of that kind."""
        return [artefact for artefact in self.artefacts if artefact.kind == kind]
