"""The cells of somebody's file, as a spreadsheet counts them: rows and columns from 1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_AREA = re.compile(r"(\$?[A-Za-z]{0,3}\$?[0-9]{0,7})(?::(\$?[A-Za-z]{0,3}\$?[0-9]{0,7}))?")
_LETTERS = 26


def letters(column: int) -> str:
    """The name of a column: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        name = chr(ord("A") + rest) + name
    return name


def column_number(name: str) -> int:
    """The number of a column named by letters; 0 when they name none."""
    if not name.isascii() or not name.isalpha():
        return 0
    number = 0
    for letter in name.upper():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
        if number > MAX_COLUMN:
            return 0
    return number


def reference(row: int, column: int) -> str:
    """The A1 reference of a cell."""
    return f"{letters(column)}{row}"


def position(text: str) -> tuple[int, int] | None:
    """Row and column of an A1 reference; None when it is none."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    row, column = int(match[2]), column_number(match[1])
    return (row, column) if 0 < row <= MAX_ROW and column else None


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, its edges included."""

    top: int
    left: int
    bottom: int
    right: int

    def __contains__(self, place: tuple[int, int]) -> bool:
        row, column = place
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def area(text: str) -> Area | None:
    """The rectangle that `A1`, `A1:B2`, `A:A` or `1:1` names; None when it names none."""
    match = _AREA.fullmatch(text.strip())
    if match is None:
        return None
    first, last = _corner(match[1]), _corner(match[2] or match[1])
    if (
        first is None
        or last is None
        or (first[0] is None) != (last[0] is None)
        or (first[1] is None) != (last[1] is None)
    ):
        return None
    if match[2] is None and None in first:
        return None
    rows = sorted((first[0] or 1, last[0] or MAX_ROW))
    columns = sorted((first[1] or 1, last[1] or MAX_COLUMN))
    return Area(rows[0], columns[0], rows[1], columns[1])


def _corner(text: str) -> tuple[int | None, int | None] | None:
    plain = text.replace("$", "")
    name, digits = plain.rstrip("0123456789"), plain.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    column = column_number(name) if name else None
    row = int(digits) if digits else None
    if (row is None and column is None) or column == 0 or (row is not None and not 0 < row <= MAX_ROW):
        return None
    return row, column


@dataclass(frozen=True, slots=True)
class Validation:
    """A list that some cells may be answered from."""

    areas: tuple[Area, ...]
    formula: str
    """As the file gives it: `"Yes,No"`, a range or a name."""


@dataclass(slots=True)
class Sheet:
    """One sheet as read; its rows hold only cells with content."""

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    """Row → column → text."""
    formulas: set[tuple[int, int]] = field(default_factory=set)
    merges: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[Area] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    unlocked: set[tuple[int, int]] = field(default_factory=set)
    """Cells that may be changed although the sheet is protected."""
    unlocked_columns: list[Area] = field(default_factory=list)
    is_protected: bool = False
    is_hidden: bool = False
    joined: dict[tuple[int, int], Area] = field(default_factory=dict)
    """Every cell of a merged range → that range; see `join`."""
    listed: dict[tuple[int, int], Validation] = field(default_factory=dict)
    """Every cell with a list → the first of its lists; see `join`."""

    def text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        return self.rows.get(row, {}).get(column, "")

    def shown(self, row: int, column: int) -> str:
        """What a person sees at a cell: of a merged range, the text of its top-left cell."""
        merged = self.merged(row, column)
        return self.text(merged.top, merged.left) if merged else self.text(row, column)

    def merged(self, row: int, column: int) -> Area | None:
        """The merged range that a cell is part of."""
        return self.joined.get((row, column))

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The cell that holds what is seen at `row` and `column`."""
        merged = self.merged(row, column)
        return (merged.top, merged.left) if merged else (row, column)

    def hides(self, column: int) -> bool:
        """Whether the column is hidden."""
        return any(hidden.left <= column <= hidden.right for hidden in self.hidden_columns)

    def locks(self, row: int, column: int) -> bool:
        """Whether the sheet's protection forbids to change the cell."""
        if not self.is_protected or (row, column) in self.unlocked:
            return False
        return not any(free.left <= column <= free.right for free in self.unlocked_columns)

    def columns(self) -> Sequence[int]:
        """The columns that hold anything, in order."""
        return sorted({column for cells in self.rows.values() for column in cells})

    def join(self, most: int) -> bool:
        """Fills `joined` and `listed`, over the rows and columns in use; false when either has more than `most`."""
        last_row, last_column = max(self.rows, default=0), max(self.columns(), default=0) + 8
        for merge in self.merges:
            for place in _places(merge, last_row, last_column):
                self.joined[place] = merge
                if len(self.joined) > most:
                    return False
        for validation in self.validations:
            for covered in validation.areas:
                for place in _places(covered, last_row, last_column):
                    self.listed.setdefault(place, validation)
                    if len(self.listed) > most:
                        return False
        return True


def _places(merge: Area, last_row: int, last_column: int) -> Iterator[tuple[int, int]]:
    for row in range(merge.top, min(merge.bottom, last_row) + 1):
        for column in range(merge.left, min(merge.right, last_column) + 1):
            yield row, column
