"""The calendar as a workbook, and its sheets for the workbook of a package.

Holds no formula and no outside link; equal calendars give equal bytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO

from xlsxwriter.workbook import Workbook

from proveonce.kernel.canonical import canonical, digest
from proveonce.model.calendar import Calendar, Recurring
from proveonce.model.duty import Duty, DutyState
from proveonce.present.calendar import words
from proveonce.present.calendar.machine import calendar_json
from proveonce.present.priority_book import OPTIONS
from proveonce.present.view import FOOT
from proveonce.present.workbook.book import SheetBook, marking
from proveonce.present.workbook.facts import cadence, count
from proveonce.present.workbook.grid import Column, Grid, Layout
from proveonce.present.workbook.style import FAIL, FAIL_TINT, GREY, PASS, UNDETERMINED, UNDETERMINED_TINT, Kind, Look

LOOKS = {
    DutyState.OVERDUE: Look("Overdue", "■", FAIL, FAIL_TINT),
    DutyState.NEVER: Look("Never done", "■", FAIL, FAIL_TINT),
    DutyState.DUE: Look("Due", "▲", UNDETERMINED, UNDETERMINED_TINT),
    DutyState.UPCOMING: Look("Upcoming", "–", GREY),
    DutyState.DONE: Look("Done", "✓", PASS),
}
_COLUMNS = (
    Column("Due", 12, Kind.KEY),
    Column("State", 14, Kind.STATUS),
    Column("Control", 9, Kind.MONO),
    Column("What", 34),
    Column("Owner", 16),
    Column("Person", 16),
    Column("Last done", 11),
    Column("Proof", 16),
    Column("Returns", 11),
    Column("Serves", 28, takes_rest=True),
    Column("All that it serves", 60, is_printed=False),
    Column("Begin", 11, is_printed=False),
    Column("Needs", 60, is_printed=False),
    Column("Why", 60, is_printed=False),
    Column("Kind", 15, is_printed=False),
    Column("Id", 34, Kind.MONO, is_printed=False),
)


def calendar_workbook(calendar: Calendar) -> bytes:
    """The workbook; equal calendars give equal bytes."""
    buffer = BytesIO()
    with tempfile.TemporaryDirectory(prefix="proveonce-calendar-") as folder:
        target = Workbook(buffer, {**OPTIONS, "tmpdir": folder})
        created = datetime.fromisoformat(calendar.day)
        target.set_properties({"title": "Calendar", "comments": FOOT, "author": "proveonce", "created": created})
        try:
            book = _book(target, calendar)
            write_duties(book, calendar)
            _write_gaps(book, calendar)
            target.close()
        finally:
            # Each sheet streams through a file of its own; XlsxWriter closes them only when all went well.
            for sheet in target.worksheets():
                sheet.row_data_fh.close()
    return buffer.getvalue()


def _book(target: Workbook, calendar: Calendar) -> SheetBook:
    space = calendar.workspace
    parts = (space.organisation, space.system, f"as of {calendar.day}", calendar.choice and f"only {calendar.choice}")
    printed = marking((space.organisation, "Calendar"), f"calendar {calendar.day}",
                      digest(canonical(calendar_json(calendar))))  # fmt: skip
    return SheetBook(target, " · ".join(filter(None, parts)), printed)


def write_duties(book: SheetBook, calendar: Calendar) -> None:
    """The sheet Calendar: every duty of the window, by day."""
    missing = "; ".join(calendar.unproven)
    banner = (
        f"No control proves these binding intervals whole, so no duty stands for them: {missing}" if missing else ""
    )
    layout = Layout(
        name="Calendar",
        title="Calendar",
        holds="What is due, for whom, for which requirement, with which proof",
        sentence=f"{words.headline(calendar)}; {count(len(calendar.duties), 'duty', 'duties')} until {calendar.end}. "
        "Work that several frameworks ask for stands once, at the strictest interval.",
        columns=_COLUMNS,
        banner=banner,
        rows_expected=len(calendar.duties),
    )
    grid = Grid(book, layout)
    for duty in calendar.duties:
        grid.add((
            duty.due_on, LOOKS[duty.state], ", ".join(duty.controls), duty.title, words.role(duty.owner),
            duty.person or "nobody named", duty.last_done_on or "never", duty.proof,
            cadence(duty.interval) if duty.interval else "", words.served_short(duty), _serves(duty),
            duty.start_on, duty.needs, words.why(duty),
            words.KINDS[duty.kind], duty.uid,
        ))  # fmt: skip
    grid.close()


def _serves(duty: Duty) -> str:
    return words.served(duty, ", ", "; ")


def _write_gaps(book: SheetBook, calendar: Calendar) -> None:
    layout = Layout(
        name="Gaps",
        title="Gaps that open",
        holds="Days on which something will not be shown, if nothing changes",
        sentence=f"{count(len(calendar.gaps), 'gap').capitalize()} open within "
        f"{words.span(calendar.workspace.planning.gaps)}.",
        columns=(
            Column("Opens", 11, Kind.KEY), Column("Closes", 16), Column("What", 60, takes_rest=True), Column("Why", 44),
            Column("Owner", 16), Column("Id", 34, Kind.MONO, is_printed=False),
        ),
        rows_expected=len(calendar.gaps),
    )  # fmt: skip
    grid = Grid(book, layout)
    for gap in calendar.gaps:
        closes = gap.closes_on or "nothing planned"
        grid.add((gap.opens_on, closes, gap.title, gap.why, words.role(gap.owner), gap.duty))
    grid.close()


def write_recurring(book: SheetBook, found: Mapping[str, Recurring], titles: Mapping[str, str]) -> None:
    """The sheet Recurring: every date of the work of `titles`' controls over the year before the as-of."""
    rows = [(control, work) for control, work in found.items() if control in titles]
    whole = sum(work.is_whole for _, work in rows)
    layout = Layout(
        name="Recurring",
        title="Recurring work",
        holds="Done of expected over the year before the as-of, with dates and records",
        sentence=f"{whole:,} of {count(len(rows), 'control')} that people carry out are covered by records every day "
        "of the year before the as-of. Open days are those that no record covers.",
        columns=(
            Column("Control", 9, Kind.KEY), Column("What", 44), Column("Returns", 12), Column("Next", 14, Kind.STATUS),
            Column("Done", 7, Kind.NUMBER), Column("Expected", 9, Kind.NUMBER), Column("Open days", 9, Kind.OPEN),
            Column("Next due", 12), Column("Performed on", 40, takes_rest=True),
            Column("Records", 60, is_printed=False), Column("Why this interval", 60, is_printed=False),
        ),
        rows_expected=len(rows),
    )  # fmt: skip
    grid = Grid(book, layout)
    for control, work in rows:
        grid.add((
            control, titles[control], cadence(work.interval), LOOKS[work.state], len(work.performed), work.expected,
            work.open_days, work.next_due, ", ".join(day for day, _ in work.performed) or "none recorded",
            ", ".join(record for _, record in work.performed), work.reason,
        ))  # fmt: skip
    grid.close()
