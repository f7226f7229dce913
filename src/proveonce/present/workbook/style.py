"""Colours, number formats and words of the workbook.

Shape and word first, colour last: a status cell holds the plain word, its mark is a number format,
and in grey print fail is bold on a tint, undetermined bold, pass light.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from proveonce.model.finding import Status

SANS, MONO = "Arial", "Courier New"
INK, GREY, NAVY = "#14181C", "#4A535C", "#1F3A52"
RULE, PANEL = "#D5DADE", "#F3F5F6"
FAIL, UNDETERMINED, PASS = "#8C1D2F", "#7A4D00", "#0B5F4E"
FAIL_TINT, UNDETERMINED_TINT, UNREAD_TINT = "#F7E4E6", "#FBF1DC", "#E4ECF2"
PASS_BAR, READ_BAR, INPUT_TINT = "#A9D3C8", "#C9D9E4", "#FFFDF2"

THIN, MEDIUM = 1, 2

INTEGER = '#,##0;-#,##0;"–"'
DECIMAL = '#,##0.00;-#,##0.00;"–"'
PERCENT = "0.0%"


class Kind(StrEnum):
    """What a column holds, and so how it looks."""

    TEXT = "text"
    KEY = "key"
    """The reference that names the row."""
    MONO = "mono"
    """Identifiers, ARNs, digests, queries."""
    NUMBER = "number"
    FAILS = "fails"
    """A count that must catch the eye when it is not zero."""
    OPEN = "open"
    """The same, for undetermined."""
    SCORE = "score"
    SHARE = "share"
    STATUS = "status"
    INPUT = "input"
    """Empty, framed, for a person to fill."""


class Tone(StrEnum):
    """How a whole row stands among the others."""

    PLAIN = "plain"
    UNREAD = "unread"
    """Something was not read."""
    QUIET = "quiet"
    """Listed and not counted."""


@dataclass(frozen=True, slots=True)
class Look:
    """A status as a cell shows it."""

    word: str
    mark: str
    colour: str
    tint: str = ""
    """Cell fill; with one, the word is bold."""


LOOKS = {
    Status.PASS: Look("Pass", "✓", PASS),
    Status.FAIL: Look("Fail", "■", FAIL, FAIL_TINT),
    Status.UNDETERMINED: Look("Undetermined", "▲", UNDETERMINED, UNDETERMINED_TINT),
    Status.NOT_APPLICABLE: Look("Not applicable", "–", GREY),
}
OUT_OF_SCOPE = Look("Out of scope", "–", GREY)
NO_OCCURRENCE = Look("No occurrence", "–", GREY)

_PCI_WORDS = {
    Status.PASS: "In place",
    Status.FAIL: "Not in place",
    Status.UNDETERMINED: "Not tested",
    Status.NOT_APPLICABLE: "Not applicable",
}


def requirement_look(framework: str, status: Status) -> Look:
    """A requirement's status in the words of its framework: PCI DSS has words of its own."""
    look = LOOKS[status]
    if framework != "pci_dss":
        return look
    return Look(_PCI_WORDS[status], look.mark, look.colour, look.tint)


_KINDS: dict[Kind, dict[str, Any]] = {
    Kind.KEY: {"font_name": MONO, "bold": True},
    Kind.MONO: {"font_name": MONO},
    Kind.NUMBER: {"num_format": INTEGER, "align": "right", "text_wrap": False},
    Kind.FAILS: {"num_format": INTEGER, "align": "right", "text_wrap": False},
    Kind.OPEN: {"num_format": INTEGER, "align": "right", "text_wrap": False},
    Kind.SCORE: {"num_format": DECIMAL, "align": "right", "text_wrap": False},
    Kind.SHARE: {"num_format": PERCENT, "align": "right", "text_wrap": False},
    Kind.INPUT: {"border": THIN, "border_color": GREY, "bg_color": INPUT_TINT, "locked": False},
}
_TONES: dict[Tone, dict[str, Any]] = {
    Tone.PLAIN: {},
    Tone.UNREAD: {"bold": True, "bg_color": UNREAD_TINT},
    Tone.QUIET: {"font_color": GREY, "italic": True, "bold": False},
}
_CELL = {"font_name": SANS, "font_size": 9, "font_color": INK, "valign": "top", "bottom": THIN, "bottom_color": RULE}


