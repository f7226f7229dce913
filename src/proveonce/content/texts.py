"""Licensed requirement texts: read from a file of the customer's own, kept in the workspace alone.

They are no content: no digest covers them, no package or export carries them. A file is matched to a
catalog by its ids; what does not match is told, never guessed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proveonce.content.parsing import parse_model
from proveonce.content.schema import TextsModel
from proveonce.content.sheets import Row, Table, build_table, read_bounded, read_tables
from proveonce.kernel import located
from proveonce.kernel.errors import InputError, UsageError
from proveonce.kernel.naming import nearest
from proveonce.model.catalog import Framework

FOLDER = "controls/texts"
LICENCE = "licensed to you: do not redistribute"

_TEXT_HEADS = (
    "requirement text", "full text", "text", "defined approach requirements", "defined approach requirement",
    "requirement description", "description", "wording", "criterion", "criteria", "standard", "requirement",
)  # fmt: skip
"""Column names that hold the text, likeliest first."""
_ID_PREFIX = re.compile(
    r"(45\s*cfr(\s*part)?|pci(\s*dss)?|soc\s*2|hipaa|requirement|req|criterion|section|control|§)\.?\s*", re.IGNORECASE
)
_MAX_DEPTH = 12
_ID_LENGTH = 60
_SUGGESTED = 100
"""Unknown ids for which the nearest is sought; each search looks at every requirement."""


@dataclass(frozen=True, slots=True)
class LicensedTexts:
    """The texts of one framework, as imported."""

    framework: str
    edition: str
    file: str
    """Name of the file that they came from."""
    sha256: str
    """Of that file."""
    imported_on: str
    texts: Mapping[str, str]
    licence: str = LICENCE


@dataclass(frozen=True, slots=True)
class Matched:
    """A file held against a catalog."""

    texts: Mapping[str, str]
    """Requirement → text, in order of the catalog."""
    missing: tuple[str, ...]
    """Requirements without a text."""
    unknown: tuple[tuple[str, str, str], ...] = ()
    """Row, id that is no requirement, nearest id where one is near (sought for the first 100)."""
    blank: tuple[tuple[str, str], ...] = ()
    """Row and requirement where the text is empty."""
    repeated: tuple[tuple[str, str], ...] = ()
    """Row and requirement where the same text stands again."""
    contradicting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Requirement → rows that give it different texts; none of them is taken."""
    read: tuple[tuple[str, str, str], ...] = ()
    """Each table read: sheet, id column, text column."""
    other_sheets: tuple[str, ...] = ()
    """Sheets that hold ids too and were not read."""
    removed: int = 0
    """Control and direction-changing characters dropped from the tables."""


def texts_path(root: Path, framework: str) -> Path:
    """Where a workspace keeps the texts of a framework."""
    return root / FOLDER / f"{framework}.yaml"


def load_texts(root: Path, framework: str) -> LicensedTexts | None:
    """The texts that the workspace has; None when none were imported. Raises: InputError."""
    path = texts_path(root, framework)
    return read_texts(path) if path.is_file() else None


def read_texts(path: Path) -> LicensedTexts:
    """The texts in a file that an import wrote. Raises: InputError."""
    document = located.read(path)
    model = parse_model(document, TextsModel)
    if document.problems or model is None:
        raise InputError(document.problems)
    return LicensedTexts(framework=model.framework, edition=model.edition, file=model.file, sha256=model.sha256,
                         imported_on=model.imported_on, texts=model.texts, licence=model.licence)  # fmt: skip


def match_file(path: Path, framework: Framework, columns: Mapping[str, str], sheets: Sequence[str] = ()) -> Matched:
    """The file's texts by requirement of `framework`.

    `columns` may name the `id` and `text` columns by header or letter; else the id column is the one with
    most ids of the framework, the text column one with a usual name. `sheets` names those to read; else it is
    the one with most ids. Raises: InputError, UsageError.
    """
    ids = {_folded(requirement.id): requirement.id for requirement in framework.requirements}
    tables = [table for table in tables_of(path) if table.rows]
    if not tables:
        raise UsageError("there are no rows in it", where=str(path), fix="name the file that holds the texts")
    chosen = _chosen(tables, ids, sheets, path)
    gathered = _Gathered()
    for table in chosen:
        layout = _layout(table, ids, columns, path)
        gathered.add(table, layout, ids, is_told=len(chosen) > 1)
    others = [table.sheet for table in tables if table not in chosen and max(_hits(table, ids))]
    return gathered.matched(ids, others)


