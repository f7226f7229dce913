"""Lint: every check is bound against empty typed tables, and held to what a check may be.

A check that lints can be run on any evidence; one that does not is a problem of content, at its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import duckdb

from proveonce.assess.compose import MACROS, Composed, compose, is_regional
from proveonce.assess.expression import Expression, SyntaxProblem
from proveonce.kernel.errors import Problem
from proveonce.kernel.naming import nearest
from proveonce.model.check import Check
from proveonce.tables import schema
from proveonce.tables.imported import RESULT, is_imported
from proveonce.tables.manual import ON_RECORD, is_view
from proveonce.tables.spec import Specs, load_specs

_CLOCK = re.compile(r"\bcurrent_(date|time|timestamp)\b|\blocaltime", re.IGNORECASE)

PARAMETERS = ("as_of", "period_start", "period_end")
_PARAMETER = re.compile(rf"\$({'|'.join(PARAMETERS)})\b")

FUNCTIONS = frozenset({
    "!~~", "!~~*", "*", "+", "-", "/", "^@", "abs", "add", "array_contains", "array_extract", "cardinality",
    "coalesce", "contains", "date_diff", "date_trunc", "datediff", "element_at", "ends_with", "greatest", "if",
    "ilike_escape", "json_extract_string", "least", "len", "length", "like_escape", "list_aggregate",
    "list_any_value", "list_apply", "list_bool_and", "list_bool_or", "list_concat", "list_contains",
    "list_distinct", "list_element", "list_extract", "list_filter", "list_has", "list_has_all", "list_has_any",
    "list_max", "list_min", "list_sort", "list_transform", "list_value", "lower", "map_contains", "map_extract",
    "map_extract_value", "map_keys", "map_values", "multiply", "nullif", "prefix", "regexp_extract",
    "regexp_full_match", "regexp_matches", "replace", "row", "split", "split_part", "starts_with",
    "string_split", "struct_extract", "struct_pack", "substring", "subtract", "suffix", "to_days", "to_hours",
    "to_minutes", "trim", "trunc", "try_cast", "upper", "~~", "~~*", "~~~",
})  # fmt: skip
"""Functions a check may call: pure and deterministic. Clock, random, sequences and files are not among them."""


class Workbench:
    """A DuckDB session with every table typed and empty."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("set timezone = 'UTC'") if _has_icu(self.connection) else None
        for statement in MACROS:
            self.connection.execute(statement)
        for name in schema.table_names():
            self.connection.execute(schema.create_table(name))
        self.connection.execute(COVERAGE_TABLE)
        self.connection.execute(UNPLANNED_TABLE)
        self.connection.execute("set enable_external_access = false")
        self._specs = load_specs()
        self._found: dict[Check, list[Problem]] = {}

    def lint(self, checks: Iterable[Check]) -> list[Problem]:
        """Every problem of every check; a check that was looked at before is not looked at again."""
        return [problem for check in checks for problem in self._problems(check)]

    def _problems(self, check: Check) -> list[Problem]:
        if check not in self._found:
            self._found[check] = self._lint(check)
        return self._found[check]

    def _lint(self, check: Check) -> list[Problem]:
        names = schema.table_names()
        if check.population not in names and (source := _source_of_view(check.population)):
            self.connection.execute(f"create view if not exists {check.population} as select * from {source}")
        elif check.population not in names:
            near = nearest(check.population, names)
            return [_problem(check, f"unknown table {check.population!r}", closest=near or "", fix="name a table")]
        try:
            composed = compose(check)
        except SyntaxProblem as problem:
            return [_problem(check, str(problem), fix="mend the predicate")]
        except KeyError as error:
            near = nearest(str(error.args[0]), names)
            return [_problem(check, f"unknown table {error}", closest=near or "", fix="name a table")]
        problems = [
            *_unknown_columns(check, composed),
            *_functions(check, composed),
            *_needs(check, composed, self._specs),
            *_relations(check, composed),
        ]
        return problems or self._bind(check, composed)

    def _bind(self, check: Check, composed: Composed) -> list[Problem]:
        predicates = {"applies_when": composed.applies, "passes_when": composed.passes}
        try:
            self.connection.sql(_filled(composed.sql))  # binds, and no more
            kinds = {name: self._type(check, e) for name, e in predicates.items() if e is not None}
        except duckdb.Error as error:
            return [_problem(check, f"does not bind: {str(error).split(chr(10))[0]}", fix="mend the predicate")]
        return [
            _problem(check, f"{name} is {kind}, no boolean", fix="state a condition")
            for name, kind in kinds.items()
            if kind != "BOOLEAN"
        ]

    def _type(self, check: Check, expression: Expression) -> str:
        return str(self.connection.sql(_filled(f"select ({expression.text}) from {check.population} this")).types[0])


