"""Request workbooks as they come back: hostile until read, cell by cell, so that a refusal can name its cell.

On top of the bounds of `sheets`: formulas are kept apart from texts, days from numbers; hidden rows and
merged cells are known. Nothing is computed, nothing guessed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from proveonce.content.sheets import MAX_CELL, clean_text, opened_workbook, read_bounded, unescaped
from proveonce.kernel.errors import UsageError
from proveonce.model.request import ANSWERED, ASKED, BINDING, SHEET

MAX_ROWS = 1_000
"""With content, of one sheet; a request list has a row a control."""
MAX_COLUMNS = 200
MAX_MERGES = 5_000
_HEAD_WITHIN = 60
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with content."""

    at: str
    """`J7`."""
    text: str
    """As a person reads it; of a formula the formula."""
    day: date | None = None
    """Where the cell holds a day."""
    is_formula: bool = False
    is_number: bool = False
    """A plain number, no day."""
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One row below the heads."""

    number: int
    cells: Mapping[str, Cell]
    """Head → cell; heads without content are left out."""
    places: Mapping[str, str]
    """Head → where its cell is, filled or not."""
    is_hidden: bool = False
    is_merged: bool = False


@dataclass(frozen=True, slots=True)
class Replies:
    """A request workbook that came back."""

    rows: tuple[Reply, ...]
    bound: Mapping[str, str]
    """Request id → digest of what was asked."""


def read_replies(path: Path) -> Replies:
    """The rows of a request workbook. Raises: UsageError naming the file, what is wrong and what to do."""
    data = read_bounded(path)
    with opened_workbook(data, path, formulas=True) as book:
        return _replies(book, data, path)


def _replies(book: Any, data: bytes, path: Path) -> Replies:
    for name in (SHEET, BINDING):
        if name not in book.sheetnames or not hasattr(book[name], "reset_dimensions"):
            raise UsageError(f"this is no request workbook: it has no sheet {name!r}", where=str(path),
                             fix="send back the workbook that evidence request made, saved as .xlsx")  # fmt: skip
    rows = list(_rows(book[SHEET], path))
    index, heads = _heads(rows, path)
    marks = _marks(data, book[SHEET]._worksheet_path, path)  # noqa: SLF001 - openpyxl has no other name for it
    bound = {cells[0].text: cells[1].text for _, cells in _rows(book[BINDING], path) if {0, 1} <= set(cells)}
    found = []
    for number, cells in rows[index + 1 :]:
        by_head = {head: cells[column] for head, column in heads.items() if column in cells}
        places = {head: f"{_letters(column)}{number}" for head, column in heads.items()}
        found.append(Reply(number, by_head, places, number in marks.hidden, marks.is_merged(number)))
    return Replies(tuple(found), bound)


def _rows(sheet: Any, path: Path) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Number and cells, by 0-based column, of each row that has content. Raises: UsageError."""
    # A sheet says its own size; believed, `A1:XFD1048576` makes openpyxl pad every row to 16,384 cells.
    sheet.reset_dimensions()
    count = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        where = f"{path} ({sheet.title})"
        cells: dict[int, Cell] = {}
        for column, raw in enumerate(row):
            cell = _cell(raw, f"{_letters(column)}{number}", where)
            if cell is None:
                continue
            if column >= MAX_COLUMNS:
                raise UsageError(f"row {number} has more than {MAX_COLUMNS} columns", where=where,
                                 fix="send back the workbook that evidence request made")  # fmt: skip
            cells[column] = cell
        if not cells:
            continue
        count += 1
        if count > MAX_ROWS:
            raise UsageError(f"there are more than {MAX_ROWS:,} rows", where=where,
                             fix="send back the workbook that evidence request made")  # fmt: skip
        yield number, cells


def _cell(raw: Any, at: str, where: str) -> Cell | None:
    value = raw.value
    if value is None:
        return None
    kind = raw.data_type
    if kind == "f":
        return Cell(at, clean_text(str(getattr(value, "text", None) or value))[:MAX_CELL], is_formula=True)
    if isinstance(value, datetime | date):
        is_whole = not isinstance(value, datetime) or (value.hour, value.minute, value.second) == (0, 0, 0)
        day = value.date() if isinstance(value, datetime) else value
        return Cell(at, day.isoformat() if is_whole else value.isoformat(), day)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - exact below
        value = int(value)
    text = clean_text(str(unescaped(value))).strip()
    if len(text) > MAX_CELL:
        raise UsageError(f"{at} holds more than {MAX_CELL:,} characters", where=where, fix="shorten it")
    return Cell(at, text, is_number=is_number, is_error=kind == "e") if text else None


def _heads(rows: list[tuple[int, dict[int, Cell]]], path: Path) -> tuple[int, dict[str, int]]:
    """The index of the row of heads, and the column of each. Raises: UsageError."""
    for index, (_, cells) in enumerate(rows[:_HEAD_WITHIN]):
        texts = [cell.text for cell in cells.values()]
        if ASKED[0] in texts and ASKED[1] in texts:
            heads = {cell.text: column for column, cell in cells.items()}
            missing = [head for head in (*ASKED, *ANSWERED) if texts.count(head) != 1]
            if missing:
                raise UsageError(f"the head of its columns was changed: {', '.join(missing)} not there once",
                                 where=f"{path} ({SHEET})", fix="put the heads back as they were sent")  # fmt: skip
            return index, {head: heads[head] for head in (*ASKED, *ANSWERED)}
    raise UsageError("the row of heads is gone", where=f"{path} ({SHEET})", fix="put the heads back as they were sent")


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a sheet says of its rows besides their cells."""

    hidden: frozenset[int]
    merged: tuple[tuple[int, int], ...]
    """First and last row of each merged range."""

    def is_merged(self, row: int) -> bool:
        return any(first <= row <= last for first, last in self.merged)


def _marks(data: bytes, part: str, path: Path) -> _Marks:
    from defusedxml.ElementTree import iterparse
    from openpyxl.utils import range_boundaries

    hidden: set[int] = set()
    merged: list[tuple[int, int]] = []
    number = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(part) as file:
        for _, element in iterparse(file, forbid_dtd=True):
            if element.tag == f"{_NS}row":
                number = int(element.get("r") or number + 1)
                if (element.get("hidden") or "") in {"1", "true"}:
                    hidden.add(number)
            elif element.tag == f"{_NS}mergeCell":
                _, first, _, last = range_boundaries(element.get("ref") or "")
                merged.append((first or 1, last or 1_048_576))
                if len(merged) > MAX_MERGES:
                    raise UsageError(f"there are more than {MAX_MERGES:,} merged ranges", where=str(path),
                                     fix="send back the workbook that evidence request made")  # fmt: skip
            element.clear()
    return _Marks(frozenset(hidden), tuple(merged))


def _letters(column: int) -> str:
    """`A` for 0, `AA` for 26."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column + 1))
