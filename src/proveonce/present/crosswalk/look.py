"""What the tables of the crosswalk's workbook share: shades, and ids that never break."""

from __future__ import annotations

from collections.abc import Iterable

from proveonce.present.crosswalk.view import Strength
from proveonce.present.workbook import measure

FILLS = {Strength.FULL: "#C9D9E4", Strength.JOINT: "#E4ECF2", Strength.PARTIAL: ""}
"""Behind a cell, by the strongest relation in it; in grey three clear steps."""
HEAT = "#8FB3CB"
"""Behind the highest count; ink on it keeps 7:1."""


def key_width(labels: Iterable[str], least: float) -> float:
    """Wide enough for the longest label in bold Mono, up to a third of a line."""
    longest = max((measure.units_for(label, is_mono=True) for label in labels), default=0.0)
    return min(50.0, max(least, longest + 0.5))


def packed(labels: Iterable[str], width: float) -> str:
    """The labels in lines of `width` units, so that none breaks at its hyphen."""
    lines: list[str] = []
    for label in labels:
        longer = f"{lines[-1]}, {label}" if lines else label
        if lines and measure.units_for(longer, is_bold=True) + 1.0 > width:
            lines[-1] += ","
            lines.append(label)
        else:
            lines[-1:] = [longer]
    return "\n".join(lines)
