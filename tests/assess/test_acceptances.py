"""Risk acceptances: in force or why not, and about exactly the failures that meet all they name; results stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.builders import check
from proveonce.assess.registers.acceptances import TABLES, cover, stand
from proveonce.model.check import CheckId
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.register import RiskAcceptance
from proveonce.model.standing import AcceptanceState, Covered

DAY = date(2026, 11, 24)
RDS, S3 = "aws.rds.db-instance.storage-encrypted", "aws.s3.bucket.not-public"
CONTENT = Content(
    frameworks={"soc2": SimpleNamespace(), "hipaa": SimpleNamespace()},  # type: ignore[dict-item] # only named
    domains={}, controls={}, crosswalks={},
    checks={
        CheckId(RDS): check("true", id=CheckId(RDS), supports=(ControlId("CRY-02"),)),
        CheckId(S3): check("true", id=CheckId(S3), supports=(ControlId("NET-01"), ControlId("DAT-01"))),
    },
)  # fmt: skip
SIGNED = RiskAcceptance(
    "RA-1", "t", "r", checks=("*",), requested_by="a", requested_on="2026-05-01", approved_by="b",
    approved_on="2026-05-04", expires_on="2026-11-25",
)  # fmt: skip
Row = tuple[str, str, str, str, list[str]]


@pytest.mark.parametrize(
    ("changed", "state", "why"),
    [
        ({}, AcceptanceState.IN_FORCE, ""),
        ({"expires_on": "2026-11-24"}, AcceptanceState.EXPIRED, "expired 2026-11-24"),
        ({"approved_by": "", "approved_on": ""}, AcceptanceState.UNSIGNED, "nobody has approved it"),
        ({"approved_by": "", "approved_on": "", "expires_on": "2026-11-01"}, AcceptanceState.UNSIGNED, "term ended"),
        ({"approved_on": "2026-11-24"}, AcceptanceState.IN_FORCE, ""),
        ({"approved_on": "2026-11-25", "expires_on": "2027-01-01"}, AcceptanceState.NOT_YET, "approved on 2026-11-25"),
        ({"requested_on": "2026-11-25", "approved_by": "", "approved_on": ""}, AcceptanceState.NOT_YET, "requested on"),
    ],
)  # fmt: skip
def test_state_on_a_day(changed: dict[str, Any], state: AcceptanceState, why: str) -> None:
    (standing,) = stand([replace(SIGNED, **changed)], DAY)
    assert standing.state is state
    assert why in standing.why
    assert bool(standing.why) is not standing.is_in_force


def test_those_in_force_come_first_the_longest_before_others() -> None:
    later = replace(SIGNED, id="RA-2", expires_on="2027-01-01")
    unsigned = replace(SIGNED, id="RA-0", approved_by="", approved_on="")
    assert [s.acceptance.id for s in stand([unsigned, SIGNED, later], DAY)] == ["RA-2", "RA-1", "RA-0"]


def about(
    acceptances: Sequence[RiskAcceptance], rows: Sequence[Row]
) -> tuple[dict[str, Covered], Covered, dict[int, list[str]]]:
    with duckdb.connect() as connection:
        connection.execute(
            "create table findings (check_id varchar, status varchar, account_id varchar, resource varchar, "
            "out_of_scope varchar[])"
        )
        for row in rows:
            connection.execute("insert into findings values (?, ?, ?, ?, ?)", row)
        for table in TABLES:
            connection.execute(table)
        covered, accepted = cover(connection, stand(acceptances, DAY), CONTENT)
        left = connection.execute(
            "select check_id, status, account_id, resource, out_of_scope from findings"
        ).fetchall()
        assert left == list(rows)  # nothing of a result changes
        return covered, accepted, dict(connection.execute("select finding, ids from _acceptances").fetchall())


def test_all_that_is_named_must_hold_and_only_failures_are_covered() -> None:
    narrow = replace(
        SIGNED, checks=("aws.rds.*",), controls=(ControlId("CRY-02"),), accounts=("1",), resources=("*:db:old-?",)
    )
    rows: list[Row] = [
        (RDS, "fail", "1", "arn:rds:db:old-1", []),
        (RDS, "fail", "1", "arn:rds:db:old-12", []),
        (RDS, "fail", "2", "arn:rds:db:old-1", []),
        (RDS, "undetermined", "1", "arn:rds:db:old-2", []),
        (RDS, "pass", "1", "arn:rds:db:old-3", []),
        (S3, "fail", "1", "arn:rds:db:old-1", []),
    ]
    covered, accepted, told = about([narrow], rows)
    assert covered["RA-1"] == accepted == Covered(1, {RDS: {"soc2": 1, "hipaa": 1}})
    assert told == {0: ["RA-1"]}


def test_controls_alone_and_out_of_scope() -> None:
    by_control = replace(SIGNED, checks=(), controls=(ControlId("DAT-01"),))
    covered, _, _ = about([by_control], [(S3, "fail", "1", "a", ["hipaa"]), (S3, "fail", "1", "b", [])])
    assert covered["RA-1"] == Covered(2, {S3: {"soc2": 2, "hipaa": 1}})


def test_a_failure_under_several_decisions_counts_once_and_names_the_one_in_force_first() -> None:
    unsigned = replace(SIGNED, id="RA-0", approved_by="", approved_on="")
    longer = replace(SIGNED, id="RA-9", expires_on="2027-02-01")
    covered, accepted, told = about([unsigned, SIGNED, longer], [(S3, "fail", "1", "a", [])])
    assert told == {0: ["RA-9", "RA-1", "RA-0"]}
    assert accepted.total == 1
    assert [covered[name].total for name in ("RA-0", "RA-1", "RA-9")] == [1, 1, 1]


def test_decisions_not_in_force_accept_nothing() -> None:
    idle = [replace(SIGNED, approved_by="", approved_on=""), replace(SIGNED, id="RA-2", expires_on="2026-11-01")]
    covered, accepted, _ = about(idle, [(S3, "fail", "1", "a", [])])
    assert accepted == Covered()
    assert covered["RA-1"].total == covered["RA-2"].total == 1  # told beside the failure all the same


def test_hostile_names_are_names() -> None:
    hostile = replace(SIGNED, id="x'); drop table findings; --", checks=("*",), resources=("it's [!a]*",))
    covered, _, told = about([hostile], [(S3, "fail", "1", "it's bad", []), (S3, "fail", "1", "it's a", [])])
    assert covered[hostile.id].total == 1
    assert told == {0: [hostile.id]}


NAMES = st.text("ab-*?[]!.", max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, st.sampled_from([RDS, S3])), max_size=6), st.lists(NAMES.filter(bool), max_size=3))
def test_globs_cover_what_pythons_own_cover(found: list[tuple[str, str]], globs: list[str]) -> None:
    rows: list[Row] = [(name, "fail", "1", resource, []) for resource, name in found]
    _, _, told = about([replace(SIGNED, resources=tuple(globs))], rows)
    expected = {n for n, (resource, _) in enumerate(found) if not globs or any(fnmatchcase(resource, g) for g in globs)}
    assert set(told) == expected