def _chosen(tables: list[Table], ids: Mapping[str, str], sheets: Sequence[str], path: Path) -> list[Table]:
    if not sheets:
        return [max(tables, key=lambda table: max(_hits(table, ids)))]
    by_name = {table.sheet: table for table in tables}
    for name in sheets:
        if name not in by_name:
            near = nearest(name, by_name)
            raise UsageError(f"no sheet {name!r} with rows", where=str(path),
                             fix=f"did you mean {near!r}?" if near else f"it has {', '.join(by_name)}")  # fmt: skip
    return [by_name[name] for name in dict.fromkeys(sheets)]


def tables_of(path: Path) -> list[Table]:
    """The tables of a CSV, XLSX, YAML or JSON file. Raises: InputError, UsageError."""
    kind = path.suffix.lower()
    if kind not in {".json", ".yaml", ".yml"}:
        return read_tables(path)
    if kind == ".json":
        value = _json(read_bounded(path), path)
    else:
        document = located.read(path)
        if document.problems:
            raise InputError(document.problems)
        value = document.value
    return [build_table("", rows, path) for rows in _record_lists(value, 0)]


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its keys as they stand, the repeated ones too."""


def _json(data: bytes, path: Path) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_Pairs)
    except UnicodeDecodeError as error:
        raise UsageError(f"is not UTF-8 at byte {error.start}", where=str(path), fix="save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is not JSON: {error}", where=str(path), fix="mend the syntax") from error


def _record_lists(value: Any, depth: int) -> Iterator[list[tuple[int, Sequence[Any]]]]:
    """Every list of records, and every mapping of names to texts, anywhere in `value`, as numbered rows."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        value = _Pairs(value.items())
    if isinstance(value, _Pairs):
        if plain := [pair for pair in value if isinstance(pair[1], str)]:
            yield [(0, ("id", "text")), *enumerate(plain, 1)]
        for _, inner in value:
            yield from _record_lists(inner, depth + 1)
    elif isinstance(value, list):
        records = [dict(entry) for entry in value if isinstance(entry, dict | _Pairs)]
        if records:
            heads = list(dict.fromkeys(key for record in records for key in record))
            rows = [[_plain(record.get(head)) for head in heads] for record in records]
            yield [(0, heads), *enumerate(rows, 1)]
        for entry in value:
            for inner in dict(entry).values() if isinstance(entry, dict | _Pairs) else [entry]:
                yield from _record_lists(inner, depth + 1)


def _plain(value: Any) -> Any:
    return None if isinstance(value, dict | list) else value


def _folded(text: str) -> str:
    """An id as it is compared: no heading word, space, final stop or case."""
    plain = _ID_PREFIX.sub("", unicodedata.normalize("NFKC", text).strip())
    return re.sub(r"\s+", "", plain).rstrip(".:").casefold()


def _hits(table: Table, ids: Mapping[str, str]) -> list[int]:
    """Of each column, in how many rows an id of the catalog stands."""
    width = max(len(row.cells) for row in table.rows)
    return [sum(_is_id(_cell(row, column), ids) for row in table.rows) for column in range(width)]


def _is_id(cell: str, ids: Mapping[str, str]) -> bool:
    return 0 < len(cell) <= _ID_LENGTH and _folded(cell) in ids


