"""The requests to owners as a workbook: what is asked, framed cells for what they answer, and how to fill them in.

Holds no formula and no outside link; equal requests of a day give equal bytes. Its hidden sheet binds each
request id to a digest of what is asked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from proveonce.model import request as names
from proveonce.model.manual import Conclusion, Kind
from proveonce.model.manual_fields import FIELDS
from proveonce.model.request import ANSWERED, ASKED, Request, seal
from proveonce.model.workspace import Workspace
from proveonce.present.view import FOOT
from proveonce.present.workbook import cells
from proveonce.present.workbook.book import SheetBook, marking
from proveonce.present.workbook.grid import FIRST_ROW, Column, Grid, Layout
from proveonce.present.workbook.style import Kind as Cell

TITLE = "Evidence requests"
_OPTIONS: dict[str, Any] = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Arial", "font_size": 9, "font_scheme": "none"},
}
_ASKED_WIDTHS = (24.5, 8.5, 38.0, 28.0, 22.0, 12.0, 10.5, 20.0)
_ANSWERED_WIDTHS = (17.0, 12.5, 15.0, 15.0, 12.5, 34.0, 13.0, 22.0, 34.0)
_TYPES = {"VARCHAR": "text", "DATE": "day, as 2026-11-24", "BOOLEAN": "yes or no", "BIGINT": "whole number",
          "VARCHAR[]": "list, with commas"}  # fmt: skip
_HOW = (
    ("Fill in", "Only the framed cells. A row that is left empty is left out; a row half filled is sent back."),
    (names.KIND, "What sort of evidence it is, from the list. The sheet Facts says what each kind asks for."),
    (names.PERFORMED_ON, "The day on which it was done, its last day, as 2026-11-24; not the day of writing it down."),
    (names.PERFORMED_BY, "The person who did it, by name."),
    (names.REVIEWED_BY, "Another person, who looked it over; leave it empty where nobody has yet."),
    (names.REVIEWED_ON, "The day of the review; both review cells or none."),
    (names.DONE, "What was done and what was found, in your words."),
    (names.CONCLUSION, "effective; not effective where the control did not work. What was put right is a fact."),
    (names.ATTACHED, "Names of the files that show it, one a line. Send the files along in one folder."),
    (names.SAID, "One a line, as population=40. Lists with commas; none where there is none."),
    ("Do not", "change what is asked, write formulas, merge cells or hide rows: such a row is sent back."),
    ("Twice", "One row a request. Where a control was done twice, send the latest here, the other by evidence add."),
)  # fmt: skip


def request_workbook(requests: Sequence[Request], workspace: Workspace, created: datetime) -> bytes:
    """The workbook of these requests."""
    buffer = BytesIO()
    with tempfile.TemporaryDirectory(prefix="proveonce-requests-") as folder:
        target = Workbook(buffer, {**_OPTIONS, "tmpdir": folder})
        instant = created.replace(tzinfo=None, microsecond=0)
        target.set_properties({"title": TITLE, "comments": FOOT, "author": "proveonce", "created": instant})
        facts = " · ".join((workspace.organisation, workspace.system, TITLE, f"asked on {created.date()}"))
        root = seal(cell for request in requests for cell in request.cells)
        book = SheetBook(target, facts, marking((workspace.organisation, TITLE), "requests", root))
        try:
            _write_requests(book, target, requests)
            _write_facts(book)
            _write_how(book)
            _write_binding(target, requests)
            target.close()
        finally:
            # Each sheet streams through a file of its own; XlsxWriter closes them only when all went well.
            for sheet in target.worksheets():
                sheet.row_data_fh.close()
    return buffer.getvalue()


def _write_requests(book: SheetBook, target: Workbook, requests: Sequence[Request]) -> None:
    kinds = {names.ASKED[0]: Cell.KEY, names.ASKED[1]: Cell.MONO}
    asked = tuple(Column(h, w, kinds.get(h, Cell.TEXT)) for h, w in zip(ASKED, _ASKED_WIDTHS, strict=True))
    answered = tuple(Column(h, w, Cell.INPUT) for h, w in zip(ANSWERED, _ANSWERED_WIDTHS, strict=True))
    many = f"{len(requests):,} request{'s' if len(requests) != 1 else ''}"
    sentence = f"{many}, by owner. Framed cells are yours to fill; the sheet How to fill says how."
    layout = Layout(names.SHEET, TITLE, "What is asked, and room for what was done", sentence, (*asked, *answered),
                    is_large=True, rows_expected=len(requests))  # fmt: skip
    grid = Grid(book, layout)
    for request in requests:
        grid.add((*request.cells, *(None for _ in ANSWERED)))
    grid.close()
    sheet = target.get_worksheet_by_name(names.SHEET)
    sheet.freeze_panes(FIRST_ROW, 2)
    sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
    if requests:
        _validate(sheet, FIRST_ROW, FIRST_ROW + len(requests) - 1)


def _validate(sheet: Worksheet, first: int, last: int) -> None:
    """Lists and days where a cell takes nothing else."""
    at = {head: len(ASKED) + index for index, head in enumerate(ANSWERED)}
    lists = {names.KIND: f"={names.BINDING}!$D$2:$D${len(Kind) + 1}",
             names.CONCLUSION: [_words(conclusion) for conclusion in Conclusion]}  # fmt: skip
    for head, source in lists.items():
        sheet.data_validation(first, at[head], last, at[head], {
            "validate": "list", "source": source, "error_title": head, "error_message": "Choose from the list.",
        })  # fmt: skip
    for head in (names.PERFORMED_ON, names.REVIEWED_ON):
        sheet.data_validation(first, at[head], last, at[head], {
            "validate": "any", "input_title": head, "input_message": "A day, as 2026-11-24.",
        })  # fmt: skip


def _words(name: str) -> str:
    return name.replace("_", " ")


def _write_facts(book: SheetBook) -> None:
    columns = (Column("Kind", 24, Cell.KEY), Column("Fact", 31, Cell.MONO), Column("Asked", 10), Column("Type", 18),
               Column("Question", 50, takes_rest=True), Column("One of", 26))  # fmt: skip
    sentence = "Write the facts of your kind into the request's last cell, one a line, as fact=value."
    layout = Layout(names.FACTS, "Facts of each kind", "The facts that each kind asks for", sentence, columns)
    grid = Grid(book, layout)
    for kind, fields in FIELDS.items():
        for name, field in fields.items():
            asked = "always" if field.is_required else "if known"
            grid.add((_words(kind), name, asked, _TYPES[field.type], field.question, ", ".join(field.choices)))
    grid.close()


def _write_how(book: SheetBook) -> None:
    columns = (Column("Cell", 24, Cell.KEY), Column("What belongs in it", 90, takes_rest=True))
    sentence = "Send the workbook back as .xlsx; whoever asked reads it with proveonce evidence receive."
    layout = Layout(
        "How to fill", "How to fill it in", "What belongs in each cell", sentence, columns, is_portrait=True
    )
    grid = Grid(book, layout)
    for row in _HOW:
        grid.add(row)
    grid.close()


def _write_binding(target: Workbook, requests: Sequence[Request]) -> None:
    """Request id, digest, control; and the kinds, for the list."""
    sheet = target.add_worksheet(names.BINDING)
    style = target.add_format()
    kinds = [_words(kind) for kind in Kind]
    rows = [[r.id, seal(map(cells.clean, r.cells)), str(r.control)] for r in requests]
    for row in range(max(len(kinds), len(rows)) + 1):
        bound = ["request", "sha256", "control"] if row == 0 else rows[row - 1] if row <= len(rows) else []
        for column, text in enumerate(bound):
            cells.write_text(sheet, row, column, cells.clean(text), style)
        if row <= len(kinds):
            cells.write_text(sheet, row, 3, kinds[row - 1] if row else "kinds", style)
    sheet.very_hidden()
