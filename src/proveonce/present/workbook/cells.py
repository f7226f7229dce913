"""The one way that text and numbers enter a cell.

A value from an account may be a formula, a control character or a book: every text is written as a
text, what would not be seen is spelt out, and what does not fit says how much is missing.
"""

from __future__ import annotations

import re

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from proveonce.kernel.errors import ProveonceError

MAX_UNITS = 32_767
"""Excel's limit for a cell, in UTF-16 code units."""
_ROOM = MAX_UNITS - 80
"""What a text that is cut keeps; the marker takes the rest."""

# XML 1.0 section 2.2 refuses controls, surrogates, U+FFFE and U+FFFF. The others are allowed and unseen: they can
# turn the reading direction or hide a character (Trojan Source). Joiners stay: scripts and emoji need them.
_MARKED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\uffff\ud800-\udfff\U000e0001]"
)
_REPLACEMENT = "\ufffd"

_NOTE_WIDTH = 340
"""Pixels."""
_NOTE_LETTERS = 58
"""Letters on a line of a note that wide."""

_LOOKS_LIKE_FORMULA = ("=", "+", "-", "@", "\t")


def clean(text: str) -> str:
    """`text` as a cell can hold it: unseen characters as `[U+202E]`, cut at Excel's limit with a marker.

    Never raises, whatever the code points.
    """
    shown = text if text.isprintable() else _MARKED.sub(_mark, text)
    if shown.startswith("<r>") and shown.endswith("</r>"):
        # In constant memory XlsxWriter takes this for its own rich string and writes it as XML.
        shown = f"[U+003C]{shown[1:]}"
    if len(shown) > MAX_UNITS // 2 and _units(shown) > MAX_UNITS:
        return _cut(text)
    return shown


def needs_quote(text: str) -> bool:
    """Whether Excel would take the text for a formula when a person edits the cell and leaves it."""
    return text.startswith(_LOOKS_LIKE_FORMULA)


def write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write `text`, already clean, as a text.

    Raises: ProveonceError when XlsxWriter did not take it.
    """
    _must_hold(sheet.write_string(row, column, text, style), sheet, row, column)


def write_number(sheet: Worksheet, row: int, column: int, number: float, style: Format) -> None:
    """Write a finite number.

    Raises: ProveonceError when XlsxWriter did not take it.
    """
    _must_hold(sheet.write_number(row, column, number, style), sheet, row, column)


def write_link(sheet: Worksheet, row: int, column: int, target: str, text: str, style: Format) -> None:
    """Write `text` as a link to `target` (`'Sheet'!A1`) in this workbook; both are ours, never data.

    Raises: ProveonceError when XlsxWriter did not take it.
    """
    _must_hold(sheet.write_url(row, column, f"internal:{target}", style, text), sheet, row, column)


def write_note(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Give the cell a note of `text`, already clean; it shows when pointed at and is not printed.

    Raises: ProveonceError when XlsxWriter did not take it.
    """
    lines = sum(max(1, -(-len(line) // _NOTE_LETTERS)) for line in text.split("\n"))
    options = {"author": "", "width": _NOTE_WIDTH, "height": 12 + 14 * lines, "font_name": "Arial", "font_size": 8}
    _must_hold(sheet.write_comment(row, column, text, options), sheet, row, column)


def _must_hold(code: int, sheet: Worksheet, row: int, column: int) -> None:
    if code:
        raise ProveonceError(
            f"a cell was refused by XlsxWriter with code {code}",
            where=f"workbook sheet {sheet.get_name()}, row {row + 1}, column {column + 1}",
            fix="report this with the package's content digest: the sanitiser let something through",
        )


def _mark(match: re.Match[str]) -> str:
    character = match.group()
    return character if character == _REPLACEMENT else f"[U+{ord(character):04X}]"


def _units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str) -> str:
    kept: list[str] = []
    used = 0
    for character in text:
        shown = character if character.isprintable() else _MARKED.sub(_mark, character)
        used += _units(shown)
        if used > _ROOM:
            break
        kept.append(shown)
    return f"{''.join(kept)}[cut: {len(text) - len(kept):,} characters; whole in findings.json]"
