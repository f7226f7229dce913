"""Whether the policy of a function or an image repository names those it admits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proveonce.derive import Underivable
from proveonce.derive.workload_policy import (
    function_policy_admits_anyone,
    function_policy_admits_unnamed_source,
    repository_policy_admits_anyone,
)

BUCKET = "arn:aws:s3:::uploads"
RULE = "arn:aws:events:us-east-1:111111111111:rule/nightly"


def line(member: str, principal: Any, condition: Any = None, effect: str = "Allow") -> dict[str, Any]:
    statement = {"Effect": effect, "Principal": principal, "Action": "lambda:InvokeFunction", "Resource": "*"}
    statement |= {"Condition": condition} if condition else {}
    return {"details": {"policy": {member: json.dumps({"Statement": [statement]})}}}


def function(principal: Any, condition: Any = None, effect: str = "Allow") -> dict[str, Any]:
    return line("Policy", principal, condition, effect)


@pytest.mark.parametrize(
    ("principal", "condition", "admits"),
    [
        ("*", None, True),
        ({"AWS": "*"}, None, True),
        ({"AWS": ["arn:aws:iam::111111111111:root", "*"]}, None, True),
        ({"AWS": "arn:aws:iam::111111111111:root"}, None, False),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, None),
        ("*", {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}, None),
    ],
)
def test_a_policy_admits_everyone_unless_it_names_callers(principal: Any, condition: Any, admits: bool | None) -> None:
    assert function_policy_admits_anyone(function(principal, condition)) is admits
    assert repository_policy_admits_anyone(line("policyText", principal, condition)) is admits


@pytest.mark.parametrize(
    ("condition", "admits"),
    [
        (None, True),
        ({"ArnLike": {"AWS:SourceArn": BUCKET}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}, True),
        ({"ArnLike": {"aws:SourceArn": RULE}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:events:us-east-1:111111111111:rule/*"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:events:us-east-1:*:rule/nightly"}}, True),
        ({"ArnLike": {"aws:SourceArn": [RULE, "arn:aws:s3:::*"]}}, True),
        ({"ArnLikeIfExists": {"aws:SourceArn": RULE}}, True),
        ({"StringEquals": {"aws:SourceAccount": "111111111111"}}, False),
        ({"StringLike": {"aws:SourceAccount": "*"}}, True),
        ({"StringNotEquals": {"aws:SourceAccount": "111111111111"}}, True),
        ({"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringLike": {"aws:SourceArn": "*"}, "StringEquals": {"aws:SourceAccount": "111111111111"}}, False),
    ],
)
def test_a_service_is_admitted_for_named_sources_only(condition: Any, admits: bool) -> None:
    assert function_policy_admits_unnamed_source(function({"Service": "s3.amazonaws.com"}, condition)) is admits


def test_only_an_allowed_service_counts() -> None:
    assert function_policy_admits_unnamed_source(function({"AWS": "*"})) is False
    assert function_policy_admits_unnamed_source(function({"Service": "s3.amazonaws.com"}, effect="Deny")) is False
    assert function_policy_admits_anyone(function("*", effect="Deny")) is False


def test_without_a_policy_nobody_is_admitted() -> None:
    nothing: dict[str, Any] = {"details": {}}
    assert function_policy_admits_anyone(nothing) is False
    assert function_policy_admits_unnamed_source(nothing) is False
    assert repository_policy_admits_anyone(nothing) is False


def test_what_is_no_policy_says_nothing() -> None:
    with pytest.raises(Underivable):
        function_policy_admits_unnamed_source({"details": {"policy": {"Policy": "not JSON"}}})
