"""YAML that keeps file:line:column, and refuses what data has no need of.

Input is hostile until parsed: no anchors, aliases, merge keys, explicit tags or duplicate keys; size,
depth, values and problems are bounded. Built from events, because libyaml's composer recurses in C and
60 KB of `- - -` overflows its stack. Scalars are strings, integers, floats, booleans (`true`, `false`) and
null, as in YAML 1.2's core schema: no Norway, no octal, no dates. Read by libyaml through PyYAML,
whose events carry marks (docs/adr/0002).
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
MAX_PROBLEMS = 1_000

Path_: TypeAlias = tuple[str | int, ...]

_BASE: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")  # what fits in 64 bits
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}\Z")
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

    def problem(self, path: Path_, what: str, *, closest: str = "", fix: str = "", at_key: bool = False) -> None:
        """Note a problem at the value of `path`, or at its key."""
        at = self.key_place(path) if at_key else self.place(path)
        self.problems.append(Problem(at.file, at.line, at.column, what, closest, fix))


def read(path: Path, *, name: str | None = None) -> Document:
    """The document in the file `path`, its problems noted rather than raised.

    `name` is how messages call the file; the path itself when None.
    """
    shown = name or str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            return _refused(shown, f"the file is larger than {MAX_BYTES:,} bytes", "split it")
        text = data.decode("utf-8")
    except OSError as error:
        return _refused(shown, f"cannot be read: {error.strerror}", "check the path and its permissions")
    except UnicodeDecodeError as error:
        return _refused(shown, f"is not UTF-8 at byte {error.start}", "save it as UTF-8")
    return parse(text, shown)


def parse(text: str, name: str) -> Document:
    """The document in `text`, its problems noted rather than raised."""
    document = Document(name)
    try:
        parser = _BASE(text)
        try:
            document.value = _Builder(document, parser).document()
        finally:
            parser.dispose()
    except yaml.YAMLError as error:
        what = getattr(error, "problem", None) or str(error).split("\n")[0]
        line, column = _error_place(error, text)
        document.value = None
        document.problems.append(Problem(name, line, column, f"not valid YAML: {what}", fix="mend the syntax"))
    except _Stop:
        document.value = None
    except ValueError as error:  # a lone surrogate has no UTF-8
        return _refused(name, f"not valid YAML: {error}", "save it as UTF-8")
    return document


def _error_place(error: yaml.YAMLError, text: str) -> tuple[int, int]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return mark.line + 1, mark.column + 1
    if isinstance(error, yaml.reader.ReaderError):  # libyaml counts bytes
        before = text.encode("utf-8")[: error.position].decode("utf-8", "ignore")
        return before.count("\n") + 1, len(before) - before.rfind("\n")
    return 1, 1


def _refused(name: str, what: str, fix: str) -> Document:
    return Document(name, problems=[Problem(name, 1, 1, what, fix=fix)])


class _Stop(Exception):  # noqa: N818 - it ends the reading, its reason is noted already
    """A bound was met."""


class _Builder:
    """Turns events into values, noting each place and each thing refused."""

    def __init__(self, document: Document, parser: Any) -> None:
        self._document = document
        self._parser = parser
        self._values = 0

    def document(self) -> Any:
        """The value of the one document; None when there is none."""
        self._parser.get_event()  # the stream begins
        if self._parser.check_event(yaml.StreamEndEvent):
            return None
        self._parser.get_event()  # the document begins
        value = self._build(self._parser.get_event(), (), 0)
        self._parser.get_event()  # the document ends
        if not self._parser.check_event(yaml.StreamEndEvent):
            self._note(_place(self._parser.peek_event()), "not valid YAML: a second document begins", "keep one a file")
        return value

    def _build(self, event: Any, path: Path_, depth: int) -> Any:
        place = _place(event)
        self._document.places.setdefault(path, place)
        self._values += 1
        if self._values > MAX_NODES or depth > MAX_DEPTH:
            self._note(place, "too deep or too many values", "split the file")
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            self._note(place, "aliases are not allowed here", "write the value out")
            return None
        self._refuse_properties(event, place)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        return _scalar(event)

    def _refuse_properties(self, event: Any, place: tuple[int, int]) -> None:
        if event.tag is not None:
            self._note(place, f"the tag {event.tag} is not allowed", "write a plain value")
        if event.anchor is not None:
            self._note(place, "anchors are not allowed here", "write the value out where it is needed")

    def _sequence(self, path: Path_, depth: int) -> list[Any]:
        result: list[Any] = []
        while not self._parser.check_event(yaml.SequenceEndEvent):
            result.append(self._build(self._parser.get_event(), (*path, len(result)), depth + 1))
        self._parser.get_event()
        return result

    def _mapping(self, path: Path_, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not self._parser.check_event(yaml.MappingEndEvent):
            event = self._parser.get_event()
            place = _place(event)
            key = event.value if isinstance(event, yaml.ScalarEvent) else None
            if key is None or key == "<<":
                if not isinstance(event, yaml.AliasEvent):  # which is noted when it is read over
                    self._note(place, "only plain names may be keys", "write the mapping out")
                self._skip(event, depth)
                self._skip(self._parser.get_event(), depth)
                continue
            self._refuse_properties(event, place)
            if key in result:
                self._note(place, f"duplicate key {key!r}", "keep one")
                self._skip(self._parser.get_event(), depth)
                continue
            self._document.places[(*path, key, "<key>")] = place
            result[key] = self._build(self._parser.get_event(), (*path, key), depth + 1)
        self._parser.get_event()
        return result

    def _skip(self, event: Any, depth: int) -> None:
        """Reads over a value that is refused already, its own faults noted."""
        self._build(event, ("<refused>", self._values), depth + 1)

    def _note(self, place: tuple[int, int], what: str, fix: str) -> None:
        self._document.problems.append(Problem(self._document.file, *place, what, fix=fix))
        if len(self._document.problems) >= MAX_PROBLEMS:
            raise _Stop


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _scalar(event: yaml.ScalarEvent) -> Any:
    text = event.value
    if event.style:  # quoted or block text is a string; libyaml gives "" for plain
        return text
    if text in _PLAIN:
        return _PLAIN[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text
