"""Typed schemas: an evidence table has AWS's own field names and types.

A column is an identity column of ours (lower case), a field of the item (AWS's name), a struct a
detail call fills, or a derived value. Each column belongs to one fact, which says how it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from functools import cache

from botocore.model import ListShape, MapShape, Shape, StructureShape

from proveonce.kernel.remembered import remembered
from proveonce.tables import imported, manual, models
from proveonce.tables.spec import ITEM, Call, Child, Detail, Specs, Table, load_specs

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

ASKED = "asked"
"""Column of an `each` listing's tables: the parameters the row's listing was asked with."""

_GIANT = 20_000
"""Characters of a type that DuckDB would take hundreds of megabytes to read (securityhub's ResourceDetails)."""

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
    field: str = ""
    """AWS's name, where the column's differs."""

    @property
    def key(self) -> str:
        """Its name in a row of evidence."""
        return self.field or self.name


def quote(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def duckdb_type(shape: Shape, name: str = "") -> str:
    """The DuckDB type of a botocore shape, that of the member `name`; a recursive shape, document or giant is JSON.

    What AWS marks sensitive is text: a commitment stands in its place. Settings keep their own type with texts.
    """
    return _duckdb_type(shape, is_settings=models.are_settings(name, shape))


def _duckdb_type(shape: Shape, *, is_settings: bool) -> str:
    if not is_settings and models.is_sensitive(shape):
        return "VARCHAR"
    if shape.type_name == "structure" and getattr(shape, "is_document_type", False):
        return "JSON"
    if models.is_recursive(shape):
        return "JSON"
    if isinstance(shape, StructureShape):
        members = ", ".join(
            f"{quote(name)} {_duckdb_type(member, is_settings=is_settings or models.are_settings(name, member))}"
            for name, member in shape.members.items()
        )
        return f"STRUCT({members})" if 0 < len(members) < _GIANT else "JSON"
    if isinstance(shape, ListShape):
        return f"{_duckdb_type(shape.member, is_settings=is_settings)}[]"
    if isinstance(shape, MapShape):
        return f"MAP(VARCHAR, {_duckdb_type(shape.value, is_settings=is_settings)})"
    return "VARCHAR" if is_settings else _SCALARS[shape.type_name]


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


def asked_members(call: Call) -> dict[str, Shape]:
    """The parameters that tell one question of an `each` listing from another; lists of a batch are not kept."""
    if call.each is None:
        return {}
    members = models.input_members(call.service, call.operation)
    return {name: members[name] for name in call.each.params if not isinstance(members[name], ListShape)}


def _envelope(table: Table) -> set[str]:
    """Paging members of a whole-answer item: they say nothing about the resource."""
    return {"NextToken", "Marker", "IsTruncated", "nextToken"} if table.items == "." else set()


@cache
def columns(table_name: str) -> tuple[Column, ...]:
    """The columns of a table, identity first. Raises: KeyError for an unknown table."""
    return _stored_columns().get(table_name) or tuple(_columns(load_specs(), table_name))


@cache
def _stored_columns() -> Mapping[str, tuple[Column, ...]]:
    """Table → its columns, without the views of an assessment.

    Remembered, because AWS's models of every service take seconds and hundreds of megabytes to read.
    """
    specs = load_specs()
    facts = {"specs": specs.digest, "models": models.identity()}
    made = remembered("columns", facts, lambda: {
        name: [astuple(column) for column in _columns(specs, name)] for name in table_names()
    })  # fmt: skip
    return {name: tuple(Column(*column) for column in listed) for name, listed in made.items()}


def _columns(specs: Specs, table_name: str) -> list[Column]:
    result = [Column(name, kind, "", "") for name, kind in IDENTITY.items()]
    if (ours := imported.columns_of(table_name)) is not None:
        is_record = imported.is_record(table_name)  # its columns are read one by one: a person's table has some of them
        return result + [
            Column(name, kind, name, "imported") if is_record else _field(name, kind, "imported")
            for name, kind in ours.items()
        ]
    if (ours := manual.columns_of(table_name)) is not None:  # what a kind adds is told or left out, field by field
        return result + [
            Column(name, kind, ITEM if name in manual.COLUMNS else name, "by people") for name, kind in ours.items()
        ]
    if child := specs.children().get(table_name):
        return result + [_field(name, kind, "derived") for name, kind in child_columns(specs, child).items()]
    call, table = specs.tables()[table_name]
    if asked := asked_members(call):
        members = ", ".join(f"{quote(n)} {duckdb_type(s, n)}" for n, s in asked.items())
        result.append(Column(ASKED, f"STRUCT({members})", "", ""))
    result += [_field(name, duckdb_type(shape, name), call.key) for name, shape in kept_members(call, table).items()]
    for detail in table.details:
        members = ", ".join(f"{quote(n)} {duckdb_type(s, n)}" for n, s in detail_members(call, detail).items())
        result.append(Column(detail.name, f"STRUCT({members})", detail.name, f"{call.service}:{detail.operation}"))
    result += [Column(d.column, d.type, d.column, "derived") for d in table.derived]
    return result


def child_columns(specs: Specs, child: Child) -> dict[str, str]:
    """Column → DuckDB type of a child table, identity aside."""
    if not child.unnest:
        return dict(child.columns)
    call, table = specs.tables()[child.parents[0]]
    item = kept_members(call, table)
    shape = _at(call, table, child.unnest)
    element = shape.member if isinstance(shape, ListShape) else shape
    members = element.members if isinstance(element, StructureShape) else {"value": element}
    return {
        name: duckdb_type(member, name) for name, member in ({n: item[n] for n in child.carry} | dict(members)).items()
    }


def _at(call: Call, table: Table, path: str) -> Shape:
    """The shape at a dotted path into a row. Raises: KeyError where AWS's model has no such member."""
    first, *rest = path.split(".")
    detail = table.detail(first)
    members = detail_members(call, detail) if detail else kept_members(call, table)
    steps = rest if detail else [first, *rest]
    shape = members[steps[0]]
    for step in steps[1:]:
        shape = _member(shape, step)
    return shape


def _member(shape: Shape, name: str) -> Shape:
    if not isinstance(shape, StructureShape) or name not in shape.members:
        raise KeyError(name)
    return shape.members[name]


def _field(name: str, kind: str, source: str) -> Column:
    """The column of a field; SQL knows no case, so `Region` beside our `region` is called `Region_`."""
    if name.lower() in IDENTITY:
        return Column(f"{name}_", kind, ITEM, source, name)
    return Column(name, kind, ITEM, source)


def facts_of(table_name: str, column: str) -> tuple[str, ...]:
    """The facts that a column rests on: its own, and for a derived one those it was computed from."""
    specs = load_specs()
    found = {c.name.lower(): c for c in columns(table_name)}.get(column.lower())
    if found is None or not found.fact:
        return ()
    if imported.is_imported(table_name) or manual.is_manual(table_name):
        return (found.fact,)
    if child := specs.children().get(table_name):
        facts = child_facts(child)
        return facts if ITEM in facts else (ITEM, *facts)
    _, table = specs.tables()[table_name]
    derived = next((d for d in table.derived if d.column == found.name), None)
    return (derived.column, *derived.facts) if derived else (found.fact,)


def child_facts(child: Child) -> tuple[str, ...]:
    """The parent's facts that a child's rows rest on."""
    if not child.unnest:
        return child.facts
    _, table = load_specs().tables()[child.parents[0]]
    detail = table.detail(child.unnest.partition(".")[0])
    return (ITEM, detail.name) if detail else (ITEM,)


def create_table(table_name: str, some: Iterable[Column] | None = None) -> str:
    """The CREATE TABLE statement of an empty table, of all its columns or some."""
    body = ", ".join(f"{quote(column.name)} {column.type}" for column in (some or columns(table_name)))
    return f"CREATE TABLE {quote(table_name)} ({body})"


def table_names() -> list[str]:
    """Every table, child tables and those that imports and records fill included."""
    specs = load_specs()
    return sorted([*specs.tables(), *specs.children(), *imported.stored_tables(), *manual.stored_tables()])
