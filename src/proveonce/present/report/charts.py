"""Charts as SVG in millimetres, drawn here from numbers; every text in them is made printable and escaped.

No chart normalises: a cell is one requirement or one read ledger line, so that it can be counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from proveonce.model.finding import Status
from proveonce.present.report.marks import (
    FAIL,
    FULL,
    GREY,
    INK,
    NAVY,
    PANEL,
    PASS_FILL,
    UNDETERMINED,
    UNDETERMINED_FILL,
)
from proveonce.present.report.text import percent, printable

TEXT_WIDTH_MM = 170.0
CELL_HEIGHT = 4.9
SMALL_CELL_HEIGHT = 3.7
"""For catalogs of hundreds, so that the chart stays one look."""
_PITCH = 0.4
_LABEL = 2.05
"""Size of the smallest chart label, mm."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One requirement in the chart of criteria."""

    label: str
    status: Status


@dataclass(frozen=True, slots=True)
class Reads:
    """Planned and done reads of one account and service."""

    planned: int = 0
    read: int = 0
    rows: int = 0
    reason: str = ""
    """A word for the commonest cause of a gap."""

    @property
    def is_complete(self) -> bool:
        """Whether everything planned was read."""
        return self.read == self.planned

    def __add__(self, other: Reads) -> Reads:
        return Reads(
            self.planned + other.planned,
            self.read + other.read,
            self.rows + other.rows,
            self.reason or other.reason,
        )


def _svg(width: float, height: float, body: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" xmlns="http://www.w3.org/2000/svg" width="{w}mm" height="{h}mm" viewBox="0 0 {w} {h}"'
        ' font-family="Plex Condensed">{body}</svg>'
    ).format(w=_mm(width), h=_mm(height), body=Markup("").join(body))


def _mm(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _text(
    at: tuple[float, float],
    text: str,
    *,
    size: float = _LABEL,
    fill: str = INK,
    anchor: str = "middle",
    weight: int = 400,
) -> Markup:
    return Markup(
        '<text x="{x}" y="{y}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"'
        ' font-weight="{weight}">{text}</text>'
    ).format(x=_mm(at[0]), y=_mm(at[1]), size=_mm(size), fill=fill, anchor=anchor, weight=weight, text=printable(text))


def _box(x: float, y: float, width: float, height: float, style: str) -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" {}/>').format(
        _mm(x),
        _mm(y),
        _mm(width),
        _mm(height),
        Markup(style),  # noqa: S704 - style is a constant of this module
    )


def hatch(x: float, y: float, width: float, height: float, step: float = 1.1) -> Markup:
    """45° lines, 1.1 mm apart, cut to the box: lines survive grey print and small sizes better than patterns."""
    lines = []
    offset = step
    while offset < width + height:
        start = (x + max(0.0, offset - height), y + min(offset, height))
        end = (x + min(offset, width), y + max(0.0, offset - width))
        lines.append(f"M{_mm(start[0])} {_mm(start[1])}L{_mm(end[0])} {_mm(end[1])}")
        offset += step
    return Markup('<path d="{}" stroke="{}" stroke-width="0.2" fill="none"/>').format("".join(lines), UNDETERMINED)


_FILLS = {
    Status.PASS: f'fill="{PASS_FILL}"',
    Status.FAIL: f'fill="{FAIL}"',
    Status.UNDETERMINED: f'fill="{UNDETERMINED_FILL}" stroke="{UNDETERMINED}" stroke-width="0.3"',
    Status.NOT_APPLICABLE: f'fill="#fff" stroke="{INK}" stroke-width="0.2" stroke-dasharray="0.9 0.6"',
}


def _cell(x: float, y: float, width: float, cell: Cell, height: float = CELL_HEIGHT) -> Markup:
    inset = 0.15 if cell.status in (Status.UNDETERMINED, Status.NOT_APPLICABLE) else 0.0
    parts = [_box(x + inset, y + inset, width - 2 * inset, height - 2 * inset, _FILLS[cell.status])]
    if cell.status is Status.UNDETERMINED:
        parts.append(hatch(x + 0.15, y + 0.15, width - 0.3, height - 0.3))
        if cell.label:
            plate = label_width(cell.label) + 0.9
            style = f'fill="{UNDETERMINED_FILL}"'
            margin = max(0.5, height / 2 - 1.45)
            parts.append(_box(x + (width - plate) / 2, y + margin, plate, height - 2 * margin, style))
    if cell.label:
        solid = cell.status is Status.FAIL
        fill, weight = ("#fff", 600) if solid else (INK, 400)
        parts.append(_text((x + width / 2, y + height / 2 + 0.74), cell.label, fill=fill, weight=weight))
    return Markup("").join(parts)


