"""Tables from files that people bring: XLSX and CSV, bounded before they are read.

Such a file is hostile until read. Its size, and of a workbook the number, size and compression of its
parts, are checked before anything is parsed; macros, encryption and XML entities are refused; formulas
are never evaluated, their last stored values are read. Rows, columns and cell lengths are bounded, and
what is over a bound is refused, never cut. Control and direction-changing characters are dropped and counted.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from proveonce.kernel.errors import UsageError

MAX_BYTES = 32 * 1024 * 1024
MAX_EXPANDED_BYTES = 128 * 1024 * 1024
MAX_PARTS = 2_000
MAX_RATIO = 200
"""Of a part's size to its compressed size; of parts above a megabyte, since small ones compress by chance."""
MAX_ROWS = 50_000
"""Rows with content, of one table."""
MAX_COLUMNS = 500
MAX_CELLS = 1_000_000
"""Of one table."""
MAX_CELL = 32_767
"""Characters; Excel's own limit of a cell."""

_MEGABYTE = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that has content."""

    number: int
    """Of the row in its sheet, or of the record in its file, 1-based."""
    cells: tuple[str, ...]
    """Trimmed; empty where there is nothing."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, or one file, of rows."""

    sheet: str
    """Empty for a file that has no sheets."""
    rows: tuple[Row, ...]
    removed: int = 0
    """Control and direction-changing characters dropped."""

    @property
    def header(self) -> int:
        """The index in `rows` of the first that names columns: two or more short texts; 0 when none does."""
        for index, row in enumerate(self.rows[:_HEADER_WITHIN]):
            named = [cell for cell in row.cells if cell]
            if len(named) > 1 and all(len(cell) <= _HEADER_CELL for cell in named):
                return index
        return 0


_HEADER_WITHIN = 30
_HEADER_CELL = 80


def read_tables(path: Path) -> list[Table]:
    """The tables of a workbook, or the one of a CSV file, in the file's order.

    Raises: UsageError naming the file, what is wrong with it and what to do.
    """
    data = read_bounded(path)
    if path.suffix.lower() == ".csv":
        return [csv_table(data, path)]
    if path.suffix.lower() in {".xlsx", ".xlsm", ".xls", ".xlsb"}:
        return workbook_tables(data, path)
    raise UsageError(f"files ending in {path.suffix!r} are not read", where=str(path), fix="save it as .xlsx or .csv")


def read_bounded(path: Path) -> bytes:
    """The bytes of a file no larger than we read. Raises: UsageError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), fix="check the path") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"the file is larger than {MAX_BYTES:,} bytes", where=str(path), fix="split it")
    if not data.strip():
        raise UsageError("the file is empty", where=str(path), fix="name the file that holds the rows")
    return data


def build_table(sheet: str, rows: Iterable[tuple[int, Sequence[Any]]], path: Path) -> Table:
    """A table of numbered rows, within the bounds, blank rows left out. Raises: UsageError."""
    kept: list[Row] = []
    removed = count = 0
    where = f"{path} ({sheet})" if sheet else str(path)
    for number, values in rows:
        if len(values) > MAX_COLUMNS:
            raise UsageError(
                f"row {number} has more than {MAX_COLUMNS} columns", where=where, fix="keep what is needed"
            )
        cells = []
        for value in values:
            text = _text(value)
            if len(text) > MAX_CELL:
                raise UsageError(
                    f"row {number} has a cell of more than {MAX_CELL:,} characters", where=where,
                    fix="shorten it, or look for a quote that is never closed",
                )  # fmt: skip
            clean = _UNWANTED.sub("", text)
            removed += len(text) - len(clean)
            cells.append(clean.strip())
        if not any(cells):
            continue
        count += len(cells)
        if len(kept) >= MAX_ROWS or count > MAX_CELLS:
            raise UsageError(f"there are more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells", where=where,
                             fix="keep what is needed")  # fmt: skip
        kept.append(Row(number, tuple(cells)))
    return Table(sheet, tuple(kept), removed)


def _text(value: Any) -> str:
    """A cell as text: dates in ISO 8601, whole numbers without a point, lines ended by one character."""
    if value is None:
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - exact below
        return str(int(value))
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def clean_text(text: str) -> str:
    """`text` without control and direction-changing characters, its lines ended by one character."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def csv_table(data: bytes, path: Path) -> Table:
    """The table of a CSV file in UTF-8, or in UTF-16 with its mark; the separator is a comma, semicolon or tab."""
    try:
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"is not UTF-8 at byte {error.start}", where=str(path), fix="save it as CSV UTF-8, or as .xlsx"
        ) from error
    separator = max(",;\t", key=lambda sign: _evenness(text, sign))
    return build_table("", _records(text, separator, path), path)


