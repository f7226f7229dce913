"""`answers.yaml` of a workspace, the answer library: read with every problem at its place, and written anew.

Written by us it is whole and in one form; comments below its head are not kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from proveonce.content.parsing import Listed, parse_listed
from proveonce.content.schema import Date
from proveonce.kernel import located
from proveonce.kernel.errors import InputError, Problem
from proveonce.kernel.files import write_atomically
from proveonce.kernel.naming import nearest
from proveonce.model.control import ControlId
from proveonce.model.questionnaire import Format, LibraryAnswer, Verdict

LIBRARY_FILE = "answers.yaml"
HEAD = """\
# Answers that people gave to questionnaires. One counts once a named person approved it, until it expires, and only
# while the controls that it rests on pass: proveonce answers approve ID --by NAME --expires DAY
"""
_DECISIVE = (Verdict.YES, Verdict.PARTIAL)
"""Verdicts that claim something, and so rest on controls."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class LibraryAnswerModel(BaseModel):
    """One entry of the library."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    question: Text
    verdict: Annotated[Verdict, Field(strict=False)]
    text: str = ""
    owner: str = ""
    approved_by: str = ""
    approved_on: Date | str = ""
    expires_on: Date | str = ""
    controls: list[Text] = Field(default_factory=list)
    ids: dict[str, Text] = Field(default_factory=dict)


class LibraryModel(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    answers: list[LibraryAnswerModel]


def load_library(root: Path, controls: Collection[str]) -> tuple[LibraryAnswer, ...]:
    """The library of a workspace, in its order; none where there is no file. Raises: InputError with every problem."""
    path = root / LIBRARY_FILE
    if not path.is_file():
        return ()
    document = located.read(path, name=LIBRARY_FILE)
    listed = parse_listed(document, LibraryModel, {"answers": LibraryAnswerModel})
    answers = _link(listed, controls) if listed.model is not None else ()
    if document.problems:
        raise InputError(document.problems)
    return answers


def library_problems(root: Path, controls: Collection[str]) -> list[Problem]:
    """Every problem of the library, at its place."""
    try:
        load_library(root, controls)
    except InputError as error:
        return error.problems
    return []


def _link(listed: Listed[LibraryModel], controls: Collection[str]) -> tuple[LibraryAnswer, ...]:
    document = listed.document
    seen: set[str] = set()
    found = []
    for index, model in zip(listed.kept["answers"], listed.model.answers if listed.model else [], strict=True):
        path: located.Path_ = ("answers", index)
        if model.id in seen:
            document.problem((*path, "id"), f"{model.id!r} is here twice", fix="keep one")
        seen.add(model.id)
        for position, control in enumerate(model.controls):
            if control not in controls:
                near = nearest(control, controls)
                document.problem((*path, "controls", position), f"unknown common control {control!r}",
                                 closest=repr(near) if near else "", fix="correct the id")  # fmt: skip
        for name in model.ids:
            if name not in set(Format):
                near = nearest(name, list(Format))
                document.problem((*path, "ids", name), f"unknown questionnaire {name!r}",
                                 closest=repr(near) if near else "", fix=f"one of {', '.join(Format)}",
                                 at_key=True)  # fmt: skip
        _check_approval(document, path, model)
        found.append(LibraryAnswer(
            model.id, model.question, model.verdict, model.text, model.owner, model.approved_by, model.approved_on,
            model.expires_on, tuple(ControlId(c) for c in model.controls), dict(model.ids),
        ))  # fmt: skip
    return tuple(found)


def _check_approval(document: located.Document, path: located.Path_, model: LibraryAnswerModel) -> None:
    """An approval names who, when and until when; a claim names its controls; a text has one."""
    for key, value in (("approved_on", model.approved_on), ("expires_on", model.expires_on)):
        if value and not _is_day(value):
            document.problem((*path, key), f"{value!r} is no day", fix="write it as 2027-03-31")
    if model.approved_by and not (model.approved_on and model.expires_on):
        document.problem(path, f"{model.id!r} is approved without approved_on or expires_on", fix="add both")
    if model.approved_by and model.verdict in _DECISIVE and not model.controls:
        document.problem(path, f"{model.id!r} says {model.verdict} and names no control that it rests on",
                         fix="name its controls")  # fmt: skip
    if model.verdict is Verdict.TEXT and not model.text:
        document.problem(path, f"{model.id!r} is a text without text", fix="write it")
    if model.verdict is Verdict.NEEDS_REVIEW:
        document.problem((*path, "verdict"), "needs_review is no answer", fix="delete the entry")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def write_library(root: Path, answers: Iterable[LibraryAnswer]) -> Path:
    """Writes the library whole, by way of a file beside it. Returns its path. Raises: ProveonceError."""
    path = root / LIBRARY_FILE
    body = "".join(_entry(answer) for answer in answers)
    write_atomically(path, (HEAD + "answers:" + ("\n" + body if body else " []\n")).encode("utf-8"))
    return path


def _entry(answer: LibraryAnswer) -> str:
    facts: dict[str, object] = {
        "question": answer.question, "verdict": str(answer.verdict), "text": answer.text, "owner": answer.owner,
        "approved_by": answer.approved_by, "approved_on": answer.approved_on, "expires_on": answer.expires_on,
        "controls": list(answer.controls), "ids": dict(answer.ids),
    }  # fmt: skip
    lines = [f"  - id: {_scalar(answer.id)}"]
    lines += [f"    {key}: {_scalar(value)}" for key, value in facts.items() if value]
    return "\n".join(lines) + "\n"


def _scalar(value: object) -> str:
    """JSON, which is YAML; what YAML has no character for is replaced, never executed."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == " " else "?" for c in text)
