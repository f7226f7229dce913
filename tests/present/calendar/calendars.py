"""Calendars of the small desk, for renderers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assess.duties.desks import desk, report, vendor
from assess.duties.test_year import organisation
from proveonce.app.calendar import Choice, calendar_of
from proveonce.assess.duties import Desk
from proveonce.model.calendar import Calendar

DAY, UNTIL = date(2026, 4, 1), date(2027, 4, 1)


def year(day: date = DAY) -> Calendar:
    """The calendar of the planted year."""
    return calendar_of(replace(organisation(), day=day, until=UNTIL), Choice())


def of(desk_: Desk, **choice: str) -> Calendar:
    """The calendar of a desk, twelve months on."""
    return calendar_of(replace(desk_, until=date(desk_.day.year + 1, desk_.day.month, 1)), Choice(**choice))  # type: ignore[arg-type]  # fields by name


HOSTILE = "=cmd|'/c calc'!A1 <script>alert(1)</script>\r\nEND:VEVENT\u202e & ]]>"


def hostile() -> Calendar:
    """Names that try to be more than names."""
    theirs = replace(vendor(), name=HOSTILE, id="x", owner=HOSTILE)
    ours = replace(report("r1", "2025-12-31", "2026-02-20", "2026-12-31"), title=HOSTILE)
    return of(desk(attestations=(ours,), vendors=(theirs,)))
