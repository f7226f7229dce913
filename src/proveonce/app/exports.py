"""What of the calendar was given out before: one file of the workspace, replaced whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from proveonce.kernel.canonical import canonical
from proveonce.kernel.errors import UsageError
from proveonce.kernel.files import write_atomically
from proveonce.model.calendar import Exported, Exports

FILE = "reports/calendar.json"
MAX_BYTES = 8 * 1024 * 1024
_FIELDS = {"sequence": int, "digest": str, "on": str, "stamp": str, "title": str, "is_cancelled": bool}


def read_exports(root: Path) -> Exports:
    """What the workspace gave out; nothing where it has no such file. Raises: UsageError when it cannot be used."""
    path = root / FILE
    try:
        with path.open("rb") as file:
            return _parsed(file.read(MAX_BYTES + 1))
    except FileNotFoundError:
        return Exports()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(
            f"the record of exported events cannot be used: {error}", where=str(path),
            fix="restore it; without it every event begins anew at SEQUENCE 0, which calendars may ignore",
        ) from error  # fmt: skip


def _parsed(data: bytes) -> Exports:
    if len(data) > MAX_BYTES:
        raise ValueError("it is too large")
    value: Any = json.loads(data)
    events: dict[str, Exported] = {}
    for uid, entry in value["events"].items():
        if set(entry) != set(_FIELDS) or any(type(entry[name]) is not kind for name, kind in _FIELDS.items()):
            raise ValueError(f"the entry of {uid[:60]!r} is malformed")
        events[uid] = Exported(**entry)
        _must_be_day(events[uid].on)
        _must_be_day(events[uid].stamp)
    if type(value["domain"]) is not str:
        raise ValueError("domain is no text")
    return Exports(value["domain"], events)


def _must_be_day(text: str) -> None:
    date.fromisoformat(text)


def write_exports(root: Path, exports: Exports) -> None:
    """Keeps what was given out: written aside, then put in place in one step. Raises: ProveonceError."""
    path = root / FILE
    value = {"domain": exports.domain, "events": {uid: asdict(entry) for uid, entry in exports.events.items()}}
    data = canonical(value) + b"\n"
    if not path.is_file() or path.read_bytes() != data:
        write_atomically(path, data)
