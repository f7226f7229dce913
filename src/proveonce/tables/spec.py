"""Collector specs: one call, one or more tables from its answer. Data, read from `tables/aws/*.yaml`.

A spec says what is asked and what the answer means; it never says how it is judged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from importlib import resources
from typing import Any

from proveonce.kernel import canonical, located
from proveonce.kernel.errors import InputError

ITEM = "item"
"""Name of the fact that the listing itself gives."""


class Scope(StrEnum):
    """Where a listing is asked."""

    REGIONAL = "regional"
    GLOBAL = "global"
    ORGANIZATION = "organization"
    """Once a run, of the account that sees the whole AWS organisation."""

    @property
    def place(self) -> str:
        """The region its rows carry; empty where each region is asked."""
        return "" if self is Scope.REGIONAL else str(self)


@dataclass(frozen=True, slots=True)
class Detail:
    """A call made for each item of a listing; one fact of the row, one struct column."""

    name: str
    operation: str
    params: Mapping[str, str]
    """API parameter → field of the item, dotted, or `asked.` and a parameter that the listing was asked with."""
    keep: tuple[str, ...] = ()
    """Top-level members kept; empty keeps all that AWS models."""
    absent: tuple[str, ...] = ()
    """Error codes by which AWS says that there is none; `Code: words` only where its message has the words."""
    only_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field, dotted → values for which the call is made; `[]` means: only where the field is missing; `{account}` is
    replaced. A field of a detail above is `<detail>.…`: where that was not read, the call is made."""
    unless: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    """As `only_when`, null for a missing field: where all of it was read and holds, AWS's documentation says that there
    is none, and the fact is absent without a call."""
    constants: Mapping[str, Any] = field(default_factory=dict)
    """API parameters that are the same for each item; `{account}` is replaced."""


@dataclass(frozen=True, slots=True)
class RegionOf:
    """How a globally listed item tells the region it lives in."""

    field: str
    detail: str
    path: str
    default: str
    aliases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Derived:
    """A column computed by a pure function of `derive` from facts of the same row."""

    column: str
    type: str
    """DuckDB type."""
    function: str
    """Name in `derive.columns`."""
    facts: tuple[str, ...]
    """Facts it reads; unread ones make it unread."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table filled from an answer."""

    name: str
    items: str
    """Member that lists the items, dotted; `.` takes the whole answer as one item."""
    resource: str
    """A field that holds the ARN or id, or a template over fields, {partition}, {region}, {account}."""
    title: str
    details: tuple[Detail, ...] = ()
    derived: tuple[Derived, ...] = ()
    when_omitted: Mapping[str, str] = field(default_factory=dict)
    """Column → SQL literal that an omitted field of a fully read item means, by AWS's documentation."""
    region_of: RegionOf | None = None
    tags: str = ""
    """Field or detail path that lists the item's tags."""
    inner: str = ""
    """Nested list flattened into the items: Reservations[].Instances."""

    def detail(self, name: str) -> Detail | None:
        """The detail call of that name."""
        return next((detail for detail in self.details if detail.name == name), None)


@dataclass(frozen=True, slots=True)
class Prepare:
    """A call that must answer `value` in `member` before the listing is asked."""

    operation: str
    member: str
    value: str


