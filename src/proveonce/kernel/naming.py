"""Names: the nearest valid one, for errors that suggest it; and whether two are one person's."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name nearest to `name`, if one is near."""
    matches = get_close_matches(name, list(valid), n=1, cutoff=0.6)
    return matches[0] if matches else None


def is_same_person(first: str, second: str) -> bool:
    """Whether two names are written alike, but for case, white space and Unicode's compatible forms."""
    return _plain(first) == _plain(second)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
