"""One row of evidence: the item and its details as AWS modelled them, and how each was read.

A line of an artefact is
`{"line", "resource", "region", "tags", "item", "details", "read": {"item", <detail>…}}`, and `asked`
for a listing asked once for each row of another. It is free of call ids and times, so that equal
data has equal digests.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from botocore.model import StructureShape

from proveonce.kernel.canonical import encode_text
from proveonce.model.evidence import ReadState
from proveonce.tables import models, schema
from proveonce.tables.fit import Fitter, Misfit
from proveonce.tables.spec import ITEM, Call, Detail, Table

Asked = Mapping[str, Any]
"""The parameters that an `each` listing was asked with; empty for any other."""


TAG_KEYS = ("Key", "key", "TagKey", "tagKey")
TAG_VALUES = ("Value", "value", "TagValue", "tagValue")


def dig(value: Any, path: str) -> Any:
    """The value at a dotted path, a number for an element of a list; None where a step is missing."""
    for step in path.split("."):
        if isinstance(value, list) and step.isdecimal():
            value = value[int(step)] if int(step) < len(value) else None
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            return None
    return value


def filled(value: Any, account: str) -> Any:
    """Parameters of a spec with the account for `{account}`."""
    if isinstance(value, Mapping):
        return {key: filled(item, account) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, account) for item in value]
    return value.replace("{account}", account) if isinstance(value, str) else value


def told(path: str, item: Any, asked: Asked) -> Any:
    """What an item, or the question it answers, tells at `path`: an item that is no structure is its own `value`."""
    if path.startswith(f"{schema.ASKED}."):
        return dig(asked, path.partition(".")[2])
    return dig(item if isinstance(item, Mapping) else {"value": item}, path)


class RowBuilder:
    """Builds the rows of one table in one account and region."""

    def __init__(self, call: Call, table: Table, fitter: Fitter, *, account: str, region: str, partition: str) -> None:
        self._table = table
        self._fitter = fitter
        self._place = {"account": account, "region": region, "partition": partition}
        self._shape = models.item_shape(call.service, call.operation, table.items, table.inner)
        self._members = schema.kept_members(call, table)
        self._details = {detail.name: schema.detail_members(call, detail) for detail in table.details}

    def absent(self, line: int) -> dict[str, Any]:
        """The one row that stands for what AWS says does not exist."""
        return self._line(line, {}, {ITEM: ReadState.ABSENT}, {})

    def row(
        self, line: int, item: Any, answers: Mapping[str, tuple[ReadState, Any]], asked: Asked = MappingProxyType({})
    ) -> dict[str, Any]:
        """The row of an item; quarantined in its raw form where the item does not fit."""
        try:
            fitted = self._fit_item(item)
        except Misfit as misfit:
            row = self._line(line, {}, {ITEM: ReadState.QUARANTINED}, asked)
            return {**row, "resource": self._resource(item, asked), "raw": self._raw(item), "misfit": str(misfit)}
        row = self._line(line, fitted, {ITEM: ReadState.READ}, asked)
        for detail in self._table.details:
            self.set_detail(row, detail, *answers[detail.name])
        self.place(row)
        return row

    def place(self, row: dict[str, Any]) -> None:
        """Puts on the row what its item and details tell of it: its region and its tags."""
        row["region"] = self._region(row)
        row["tags"] = self._tags(row)

    def set_detail(self, row: dict[str, Any], detail: Detail, state: ReadState, value: Any) -> None:
        """Puts a detail's answer and state on the row."""
        if state is ReadState.READ:
            try:
                row["details"][detail.name] = self._fitter.fit_members(value, self._details[detail.name])
            except Misfit as misfit:
                state = ReadState.QUARANTINED
                row.setdefault("raw_details", {})[detail.name] = self._fitter.raw(value, self._details[detail.name])
                row["misfit"] = str(misfit)
        row["read"][detail.name] = str(state)

    def _line(self, line: int, item: Any, read: Mapping[str, ReadState], asked: Asked) -> dict[str, Any]:
        return {
            "line": line,
            "resource": self._resource(item, asked),
            "region": self._place["region"],
            "tags": {},
            "item": item,
            "details": {},
            "read": {name: str(state) for name, state in read.items()},
            **({schema.ASKED: dict(asked)} if asked else {}),
        }

    def _raw(self, item: Any) -> Any:
        return self._fitter.raw(item, self._members if isinstance(self._shape, StructureShape) else None)

    def _fit_item(self, item: Any) -> dict[str, Any]:
        if isinstance(self._shape, StructureShape):
            if not isinstance(item, Mapping):
                raise Misfit(self._shape.name, "structure", item)
            return self._fitter.fit_members(item, self._members)
        return {"value": self._fitter.fit(item, self._shape)}

    def _resource(self, item: Any, asked: Asked) -> str:
        template = self._table.resource
        fields = {**asked, **(item if isinstance(item, Mapping) else {"value": item})}
        if "{" not in template:
            return encode_text(str(fields.get(template, "")))
        return encode_text(template.format_map(_Fields({**self._place, **fields})))

    def _region(self, row: Mapping[str, Any]) -> str:
        rule = self._table.region_of
        if rule is None:
            return self._place["region"]
        if found := row["item"].get(rule.field):
            return str(found)
        if row["read"].get(rule.detail) != ReadState.READ:
            return self._place["region"]
        found = str(dig(row["details"][rule.detail], rule.path) or rule.default)
        return rule.aliases.get(found, found)

    def _tags(self, row: Mapping[str, Any]) -> dict[str, str]:
        if not self._table.tags:
            return {}
        found = dig(row["item"], self._table.tags)
        if found is None:
            found = dig(row["details"], self._table.tags)
        if isinstance(found, Mapping):
            return {str(key): str(value) for key, value in found.items()}
        if not isinstance(found, list):
            return {}
        return dict(_tag(tag) for tag in found)


def _tag(tag: Mapping[str, Any]) -> tuple[str, str]:
    """Key and value of a tag, under the names that AWS's services give them."""
    key = next((tag[name] for name in TAG_KEYS if name in tag), "")
    value = next((tag[name] for name in TAG_VALUES if name in tag), "")
    return str(key), str(value)


class _Fields(dict[str, Any]):
    """Fields of an item for a template; one that is missing shows as `-`."""

    def __missing__(self, key: str) -> str:
        return "-"
