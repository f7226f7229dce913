"""One table as sheets: head rows, data streamed row by row, totals, print set-up.

Rows 1 to 5 are the same on every sheet (title, facts, sentence, banner or spacer, head); data begins
in row 6. Rows are written once, in order, so that memory stays flat; a table longer than a sheet may
be goes on in a further one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from proveonce.model.assessment import Counts
from proveonce.present.workbook import cells, measure
from proveonce.present.workbook.book import SheetBook
from proveonce.present.workbook.style import GREY, SANS, Kind, Look, Tone, is_right

MAX_ROWS = 1_000_000
"""Data rows of one sheet; Excel takes 1,048,576 rows in all."""
PRINTED_WIDTH = 165.0
"""Units that print legibly on one landscape page."""
PORTRAIT_WIDTH = 125.0
LARGE_WIDTH = 233.0
"""The same on A3 landscape."""
_INDENT = 1.6
"""Units that one step of indent takes."""
HEAD_ROW = 4
FIRST_ROW = 5
"""0-based row of the first datum."""

_QUOTED_KINDS = frozenset({Kind.TEXT, Kind.MONO, Kind.KEY})


@dataclass(frozen=True, slots=True)
class Link:
    """A text of ours that leads to a cell of this workbook."""

    text: str
    target: str
    """`'Findings'!A6`"""


@dataclass(frozen=True, slots=True)
class Shaded:
    """A text on a fill of our own, or with a note that the cell shows when pointed at."""

    text: str
    fill: str = ""
    is_bold: bool = False
    note: str = ""


Value = str | int | float | Look | Link | Shaded | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    head: str
    width: float
    """In Excel's units; of the column that `takes_rest`, the least it may have."""
    kind: Kind = Kind.TEXT
    is_printed: bool = True
    takes_rest: bool = False
    bar: tuple[str, float] | None = None
    """Colour and longest value of bars behind the numbers."""
    heat: tuple[str, float] | None = None
    """Colour behind the highest value, and that value; lower ones fade to white."""
    is_indented: bool = False
    """Whether its text stands off from the column before; the grid sets it after a number."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A table before its rows."""

    name: str
    """Of the sheet; further sheets add a number."""
    title: str
    holds: str
    """What the Cover's list says of it."""
    sentence: str
    """Row 3: the finding, with its numbers."""
    columns: tuple[Column, ...]
    banner: str = ""
    is_portrait: bool = False
    is_large: bool = False
    """Printed on A3 landscape."""
    rows_expected: int = 0
    """So that row 3 can name the sheets that follow; 0 when nobody knows."""


def counts_columns(largest: int) -> tuple[Column, ...]:
    """Pass, fail, undetermined, not applicable: wide enough for `largest`."""
    return (
        Column("Pass", digits(largest, 8), Kind.NUMBER),
        Column("Fail", digits(largest, 6), Kind.FAILS),
        Column("Undet.", digits(largest, 7.5), Kind.OPEN),
        Column("Not appl.", digits(largest, 7), Kind.NUMBER),
    )


def count_cells(counts: Counts) -> dict[str, Value]:
    """Counts for a total row, by the heads of `counts_columns`."""
    return {
        "Pass": counts.passed,
        "Fail": counts.failed,
        "Undet.": counts.undetermined,
        "Not appl.": counts.not_applicable,
    }


def digits(largest: int, least: float) -> float:
    """A width in which `largest`, bold, never turns into ####."""
    return max(least, measure.units_for(f"{largest:,}", is_bold=True) + 0.5)


