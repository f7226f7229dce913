"""Guardrails: what a service control policy denies, and what only looks so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proveonce.derive import Underivable
from proveonce.derive.organization import permission_set_grants_full_access, service_control_guardrails

LEAVE, STOP, DELETE, REGIONS = "leaving_organization", "stopping_trail", "deleting_trail", "other_regions"
DENY = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
ELSEWHERE = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
BREAK_GLASS = {"ArnNotLike": {"aws:PrincipalARN": "arn:aws:iam::*:role/BreakGlass"}}


def policy(*found: Any, targets: int = 1) -> dict[str, Any]:
    units = [{"TargetId": f"ou-{n}", "Type": "ORGANIZATIONAL_UNIT"} for n in range(targets)]
    return {
        "item": {
            "PolicySummary": {"Id": "p-1", "Name": "guard"},
            "Content": json.dumps({"Version": "2012-10-17", "Statement": list(found)}),
        },
        "details": {"targets": {"Targets": units}},
    }


def denied(*found: Any) -> dict[str, bool]:
    """Danger → whether it is denied under a condition only."""
    return {row["denies"]: row["is_conditional"] for row in service_control_guardrails(policy(*found))}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (DENY, {LEAVE: False}),
        ({**DENY, "Action": "organizations:leave*"}, {LEAVE: False}),
        ({**DENY, "Action": ["cloudtrail:Stop*", "cloudtrail:DeleteTrail"]}, {STOP: False, DELETE: False}),
        ({**DENY, "Action": "*"}, {LEAVE: False, STOP: False, DELETE: False}),
        ({"Effect": "Deny", "NotAction": ["organizations:*"], "Resource": "*"}, {STOP: False, DELETE: False}),
        ({**DENY, "Effect": "Allow"}, {}),
        ({**DENY, "Action": "organizations:LeaveOrganisation"}, {}),
        ({**DENY, "Resource": "arn:aws:organizations::1:account/o/1"}, {LEAVE: True}),
        ({**DENY, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}, {LEAVE: True}),
    ],
)
def test_a_statement_denies_the_actions_it_covers(statement: dict[str, Any], found: dict[str, bool]) -> None:
    assert denied(statement) == found


def test_exempting_named_principals_leaves_the_denial_whole() -> None:
    assert denied({**DENY, "Condition": BREAK_GLASS}) == {LEAVE: False}
    several = {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::*:role/*"]}}
    assert denied({**DENY, "Condition": several}) == {LEAVE: True}
    assert denied({**DENY, "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Dev"}}}) == {LEAVE: True}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ({"Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*", "Condition": ELSEWHERE}, {REGIONS: False}),
        ({**DENY, "Action": "*", "Condition": {**ELSEWHERE, **BREAK_GLASS}}, {REGIONS: False}),
        ({**DENY, "Action": "*", "Condition": {**ELSEWHERE, "Bool": {"aws:ViaAWSService": "false"}}}, {REGIONS: True}),
        ({**DENY, "Action": "ec2:*", "Condition": ELSEWHERE}, {}),
        ({**DENY, "Action": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}},
         {LEAVE: True, STOP: True, DELETE: True}),
        ({**DENY, "Action": "*", "Condition": {"StringNotLike": {"aws:RequestedRegion": "*"}}},
         {LEAVE: True, STOP: True, DELETE: True}),
    ],
)  # fmt: skip
def test_a_region_guardrail_denies_all_but_some_services_elsewhere(
    statement: dict[str, Any], found: dict[str, bool]
) -> None:
    assert denied(statement) == found


def test_one_whole_denial_beats_a_conditional_one() -> None:
    conditional = {**DENY, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}
    assert denied(conditional, DENY) == denied(DENY, conditional) == {LEAVE: False}


def test_each_target_has_a_row_of_each_danger() -> None:
    rows = list(service_control_guardrails(policy({**DENY, "Action": ["*"]}, targets=2)))
    assert sorted((row["target_id"], row["denies"]) for row in rows) == sorted(
        (target, danger) for target in ("ou-0", "ou-1") for danger in (LEAVE, STOP, DELETE)
    )
    assert {(row["policy_id"], row["policy_name"], row["target_type"]) for row in rows} == {
        ("p-1", "guard", "ORGANIZATIONAL_UNIT")
    }


def test_what_was_not_read_is_not_taken_for_nothing() -> None:
    whole = policy(DENY)
    for broken in ({**whole, "details": {}}, {**whole, "item": {}}, {**whole, "item": {"Content": "no JSON"}}):
        with pytest.raises(Underivable):
            list(service_control_guardrails(broken))


@pytest.mark.parametrize(("action", "is_full"), [("*", True), ("s3:*", False)])
def test_an_inline_policy_grants_full_access(action: str, is_full: bool) -> None:
    text = json.dumps({"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}})
    assert permission_set_grants_full_access({"details": {"inline": {"InlinePolicy": text}}}) is is_full


@pytest.mark.parametrize("details", [{}, {"inline": {}}, {"inline": {"InlinePolicy": ""}}])
def test_no_inline_policy_grants_nothing(details: dict[str, Any]) -> None:
    assert permission_set_grants_full_access({"details": details}) is False
