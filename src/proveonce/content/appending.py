"""Adds an entry to the end of a file that is a list, and changes not a byte of what stands there.

Before a text is given back it is parsed again and proven equal to the old entries and the new one, so an odd
layout is refused rather than spoilt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from proveonce.kernel import located
from proveonce.kernel.errors import UsageError

Value = str | list[str]

_PLAIN = re.compile(r"\d{4}-\d{2}-\d{2}\Z|[A-Za-z][A-Za-z0-9_]*(?:-[0-9]+)*\Z")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def with_entry(text: str, entry: Mapping[str, Value], *, file: str) -> str:
    """`text`, a list of entries or nothing yet, with `entry` at its end. `file` is how messages call it.

    Raises: UsageError where the layout lets nothing be added by itself.
    """
    before = located.parse(text, file)
    entries: list[Any] = before.value if isinstance(before.value, list) else []
    indent = " " * (_dash(text, before) if entries else 0)
    line_break = "\r\n" if "\r\n" in text else "\n"
    head = text if not text or text.endswith("\n") else text + line_break
    if not entries:
        head = _without_empty_list(head)
    edited = head + line_break.join(_lines(entry, indent)) + line_break
    after = located.parse(edited, file)
    if before.problems or after.problems or after.value != [*entries, dict(entry)]:
        raise UsageError(
            "an entry cannot be added here without changing something else",
            where=file,
            fix="write the file as a list, each entry beginning with '- id:' on a line of its own",
        )
    return edited


def _dash(text: str, document: located.Document) -> int:
    """Columns before the dash of the first entry."""
    line = text.splitlines()[document.place((0,)).line - 1]
    return len(line) - len(line.lstrip(" "))


def _without_empty_list(text: str) -> str:
    """A last line `[]` is an empty list: the entries come in its place."""
    return re.sub(r"^\[\]\s*\Z", "", text, flags=re.MULTILINE)


def _lines(entry: Mapping[str, Value], indent: str) -> list[str]:
    marks = ["- ", *["  "] * (len(entry) - 1)]
    return [f"{indent}{mark}{key}: {_value(value)}" for mark, (key, value) in zip(marks, entry.items(), strict=True)]


def _value(value: Value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_quoted, value))}]"
    return value if _PLAIN.match(value) and value.casefold() not in _WORDS else _quoted(value)


def _quoted(text: str) -> str:
    # JSON's strings are YAML's, but for surrogate pairs; what neither can show is caught by the second parse.
    return json.dumps(text, ensure_ascii=not text.isprintable())
