"""The columns as a person names them: `question=B,answer=D,comment=E,id=A,sheet=Name,header=7`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from proveonce.content.questionnaires.grid import MAX_ROW, column_number
from proveonce.content.questionnaires.headings import Role
from proveonce.kernel.errors import UsageError
from proveonce.kernel.naming import nearest

_WHERE = "--columns"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a person says that things stand."""

    roles: Mapping[Role, int]
    sheet: str = ""
    """Empty: the sheet with the most texts in the question column."""
    header: int = 0
    """The row of the headings; 0: not told."""


def parse_columns(text: str) -> Columns:
    """The columns that a person named. Raises: UsageError naming what is wrong."""
    given: dict[str, str] = {}
    for pair in text.split(","):
        key, sign, value = (part.strip() for part in pair.partition("="))
        known = [*Role, "sheet", "header"]
        if not sign or not value or key.lower() not in known:
            near = nearest(key.lower(), known)
            raise UsageError(f"{pair.strip()!r} names no column" + (f"; closest: {near}" if near else ""), where=_WHERE,
                             fix="write question=B,answer=D and where there are comment=, id=, ownership=, section=, "
                                 "sheet=, header=")  # fmt: skip
        if key.lower() in given:
            raise UsageError(f"{key} is given twice", where=_WHERE, fix="give it once")
        given[key.lower()] = value
    header = given.pop("header", "0")
    if not (header.isascii() and header.isdigit() and int(header[:9]) <= MAX_ROW):
        raise UsageError(f"header={header} is no row", where=_WHERE, fix="give the number of the row of headings")
    sheet = given.pop("sheet", "")
    roles = {Role(key): column_number(value) for key, value in given.items()}
    for role, column in roles.items():
        if not column:
            raise UsageError(f"{role}={given[role]} is no column", where=_WHERE, fix="give its letters, as question=B")
    if Role.QUESTION not in roles:
        raise UsageError("no question column is given", where=_WHERE, fix="add question= and its letter")
    if len(set(roles.values())) != len(roles):
        raise UsageError("one column is given twice", where=_WHERE, fix="give each its own")
    return Columns(roles, sheet, int(header))
