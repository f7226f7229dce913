"""Every check over records of evidence by people, through the tables and the engine; each of its words matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from checks.harness import AS_OF, ROOT, Case, write_run
from checks.people import assert_an_unread_fact_leaves_no_new_verdict, assert_every_conjunct_matters, judge
from proveonce.assess.load import Evidence
from proveonce.assess.manual import on_record, rows
from proveonce.content.loader import load_content
from proveonce.model.check import Check
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.manual import Conclusion, Kind, ManualRecord, RecordId
from proveonce.model.manual_fields import FIELDS
from proveonce.model.workspace import Workspace
from proveonce.store import Store
from proveonce.tables.manual import COLUMNS, columns_of, kind_table

FILE = Path(__file__).parent / "process" / "manual.yaml"
ACCOUNTS = "aws_organizations_account"
CONTROL = ControlId("POL-01")
"""Every record of a case is for one control, so that a later one takes the place of an earlier."""


@dataclass(frozen=True)
class RecordCase:
    """One record, with what else is on record, and what one check makes of it."""

    check: str
    number: int
    name: str
    expect: str
    facts: Mapping[str, Any]
    performed_on: str = "2026-10-01"
    others: tuple[Mapping[str, Any], ...] = ()
    key: str = field(init=False)
    """Names the record, and stands for its account."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"case-{self.number:03d}")

    @property
    def kind(self) -> Kind:
        """The kind of its records."""
        return Kind(checks()[self.check].population.removeprefix("manual_"))

    def records(self) -> list[ManualRecord]:
        """Its record, then the others."""
        return [
            self._record(self.key, self.performed_on, self.facts),
            *(
                self._record(f"{self.key}-{n}", str(other["performed_on"]), other["facts"])
                for n, other in enumerate(self.others)
            ),
        ]

    def _record(self, identifier: str, performed_on: str, facts: Mapping[str, Any]) -> ManualRecord:
        assert set(facts) <= set(FIELDS[self.kind]), f"{self.check}: {self.name}"
        told = {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}
        return ManualRecord(
            RecordId(identifier), self.kind, (CONTROL,), "t", "s", Conclusion.EFFECTIVE, performed_on,
            f"{performed_on}T12:00:00Z", "Ann", facts=told,
        )  # fmt: skip


@cache
def checks() -> Mapping[str, Check]:
    """The checks whose population is a kind of records."""
    return {str(c.id): c for c in load_content(ROOT).checks.values() if c.population.startswith("manual_")}


@cache
def cases() -> tuple[RecordCase, ...]:
    """Every case, each with a number of its own."""
    found: list[RecordCase] = []
    for entry in yaml.safe_load(FILE.read_text(encoding="utf-8")):
        for case in entry["cases"]:
            made = {**case, "others": tuple(case.get("others", ()))}
            found.append(RecordCase(entry["check"], len(found), **made))
    return tuple(found)


def people() -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of every case, each case in an account of its own: relations must not meet another's records."""
    content = load_content(ROOT)
    one = Content({}, {}, {CONTROL: content.controls[CONTROL]}, {}, {})
    for case in cases():
        for table, row in rows(on_record(case.records(), one, AS_OF), one):
            yield table, {**row, "account_id": case.key}


def evidence(folder: Path, *, is_read: bool = True) -> Evidence:
    """Every case, beside the accounts of an organisation, or none where its listing was not read."""
    workspace = Workspace(root=folder)
    items = [{"item": {"Id": number * 12, "Arn": f"arn:aws:organizations::{number}", "Status": status}}
             for number, status in (("1", "ACTIVE"), ("2", "ACTIVE"), ("3", "SUSPENDED"))]  # fmt: skip
    case = Case("any", "accounts", "111122223333", "444455556666", "", evidence={ACCOUNTS: items} if is_read else {},
                unread=() if is_read else ({"table": ACCOUNTS},))  # fmt: skip
    store = Store(workspace.store)
    write_run(store, [case], {"any": (ACCOUNTS,)})
    return Evidence(store, store.run(), workspace, people=people())


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    with evidence(tmp_path_factory.mktemp("manual")) as found:
        found.connection.execute(
            "insert into _coverage select distinct tbl, key, region, detail, operation, state, is_complete, code from "
            f"_coverage, (select unnest({[case.key for case in cases()]}) as key) where account_id = 'none'"
        )
        yield found


def test_every_check_has_a_case_of_each_outcome() -> None:
    missing = [
        f"{name}: {outcome}"
        for name in checks()
        for outcome in ("pass", "fail", "undetermined", "not_applicable")
        if outcome not in {case.expect for case in cases() if case.check == name}
    ]
    assert not missing
    assert {case.check for case in cases()} == set(checks())


def test_cases_end_as_expected(loaded: Evidence) -> None:
    found = judge(loaded, checks())
    wrong = [
        f"{case.check}: {case.name}: expected {case.expect}, found {found[case.check].get(case.key)}"
        for case in cases()
        if found[case.check].get(case.key) != case.expect
    ]
    assert not wrong, "\n".join(wrong)


def test_rows_out_are_rows_in(loaded: Evidence) -> None:
    found = judge(loaded, checks())
    rows_in = Counter(kind_table(case.kind) for case in cases() for _ in case.records())
    assert {name: len(rows_out) for name, rows_out in found.items()} == {
        name: rows_in[check.population] for name, check in checks().items()
    }


def test_every_conjunct_matters(loaded: Evidence) -> None:
    keys = {name: {case.key for case in cases() if case.check == name} for name in checks()}
    assert_every_conjunct_matters(loaded, checks(), keys)


def test_an_unread_fact_leaves_no_verdict_that_was_not_there(loaded: Evidence) -> None:
    assert_an_unread_fact_leaves_no_new_verdict(loaded, checks())


def test_a_review_is_undetermined_where_the_accounts_were_not_read(tmp_path: Path) -> None:
    name = "process.access-review.covers-every-account"
    with evidence(tmp_path, is_read=False) as unread:
        found = judge(unread, {name: checks()[name]})[name]
    assert set(found.values()) == {"undetermined", "not_applicable"}


def test_a_record_that_leaves_a_fact_out_says_so(loaded: Evidence) -> None:
    name = "process.restore-test.compared"
    judge(loaded, {name: checks()[name]})
    case = next(case for case in cases() if case.check == name and case.name == "it does not say")
    reason = loaded.connection.execute("select reason from findings where resource = ?", [case.key]).fetchone()
    assert reason == ("the record does not say is_verified",)


def test_the_fields_of_a_kind_take_no_column_of_every_record() -> None:
    for kind, fields in FIELDS.items():
        assert not set(fields) & set(COLUMNS), kind
        assert set(columns_of(kind_table(kind)) or ()) == {*COLUMNS, *fields}
    assert set(FIELDS) == set(Kind)
