"""A person's table, CSV or XLSX → records of one kind, for populations that no AWS call lists.

Nothing is guessed: a heading that two columns bear, two sheets that could be meant and a date whose order nobody
stated are refused with their place. A cell that holds no such value is told and leaves its fact unread; the row
stays in the population, because a row left out is one that nobody judges.
Only InputError and UsageError leave.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import refuse
from proveonce.collect.imports.headings import HEADINGS
from proveonce.content.sheets import Row, Table, read_tables
from proveonce.kernel.naming import nearest
from proveonce.model.evidence import ReadState
from proveonce.model.imported import KEYS, RECORDS, Imported, Record, TableMap
from proveonce.tables.imported import record_table

_HEAD_WITHIN = 30
_WORDS = re.compile(r"[^0-9a-z]+")
_ISO = re.compile(r"(?P<YYYY>\d{4})-(?P<MM>\d{2})-(?P<DD>\d{2})(?:[T ]\d{2}:\d{2}\S*)?")
_PARTS = {
    "DD": r"(?P<DD>\d{1,2})", "MMM": r"(?P<MMM>[A-Za-z]{3})", "MM": r"(?P<MM>\d{1,2})", "YYYY": r"(?P<YYYY>\d{4})",
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FLAGS = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?\s*%?")
_SHOWN = 40


class _NoValue(Exception):  # noqa: N818 - what is wrong with a cell, told at its row
    """A cell holds no value of its column's type."""


def read_records(path: Path, kind: str, table_map: TableMap) -> Imported:
    """The records of a file. Raises: InputError, UsageError."""
    if path.is_dir() or not path.exists():
        refuse(path, "is no file", fix="name the .csv or .xlsx that holds the rows")
    table, head, columns = _choose(read_tables(path), kind, table_map, path)
    imported = Imported(tool="table", table=record_table(kind))
    _note_unread(imported, table, head, columns, kind)
    for row in table.rows[head + 1 :]:
        imported.records.append(_record(row, table, head, columns, kind, table_map, imported))
    _note_repeated(imported, kind)
    if not imported.records:
        imported.gaps.append("the table has a head and no row; it proves nothing")
    if table.removed:
        imported.notes.append(f"{table.removed} control or direction-changing characters were dropped")
    return imported


def _choose(
    tables: Sequence[Table], kind: str, table_map: TableMap, path: Path
) -> tuple[Table, int, dict[str, int]]:  # fmt: skip
    """The one table whose head names the kind's key columns, the index of that head, and column → cell."""
    found = []
    for table in tables:
        for index in range(min(_HEAD_WITHIN, len(table.rows))):
            columns = _columns(table, index, kind, table_map)
            if all(key in columns for key in KEYS[kind]):
                found.append((table, index, columns))
                break
    if len(found) > 1:
        names = ", ".join(repr(table.sheet) for table, _, _ in found)
        refuse(path, f"the sheets {names} all look like a list of {kind}s", fix="keep one of them in the file")
    if not found:
        seen = [cell for table in tables for row in table.rows[:1] for cell in row.cells if cell]
        near = nearest(KEYS[kind][0], seen)
        refuse(
            path, f"no row names {' and '.join(KEYS[kind])}; the first row has {', '.join(seen)[:300] or 'nothing'}",
            fix=f"name the heading in proveonce.yaml: imports: {{tables: {{{kind}: {{{KEYS[kind][0]}: "
            f"{near or 'its heading'}}}}}}}",
        )  # fmt: skip
    _check_head(found[0][0].rows[found[0][1]], found[0][2], table_map, path)
    return found[0]


def _check_head(row: Row, columns: Mapping[str, int], table_map: TableMap, path: Path) -> None:
    """Refuses a heading that two columns bear, and one that a workspace states and the table lacks."""
    heads = [_normal(cell) for cell in row.cells]
    for index in columns.values():
        if heads.count(heads[index]) > 1:
            refuse(path, f"two columns are headed {row.cells[index]!r}", line=row.number,
                   fix="give each its own heading")  # fmt: skip
    for column, heading in table_map.columns.items():
        if _normal(heading) not in heads:
            cells = [cell for cell in row.cells if cell]
            near = nearest(heading, cells)
            refuse(path, f"no column is headed {heading!r}, as proveonce.yaml says for {column}", line=row.number,
                   fix=f"did you mean {near!r}?" if near else f"the headings are {', '.join(cells)[:300]}")  # fmt: skip


