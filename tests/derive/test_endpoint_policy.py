from __future__ import annotations

import json
from typing import Any

import pytest

from proveonce.derive.endpoint_policy import endpoint_policy_grants_everything
from proveonce.derive.underivable import Underivable

DEFAULT = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
PERIMETER = {**DEFAULT, "Effect": "Deny", "Condition": {"StringNotEquals": {"aws:ResourceOrgID": "o-1"}}}


def grants(*statements: dict[str, Any]) -> bool | None:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return endpoint_policy_grants_everything({"item": {"PolicyDocument": document}})


def without(key: str, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in DEFAULT.items() if name != key} | more


@pytest.mark.parametrize(
    "statement",
    [
        DEFAULT,
        {**DEFAULT, "Principal": {"AWS": "*"}},
        {**DEFAULT, "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]},
        {**DEFAULT, "Resource": ["arn:aws:s3:::*/*"]},
        without("Action", NotAction="s3:DeleteBucket"),
        without("Resource", NotResource="arn:aws:s3:::b"),
        without("Principal", NotPrincipal={"AWS": "arn:aws:iam::111122223333:root"}),
        {**DEFAULT, "Condition": {}},
    ],
)
def test_an_allowance_of_everything_to_everyone_grants_everything(statement: dict[str, Any]) -> None:
    assert grants(statement) is True
    assert grants({**DEFAULT, "Action": "s3:GetObject"}, statement) is True


@pytest.mark.parametrize(
    "statement",
    [
        {**DEFAULT, "Action": "s3:Get*"},
        {**DEFAULT, "Resource": "arn:aws:s3:::bucket/*"},
        {**DEFAULT, "Resource": "arn:aws:s3:::bucket*"},
        {**DEFAULT, "Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {**DEFAULT, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {**DEFAULT, "Effect": "Deny"},
        without("Principal"),
    ],
)
def test_whatever_limits_an_allowance_is_a_limit(statement: dict[str, Any]) -> None:
    assert grants(statement) is False


def test_a_denial_to_everyone_under_a_condition_is_a_limit() -> None:
    assert grants(DEFAULT, PERIMETER) is False


@pytest.mark.parametrize(
    "denial",
    [
        {**PERIMETER, "Action": "s3:GetObject"},
        {**PERIMETER, "Resource": "arn:aws:s3:::b/*"},
        {**PERIMETER, "Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {**PERIMETER, "Resource": "arn:aws:s3:::b", "Condition": {}},
    ],
)
def test_a_denial_of_a_part_is_none(denial: dict[str, Any]) -> None:
    assert grants(DEFAULT, denial) is True


def test_an_endpoint_without_a_policy_grants_nothing_by_one() -> None:
    assert endpoint_policy_grants_everything({"item": {}}) is None


def test_a_policy_that_cannot_be_read_is_underivable() -> None:
    with pytest.raises(Underivable):
        endpoint_policy_grants_everything({"item": {"PolicyDocument": "nonsense"}})
