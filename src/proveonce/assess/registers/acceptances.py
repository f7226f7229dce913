"""Risk acceptances on a day, and the failures that each is about.

A result never changes by one. Only failures are covered: what is undetermined is not known, and nobody can accept
it. All conditions of an acceptance hold together; a glob covers what its regular expression matches whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import duckdb

from proveonce.kernel.globs import regex_of
from proveonce.model.content import Content
from proveonce.model.register import RiskAcceptance
from proveonce.model.standing import AcceptanceStanding, AcceptanceState, Covered
from proveonce.tables.schema import literal

TABLES = (
    "create table if not exists _covered (finding bigint, acceptance varchar, place integer, is_in_force boolean)",
    "create table if not exists _acceptances (finding bigint, ids varchar[])",
)
"""`finding` is the rowid of `findings`; the second has one row a finding, those in force first."""
_FAILURES = (
    "create temp table _failures as select rowid as finding, check_id, account_id, resource, out_of_scope "
    "from findings where status = 'fail'"
)


def stand(acceptances: Iterable[RiskAcceptance], day: date) -> tuple[AcceptanceStanding, ...]:
    """The acceptances on `day`: those in force first, the longest first, then the others by id."""
    standings = [_standing(acceptance, day) for acceptance in acceptances]
    return tuple(sorted(standings, key=lambda s: (not s.is_in_force, -s.days_left * s.is_in_force, s.acceptance.id)))


def _standing(acceptance: RiskAcceptance, day: date) -> AcceptanceStanding:
    today, days_left = day.isoformat(), (date.fromisoformat(acceptance.expires_on) - day).days
    if acceptance.requested_on > today:
        state, why = AcceptanceState.NOT_YET, f"requested on {acceptance.requested_on} only"
    elif not acceptance.approved_by:
        ended = f", and its term ended {acceptance.expires_on}" if days_left <= 0 else ""
        state, why = AcceptanceState.UNSIGNED, f"nobody has approved it{ended}"
    elif acceptance.approved_on > today:
        state, why = AcceptanceState.NOT_YET, f"approved on {acceptance.approved_on} only"
    elif not acceptance.is_in_force(today):
        state, why = AcceptanceState.EXPIRED, f"expired {acceptance.expires_on}"
    else:
        state, why = AcceptanceState.IN_FORCE, ""
    return AcceptanceStanding(acceptance, state, why, days_left)


def cover(
    connection: duckdb.DuckDBPyConnection, standings: Sequence[AcceptanceStanding], content: Content
) -> tuple[dict[str, Covered], Covered]:
    """Acceptance → the failures it is about, and those that at least one in force is about, each once.

    The failures of the table `findings` are told theirs in the table `_acceptances`.
    """
    for table in TABLES:
        connection.execute(table)
    connection.execute(_FAILURES)
    for place, standing in enumerate(standings):
        if condition := _condition(standing.acceptance, content):
            connection.execute(
                f"insert into _covered select f.finding, {literal(standing.acceptance.id)}, {place}, "
                f"{str(standing.is_in_force).lower()} from _failures f where {condition}"
            )
    connection.execute(
        "insert into _acceptances select finding, list(acceptance order by place) from _covered group by finding"
    )
    frameworks = list(content.frameworks)
    found = _count(connection, "_covered", frameworks)
    accepted = _count(
        connection, "(select distinct finding, '' as acceptance from _covered where is_in_force)", frameworks
    )
    return {s.acceptance.id: found.get(s.acceptance.id, Covered()) for s in standings}, accepted.get("", Covered())


def _count(connection: duckdb.DuckDBPyConnection, pairs: str, frameworks: Sequence[str]) -> dict[str, Covered]:
    """Acceptance → its failures, of a table of findings and acceptances."""
    totals: Counter[str] = Counter()
    by_check: dict[str, dict[str, dict[str, int]]] = {}
    for acceptance, check, outside, number in connection.execute(
        f"select c.acceptance, f.check_id, f.out_of_scope, count(*) from {pairs} c "
        "join _failures f on f.finding = c.finding group by 1, 2, 3 order by 1, 2, 3"
    ).fetchall():
        totals[acceptance] += number
        inside = by_check.setdefault(acceptance, {}).setdefault(check, dict.fromkeys(frameworks, 0))
        for framework in frameworks:
            inside[framework] += number * (framework not in outside)
    return {acceptance: Covered(total, by_check[acceptance]) for acceptance, total in totals.items()}


def _condition(acceptance: RiskAcceptance, content: Content) -> str:
    """What a failure has to be; empty where no check can be meant."""
    checks = [check for check, entry in content.checks.items() if _is_meant(acceptance, check, entry.supports)]
    if not checks:
        return ""
    conditions = [f"f.check_id in ({', '.join(map(literal, checks))})"]
    if acceptance.accounts:
        conditions.append(f"f.account_id in ({', '.join(map(literal, acceptance.accounts))})")
    if acceptance.resources:
        globs = " or ".join(
            f"regexp_full_match(f.resource, {literal(regex_of(glob))}, 's')" for glob in acceptance.resources
        )
        conditions.append(f"({globs})")
    return " and ".join(conditions)


def _is_meant(acceptance: RiskAcceptance, check: str, supports: Iterable[str]) -> bool:
    by_control = not acceptance.controls or not set(acceptance.controls).isdisjoint(supports)
    return by_control and (
        not acceptance.checks or any(re.fullmatch(regex_of(glob), check, re.DOTALL) for glob in acceptance.checks)
    )
