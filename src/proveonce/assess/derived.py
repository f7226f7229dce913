"""Derived columns and child rows of a line of evidence; what was not read derives nothing, and says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from proveonce.derive import CHILDREN, COLUMNS, Underivable
from proveonce.model.evidence import ReadState
from proveonce.tables import schema
from proveonce.tables.spec import ITEM, Child, Table


def derive_columns(table: Table, line: dict[str, Any]) -> None:
    """Adds `derived` values and how each was read."""
    derived: dict[str, Any] = {}
    for rule in table.derived:
        states = [line["read"].get(fact, ReadState.ERROR) for fact in (ITEM, *rule.facts)]
        lost = next((state for state in states if not ReadState(state).is_read), None)
        if lost is not None:
            line["read"][rule.column] = lost
            continue
        try:
            derived[rule.column] = COLUMNS[rule.function](line)
            line["read"][rule.column] = str(ReadState.READ)
        except Underivable:
            line["read"][rule.column] = str(ReadState.ERROR)
    line["derived"] = derived


def derive_children(child: Child, line: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """A parent's child rows; one unread row where the parent's content is not read, or cannot be understood."""
    base = {key: line[key] for key in ("line", "resource", "region", "tags")}
    how = line["read"].get(ITEM, ReadState.ERROR)
    if not ReadState(how).is_read:
        return [{**base, "item": {}, "read": {ITEM: how}}]
    facts = schema.child_facts(child)
    read = {fact: line["read"][fact] for fact in facts if fact in line["read"]}
    try:
        if child.unnest:
            return [{**base, "read": read, **row} for row in _elements(child, line, read)]
        rows = list(CHILDREN[child.function](line))
    except Underivable:
        return [{**base, "item": {}, "read": {ITEM: str(ReadState.ERROR)}}]
    made = [{**base, "resource": row.get("resource", line["resource"]), "item": row, "read": read} for row in rows]
    lost = next((how for how in read.values() if not _is_known(how)), None)
    return made if lost is None else [*made, {**base, "item": {}, "read": {**read, ITEM: lost}}]  # it may hold any


def _is_known(how: str) -> bool:
    return ReadState(how).is_read or ReadState(how) is ReadState.NOT_NEEDED


def _elements(child: Child, line: Mapping[str, Any], read: Mapping[str, str]) -> list[dict[str, Any]]:
    """One row an element of the list; a detail that was not read may hold any, so it gives one unread row."""
    first, _, rest = child.unnest.partition(".")
    if not _is_known(read.get(first, ReadState.READ)):
        return [{"item": {}}]
    held: Any = line["details"].get(first) if first in read and first != ITEM else line["item"].get(first)
    for step in rest.split(".") if rest else []:
        held = held.get(step) if isinstance(held, Mapping) else None
    elements = held if isinstance(held, list) else [] if held is None else [held]
    carried = {name: line["item"].get(name) for name in child.carry}
    rows = [{**carried, **(element if isinstance(element, Mapping) else {"value": element})} for element in elements]
    return [
        {"item": row, **({"resource": str(row[child.resource])} if row.get(child.resource) else {})} for row in rows
    ]
