"""The pictures of the page: hand-made SVG in pixels, every cell countable and a link to its place.

Colours are classes of the stylesheet, so that dark mode and print change them; no shade stands
without a form or a word. Each text is made printable and escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from proveonce.model.catalog import Framework, FrameworkId
from proveonce.present.crosswalk import words
from proveonce.present.crosswalk.view import ControlRow, Coverage, CrosswalkView, Overlap, RequirementRow, Strength
from proveonce.present.report.text import anchor, listed, printable

DEPTH_TOP = 5
"""The last row of the second picture holds this many controls or more."""
_GAP = 3.0
_ROW_GAP = 13.0
_HEAD = 24.0
_SMALL = 10.0
_COVERAGE_CLASSES = {
    Coverage.ONE: "full",
    Coverage.JOINT: "joint",
    Coverage.PARTIAL: "partial",
    Coverage.UNMAPPED: "unmapped",
}


@dataclass(frozen=True, slots=True)
class Size:
    """Measures of a picture, pixels."""

    width: float
    framework: float
    """A framework's column of dots."""
    number: float
    cell: float
    """A cell, at least: a longer id widens all."""
    cell_height: float


WIDE = Size(1136, 66, 84, 60, 22)
NARROW = Size(368, 42, 34, 49, 21)
_LETTER = 6.6
"""A letter of a cell's label, on the wide side."""


def overlap_chart(view: CrosswalkView, size: Size, kind: str) -> Markup:
    """A row for each set of frameworks that some control serves exactly; a cell a control."""
    longest = max((len(row.control.id) for row in view.controls), default=0)
    size = replace(size, cell=max(size.cell, longest * _LETTER + 8))
    left = len(view.frameworks) * size.framework + size.number
    body = [
        _text(number * size.framework, 15, words.short(framework), "head")
        for number, framework in enumerate(view.frameworks)
    ]
    body.append(_text(left - 14, 15, "Controls" if kind == "wide" else "", "head end"))
    y = _HEAD
    for overlap in view.overlaps:
        drawn, height = _overlap_row(view, overlap, size, left, y)
        body.append(drawn)
        y += height + _ROW_GAP
    total = f"{len(view.controls):,}"
    body += [_rule(size.width, y - _ROW_GAP / 2 + 1), _text(left - 14, y + 14, total, "count end")]
    body.append(_text(left, y + 14, "controls in all, each once", "note"))
    label = f"{len(view.controls):,} controls by the frameworks that they serve"
    return _svg(size.width, y + 20, label, kind, body)


