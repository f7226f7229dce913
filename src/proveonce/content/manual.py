"""Evidence by people: the records of a workspace, from `evidence/manual/**/*.yaml`, each file a list of them.

The folder `evidence/manual/attachments/` holds files as they came and none of ours; nothing in it is read as records.
Every problem is reported in one run. An attachment that is missing or altered is a state, which the judge sees, and
no problem; one that leads out of `evidence/manual/` is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proveonce.content.attachments import state_of, why_refused
from proveonce.content.manual_schema import AttachmentModel, RecordModel, facts_model
from proveonce.content.parsing import validate
from proveonce.kernel import located
from proveonce.kernel.durations import days
from proveonce.kernel.errors import InputError, Problem
from proveonce.kernel.files import shown_path
from proveonce.kernel.instants import parse_instant
from proveonce.kernel.located import Document, Path_, Place
from proveonce.kernel.naming import is_same_person, nearest
from proveonce.model.content import Content
from proveonce.model.control import ControlId, recorded_every
from proveonce.model.manual import Attachment, ManualRecord, RecordId

FOLDER = "evidence/manual"
ATTACHMENTS = "attachments"
MAX_FILES = 2_000
MAX_RECORDS = 50_000


def load_manual(root: Path, content: Content) -> tuple[ManualRecord, ...]:
    """The records of the workspace at `root`, in order of files and entries; none where there is no folder.

    Raises: InputError with every problem of every file.
    """
    records, problems = read_manual(root, content)
    if problems:
        raise InputError(problems)
    return records


def read_manual(
    root: Path, content: Content, *, instead: Mapping[Path, str] | None = None
) -> tuple[tuple[ManualRecord, ...], list[Problem]]:
    """The records as far as they can be read, and every problem met.

    `instead` gives texts that stand in place of what files hold, of files not yet there too.
    """
    reader = _Reader(root / FOLDER, content)
    texts = dict(instead or {})
    for path in sorted({*_files(reader), *texts}):
        document = (
            located.parse(texts[path], shown_path(path)) if path in texts else located.read(path, name=shown_path(path))
        )
        reader.add(document)
    return tuple(reader.records), sorted(set(reader.problems))


def read_record(text: str, root: Path, content: Content) -> tuple[ManualRecord | None, Document]:
    """The one record of a YAML text, None when it is bad; its problems are on the document, at their places."""
    reader = _Reader(root / FOLDER, content)
    document = located.parse(text, "record")
    reader.add(document)
    return (reader.records[0] if reader.records and not document.problems else None), document


def _files(reader: _Reader) -> list[Path]:
    folder = reader.folder
    found = [p for p in sorted(folder.rglob("*.yaml")) if p.relative_to(folder).parts[0] != ATTACHMENTS]
    found = [p for p in found if not p.name.startswith(".")]
    for path in found:
        if path.is_symlink() or not path.is_file():
            reader.problems.append(
                Problem(shown_path(path), 1, 1, "is a link, or no file", fix="put the file itself here")
            )
    if len(found) > MAX_FILES:
        raise InputError([Problem(shown_path(folder), 1, 1, f"has more than {MAX_FILES:,} files of records",
                                  fix="keep one a year")])  # fmt: skip
    return [path for path in found if path.is_file() and not path.is_symlink()]


@dataclass(slots=True)
class _Reader:
    """Reads files of records, noting problems on their documents."""

    folder: Path
    content: Content
    records: list[ManualRecord] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: dict[str, Place] = field(default_factory=dict)
    """Id → where it stands first."""

    def add(self, document: Document) -> None:
        """Takes in the records of a file."""
        value = document.value
        if value is not None and not isinstance(value, list):
            document.problem((), "a file of records is a list of them", fix="begin each record with '- id:'")
        entries = value if isinstance(value, list) else []
        if len(self.records) + len(entries) > MAX_RECORDS:
            document.problem((), f"there are more than {MAX_RECORDS:,} records", fix="put old ones elsewhere")
            entries = []
        for index, entry in enumerate(entries):
            if (record := self._record(document, (index,), entry)) is not None:
                self.records.append(record)
        self.problems += document.problems

    def _record(self, document: Document, path: Path_, entry: Any) -> ManualRecord | None:
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            self._must_be_new(document, path, entry["id"])
        model = validate(document, RecordModel, entry, path)
        if model is None:
            return None
        facts = validate(document, facts_model(model.kind), model.facts, (*path, "facts"))
        self._check_controls(document, path, model)
        _check_people_and_days(document, path, model)
        attachments = tuple(self._attachments(document, path, model.attachments))
        if facts is None:
            return None
        return ManualRecord(
            id=RecordId(model.id), kind=model.kind, controls=tuple(map(ControlId, model.controls)), title=model.title,
            statement=model.statement, conclusion=model.conclusion, performed_on=model.performed_on,
            recorded_at=model.recorded_at, performed_by=model.performed_by, reviewed_by=model.reviewed_by or "",
            reviewed_on=model.reviewed_on or "", recorded_by=model.recorded_by or "", valid_for=model.valid_for or "",
            attachments=attachments, facts=facts.model_dump(exclude_unset=True), place=document.place(path),
        )  # fmt: skip

    def _must_be_new(self, document: Document, path: Path_, identifier: str) -> None:
        place = document.place((*path, "id"))
        first = self.seen.setdefault(identifier, place)
        if first != place:
            document.problem((*path, "id"), f"record {identifier!r} is already defined at {first}",
                             fix="give it an id of its own, or delete one")  # fmt: skip

    def _check_controls(self, document: Document, path: Path_, model: RecordModel) -> None:
        for index, name in enumerate(model.controls):
            at: Path_ = (*path, "controls", index)
            if name not in self.content.controls:
                near = nearest(name, self.content.controls)
                document.problem(at, f"unknown common control {name!r}", closest=repr(near) if near else "",
                                 fix="correct the id: proveonce controls list")  # fmt: skip
            elif name in model.controls[:index]:
                document.problem(at, f"common control {name} is named twice", fix="keep one")
        if model.valid_for is not None:
            self._check_validity(document, path, model.controls, model.valid_for)

    def _check_validity(self, document: Document, path: Path_, names: list[str], valid_for: str) -> None:
        at: Path_ = (*path, "valid_for")
        length = days(valid_for)
        known = [control for name in names if (control := self.content.controls.get(ControlId(name)))]
        strictest = min(known, key=lambda control: days(control.cadence) or 0, default=None)
        if length is None:
            document.problem(at, f"{valid_for!r} is no length of time", fix="write it as P90D, P3M or P1Y")
        elif strictest is not None and length > (days(longest := recorded_every(strictest.cadence)) or 0):
            what = f"{valid_for} is longer than {strictest.id} allows, which is due every {strictest.cadence}"
            document.problem(at, what, fix=f"write at most {longest}, or leave it out")

    def _attachments(self, document: Document, path: Path_, models: list[AttachmentModel]) -> Iterator[Attachment]:
        for index, model in enumerate(models):
            if why := why_refused(self.folder, model.file):
                document.problem((*path, "attachments", index, "file"), f"the attachment {model.file!r} {why}",
                                 fix=f"copy the file below {FOLDER}/ and name it by its path there")  # fmt: skip
                continue
            state = state_of(self.folder, model.file, model.sha256)
            yield Attachment(model.file, model.sha256, model.title, state)


def _check_people_and_days(document: Document, path: Path_, model: RecordModel) -> None:
    """Notes what cannot be of the days and people of a record; ISO days compare as texts."""
    recorded_on = parse_instant(model.recorded_at).date().isoformat()
    if model.performed_on > recorded_on:
        document.problem((*path, "performed_on"), f"performed after it was recorded on {recorded_on}",
                         fix="correct one of the days: performed_on is the day on which it was done")  # fmt: skip
    if model.reviewed_by is not None and is_same_person(model.reviewed_by, model.performed_by):
        document.problem((*path, "reviewed_by"), f"reviewed by who performed it, {model.performed_by}",
                         fix="let another person review it, or leave the review out")  # fmt: skip
    if model.reviewed_on is not None and model.reviewed_by is None:
        document.problem((*path, "reviewed_on"), "reviewed on a day, and by nobody", fix="add reviewed_by")
    if model.reviewed_on is not None and model.reviewed_on < model.performed_on:
        document.problem((*path, "reviewed_on"), f"reviewed before it was performed on {model.performed_on}",
                         fix="correct one of the days; they may be swapped")  # fmt: skip
