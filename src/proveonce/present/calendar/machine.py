"""The calendar for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from proveonce.model.calendar import Calendar


def calendar_json(calendar: Calendar) -> dict[str, Any]:
    """{as_of, from, to, duties, gaps, unproven}; days are ISO 8601, `to` is the first day after the window."""
    return {
        "as_of": calendar.day,
        "from": calendar.start,
        "to": calendar.end,
        "duties": [asdict(duty) for duty in calendar.duties],
        "gaps": [asdict(gap) for gap in calendar.gaps],
        "unproven": list(calendar.unproven),
    }