def _overlap_row(view: CrosswalkView, overlap: Overlap, size: Size, left: float, y: float) -> tuple[Markup, float]:
    per_line = max(1, int((size.width - left + _GAP) // (size.cell + _GAP)))
    lines = -(-len(overlap.controls) // per_line)
    pitch = size.cell_height + _GAP
    height = max(1, lines) * pitch - _GAP
    middle = y + size.cell_height / 2
    served = {framework.id for framework in overlap.frameworks}
    body = [_rule(size.width, y - _ROW_GAP / 2), _dots(view.frameworks, served, size, middle)]
    body.append(_text(left - 14, middle + 6, f"{len(overlap.controls):,}", "count end"))
    for index, row in enumerate(overlap.controls):
        place = (left + index % per_line * (size.cell + _GAP), y + index // per_line * pitch)
        body.append(_control_cell(row, place, size))
    return Markup("").join(body), height


def _dots(frameworks: Sequence[Framework], served: set[FrameworkId], size: Size, y: float) -> Markup:
    """A filled dot for each framework served, joined; an open ring for each that is not."""
    centres = [(number * size.framework + 12, f.id in served) for number, f in enumerate(frameworks)]
    filled = [x for x, is_served in centres if is_served]
    body = []
    if filled:
        body.append(Markup('<path class="bond" d="M{} {}H{}"/>').format(_px(filled[0]), _px(y), _px(filled[-1])))
    for x, is_served in centres:
        radius, name = (7, "dot") if is_served else (4.5, "ring")
        body.append(Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>').format(name, _px(x), _px(y), radius))
    return Markup("").join(body)


def _control_cell(row: ControlRow, place: tuple[float, float], size: Size) -> Markup:
    is_full = any(edge.strength is Strength.FULL for edge in row.edges)
    x, y = place
    box = _box(x, y, size.cell, size.cell_height, "full" if is_full else "partial")
    label = _text(x + size.cell / 2, y + size.cell_height / 2 + 4.4, row.control.id, "middle")
    full = sum(1 for edge in row.edges if edge.strength is Strength.FULL)
    title = f"{row.control.id} {row.control.title}: {len(row.edges):,} requirements, {full:,} in full"
    return _link(anchor(row.control.id), title, box + label)


def depth_chart(view: CrosswalkView, size: Size, kind: str) -> Markup:
    """Each framework's requirements by how many controls stand for them; a cell a requirement."""
    body: list[Markup] = []
    y = 0.0
    for framework in view.frameworks:
        rows = view.of(framework)
        body.append(_text(0, y + 15, f"{words.short(framework)}, {len(rows):,}", "group"))
        y += 26
        for depth in range(DEPTH_TOP + 1):
            found = [row for row in rows if min(len(row.edges), DEPTH_TOP) == depth]
            if found:
                drawn, height = _depth_row(depth, found, size, y)
                body.append(drawn)
                y += height + 7
        y += 16
    label = f"{len(view.requirements):,} requirements by the number of controls that stand for them"
    return _svg(size.width, max(1.0, y - 16), label, kind, body)


def _depth_row(depth: int, rows: Sequence[RequirementRow], size: Size, y: float) -> tuple[Markup, float]:
    left = 178.0 if size == WIDE else 108.0
    pitch = _SMALL + _GAP
    per_line = int((size.width - left) // pitch)
    name = ("no control", "1 control", *(f"{n} controls" for n in range(2, DEPTH_TOP)), f"{DEPTH_TOP} or more")[depth]
    is_alone = " strong" if depth == 1 else ""
    body = [_text(0, y + 10, name, f"note{is_alone}"), _text(left - 14, y + 10, f"{len(rows):,}", f"end{is_alone}")]
    for index, row in enumerate(rows):
        box = _box(left + index % per_line * pitch, y + index // per_line * pitch, _SMALL, _SMALL,
                   _COVERAGE_CLASSES[row.coverage])  # fmt: skip
        controls = listed([edge.control.id for edge in row.edges], limit=6) if row.edges else "no control"
        title = f"{words.short(row.framework)} {row.requirement.id} {row.requirement.title}: {row.coverage}; {controls}"
        body.append(_link(requirement_anchor(row), title, box))
    return Markup("").join(body), -(-len(rows) // per_line) * pitch - _GAP


def requirement_anchor(row: RequirementRow) -> str:
    """The id of the requirement's row in the page."""
    return anchor(f"{row.framework.id}-{row.requirement.id}")


def key(coverage: Coverage) -> Markup:
    """A small cell for the key of the pictures."""
    box = _box(0.5, 0.5, _SMALL, _SMALL, _COVERAGE_CLASSES[coverage])
    return Markup('<svg class="keycell" viewBox="0 0 12 12" aria-hidden="true">{}</svg>').format(box)


def _svg(width: float, height: float, label: str, kind: str, body: Iterable[Markup]) -> Markup:
    return Markup('<svg class="picture {}" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>').format(
        kind, _px(width), _px(height), label, Markup("").join(body)
    )


def _link(target: str, title: str, body: Markup) -> Markup:
    return Markup('<a href="#{}"><title>{}</title>{}</a>').format(target, printable(title), body)


def _box(x: float, y: float, width: float, height: float, name: str) -> Markup:
    return Markup('<rect class="box {}" x="{}" y="{}" width="{}" height="{}"/>').format(
        name, _px(x + 0.5), _px(y + 0.5), _px(width - 1), _px(height - 1)
    )


def _rule(width: float, y: float) -> Markup:
    return Markup('<path class="rule" d="M0 {}H{}"/>').format(_px(y), _px(width))


def _text(x: float, y: float, text: str, name: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(name, _px(x), _px(y), printable(text))


def _px(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
