"""Globs as regular expressions that Python and DuckDB (RE2) read alike.

Their own globs differ: DuckDB's counts bytes, takes a backslash for an escape and an open bracket for
no match. Ours are those of Python's `fnmatchcase`: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`; all else is itself.
"""

from __future__ import annotations

from collections.abc import Iterator

NOTHING = r"[^\s\S]"
"""Matches no character."""


def regex_of(glob: str) -> str:
    """The regular expression of `glob`, for a full match in which `.` is any character."""
    return "".join(_parts(glob))


def _parts(glob: str) -> Iterator[str]:
    at = 0
    while at < len(glob):
        character, at = glob[at], at + 1
        if character == "*":
            yield ".*"
        elif character == "?":
            yield "."
        elif character == "[" and (end := _closing(glob, at)) >= 0:
            yield _set(glob[at:end])
            at = end + 1
        else:
            yield _escaped(character)


def _closing(glob: str, at: int) -> int:
    """Where the bracket opened before `at` closes; -1 where it does not. A first `]` is one of its characters."""
    at += glob.startswith("!", at)
    at += glob.startswith("]", at)
    return glob.find("]", at)


def _set(body: str) -> str:
    negated = body.startswith("!")
    body = body[negated:]
    members, at = [], 0
    while at < len(body):
        first, last = body[at], body[at]
        if body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            last, at = body[at + 2], at + 2
        at += 1
        if first <= last:  # a range from z to a holds nothing
            members.append(_escaped(first) if first == last else f"{_escaped(first)}-{_escaped(last)}")
    if not members:
        return "." if negated else NOTHING
    return f"[{'^' if negated else ''}{''.join(members)}]"


def _escaped(character: str) -> str:
    return character if character.isalnum() or not character.isascii() else f"\\{character}"
