"""`mappings/questionnaires/`: which controls a question asks for, by id and by words; problems at their place.

No part of the content digest: it changes which questions are answered with a verdict, never a verdict. A workspace
file of the same path replaces the shipped one.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from proveonce.content.files import shipped_root
from proveonce.content.parsing import Listed, parse_listed
from proveonce.kernel import located
from proveonce.kernel.errors import InputError, Problem
from proveonce.kernel.located import Document, Path_
from proveonce.kernel.naming import nearest
from proveonce.model.answering import AnsweringContent, Companion, MapEntry, QuestionMap
from proveonce.model.control import ControlId
from proveonce.model.questionnaire import Format

FOLDER = "mappings/questionnaires"
SYNONYMS = "synonyms.yaml"
MIN_RATIONALE = 20
"""Characters below which a rationale says nothing."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class MapEntryModel(_Model):
    """One entry of a map."""

    id: Text
    topic: Text
    controls: list[Text] = Field(min_length=1)
    relation: Literal["full", "partial"]
    rationale: Annotated[str, StringConstraints(min_length=MIN_RATIONALE)]
    residual: str = ""
    asks_for: Literal["presence", "absence"] = "presence"


class QuestionMapModel(_Model):
    """A map of one questionnaire."""

    questionnaire: Annotated[Format, Field(strict=False)]
    title: Text
    edition: Text
    entries: list[MapEntryModel]
    not_mapped: dict[str, Text] = Field(default_factory=dict)


class CompanionModel(_Model):
    """What a control is asked for together with."""

    controls: list[Text] = Field(min_length=1)
    reason: Text


class SynonymsModel(_Model):
    """Words of the field."""

    fillers: list[Text]
    groups: list[Annotated[list[Text], Field(min_length=1)]]
    companions: dict[str, CompanionModel] = Field(default_factory=dict)


def load_answering(workspace: Path, controls: Collection[str]) -> AnsweringContent:
    """What questions are matched with. Raises: InputError with every problem of every file."""
    content, problems = read_answering(workspace, controls)
    if problems:
        raise InputError(problems)
    return content


def read_answering(workspace: Path, controls: Collection[str]) -> tuple[AnsweringContent, list[Problem]]:
    """The same as far as it can be read, and every problem met."""
    maps: dict[Format, QuestionMap] = {}
    groups: tuple[tuple[str, ...], ...] = ()
    fillers: frozenset[str] = frozenset()
    companions: dict[ControlId, Companion] = {}
    problems: list[Problem] = []
    for name, path in sorted(_files(workspace).items()):
        document = located.read(path, name=f"{FOLDER}/{name}")
        if name == SYNONYMS:
            listed = parse_listed(document, SynonymsModel, {})
            if listed.model is not None:
                groups = _groups(document, listed.model)
                fillers = frozenset(word.lower() for word in listed.model.fillers)
                companions = _companions(document, listed.model, controls)
        else:
            parsed = parse_listed(document, QuestionMapModel, {"entries": MapEntryModel})
            if parsed.model is not None:
                if parsed.model.questionnaire in maps:
                    document.problem(("questionnaire",), f"{parsed.model.questionnaire!s} already has a map",
                                     fix="keep one file a questionnaire")  # fmt: skip
                maps.setdefault(parsed.model.questionnaire, _map(parsed, parsed.model, controls))
        problems += document.problems
    return AnsweringContent(maps, groups, fillers, companions), sorted(set(problems))


def _files(workspace: Path) -> dict[str, Path]:
    return {
        path.name: path
        for root in (shipped_root(), workspace)
        for path in sorted((root / FOLDER).glob("*.yaml"))
        if path.is_file() and not path.name.startswith(".")
    }


def _map(listed: Listed[QuestionMapModel], model: QuestionMapModel, controls: Collection[str]) -> QuestionMap:
    document = listed.document
    entries: dict[str, MapEntry] = {}
    for index, entry in zip(listed.kept["entries"], model.entries, strict=True):
        path: Path_ = ("entries", index)
        if entry.id in entries:
            document.problem((*path, "id"), f"{entry.id!r} is mapped twice", fix="keep one entry")
        if entry.id in model.not_mapped:
            document.problem((*path, "id"), f"{entry.id!r} is also under not_mapped", fix="keep one of the two")
        _known(document, (*path, "controls"), entry.controls, controls)
        if len(set(entry.controls)) < len(entry.controls):
            document.problem((*path, "controls"), f"{entry.id!r} names a control twice", fix="keep it once")
        if entry.relation == "partial" and not entry.residual:
            document.problem(path, f"{entry.id!r} is partial without a residual", fix="say what it leaves open")
        if entry.relation == "full" and entry.residual:
            document.problem((*path, "residual"), f"{entry.id!r} is full and leaves something open",
                             fix="make it partial, or take the residual away")  # fmt: skip
        entries.setdefault(entry.id, MapEntry(
            entry.id, entry.topic, tuple(ControlId(c) for c in entry.controls), entry.relation == "full",
            entry.rationale, entry.residual, entry.asks_for == "absence", document.place(path),
        ))  # fmt: skip
    return QuestionMap(model.questionnaire, model.title, model.edition, entries, model.not_mapped)


def _groups(document: Document, model: SynonymsModel) -> tuple[tuple[str, ...], ...]:
    """The groups in lower case; a word of two groups is a problem."""
    owner: dict[str, str] = {}
    for index, group in enumerate(model.groups):
        for position, word in enumerate(group):
            first = owner.setdefault(word.lower(), group[0])
            if first != group[0]:
                document.problem(("groups", index, position), f"{word!r} is a synonym of {first!r} already",
                                 fix="keep it in one group")  # fmt: skip
    return tuple(tuple(word.lower() for word in group) for group in model.groups)


def _companions(document: Document, model: SynonymsModel, controls: Collection[str]) -> dict[ControlId, Companion]:
    found = {}
    for name, entry in model.companions.items():
        _known(document, ("companions", name), [name], controls)
        _known(document, ("companions", name, "controls"), entry.controls, controls)
        found[ControlId(name)] = Companion(tuple(ControlId(c) for c in entry.controls), entry.reason)
    return found


def _known(document: Document, path: Path_, named: list[str], controls: Collection[str]) -> None:
    for position, control in enumerate(named):
        if control not in controls:
            near = nearest(control, controls)
            document.problem((*path, position), f"unknown common control {control!r}",
                             closest=repr(near) if near else "", fix="correct the id")  # fmt: skip
