"""Runs checks over loaded evidence: every member of a population gets exactly one finding per check.

A listing that was not read to its end adds one undetermined finding for its account and region. A
check that breaks on the data makes its whole population undetermined, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import duckdb

from proveonce.assess.questions import Question, question
from proveonce.assess.registers import acceptances
from proveonce.kernel.canonical import digest
from proveonce.kernel.errors import EvidenceError
from proveonce.model.assessment import CheckResult, Counts
from proveonce.model.check import Check, CheckId
from proveonce.model.finding import Finding, Status
from proveonce.tables.manual import is_manual
from proveonce.tables.schema import literal, quote
from proveonce.tables.spec import load_specs

_FINDINGS = (
    "create table if not exists findings (check_id varchar, status varchar, reason varchar, account_id varchar, "
    "region varchar, resource varchar, observed varchar, artefact varchar, line bigint, out_of_scope varchar[])"
)
_BATCH = 2_000
_LISTING = -1
"""Line of the finding that stands for a listing not read to its end."""


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    checks: Iterable[Check],
    *,
    as_of: str,
    frameworks: Iterable[str] = (),
    period: tuple[str, str] | None = None,
    questions: Mapping[Check, Question] | None = None,
) -> dict[CheckId, CheckResult]:
    """Judges every check into the table `findings`; their results by id.

    `as_of` and the period are instants as `format_instant` writes them. `questions`: what the checks ask, where it
    is known already.
    Raises: EvidenceError when rows out differ from rows in.
    """
    for table in (_FINDINGS, *acceptances.TABLES):
        connection.execute(table)
    start, end = period or (as_of, as_of)
    values = {"as_of": as_of, "period_start": start, "period_end": end}
    asked = {check: questions[check] if questions else question(check) for check in checks}
    sizes = {name: _size(connection, name) for name in sorted({check.population for check in asked})}
    for check, query in asked.items():
        if sizes[check.population]:  # most populations of most accounts are empty, and to plan a query takes longest
            _judge(connection, check, query, values)
    _add_unread_listings(connection, asked)
    return _results(connection, asked, sizes, tuple(frameworks))


def _judge(connection: duckdb.DuckDBPyConnection, check: Check, asked: Question, values: Mapping[str, str]) -> None:
    """One finding for each member of the population."""
    parameters = {name: values[name] for name in asked.parameters}
    try:
        connection.execute(_insert(check, asked, asked.sql), parameters or None)
    except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException) as error:
        connection.execute(_broken(check, asked, str(error).split("\n")[0]))


def _insert(check: Check, asked: Question, sql: str) -> str:
    population = ", ".join(literal(fact) for fact in asked.facts)
    relations = sorted(set(asked.tables[1:]))
    doubt = "a value that the check uses is missing"
    if relations:
        doubt += f", or {' or '.join(relations)} was not read whole"
    says, said = "", ""
    if check.says:
        says, said = f"coalesce(case when status <> 'pass' and facts_read(_read, [{population}]) then says end, ", ")"
    return (
        f"insert into findings select {literal(check.id)}, status, {says}case status "
        f"when 'pass' then '' when 'fail' then 'does not hold: ' || {literal(_flat(check.passes_when))} "
        f"when 'not_applicable' then 'not of the kind: ' || {literal(_flat(check.applies_when or ''))} "
        f"else case when len(unread(_read, [{population}])) > 0 then array_to_string(list_transform("
        f"unread(_read, [{population}]), {_not_known(check)}), '; ') else {literal(doubt)} end end{said}, "
        f"account_id, region, resource, to_json(observed)::varchar, _artefact, _line, out_of_scope from ({sql})"
    )


def _not_known(check: Check) -> str:
    """What is said of each unread fact."""
    if is_manual(check.population):
        return "lambda fact: 'the record does not say ' || fact"
    return "lambda fact: fact || ' was not read: ' || coalesce(_read[fact], 'never asked')"


def _flat(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 160 else flat[:159] + "…"  # noqa: PLR2004 - a line or two of a report


def _broken(check: Check, asked: Question, message: str) -> str:
    shown = ", ".join(f"{quote(column)} := {quote(column)}" for column in check.shows)
    return (
        f"insert into findings select {literal(check.id)}, 'undetermined', "
        f"{literal(f'the check broke on this evidence: {message}')}, account_id, region, resource, "
        f"to_json(struct_pack({shown}))::varchar, _artefact, _line, out_of_scope from {asked.tables[0]}"
    )


def _add_unread_listings(connection: duckdb.DuckDBPyConnection, checks: Iterable[Check]) -> None:
    """Adds, for each check, the undetermined finding of each listing that was not read to its end."""
    names = ", ".join(f"({literal(check.id)}, {literal(check.population)})" for check in checks)
    if not names:
        return
    connection.execute(
        "insert into findings select k.id, 'undetermined', operation || ' was not read to its end: ' "
        "|| state || case when code = '' then '' else ' (' || code || ')' end, account_id, region, "
        f"'(' || operation || ' in ' || region || ')', '{{}}', '', {_LISTING}, [] "
        "from (select distinct * from _coverage where detail = '' and not is_complete) u "
        f"join (values {names}) k(id, population) on u.tbl = k.population"
    )


def _results(
    connection: duckdb.DuckDBPyConnection,
    asked: Mapping[Check, Question],
    sizes: Mapping[str, int],
    frameworks: tuple[str, ...],
) -> dict[CheckId, CheckResult]:
    """The result of each check, from a few queries over all findings; `sizes` has the rows of each population."""
    every = _counts(connection, "true")
    scoped = {name: _counts(connection, f"not list_contains(out_of_scope, {literal(name)})") for name in frameworks}
    unread = _by(connection, f"select check_id, count(*) from findings where line = {_LISTING} group by 1")
    artefacts = _by(
        connection,
        "select check_id, list(distinct artefact order by artefact) from findings where artefact <> '' group by 1",
    )
    planned = _by(connection, "select tbl, count(*) from _coverage where detail = '' group by 1")
    reads = _by(connection, "select tbl, [min(read_at), max(read_at)] from _calls group by 1")
    said = _by(
        connection,
        "select check_id, list(distinct reason order by reason) from findings where status in ('fail', 'undetermined') "
        f"and check_id in ({', '.join(literal(check.id) for check in asked if check.says) or 'null'}) group by 1",
    )
    results: dict[CheckId, CheckResult] = {}
    for check, query in asked.items():
        counts = every.get(check.id, Counts())
        rows = sizes[check.population]
        if counts.total != rows + unread.get(check.id, 0):
            raise EvidenceError(f"{check.id}: {rows} rows in, {counts.total} findings out", where=check.population)
        spans = [reads[table.name] for _, table in load_specs().sources(check.population) if table.name in reads]
        results[check.id] = CheckResult(
            check=check.id,
            counts=counts,
            by_framework={name: found.get(check.id, Counts()) for name, found in scoped.items()},
            rows=rows,
            unread_listings=unread.get(check.id, 0),
            sql=query.sql,
            sql_digest=digest(query.sql.encode()),
            artefacts=tuple(artefacts.get(check.id, ())),
            first_read_at=min((first for first, _ in spans), default=""),
            last_read_at=max((last for _, last in spans), default=""),
            operations=_operations(query),
            listings_planned=planned.get(check.population, 0),
            said=tuple(said.get(check.id, ())),
        )
    return results


def _by(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    """The first column's values → the second's."""
    return dict(connection.execute(sql).fetchall())


def _size(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def _operations(asked: Question) -> tuple[str, ...]:
    """service:Operation of every call behind the population, its facts used and its relations."""
    specs = load_specs()
    found = set()
    for table in asked.tables:
        for call, source in specs.sources(table):
            found.add(call.key)
            found |= {f"{call.service}:{d.operation}" for d in source.details if d.name in asked.facts}
    return tuple(sorted(found))


def _counts(connection: duckdb.DuckDBPyConnection, where: str) -> dict[str, Counts]:
    """Check id → its findings by outcome."""
    found: dict[str, dict[str, int]] = {}
    for check, status, count in connection.execute(
        f"select check_id, status, count(*) from findings where {where} group by 1, 2"
    ).fetchall():
        found.setdefault(check, {})[status] = count
    return {
        check: Counts(
            passed=by.get(Status.PASS, 0),
            failed=by.get(Status.FAIL, 0),
            undetermined=by.get(Status.UNDETERMINED, 0),
            not_applicable=by.get(Status.NOT_APPLICABLE, 0),
        )
        for check, by in found.items()
    }


class Findings:
    """Every finding, streamed from a table; see `model.assessment.FindingSource`.

    Each finding is joined with its call and its acceptances once, when all are known: a package asks for the findings
    of each check several times.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        connection.execute(
            "create or replace table _found as "
            "select f.check_id, f.status, f.reason, f.account_id, f.region, f.resource, f.observed, f.artefact, "
            "f.line, f.out_of_scope, coalesce(c.call_id, ''), coalesce(c.read_at, ''), coalesce(x.ids, []) "
            "from findings f "
            "left join _places a on a.digest = f.artefact and a.account_id = f.account_id "
            "left join _last_calls c on c.tbl = a.tbl and c.account_id = a.account_id and c.region = a.region "
            "and f.line between c.first_line and c.last_line "
            "left join _acceptances x on x.finding = f.rowid "
            "order by f.check_id, f.account_id, f.region, f.resource, f.artefact, f.line, f.reason, f.observed"
        )

    def __call__(self, *, check: str | None = None, status: Status | None = None) -> Iterator[Finding]:
        """Findings by check, account, region, resource, artefact, line."""
        conditions = ["true"]
        if check is not None:
            conditions.append(f"check_id = {literal(check)}")
        if status is not None:
            conditions.append(f"status = {literal(status)}")
        cursor = self._connection.cursor()
        cursor.execute(f"select * from _found where {' and '.join(conditions)} order by rowid")
        while batch := cursor.fetchmany(_BATCH):
            for row in batch:
                yield _finding(row)


def _finding(row: tuple[Any, ...]) -> Finding:
    return Finding(
        check=CheckId(row[0]), status=Status(row[1]), reason=row[2], account=row[3], region=row[4], resource=row[5],
        observed=json.loads(row[6]), artefact=row[7], line=row[8], out_of_scope=tuple(row[9]), call=row[10],
        read_at=row[11], acceptances=tuple(row[12]),
    )  # fmt: skip
