"""A workbook's sheets, with the lists that their cells may be answered from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from proveonce.content.questionnaires.container import Container
from proveonce.content.questionnaires.grid import MAX_ROW, Sheet, area
from proveonce.content.questionnaires.markup import is_on, local, unescape, walk
from proveonce.content.questionnaires.worksheet import MAX_TEXT, Shared, read_sheet
from proveonce.kernel.errors import UsageError

MAX_SHEETS = 500
MAX_STRINGS = 2_000_000
MAX_CHOICES = 500
_WORKSHEET = "/worksheet"
_JOINED = 2_000_000
_SHEET_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\]:(),\"]+))!(.+)")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet of the workbook, in its order."""

    name: str
    part: str
    is_hidden: bool


@dataclass(slots=True)
class Directory:
    """What `workbook.xml` says."""

    part: str = ""
    sheets: list[SheetPart] = field(default_factory=list)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    """Sheet (empty: all of them) and name in lower case → what it stands for."""


@dataclass(slots=True)
class Workbook:
    """A workbook as read."""

    sheets: list[Sheet]
    names: Mapping[tuple[str, str], str]

    def choices(self, sheet: Sheet, formula: str) -> tuple[str, ...] | None:
        """The words of a validation list; None when they cannot be told without evaluating a formula."""
        formula = formula.strip().removeprefix("=")
        if formula.startswith('"'):
            return tuple(word.strip() for word in formula.strip('"').replace('""', '"').split(",") if word.strip())
        named = self.names.get((sheet.name, formula.lower())) or self.names.get(("", formula.lower()))
        match = _SHEET_REFERENCE.fullmatch((named or formula).strip())
        source = self._named(match[1].replace("''", "'") if match[1] else match[2]) if match else sheet
        cells = area(match[3] if match else (named or formula))
        if source is None or cells is None:
            return None
        rows = source.rows if cells.bottom >= MAX_ROW else range(cells.top, cells.bottom + 1)
        words = [
            source.rows[row][column].strip()
            for row in sorted(set(rows) & set(source.rows))
            for column in sorted(source.rows[row])
            if (row, column) in cells
        ]
        return tuple(dict.fromkeys(words))[:MAX_CHOICES]

    def _named(self, name: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.name.lower() == name.lower()), None)


def read_workbook(container: Container) -> Workbook:
    """The workbook in a container. Raises: UsageError when it is none, is damaged or over a bound."""
    directory = read_directory(container)
    shared = Shared(_strings(container, directory), _unlocked_styles(container, directory))
    sheets = []
    for entry in directory.sheets:
        data = container.part(entry.part)
        if data is None:
            raise UsageError(f"the sheet {entry.name!r} is missing from the file", where=container.where,
                             fix="ask for a whole copy")  # fmt: skip
        sheet = read_sheet(entry.name, data, shared, container.where)
        sheet.is_hidden = entry.is_hidden
        if not sheet.join(_JOINED):
            raise UsageError(f"{entry.name}: more cells are merged or have lists than are read", where=container.where,
                             fix="keep the cells that ask")  # fmt: skip
        sheets.append(sheet)
    return Workbook(sheets, directory.names)


def read_directory(container: Container) -> Directory:
    """The workbook's worksheets and names. Raises: UsageError when there are none."""
    main = _target(container, "", "/officeDocument") or "xl/workbook.xml"
    data = container.part(main)
    if data is None:
        raise UsageError("this is a zip, but no workbook", where=container.where, fix="name the .xlsx file itself")
    related = _relations(container, main)
    directory, listed, names = Directory(main), [], _Names()

    def _start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            listed.append({local(key): value for key, value in attributes.items()})
        names.start(name, attributes)

    walk(data, container.where, _start, names.end, names.characters)
    if len(listed) > MAX_SHEETS:
        raise UsageError(f"the workbook has more than {MAX_SHEETS} sheets", where=container.where, fix="split it")
    for attributes in listed:
        kind, target = related.get(attributes.get("id", ""), ("", ""))
        if kind.endswith(_WORKSHEET):
            directory.sheets.append(
                SheetPart(unescape(attributes.get("name", "")), target, attributes.get("state", "visible") != "visible")
            )
    titles = [attributes.get("name", "") for attributes in listed]
    for (index, name), value in names.found.items():
        scope = titles[int(index)] if index.isdigit() and int(index) < len(titles) else ""
        directory.names[scope, name.lower()] = value
    if not directory.sheets:
        raise UsageError("the workbook has no worksheet", where=container.where, fix="name another file")
    return directory


class _Names:
    """Collects defined names."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], str] = {}
        self.key: tuple[str, str] | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.key = None
        if name == "definedName":
            self.key = attributes.get("localSheetId", ""), attributes.get("name", "")

    def characters(self, text: str) -> None:
        if self.key is not None:
            self.found[self.key] = self.found.get(self.key, "") + text

    def end(self, _name: str) -> None:
        self.key = None


def _relations(container: Container, part: str) -> dict[str, tuple[str, str]]:
    """Relation id → its kind and the part it points at, of a part (the package: empty)."""
    folder, _, name = part.rpartition("/")
    data = container.part(posixpath.join(folder, "_rels", f"{name}.rels"))
    found: dict[str, tuple[str, str]] = {}

    def _start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode", "Internal") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = attributes.get("Type", ""), target

    if data is not None:
        walk(data, container.where, _start)
    return found


def _target(container: Container, part: str, kind: str) -> str | None:
    """The part of a kind that a part points at."""
    return next((target for found, target in _relations(container, part).values() if found.endswith(kind)), None)


def _strings(container: Container, directory: Directory) -> list[str]:
    """The shared strings, rich text joined, readings (furigana) left out."""
    part = _target(container, directory.part, "/sharedStrings")
    data = container.part(part) if part else None
    strings: list[str] = []
    state = {"in": 0, "phonetic": 0}
    parts: list[str] = []

    def _start(name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            parts.clear()
        elif name in {"t", "rPh"}:
            state["in" if name == "t" else "phonetic"] += 1

    def _end(name: str) -> None:
        if name == "si":
            strings.append(_bounded(unescape("".join(parts)), len(strings), container.where))
        elif name in {"t", "rPh"}:
            state["in" if name == "t" else "phonetic"] -= 1

    def _text(text: str) -> None:
        if state["in"] and not state["phonetic"]:
            parts.append(text)

    if data is not None:
        walk(data, container.where, _start, _end, _text)
    return strings


def _bounded(text: str, count: int, where: str) -> str:
    if count >= MAX_STRINGS:
        raise UsageError(f"the workbook has more than {MAX_STRINGS:,} texts", where=where, fix="keep what asks")
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * MAX_TEXT:
        raise UsageError(f"the workbook holds a text of more than {MAX_TEXT:,} characters", where=where,
                         fix="shorten it")  # fmt: skip
    return text


def _unlocked_styles(container: Container, directory: Directory) -> frozenset[int]:
    """The cell styles whose cells may be changed on a protected sheet."""
    part = _target(container, directory.part, "/styles")
    data = container.part(part) if part else None
    unlocked: set[int] = set()
    state = {"inside": 0, "index": -1}

    def _start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "cellXfs":
            state["inside"] = 1
        elif state["inside"] and name == "xf":
            state["index"] += 1
        elif state["inside"] and name == "protection" and not is_on(attributes.get("locked", "1")):
            unlocked.add(state["index"])

    def _end(name: str) -> None:
        if name == "cellXfs":
            state["inside"] = 0

    if data is not None:
        walk(data, container.where, _start, _end)
    return frozenset(unlocked)
