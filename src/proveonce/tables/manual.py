"""Typed tables of evidence by people; their columns are ours.

`manual_<kind>` holds every record of a kind, one row each. A view `manual_control_<control>` is what
is on record for one control: a row for each of its records, and a single empty one where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from proveonce.model.manual import Kind
from proveonce.model.manual_fields import FIELDS

ON_RECORD = "manual_on_record"
"""Behind the views: a row for each record and control."""
CONTROL = "control"

NOBODY, PEOPLE = "none", "people"
"""Stand for account and region: a record belongs to the organisation."""

COLUMNS: Mapping[str, str] = {
    "id": "VARCHAR",
    "kind": "VARCHAR",
    "title": "VARCHAR",
    "statement": "VARCHAR",
    "conclusion": "VARCHAR",
    "performed_on": "DATE",
    "recorded_at": "TIMESTAMP",
    "performed_by": "VARCHAR",
    "reviewed_by": "VARCHAR",
    "reviewed_on": "DATE",
    "is_reviewed_by_another": "BOOLEAN",
    "valid_until": "DATE",
    "attachments": "BIGINT",
    "attachments_missing": "VARCHAR[]",
    "attachments_altered": "VARCHAR[]",
    "superseded_by": "VARCHAR",
}
"""Columns of every record; all null but the identity where a control has none. `valid_until` is the last day on which
it counts: for its control, or in a table of a kind for the strictest of its controls. Names are compared without case,
in `is_reviewed_by_another`."""

_KINDS = frozenset(Kind)
_VIEW = re.compile(r"manual_control_(?P<control>[a-z]{3}_\d{2})")


def kind_table(kind: str) -> str:
    """The table of a kind of records."""
    return f"manual_{kind}"


def view_of(control: str) -> str:
    """The population of what is on record for a control."""
    return f"manual_control_{control.lower().replace('-', '_')}"


def is_view(table: str) -> bool:
    """Whether a table is what is on record for a control."""
    return _VIEW.fullmatch(table) is not None


def is_manual(table: str) -> bool:
    """Whether a table is filled from records of evidence by people."""
    return columns_of(table) is not None


def columns_of(table: str) -> Mapping[str, str] | None:
    """The columns of such a table, identity aside; None for a table of another kind."""
    if is_view(table):
        return COLUMNS
    if table == ON_RECORD:
        return {**COLUMNS, CONTROL: "VARCHAR"}
    kind = table.removeprefix("manual_")
    if table == kind or kind not in _KINDS:
        return None
    return {**COLUMNS, **{name: field.type for name, field in FIELDS[Kind(kind)].items()}}


def stored_tables() -> list[str]:
    """The tables that records fill; views aside."""
    return [ON_RECORD, *(kind_table(kind) for kind in Kind)]
