"""The access policy of a search domain."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proveonce.derive import Underivable
from proveonce.derive.domain_policy import domain_policy_admits_anyone

ALLOW = {
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
    "Action": "es:*",
    "Resource": "arn:aws:es:us-east-1:1:domain/d/*",
}


def domain(*statements: Any) -> dict[str, Any]:
    return {"item": {"AccessPolicies": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}}


@pytest.mark.parametrize("item", [{}, {"AccessPolicies": ""}, {"AccessPolicies": None}])
def test_without_a_policy_nobody_is_admitted(item: dict[str, Any]) -> None:
    assert not domain_policy_admits_anyone({"item": item})


@pytest.mark.parametrize(
    "principal",
    [{"Principal": "*"}, {"Principal": {"AWS": ["arn:aws:iam::1:root", "*"]}}, {"NotPrincipal": {"AWS": "a"}}],
)
def test_a_statement_for_everyone_admits_anyone(principal: dict[str, Any]) -> None:
    bare = {key: value for key, value in ALLOW.items() if key != "Principal"}
    assert domain_policy_admits_anyone(domain(bare | principal))


@pytest.mark.parametrize(
    "statement",
    [
        ALLOW | {"Effect": "Deny"},
        ALLOW | {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        ALLOW | {"Principal": {"Service": "*"}},
    ],
)
def test_a_statement_that_denies_or_names_its_principals_admits_nobody_else(statement: dict[str, Any]) -> None:
    assert not domain_policy_admits_anyone(domain(statement))


@pytest.mark.parametrize(
    "condition",
    [
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"IpAddress": {"aws:SourceIp": ["203.0.113.7", "10.0.0.0/8"]}},
        {"IpAddress": {"aws:VpcSourceIp": "2001:db8::/32"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3"}},
        {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/app-*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}},
        {"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}, "Bool": {"aws:SecureTransport": "true"}},
    ],
)
def test_a_condition_that_names_who_or_whence_narrows(condition: dict[str, Any]) -> None:
    assert not domain_policy_admits_anyone(domain(ALLOW | {"Condition": condition}))


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}},
        {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
        {"IpAddress": {"aws:SourceIp": "::/0"}},
        {"IpAddress": {"aws:SourceIp": "anywhere"}},
        {"IpAddress": {"aws:SourceIp": []}},
        {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3"}},
        {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}},
        {"StringEquals": {"aws:UserAgent": "curl"}},
        {"StringEquals": {"aws:SourceIp": "203.0.113.0/24"}},
    ],
)
def test_any_other_condition_leaves_the_door_open(condition: dict[str, Any]) -> None:
    assert domain_policy_admits_anyone(domain(ALLOW | {"Condition": condition}))


def test_one_open_statement_among_narrow_ones_is_enough() -> None:
    narrow = ALLOW | {"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
    assert domain_policy_admits_anyone(domain(narrow, ALLOW))


def test_a_policy_that_cannot_be_read_is_not_judged() -> None:
    with pytest.raises(Underivable):
        domain_policy_admits_anyone({"item": {"AccessPolicies": "{"}})
