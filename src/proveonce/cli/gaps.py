"""What was not read, as the terminal shows it: row by row while it is short, else one row an operation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from proveonce.cli.common import table

if TYPE_CHECKING:
    from proveonce.model.evidence import Coverage

_ROWS = 12
"""Ledger rows beyond which they are grouped."""
_WHY = 90
_NAMED = 2
_CALLER_AND_RESOURCE = re.compile(r"^.* on resource: \S+ ")
_HEAD = ["account", "region", "operation", "read", "why"]


def gap_table(missing: Sequence[Coverage], *, indent: str = "") -> str:
    """The ledger rows that were not read to their end; every one of them is counted."""
    rows = [_row(row) for row in missing] if len(missing) <= _ROWS else _grouped(missing)
    return table([f"{indent}{_HEAD[0]}", *_HEAD[1:]], [[f"{indent}{row[0]}", *row[1:]] for row in rows])


def _row(row: Coverage) -> list[str]:
    return [row.account, row.region, f"{row.service}:{row.operation}", f"{row.read:,} of {row.planned:,}", _why(row)]


def _grouped(missing: Sequence[Coverage]) -> list[list[str]]:
    """One row an operation and state, most unread first."""
    groups: dict[tuple[str, str, str], list[Coverage]] = {}
    for row in missing:
        groups.setdefault((row.service, row.operation, row.state), []).append(row)
    order = sorted(groups.items(), key=lambda item: (-_unread(item[1]), item[0]))
    return [
        [
            _some([row.account for row in rows], "accounts"),
            _some([row.region for row in rows], "regions"),
            f"{service}:{operation}",
            f"{sum(row.read for row in rows):,} of {sum(row.planned for row in rows):,}",
            _why(rows[0]),
        ]
        for (service, operation, _), rows in order
    ]


def _unread(rows: Sequence[Coverage]) -> int:
    return sum(row.planned - row.read for row in rows)


def _some(names: Sequence[str], plural: str) -> str:
    found = sorted(set(names))
    return ", ".join(found) if len(found) <= _NAMED else f"{len(found):,} {plural}"


def _why(row: Coverage) -> str:
    """State and what AWS said, without the names of caller and resource that the reader has in the ledger."""
    said = " ".join([row.code, _CALLER_AND_RESOURCE.sub("", row.message)]).strip()
    why = f"{row.state}: {said}" if said else str(row.state)
    return f"{why[: _WHY - 1]}…" if len(why) > _WHY else why
