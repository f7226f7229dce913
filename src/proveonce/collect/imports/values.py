"""Small readings that several formats share: a list under a name, an instant, an account, a page that is missing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import refuse

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}")

_MILLISECONDS = 100_000_000_000
"""An epoch beyond it counts milliseconds: in seconds it would be the year 5138."""


def list_at(value: Any, *path: str) -> list[Any]:
    """The list at a path into JSON; empty where there is none."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def instant(value: Any) -> str:
    """ISO 8601 with its zone, of a text that has one or of seconds or milliseconds since 1970; else empty."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) > _MILLISECONDS else value
            return datetime.fromtimestamp(seconds, tz=UTC).isoformat()
        at = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        return at.astimezone(UTC).isoformat() if at and at.tzinfo else ""
    except (ValueError, OverflowError, OSError):
        return ""


def more_pages(found: Any, *names: str) -> str:
    """What is missing where a page's answer says that another follows; empty where none does."""
    if isinstance(found, dict) and any(found.get(name) for name in names):
        return "the file is one page of several: the token of the next is in it"
    return ""


def aws_account(text: str) -> str:
    """The text, where it is an AWS account number; else empty: other tools number accounts in ways of their own."""
    return text if _ACCOUNT.fullmatch(text) else ""


def aws_region(text: str) -> str:
    """The region as AWS spells it, `us_east_1` included; a text that is none stays as it is."""
    spelt = text.strip().lower().replace("_", "-")
    return spelt if _REGION.fullmatch(spelt) else text


def objects_at(path: Path, value: Any, *names: str) -> list[dict[str, Any]]:
    """The objects in the list under these names; empty where there is none. Raises: InputError for anything else."""
    found = list_at(value, *names)
    for index, entry in enumerate(found):
        if not isinstance(entry, dict):
            refuse(path, f"/{'/'.join([*names, str(index)])} is no object", fix="export it again")
    return found
