"""The truth table of the design (section 4), exhaustively, and relations in three values."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from assess.builders import check, judged, line
from proveonce.kernel.errors import EvidenceError
from proveonce.model.evidence import ReadState
from proveonce.model.finding import Status

VALUES: dict[str, Any] = {"true": "yes", "false": "no", "null": None}
STATES = [str(state) for state in ReadState]


def expected(applies: str, how_applies: str, passes: str, how_passes: str) -> str:
    """The truth table, written once more."""
    read = ("read", "absent")
    if how_applies not in read:
        return "undetermined"
    if applies == "false":
        return "not_applicable"
    if applies == "null" or how_passes not in read or passes == "null":
        return "undetermined"
    return "pass" if passes == "true" else "fail"


def test_the_truth_table_holds_for_every_value_and_every_way_of_reading(tmp_path: Path) -> None:
    cases = list(itertools.product(VALUES, STATES, VALUES, STATES))
    lines = [
        line(
            f"bucket-{number}",
            details={"versioning": {"Status": VALUES[applies]}, "location": {"LocationConstraint": VALUES[passes]}},
            read={"versioning": how_applies, "location": how_passes},
        )
        for number, (applies, how_applies, passes, how_passes) in enumerate(cases)
    ]
    one = check(
        "location.LocationConstraint = 'yes'", applies_when="versioning.Status = 'yes'",
        needs=("versioning", "location"),
    )  # fmt: skip
    with judged(tmp_path, [one], {"aws_s3_bucket": lines}) as (results, findings):
        found = {f.resource: str(f.status) for f in findings}
        assert results[one.id].counts.total == len(cases) == len(findings)
    assert found == {f"bucket-{number}": expected(*case) for number, case in enumerate(cases)}


@pytest.mark.parametrize("state", [state for state in ReadState if not state.is_read])
def test_an_item_that_was_not_read_is_undetermined_whatever_the_predicate(state: ReadState, tmp_path: Path) -> None:
    with judged(tmp_path, [check("true")], {"aws_s3_bucket": [line("b", read={"item": str(state)})]}) as (_, findings):
        assert [f.status for f in findings] == [Status.UNDETERMINED]
        assert str(state) in findings[0].reason


def test_a_listing_not_read_to_its_end_adds_one_finding_and_its_rows_are_judged(tmp_path: Path) -> None:
    unread = {"aws_s3_bucket": ReadState.DENIED}
    with judged(tmp_path, [check("true")], {"aws_s3_bucket": [line("b")]}, unread=unread) as (results, findings):
        assert sorted(f.status for f in findings) == [Status.PASS, Status.UNDETERMINED]
        assert next(f for f in findings if f.line < 0).reason.startswith(
            "s3:ListBuckets was not read to its end: denied"
        )
        (result,) = results.values()
    assert (result.rows, result.unread_listings, result.counts.total) == (1, 1, 2)


def test_a_check_that_breaks_on_the_data_is_undetermined_for_its_whole_population(tmp_path: Path) -> None:
    one = check("cast(Name as bigint) > 1")
    with judged(tmp_path, [one], {"aws_s3_bucket": [line("12"), line("x")]}) as (_, findings):
        assert [f.status for f in findings] == [Status.UNDETERMINED] * 2
        assert "the check broke on this evidence" in findings[0].reason


def test_evidence_that_does_not_fit_its_table_is_refused(tmp_path: Path) -> None:
    bad = line("b", item={"CreationDate": "yesterday"})
    with (
        pytest.raises(EvidenceError, match="does not fit"),
        judged(tmp_path, [check("CreationDate is not null")], {"aws_s3_bucket": [bad]}),
    ):
        pass


RELATED = "aws_sns_topic"
EXISTS = (
    "exists (from aws_sns_topic t where t.account_id = this.account_id and t.region = this.region "
    "and t.TopicArn = this.Name and t.attributes.Attributes['on'] = 'yes')"
)


def topic(arn: str | None, value: str | None, state: str = "read") -> dict[str, Any]:
    made = line(arn or "?", details={"attributes": {"Attributes": {"on": value}}}, read={"attributes": state})
    made["item"] = {"TopicArn": arn}
    return made


@pytest.mark.parametrize(
    ("related", "unread", "holds"),
    [
        ([], False, False),
        ([topic("b", "yes")], False, True),
        ([topic("b", "no")], False, False),
        ([topic("other", "yes")], False, False),
        ([topic("b", "yes", "denied")], False, None),
        ([topic("other", "yes", "denied")], False, False),
        ([topic("b", "no", "denied"), topic("b", "yes")], False, True),
        ([topic("b", None)], False, None),
        ([topic(None, "yes")], False, None),
        ([], True, None),
        ([topic("b", "no")], True, None),
        ([topic("b", "yes")], True, True),
    ],
)
def test_a_relation_is_true_unknown_or_false(
    related: list[dict[str, Any]], unread: bool, holds: bool | None, tmp_path: Path
) -> None:
    checks = [
        check(EXISTS, id="aws.test.thing.exists"), check(f"not {EXISTS}", id="aws.test.thing.exists-not"),
    ]  # fmt: skip
    states = {RELATED: ReadState.THROTTLED} if unread else {}
    with judged(tmp_path, checks, {"aws_s3_bucket": [line("b")], RELATED: related}, unread=states) as (_, findings):
        found = {f.check: str(f.status) for f in findings}
    words = {True: ("pass", "fail"), False: ("fail", "pass"), None: ("undetermined", "undetermined")}[holds]
    assert tuple(found.values()) == words


def test_a_relation_to_a_listing_that_was_never_planned_is_unknown(tmp_path: Path) -> None:
    with judged(tmp_path, [check(f"not {EXISTS}")], {"aws_s3_bucket": [line("b")]}, unplanned=(RELATED,)) as (_, found):
        assert [f.status for f in found] == [Status.UNDETERMINED]


@pytest.mark.parametrize(
    ("related", "unplanned", "status"),
    [([], (), "fail"), ([], ("eu-west-1",), "undetermined"), ([topic("b", "yes")], ("eu-west-1",), "pass")],
)
def test_a_relation_over_all_regions_that_finds_nothing_is_unknown_while_an_enabled_region_is_unread(
    related: list[dict[str, Any]], unplanned: tuple[str, ...], status: str, tmp_path: Path
) -> None:
    one = check(EXISTS.replace("and t.region = this.region ", ""), crosses_regions="why")
    tables = {"aws_s3_bucket": [line("b")], RELATED: related}
    with judged(tmp_path, [one], tables, regions_not_planned=unplanned) as (_, findings):
        assert [str(f.status) for f in findings] == [status]
