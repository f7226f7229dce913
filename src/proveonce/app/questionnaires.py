"""A questionnaire's file → a filled copy beside it, its summary page, every answer as a table. Never over the file."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from proveonce.app.answering import Answered, Options, answer, learn
from proveonce.content.questionnaires import read_questionnaire
from proveonce.kernel.errors import ProveonceError, UsageError
from proveonce.kernel.files import file_digest
from proveonce.kernel.instants import parse_instant
from proveonce.kernel.naming import nearest
from proveonce.model.questionnaire import Answer, LibraryAnswer, Questionnaire, Verdict
from proveonce.model.workspace import Workspace
from proveonce.present.answers import answers_json, write_summary
from proveonce.present.machine import dumps
from proveonce.present.questionnaire import write_answers

_DIGEST = "answered_sha256"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written beside a questionnaire."""

    filled: Path
    summary: Path
    table: Path
    notes: tuple[str, ...] = ()
    """What a person must know of the copy."""


def answer_file(
    workspace: Workspace, file: Path, *, columns: str | None, sheet: str | None, options: Options
) -> Answered:
    """The questionnaire in `file`, answered. Raises: InputError, UsageError, EvidenceError."""
    return answer(workspace, read(file, columns=columns, sheet=sheet), options)


def read(file: Path, *, columns: str | None, sheet: str | None) -> Questionnaire:
    """The questionnaire in `file`, or what of it stands on one sheet. Raises: InputError, UsageError."""
    form = read_questionnaire(file, columns)
    if sheet is None:
        return form
    sheets = list(dict.fromkeys(q.answer.sheet for q in form.questions if q.answer))
    if sheet not in sheets:
        near = nearest(sheet, sheets)
        raise UsageError(f"no sheet {sheet!r} with questions", where=file.name,
                         fix=f"did you mean {near!r}?" if near else f"one of {', '.join(sheets)}")  # fmt: skip
    return replace(form, questions=tuple(q for q in form.questions if q.answer and q.answer.sheet == sheet))


def learn_from(
    workspace: Workspace, file: Path, *, columns: str | None, sheet: str | None, options: Options, owner: str = ""
) -> list[LibraryAnswer]:
    """The proposals that a corrected `file` adds to the library."""
    form = read(file, columns=columns, sheet=sheet)
    return learn(workspace.root, answer(workspace, form, replace(options, overwrite=True)), owner=owner)


def write(workspace: Workspace, answered: Answered, file: Path, *, out: Path | None) -> Written:
    """The filled copy, its summary and its table.

    Raises: UsageError when that would change `file` itself, or a copy that a person has worked on.
    """
    filled = out or file.with_name(f"{file.stem}.answered{file.suffix}")
    if filled.resolve() == file.resolve() or (filled.exists() and filled.samefile(file)):
        raise UsageError("the questionnaire itself is never written over", where=str(filled), fix="name another --out")
    stem = filled.name.removesuffix(filled.suffix).removesuffix(".answered")
    summary, table = filled.with_name(f"{stem}.summary.pdf"), filled.with_name(f"{stem}.summary.json")
    if filled.exists() and not answered.situation.overwrite and file_digest(filled) != _told(table):
        raise UsageError(
            "it stands there already, and is not as it was written: a person may have worked on it", where=str(filled),
            fix="proveonce answers learn takes its corrections; then move it away, name another --out, or --overwrite",
        )  # fmt: skip
    kept = write_answers(file, filled, _for_the_sheet(answered), overwrite=answered.situation.overwrite)
    created = parse_instant(answered.situation.read_at or answered.situation.day)
    try:
        told = answers_json(answered.questionnaire, answered.answers, answered.situation)
        table.write_text(dumps({**told, _DIGEST: file_digest(filled)}) + "\n", encoding="utf-8")
    except OSError as error:
        raise ProveonceError(
            f"cannot be written: {error.strerror}", where=str(table), fix="check the folder"
        ) from error
    write_summary(
        answered.questionnaire, answered.answers, answered.situation, summary,
        organisation=workspace.organisation, file=file.name, created=created,
    )  # fmt: skip
    return Written(filled, summary, table, kept.notes)


def _told(table: Path) -> str | None:
    """The digest that the copy had when it was written; None where its table does not tell."""
    try:
        told = json.loads(table.read_bytes())
    except (OSError, ValueError):
        return None
    return told.get(_DIGEST) if isinstance(told, dict) else None


def _for_the_sheet(answered: Answered) -> tuple[Answer, ...]:
    """The answers as the sheet gets them: a draft for a person stays in the table, it could be sent by oversight."""
    return tuple(replace(one, comment="") if one.verdict is Verdict.NEEDS_REVIEW else one for one in answered.answers)