def _filled(sql: str) -> str:
    """With an instant for each parameter: DuckDB binds without executing only what has none."""
    return _PARAMETER.sub("'2026-01-01'", sql)


@cache
def workbench() -> Workbench:
    """The session of this process."""
    return Workbench()


def _source_of_view(population: str) -> str:
    """The table behind a population that is a view, made for each assessment."""
    if is_view(population):
        return ON_RECORD
    return RESULT if is_imported(population) else ""


UNPLANNED_TABLE = "create table _unplanned (account_id varchar, region varchar)"
"""Enabled regions that the run did not plan."""

COVERAGE_TABLE = (
    "create table _coverage (tbl varchar, account_id varchar, region varchar, detail varchar, operation varchar, "
    "state varchar, is_complete boolean, code varchar)"
)


def _has_icu(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute("select loaded from duckdb_extensions() where extension_name = 'icu'").fetchone()
    return bool(found and found[0])


def _problem(check: Check, what: str, *, closest: str = "", fix: str = "") -> Problem:
    place = check.place
    return Problem(place.file, place.line, place.column, f"{check.id}: {what}", closest, fix)


def _expressions(composed: Composed) -> list[Expression]:
    return [e for e in (composed.passes, composed.applies) if e is not None]


def _parameters(composed: Composed) -> set[str]:
    return {name for e in _expressions(composed) for name in e.parameters}


def _columns_problem(check: Check, table: str, columns: Iterable[str]) -> list[Problem]:
    known = {column.name.lower(): column.name for column in schema.columns(table)}
    problems = []
    for column in sorted(columns):
        if column.lower() not in known:
            near = nearest(column, known.values())
            problems.append(
                _problem(check, f"{table} has no column {column!r}", closest=near or "", fix="correct the name")
            )
    return problems


def _unknown_columns(check: Check, composed: Composed) -> list[Problem]:
    problems = _columns_problem(
        check, check.population, {*check.shows, *(c for e in _expressions(composed) for c in e.columns)}
    )
    for expression in _expressions(composed):
        for relation in expression.relations:
            if relation.table not in schema.table_names():
                near = nearest(relation.table, schema.table_names())
                problems.append(
                    _problem(check, f"unknown table {relation.table!r}", closest=near or "", fix="name a table")
                )
            else:
                problems += _columns_problem(check, relation.table, relation.columns)
    return problems


def _functions(check: Check, composed: Composed) -> list[Problem]:
    used = {name for e in _expressions(composed) for name in e.functions}
    problems = [
        _problem(check, f"the function {name} may not be used in a check", fix="use a pure function; time is $as_of")
        for name in sorted(used - FUNCTIONS)
    ]
    problems += [
        _problem(check, f"unknown parameter ${name}", closest=nearest(name, PARAMETERS) or "")
        for name in sorted(_parameters(composed) - set(PARAMETERS))
    ]
    if _CLOCK.search(check.passes_when + (check.applies_when or "")):
        problems.append(_problem(check, "the clock may not be read in a check", fix="use $as_of"))
    return problems


def _needs(check: Check, composed: Composed, specs: Specs) -> list[Problem]:
    """`needs` names exactly the detail calls used, so that a reader sees what the verdict rests on."""
    if check.population not in specs.tables():
        return []
    _, table = specs.tables()[check.population]
    details = {detail.name for detail in table.details}
    used = details & set(composed.facts)
    named = set(check.needs)
    return [
        *(
            _problem(check, f"needs names {name!r}, no detail of {table.name}", closest=nearest(name, details) or "",
                     fix="correct the name")
            for name in sorted(named - details)
        ),
        *(
            _problem(check, f"uses {name!r} without naming it in needs", fix=f"add {name} to needs")
            for name in sorted(used - named)
        ),
        *(
            _problem(check, f"needs names {name!r}, which no predicate uses", fix="remove it")
            for name in sorted((named & details) - used)
        ),
    ]  # fmt: skip


def _relations(check: Check, composed: Composed) -> list[Problem]:
    problems = []
    for expression in _expressions(composed):
        for relation in expression.relations:
            if "account_id" not in relation.matches and not check.crosses_accounts:
                problems.append(_problem(
                    check, f"the relation to {relation.table} does not match account_id",
                    fix=f"add {relation.alias}.account_id = this.account_id, or say crosses_accounts: why",
                ))  # fmt: skip
            if is_regional(relation.table) and "region" not in relation.matches and not check.crosses_regions:
                problems.append(_problem(
                    check, f"the relation to the regional table {relation.table} does not match region",
                    fix=f"add {relation.alias}.region = this.region, or say crosses_regions: why",
                ))  # fmt: skip
    return problems
