"""11 Recurring work: done of expected over the year before the as-of; and the dates that P1 prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from proveonce.kernel.calendar import plus, shift
from proveonce.kernel.instants import parse_instant
from proveonce.model.calendar import Recurring
from proveonce.model.duty import DutyState
from proveonce.present.report import text
from proveonce.present.report.facts import Facts, cadence
from proveonce.present.view import PackageView

_DATES = 3
"""Dates of one control that a page prints; the workbook has them all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One control's work."""

    reference: str
    id: str
    title: str
    returns: str
    done: str
    performed: str
    open_days: str
    due: str
    is_short: bool


@dataclass(frozen=True, slots=True)
class Work:
    """Sheet 11."""

    lead: str
    rows: tuple[Row, ...]
    whole: int
    start: str
    end: str


def recurring(facts: Facts) -> Work:
    """The sheet, by reference."""
    view = facts.view
    day = parse_instant(view.assessment.as_of).date()
    rows = tuple(_rows(view))
    found = [view.recurring[row.id] for row in rows]
    whole = sum(work.is_whole for work in found)
    never = sum(work.state is DutyState.NEVER for work in found)
    lead = (
        f"{text.sentence(text.words(whole))} of {len(rows):,} controls that people carry out were done at their"
        f" interval over the whole year before the as-of; {text.words(never)} have no record at all."
    )
    return Work(lead, rows, whole, shift(day, "P12M", -1).isoformat(), plus(day, -1).isoformat())


def _rows(view: PackageView) -> Iterator[Row]:
    for sheet in view.sheets:
        if (work := view.recurring.get(sheet.control.id)) is not None:
            yield Row(
                reference=sheet.reference,
                id=sheet.control.id,
                title=sheet.control.title,
                returns=cadence(work.interval),
                done=_done(work),
                performed=_dates(work),
                open_days=text.number(work.open_days),
                due="Never done" if work.state is DutyState.NEVER else work.next_due,
                is_short=not work.is_whole,
            )


def _done(work: Recurring) -> str:
    return f"{len(work.performed):,} of {work.expected:,}"


def _dates(work: Recurring) -> str:
    """The latest days, latest first."""
    days = [day for day, _ in reversed(work.performed)]
    more = f" and {len(days) - _DATES:,} earlier" if len(days) > _DATES else ""
    return ", ".join(days[:_DATES]) + more if days else text.MISSING


def dates_of(view: PackageView, controls: Iterable[str]) -> str:
    """The days on which controls of a requirement were done, for P1."""
    found = [work for control in controls if (work := view.recurring.get(control))]
    if not found:
        return "Checks only" if view.recurring else "No evidence recorded"
    parts = [f"{work.control} {_done(work)}: {_dates(work)}" for work in found if work.performed]
    bare = [work.control for work in found if not work.performed]
    if bare:
        parts.append(f"{', '.join(bare)}: none recorded")
    return "; ".join(parts)