def _columns(table: Table, index: int, kind: str, table_map: TableMap) -> dict[str, int]:
    """Column → index of its cell, as far as the row names them; headings that a workspace states come first."""
    heads = [_normal(cell) for cell in table.rows[index].cells]
    found: dict[str, int] = {}
    for column in sorted(RECORDS[kind], key=lambda name: name not in table_map.columns):
        stated = table_map.columns.get(column)
        wanted = [stated] if stated else [column, *HEADINGS[kind].get(column, ())]
        places = [heads.index(name) for name in map(_normal, wanted) if name in heads]
        at = next((place for place in places if place not in found.values()), None)
        if at is not None:
            found[column] = at
    return found


def _normal(heading: str) -> str:
    return _WORDS.sub(" ", heading.lower()).strip() or heading.strip()


def _note_unread(imported: Imported, table: Table, head: int, columns: Mapping[str, int], kind: str) -> None:
    """Notes what of the file is not read, so that nobody believes it was."""
    heads = table.rows[head].cells
    missing = [column for column in RECORDS[kind] if column not in columns]
    ignored = [cell for index, cell in enumerate(heads) if cell and index not in columns.values()]
    read = ", ".join(f"{column} from {heads[index]!r}" for column, index in columns.items())
    imported.notes.append(f"read {read}")
    if missing:
        imported.notes.append(f"the table has no column for {', '.join(missing)}: what rests on them is undetermined")
    if ignored:
        imported.notes.append(f"columns not read: {', '.join(ignored)}")
    if head:
        imported.notes.append(f"rows above the head in row {table.rows[head].number} are not read: {head}")


def _note_repeated(imported: Imported, kind: str) -> None:
    keys = Counter(tuple(record.values.get(key) for key in KEYS[kind]) for record in imported.records)
    repeated = [" ".join(map(str, key)) for key, count in keys.items() if count > 1 and all(key)]
    if repeated:
        imported.notes.append(f"{len(repeated)} named more than once, each row judged: {', '.join(repeated)[:200]}")


def _record(
    row: Row, table: Table, head: int, columns: Mapping[str, int], kind: str, table_map: TableMap, imported: Imported
) -> Record:  # fmt: skip
    """The record of a row; what is wrong with it becomes a gap of the import."""
    values: dict[str, Any] = {}
    read: dict[str, ReadState] = {}
    heads = table.rows[head].cells
    where = f"row {row.number}"
    is_csv_of_other_width = not table.sheet and len(row.cells) != len(heads)
    if is_csv_of_other_width or any(row.cells[len(heads) :]):
        imported.gaps.append(f"{where} has {len(row.cells)} cells, the head {len(heads)}: no cell of it is read")
        return Record({}, where, {"item": ReadState.QUARANTINED})
    for column, index in columns.items():
        text = row.cells[index] if index < len(row.cells) else ""
        try:
            values[column] = _value(text, RECORDS[kind][column], table_map.dates)
            read[column] = ReadState.READ if text else ReadState.ABSENT
        except _NoValue as problem:
            read[column] = ReadState.QUARANTINED
            imported.gaps.append(f"{where}: {heads[index]!r} holds {text[:_SHOWN]!r}: {problem}")
    for key in KEYS[kind]:
        if not values.get(key):
            read["item"] = ReadState.QUARANTINED
            imported.gaps.append(f"{where} names no {key}")
    return Record(values, where, read)


def _value(text: str, kind: str, dates: str) -> Any:
    """A cell as its column's type; None where it is empty. Raises: _NoValue."""
    if not text:
        return None
    if kind == "DATE":
        return _date(text, dates).isoformat()
    if kind == "BOOLEAN":
        if text.lower() not in _FLAGS:
            raise _NoValue("neither yes nor no")
        return _FLAGS[text.lower()]
    if kind == "DOUBLE":
        if not _NUMBER.fullmatch(text):
            raise _NoValue("no number")
        return float(text.rstrip("% "))
    return text


def _date(text: str, dates: str) -> date:
    """The day that a cell names; its time of day is left aside."""
    found = _ISO.fullmatch(text) or (re.fullmatch(_pattern(dates), text) if dates else None)
    if found is None:
        raise _NoValue(f"no date as YYYY-MM-DD{f' or {dates}' if dates else ''}; "
                       "its order is stated in proveonce.yaml under imports: dates")  # fmt: skip
    parts = found.groupdict()
    try:
        month = int(parts["MM"]) if parts.get("MM") else _MONTHS.index(parts["MMM"].lower()) + 1
        return date(int(parts["YYYY"]), month, int(parts["DD"]))
    except ValueError as error:
        raise _NoValue("no day of the calendar") from error


def _pattern(dates: str) -> str:
    """The regular expression of a stated order, a time of day allowed after it."""
    return "".join(_tokens(dates)) + r"(?:[ ,T]+\d{1,2}:\d{2}.*)?"


def _tokens(dates: str) -> Iterator[str]:
    for token in re.split(r"(DD|MMM|MM|YYYY)", dates):
        yield _PARTS.get(token, re.escape(token))
