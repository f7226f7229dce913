"""A located document through a pydantic model, its errors turned into problems at their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from proveonce.kernel.located import Document, Path_
from proveonce.kernel.naming import nearest

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Listed(Generic[M]):
    """A file of entries, each parsed by itself, so that one bad entry hides no other problem."""

    document: Document
    model: M | None
    """Without its bad entries; None when the file itself is bad."""
    kept: Mapping[str, list[int]] = field(default_factory=dict)
    """List → for each entry of the model, its index in the file."""

    def ids(self, name: str) -> list[str]:
        """The ids of every entry of that list, those of bad entries included."""
        entries = self.document.value.get(name) if isinstance(self.document.value, dict) else None
        found = [entry.get("id") for entry in entries or [] if isinstance(entry, dict)]
        return [identifier for identifier in found if isinstance(identifier, str)]


def parse_model(document: Document, model: type[M]) -> M | None:
    """The document as `model`, or None with the reasons noted on the document."""
    return None if _is_empty(document) else validate(document, model, document.value)


def parse_listed(document: Document, model: type[M], lists: Mapping[str, type[BaseModel]]) -> Listed[M]:
    """The document as `model`, the entries of `lists` parsed one by one."""
    if _is_empty(document):
        return Listed(document, None)
    if not isinstance(document.value, dict):
        return Listed(document, validate(document, model, document.value))
    value, kept = dict(document.value), {}
    for name, entry_model in lists.items():
        entries = value.get(name)
        if isinstance(entries, list):
            kept[name] = [
                index
                for index, entry in enumerate(entries)
                if validate(document, entry_model, entry, (name, index)) is not None
            ]
            value[name] = [entries[index] for index in kept[name]]
    emptied = {name for name, indices in kept.items() if not indices and document.value[name]}
    return Listed(document, validate(document, model, value, emptied=emptied), kept)


def _is_empty(document: Document) -> bool:
    if document.value is None and not document.problems:
        document.problem((), "the file is empty", fix="fill it, or delete it")
    return document.value is None


def validate(
    document: Document, model: type[M], value: Any, prefix: Path_ = (), *, emptied: set[str] | None = None
) -> M | None:
    """`value`, which stands at `prefix`, as `model`, or None with the reasons noted on the document.

    `emptied` names lists whose entries were all bad, which is noted already.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if not (emptied and detail["type"] == "too_short" and detail["loc"][0] in emptied):
                _note(document, model, value, prefix, detail)
    return None


def note_unknown(document: Document, path: Path_, what: str, name: str, valid: Iterable[str]) -> None:
    """Notes at `path` that `name` is none of the `valid` ones."""
    near = nearest(name, valid)
    document.problem(path, f"unknown {what} {name!r}", closest=repr(near) if near else "", fix="correct the id")


def _note(document: Document, model: type[BaseModel], value: Any, prefix: Path_, detail: ErrorDetails) -> None:
    path = (*prefix, *_path_in(value, detail["loc"]))
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        name = str(detail["loc"][-1])
        near = nearest(name, _fields_at(model, detail["loc"][:-1]))
        closest = repr(near) if near else ""
        document.problem(path, f"unknown key {name!r}", closest=closest, fix="correct or remove it", at_key=True)
    elif kind == "missing":
        document.problem(path, f"{detail['loc'][-1]!r} is missing", fix="add it")
    elif kind in ("enum", "literal_error"):
        valid = [v.strip(" '") for v in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
        near = nearest(str(detail["input"]), valid)
        document.problem(path, f"{detail['input']!r} is not one of {', '.join(valid)}",
                         closest=repr(near) if near else "", at_key=detail["loc"][-1] == "[key]")  # fmt: skip
    elif kind == "string_pattern_mismatch":
        document.problem(path, f"{detail['input']!r} does not have the form {context.get('pattern')}")
    else:
        document.problem(path, f"{detail['msg'][0].lower()}{detail['msg'][1:]} (found {_shown(detail['input'])})")


def _path_in(value: Any, location: tuple[int | str, ...]) -> Path_:
    """The longest prefix of `location` that is a path into `value`, pydantic's own tags left out."""
    path: list[str | int] = []
    for step in location:
        in_mapping = isinstance(value, dict) and step in value
        in_list = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if in_mapping or in_list:
            value = value[step]
            path.append(step)
    return tuple(path)


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The field names valid at `location` below `model`."""
    models = [model]
    for step in location:
        found = [m.model_fields[step].annotation for m in models if isinstance(step, str) and step in m.model_fields]
        models = [inner for annotation in found for inner in _models_in(annotation)] if found else models
    return [name for m in models for name in m.model_fields]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - a line's worth
