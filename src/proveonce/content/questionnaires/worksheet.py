"""One sheet's XML as cells, merges, validations and protection; streamed, bounded, formulas never evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proveonce.content.questionnaires.grid import MAX_COLUMN, MAX_ROW, Area, Sheet, Validation, area, position
from proveonce.content.questionnaires.markup import is_on, unescape, walk
from proveonce.kernel.errors import UsageError

MAX_ROWS = 100_000
"""Rows with content, of one sheet."""
MAX_CELLS = 2_000_000
"""Cells of one sheet, empty ones with a style among them."""
MAX_TEXT = 32_767
"""UTF-16 units; Excel's own limit of a cell."""
MAX_RANGES = 200_000
"""Merged ranges, and validated ranges, of one sheet."""
_DDE = re.compile(r"\s*[=+\-@]*\s*'?[\w.\\/: ]+'?\s*\|.+!", re.DOTALL)
"""`cmd|'/c calc'!A0`: program, argument, item."""
_TEXTS = {"v", "t", "f", "formula1", "sqref"}


@dataclass(frozen=True, slots=True)
class Shared:
    """What the sheets of a workbook share."""

    strings: Sequence[str]
    unlocked_styles: frozenset[int]


def read_sheet(name: str, data: bytes, shared: Shared, where: str) -> Sheet:
    """The sheet of a worksheet part. Raises: UsageError over a bound, or when it is no XML."""
    reader = _Reader(Sheet(name), shared, f"{where} ({name})")
    walk(data, reader.where, reader.start, reader.end, reader.characters)
    return reader.sheet


