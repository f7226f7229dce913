"""Texts put into the bytes of a worksheet: only the named cells change, all other bytes stay.

A cell keeps its style; its text is written inline, so that what begins like a formula stays a text. A missing
cell or row is put in its order, with the style that its row or column gives.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from proveonce.content.questionnaires.grid import Area, area, position, reference
from proveonce.content.questionnaires.markup import escape, local, new_parser, run
from proveonce.kernel.errors import UsageError

_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*\bencoding\s*=\s*["']([^"']+)["']""")
_SPANS = re.compile(rb"""\sspans\s*=\s*("[^"]*"|'[^']*')""")
_REFERENCE = re.compile(rb"""(\sref\s*=\s*)("[^"]*"|'[^']*')""")


@dataclass(slots=True)
class _Span:
    """Where an element stands, and what it says."""

    number: int
    """Of its row or column."""
    start: int
    style: str = ""
    end: int = 0
    """Behind its last byte."""
    close: int = 0
    """Where its end tag begins; its `end` when it is empty."""
    cells: list[_Span] = field(default_factory=list)


class _Scan:
    """The rows and cells that matter, with their offsets."""

    def __init__(self, data: bytes, rows: set[int], where: str) -> None:
        self.data, self.wanted, self.where = data, rows, where
        self.rows: list[_Span] = []
        self.body: _Span | None = None
        self.columns: list[tuple[int, int, str]] = []
        self.dimension: tuple[int, int, str] | None = None
        self.prefix = ""
        self.row: _Span | None = None
        self.row_number = self.cell_number = 0
        parser = self.parser = new_parser(where)
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        run(parser, data, where)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        at, kind = self.parser.CurrentByteIndex, local(name)
        if kind == "c" and self.row is not None:
            place = position(attributes["r"]) if "r" in attributes else None
            self.cell_number = place[1] if place else self.cell_number + 1
            self.row.cells.append(_Span(self.cell_number, at, attributes.get("s", "")))
        elif kind == "row":
            self.row_number = int(attributes.get("r", self.row_number + 1))
            self.cell_number = 0
            self.row = _Span(self.row_number, at, attributes.get("s", "") if attributes.get("customFormat") else "")
            self.rows.append(self.row)
        elif kind == "sheetData":
            self.prefix = name[: len(name) - len(kind)]
            self.body = _Span(0, at)
        elif kind == "col" and attributes.get("style"):
            self.columns.append((int(attributes["min"]), int(attributes["max"]), attributes["style"]))
        elif kind == "dimension":
            self.dimension = at, self.data.index(b">", at), attributes.get("ref", "")

    def end(self, name: str) -> None:
        kind = local(name)
        if kind == "c" and self.row is not None:
            self.close(self.row.cells[-1], name)
            if self.row.number not in self.wanted:
                self.row.cells.pop()
        elif kind == "row" and self.row is not None:
            self.close(self.row, name)
            self.row = None
        elif kind == "sheetData" and self.body is not None:
            self.close(self.body, name)

    def close(self, span: _Span, name: str) -> None:
        # For `<c/>` expat calls the end where the element is over, for `<c></c>` where its end tag begins.
        at, tag = self.parser.CurrentByteIndex, b"</" + name.encode()
        is_empty = not self.data.startswith(tag, at)
        span.close = at
        span.end = at if is_empty else self.data.index(b">", at) + 1

    def style(self, row: _Span | None, column: int) -> str:
        """The style of a cell that is not there yet."""
        if row is not None and row.style:
            return row.style
        return next((style for first, last, style in self.columns if first <= column <= last), "")


def put_texts(data: bytes, texts: Mapping[str, str], where: str) -> bytes:
    """The worksheet with these texts in these cells. Raises: UsageError when it is no UTF-8 worksheet."""
    declared = _ENCODING.match(data)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or (declared and declared[1].lower() not in {b"utf-8", b"us-ascii"}):
        raise UsageError("the sheet is stored in another encoding than UTF-8", where=where,
                         fix="open it in a spreadsheet program and save it anew as .xlsx")  # fmt: skip
    by_row: dict[int, dict[int, str]] = {}
    for cell, text in texts.items():
        place = position(cell)
        if place is None:
            raise UsageError(f"{cell!r} is no cell", where=where, fix="read the questionnaire anew")
        by_row.setdefault(place[0], {})[place[1]] = text
    scan = _Scan(data, set(by_row), where)
    if scan.body is None:
        raise UsageError("the sheet has no cells", where=where, fix="name the questionnaire itself")
    edits = _edits(scan, by_row)
    edits += _dimension(scan, by_row)
    return apply_edits(data, edits)


