"""The order of work as a workbook: scores with every input, the covering set, next fixes, what a fix moves.

Holds no formula and no outside link; equal answers give equal bytes.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from io import BytesIO
from typing import Any

from xlsxwriter.workbook import Workbook

from proveonce.kernel.instants import parse_instant
from proveonce.model.content import Content
from proveonce.model.priority import OrderOfWork, WhatIf
from proveonce.model.workspace import Workspace
from proveonce.present import priority as tables
from proveonce.present.priority import Sheet
from proveonce.present.view import FOOT, UNREVIEWED_BANNER
from proveonce.present.workbook.book import SheetBook, marking
from proveonce.present.workbook.facts import minute, sentence, short_title
from proveonce.present.workbook.grid import Column, Grid, Layout, Value
from proveonce.present.workbook.results import key_width
from proveonce.present.workbook.style import LOOKS, NO_OCCURRENCE, Kind, Look

TITLE = "Order of work"
_FIRST_INSTANT = datetime(1980, 1, 1)  # noqa: DTZ001 - XlsxWriter wants a naive UTC instant
"""Content alone has no time of its own, so the file takes the first that its archive can hold."""
OPTIONS: dict[str, Any] = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Arial", "font_size": 9, "font_scheme": "none"},
}
_WORDS: dict[str, Look] = {str(status): look for status, look in LOOKS.items()} | {"no occurrence": NO_OCCURRENCE}
_KINDS: dict[str, tuple[float, Kind]] = {
    "rank": (6, Kind.NUMBER), "step": (6, Kind.NUMBER), "control": (9, Kind.KEY), "fix": (44, Kind.KEY),
    "title": (30, Kind.TEXT), "result": (15.5, Kind.STATUS), "before": (15.5, Kind.STATUS),
    "after": (15.5, Kind.STATUS), "score": (8, Kind.SCORE), "up to": (8, Kind.SCORE), "proof": (7.5, Kind.SCORE),
    "overlap": (7.5, Kind.SCORE), "blocked": (8, Kind.SCORE), "failing": (7.5, Kind.SCORE),
    "deadline": (8.5, Kind.SCORE), "ease": (7, Kind.SCORE), "effort days": (8, Kind.SCORE),
    "serves": (24, Kind.TEXT), "not known": (28, Kind.TEXT), "framework": (11, Kind.TEXT),
    "requirement": (12, Kind.MONO), "requirements": (12, Kind.NUMBER), "relation": (15, Kind.TEXT),
    "part": (30, Kind.TEXT), "points": (9, Kind.SCORE), "share": (8, Kind.SCORE), "proof pays": (9, Kind.SCORE),
    "cover proven": (10, Kind.SCORE), "open to proof": (10, Kind.SCORE), "not coverable": (12, Kind.SCORE),
    "fails now": (10, Kind.SCORE),
    "next audit": (14, Kind.TEXT), "urgency": (9, Kind.SCORE), "checks": (8, Kind.NUMBER), "days": (8, Kind.SCORE),
    "severity × reach": (10, Kind.SCORE), "requirements out of fail": (13, Kind.NUMBER),
    "satisfied": (10, Kind.TEXT), "days assumed": (9, Kind.TEXT), "effort assumed": (9, Kind.TEXT),
    "no way without it": (11, Kind.TEXT),
}  # fmt: skip
"""Head → width and kind; a head that is missing here is a text."""


def order_workbook(order: OrderOfWork, content: Content, workspace: Workspace) -> bytes:
    """The workbook; equal answers give equal bytes."""
    buffer = BytesIO()
    with tempfile.TemporaryDirectory(prefix="proveonce-order-") as folder:
        target = Workbook(buffer, {**OPTIONS, "tmpdir": folder})
        created = parse_instant(order.as_of).replace(tzinfo=None) if order.as_of else _FIRST_INSTANT
        target.set_properties({"title": TITLE, "comments": FOOT, "author": "proveonce", "created": created})
        try:
            _write(_book(target, order, content, workspace), order, content)
            target.close()
        finally:
            # Each sheet streams through a file of its own; XlsxWriter closes them only when all went well.
            for sheet in target.worksheets():
                sheet.row_data_fh.close()
    return buffer.getvalue()


def _book(target: Workbook, order: OrderOfWork, content: Content, workspace: Workspace) -> SheetBook:
    names = ", ".join(map(short_title, order.frameworks))
    when = f"as of {minute(order.as_of)} UTC" if order.as_of else "no as-of"
    parts = (workspace.organisation, workspace.system, names, when, order.run or "nothing was assessed")
    printed = marking((workspace.organisation, TITLE), order.run or "content", content.digest)
    return SheetBook(target, " · ".join(parts), printed)


def _write(book: SheetBook, order: OrderOfWork, content: Content) -> None:
    reviewed = all(content.crosswalks[name].is_reviewed for name in order.frameworks if name in content.crosswalks)
    banner = "" if reviewed else UNREVIEWED_BANNER
    notes = " ".join(f"{sentence(note)}." if note[-1:] != "." else sentence(note) for note in order.notes)
    _table(book, "Order of work", tables.controls_sheet(order, content), "Controls by score, each term a column",
           f"{len(order.priorities):,} controls, most urgent first. {tables.HOW_SCORED} {notes}".rstrip(),
           rest="title", banner=banner)  # fmt: skip
    _table(book, "Terms", _explanations(order), "Each term that counts, in words and figures",
           "Each score is the sum of its terms. Terms of zero are left out here; prioritize CONTROL says why.",
           rest="explanation")  # fmt: skip
    _table(book, "Points", tables.points_sheet(order), "Each framework's 100 points",
           "Cover proven: requirements whose covering set passes. Open to proof: what the proof of controls pays, "
           "partial support aside. Not coverable: no control or declared set covers them. Fails now, across these: "
           "the sum of the term blocked.", rest="next audit")  # fmt: skip
    _table(book, "Inputs", tables.served_sheet(order, content), "What each proof pays at each requirement",
           "Proof pays points × share. A control that covers alone has share 1, each of k members of one joint set "
           "1/k, each of two alternatives 1/2; a partial edge outside them 0.1. The term proof is their sum.",
           rest="title", banner=banner)  # fmt: skip
    _write_cover(book, order, content, banner)
    _write_fixes(book, order, content)


def _write_cover(book: SheetBook, order: OrderOfWork, content: Content, banner: str) -> None:
    cover = order.cover
    word = "controls" if cover.by == "count" else "person-days"
    covered = sum(map(len, cover.covered.values()))
    _table(book, "Covering set", tables.cover_sheet(order, content), "The least set that covers all that can be",
           f"{len(cover.controls):,} controls cover {covered:,} requirements at {cover.cost:g} {word}; no set costs "
           f"less than {cover.bound:g} (optimality gap {cover.gap:.1%}, HiGHS). The greedy rule of thumb needs "
           f"{cover.greedy_cost:g}. Of equally good sets, the first by control id.", rest="title",
           banner=banner)  # fmt: skip
    gaps = tables.not_coverable_sheet(order, content)
    _table(book, "Not coverable", gaps, "Requirements that no set of controls covers",
           f"{len(gaps.rows):,} requirements in scope have no full edge and no jointly complete set.",
           rest="why")  # fmt: skip


def _write_fixes(book: SheetBook, order: OrderOfWork, content: Content) -> None:
    if found := order.next_fixes:
        cleared = found.cleared[-1] if found.cleared else 0
        limit = f"{found.budget:g} person-days" if found.budget is not None else f"{found.limit} checks"
        _table(book, "Next fixes", tables.fixes_sheet(found, content), "The fixes that clear most, within the limit",
               f"Within {limit}: {len(found.fixes)} fixes take {cleared} of {found.failing_requirements} failing "
               f"requirements out of fail, worth {found.value:.2f} points; no choice is worth more than "
               f"{found.bound:.2f}.", rest="title")  # fmt: skip
        _write_moves(book, "What they move", found.what_if, content)
    if order.what_if:
        _write_moves(book, "What if", order.what_if, content)


def _write_moves(book: SheetBook, name: str, found: WhatIf, content: Content) -> None:
    counted = "; ".join(
        f"{short_title(s.framework)}: {s.satisfied} newly satisfied, {s.leave_fail} leave fail, "
        f"{s.still_fail} still fail"
        for s in tables.summaries(found)
    )
    _table(book, name, tables.moves_sheet(found, content), "Requirements before and after, and what is in the way",
           f"If {', '.join(found.named) or 'nothing'} were fixed. {counted or 'No requirement moves'}. The roll-up "
           "ran again with these checks passing; what people must show stays open.",
           rest="still in the way")  # fmt: skip


def _explanations(order: OrderOfWork) -> Sheet:
    rows = tuple(
        (priority.control, term.name, term.value, term.explanation)
        for priority in order.priorities
        for term in priority.terms
        if term.value
    )
    return Sheet(("control", "term", "value", "explanation"), rows)


def _table(book: SheetBook, name: str, sheet: Sheet, holds: str, says: str, *, rest: str, banner: str = "") -> None:
    columns = tuple(_column(sheet, head, is_rest=head == rest) for head in sheet.heads)
    grid = Grid(book, Layout(name, name, holds, says, columns, banner=banner, rows_expected=len(sheet.rows)))
    for row in sheet.rows:
        grid.add(tuple(_value(column, cell) for column, cell in zip(columns, row, strict=True)))
    grid.close()


def _column(sheet: Sheet, head: str, *, is_rest: bool) -> Column:
    width, kind = _KINDS.get(head, (14.0, Kind.SCORE if head == "value" else Kind.TEXT))
    if head == "requirement":
        place = sheet.heads.index(head)
        width = key_width((str(row[place]) for row in sheet.rows), width)
    return Column(sentence(head), width, kind, takes_rest=is_rest)


def _value(column: Column, cell: tables.Cell) -> Value:
    return _WORDS[cell] if column.kind is Kind.STATUS and isinstance(cell, str) else cell
