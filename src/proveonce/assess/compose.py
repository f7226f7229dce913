"""Composes the query of a check: authors give predicates, the engine adds truth.

The truth table (design section 4), first that holds:

    a fact that applies_when uses is unread   undetermined
    applies_when is false                     not_applicable
    applies_when is null                      undetermined
    a fact that passes_when uses is unread    undetermined
    passes_when is null                       undetermined
    passes_when is true, false                pass, fail

A relation is three-valued as well: `exists` is true when a row that was fully read matches, unknown
when a row might match, or when the related listing was not read to its end or not planned at all
(nor, for a relation over all regions, each enabled region), and false only then.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from proveonce.assess.expression import Expression, Relation, parse
from proveonce.model.check import Check
from proveonce.tables import schema
from proveonce.tables.schema import literal, quote
from proveonce.tables.spec import ITEM, Scope, load_specs

MACROS = (
    """create macro unread(how, facts) as
    list_filter(facts, lambda fact: coalesce(how[fact] not in ('read', 'absent'), true))""",
    "create macro facts_read(how, facts) as len(unread(how, facts)) = 0",
)
"""`how` is a row's map from fact to how it was read."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A check as it is run."""

    sql: str
    """Gives account_id, region, resource, out_of_scope, _artefact, _line, _read, status, observed."""
    facts: tuple[str, ...]
    """Facts of the population that the check rests on."""
    applies_facts: tuple[str, ...]
    tables: tuple[str, ...]
    """The population first, then related tables."""
    passes: Expression
    applies: Expression | None


@lru_cache(maxsize=2048)
def compose(check: Check) -> Composed:
    """The query of a check. Raises: SyntaxProblem."""
    passes = parse(check.passes_when)
    applies = parse(check.applies_when) if check.applies_when else None
    applies_facts = _facts(check.population, applies) if applies else ()
    facts = tuple(sorted({*applies_facts, *_facts(check.population, passes), ITEM}))
    return Composed(
        sql=_sql(check, passes, applies, facts, applies_facts),
        facts=facts,
        applies_facts=applies_facts,
        tables=(check.population, *(r.table for e in (passes, applies) if e for r in e.relations)),
        passes=passes,
        applies=applies,
    )


def _facts(table: str, expression: Expression) -> tuple[str, ...]:
    return tuple(sorted({fact for column in expression.columns for fact in schema.facts_of(table, column)}))


def _sql(
    check: Check, passes: Expression, applies: Expression | None, facts: tuple[str, ...], applies_facts: tuple[str, ...]
) -> str:
    shown = ", ".join(f"{quote(column)} := this.{quote(column)}" for column in check.shows)
    lines = [
        "select account_id, region, resource, out_of_scope, _artefact, _line, _read, observed,",
        "  case",
    ]
    if applies is not None:
        lines += [
            f"    when not facts_read(_read, {_list(applies_facts)}) then 'undetermined'" if applies_facts else "",
            "    when not applies then 'not_applicable'",
            "    when applies is null then 'undetermined'",
        ]
    lines += [
        f"    when not facts_read(_read, {_list(facts)}) then 'undetermined'",
        "    when passes is null then 'undetermined'",
        "    when passes then 'pass'",
        "    else 'fail'",
        "  end as status",
        "from (",
        "  select this.account_id, this.region, this.resource, this.out_of_scope,",
        "    this._artefact, this._line, this._read,",
        f"    struct_pack({shown}) as observed,",
        f"    ({_indent(rewrite(applies))}) as applies," if applies is not None else "",
        f"    ({_indent(rewrite(passes))}) as passes",
        f"  from {check.population} this",
        ")",
    ]
    return "\n".join(line for line in lines if line)


def _list(facts: tuple[str, ...]) -> str:
    return "[" + ", ".join(literal(fact) for fact in facts) + "]"


def _indent(text: str) -> str:
    return text.strip().replace("\n", "\n      ")


def rewrite(expression: Expression) -> str:
    """The expression with each relation made three-valued."""
    data = expression.text.encode()
    for relation in sorted(expression.relations, key=lambda r: r.span.start, reverse=True):
        data = data[: relation.span.start] + _three_valued(relation).encode() + data[relation.span.end :]
    return data.decode()


def _three_valued(relation: Relation) -> str:
    source = f"from {relation.table} {relation.alias}"
    how = f"{relation.alias}._read"
    facts = sorted({ITEM, *(f for c in relation.columns for f in schema.facts_of(relation.table, c))})
    read = f"facts_read({how}, {_list(tuple(facts))})"
    joins = [text for text, _, _ in relation.joins]
    keys = " and ".join(relation.keys) or "true"
    strict = " and ".join([*relation.keys, *joins, *(f"({part})" for part in relation.rest), read])
    doubt = f"(not {read} or ({_all(relation.rest)}) is null)"
    lines = [
        "case",
        f"  when exists ({source} where {strict}) then true",
        f"  when exists ({source} where {' and '.join([keys, *joins, doubt])}) then null",
    ]
    for _, own, mine in relation.joins:
        lines.append(f"  when exists ({source} where {keys} and {own} is null) then null")
        lines.append(f"  when {mine} is null and exists ({source} where {keys}) then null")
    ledger = [f"c.tbl = {literal(relation.table)}", "c.detail = ''"]  # details count row by row
    if "account_id" in relation.matches:
        ledger.append("c.account_id = this.account_id")
    if "region" in relation.matches:
        ledger.append("(c.region = this.region or c.region = 'global')")
    # One subquery, null where nothing was planned: to plan a query, DuckDB needs eight times as long for two `exists`.
    whole = f"(select bool_and(c.is_complete) from _coverage c where {' and '.join(ledger)})"
    lines.append(f"  when {whole} is not true then null")
    if "region" not in relation.matches and is_regional(relation.table):
        where = " where u.account_id = this.account_id" if "account_id" in relation.matches else ""
        lines.append(f"  when exists (from _unplanned u{where}) then null")
    return "\n".join([*lines, "  else false end"])


def is_regional(table: str) -> bool:
    """Whether the listings behind a table are asked region by region."""
    return any(call.scope is Scope.REGIONAL for call, _ in load_specs().sources(table))


def _all(parts: list[str]) -> str:
    return " and ".join(f"({part})" for part in parts) or "true"
