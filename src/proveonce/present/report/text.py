"""Text as the report prints it: characters, ARNs, digests, numbers, times.

Everything that a template prints passes through `printable`, so a name can neither bring in a
system font nor turn the reading direction, and one input gives the same bytes on every machine.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from proveonce.content.files import templates_root
from proveonce.kernel.canonical import encode

MISSING = "\u2013"
"""What stands for no value and for zero."""

_NO_BREAK = "\u00a0"
_MAX_PIECE = 24
"""Longest run of an identifier that may not break; 24 characters of Mono 6.7 pt are 34 mm."""
_ARN_PREFIX = re.compile(r"arn:[^:/]*:[^:/]*:[^:/]*:[^:/]*:")
_PIECES = re.compile(r"[-_.@=]?[^-_.@=:/]*[:/]?")
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def fonts_root() -> Path:
    """The folder of the bundled IBM Plex files."""
    return templates_root() / "fonts"


@cache
def _drawn() -> frozenset[int]:
    """The code points that both families draw: Sans and Condensed share theirs, Mono differs."""
    from fontTools.ttLib import TTFont

    covered: list[set[int]] = []
    for name in ("IBMPlexSans-Regular", "IBMPlexMono-Regular"):
        with TTFont(fonts_root() / f"{name}.woff2", lazy=True) as font:
            covered.append(set(font.getBestCmap()))
    return frozenset(covered[0] & covered[1])


def _is_printable(character: str) -> bool:
    # Formats (bidi, zero width), controls and odd spaces are seen only when spelt out.
    if character in (" ", _NO_BREAK):
        return True
    return unicodedata.category(character)[0] not in "CZ" and ord(character) in _drawn()


def printable(text: str) -> str:
    """`text`, with each character that Plex lacks, or that would not be seen, as `[U+202E]`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _is_printable(c) else f"[U+{ord(c):04X}]" for c in text)


def prose(text: str) -> str:
    """`text` on one line: white space runs become one space."""
    return " ".join(text.split())


def finalize(value: object) -> object:
    """What Jinja2 prints for `value`: markup of our own as it is, all else made printable."""
    return value if isinstance(value, Markup) else printable(str(value))


def _pieces(text: str) -> Iterable[str]:
    """Runs between which a line may break: after `:` and `/`, before `-`, `_`, `.`, `@` and `=`."""
    for piece in _PIECES.findall(text):
        for start in range(0, len(piece), _MAX_PIECE):
            yield piece[start : start + _MAX_PIECE]


def _broken(text: str) -> Markup:
    """`text` as unbreakable spans with a zero-width space between, so that no break falls after a hyphen."""
    return Markup("\u200b").join(Markup("<span>{}</span>").format(piece) for piece in _pieces(printable(text)))


def identifier(text: str) -> Markup:
    """An ARN, id, path or other long name, whole: prefix to the account id grey, breaks only where harmless."""
    prefix = _ARN_PREFIX.match(text)
    if prefix is None:
        return Markup('<span class="id">{}</span>').format(_broken(text))
    head, tail = _broken(prefix[0]), _broken(text[prefix.end() :])
    return Markup('<span class="id"><span class="prefix">{}</span>\u200b{}</span>').format(head, tail)


def short_digest(digest: str) -> str:
    """The first 16 digits and an ellipsis."""
    return f"{digest[:16]}…" if digest else MISSING


def ends_of_digest(digest: str) -> str:
    """8…8, for the foot of a page."""
    return f"{digest[:8]}…{digest[-8:]}"


def digest_blocks(digest: str) -> Markup:
    """8 × 8 characters on two lines."""
    blocks = [digest[start : start + 8] for start in range(0, len(digest), 8)]
    return Markup("<br>").join(escape(" ".join(blocks[start : start + 4])) for start in (0, 4))


def number(value: int) -> str:
    """`31,479`; zero is a dash."""
    return f"{value:,}".replace("-", "\u2212") if value else MISSING


def plain_number(value: int) -> str:
    """`31,479`; zero is 0, for sentences and big numbers."""
    return f"{value:,}"


def percent(part: int, whole: int) -> str:
    """`97.1 %`, cut and not rounded, so that only all of it is ever 100 %."""
    if not whole:
        return MISSING
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}{_NO_BREAK}%"


def words(value: int) -> str:
    """A number in a sentence: up to twelve in letters."""
    return _SMALL[value] if 0 <= value < len(_SMALL) else f"{value:,}"


def count(value: int, singular: str, plural: str = "") -> str:
    """`3 rows`, `1 row`, `0 rows`."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"


def sentence(text: str) -> str:
    """`text` with a capital first letter."""
    return text[:1].upper() + text[1:]


def stopped(text: str) -> str:
    """`text` with a stop at its end, unless it has one."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def listed(items: Sequence[str], limit: int = 0) -> str:
    """`a, b and c`; beyond `limit`, `a, b and 7 more`."""
    if limit and len(items) > limit:
        return f"{', '.join(items[:limit])} and {len(items) - limit:,} more"
    return " and ".join(filter(None, [", ".join(items[:-1]), items[-1]])) if items else MISSING


def series(items: Sequence[str], limit: int) -> str:
    """`a, b, c`; beyond `limit`, `a, b and 7 more`."""
    return listed(items, limit) if len(items) > limit else ", ".join(items)


def cut(shown: str, length: int) -> str:
    """`shown` in at most `length` characters; a cut ends in `…`."""
    return shown if len(shown) <= length else f"{shown[: length - 1].rstrip()}…"


def day(instant: str) -> str:
    """The date of a stored instant."""
    return instant[:10] or MISSING


def minute(instant: str) -> str:
    """`2026-11-24 03:20`, of a stored instant; UTC is said once a table."""
    return instant[:16].replace("T", _NO_BREAK) or MISSING


def between(first: str, last: str) -> str:
    """`2026-11-24 03:20 to 03:24`, of two stored instants."""
    if not first:
        return MISSING
    if minute(first) == minute(last) or not last:
        return minute(first)
    tail = last[11:16] if day(first) == day(last) else minute(last)
    return f"{minute(first)} to {tail}"


def observed(facts: Mapping[str, Any], length: int) -> str:
    """`Encrypted = false, KmsKeyId = null`, in the words of the evidence and at most `length` characters."""
    return cut(", ".join(f"{name} = {_value(value)}" for name, value in facts.items()) or "nothing observed", length)


def _value(value: Any) -> str:
    # A text is bare unless it would read as another type.
    if isinstance(value, str) and value and value not in ("true", "false", "null") and not value[0].isdigit():
        return value
    return json.dumps(encode(value), ensure_ascii=False, separators=(", ", ": "))


def anchor(reference: str) -> str:
    """`reference` as the id of an element: letters, digits, `.` and `-`, all else spelt by its code."""
    return "s-" + "".join(c if c.isascii() and (c.isalnum() or c in ".-") else f"_{ord(c):x}_" for c in reference)