class Formats:
    """The workbook's formats, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[Any, Format] = {}

    def plain(self, **properties: Any) -> Format:
        """A format of these XlsxWriter properties over the base font."""
        key = tuple(sorted(properties.items()))
        return self._get(key, lambda: {"font_name": SANS, "font_size": 9, "font_color": INK, **properties})

    def cell(
        self,
        kind: Kind,
        tone: Tone = Tone.PLAIN,
        *,
        is_quoted: bool = False,
        is_nonzero: bool = False,
        wraps: bool = True,
        is_indented: bool = False,
        fill: str = "",
        is_bold: bool = False,
    ) -> Format:
        """A table cell. `is_quoted`: a text that must stay one when edited; `is_nonzero`: a count that is not zero."""
        return self._get(
            (kind, tone, is_quoted, is_nonzero, wraps, is_indented, fill, is_bold),
            lambda: {
                **_CELL,
                "text_wrap": wraps,
                **_KINDS.get(kind, {}),
                **_TONES[tone],
                **(_loud(kind) if is_nonzero and tone is not Tone.QUIET else {}),
                **({"quote_prefix": True} if is_quoted else {}),
                **_indent(is_indented=is_indented),
                **({"bg_color": fill} if fill else {}),
                **({"bold": True} if is_bold else {}),
            },
        )

    def status(self, look: Look, tone: Tone = Tone.PLAIN, *, is_indented: bool = False) -> Format:
        """A status cell: the mark by number format, the word as its value."""
        return self._get(
            (look, tone, is_indented),
            lambda: {
                **_CELL,
                "text_wrap": True,
                **_TONES[tone],
                "num_format": f'"{look.mark} "@',
                "font_color": look.colour,
                **({"bold": True, "bg_color": look.tint} if look.tint else {}),
                **_indent(is_indented=is_indented),
            },
        )

    def banner(self) -> Format:
        """What must not be overlooked."""
        return self.plain(
            bold=True, font_color=UNDETERMINED, bg_color=UNDETERMINED_TINT, text_wrap=True, valign="vcenter"
        )

    def head(self, *, is_right: bool, is_indented: bool = False) -> Format:
        """A column's head."""
        return self.plain(
            bold=True, text_wrap=True, valign="bottom", bg_color=PANEL, top=MEDIUM, top_color=INK, bottom=THIN,
            bottom_color=INK, **({"align": "right"} if is_right else _indent(is_indented=is_indented)),
        )  # fmt: skip

    def total(self, kind: Kind, *, is_indented: bool = False) -> Format:
        """A cell of the total row."""
        number = _KINDS.get(kind, {}) if kind in _RIGHT else {}
        return self.plain(
            **{**number, "bold": True, "text_wrap": kind not in _RIGHT, "valign": "top", "top": THIN, "top_color": INK},
            bottom=THIN,
            bottom_color=INK,
            **_indent(is_indented=is_indented),
        )

    def _get(self, key: Any, properties: Any) -> Format:
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties())
        return self._made[key]


_RIGHT = frozenset({Kind.NUMBER, Kind.FAILS, Kind.OPEN, Kind.SCORE, Kind.SHARE})


def is_right(kind: Kind) -> bool:
    """Whether the column holds numbers."""
    return kind in _RIGHT


def _indent(*, is_indented: bool) -> dict[str, Any]:
    return {"align": "left", "indent": 1} if is_indented else {}


def _loud(kind: Kind) -> dict[str, Any]:
    if kind is Kind.FAILS:
        return {"bold": True, "font_color": FAIL}
    return {"bold": True, "font_color": UNDETERMINED} if kind is Kind.OPEN else {}
