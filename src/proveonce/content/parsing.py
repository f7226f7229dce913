"""A located document through a pydantic model, its errors turned into problems at their place."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from proveonce.kernel.located import Document, Path_
from proveonce.kernel.naming import nearest

M = TypeVar("M", bound=BaseModel)


def parse_model(document: Document, model: type[M]) -> M | None:
    """The document as `model`, or None with the reasons noted on the document."""
    if document.value is None:
        if not document.problems:
            document.problem((), "the file is empty", fix="fill it, or delete it")
        return None
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _note(document, model, detail)
    return None


def _note(document: Document, model: type[BaseModel], detail: ErrorDetails) -> None:
    path = _path_in(document.value, detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        name = str(detail["loc"][-1])
        near = nearest(name, _fields_at(model, detail["loc"][:-1]))
        place = document.key_place(path)
        document.problem(path, f"unknown key {name!r}", closest=repr(near) if near else "", fix="correct or remove it")
        last = document.problems[-1]
        document.problems[-1] = type(last)(last.file, place.line, place.column, last.what, last.closest, last.fix)
    elif kind == "missing":
        document.problem(path, f"{detail['loc'][-1]!r} is missing", fix="add it")
    elif kind in ("enum", "literal_error"):
        valid = [v.strip(" '") for v in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
        near = nearest(str(detail["input"]), valid)
        document.problem(
            path, f"{detail['input']!r} is not one of {', '.join(valid)}", closest=repr(near) if near else ""
        )
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


def _fields_at(model: Any, location: tuple[int | str, ...]) -> list[str]:
    """The field names valid at `location` below `model`."""
    for step in location:
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
        if isinstance(step, str) and step in model.model_fields:
            annotation = model.model_fields[step].annotation
            arguments = [a for a in getattr(annotation, "__args__", ()) if isinstance(a, type)]
            model = next(
                (a for a in (annotation, *arguments) if isinstance(a, type) and issubclass(a, BaseModel)), None
            )
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - a line's worth
