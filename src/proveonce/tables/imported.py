"""Typed tables of what is imported; their columns are ours, for no AWS model names them.

`import_result` holds every result; a view `import_<tool>_<control>` is the population of that tool's
results for that control. `record_<kind>` hold populations from people's tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from proveonce.model.imported import RECORDS

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

_VIEW = re.compile(r"import_(?P<tool>[a-z0-9_]+)_(?P<control>[a-z]{3}_\d{2})")


def record_table(kind: str) -> str:
    """The table of a kind of records."""
    return f"record_{kind}"


def view_of(tool: str, control: str) -> str:
    """The population of a tool's results for a control."""
    return f"import_{tool}_{control.lower().replace('-', '_')}"


def is_record(table: str) -> bool:
    """Whether a table holds what people's tables list."""
    return table.startswith("record_") and table.removeprefix("record_") in RECORDS


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
