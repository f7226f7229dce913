"""Results of other people's tools, and populations from tables, as they are read from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from proveonce.model.control import ControlId
from proveonce.model.evidence import ReadState


class Outcome(StrEnum):
    """What a tool says of one rule and one resource, in our words; a word that we do not know is unknown."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    MANUAL = "manual"
    """The tool leaves it to a person."""
    ERROR = "error"
    """The tool could not tell."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Result:
    """One rule of a tool, and one resource."""

    rule: str
    outcome: Outcome
    said: str
    """The tool's own word for the outcome."""
    pointer: str
    """Where it stands in the file: a row number, or a JSON pointer (RFC 6901)."""
    title: str = ""
    severity: str = ""
    """The tool's own word."""
    account: str = ""
    """AWS account id; empty where the file does not say, as for templates."""
    region: str = ""
    resource: str = ""
    """ARN where the tool gives one, else its own name for it."""
    resource_type: str = ""
    observed_at: str = ""
    """ISO 8601 with its zone, when the tool looked; empty where the file does not say."""
    message: str = ""
    suppressed: bool = False
    """Whether somebody told the tool not to count it; what it found stands in `outcome` all the same."""
    suppression: str = ""
    """Who, why and until when, as far as the tool says."""
    template: str = ""
    """File or template that was looked at, for results of design time."""


_TEXT, _DAY, _FLAG, _NUMBER = "VARCHAR", "DATE", "BOOLEAN", "DOUBLE"

RECORDS: Mapping[str, Mapping[str, str]] = {
    "change": {
        "id": _TEXT, "title": _TEXT, "kind": _TEXT, "requested_by": _TEXT, "approved_by": _TEXT, "tested_by": _TEXT,
        "implemented_by": _TEXT, "requested_on": _DAY, "approved_on": _DAY, "implemented_on": _DAY, "status": _TEXT,
        "is_emergency": _FLAG, "system": _TEXT, "rollback": _TEXT, "impact": _TEXT,
    },
    "joiner": {
        "person": _TEXT, "id": _TEXT, "role": _TEXT, "manager": _TEXT, "started_on": _DAY, "screened_on": _DAY,
        "agreement_signed_on": _DAY, "access_approved_by": _TEXT, "access_granted_on": _DAY,
    },
    "leaver": {
        "person": _TEXT, "id": _TEXT, "user_name": _TEXT, "left_on": _DAY, "access_removed_on": _DAY,
        "assets_returned_on": _DAY, "is_involuntary": _FLAG,
    },
    "ticket": {
        "id": _TEXT, "title": _TEXT, "kind": _TEXT, "severity": _TEXT, "opened_on": _DAY, "closed_on": _DAY,
        "owner": _TEXT, "root_cause": _TEXT, "status": _TEXT,
    },
    "training": {
        "person": _TEXT, "id": _TEXT, "course": _TEXT, "completed_on": _DAY, "due_on": _DAY, "score": _NUMBER,
        "acknowledged": _FLAG,
    },
    "asset": {
        "id": _TEXT, "name": _TEXT, "kind": _TEXT, "owner": _TEXT, "classification": _TEXT, "location": _TEXT,
        "in_scope": _TEXT, "reviewed_on": _DAY, "resource_arn": _TEXT,
    },
}  # fmt: skip
"""Kind of `--from table --as KIND` → columns. Each column is a fact of its own: a person's table may lack it, leave
a cell of it empty, or hold something there that is no such value."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "change": ("id",),
    "joiner": ("person",),
    "leaver": ("person",),
    "ticket": ("id",),
    "training": ("person", "course"),
    "asset": ("id",),
}
"""Kind → the columns without which a row names nothing."""


@dataclass(frozen=True, slots=True)
class TableMap:
    """How a workspace says that its tables of a kind are to be read."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Column of ours → heading of theirs."""
    dates: str = ""
    """Order and separators of their dates in DD, MM or MMM, and YYYY; ISO 8601 is always read."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a population that a person's table lists: a change, a joiner, a training."""

    values: Mapping[str, Any]
    """Column of the typed table → text, ISO date, number or boolean."""
    pointer: str
    read: Mapping[str, ReadState]
    """Column → read, absent where its cell is empty, quarantined where it holds no such value; a column that the
    table does not have is missing here: nobody asked for it."""


@dataclass(slots=True)
class Imported:
    """A file as read. `gaps` say what it cannot prove: a page missing, a rule that broke, an old rerun."""

    tool: str
    """As in `controls/imports/`; `table` for a person's table."""
    table: str
    """Typed table that its rows fill."""
    version: str = ""
    ran_at: str = ""
    """When the tool ran, ISO 8601; empty where the file does not say."""
    about: str = ""
    """What it speaks of besides its accounts, where a tool writes one file a rule; a later import of another takes
    no place from it."""
    is_whole: bool = False
    """Whether passes are in the file too; a file of findings only never proves a pass."""
    results: list[Result] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    """Each makes the import incomplete, and is printed."""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RuleMap:
    """Which common controls a tool's rules speak to."""

    tool: str
    title: str
    rules: Mapping[str, tuple[ControlId, ...]]
    """Rule id → controls; `prefix*` stands for every rule of that beginning without an entry of its own."""
    fresh_for_days: int
    """How long after it looked a tool's pass still counts."""
    polarity: Mapping[str, str] = field(default_factory=dict)
    """Rule id → what a match of it means, `fail` or `pass`, for tools whose files do not say (Cloud Custodian)."""

    def controls_of(self, rule: str) -> tuple[ControlId, ...]:
        """The controls of a rule; none where the map does not know it."""
        if rule in self.rules:
            return self.rules[rule]
        starts = [name for name in self.rules if name.endswith("*") and rule.startswith(name[:-1])]
        return self.rules[max(starts, key=len)] if starts else ()
