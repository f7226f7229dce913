"""CSV with the place of every field, so that an answer can be put back without moving anything else."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from proveonce.content.questionnaires.grid import Sheet
from proveonce.content.questionnaires.worksheet import MAX_CELLS, MAX_ROWS, MAX_TEXT, refuse_program
from proveonce.kernel.errors import UsageError

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SEPARATORS = ",;\t|"
_FORMULA = frozenset("=+-@")
_SAMPLE = 50
"""Records that tell the separator."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record, and where it stands in the text, quotes included."""

    text: str
    start: int
    end: int
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class Delimited:
    """A CSV file as read."""

    text: str
    """Without its byte order mark."""
    encoding: str
    mark: bytes
    separator: str
    records: tuple[tuple[Field, ...], ...]
    """In the file's order; record `n` is row `n + 1`."""

    def sheet(self, where: str) -> Sheet:
        """Its cells, on a sheet without a name. Raises: UsageError over a bound, or when a field starts a program."""
        sheet = Sheet("")
        for row, record in enumerate(self.records, 1):
            cells = {column: field.text for column, field in enumerate(record, 1) if field.text.strip()}
            for text in cells.values():
                if text.lstrip()[:1] in _FORMULA:
                    refuse_program(text, f"record {row}", where)
            if cells:
                sheet.rows[row] = cells
        if len(sheet.rows) > MAX_ROWS or sum(map(len, sheet.rows.values())) > MAX_CELLS:
            raise UsageError(f"there are more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells", where=where,
                             fix="keep what asks")  # fmt: skip
        return sheet


def read_delimited(data: bytes, where: str) -> Delimited:
    """The records of a CSV file. Raises: UsageError when it is none, or over a bound."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    text, encoding = _decoded(data[len(mark) :], encoding, where)
    if "\0" in text:
        raise UsageError("this is no text", where=where, fix="save it as CSV UTF-8, or as .xlsx")
    separator = max(_SEPARATORS, key=lambda sign: _evenness(text, sign))
    return Delimited(text, encoding, mark, separator, tuple(_records(text, separator, where)))


def _decoded(data: bytes, encoding: str, where: str) -> tuple[str, str]:
    for name in [encoding.removesuffix("-sig")] if encoding else ["utf-8", "cp1252"]:
        try:
            return data.decode(name), name
        except UnicodeDecodeError:
            continue
    raise UsageError("this is text in no encoding that we know (UTF-8, UTF-16, Windows-1252)", where=where,
                     fix="save it as CSV UTF-8, or as .xlsx")  # fmt: skip


def _evenness(text: str, separator: str) -> tuple[float, int]:
    """How evenly `separator` splits the first records: the share that have the commonest width, and that width."""
    try:
        widths = [len(record) for record in _records(text, separator, "", _SAMPLE) if len(record) > 1 or record[0].text]
    except UsageError:
        return 0, 0
    width, count = max(Counter(widths).items(), key=lambda item: item[::-1], default=(0, 0))
    return (count / len(widths), width) if width > 1 else (0, width)


def _records(text: str, separator: str, where: str, most: int = 2 * MAX_ROWS) -> list[tuple[Field, ...]]:
    """Every record of RFC 4180, line ends of any kind; a blank line is a record of one empty field."""
    bare = re.compile(rf"[^{re.escape(separator)}\r\n]*")
    records: list[tuple[Field, ...]] = []
    fields: list[Field] = []
    at = cells = 0
    while at <= len(text):
        field = _quoted(text, at, separator, where) if text.startswith('"', at) else _bare(text, at, bare)
        if len(field.text) > MAX_TEXT:
            raise UsageError(f"record {len(records) + 1} has a field of more than {MAX_TEXT:,} characters",
                             where=where, fix="shorten it, or look for a quote that is never closed")  # fmt: skip
        fields.append(field)
        cells += 1
        at = field.end
        if at < len(text) and text[at] == separator:
            at += 1
            continue
        records.append(tuple(fields))
        fields = []
        if len(records) == most == _SAMPLE:
            break
        if len(records) > most or cells > 2 * MAX_CELLS:
            raise UsageError(f"there are more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells", where=where,
                             fix="keep what asks")  # fmt: skip
        if at >= len(text):
            break
        at += 2 if text.startswith("\r\n", at) else 1
        if at >= len(text):
            break
    return records


def _bare(text: str, at: int, pattern: re.Pattern[str]) -> Field:
    match = pattern.match(text, at)
    end = match.end() if match else at
    return Field(text[at:end], at, end, is_quoted=False)


def _quoted(text: str, at: int, separator: str, where: str) -> Field:
    end = at + 1
    while True:
        end = text.find('"', end)
        if end < 0:
            raise UsageError("a quote is never closed", where=where, fix="save it anew as CSV")
        if not text.startswith('""', end):
            break
        end += 2
    value = text[at + 1 : end].replace('""', '"')
    # What stands between the closing quote and the separator belongs to the field, as csv readers take it.
    tail = re.compile(rf"[^{re.escape(separator)}\r\n]*").match(text, end + 1)
    stop = tail.end() if tail else end + 1
    return Field(value + text[end + 1 : stop], at, stop, is_quoted=True)
