"""The crosswalk as a workbook: frameworks × controls, requirements, and every mapping with its reason.

Holds no formula, no outside link and no name made from data; equal content gives equal bytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from proveonce.present.crosswalk import matrices, sheets, words
from proveonce.present.crosswalk.view import Coverage, CrosswalkView, Strength
from proveonce.present.view import FOOT
from proveonce.present.workbook import cells, measure
from proveonce.present.workbook.book import SheetBook, marking
from proveonce.present.workbook.facts import count
from proveonce.present.workbook.style import GREY, INK, MEDIUM, MONO, NAVY, RULE, THIN

CREATED = datetime(1980, 1, 1)  # noqa: DTZ001 - XlsxWriter wants a naive UTC instant
"""The content has no time of its own, so the file takes the first that its archive can hold."""
TITLE = "Crosswalk"
_MARGIN, _LABEL, _VALUE, _ROWS = 3.0, 24.0, 62.0, 14.0
_OPTIONS: dict[str, Any] = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Arial", "font_size": 9, "font_scheme": "none"},
}


def workbook(view: CrosswalkView) -> bytes:
    """The workbook of `view`; equal views give equal bytes."""
    buffer = BytesIO()
    with tempfile.TemporaryDirectory(prefix="proveonce-crosswalk-") as folder:
        target = Workbook(buffer, {**_OPTIONS, "tmpdir": folder})
        target.set_properties({"title": TITLE, "comments": FOOT, "author": "proveonce", "created": CREATED})
        try:
            _write(target, view)
            target.close()
        finally:
            # Each sheet streams through a file of its own; XlsxWriter closes them only when all went well.
            for sheet in target.worksheets():
                sheet.row_data_fh.close()
    return buffer.getvalue()


def _write(target: Workbook, view: CrosswalkView) -> None:
    editions = " · ".join(f"{words.short(f)} {f.edition}" for f in view.frameworks)
    facts = f"Crosswalk · {editions} · content {view.digest[:8]}…{view.digest[-8:]}"
    book = SheetBook(
        target, facts, marking((TITLE, ", ".join(map(words.short, view.frameworks))), "content", view.digest)
    )
    cover = book.add_sheet("Cover")
    sheets.write_summary(book, view)
    sheets.write_overlap(book, view)
    matrices.write_controls(book, view)
    matrices.write_heat(book, view)
    names = matrices.sheet_names(view)
    for framework in view.frameworks:
        matrices.write_matrix(book, view, framework, names[framework.id])
    sheets.write_requirements(book, view)
    sheets.write_edges(book, view)
    sheets.write_legend(book, view)
    _Cover(book, view, cover).write()


def cover_facts(view: CrosswalkView) -> Iterator[tuple[str, str, bool]]:
    """Label, text, whether in Mono: what the Cover says."""
    largest = len(view.frameworks)
    yield "What it is", "Each common control, the requirements it stands for, how far, why, and what stays open", False
    for framework in view.frameworks:
        yield words.short(framework), f"{framework.title}, {framework.edition}; {framework.publisher}", False
    for number in range(largest, -1, -1):
        which = f"Serving {count(number, 'framework')}"
        if number or view.serving(0):
            yield which, f"{view.serving(number):,} of {count(len(view.controls), 'control')}", False
    full = sum(1 for edge in view.edges if edge.strength is Strength.FULL)
    yield "Mappings", f"{len(view.edges):,}, {full:,} of them full; {view.reviewed:,} reviewed", False
    covered = sum(1 for row in view.requirements if row.coverage in (Coverage.ONE, Coverage.JOINT))
    whole = count(len(view.requirements), "requirement")
    yield "Mapped in full", f"{covered:,} of {whole}, by one control or a set declared complete", False
    alone = sum(1 for row in view.requirements if row.is_alone)
    yield "On one control only", f"{alone:,} of {whole}: if that control fails, nothing else speaks for them", False
    yield "Content digest, SHA-256", view.digest, True
    yield "Not a result", words.NOT_A_RESULT, False
    yield "Status", FOOT, False


class _Cover:
    """The first sheet, written last, when every other has its rows."""

    def __init__(self, book: SheetBook, view: CrosswalkView, sheet: Worksheet) -> None:
        self._book = book
        self._view = view
        self._sheet = sheet
        self._row = 0

    def write(self) -> None:
        sheet = self._sheet
        for index, width in enumerate((_MARGIN, _LABEL, _VALUE, _ROWS)):
            sheet.set_column(index, index, width)
        self._book.set_up_print(sheet, "Cover", is_portrait=True)
        self._top()
        for label, value, is_mono in cover_facts(self._view):
            self._fact(label, value, is_mono=is_mono)
        self._contents()
        sheet.print_area(0, 0, self._row - 1, 3)
        sheet.activate()
        sheet.set_first_sheet()

    def _top(self) -> None:
        plain, sheet = self._book.formats.plain, self._sheet
        sheet.set_row(0, 30)
        sheet.set_row(1, 34)
        rule = {"top": MEDIUM, "top_color": INK}
        cells.write_text(sheet, 1, 1, TITLE, plain(bold=True, font_size=24, valign="vcenter", **rule))
        for column in (2, 3):
            sheet.write_blank(1, column, None, plain(**rule))
        sheet.set_row(2, 20)
        under = "Prove a control once, attest to it everywhere: common controls × frameworks"
        cells.write_text(sheet, 2, 1, under, plain(font_size=12, valign="vcenter"))
        self._row = 3
        if banner := words.review_banner(self._view):
            self._space()
            style = self._book.formats.banner()
            sheet.merge_range(self._row, 1, self._row, 3, "", style)
            cells.write_text(sheet, self._row, 1, f"▲ {banner}", style)
            self._end_row(1)
        self._space()

    def _fact(self, label: str, value: str, *, is_mono: bool) -> None:
        plain = self._book.formats.plain
        edge = {"top": THIN, "top_color": RULE, "valign": "top", "text_wrap": True}
        style = plain(**edge, **({"font_name": MONO} if is_mono else {}))
        shown = cells.clean(value)
        cells.write_text(self._sheet, self._row, 1, cells.clean(label), plain(**edge, font_color=GREY))
        self._sheet.merge_range(self._row, 2, self._row, 3, "", style)
        cells.write_text(self._sheet, self._row, 2, shown, style)
        self._end_row(measure.line_count(shown, _VALUE + _ROWS, is_mono=is_mono))

    def _contents(self) -> None:
        plain, sheet = self._book.formats.plain, self._sheet
        self._space()
        head = {"bold": True, "top": MEDIUM, "top_color": INK, "bottom": THIN, "bottom_color": INK}
        for column, text, align in ((1, "Sheet", "left"), (2, "What it holds", "left"), (3, "Rows", "right")):
            cells.write_text(sheet, self._row, column, text, plain(**head, align=align))
        self._end_row(1)
        line = {"bottom": THIN, "bottom_color": RULE, "valign": "top"}
        for entry in self._book.entries:
            link = plain(**line, font_color=NAVY, underline=1)
            cells.write_link(sheet, self._row, 1, f"'{entry.name}'!A1", f"{entry.reference} {entry.name}", link)
            holds = cells.clean(entry.holds)
            cells.write_text(sheet, self._row, 2, holds, plain(**line, text_wrap=True))
            cells.write_number(sheet, self._row, 3, entry.rows, plain(**line, align="right", num_format="#,##0"))
            self._end_row(measure.line_count(holds, _VALUE))

    def _space(self) -> None:
        self._sheet.set_row(self._row, 12)
        self._row += 1

    def _end_row(self, lines: int) -> None:
        self._sheet.set_row(self._row, measure.height_of(lines))
        self._row += 1
