"""ISO 8601 durations as our content writes them: `P3M`, `P7D`, `P1Y`, `PT12H`."""

from __future__ import annotations

import re

_NUMBER = r"(\d{1,9})"  # what no calendar exceeds
_DURATION = re.compile(
    rf"P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?)?\Z"
)
_DAYS = (365.25, 365.25 / 12, 7.0, 1.0, 1 / 24, 1 / 1440)
"""A year, month, week, day, hour and minute: twelve months are one year, whatever the calendar."""

Parts = tuple[int, int, int, int, int, int]


def parts(duration: str) -> Parts:
    """Years, months, weeks, days, hours and minutes of `duration`. Raises: ValueError when it is none."""
    match = _DURATION.match(duration)
    years, months, weeks, days_, hours, minutes = (int(part or 0) for part in match.groups()) if match else (0,) * 6
    found = (years, months, weeks, days_, hours, minutes)
    if not any(found):
        raise ValueError(f"{duration!r} is no duration")
    return found


def days(duration: str) -> float | None:
    """The length of `duration` in days of an average calendar; None when it is no duration or none at all."""
    try:
        return sum(part * unit for part, unit in zip(parts(duration), _DAYS, strict=True))
    except ValueError:
        return None


def strictest(durations: list[str]) -> str:
    """The shortest of some durations, the first of equals. Raises: ValueError when there is none."""
    return min(durations, key=lambda duration: days(duration) or 0)
