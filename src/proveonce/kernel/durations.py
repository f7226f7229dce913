"""ISO 8601 durations as our content writes them: `P3M`, `P7D`, `P1Y`, `PT12H`."""

from __future__ import annotations

import re

_NUMBER = r"(\d{1,9})"  # what no calendar exceeds
_DURATION = re.compile(
    rf"P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?)?\Z"
)
_DAYS = (365.25, 365.25 / 12, 7.0, 1.0, 1 / 24, 1 / 1440)
"""A year, month, week, day, hour and minute: twelve months are one year, whatever the calendar."""


def days(duration: str) -> float | None:
    """The length of `duration` in days of an average calendar; None when it is no duration or none at all."""
    match = _DURATION.match(duration)
    parts = [int(part or 0) for part in match.groups()] if match else []
    return sum(part * unit for part, unit in zip(parts, _DAYS, strict=True)) or None if parts else None