def _evenness(text: str, separator: str) -> tuple[float, int]:
    """How evenly `separator` splits the first records: the share that have the commonest width, and that width."""
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        widths = [len(record) for record in islice(reader, 50) if record]
    except csv.Error:
        return 0, 0
    width, count = max(Counter(widths).items(), key=lambda item: item[::-1], default=(0, 0))
    return (count / len(widths), width) if width > 1 else (0, width)


def _records(text: str, separator: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, 1):
            yield number, record
    except csv.Error as error:
        raise UsageError(
            f"record {number + 1} is not CSV: {error}", where=str(path), fix="save it anew as CSV"
        ) from error


def workbook_tables(data: bytes, path: Path) -> list[Table]:
    """The worksheets of an .xlsx file, hidden ones too, formulas by their stored values."""
    with opened_workbook(data, path, formulas=False) as workbook:
        return [_worksheet(sheet, path) for sheet in workbook.worksheets]


@contextmanager
def opened_workbook(data: bytes, path: Path, *, formulas: bool) -> Iterator[Any]:
    """An .xlsx file within its bounds, read as a stream; formulas as such, or by their stored values.

    Raises: UsageError, also for what goes wrong while it is read.
    """
    refuse_container(data, path)
    import openpyxl
    from defusedxml import DefusedXmlException

    if not openpyxl.DEFUSEDXML:  # it takes the guard by itself, unless the environment forbids it
        raise UsageError("workbooks are not read without the XML guard", fix="unset OPENPYXL_DEFUSEDXML")
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=not formulas, keep_links=False)
        try:
            yield workbook
        finally:
            workbook.close()
    except UsageError:
        raise
    except Exception as error:  # openpyxl raises what its parsing happens to meet, at times wrapped
        cause = error.__cause__ or error
        if isinstance(cause, DefusedXmlException):
            raise UsageError("the workbook declares XML entities or a document type", where=str(path),
                             fix="no spreadsheet needs them: do not trust this file") from error  # fmt: skip
        raise UsageError(f"the workbook is damaged: {type(cause).__name__} {cause}".rstrip(), where=str(path),
                         fix="open it in a spreadsheet program and save it anew as .xlsx") from error  # fmt: skip


def _worksheet(sheet: Any, path: Path) -> Table:
    # A sheet says its own size; believed, `A1:XFD1048576` makes openpyxl pad every row to 16,384 cells.
    sheet.reset_dimensions()
    rows = ([unescaped(value) for value in row] for row in sheet.iter_rows(values_only=True))
    return build_table(sheet.title, enumerate(rows, 1), path)


def unescaped(value: Any) -> Any:
    """A cell with what Excel writes as `_x000D_` put back."""
    from openpyxl.utils.escape import unescape

    return unescape(value) if isinstance(value, str) and "_x" in value else value


def refuse_container(data: bytes, path: Path) -> None:
    """Refuses what is no plain .xlsx, or grows beyond bounds, from its directory alone. Raises: UsageError."""
    where = str(path)
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise UsageError("the workbook is encrypted", where=where, fix="save it without a password")
        raise UsageError("this is an old .xls workbook", where=where, fix="save it as .xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UsageError(f"this is no .xlsx workbook: {error}", where=where, fix="save it anew as .xlsx") from error
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or len(set(names)) != len(names):
        raise UsageError(f"the workbook has more than {MAX_PARTS:,} parts, or parts of the same name", where=where,
                         fix="do not trust this file, or save it anew as .xlsx")  # fmt: skip
    if any(part.flag_bits & 1 for part in parts):
        raise UsageError("the workbook is encrypted", where=where, fix="save it without a password")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UsageError("the workbook holds macros", where=where, fix="save it as .xlsx, which has none")
    if any(name.lower().endswith("workbook.bin") for name in names):
        raise UsageError("this is a binary .xlsb workbook", where=where, fix="save it as .xlsx")
    if sum(part.file_size for part in parts) > MAX_EXPANDED_BYTES or any(_is_bomb(part) for part in parts):
        raise UsageError(
            f"the workbook expands to more than {MAX_EXPANDED_BYTES:,} bytes, or by more than {MAX_RATIO} times",
            where=where, fix="remove unused sheets and formats, or save the rows as CSV",
        )  # fmt: skip


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > _MEGABYTE and part.file_size > MAX_RATIO * max(part.compress_size, 1)
