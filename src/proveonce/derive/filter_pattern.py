"""CloudWatch Logs filter patterns over JSON events, read as CloudWatch reads them.

Whether a filter watches an event is decided by trying it: a name that occurs in a pattern may be
negated, narrowed to one region or user, or joined by an `&&` that no event can satisfy.
Source: Amazon CloudWatch Logs User Guide, "Filter pattern syntax"; `&&` binds closer than `||`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from proveonce.derive.underivable import Underivable

Event = Mapping[str, Any]
Matcher = Callable[[Event], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<mark>\(|\)|&&|\|\||!=|>=|<=|=|>|<)"""
    r"""|(?P<field>\$(?:\.[A-Za-z0-9_-]+|\[[0-9]+\]|\['[^']+'\]|\["[^"]+"\])+)"""
    r"""|(?P<quoted>"(?:\\.|[^"\\])*")"""
    r"""|(?P<regex>%[^%]*%)"""
    r"""|(?P<word>[^\s()&|{}=<>!"%]+))"""
)
_STEP = re.compile(r"""\.([A-Za-z0-9_-]+)|\[([0-9]+)\]|\['([^']+)'\]|\["([^"]+)"\]""")
_MISSING = object()


def parse(pattern: str) -> Matcher | None:
    """What decides whether an event matches; None for a pattern over plain text or columns.

    Raises: Underivable for a JSON pattern that does not parse.
    """
    text = pattern.strip()
    if not text.startswith("{"):
        return None
    if not text.endswith("}"):
        raise Underivable("the filter pattern has no end")
    try:
        return _Parser(_tokens(text[1:-1])).whole()
    except (IndexError, RecursionError, re.error) as error:
        raise Underivable("the filter pattern cannot be understood") from error


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise Underivable(f"the filter pattern cannot be understood at {text[position : position + 20]!r}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


class _Parser:
    """One pass over the tokens; IndexError where they end too soon."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._next = 0

    def whole(self) -> Matcher:
        matcher = self._any_of()
        if self._next != len(self._tokens):
            raise Underivable(f"the filter pattern goes on with {self._tokens[self._next][1]!r}")
        return matcher

    def _take(self) -> tuple[str, str]:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _meets(self, text: str) -> bool:
        found = self._next < len(self._tokens) and self._tokens[self._next][1].upper() == text
        self._next += found
        return found

    def _any_of(self) -> Matcher:
        parts = [self._all_of()]
        while self._meets("||"):
            parts.append(self._all_of())
        return lambda event: any(part(event) for part in parts)

    def _all_of(self) -> Matcher:
        parts = [self._term()]
        while self._meets("&&"):
            parts.append(self._term())
        return lambda event: all(part(event) for part in parts)

    def _term(self) -> Matcher:
        if self._meets("("):
            inner = self._any_of()
            if not self._meets(")"):
                raise Underivable("the filter pattern lacks a closing parenthesis")
            return inner
        kind, field = self._take()
        if kind != "field":
            raise Underivable(f"a field is expected in the filter pattern, not {field!r}")
        if self._meets("NOT"):
            if not self._meets("EXISTS"):
                raise Underivable("NOT without EXISTS in the filter pattern")
            return lambda event: _dig(event, field) is _MISSING
        if self._meets("EXISTS"):
            return lambda event: _dig(event, field) is not _MISSING
        if self._meets("IS"):
            return self._constant(field)
        return self._comparison(field)

    def _constant(self, field: str) -> Matcher:
        constants: dict[str, Any] = {"TRUE": True, "FALSE": False, "NULL": None}
        _, word = self._take()
        if word.upper() not in constants:
            raise Underivable(f"IS {word} in the filter pattern")
        wanted = constants[word.upper()]
        return lambda event: _dig(event, field) is wanted

    def _comparison(self, field: str) -> Matcher:
        _, operator = self._take()
        kind, value = self._take()
        if kind not in ("quoted", "regex", "word"):
            raise Underivable(f"a value is expected in the filter pattern, not {value!r}")
        if operator not in ("=", "!="):
            if operator not in (">", "<", ">=", "<="):
                raise Underivable(f"{operator!r} is no comparison of filter patterns")
            return lambda _event: False  # no field of an event that we try is a number
        equal = _equals(kind, value)

        def compared(event: Event) -> bool:
            found = _dig(event, field)
            # A field that an event lacks equals nothing and differs from nothing.
            return isinstance(found, str) and equal(found) is (operator == "=")

        return compared


def _equals(kind: str, value: str) -> Callable[[str], bool]:
    if kind == "regex":
        expression = re.compile(value[1:-1])
        return lambda found: expression.search(found) is not None
    plain = re.sub(r"\\(.)", r"\1", value[1:-1]) if kind == "quoted" else value
    glob = re.compile(".*".join(re.escape(part) for part in plain.split("*")), re.DOTALL)
    return lambda found: glob.fullmatch(found) is not None


def _dig(event: Event, field: str) -> Any:
    found: Any = event
    for name, index, single, double in _STEP.findall(field[1:]):
        key = name or single or double
        if key and isinstance(found, Mapping) and key in found:
            found = found[key]
        elif index and isinstance(found, list) and int(index) < len(found):
            found = found[int(index)]
        else:
            return _MISSING
    return found
