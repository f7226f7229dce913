"""Typed tables of what is imported; their columns are ours, for no AWS model names them.

`import_result` holds every result; a view `import_<tool>_<control>` is the population of that tool's
results for that control. `record_<kind>` hold populations from people's tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

RESULT = "import_result"

RESULT_COLUMNS: Mapping[str, str] = {
    "tool": "VARCHAR",
    "rule": "VARCHAR",
    "title": "VARCHAR",
    "outcome": "VARCHAR",
    "said": "VARCHAR",
    "severity": "VARCHAR",
    "resource_type": "VARCHAR",
    "observed_at": "TIMESTAMP",
    "message": "VARCHAR",
    "suppressed": "BOOLEAN",
    "suppression": "VARCHAR",
    "template": "VARCHAR",
    "is_whole": "BOOLEAN",
    "pointer": "VARCHAR",
}

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
"""Kind of `--from table --as KIND` → columns; every one may be empty."""

_VIEW = re.compile(r"import_(?P<tool>[a-z0-9_]+)_(?P<control>[a-z]{3}_\d{2})")


def record_table(kind: str) -> str:
    """The table of a kind of records."""
    return f"record_{kind}"


def view_of(tool: str, control: str) -> str:
    """The population of a tool's results for a control."""
    return f"import_{tool}_{control.lower().replace('-', '_')}"


def is_imported(table: str) -> bool:
    """Whether a table is filled by imports."""
    return columns_of(table) is not None


def columns_of(table: str) -> Mapping[str, str] | None:
    """The columns of an imported table, identity aside; None for a table of another kind."""
    if table == RESULT or _VIEW.fullmatch(table):
        return RESULT_COLUMNS
    kind = table.removeprefix("record_")
    return RECORDS.get(kind) if table != kind else None


def stored_tables() -> list[str]:
    """The tables that imports fill; views aside."""
    return [RESULT, *(record_table(kind) for kind in RECORDS)]
