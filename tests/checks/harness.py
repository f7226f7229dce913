"""Case files → one real run, loaded by the real loader, judged by the real engine.

A case file `aws/<service>.yaml` is a list of `{check, cases}`. A case is

    name: an encrypted instance passes
    expect: pass                 # every finding of this check in this case; or {pass: 1, fail: 1}; {} for none
    evidence:
      aws_rds_db_instance:       # a table that AWS answers; child tables are made from their parent's rows
        - item: {Engine: mysql}  # as AWS answers it, held to AWS's own model
          asked: {cluster: arn…} # what an `each` listing was asked with
          details: {}            # answers of detail calls; one not given is absent: AWS said so
          read: {}               # fact → state, for facts not simply read
          foreign: false         # true: the row is of another account than the case's
          region: us-east-1      # `global` for global tables
          resource: arn:…        # optional: the spec makes one
    unread: [aws_ec2_flow_log]   # listings not read to their end; or {table, region, foreign}

In strings `{account}` and `{foreign}` stand for the case's accounts. Policy documents may be plain JSON or
a mapping, and a credential report may be written as `report: [{user: …}]`, one mapping a user.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from proveonce.assess.compose import Composed, compose
from proveonce.assess.expression import conjuncts
from proveonce.assess.load import Evidence
from proveonce.assess.run import run_checks
from proveonce.collect.rows import RowBuilder
from proveonce.content.loader import load_content
from proveonce.model.check import Check
from proveonce.model.evidence import Artefact, Coverage, ReadState, Run
from proveonce.model.workspace import Workspace
from proveonce.store import Store
from proveonce.tables.fit import Fitter
from proveonce.tables.schema import literal, quote
from proveonce.tables.spec import ITEM, Call, Table, load_specs

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "aws"
AS_OF = "2026-11-24T00:00:00.000000Z"
HOME = "us-east-1"

_DOCUMENTS = frozenset({"PolicyDocument", "Document", "AssumeRolePolicyDocument", "Policy"})
_REPORT = (
    "user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
    "password_next_rotation", "mfa_active", "access_key_1_active", "access_key_1_last_rotated",
    "access_key_1_last_used_date", "access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date",
)  # fmt: skip
_REPORT_DEFAULTS = dict.fromkeys(_REPORT, "N/A") | {
    "user_creation_time": "2026-01-01T00:00:00+00:00",
    **dict.fromkeys(("password_enabled", "mfa_active", "access_key_1_active", "access_key_2_active"), "false"),
}

Counts = Mapping[str, int]
"""Status → findings."""


@dataclass(frozen=True, eq=False)
class Case:
    """One case of one check, in accounts of its own."""

    check: str
    name: str
    account: str
    foreign: str
    expect: str | Counts
    evidence: Mapping[str, list[dict[str, Any]]]
    unread: tuple[Mapping[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.check}: {self.name}"

    def owner(self, row: Mapping[str, Any]) -> str:
        """The account of a row, or of an unread listing."""
        return self.foreign if row.get("foreign") else self.account

    def is_met_by(self, found: Counts) -> bool:
        """Whether the findings are those expected."""
        if isinstance(self.expect, str):
            return set(found) == {self.expect}
        return dict(found) == dict(self.expect)

    @property
    def expected(self) -> set[str]:
        """The statuses expected."""
        return {self.expect} if isinstance(self.expect, str) else set(self.expect)


def checks_of(service: str) -> tuple[Check, ...]:
    """The checks of `controls/checks/aws/<service>.yaml`, by their id."""
    return tuple(check for check in _every_check() if Path(check.place.file).name == f"{service}.yaml")


@cache
def _every_check() -> tuple[Check, ...]:
    return tuple(filter(_is_aws, load_content(ROOT).checks.values()))


def _is_aws(check: Check) -> bool:
    return Path(check.place.file).parent.name == "aws"


def read_cases(path: Path, first: int = 0) -> list[Case]:
    """The cases of a file, each given account ids that no other has: numbered from `first` on."""
    cases: list[Case] = []
    for entry in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader):
        for value in entry["cases"]:
            number = first + len(cases)
            account, foreign = f"{500_000_000_000 + number}", f"{900_000_000_000 + number}"
            filled = _fill(value, {"{account}": account, "{foreign}": foreign})
            unread = tuple(u if isinstance(u, dict) else {"table": u} for u in filled.pop("unread", []))
            cases.append(Case(entry["check"], account=account, foreign=foreign, unread=unread, **filled))
    return cases


def _fill(value: Any, accounts: Mapping[str, str]) -> Any:
    """`value` with accounts for their placeholders, and policy documents as JSON text."""
    if isinstance(value, dict):
        return {
            key: json.dumps(_fill(item, accounts))
            if key in _DOCUMENTS and isinstance(item, dict)
            else _fill(item, accounts)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_fill(item, accounts) for item in value]
    if isinstance(value, str):
        for placeholder, account in accounts.items():
            value = value.replace(placeholder, account)
    return value


@dataclass
class _Listing:
    """What one listing of one account and region holds."""

    call: Call
    account: str
    region: str
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    state: ReadState = ReadState.READ


def write_run(store: Store, cases: list[Case], planned: Mapping[str, Collection[str]]) -> Run:
    """One committed run that holds every case; `planned` gives the tables that each check reads."""
    fitter = Fitter(b"a key that only tests use")
    parts: list[Artefact] = []
    coverage: list[Coverage] = []
    for case in cases:
        for listing in _listings(case, planned[case.check], fitter):
            coverage += _coverage(listing)
            for table, lines in listing.lines.items():
                with store.writer(kind="items", table=table, account=listing.account, region=listing.region) as writer:
                    for line in lines:
                        writer.write(line)
                    parts.append(writer.close())
    for kind, rows in (("coverage", [asdict(row) for row in coverage]), ("calls", [])):
        with store.writer(kind=kind) as writer:
            for row in rows:
                writer.write(row)
            parts.append(writer.close())
    predicate = {"started_at": AS_OF, "ended_at": AS_OF, "accounts": {}, "tool": {}, "completeness": "cases"}
    return store.commit(predicate, parts)


def _listings(case: Case, planned: Collection[str], fitter: Fitter) -> Collection[_Listing]:
    """The case's listings: every planned one is there, read to its end unless the case says otherwise."""
    found: dict[tuple[str, str, str], _Listing] = {}
    specs = load_specs()

    def listing(call: Call, place: Mapping[str, Any]) -> _Listing:
        account, region = case.owner(place), call.scope.place or place.get("region", HOME)
        # One operation may be two listings with other parameters; a table belongs to one of them.
        return found.setdefault((account, region, call.tables[0].name), _Listing(call, account, region))

    places: list[Mapping[str, Any]] = [{}]
    for name, rows in case.evidence.items():
        call, table = specs.tables()[name]
        places += rows
        for row in rows:
            at = listing(call, row)
            lines = at.lines.setdefault(name, [])
            builder = RowBuilder(call, table, fitter, account=at.account, region=at.region, partition="aws")
            lines.append(_line(builder, table, len(lines), row))
    for call in [call for name in planned for call, _ in specs.sources(name)]:
        for region in {place.get("region", HOME) for place in places}:
            listing(call, {"region": region})
    for unread in case.unread:
        for call, _ in specs.sources(unread["table"]):
            listing(call, unread).state = ReadState.DENIED
    return found.values()


