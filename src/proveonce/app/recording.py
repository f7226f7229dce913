"""What people did → records of evidence: ids in order, attachments kept with their digests, reviews added later."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from proveonce.app.manual_files import append, as_yaml, fill_in, keep_attachment, writing
from proveonce.assess.manual import on_record
from proveonce.content.manual import ATTACHMENTS, load_manual, read_record
from proveonce.kernel.errors import InputError, UsageError
from proveonce.kernel.instants import format_instant
from proveonce.kernel.naming import is_same_person, nearest
from proveonce.model.content import Content
from proveonce.model.manual import ManualRecord, OnRecord, RecordId

_NUMBERED = re.compile(r"ME-(?P<year>\d{4})-(?P<number>\d{3,9})")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person says was done; by the names of `ManualRecord`."""

    kind: str
    controls: tuple[str, ...]
    title: str
    statement: str
    conclusion: str
    performed_on: str
    performed_by: str
    reviewed_by: str = ""
    reviewed_on: str = ""
    recorded_by: str = ""
    valid_for: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[Path, ...] = ()
    """Files as they are now; they are copied."""


def default_title(kind: str, controls: Sequence[str], content: Content) -> str:
    """What a record is called where nobody says: made of its kind and of its first control."""
    known = {str(control.id): control.title for control in content.controls.values()}
    first = f"{controls[0]} {known.get(controls[0], '')}".strip() if controls else ""
    return f"{kind.replace('_', ' ').capitalize()}: {first}"


def next_ids(records: Iterable[ManualRecord], year: int, count: int) -> list[RecordId]:
    """The next `count` ids of a year, after the highest that is taken."""
    taken = [int(m["number"]) for r in records if (m := _NUMBERED.fullmatch(r.id)) and int(m["year"]) == year]
    first = max(taken, default=0) + 1
    return [RecordId(f"ME-{year}-{number:03d}") for number in range(first, first + count)]


def attachment_path(record: str, name: str) -> str:
    """Where the attachment of a record is kept, below `evidence/manual/`."""
    return f"{ATTACHMENTS}/{record}/{name}"


def entry_of(draft: Draft, record: RecordId, now: datetime, digests: Sequence[str]) -> dict[str, Any]:
    """A record as its file says it; what is empty is left out."""
    files = [
        {"file": attachment_path(record, source.name), "sha256": sha256}
        for source, sha256 in zip(draft.attachments, digests, strict=True)
    ]
    entry = {
        "id": str(record), "kind": str(draft.kind), "controls": list(draft.controls), "title": draft.title,
        "statement": draft.statement, "conclusion": draft.conclusion, "performed_on": draft.performed_on,
        "recorded_at": format_instant(now.replace(microsecond=0)), "performed_by": draft.performed_by,
        "reviewed_by": draft.reviewed_by, "reviewed_on": draft.reviewed_on, "recorded_by": draft.recorded_by,
        "valid_for": draft.valid_for, "attachments": files, "facts": dict(draft.facts),
    }  # fmt: skip
    return {name: value for name, value in entry.items() if value or name in _ALWAYS}


_ALWAYS = frozenset({"id", "kind", "controls", "title", "statement", "conclusion", "performed_on", "performed_by"})


def add(root: Path, content: Content, draft: Draft, now: datetime) -> ManualRecord:
    """The record made of a draft, written to the file of its year.

    Raises: InputError, UsageError; nothing is written then but, at worst, a copy of an attachment.
    """
    with writing(root) as folder:
        (identifier,) = next_ids(load_manual(root, content), now.year, 1)
        names = [source.name.casefold() for source in draft.attachments]
        if len(set(names)) != len(names):
            raise UsageError("two attachments have the same name", fix="rename one")
        trial = entry_of(draft, identifier, now, ["0" * 64] * len(draft.attachments))
        refuse_bad(trial, root, content)
        digests = [keep_attachment(folder, s, attachment_path(identifier, s.name)) for s in draft.attachments]
        append(root, content, f"{now.year}.yaml", [entry_of(draft, identifier, now, digests)])
    return next(record for record in load_manual(root, content) if record.id == identifier)


def refuse_bad(entry: Mapping[str, Any], root: Path, content: Content) -> None:
    """Raises InputError with everything that is wrong with a record by itself."""
    _, document = read_record(as_yaml([entry]), root, content)
    if document.problems:
        raise InputError(document.problems)


def review(root: Path, content: Content, identifier: str, *, by: str, on: date) -> ManualRecord:
    """The record with its reviewer added. Raises: UsageError, InputError."""
    with writing(root):
        record = find(load_manual(root, content), identifier)
        if record.reviewed_by:
            raise UsageError(f"{record.id} was reviewed already, by {record.reviewed_by}", where=str(record.place),
                             fix="a later record takes its place: proveonce evidence add")  # fmt: skip
        if is_same_person(by, record.performed_by):
            raise UsageError(f"{by} performed {record.id}", fix="let another person review it")
        fill_in(root, content, record, {"reviewed_by": by.strip(), "reviewed_on": on.isoformat()})
    return find(load_manual(root, content), identifier)


def find(records: Sequence[ManualRecord], identifier: str) -> ManualRecord:
    """The record of that id. Raises: UsageError."""
    known = {str(record.id): record for record in records}
    if identifier not in known:
        near = nearest(identifier, known)
        fix = f"did you mean {near}?" if near else "proveonce evidence list"
        raise UsageError(f"no record {identifier!r}", fix=fix)
    return known[identifier]


def standing(root: Path, content: Content, now: datetime) -> tuple[OnRecord, ...]:
    """How each record stands for each of its controls at an instant, by control, the latest first.

    Raises: InputError.
    """
    evidence = on_record(load_manual(root, content), content, format_instant(now))
    return tuple(entry for control in content.controls for entry in evidence.by_control.get(control, ()))
