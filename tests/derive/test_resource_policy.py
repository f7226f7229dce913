"""Resource policies: open to everyone, closed, or open to question."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proveonce.derive import Underivable
from proveonce.derive.resource_policy import (
    admits_anyone,
    key_policy_admits_anyone,
    key_policy_dual_principals,
    secret_policy_admits_anyone,
)

OPEN = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
NARROW = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
DOUBTFUL = {"Bool": {"aws:SecureTransport": "true"}}


def document(*found: Any) -> str:
    return json.dumps({"Statement": list(found)})


@pytest.mark.parametrize(
    ("statement", "is_open"),
    [
        (OPEN, True),
        ({**OPEN, "Principal": {"AWS": ["arn:aws:iam::111122223333:root", "*"]}}, True),
        ({"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "Action": "*", "Resource": "*"}, True),
        ({**OPEN, "Effect": "Deny"}, False),
        ({**OPEN, "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}, False),
        ({**OPEN, "Principal": {"Service": "s3.amazonaws.com"}}, False),
    ],
)
def test_an_unconditional_statement_is_open_when_it_names_nobody(statement: dict[str, Any], is_open: bool) -> None:
    assert admits_anyone(document(statement)) is is_open


@pytest.mark.parametrize(
    ("condition", "is_open"),
    [
        (NARROW, False),
        ({"StringLike": {"aws:PrincipalOrgPaths": "o-1/r-1/*"}}, False),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-1/r-1/ou-1/*"]}}, False),
        ({"StringEquals": {"kms:CallerAccount": "111122223333"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}, False),
        ({"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}}, False),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({**DOUBTFUL, **NARROW}, False),
        (DOUBTFUL, None),
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, None),
        ({"StringLike": {"aws:PrincipalOrgID": "*"}}, None),
        ({"StringLike": {"aws:PrincipalOrgPaths": "o-*/r-1/*"}}, None),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin"}}, None),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}, None),
        ({"ArnLike": {"aws:PrincipalArn": "*"}}, None),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, None),
        ({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, None),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, None),
        ({"StringEquals": {"aws:PrincipalAccount": ["111122223333", "*"]}}, None),
        ({"StringEquals": {"aws:PrincipalAccount": []}}, None),
    ],
)
def test_a_condition_closes_a_statement_only_by_naming_somebody(condition: Any, is_open: bool | None) -> None:
    assert admits_anyone(document({**OPEN, "Condition": condition})) is is_open


def test_one_open_statement_opens_the_policy() -> None:
    doubtful = {**OPEN, "Condition": DOUBTFUL}
    assert admits_anyone(document(doubtful, {**OPEN, "Condition": NARROW}, OPEN)) is True
    assert admits_anyone(document({**OPEN, "Condition": NARROW}, doubtful)) is None


def test_no_policy_admits_nobody_and_a_broken_one_is_not_understood() -> None:
    assert admits_anyone(None) is False
    with pytest.raises(Underivable):
        admits_anyone("no JSON")


def test_secrets_and_keys_have_their_policy_in_different_places() -> None:
    assert secret_policy_admits_anyone({"details": {"policy": {"ResourcePolicy": document(OPEN)}}}) is True
    assert key_policy_admits_anyone({"item": {"Policy": document(OPEN)}}) is True
    assert secret_policy_admits_anyone({"details": {"policy": {}}}) is False


def test_a_key_without_a_policy_was_not_understood() -> None:
    for function in (key_policy_admits_anyone, key_policy_dual_principals):
        with pytest.raises(Underivable):
            function({"item": {}})


ADMIN, APP = "arn:aws:iam::111122223333:role/admin", "arn:aws:iam::111122223333:role/app"


def duties(*granted: tuple[Any, Any]) -> list[str]:
    found = [{"Effect": "Allow", "Principal": {"AWS": who}, "Action": what, "Resource": "*"} for who, what in granted]
    return key_policy_dual_principals({"item": {"Policy": document(*found)}})


def test_duties_are_apart_until_one_principal_has_both() -> None:
    assert duties((ADMIN, ["kms:Put*", "kms:Disable*"]), (APP, ["kms:Decrypt", "kms:GenerateDataKey*"])) == []
    assert duties((ADMIN, "kms:ScheduleKeyDeletion"), ([APP, ADMIN], "kms:decrypt")) == [ADMIN]
    assert duties((APP, "kms:*")) == [APP]
    assert duties((APP, "kms:DescribeKey"), (APP, "kms:Decrypt")) == []


def test_a_whole_account_is_no_principal_that_acts() -> None:
    assert duties(("arn:aws:iam::111122223333:root", "kms:*"), ("111122223333", "*"), ("*", "kms:*")) == []


def test_what_is_denied_and_what_is_allowed_by_exception_count_as_aws_reads_them() -> None:
    denied = {"Effect": "Deny", "Principal": {"AWS": APP}, "Action": "kms:*", "Resource": "*"}
    excepted = {"Effect": "Allow", "Principal": {"AWS": APP}, "NotAction": "kms:Decrypt", "Resource": "*"}
    assert key_policy_dual_principals({"item": {"Policy": document(denied)}}) == []
    assert key_policy_dual_principals({"item": {"Policy": document(excepted)}}) == [APP]
