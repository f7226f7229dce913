"""Files from outside, bounded before they are parsed: JSON without surprises, CSV by its head.

Only InputError leaves: it says which file, where in it, and why. A file cut short, doubled or of the
wrong encoding is refused whole.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from proveonce.kernel.errors import InputError, Problem

MAX_BYTES = 256 << 20
MAX_ROWS = 1_000_000
MAX_CELL = 1 << 20
MAX_INTEGER_DIGITS = 400
PEEK = 1 << 16


def refuse(path: Path, what: str, *, line: int = 1, column: int = 1, fix: str = "") -> NoReturn:
    """Raises InputError at that place of the file."""
    raise InputError([Problem(path.name, line, column, what, fix=fix)])


def peek(path: Path) -> str:
    """The beginning of a file as text, for recognising it; empty where it cannot be read."""
    try:
        with _open(path) as file:
            return str(file.read(PEEK).decode("utf-8-sig", errors="replace"))
    except (OSError, EOFError):
        return ""


def _open(path: Path) -> Any:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if zipped else path.open("rb")


def read_text(path: Path) -> str:
    """The whole file as text, its byte order mark gone. Raises: InputError."""
    try:
        with _open(path) as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, EOFError) as error:
        refuse(path, f"cannot be read: {error}", fix="name a readable file")
    if len(data) > MAX_BYTES:
        refuse(path, f"is larger than {MAX_BYTES >> 20} MiB", fix="export fewer results a file")
    try:
        return str(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        refuse(path, f"is not UTF-8 at byte {error.start}", line=line, fix="export it as UTF-8")


def read_json(path: Path) -> Any:
    """The JSON of a file: one value, no name twice, no NaN, no number without bound. Raises: InputError."""
    return parse_json(path, read_text(path))


def parse_json(path: Path, text: str) -> Any:
    """The JSON of a text that the file holds. Raises: InputError."""
    if not text.strip():
        refuse(path, "is empty", fix="let the tool write it again; an empty file proves nothing")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        doubled = error.msg == "Extra data"
        refuse(path, "holds more than one JSON value: the tool appended to an older file" if doubled else
               f"is no JSON: {error.msg}", line=error.lineno, column=error.colno,
               fix="let the tool write to a new name")  # fmt: skip
    except (ValueError, RecursionError) as error:
        refuse(path, f"is no JSON that we take: {error}", fix="let the tool write it again")


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:60]!r} stands twice in one object")
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _integer(text: str) -> int:
    if len(text) > MAX_INTEGER_DIGITS:
        raise ValueError("a number of more digits than anything has")
    return int(text)


def read_csv(path: Path, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its number (the head is 1), by the names of the head. Raises: InputError.

    A row of more or fewer cells than the head is refused: nothing is guessed of where it was cut.
    """
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(read_text(path), newline=""), delimiter=delimiter, strict=True)
    try:
        head = [name.strip() for name in next(reader, [])]
        if not head or len(set(head)) != len(head):
            refuse(path, "its first row is no head of distinct names", fix="export it with its head")
        for number, cells in enumerate(reader, 2):
            if not any(cell.strip() for cell in cells):
                continue
            if cells == head:
                refuse(path, "the head stands again: the tool appended to an older file", line=reader.line_num,
                       fix="let the tool write to a new name")  # fmt: skip
            if len(cells) != len(head):
                refuse(path, f"row {number} has {len(cells)} cells, the head {len(head)}", line=reader.line_num,
                       fix="export it again; it may be cut short")  # fmt: skip
            if number > MAX_ROWS:
                refuse(path, f"has more than {MAX_ROWS:,} rows", line=reader.line_num, fix="export fewer a file")
            yield number, dict(zip(head, cells, strict=True))
    except csv.Error as error:
        refuse(path, f"is no CSV: {error}", line=reader.line_num, fix="export it again")


def text_at(value: Any, *path: str | int) -> str:
    """The text at a path into JSON, cut of control characters; empty where there is none, or it is no plain value."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
