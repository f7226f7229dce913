"""Findings: an observation judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from proveonce.model.check import CheckId


class Status(StrEnum):
    """The four outcomes; unread is undetermined, never a pass and never a fail."""

    FAIL = "fail"
    UNDETERMINED = "undetermined"
    PASS = "pass"  # noqa: S105 - an outcome, no password
    NOT_APPLICABLE = "not_applicable"

    @property
    def rank(self) -> int:
        """Its place in the lattice, worst first: fail, undetermined, pass, not_applicable."""
        return _WORST_FIRST.index(self)


_WORST_FIRST = (Status.FAIL, Status.UNDETERMINED, Status.PASS, Status.NOT_APPLICABLE)


def worst(statuses: list[Status]) -> Status | None:
    """The worst of `statuses`; None of none."""
    return min(statuses, key=lambda status: status.rank, default=None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One member of a population, judged by one check."""

    check: CheckId
    status: Status
    reason: str
    account: str
    region: str
    resource: str
    """ARN where AWS has one, else its id; the listing's name where a listing was not read."""
    observed: Mapping[str, Any]
    """The check's `shows` columns as read."""
    artefact: str
    """SHA-256 of the artefact that holds the row; empty where nothing was read."""
    line: int
    """0-based line of the row in that artefact."""
    call: str
    """Id of the call that returned the row."""
    read_at: str
    """When that call was answered."""
    out_of_scope: tuple[str, ...] = ()
    """Frameworks for which the resource is out of scope, by the workspace's statement."""
    acceptances: tuple[str, ...] = ()
    """Risk acceptances that are about this failure, those in force first; they change nothing of it."""