class _Reader:
    """Where the parser stands in a sheet."""

    def __init__(self, sheet: Sheet, shared: Shared, where: str) -> None:
        self.sheet, self.shared, self.where = sheet, shared, where
        self.row = self.column = self.count = 0
        self.kind = self.value = self.formula = self.ranges = ""
        self.is_formula = self.is_list = self.is_phonetic = self.in_validation = False
        self.element = ""
        self.parts: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: C901 - one table of elements
        if name in _TEXTS:
            self.element, self.parts = name, []
            self.is_formula = self.is_formula or name == "f"
        elif name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self.row = _number(attributes.get("r"), self.row + 1, MAX_ROW, self.where)
            self.column = 0
            if is_on(attributes.get("hidden")) or attributes.get("ht") in {"0", "0.0"}:
                self.sheet.hidden_rows.add(self.row)
        elif name == "col":
            self._column(attributes)
        elif name == "rPh":
            self.is_phonetic = True
        elif name == "mergeCell":
            self._bound(self.sheet.merges, "merged ranges")
            merged = area(attributes.get("ref", ""))
            if merged is not None:
                self.sheet.merges.append(merged)
        elif name == "dataValidation":
            self.in_validation, self.is_list = True, attributes.get("type") == "list"
            self.formula, self.ranges = "", attributes.get("sqref", "")
        elif name == "sheetProtection":
            self.sheet.is_protected = is_on(attributes.get("sheet"))

    def characters(self, text: str) -> None:
        if self.element and not self.is_phonetic:
            self.parts.append(text)

    def end(self, name: str) -> None:
        if name == self.element:
            self._end_text(name, "".join(self.parts))
        elif name == "c":
            self._end_cell()
        elif name == "rPh":
            self.is_phonetic = False
        elif name == "dataValidation":
            self.in_validation = False
            if not self.is_list:
                return
            self._bound(self.sheet.validations, "validations")
            areas = tuple(found for found in map(area, self.ranges.split()[:MAX_RANGES]) if found)
            self.sheet.validations.append(Validation(areas, self.formula.strip()))

    def _end_text(self, name: str, text: str) -> None:
        # x14 validations put their formula in formula1/f and their ranges in sqref.
        self.element, self.parts = "", []
        if name in {"v", "t"}:
            self.value += text
        elif name == "sqref":
            self.ranges = text
        elif name == "formula1" or self.in_validation:
            self.formula = self.formula or text
        else:
            refuse_program(text, f"row {self.row}", self.where)

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        place = position(attributes["r"]) if "r" in attributes else (self.row, self.column + 1)
        if place is None or place[0] != self.row or place[1] > MAX_COLUMN:
            raise UsageError(f"row {self.row} holds a cell called {attributes.get('r', '')!r}", where=self.where,
                             fix="open it in a spreadsheet program and save it anew")  # fmt: skip
        self.column = place[1]
        self.kind, self.value, self.is_formula = attributes.get("t", "n"), "", False
        self.count += 1
        if self.count > MAX_CELLS:
            raise UsageError(f"the sheet has more than {MAX_CELLS:,} cells, filled or not", where=self.where,
                             fix="delete the rows and columns that ask nothing")  # fmt: skip
        style = attributes.get("s", "0")
        if style.isdigit() and int(style) in self.shared.unlocked_styles:
            self._bound(self.sheet.unlocked, "cells")
            self.sheet.unlocked.add(place)

    def _end_cell(self) -> None:
        if self.is_formula:
            self._bound(self.sheet.formulas, "formulas")
            self.sheet.formulas.add((self.row, self.column))
        text = self._cell_text()
        if not text or text.isspace():
            return
        if len(text) > MAX_TEXT // 2 and len(text.encode("utf-16-le", "surrogatepass")) > 2 * MAX_TEXT:
            raise UsageError(f"row {self.row} has a cell of more than {MAX_TEXT:,} characters", where=self.where,
                             fix="shorten it")  # fmt: skip
        if self.row not in self.sheet.rows and len(self.sheet.rows) >= MAX_ROWS:
            raise UsageError(f"the sheet has more than {MAX_ROWS:,} rows with content", where=self.where,
                             fix="keep the rows that ask something")  # fmt: skip
        self.sheet.rows.setdefault(self.row, {})[self.column] = text

    def _cell_text(self) -> str:
        if self.kind == "s":
            index = int(self.value) if self.value.strip().isdigit() else -1
            return self.shared.strings[index] if 0 <= index < len(self.shared.strings) else ""
        if self.kind in {"str", "inlineStr"}:
            return unescape(self.value)
        if self.kind == "b":
            return "TRUE" if self.value.strip() == "1" else "FALSE" if self.value else ""
        return _as_typed(self.value.strip()) if self.kind == "n" else self.value.strip()

    def _column(self, attributes: Mapping[str, str]) -> None:
        columns = Area(1, _number(attributes.get("min"), 1, MAX_COLUMN, self.where), MAX_ROW,
                       _number(attributes.get("max"), 1, MAX_COLUMN, self.where))  # fmt: skip
        if is_on(attributes.get("hidden")) or attributes.get("width") in {"0", "0.0"}:
            self._bound(self.sheet.hidden_columns, "columns")
            self.sheet.hidden_columns.append(columns)
        style = attributes.get("style", "0")
        if style.isdigit() and int(style) in self.shared.unlocked_styles:
            self._bound(self.sheet.unlocked_columns, "columns")
            self.sheet.unlocked_columns.append(columns)

    def _bound(self, held: Sequence[object] | set[tuple[int, int]], what: str) -> None:
        if len(held) >= (MAX_CELLS if isinstance(held, set) else MAX_RANGES):
            raise UsageError(f"the sheet has more {what} than are read", where=self.where, fix="simplify the sheet")


def refuse_program(formula: str, place: str, where: str) -> None:
    """Refuses a formula that starts a program over DDE. Raises: UsageError."""
    if "|" in formula and _DDE.match(formula):
        raise UsageError(f"{place} holds a formula that starts a program (DDE)", where=where,
                         fix="do not trust this file: remove the formula, or ask for another")  # fmt: skip


def _number(text: str | None, otherwise: int, most: int, where: str) -> int:
    if text is None:
        return otherwise
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - beyond any row
    if not 0 < number <= most:
        raise UsageError(f"the sheet holds a row or column numbered {text!r}", where=where,
                         fix="open it in a spreadsheet program and save it anew")  # fmt: skip
    return number


def _as_typed(stored: str) -> str:
    """A stored number as a person typed it: 1.1000000000000001 is 1.1, 3.0 is 3."""
    try:
        return format(float(stored), ".15g")
    except ValueError:
        return stored