def _line(builder: RowBuilder, table: Table, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    states = {fact: ReadState(state) for fact, state in row.get("read", {}).items()}
    unknown = set(row) - {"item", "details", "read", "foreign", "region", "resource", "report", "asked"}
    unknown |= set(row.get("details", {})) - {d.name for d in table.details}
    unknown |= set(states) - {ITEM, *(d.name for d in table.details)}
    assert not unknown, f"{table.name}: what are {unknown}?"
    if states.get(ITEM) is ReadState.ABSENT:
        return builder.absent(number)
    item = _report(row["report"]) if "report" in row else row["item"]
    answers = {
        detail.name: (ReadState.READ, row["details"][detail.name])
        if detail.name in row.get("details", {})
        else (states.get(detail.name, ReadState.ABSENT), None)
        for detail in table.details
    }
    line = builder.row(number, item, answers, row.get("asked", {}))
    assert "misfit" not in line, f"{table.name}: {line['misfit']}"
    if (state := states.get(ITEM)) is not None:
        line |= {"item": {}, "details": {}, "read": {ITEM: str(state)}}
    return line | {key: row[key] for key in ("resource",) if key in row}


def _report(users: list[Mapping[str, str]]) -> dict[str, Any]:
    """The item of a credential report over `users`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _REPORT, lineterminator="\n")
    writer.writeheader()
    for user in users:
        arn = f"arn:aws:iam::000000000000:user/{user['user']}"
        writer.writerow(_REPORT_DEFAULTS | {"arn": arn} | {key: str(value) for key, value in user.items()})
    return {"Content": out.getvalue().encode(), "ReportFormat": "text/csv"}


def _coverage(listing: _Listing) -> Iterator[Coverage]:
    """The ledger's rows, as collection writes them: the listing's, and one a detail."""
    call, read = listing.call, listing.state.is_read
    place = {"account": listing.account, "region": listing.region, "service": call.service}
    yield Coverage(
        **place, operation=call.operation, tables=tuple(t.name for t in call.tables), detail="", state=listing.state,
        planned=1, read=int(read), rows=sum(map(len, listing.lines.values())), pages=1,
        code="" if read else "AccessDenied",
    )  # fmt: skip
    for table in call.tables:
        lines = listing.lines.get(table.name, [])
        for detail in table.details:
            states = [ReadState(line["read"][detail.name]) for line in lines if detail.name in line["read"]]
            lost = next((state for state in states if not state.is_read), None)
            if states:
                yield Coverage(
                    **place, operation=detail.operation, tables=(table.name,), detail=detail.name,
                    state=lost or ReadState.READ, planned=len(states), read=sum(state.is_read for state in states),
                    rows=len(states), pages=0, code="AccessDenied" if lost else "",
                )  # fmt: skip


def _related(composed: Composed) -> Iterator[tuple[str, str]]:
    for expression in (composed.passes, composed.applies):
        for relation in expression.relations if expression else ():
            yield relation.table, relation.alias


Row = tuple[str, str, int]
"""Resource, artefact, line: one row of a population; the rows of a child table may share it."""


class Bench:
    """The cases of some files as loaded evidence, on which checks and their mutants are judged."""

    def __init__(self, paths: Iterable[Path], folder: Path) -> None:
        self.checks: dict[str, Check] = {}
        self.cases: list[Case] = []
        for path in paths:
            self.checks |= {str(check.id): check for check in checks_of(path.stem)}
            self.cases += read_cases(path, first=len(self.cases))
        self._by_check: dict[str, list[Case]] = {}
        for case in self.cases:
            self._by_check.setdefault(case.check, []).append(case)
        store = Store(folder)
        with patch.object(os, "fsync"):  # thousands of small files, and nothing here is about power cuts
            run = write_run(store, self.cases, self._planned())
        self.evidence = Evidence(store, run, Workspace(root=folder))
        self.connection = self.evidence.connection
        self._outcomes: dict[str, dict[Case, Counts]] = {}

    def _planned(self) -> dict[str, tuple[str, ...]]:
        """Check → the tables that it reads."""
        return {name: compose(check).tables for name, check in self.checks.items()}

    def cases_of(self, check: Check) -> list[Case]:
        """The cases that name the check."""
        return self._by_check.get(str(check.id), [])

    def composed(self, check: Check) -> Composed:
        """The check as the engine composes it."""
        return compose(check)

    def outcomes(self, check: Check) -> dict[Case, Counts]:
        """What the engine finds, listings not read included."""
        if check.id not in self._outcomes:
            if check.crosses_accounts:  # its relations look into other accounts: each case is a run of its own
                self._outcomes[check.id] = {}
                for case in self.cases_of(check):
                    with self._only(case, self.composed(check)):
                        self._outcomes[check.id][case] = self._judged([check])[check.id][case]
            else:
                self._outcomes |= self._judged([c for c in self.checks.values() if not c.crosses_accounts])
        return self._outcomes[check.id]

    def _judged(self, checks: list[Check]) -> dict[str, dict[Case, Counts]]:
        """What one run finds for the cases of each check."""
        run_checks(self.connection, checks, as_of=AS_OF)
        found: dict[tuple[str, str], Counter[str]] = {}
        for name, account, status in self.connection.execute(
            "select check_id, account_id, status from findings"
        ).fetchall():
            found.setdefault((name, account), Counter())[status] += 1
        self.connection.execute("delete from findings")
        return {
            check.id: {case: found.get((check.id, case.account), Counter()) for case in self.cases_of(check)}
            for check in checks
        }

    def judge(self, check: Check) -> dict[Case, dict[Row, Counter[str]]]:
        """The statuses of each row of each case; one query, with rows only."""
        composed = self.composed(check)
        sql = composed.sql
        if check.crosses_accounts:
            # A case's two accounts end alike: relations stay within the case, as its own run would hold them.
            for table, alias in {*_related(composed), ("_coverage", "c")}:
                start = f"from {table} {alias} where "
                sql = sql.replace(start, f"{start}right({alias}.account_id, 9) = right(this.account_id, 9) and ")
        used = {name for e in (composed.passes, composed.applies) if e for name in e.parameters}
        found: dict[Case, dict[Row, Counter[str]]] = {case: {} for case in self.cases_of(check)}
        cases = {case.account: rows for case, rows in found.items()}
        for account, resource, artefact, line, status in self.connection.execute(
            f"select account_id, resource, _artefact, _line, status from ({sql})",
            dict.fromkeys(sorted(used), AS_OF) or None,
        ).fetchall():
            if account in cases:
                cases[account].setdefault((resource, artefact, line), Counter())[status] += 1
        return found

    @contextmanager
    def _only(self, case: Case, composed: Composed) -> Iterator[None]:
        """The session as if the case's accounts were the whole run."""
        schema = f"only_{case.account}"
        self.connection.execute(f"create schema {schema}")
        for table in {*composed.tables, "_coverage"}:
            self.connection.execute(
                f"create view {schema}.{quote(table)} as select * from main.{quote(table)} "
                f"where account_id in ({literal(case.account)}, {literal(case.foreign)})"
            )
        self.connection.execute(f"set search_path = '{schema},main'")
        try:
            yield
        finally:
            self.connection.execute("set search_path = 'main'")
            self.connection.execute(f"drop schema {schema} cascade")

    @contextmanager
    def denied(self, table: str, fact: str) -> Iterator[None]:
        """The evidence with that fact of every row of the table denied, its value still there."""
        self.connection.begin()
        try:
            self.connection.execute(
                f"update main.{quote(table)} set _read = map_concat(_read, map {{{literal(fact)}: 'denied'}})"
            )
            yield
        finally:
            self.connection.rollback()

    def mutants(self, check: Check) -> Iterator[tuple[str, Check]]:
        """The check with each operand of each AND left out, and what was left out."""
        for part in ("applies_when", "passes_when"):
            text = getattr(check, part)
            for span in conjuncts(text) if text else ():
                data = text.encode()
                mutated = (data[: span.start] + b"true" + data[span.end :]).decode()
                changed = {part: mutated}
                yield f"{part}: {data[span.start : span.end].decode()}", replace(check, **changed)
