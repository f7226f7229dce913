"""How many lines a text takes in a column, so that every row gets its height.

Excel lays out text itself and never tells; a row without a height overlaps in LibreOffice. Widths
are Arial's own (equal to Helvetica's: Adobe Core 14 AFM), in thousandths of the type size.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import east_asian_width

SIZE = 9.0
"""Points, of every table text."""
LINE = 12.0
"""Points, from line to line."""
MAX_HEIGHT = 409.0
"""Points: Excel's highest row."""
UNIT = 5.25
"""Points that one unit of column width is wide: 7 pixels at 96 dpi, the widest digit of Arial 9."""
_SLACK = 0.95
"""Excel, LibreOffice and printers disagree about the last few per cent."""

_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
)  # fmt: skip
_FIRST = 32
_BOLD = 1.08
_MONO = 600
_WIDE = 1000
_OTHER = 600
_PIECES = re.compile(r"[^\s\-/?]*[\s\-/?]+|[^\s\-/?]+")
"""Runs after which Excel or LibreOffice may break a line."""


def line_count(text: str, width: float, *, is_mono: bool = False, is_bold: bool = False) -> int:
    """Lines that `text` takes in a column of `width` units; at least one."""
    room = width * UNIT * _SLACK * 1000 / SIZE
    if len(text) * _WIDE <= room and "\n" not in text:
        return 1
    return sum(_paragraph(paragraph, room, is_mono, is_bold) for paragraph in text.split("\n"))


def height_of(lines: int) -> float:
    """Points for a row of that many lines."""
    return min(3.0 + LINE * lines, MAX_HEIGHT)


def text_width(text: str, *, is_mono: bool = False, is_bold: bool = False) -> float:
    """Width in thousandths of the type size."""
    if is_mono:
        return float(_MONO * len(text)) if text.isascii() else sum(map(_mono_width, text))
    return sum(map(_width, text)) * (_BOLD if is_bold else 1.0)


def units_for(text: str, *, is_mono: bool = False, is_bold: bool = False) -> float:
    """Column width that holds `text` on one line."""
    return text_width(text, is_mono=is_mono, is_bold=is_bold) * SIZE / 1000 / UNIT / _SLACK + 0.3


def _paragraph(text: str, room: float, is_mono: bool, is_bold: bool) -> int:
    if text_width(text, is_mono=is_mono, is_bold=is_bold) <= room:
        return 1
    lines, used = 1, 0.0
    for piece in _PIECES.findall(text):
        size = text_width(piece, is_mono=is_mono, is_bold=is_bold)
        visible = size if not piece[-1].isspace() else text_width(piece.rstrip(), is_mono=is_mono, is_bold=is_bold)
        if used and used + visible > room:
            lines, used = lines + 1, 0.0
        if visible > room:
            # A run longer than the line is broken anywhere.
            extra = int(visible // room)
            lines, size = lines + extra, size - extra * room
        used += size
    return lines


@lru_cache(maxsize=4096)
def _width(character: str) -> float:
    place = ord(character) - _FIRST
    if 0 <= place < len(_WIDTHS):
        return _WIDTHS[place]
    return _WIDE if east_asian_width(character) in "WF" else _OTHER


@lru_cache(maxsize=4096)
def _mono_width(character: str) -> float:
    return _WIDE if east_asian_width(character) in "WF" else _MONO