def _edits(scan: _Scan, by_row: Mapping[int, Mapping[int, str]]) -> list[tuple[int, int, bytes]]:
    """Start, end and new bytes of each change."""
    body, edits = scan.body, []
    if body is None:
        return []
    numbers = [row.number for row in scan.rows]
    made: dict[int, list[bytes]] = {}
    for number, cells in sorted(by_row.items()):
        index = bisect_right(numbers, number)
        if index and numbers[index - 1] == number:
            edits += _in_row(scan, scan.rows[index - 1], cells)
            continue
        inner = b"".join(_cell(scan, None, number, column, text) for column, text in sorted(cells.items()))
        new = f'<{scan.prefix}row r="{number}">'.encode() + inner + f"</{scan.prefix}row>".encode()
        made.setdefault(scan.rows[index].start if index < len(scan.rows) else body.close, []).append(new)
    if body.close == body.end and made:
        edits.append((body.start, body.end, _opened(scan, body, b"".join(chain.from_iterable(made.values())))))
        return edits
    return edits + [(at, at, b"".join(rows)) for at, rows in made.items()]


def _in_row(scan: _Scan, row: _Span, cells: Mapping[int, str]) -> list[tuple[int, int, bytes]]:
    """The changes within a row."""
    held = {cell.number: cell for cell in row.cells}
    edits = [(held[c].start, held[c].end, _cell(scan, held[c], row.number, c, text))
             for c, text in cells.items() if c in held]  # fmt: skip
    added: dict[int, list[bytes]] = {}
    for column, text in sorted(cells.items()):
        if column not in held:
            at = next((cell.start for cell in row.cells if cell.number > column), row.close)
            added.setdefault(at, []).append(_cell(scan, None, row.number, column, text, row))
    if not added:
        return edits
    if row.close == row.end:
        whole = _opened(scan, row, b"".join(chain.from_iterable(added.values())))
        return [*edits, (row.start, row.end, _SPANS.sub(b"", whole, count=1))]
    edits += [(at, at, b"".join(new)) for at, new in added.items()]
    # `spans` is a hint that the added cells may contradict.
    tag_end = row.cells[0].start if row.cells else row.close
    spans = _SPANS.search(scan.data, row.start, tag_end)
    return [*edits, (*spans.span(), b"")] if spans else edits


def _opened(scan: _Scan, span: _Span, inner: bytes) -> bytes:
    """An empty element with something in it."""
    tag = scan.data[span.start : span.end].rstrip()
    name = re.match(rb"<([^\s/>]+)", tag)
    return tag.removesuffix(b"/>").rstrip() + b">" + inner + b"</" + (name[1] if name else b"") + b">"


def _cell(scan: _Scan, held: _Span | None, row: int, column: int, text: str, within: _Span | None = None) -> bytes:
    """A cell that holds a text."""
    style = held.style if held is not None else scan.style(within, column)
    prefix, styled = scan.prefix, f' s="{style}"' if style else ""
    return (
        f'<{prefix}c r="{reference(row, column)}"{styled} t="inlineStr"><{prefix}is>'
        f'<{prefix}t xml:space="preserve">{escape(text)}</{prefix}t></{prefix}is></{prefix}c>'
    ).encode()


def _dimension(scan: _Scan, by_row: Mapping[int, Mapping[int, str]]) -> list[tuple[int, int, bytes]]:
    """The sheet's own word of its size, grown where it would leave an answer out."""
    held = area(scan.dimension[2]) if scan.dimension else None
    if scan.dimension is None or held is None:
        return []
    columns = [column for cells in by_row.values() for column in cells]
    grown = Area(min(held.top, *by_row), min(held.left, *columns), max(held.bottom, *by_row), max(held.right, *columns))
    if grown == held:
        return []
    at, end, _ = scan.dimension
    new = f'"{reference(grown.top, grown.left)}:{reference(grown.bottom, grown.right)}"'.encode()
    return [(at, end, _REFERENCE.sub(lambda match: match[1] + new, scan.data[at:end], count=1))]


def apply_edits(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The bytes with each stretch from start to end replaced; stretches never overlap."""
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [data[at:start], new]
        at = end
    return b"".join([*pieces, data[at:]])
