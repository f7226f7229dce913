"""Every check over people's tables, from a CSV through import and store to its finding; each of its words matters."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from checks.harness import ROOT, Case, write_run
from checks.people import assert_an_unread_fact_leaves_no_new_verdict, assert_every_conjunct_matters, judge
from proveonce.app.assessing import in_force
from proveonce.app.importing import commit
from proveonce.assess.load import Evidence
from proveonce.collect.imports import read_records
from proveonce.content.loader import load_content
from proveonce.model.check import Check
from proveonce.model.evidence import ReadState
from proveonce.model.imported import RECORDS, TableMap
from proveonce.model.workspace import Workspace
from proveonce.store import Store
from proveonce.tables import schema

FILE = Path(__file__).parent / "process" / "records.yaml"
REPORT = "aws_iam_credential_report"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass(frozen=True)
class RecordCase:
    """One row of one table, and what one check makes of it."""

    check: str
    number: int
    name: str
    expect: str
    row: Mapping[str, Any]
    user: Mapping[str, str] | None = None
    """What IAM's report says of the user of the case's own name."""
    key: str = field(init=False)
    """Names the row, and in other letters the user."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"case-{self.number:03d}")

    @property
    def kind(self) -> str:
        """The kind of its table."""
        return checks()[self.check].population.removeprefix("record_")

    def write(self, folder: Path) -> Path:
        """The table as a person would bring it."""
        path = folder / f"{self.key}.csv"
        cells = {"id": self.key, "person": self.key, "course": "Course"} | {
            name: str(value).replace("{case}", self.key).replace("{CASE}", self.key.upper())
            for name, value in self.row.items()
        }
        known = {name: value for name, value in cells.items() if name in RECORDS[self.kind]}
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([known.keys(), known.values()])
        return path


@cache
def checks() -> Mapping[str, Check]:
    """The checks whose population is a table of people's."""
    return {str(c.id): c for c in load_content(ROOT).checks.values() if c.population.startswith("record_")}


def cases() -> list[RecordCase]:
    """Every case, each with a number of its own."""
    found: list[RecordCase] = []
    for entry in yaml.load(FILE.read_text(encoding="utf-8"), yaml.BaseLoader):  # noqa: S506 - it makes texts only
        found += [RecordCase(entry["check"], len(found) + n, **case) for n, case in enumerate(entry["cases"])]
    return found


def collected(store: Store, *, is_read: bool) -> None:
    """A collection of one account that read the credential report, or not."""
    users = [{"user": case.key, **case.user} for case in cases() if case.user is not None]
    case = Case(
        "any",
        "the report",
        "111122223333",
        "444455556666",
        "",
        evidence={REPORT: [{"report": users}]} if is_read else {},
        unread=() if is_read else ({"table": REPORT},),
    )
    write_run(store, [case], {"any": ("aws_iam_credential",)})


def evidence(folder: Path, *, is_read: bool = True) -> Evidence:
    """Every case as an import of its own, each with a subject of its own."""
    workspace, content = Workspace(root=folder), load_content(ROOT)
    store = Store(workspace.store)
    collected(store, is_read=is_read)
    for case in cases():
        path = case.write(folder)
        # Gaps would add a finding to every check.
        imported = replace(read_records(path, case.kind, TableMap()), gaps=[])
        commit(workspace, content, imported, path, imported_by="Ada", now=NOW, subject=case.key)
    run = next(run for run in store.runs() if not run.is_import)
    return Evidence(store, run, workspace, imports=in_force(store, None))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    with evidence(tmp_path_factory.mktemp("records")) as found:
        yield found


def test_every_check_has_a_case_of_each_outcome() -> None:
    missing = [
        f"{name}: {outcome}"
        for name in checks()
        for outcome in ("pass", "fail", "undetermined")
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
    rows = Counter(case.kind for case in cases())
    assert {name: len(rows_of) for name, rows_of in found.items()} == {
        name: rows[check.population.removeprefix("record_")] for name, check in checks().items()
    }


def test_every_conjunct_matters(loaded: Evidence) -> None:
    keys = {name: {case.key for case in cases() if case.check == name} for name in checks()}
    assert_every_conjunct_matters(loaded, checks(), keys)


def test_an_unread_fact_leaves_no_verdict_that_was_not_there(loaded: Evidence) -> None:
    assert_an_unread_fact_leaves_no_new_verdict(loaded, checks())


def test_leavers_are_undetermined_where_iam_was_not_read(tmp_path: Path) -> None:
    name = "process.leaver.no-aws-credential"
    with evidence(tmp_path, is_read=False) as unread:
        found = judge(unread, {name: checks()[name]})[name]
    assert set(found.values()) == {"undetermined", "not_applicable"}


def test_a_column_is_a_fact_of_its_own() -> None:
    for kind, columns in RECORDS.items():
        for column in columns:
            assert schema.facts_of(f"record_{kind}", column) == (column,)


def test_what_a_table_does_not_tell_is_said_in_the_reason(loaded: Evidence) -> None:
    name = "process.change.tested"
    judge(loaded, {name: checks()[name]})
    case = next(case for case in cases() if case.check == name and case.name == "the table has no testers")
    reason = loaded.connection.execute("select reason from findings where resource = ?", [case.key]).fetchone()
    assert reason is not None
    assert re.search(r"tested_by was not read: never asked", reason[0])
    assert ReadState.ABSENT.is_read
