"""YAML that keeps file:line:column, and refuses what data has no need of.

Input is hostile until parsed: no aliases, merge keys, explicit tags or duplicate keys; size, depth
and node count are bounded. Scalars are strings, integers, floats, booleans (`true`, `false`) and
null, as in YAML 1.2's core schema: no Norway, no octal, no dates. Read by libyaml through PyYAML,
whose nodes carry marks (docs/adr/0002).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from proveonce.kernel.errors import Problem

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 500_000

Path_: TypeAlias = tuple[str | int, ...]

_BASE: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+\Z")
_TAGS = frozenset({None, "", "!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))})
_PLAIN = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, 1-based."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(slots=True)
class Document:
    """A parsed file: plain values, and the place of each path into them."""

    file: str
    value: Any = None
    problems: list[Problem] = field(default_factory=list)
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    """Of each value; a mapping key's own place is under its path plus "<key>"."""

    def place(self, path: Path_) -> Place:
        """The place of `path`, or of the nearest enclosing value that has one."""
        for end in range(len(path), -1, -1):
            if (mark := self.places.get(path[:end])) is not None:
                return Place(self.file, *mark)
        return Place(self.file, 1, 1)

    def key_place(self, path: Path_) -> Place:
        """The place of the key at `path` itself, rather than of its value."""
        mark = self.places.get((*path, "<key>"))
        return Place(self.file, *mark) if mark else self.place(path)

    def problem(self, path: Path_, what: str, *, closest: str = "", fix: str = "") -> None:
        """Note a problem at `path`."""
        at = self.place(path)
        self.problems.append(Problem(at.file, at.line, at.column, what, closest, fix))


def read(path: Path, *, name: str | None = None) -> Document:
    """The document in the file `path`, its problems noted rather than raised.

    `name` is how messages call the file; the path itself when None.
    """
    shown = name or str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            return _refused(shown, f"the file is larger than {MAX_BYTES:,} bytes", "split it")
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        return _refused(shown, f"cannot be read: {error.strerror}", "check the path and its permissions")
    except UnicodeDecodeError as error:
        return _refused(shown, f"is not UTF-8 at byte {error.start}", "save it as UTF-8")
    return parse(text, shown)


def parse(text: str, name: str) -> Document:
    """The document in `text`, its problems noted rather than raised."""
    document = Document(name)
    try:
        loader = _BASE(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = getattr(error, "problem", None) or str(error).split("\n")[0]
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.problems.append(Problem(name, line, column, f"not valid YAML: {what}", fix="mend the syntax"))
        return document
    except (RecursionError, ValueError) as error:
        return _refused(name, f"not valid YAML: {error}", "flatten it; data here needs no deep nesting")
    if node is not None:
        document.value = _Builder(document).build(node, (), 0)
    return document


def _refused(name: str, what: str, fix: str) -> Document:
    return Document(name, problems=[Problem(name, 1, 1, what, fix=fix)])


class _Builder:
    """Turns nodes into values, noting each place and each thing refused."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def build(self, node: Any, path: Path_, depth: int) -> Any:
        mark = node.start_mark
        self._document.places.setdefault(path, (mark.line + 1, mark.column + 1))
        if id(node) in self._seen:
            self._document.problem(path, "aliases are not allowed here", fix="write the value out")
            return None
        self._seen.add(id(node))
        if len(self._seen) > MAX_NODES or depth > MAX_DEPTH:
            self._document.problem(path, "too deep or too many values", fix="split the file")
            return None
        if node.tag not in _TAGS:
            self._document.problem(path, f"the tag {node.tag} is not allowed", fix="write a plain value")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path_, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            place = (mark.line + 1, mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode) or key_node.value == "<<":
                self._note(place, "only plain names may be keys", "write the mapping out")
                continue
            key = key_node.value
            if key in result:
                self._note(place, f"duplicate key {key!r}", "keep one")
                continue
            self._document.places[(*path, key, "<key>")] = place
            result[key] = self.build(value_node, (*path, key), depth + 1)
        return result

    def _note(self, place: tuple[int, int], what: str, fix: str) -> None:
        self._document.problems.append(Problem(self._document.file, *place, what, fix=fix))


def _scalar(node: yaml.ScalarNode) -> Any:
    if node.style:  # quoted or block text is a string; libyaml gives "" for plain
        return node.value
    if node.value in _PLAIN:
        return _PLAIN[node.value]
    if _INTEGER.match(node.value) and len(node.value) < 19:  # noqa: PLR2004 - what fits in 64 bits
        return int(node.value)
    return float(node.value) if _FLOAT.match(node.value) else node.value
