"""Texts put into a CSV file: encoding, separator, line ends and every other field stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from proveonce.content.questionnaires.delimited import Delimited
from proveonce.content.questionnaires.grid import position

_FORMULA = re.compile(r"[=+\-@\t\r]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


def put_fields(file: Delimited, texts: Mapping[str, str]) -> tuple[bytes, list[str]]:
    """The file with these texts in these cells, and the cells whose text its encoding could not hold.

    A text that a spreadsheet would take for a formula is led by an apostrophe, since CSV has no types.
    """
    edits: list[tuple[int, int, str]] = []
    by_row: dict[int, dict[int, str]] = {}
    for cell, text in texts.items():
        row, column = position(cell) or (0, 0)
        by_row.setdefault(row, {})[column] = text
    for row, cells in by_row.items():
        record = file.records[row - 1]
        last = len(record)
        for column, text in sorted(cells.items()):
            if column <= len(record):
                field = record[column - 1]
                edits.append((field.start, field.end, _field(text, file.separator, is_quoted=field.is_quoted)))
            else:
                filled = file.separator * (column - last) + _field(text, file.separator, is_quoted=False)
                edits.append((record[-1].end, record[-1].end, filled))
                last = column
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [file.text[at:start], new]
        at = end
    whole = "".join([*pieces, file.text[at:]])
    lost = [cell for cell, text in texts.items() if not _holds(file.encoding, csv_text(text))]
    return file.mark + whole.encode(file.encoding, "replace"), lost


def csv_text(text: str) -> str:
    """A text as it stands in CSV: never a formula; what no text file holds is marked."""
    clean = _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return f"'{clean}" if _FORMULA.match(clean) else clean


def _field(text: str, separator: str, *, is_quoted: bool) -> str:
    shown = csv_text(text)
    if is_quoted or any(sign in shown for sign in (separator, '"', "\n", "\r")):
        return '"' + shown.replace('"', '""') + '"'
    return shown


def _holds(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