class Grid:
    """A table being written."""

    def __init__(self, book: SheetBook, layout: Layout) -> None:
        self._book = book
        self._columns = _fitted(layout.columns, _printed_width(layout))
        self._printed = max(index for index, column in enumerate(self._columns) if column.is_printed)
        self._layout = replace(layout, columns=self._columns)
        self._sheets: list[Worksheet] = []
        self._reference = book.next_reference()
        self._count = 0
        self._has_ended_data = False
        self._sheet = self._begin()
        self._row = FIRST_ROW

    def add(self, values: Sequence[Value], tone: Tone = Tone.PLAIN) -> None:
        """Write one row, a value a column."""
        if self._row - FIRST_ROW >= MAX_ROWS:
            self._end()
            self._sheet = self._begin()
            self._row = FIRST_ROW
            self._has_ended_data = False
        lines = 1
        for index, (column, value) in enumerate(zip(self._columns, values, strict=True)):
            lines = max(lines, self._cell(index, column, value, tone))
        self._finish_row(lines)
        self._count += 1

    def total(self, *rows: Mapping[str, Value]) -> None:
        """Write the last rows, by column head, which tie the table to another; none of them is data."""
        self._end_data()
        for values in rows:
            lines = 1
            for index, column in enumerate(self._columns):
                value = values.get(column.head)
                style = self._book.formats.total(column.kind, is_indented=column.is_indented)
                lines = max(lines, self._plain(index, column, value, style, is_bold=True))
            self._finish_row(lines)

    def close(self) -> int:
        """End the last sheet and enter the table in the Cover's list; how many data rows there are."""
        self._end()
        self._book.enter(self._layout.name, self._reference, self._layout.holds, self._count)
        return self._count

    def _begin(self) -> Worksheet:
        number = len(self._sheets) + 1
        name = sheet_name(self._layout.name, number)
        sheet = self._book.add_sheet(name)
        self._sheets.append(sheet)
        self._set_up(sheet)
        self._head_rows(sheet, number)
        return sheet

    def _set_up(self, sheet: Worksheet) -> None:
        for index, column in enumerate(self._columns):
            sheet.set_column(index, index, column.width)
        sheet.freeze_panes(FIRST_ROW, 1)
        layout = self._layout
        self._book.set_up_print(sheet, self._reference, is_portrait=layout.is_portrait, is_large=layout.is_large)
        sheet.repeat_rows(0, HEAD_ROW)

    def _head_rows(self, sheet: Worksheet, number: int) -> None:
        formats = self._book.formats
        title = self._layout.title if number == 1 else f"{self._layout.title}, continued"
        sheet.set_row(0, 24)
        cells.write_text(sheet, 0, 0, title, formats.plain(bold=True, font_size=14, valign="vcenter"))
        reference = formats.plain(bold=True, font_size=14, valign="vcenter", align="right")
        cells.write_text(sheet, 0, self._printed, self._reference, reference)
        self._line(
            sheet, 1, self._book.facts, formats.plain(font_color=GREY, font_size=8, text_wrap=True, valign="top"), 8
        )
        self._line(sheet, 2, self._sentence(number), formats.plain(text_wrap=True, valign="top"))
        if self._layout.banner:
            self._line(sheet, 3, f"▲ {self._layout.banner}", formats.banner())
        else:
            sheet.set_row(3, 6)
        lines = 1
        for index, column in enumerate(self._columns):
            style = formats.head(is_right=is_right(column.kind), is_indented=column.is_indented)
            cells.write_text(sheet, HEAD_ROW, index, column.head, style)
            lines = max(lines, measure.line_count(column.head, _room(column), is_bold=True))
        sheet.set_row(HEAD_ROW, max(27.0, measure.height_of(lines)))

    def _sentence(self, number: int) -> str:
        limit = f"{MAX_ROWS:,} rows"
        if number > 1:
            return f"{self._layout.sentence} Continued from sheet {sheet_name(self._layout.name, number - 1)}."
        expected = self._layout.rows_expected
        if expected <= MAX_ROWS:
            return self._layout.sentence
        last = sheet_name(self._layout.name, -(-expected // MAX_ROWS))
        following = sheet_name(self._layout.name, 2)
        where = f"sheet {following}" if last == following else f"sheets {following} to {last}"
        return f"{self._layout.sentence} This sheet holds the first {limit}; the rest is in {where}."

    def _line(self, sheet: Worksheet, row: int, text: str, style: Format, size: int = 9) -> None:
        """One text over the printed width."""
        if self._printed:
            sheet.merge_range(row, 0, row, self._printed, "", style)
        shown = cells.clean(text)
        cells.write_text(sheet, row, 0, shown, style)
        width = sum(column.width for column in self._columns[: self._printed + 1]) * measure.SIZE / size
        sheet.set_row(row, measure.height_of(measure.line_count(shown, width)))

    def _cell(self, index: int, column: Column, value: Value, tone: Tone) -> int:
        """Write one data cell; the lines it takes."""
        formats = self._book.formats
        if isinstance(value, Look):
            style = formats.status(value, tone, is_indented=column.is_indented)
            cells.write_text(self._sheet, self._row, index, value.word, style)
            return 1
        shaded = value if isinstance(value, Shaded) else Shaded(value if isinstance(value, str) else "")
        if shaded.text:
            text = cells.clean(shaded.text)
            is_quoted = column.kind in _QUOTED_KINDS and cells.needs_quote(text)
            style = formats.cell(
                column.kind, tone, is_quoted=is_quoted, wraps=column.is_printed, is_indented=column.is_indented,
                fill=shaded.fill, is_bold=shaded.is_bold,
            )  # fmt: skip
            if shaded.note:
                cells.write_note(self._sheet, self._row, index, cells.clean(shaded.note))
            return self._text(index, column, text, style, is_bold=shaded.is_bold or tone is Tone.UNREAD)
        style = formats.cell(column.kind, tone, is_nonzero=bool(value), wraps=column.is_printed)
        return self._plain(index, column, None if isinstance(value, Shaded) else value, style, is_bold=False)

    def _plain(self, index: int, column: Column, value: Value, style: Format, *, is_bold: bool) -> int:
        """Write a value in a given format; the lines it takes."""
        if isinstance(value, Look):
            return self._text(index, column, value.word, style, is_bold=is_bold)
        if isinstance(value, Link):
            cells.write_link(
                self._sheet, self._row, index, value.target, value.text, self._book.link_style(column.kind)
            )
            return measure.line_count(value.text, _room(column), is_mono=column.kind is Kind.KEY)
        if isinstance(value, str) and value:
            return self._text(index, column, cells.clean(value), style, is_bold=is_bold)
        if isinstance(value, int | float):
            cells.write_number(self._sheet, self._row, index, value, style)
        else:
            self._sheet.write_blank(self._row, index, None, style)
        return 1

    def _text(self, index: int, column: Column, text: str, style: Format, *, is_bold: bool) -> int:
        cells.write_text(self._sheet, self._row, index, text, style)
        if not column.is_printed:
            return 1
        is_mono = column.kind in (Kind.KEY, Kind.MONO) and style.font_name != SANS
        return measure.line_count(text, _room(column), is_mono=is_mono, is_bold=is_bold)

    def _finish_row(self, lines: int) -> None:
        sheet = self._sheet
        sheet.set_row(self._row, measure.height_of(lines))
        # XlsxWriter keeps every height for placing notes. Tables of a million rows have none.
        written = self._row - 1
        if written >= FIRST_ROW and not sheet.has_comments:
            sheet.row_info.pop(written, None)
            sheet.row_sizes.pop(written, None)
        self._row += 1

    def _end_data(self) -> None:
        """Filter, bars and heat over the data rows, and over nothing else."""
        self._has_ended_data = True
        last = self._row - 1
        if last < FIRST_ROW:
            return
        self._sheet.autofilter(HEAD_ROW, 0, last, len(self._columns) - 1)
        for index, column in enumerate(self._columns):
            if column.bar:
                colour, longest = column.bar
                rule = {"type": "data_bar", "bar_solid": True, "bar_color": colour, "bar_no_border": True,
                        "data_bar_2010": True, "min_type": "num", "min_value": 0, "max_type": "num",
                        "max_value": longest}  # fmt: skip
                self._sheet.conditional_format(FIRST_ROW, index, last, index, rule)
            if column.heat:
                colour, highest = column.heat
                scale = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": colour, "min_type": "num",
                         "min_value": 0, "max_type": "num", "max_value": highest}  # fmt: skip
                self._sheet.conditional_format(FIRST_ROW, index, last, index, scale)

    def _end(self) -> None:
        if not self._has_ended_data:
            self._end_data()
        self._sheet.print_area(0, 0, max(self._row - 1, FIRST_ROW), self._printed)


def _printed_width(layout: Layout) -> float:
    if layout.is_large:
        return LARGE_WIDTH
    return PORTRAIT_WIDTH if layout.is_portrait else PRINTED_WIDTH


def sheet_name(name: str, number: int) -> str:
    """`Findings`, `Findings 2`."""
    return name if number == 1 else f"{name} {number}"


def _fitted(columns: tuple[Column, ...], room: float) -> tuple[Column, ...]:
    """The columns, the printed width shared out: what is left goes to the one that takes the rest."""
    used = sum(column.width for column in columns if column.is_printed and not column.takes_rest)
    kinds = [Kind.TEXT, *(column.kind for column in columns)]
    return tuple(
        replace(
            column,
            width=max(column.width, room - used) if column.takes_rest else column.width,
            is_indented=column.is_indented
            or (is_right(before) and not is_right(column.kind) and column.kind is not Kind.INPUT),
        )
        for before, column in zip(kinds, columns, strict=False)
    )


def _room(column: Column) -> float:
    """Units of the column that text may fill."""
    return column.width - _INDENT if column.is_indented else column.width