def _cell(row: Row, column: int) -> str:
    return row.cells[column] if column < len(row.cells) else ""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where ids and texts stand in a table."""

    first: int
    """Index of the first row below the header."""
    header: tuple[str, ...]
    """Empty when there is none."""
    id_column: int
    text_column: int


def _layout(table: Table, ids: Mapping[str, str], named: Mapping[str, str], path: Path) -> _Layout:
    hits = _hits(table, ids)
    first = next((i for i, row in enumerate(table.rows) if any(_is_id(cell, ids) for cell in row.cells)), 0)
    above = [i for i in range(first) if sum(map(bool, table.rows[i].cells)) > 1]
    at = next((i for i in above if _text_column(table.rows[i].cells) is not None), above[-1] if above else -1)
    header = table.rows[at].cells if at >= 0 else ()
    if "id" in named:
        id_column = _named(header, len(hits), named["id"], path)
    else:
        id_column = max(range(len(hits)), key=lambda column: (hits[column], -column))
    if not hits[id_column]:
        raise UsageError("no id in it is one of the framework's", where=str(path), fix=_fix(header))
    if "text" in named:
        text_column: int | None = _named(header, len(hits), named["text"], path)
    elif (text_column := _text_column(header, id_column)) is None:
        filled = [c for c in range(len(hits)) if c != id_column and any(_cell(row, c) for row in table.rows)]
        text_column = filled[0] if len(filled) == 1 else None
    if text_column is None or text_column == id_column:
        raise UsageError("which column holds the text is not clear", where=str(path), fix=_fix(header))
    return _Layout(at + 1, header, id_column, text_column)


def _text_column(header: Sequence[str], id_column: int | None = None) -> int | None:
    """The column with the likeliest name for a text; None when no one column has it."""
    folded = [" ".join(cell.split()).casefold() for cell in header]
    for head in _TEXT_HEADS:
        found = [index for index, cell in enumerate(folded) if cell == head and index != id_column]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _named(header: Sequence[str], width: int, name: str, path: Path) -> int:
    """The column of that header, or of that letter."""
    wanted = name.strip().casefold()
    found = [index for index, cell in enumerate(header) if " ".join(cell.split()).casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if len(wanted) == 1 and (column := ord(wanted) - ord("a")) in range(width):
        return column
    near = nearest(name, [cell for cell in header if cell])
    problem = "stands over several columns" if found else "is no column"
    raise UsageError(f"{name!r} {problem}", where=str(path), fix=f"did you mean {near!r}?" if near else _fix(header))


def _fix(header: Sequence[str]) -> str:
    heads = ", ".join(repr(cell[:40]) for cell in header[:12] if cell)
    return f"say --columns id=NAME,text=NAME, by header or letter; the headers are {heads or 'empty'}"


@dataclass(slots=True)
class _Gathered:
    """What the chosen tables gave so far."""

    found: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Requirement → text → the rows that give it."""
    unknown: list[tuple[str, str, str]] = field(default_factory=list)
    blank: list[tuple[str, str]] = field(default_factory=list)
    read: list[tuple[str, str, str]] = field(default_factory=list)
    removed: int = 0

    def add(self, table: Table, layout: _Layout, ids: Mapping[str, str], *, is_told: bool) -> None:
        """Adds a table; `is_told` puts its sheet's name before row numbers."""
        heads = [layout.header[c] if c < len(layout.header) else f"column {c + 1}"
                 for c in (layout.id_column, layout.text_column)]  # fmt: skip
        self.read.append((table.sheet, heads[0], heads[1]))
        self.removed += table.removed
        for row in table.rows[layout.first :]:
            said, text = _cell(row, layout.id_column), _cell(row, layout.text_column)
            place = f"{table.sheet} row {row.number}" if is_told else f"row {row.number}"
            if not said:
                continue
            requirement = ids.get(_folded(said))
            if requirement is None:
                near = nearest(said[:_ID_LENGTH], ids.values()) if len(self.unknown) < _SUGGESTED else None
                self.unknown.append((place, said[:_ID_LENGTH], near or ""))
            elif text:
                self.found.setdefault(requirement, {}).setdefault(text, []).append(place)
            else:
                self.blank.append((place, requirement))

    def matched(self, ids: Mapping[str, str], others: Sequence[str]) -> Matched:
        """All of it, in order of the catalog."""
        several = {r: texts for r, texts in self.found.items() if len(texts) > 1}
        taken = {r: next(iter(self.found[r])) for r in ids.values() if r in self.found and r not in several}
        return Matched(
            texts=taken,
            missing=tuple(r for r in ids.values() if r not in taken),
            unknown=tuple(self.unknown),
            blank=tuple(self.blank),
            repeated=tuple((place, r) for r in taken for places in self.found[r].values() for place in places[1:]),
            contradicting={r: tuple(p for places in texts.values() for p in places) for r, texts in several.items()},
            read=tuple(self.read),
            other_sheets=tuple(others),
            removed=self.removed,
        )