def label_width(label: str, size: float = _LABEL) -> float:
    """Roughly how wide `label` is in Plex Condensed, mm; errs on the wide side."""
    narrow = sum(1 for c in label if c in ".,()il1:' ")
    return size * (0.53 * (len(label) - narrow) + 0.34 * narrow)


def cell_width(labels: Collection[str]) -> float:
    """One width for all cells of a chart: 8.4 mm, or what the longest label needs."""
    return max([8.4, *(label_width(label) + 1.3 for label in labels)])


def cells(row: Sequence[Cell], *, width: float, height: float = CELL_HEIGHT, within: float = 72.0) -> Markup:
    """A row of countable cells, worst first, on as many lines as they need."""
    per_line = max(1, int((within + _PITCH) // (width + _PITCH)))
    lines = max(1, -(-len(row) // per_line))
    pitch = height + _PITCH
    body = [
        _cell((index % per_line) * (width + _PITCH), (index // per_line) * pitch, width, cell, height)
        for index, cell in enumerate(row)
    ]
    return _svg(within, lines * pitch - _PITCH, body)


def key_cell(status: Status) -> Markup:
    """A small empty cell for the chart's key."""
    return _svg(5.2, CELL_HEIGHT, [_cell(0, 0, 5.2, Cell("", status))])


# Cover -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One control on the cover: where it failed and where something was not read, by step."""

    failed: frozenset[int]
    unread: frozenset[int]


def control_lines(lines: Sequence[Line], places: Sequence[tuple[str, int]]) -> Markup:
    """A 0.25 mm line a control; `places` are (label, steps), from left to right.

    A bar is a step where the control failed, a break a step where something was not read.
    """
    steps = sum(count for _, count in places)
    if not lines or not steps:
        return Markup("")
    pitch = min(3.5, 74.0 / len(lines))
    step = TEXT_WIDTH_MM / steps
    bar = min(2.6, pitch * 0.74)
    body = []
    for row, line in enumerate(lines):
        y = pitch / 2 + row * pitch
        drawn = [index for index in range(steps) if index not in line.unread]
        body.extend(_strokes(drawn, step, y))
        gap = min(0.4, step * 0.08)
        body.extend(
            _box(index * step + gap, y - bar / 2, step - 2 * gap, bar, f'fill="{FAIL}"')
            for index in sorted(line.failed)
        )
    return _svg(TEXT_WIDTH_MM, len(lines) * pitch + 5.5, [*body, *_place_labels(places, step, len(lines) * pitch)])


def _strokes(drawn: Sequence[int], step: float, y: float) -> list[Markup]:
    """The line through the steps in `drawn`, neighbours joined."""
    runs: list[list[int]] = []
    for index in drawn:
        if runs and runs[-1][1] == index:
            runs[-1][1] = index + 1
        else:
            runs.append([index, index + 1])
    return [_box(start * step, y - 0.125, (end - start) * step, 0.25, f'fill="{INK}"') for start, end in runs]


def _place_labels(places: Sequence[tuple[str, int]], step: float, top: float) -> list[Markup]:
    labels, x = [], 0.0
    for name, count in places:
        labels.append(_box(x, top + 0.6, 0.2, 3.2, f'fill="{GREY}"'))
        room = int(count * step / (_LABEL * 0.56))
        shown = name if len(name) < room else name[: max(0, room - 2)] + "…"
        if room > 3:  # noqa: PLR2004 - fewer letters tell nothing
            labels.append(_text((x + 1, top + 3.4), shown, size=2.3, fill=GREY, anchor="start"))
        x += count * step
    return labels


# Coverage heat map -------------------------------------------------------------------------------

_NAME_MM, _TOTAL_MM, _ROW_MM = 29.0, 14.0, 7.4


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One account (or the stated rest) over the services of the map."""

    name: str
    detail: str
    cells: Mapping[str, Reads]
    total: Reads


def heat_map(rows: Sequence[HeatRow], services: Sequence[str], *, has_total: bool) -> Markup:
    """One band of the map: accounts down, services across, `read/planned` in each cell.

    Pale: all read. White with a navy frame: part. Solid navy: none. Broken outline: not planned.
    """
    width = min(13.0, (TEXT_WIDTH_MM - _NAME_MM - _TOTAL_MM) / len(services))
    longest = max(label_width(service) for service in services)
    is_upright = longest <= width - 0.6
    head = 4.0 if is_upright else min(16.0, 3.0 + longest * 0.71)
    body: list[Markup] = []
    for column, service in enumerate(services):
        x = _NAME_MM + column * width + width / 2
        body.append(_head(x, head, service, is_upright=is_upright))
    if has_total:
        body.append(_text((TEXT_WIDTH_MM, head - 1.4), "all services", fill=GREY, anchor="end"))
    for index, row in enumerate(rows):
        y = head + index * _ROW_MM
        body.append(_text((0, y + 3.1), _fitting(row.name), size=2.4, anchor="start", weight=600))
        body.append(_text((0, y + 5.9), row.detail, fill=GREY, anchor="start"))
        for column, service in enumerate(services):
            body.append(_heat_cell(_NAME_MM + column * width, y, width, row.cells.get(service)))
        if has_total:
            share = percent(row.total.read, row.total.planned)
            tally = f"{row.total.read:,}/{row.total.planned:,}"
            body.append(_text((TEXT_WIDTH_MM, y + 3.1), share, size=2.4, anchor="end", weight=600))
            body.append(_text((TEXT_WIDTH_MM, y + 5.9), tally, fill=GREY, anchor="end"))
    return _svg(TEXT_WIDTH_MM, head + len(rows) * _ROW_MM, body)


def _fitting(name: str) -> str:
    return name if label_width(name, 2.4) < _NAME_MM - 1 else name[:20] + "…"


def _head(x: float, base: float, service: str, *, is_upright: bool) -> Markup:
    if is_upright:
        return _text((x, base - 1.4), service, fill=GREY)
    return Markup(
        '<text transform="translate({} {}) rotate(-45)" font-size="{}" fill="{}" text-anchor="start">{}</text>'
    ).format(_mm(x - 0.6), _mm(base - 1.2), _mm(_LABEL), GREY, printable(service))


def _heat_cell(x: float, y: float, width: float, reads: Reads | None) -> Markup:
    w, h, middle = width - 0.5, _ROW_MM - 0.5, x + (width - 0.5) / 2
    if reads is None or not reads.planned:
        style = f'fill="#fff" stroke="{GREY}" stroke-width="0.15" stroke-dasharray="0.8 0.7"'
        return _box(x + 0.1, y + 0.1, w - 0.2, h - 0.2, style) + _text((middle, y + 4.2), "–", fill=GREY)
    tally = f"{reads.read:,}/{reads.planned:,}"
    size = min(2.3, _LABEL * (w - 0.6) / label_width(tally))
    if reads.is_complete and not reads.rows:
        empty = _text((middle, y + 5.8), "0 rows", fill=GREY)
        return _box(x, y, w, h, f'fill="{PANEL}"') + _text((middle, y + 3.2), tally, size=size) + empty
    if reads.is_complete:
        box = _box(x, y, w, h, f'fill="{FULL}"')
        if size >= _LABEL:
            return box + _text((middle, y + 4.3), tally, size=size)
        upper, lower = f"{reads.read:,}/", f"{reads.planned:,}"
        small = min(_LABEL, _LABEL * (w - 0.6) / label_width(upper))
        return box + _text((middle, y + 3.1), upper, size=small) + _text((middle, y + 5.6), lower, size=small)
    none = not reads.read
    style = f'fill="{NAVY}"' if none else f'fill="#fff" stroke="{NAVY}" stroke-width="0.55"'
    inset = 0.0 if none else 0.275
    frame = _box(x + inset, y + inset, w - 2 * inset, h - 2 * inset, style)
    ink = "#fff" if none else INK
    share = _text((middle, y + 3.2), tally, size=size, fill=ink, weight=600)
    return frame + share + _text((middle, y + 5.8), reads.reason, size=min(_LABEL, size), fill=ink)
