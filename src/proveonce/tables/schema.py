"""Typed schemas: an evidence table has AWS's own field names and types.

A column is an identity column of ours (lower case), a field of the item (AWS's name), a struct a
detail call fills, or a derived value. Each column belongs to one fact, which says how it was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from botocore.model import ListShape, MapShape, Shape, StructureShape

from proveonce.tables import models
from proveonce.tables.spec import ITEM, Call, Detail, Specs, Table, load_specs

IDENTITY: Mapping[str, str] = {
    "account_id": "VARCHAR",
    "region": "VARCHAR",
    "resource": "VARCHAR",
    "_tags": "MAP(VARCHAR, VARCHAR)",
    "out_of_scope": "VARCHAR[]",
    "_read": "MAP(VARCHAR, VARCHAR)",
    "_artefact": "VARCHAR",
    "_line": "BIGINT",
}
"""Columns of every table; they are always known."""

_SCALARS = {
    "string": "VARCHAR",
    "character": "VARCHAR",
    "integer": "BIGINT",
    "long": "BIGINT",
    "short": "BIGINT",
    "byte": "BIGINT",
    "boolean": "BOOLEAN",
    "float": "DOUBLE",
    "double": "DOUBLE",
    "bigdecimal": "DOUBLE",
    "biginteger": "VARCHAR",
    "timestamp": "TIMESTAMP",  # UTC
    "blob": "VARCHAR",  # base64
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an evidence table."""

    name: str
    type: str
    fact: str
    """`item`, a detail's name, a derived column's own name; empty for identity columns."""
    source: str
    """service:Operation, or `derived`."""


def quote(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def duckdb_type(shape: Shape) -> str:
    """The DuckDB type of a botocore shape; a recursive shape or a document becomes JSON."""
    if shape.type_name == "structure" and getattr(shape, "is_document_type", False):
        return "JSON"
    if models.is_recursive(shape):
        return "JSON"
    if isinstance(shape, StructureShape):
        members = ", ".join(f"{quote(name)} {duckdb_type(member)}" for name, member in shape.members.items())
        return f"STRUCT({members})" if members else "JSON"
    if isinstance(shape, ListShape):
        return f"{duckdb_type(shape.member)}[]"
    if isinstance(shape, MapShape):
        return f"MAP(VARCHAR, {duckdb_type(shape.value)})"
    return _SCALARS[shape.type_name]


def kept_members(call: Call, table: Table) -> dict[str, Shape]:
    """The item's members that become columns, in the model's order."""
    shape = models.item_shape(call.service, call.operation, table.items, table.inner)
    if isinstance(shape, StructureShape):
        return {name: member for name, member in shape.members.items() if name not in _envelope(table)}
    return {"value": shape}


def detail_members(call: Call, detail: Detail) -> dict[str, Shape]:
    """The members of a detail's answer that its struct holds."""
    members = models.output_members(call.service, detail.operation)
    return {name: members[name] for name in (detail.keep or members) if name in members}


def _envelope(table: Table) -> set[str]:
    """Paging members of a whole-answer item: they say nothing about the resource."""
    return {"NextToken", "Marker", "IsTruncated", "nextToken"} if table.items == "." else set()


@cache
def columns(table_name: str) -> tuple[Column, ...]:
    """The columns of a table, identity first. Raises: KeyError for an unknown table."""
    return tuple(_columns(load_specs(), table_name))


def _columns(specs: Specs, table_name: str) -> list[Column]:
    result = [Column(name, kind, "", "") for name, kind in IDENTITY.items()]
    if child := specs.children().get(table_name):
        return result + [Column(name, kind, ITEM, "derived") for name, kind in child.columns.items()]
    call, table = specs.tables()[table_name]
    result += [Column(name, duckdb_type(shape), ITEM, call.key) for name, shape in kept_members(call, table).items()]
    for detail in table.details:
        members = ", ".join(f"{quote(n)} {duckdb_type(s)}" for n, s in detail_members(call, detail).items())
        result.append(Column(detail.name, f"STRUCT({members})", detail.name, f"{call.service}:{detail.operation}"))
    result += [Column(d.column, d.type, d.column, "derived") for d in table.derived]
    return result


def facts_of(table_name: str, column: str) -> tuple[str, ...]:
    """The facts that a column rests on: its own, and for a derived one those it was computed from."""
    specs = load_specs()
    found = {c.name.lower(): c for c in columns(table_name)}.get(column.lower())
    if found is None or not found.fact:
        return ()
    if child := specs.children().get(table_name):
        return child.facts if ITEM in child.facts else (ITEM, *child.facts)
    _, table = specs.tables()[table_name]
    derived = next((d for d in table.derived if d.column == found.name), None)
    return (derived.column, *derived.facts) if derived else (found.fact,)


def create_table(table_name: str) -> str:
    """The CREATE TABLE statement of an empty table."""
    body = ", ".join(f"{quote(column.name)} {column.type}" for column in columns(table_name))
    return f"CREATE TABLE {quote(table_name)} ({body})"


def table_names() -> list[str]:
    """Every table, child tables included."""
    specs = load_specs()
    return sorted([*specs.tables(), *specs.children()])
