"""What checks ask of the tables: linted and composed once, and remembered while nothing that they come from changes.

Only checks without a problem are remembered, under their own words: one that was changed is linted anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from proveonce.assess.compose import compose
from proveonce.assess.expression import parse
from proveonce.assess.lint import workbench
from proveonce.kernel.errors import InputError, Problem
from proveonce.kernel.remembered import remembered
from proveonce.model.check import Check
from proveonce.tables import models
from proveonce.tables.spec import load_specs


@dataclass(frozen=True, slots=True)
class Question:
    """A check's query, and what it uses."""

    sql: str
    """As `compose.Composed`."""
    facts: tuple[str, ...]
    tables: tuple[str, ...]
    """The population first, then related tables."""
    parameters: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    """Table → columns that are used or shown, as the author wrote them."""


def question(check: Check) -> Question:
    """What a check asks. Raises: SyntaxProblem."""
    composed = compose(check)
    expressions = [e for e in (composed.passes, composed.applies) if e is not None]
    columns = {name: set() for name in composed.tables}  # type: dict[str, set[str]]
    columns[check.population] |= {*check.shows, *(parse(check.says).columns if check.says else ())}
    for expression in expressions:
        columns[check.population] |= expression.columns
        for relation in expression.relations:
            columns[relation.table] |= relation.columns
    return Question(
        sql=composed.sql,
        facts=composed.facts,
        tables=composed.tables,
        parameters=tuple(sorted({name for e in expressions for name in e.parameters})),
        columns={name: tuple(sorted(used)) for name, used in columns.items()},
    )


def questions(checks: Iterable[Check]) -> tuple[dict[Check, Question], list[Problem]]:
    """What each check asks; nothing where any has a problem, and every problem."""
    listed = list(checks)
    facts = {
        "checks": [asdict(check) for check in listed],
        "specs": load_specs().digest,
        "models": models.identity(),
        "engine": duckdb.__version__,
    }
    try:
        made = remembered("questions", facts, lambda: _linted(listed))
    except InputError as error:
        return {}, error.problems
    return {check: _question(value) for check, value in zip(listed, made, strict=True)}, []


def _linted(checks: list[Check]) -> list[dict[str, Any]]:
    """Raises: InputError with every problem."""
    if problems := workbench().lint(checks):
        raise InputError(problems)
    return [asdict(question(check)) for check in checks]


def _question(value: Mapping[str, Any]) -> Question:
    return Question(
        sql=value["sql"],
        facts=tuple(value["facts"]),
        tables=tuple(value["tables"]),
        parameters=tuple(value["parameters"]),
        columns={name: tuple(used) for name, used in value["columns"].items()},
    )


def columns_used(asked: Iterable[Question]) -> dict[str, frozenset[str]]:
    """Table → the columns that any of the questions uses, in lower case, as SQL knows no case."""
    used: dict[str, set[str]] = {}
    for one in asked:
        for table, names in one.columns.items():
            used.setdefault(table, set()).update(name.lower() for name in names)
    return {table: frozenset(names) for table, names in used.items()}
