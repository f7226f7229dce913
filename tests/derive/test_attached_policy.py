"""Whom a policy attached to a queue, topic, bus, log destination, package store or mail identity lets in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proveonce.derive import Underivable
from proveonce.derive.attached_policy import (
    attached_policy_admits_anyone,
    attached_policy_grants,
    queue_refuses_plaintext,
    topic_refuses_plaintext,
)

QUEUE = "arn:aws:sqs:us-east-1:111111111111:orders"
TOPIC = "arn:aws:sns:us-east-1:111111111111:alarms"
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Statement": list(statements)})


def allow(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sqs:*", "Resource": "*", **more}


def deny(action: Any = "sqs:*", resource: Any = QUEUE, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": PLAIN, **more}


def queue(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"item": {"Attributes": {"QueueArn": QUEUE, "Policy": policy(*statements)}}, "details": {}}


def topic(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"item": {"TopicArn": TOPIC}, "details": {"attributes": {"Attributes": {"Policy": policy(*statements)}}}}


@pytest.mark.parametrize(
    "line",
    [
        {"item": {"Attributes": {"Policy": policy(allow("*"))}}, "details": {}},
        {"item": {"Policy": policy(allow("*"))}, "details": {}},
        {"item": {"policyDocument": policy(allow("*"))}, "details": {}},
        {"item": {"accessPolicy": policy(allow("*"))}, "details": {}},
        {"item": {}, "details": {"attributes": {"Attributes": {"Policy": policy(allow("*"))}}}},
        {"item": {}, "details": {"policy": {"policy": {"document": policy(allow("*"))}}}},
        {
            "item": {},
            "details": {"identity": {"Policies": {"a": policy(allow({"AWS": "1" * 12})), "b": policy(allow("*"))}}},
        },
    ],
)
def test_the_policy_is_found_where_its_service_puts_it(line: dict[str, Any]) -> None:
    assert attached_policy_admits_anyone(line) is True
    assert "*" in [row["principal"] for row in attached_policy_grants(line)]


def test_one_open_policy_of_several_opens_and_one_in_doubt_leaves_doubt() -> None:
    doubt = allow("*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    named = allow({"AWS": "111111111111"})

    def identity(*statements: dict[str, Any]) -> dict[str, Any]:
        policies = {str(number): policy(statement) for number, statement in enumerate(statements)}
        return {"item": {}, "details": {"identity": {"Policies": policies}}}

    assert attached_policy_admits_anyone(identity(named, doubt)) is None
    assert attached_policy_admits_anyone(identity(doubt, allow("*"))) is True
    assert attached_policy_admits_anyone(identity(named)) is False
    assert attached_policy_admits_anyone({"item": {}, "details": {}}) is False


def grants(*statements: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    rows = attached_policy_grants(queue(*statements))
    return [(row["principal_type"], row["principal"], row["principal_account"]) for row in rows]


def test_each_principal_is_a_row_with_the_account_it_belongs_to() -> None:
    role = "arn:aws:iam::222222222222:role/reader"
    deleted = "AIDAJQABLZS4A3QDU576Q"
    assert grants(allow({"AWS": ["111111111111", role, deleted], "Service": "s3.amazonaws.com"})) == [
        ("AWS", "111111111111", "111111111111"),
        ("AWS", role, "222222222222"),
        ("AWS", deleted, None),
        ("Service", "s3.amazonaws.com", None),
    ]
    assert grants(deny()) == []


@pytest.mark.parametrize(
    ("condition", "accounts"),
    [
        (
            {"StringEquals": {"aws:PrincipalAccount": ["111111111111", "222222222222"]}},
            ["111111111111", "222222222222"],
        ),
        ({"StringEquals": {"AWS:SourceOwner": "222222222222"}}, ["222222222222"]),
        ({"StringEquals": {"aws:SourceAccount": "222222222222"}}, ["222222222222"]),
        ({"StringLike": {"aws:SourceAccount": ["222222222222", "3*"]}}, [None]),
        ({"StringNotEquals": {"aws:SourceAccount": "222222222222"}}, [None]),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, [None]),
        ({}, [None]),
    ],
)
def test_everyone_is_narrowed_to_the_accounts_of_a_condition(condition: Any, accounts: list[str | None]) -> None:
    assert [account for _, _, account in grants(allow("*", Condition=condition))] == accounts


def test_all_but_some_principals_are_everyone() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": "111111111111"}, "NotAction": "sqs:SendMessage"}
    (row,) = attached_policy_grants(queue(statement))
    assert (row["principal"], row["principal_account"], row["actions"]) == ("*", None, ["not sqs:SendMessage"])


def test_grants_of_a_policy_that_was_not_read_are_not_none() -> None:
    with pytest.raises(Underivable):
        list(attached_policy_grants({"item": {}, "details": {}, "read": {"item": "read", "attributes": "denied"}}))
    assert list(attached_policy_grants({"item": {}, "details": {}, "read": {"item": "read", "policy": "absent"}})) == []


@pytest.mark.parametrize(
    "statements",
    [
        [deny()],
        [deny("*")],
        [deny(["sqs:Send*", "SQS:receivemessage"])],
        [deny("sqs:SendMessage"), deny("sqs:ReceiveMessage", "*")],
        [deny(Condition={"BoolIfExists": {"aws:SecureTransport": "false"}})],
    ],
)
def test_a_queue_that_refuses_plaintext(statements: list[dict[str, Any]]) -> None:
    assert queue_refuses_plaintext(queue(*statements)) is True


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [deny("sqs:SendMessage")],
        [deny("sqs:ReceiveMessage")],
        [deny(resource=f"{QUEUE}-other")],
        [deny(Principal={"AWS": "111111111111"})],
        [deny(Effect="Allow")],
        [deny(Condition={"Bool": {"aws:SecureTransport": "true"}})],
        [deny(Condition={**PLAIN, "StringEquals": {"aws:PrincipalOrgID": "o-1"}})],
        [deny(Condition={})],
    ],
)
def test_a_queue_that_does_not(statements: list[dict[str, Any]]) -> None:
    assert queue_refuses_plaintext(queue(*statements)) is False


def test_a_topic_refuses_plaintext_where_publishing_is_denied() -> None:
    assert topic_refuses_plaintext(topic(deny("sns:Publish", TOPIC))) is True
    assert topic_refuses_plaintext(topic(deny("sns:Subscribe", TOPIC))) is False
    assert topic_refuses_plaintext(topic(deny("sns:Publish", QUEUE))) is False
    assert topic_refuses_plaintext({"item": {"TopicArn": TOPIC}, "details": {}}) is False
