"""Policies of buckets, file systems and vaults: what they deny, and whom they let in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proveonce.derive import Underivable
from proveonce.derive.storage_policy import (
    bucket_administrators,
    file_system_admits_anonymous,
    file_system_refuses_plaintext,
    storage_policy_admits_anyone,
    vault_denies_deletion,
)

ARN = "arn:aws:elasticfilesystem:us-east-1:111111111111:file-system/fs-1"
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
DENY = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "*"}
ALLOW = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "s3:PutBucketPolicy"}
GUARD = {**DENY, "Action": ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"], "Resource": "*"}
ROLE = "arn:aws:iam::111111111111:role/break-glass"


def line(*found: Any) -> dict[str, Any]:
    policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": list(found)})}
    return {"resource": ARN, "item": {}, "details": {"policy": policy}}


NO_POLICY: dict[str, Any] = {"resource": ARN, "item": {}, "details": {}}


@pytest.mark.parametrize(
    ("statement", "refuses"),
    [
        ({**DENY, "Condition": PLAIN}, True),
        ({**DENY, "Condition": {"BoolIfExists": {"aws:securetransport": "False"}}}, True),
        ({**DENY, "Action": "elasticfilesystem:Client*", "Resource": ARN, "Condition": PLAIN}, True),
        ({**DENY, "Principal": "*", "NotAction": "s3:*", "Condition": PLAIN}, True),
        ({**DENY, "Action": "elasticfilesystem:ClientWrite", "Condition": PLAIN}, False),
        ({**DENY, "Resource": f"{ARN}0", "Condition": PLAIN}, False),
        ({**DENY, "NotResource": "arn:x", "Condition": PLAIN}, False),
        ({**DENY, "Principal": {"AWS": ROLE}, "Condition": PLAIN}, False),
        ({**DENY, "Effect": "Allow", "Condition": PLAIN}, False),
        ({**DENY, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
        ({**DENY, "Condition": {**PLAIN, "StringEquals": {"aws:PrincipalAccount": "1"}}}, False),
        ({**DENY, "Condition": {"Bool": {"aws:SecureTransport": ["false", "true"]}}}, False),
        (DENY, False),
    ],
)
def test_a_file_system_refuses_plaintext_only_by_a_plain_denial(statement: Any, refuses: bool) -> None:
    assert file_system_refuses_plaintext(line(statement)) is refuses


def test_without_a_policy_a_file_system_takes_plaintext_and_anyone() -> None:
    assert file_system_refuses_plaintext(NO_POLICY) is False
    assert file_system_admits_anonymous(NO_POLICY) is True


@pytest.mark.parametrize(
    ("statement", "admits"),
    [
        ({**ALLOW, "Action": "elasticfilesystem:ClientMount"}, False),
        ({**ALLOW, "Principal": "*"}, True),
        ({"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "*"}, True),
        (
            {**ALLOW, "Principal": "*", "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "1"}}},
            True,
        ),
        ({**ALLOW, "Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, False),
        ({**ALLOW, "Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}, True),
        ({**ALLOW, "Principal": "*", "Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}}, True),
        ({**DENY}, False),
    ],
)
def test_a_file_system_admits_anonymous_clients(statement: Any, admits: bool) -> None:
    assert file_system_admits_anonymous(line(statement)) is admits


@pytest.mark.parametrize(
    ("statements", "denies"),
    [
        ([GUARD], True),
        ([{**GUARD, "Action": "backup:*"}], True),
        ([{**GUARD, "Action": "backup:DeleteRecoveryPoint"}], False),
        ([{**GUARD, "Action": "backup:delete*"}, {**GUARD, "Action": "backup:UpdateRecoveryPoint?ifecycle"}], True),
        ([{**GUARD, "Effect": "Allow"}], False),
        ([{**GUARD, "Principal": {"AWS": ROLE}}], False),
        ([{**GUARD, "Condition": {"ArnNotLike": {"aws:PrincipalArn": ROLE}}}], True),
        ([{**GUARD, "Condition": {"StringNotEquals": {"aws:PrincipalArn": [ROLE, f"{ROLE}2"]}}}], True),
        ([{**GUARD, "Condition": {"StringNotLike": {"aws:userId": "AROA1234567890ABCDEF:*"}}}], True),
        ([{**GUARD, "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/*"}}}], False),
        ([{**GUARD, "Condition": {"ArnNotLike": {"aws:PrincipalArn": [ROLE, "*"]}}}], False),
        ([{**GUARD, "Condition": {"ArnLike": {"aws:PrincipalArn": ROLE}}}], False),
        ([{**GUARD, "Condition": {"StringNotEquals": {"aws:PrincipalTag/team": "ops"}}}], False),
    ],
)
def test_a_vault_denies_deletion_to_all_but_named_principals(statements: list[Any], denies: bool) -> None:
    assert vault_denies_deletion(line(*statements)) is denies


def test_a_vault_without_a_policy_denies_nothing() -> None:
    assert vault_denies_deletion(NO_POLICY) is False
    assert storage_policy_admits_anyone(NO_POLICY) is False


@pytest.mark.parametrize(
    ("statement", "accounts"),
    [
        (ALLOW, ["222222222222"]),
        ({**ALLOW, "Principal": {"AWS": ["222222222222", "arn:aws:sts::333333333333:assumed-role/r/s"]}},
         ["222222222222", "333333333333"]),
        ({**ALLOW, "Principal": {"CanonicalUser": "c0ffee"}}, ["c0ffee"]),
        ({**ALLOW, "Principal": {"AWS": "AROA1234567890ABCDEF"}}, []),
        ({**ALLOW, "Principal": {"Service": "logging.s3.amazonaws.com"}}, []),
        ({**ALLOW, "Principal": "*"}, ["*"]),
        ({**ALLOW, "Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": "444444444444"}}},
         ["444444444444"]),
        ({**ALLOW, "Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "4"}}}, ["*"]),
        ({"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "s3:*"}, ["*"]),
        ({**ALLOW, "Action": ["s3:GetObject", "s3:PutObject"]}, []),
        ({**ALLOW, "Action": "s3:Put*"}, ["222222222222"]),
        ({"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "NotAction": "s3:GetObject"}, ["222222222222"]),
        ({"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "NotAction": "s3:*"}, []),
        ({**ALLOW, "Effect": "Deny"}, []),
    ],
)  # fmt: skip
def test_accounts_that_may_administer_a_bucket(statement: Any, accounts: list[str]) -> None:
    assert bucket_administrators(line(statement)) == accounts


def test_a_bucket_without_a_policy_is_administered_by_its_account_alone() -> None:
    assert bucket_administrators(NO_POLICY) == []


def test_a_policy_that_cannot_be_understood_is_not_judged() -> None:
    broken = {"resource": ARN, "item": {}, "details": {"policy": {"Policy": "not JSON"}}}
    for derive in (bucket_administrators, file_system_admits_anonymous, storage_policy_admits_anyone,
                   vault_denies_deletion):  # fmt: skip
        with pytest.raises(Underivable):
            derive(broken)
