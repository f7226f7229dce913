"""The shape of a record of evidence by people, and of the facts of each kind; meanings stand in `model/manual.py`."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Optional

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, create_model

from proveonce.content.schema import Date, Duration
from proveonce.kernel.canonical import MAX_SAFE_INTEGER
from proveonce.kernel.errors import UsageError
from proveonce.kernel.instants import parse_instant
from proveonce.model.manual import Conclusion, FactField, Kind
from proveonce.model.manual_fields import FIELDS

RECORD_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
MAX_WORDS = 10_000
_NAME = 200
_MANY = 1_000
"""Names in one list."""


def _is_an_instant(text: str) -> str:
    try:
        parse_instant(text)
    except UsageError as error:
        raise ValueError(f"{error.what}, such as 2026-11-24T09:30:00Z") from error
    return text


Name = Annotated[str, StringConstraints(min_length=1, max_length=_NAME, strip_whitespace=True)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=MAX_WORDS, strip_whitespace=True)]
Instant = Annotated[str, StringConstraints(max_length=40), AfterValidator(_is_an_instant)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AttachmentModel(_Entry):
    """An attachment."""

    file: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    title: Annotated[str, StringConstraints(max_length=_NAME)] = ""


class RecordModel(_Entry):
    """A record; its facts are parsed by the model of its kind."""

    id: Annotated[str, StringConstraints(pattern=RECORD_ID)]
    kind: Annotated[Kind, Field(strict=False)]
    controls: list[Name] = Field(min_length=1, max_length=_MANY)
    title: Name
    statement: Words
    conclusion: Annotated[Conclusion, Field(strict=False)]
    performed_on: Date
    recorded_at: Instant
    performed_by: Name
    reviewed_by: Name | None = None
    reviewed_on: Date | None = None
    recorded_by: Name | None = None
    valid_for: Duration | None = None
    attachments: list[AttachmentModel] = Field(default_factory=list, max_length=_MANY)
    facts: dict[str, Any] = Field(default_factory=dict)


_TYPES: dict[str, Any] = {
    "VARCHAR": Words,
    "DATE": Date,
    "BOOLEAN": bool,
    "BIGINT": Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)],
    "VARCHAR[]": Annotated[list[Name], Field(min_length=1, max_length=_MANY)],
}
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_COUNT = re.compile(r"[0-9]{1,15}")
_SEPARATOR = re.compile(r"[,;\s]+")


@cache
def facts_model(kind: Kind) -> type[BaseModel]:
    """The model of a kind's facts. Null says of an optional one that there is none."""
    fields: dict[str, Any] = {}
    for name, field in FIELDS[kind].items():
        type_: Any = Literal[field.choices] if field.choices else _TYPES[field.type]
        fields[name] = (type_, ...) if field.is_required else (Optional[type_], None)  # noqa: UP045 - not spelt, made
    return create_model(f"{kind}_facts", __base__=_Entry, **fields)


def fact_of(field: FactField, text: str) -> Any:
    """What a person's text says for a field; `none` of an optional one is None. Raises: ValueError saying what fits."""
    said = text.strip()
    if not field.is_required and said.casefold() == "none":
        return None
    if field.choices:
        return _choice(field, said)
    if field.type == "DATE":
        return day_of(said).isoformat()
    if field.type == "BOOLEAN":
        if said.casefold() not in _FLAGS:
            raise ValueError(f"{said[:40]!r} is neither yes nor no")
        return _FLAGS[said.casefold()]
    if field.type == "BIGINT":
        if not _COUNT.fullmatch(said):
            raise ValueError(f"{said[:40]!r} is no whole number: digits only")
        return int(said)
    if not said:
        raise ValueError("nothing is said")
    return [part for part in _SEPARATOR.split(said) if part] if field.type == "VARCHAR[]" else said


def _choice(field: FactField, said: str) -> str:
    wanted = said.casefold().replace(" ", "_")
    if wanted not in field.choices:
        raise ValueError(f"{said[:40]!r} is not one of {', '.join(field.choices)}")
    return wanted


def day_of(text: str) -> date:
    """The day written as 2026-11-24, and in no other way. Raises: ValueError."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{text[:40]!r} is no day: write it as 2026-11-24")
