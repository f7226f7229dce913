"""Runs checks over loaded evidence: every member of a population gets exactly one finding per check.

A listing that was not read to its end adds one undetermined finding for its account and region. A
check that breaks on the data makes its whole population undetermined, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import duckdb

from proveonce.assess.compose import Composed, compose
from proveonce.kernel.canonical import digest
from proveonce.kernel.errors import EvidenceError
from proveonce.model.assessment import CheckResult, Counts
from proveonce.model.check import Check, CheckId
from proveonce.model.finding import Finding, Status
from proveonce.tables.schema import literal, quote
from proveonce.tables.spec import load_specs

_FINDINGS = (
    "create table if not exists findings (check_id varchar, status varchar, reason varchar, account_id varchar, "
    "region varchar, resource varchar, observed varchar, artefact varchar, line bigint, out_of_scope varchar[])"
)
_BATCH = 2_000


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    checks: Iterable[Check],
    *,
    as_of: str,
    frameworks: Iterable[str] = (),
    period: tuple[str, str] | None = None,
) -> dict[CheckId, CheckResult]:
    """Judges every check into the table `findings`; their results by id.

    `as_of` and the period are instants as `format_instant` writes them.
    Raises: EvidenceError when rows out differ from rows in.
    """
    connection.execute(_FINDINGS)
    start, end = period or (as_of, as_of)
    values = {"as_of": as_of, "period_start": start, "period_end": end}
    names = tuple(frameworks)
    return {check.id: _run(connection, check, values, names) for check in checks}


def _run(
    connection: duckdb.DuckDBPyConnection, check: Check, values: Mapping[str, str], frameworks: tuple[str, ...]
) -> CheckResult:
    composed = compose(connection, check)
    used = {name for e in (composed.passes, composed.applies) if e for name in e.parameters}
    parameters = {name: values[name] for name in sorted(used)}
    try:
        connection.execute(_insert(check, composed, composed.sql), parameters or None)
    except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException) as error:
        connection.execute(_broken(check, composed, str(error).split("\n")[0]))
    rows = _count(connection, f"select count(*) from {check.population}")
    judged = _count(connection, f"select count(*) from findings where check_id = {literal(check.id)}")
    if rows != judged:
        raise EvidenceError(f"{check.id}: {rows} rows in, {judged} findings out", where=check.population)
    unread = _unread_listings(connection, check)
    return _result(connection, check, composed, frameworks, rows=rows, unread=unread)


def _insert(check: Check, composed: Composed, sql: str) -> str:
    population = ", ".join(literal(fact) for fact in composed.facts)
    relations = sorted(set(composed.tables[1:]))
    doubt = "a value that the check uses is missing"
    if relations:
        doubt += f", or {' or '.join(relations)} was not read whole"
    return (
        f"insert into findings select {literal(check.id)}, status, case status "
        f"when 'pass' then '' when 'fail' then 'does not hold: ' || {literal(_flat(check.passes_when))} "
        f"when 'not_applicable' then 'not of the kind: ' || {literal(_flat(check.applies_when or ''))} "
        f"else case when len(unread(_read, [{population}])) > 0 then array_to_string(list_transform("
        f"unread(_read, [{population}]), "
        "lambda fact: fact || ' was not read: ' || coalesce(_read[fact], 'never asked')), '; ') "
        f"else {literal(doubt)} end end, "
        f"account_id, region, resource, to_json(observed)::varchar, _artefact, _line, out_of_scope from ({sql})"
    )


def _flat(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 160 else flat[:159] + "…"  # noqa: PLR2004 - a line or two of a report


def _broken(check: Check, composed: Composed, message: str) -> str:
    shown = ", ".join(f"{quote(column)} := {quote(column)}" for column in check.shows)
    return (
        f"insert into findings select {literal(check.id)}, 'undetermined', "
        f"{literal(f'the check broke on this evidence: {message}')}, account_id, region, resource, "
        f"to_json(struct_pack({shown}))::varchar, _artefact, _line, out_of_scope from {composed.tables[0]}"
    )


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _unread_listings(connection: duckdb.DuckDBPyConnection, check: Check) -> int:
    """Adds the undetermined finding of each listing not read to its end; how many."""
    connection.execute(
        f"insert into findings select {literal(check.id)}, 'undetermined', operation || ' was not read to its end: ' "
        f"|| state || case when code = '' then '' else ' (' || code || ')' end, account_id, region, "
        f"'(' || operation || ' in ' || region || ')', '{{}}', '', -1, [] from (select distinct * from _coverage "
        f"where tbl = {literal(check.population)} and detail = '' and not is_complete)"
    )
    return _count(connection, f"select count(*) from findings where check_id = {literal(check.id)} and line = -1")


def _result(
    connection: duckdb.DuckDBPyConnection, check: Check, composed: Composed, frameworks: tuple[str, ...], *,
    rows: int, unread: int,
) -> CheckResult:  # fmt: skip
    where = f"check_id = {literal(check.id)}"
    artefacts = connection.execute(
        f"select distinct artefact from findings where {where} and artefact <> '' order by 1"
    ).fetchall()
    parents = ", ".join(literal(table.name) for _, table in load_specs().sources(check.population))
    reads = connection.execute(
        f"select coalesce(min(read_at), ''), coalesce(max(read_at), '') from _calls where tbl in ({parents})"
    ).fetchone()
    operations = connection.execute(
        "select distinct operation from _coverage where tbl in "
        f"({', '.join(literal(table) for table in composed.tables)}) "
        f"and (detail = '' or list_contains([{', '.join(literal(f) for f in composed.facts)}], detail)) order by 1"
    ).fetchall()
    planned = _count(
        connection, f"select count(*) from _coverage where tbl = {literal(check.population)} and detail = ''"
    )
    return CheckResult(
        check=check.id,
        counts=_counts(connection, where),
        by_framework={
            name: _counts(connection, f"{where} and not list_contains(out_of_scope, {literal(name)})")
            for name in frameworks
        },
        rows=rows,
        unread_listings=unread,
        sql=composed.sql,
        sql_digest=digest(composed.sql.encode()),
        artefacts=tuple(row[0] for row in artefacts),
        first_read_at=reads[0] if reads else "",
        last_read_at=reads[1] if reads else "",
        operations=tuple(row[0] for row in operations),
        listings_planned=planned,
    )


def _counts(connection: duckdb.DuckDBPyConnection, where: str) -> Counts:
    found = dict(connection.execute(f"select status, count(*) from findings where {where} group by 1").fetchall())
    return Counts(
        passed=found.get(Status.PASS, 0),
        failed=found.get(Status.FAIL, 0),
        undetermined=found.get(Status.UNDETERMINED, 0),
        not_applicable=found.get(Status.NOT_APPLICABLE, 0),
    )


class Findings:
    """Every finding, streamed from the table; see `model.assessment.FindingSource`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __call__(self, *, check: str | None = None, status: Status | None = None) -> Iterator[Finding]:
        """Findings by check, account, region, resource, artefact, line."""
        conditions = ["true"]
        if check is not None:
            conditions.append(f"f.check_id = {literal(check)}")
        if status is not None:
            conditions.append(f"f.status = {literal(status)}")
        cursor = self._connection.cursor()
        cursor.execute(
            "select f.check_id, f.status, f.reason, f.account_id, f.region, f.resource, f.observed, f.artefact, "
            "f.line, f.out_of_scope, coalesce(c.call_id, ''), coalesce(c.read_at, '') from findings f "
            "left join _places a on a.digest = f.artefact and a.account_id = f.account_id "
            "left join _last_calls c on c.tbl = a.tbl and c.account_id = a.account_id and c.region = a.region "
            "and f.line between c.first_line and c.last_line "
            f"where {' and '.join(conditions)} "
            "order by f.check_id, f.account_id, f.region, f.resource, f.artefact, f.line, f.reason, f.observed"
        )
        while batch := cursor.fetchmany(_BATCH):
            for row in batch:
                yield _finding(row)


def _finding(row: tuple[Any, ...]) -> Finding:
    return Finding(
        check=CheckId(row[0]), status=Status(row[1]), reason=row[2], account=row[3], region=row[4], resource=row[5],
        observed=json.loads(row[6]), artefact=row[7], line=row[8], out_of_scope=tuple(row[9]), call=row[10],
        read_at=row[11],
    )  # fmt: skip
