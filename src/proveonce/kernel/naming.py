"""The nearest valid name, for errors that suggest it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name nearest to `name`, if one is near."""
    matches = get_close_matches(name, list(valid), n=1, cutoff=0.6)
    return matches[0] if matches else None