@dataclass(frozen=True, slots=True)
class Each:
    """A listing asked once for each row of another listing of the same service, account and region."""

    table: str
    """The other listing's table."""
    params: Mapping[str, str]
    """API parameter → where the row has it: a field, dotted; `<detail>.…`; or `asked.…`. A row without it is not asked
    for. A parameter that AWS models as a list takes one value of each of `batch` rows."""
    batch: int = 1
    """How many rows one call may name."""
    only_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of which rows the call is made, as for details."""
    is_switch: bool = False
    """Whether those rows say that the service is on: where none is to be asked for, the ledger says `not_enabled`."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One listing."""

    service: str
    """botocore's service name."""
    operation: str
    scope: Scope
    tables: tuple[Table, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    """`{account}` is replaced."""
    absent: tuple[str, ...] = ()
    """Codes by which AWS says that there is none, as for details: one row, every field absent; no row for `each`."""
    prepare: Prepare | None = None
    each: Each | None = None
    endpoint_region: str = ""
    """Where a global service answers, when not where the partition's global services do."""

    @property
    def key(self) -> str:
        """`service:Operation`."""
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class Child:
    """A table made of its parents' rows: by a pure function of `derive`, or one row for each element of a list."""

    name: str
    title: str
    parents: tuple[str, ...]
    function: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column → DuckDB type, of what the function gives."""
    facts: tuple[str, ...] = (ITEM,)
    unnest: str = ""
    """Instead of a function: where the one parent's rows hold the list, dotted, a detail's name first where a detail
    holds it. Its columns are the fields of an element (`value` where it is none), with AWS's names and types."""
    carry: tuple[str, ...] = ()
    """Fields of the parent's item that each row of `unnest` carries along."""
    resource: str = ""
    """Field of an element that names it; without one, rows are named as their parent is."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service file."""

    name: str
    per_second: float
    calls: tuple[Call, ...]
    children: tuple[Child, ...]


@dataclass(frozen=True)
class Specs:
    """Every spec."""

    services: tuple[Service, ...]
    digest: str

    @property
    def calls(self) -> list[Call]:
        """Every listing, by service file and order in it."""
        return [call for service in self.services for call in service.calls]

    def per_second(self, call: Call) -> float:
        """Calls a second of its service that AWS is known to bear."""
        return next(service.per_second for service in self.services if service.name == call.service)

    def needed(self, *, services: Collection[str] = (), tables: Iterable[str] | None = None) -> list[Call]:
        """The listings of `services` (empty: every one) that fill `tables` (None: every one), a parent before its own.

        A listing that asks for each row of another brings that one along.
        """
        wanted = None if tables is None else {call for name in tables for call, _ in self.sources(name)}
        named = [
            call
            for call in self.calls
            if (not services or call.service in services) and (wanted is None or call in wanted)
        ]
        return list(dict.fromkeys(needed for call in named for needed in (*self.parents(call), call)))

    def parents(self, call: Call) -> list[Call]:
        """The listings whose rows `call` needs, the first asked first."""
        if call.each is None:
            return []
        parent, _ = self.tables()[call.each.table]
        return [*self.parents(parent), parent]

    def tables(self) -> Mapping[str, tuple[Call, Table]]:
        """Table name → its listing and itself."""
        return self._tables

    def children(self) -> Mapping[str, Child]:
        """Child table name → itself."""
        return self._children

    @cached_property
    def _tables(self) -> dict[str, tuple[Call, Table]]:
        return {table.name: (call, table) for call in self.calls for table in call.tables}

    @cached_property
    def _children(self) -> dict[str, Child]:
        return {child.name: child for service in self.services for child in service.children}

    def sources(self, table: str) -> list[tuple[Call, Table]]:
        """The listings behind `table`: its own, or its parents' for a child."""
        tables, children = self.tables(), self.children()
        if table in tables:
            return [tables[table]]
        return [tables[parent] for parent in children[table].parents] if table in children else []


def operations_of(calls: Iterable[Call]) -> set[tuple[str, str]]:
    """(service, operation) of every call that listings make, details and preparations included."""
    found: set[tuple[str, str]] = set()
    for call in calls:
        found.add((call.service, call.operation))
        if call.prepare:
            found.add((call.service, call.prepare.operation))
        found |= {(call.service, detail.operation) for table in call.tables for detail in table.details}
    return found


@cache
def load_specs() -> Specs:
    """The specs that the package ships.

    Raises: InputError on a malformed file; a meta-test holds every name to botocore's models.
    """
    services: list[Service] = []
    sources: dict[str, str] = {}
    folder = resources.files("proveonce.tables") / "aws"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".yaml"):
            continue
        text = entry.read_text(encoding="utf-8")
        document = located.parse(text, f"tables/aws/{entry.name}")
        if document.problems:
            raise InputError(document.problems)
        sources[entry.name] = text
        services.append(_service(document.value))
    return Specs(tuple(services), canonical.digest(canonical.canonical(sources)))


def spec_files() -> dict[str, bytes]:
    """The spec files exactly as used, by package path."""
    folder = resources.files("proveonce.tables") / "aws"
    return {
        f"tables/aws/{entry.name}": entry.read_bytes()
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".yaml")
    }


def _service(value: dict[str, Any]) -> Service:
    name = value["service"]
    return Service(
        name=name,
        per_second=float(value["per_second"]),
        calls=tuple(_call(name, call) for call in value["calls"]),
        children=tuple(
            Child(
                c["name"], c["title"], tuple(c["parents"]), c.get("function", ""), c.get("columns", {}),
                tuple(c.get("facts", [ITEM])), c.get("unnest", ""), tuple(c.get("carry", [])), c.get("resource", ""),
            )
            for c in value.get("children", [])
        ),
    )  # fmt: skip


def _call(service: str, value: dict[str, Any]) -> Call:
    prepare, each = value.get("prepare"), value.get("each")
    return Call(
        service=service,
        operation=value["operation"],
        scope=Scope(value["scope"]),
        tables=tuple(_table(table) for table in value["tables"]),
        params=value.get("params", {}),
        absent=tuple(value.get("absent", [])),
        prepare=Prepare(**prepare) if prepare else None,
        endpoint_region=value.get("endpoint_region", ""),
        each=Each(
            table=each["table"],
            params=each["params"],
            batch=each.get("batch", 1),
            only_when=_conditions(each, "only_when"),
            is_switch=each.get("is_switch", False),
        ) if each else None,
    )  # fmt: skip


def _table(value: dict[str, Any]) -> Table:
    region_of = value.get("region_of")
    return Table(
        name=value["name"],
        items=value["items"],
        resource=value["resource"],
        title=value["title"],
        details=tuple(_detail(name, detail) for name, detail in value.get("details", {}).items()),
        derived=tuple(
            Derived(column, d["type"], d["function"], tuple(d["facts"]))
            for column, d in value.get("derived", {}).items()
        ),
        when_omitted={column: str(literal) for column, literal in value.get("when_omitted", {}).items()},
        region_of=RegionOf(**region_of) if region_of else None,
        tags=value.get("tags", ""),
        inner=value.get("inner", ""),
    )


def _detail(name: str, value: dict[str, Any]) -> Detail:
    return Detail(
        name=name,
        operation=value["operation"],
        params=value["params"],
        keep=tuple(value.get("keep", [])),
        absent=tuple(value.get("absent", [])),
        only_when=_conditions(value, "only_when"),
        unless=_conditions(value, "unless"),
        constants=value.get("constants", {}),
    )


def _conditions(value: Mapping[str, Any], key: str) -> dict[str, tuple[str, ...]]:
    return {path: tuple(values) for path, values in value.get(key, {}).items()}
