"""Policies attached to queues, topics, event buses, log destinations, package stores and mail identities.

Whom one lets in, and whether it refuses callers without TLS. A Deny beside an Allow is not weighed, so an
answer may be worse than the truth, never better.

Source: AWS IAM User Guide, "AWS JSON policy elements: Principal"; Amazon SQS Developer Guide, "Security best
practices"; Amazon SNS Developer Guide, "Security best practices".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proveonce.derive.resource_policy import admits_anyone
from proveonce.derive.statement import Statement, account_of, matches, statements
from proveonce.derive.underivable import Underivable
from proveonce.model.evidence import ReadState

_ACCOUNT_KEYS = ("aws:principalaccount", "aws:sourceaccount", "aws:sourceowner")


def attached_policy_admits_anyone(line: Mapping[str, Any]) -> bool | None:
    """Whether a policy of the resource lets everyone in; None where a condition leaves that open. Without: False."""
    found = [admits_anyone(document) for document in _documents(line)]
    return True if True in found else None if None in found else False


def attached_policy_grants(line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row a principal that a policy of the resource admits, with the account it belongs to.

    Where a condition narrows everyone to accounts, each of these is a row. A principal without an account is a
    service, an identity provider, everyone, or was deleted.
    Raises: Underivable where a detail was not read: the policy may stand in it, and admit anybody.
    """
    if any(not ReadState(how).is_read for how in line.get("read", {}).values()):
        raise Underivable("the policy was not read")
    for document in _documents(line):
        for statement in statements(document):
            if statement.effect == "Allow":
                yield from _grants(statement)


def queue_refuses_plaintext(line: Mapping[str, Any]) -> bool:
    """Whether the queue's policy denies everyone to send and to receive without TLS. Without a policy: False."""
    arn = line["item"].get("Attributes", {}).get("QueueArn", "")
    return all(_refuses_plaintext(line, arn, action) for action in ("sqs:SendMessage", "sqs:ReceiveMessage"))


def topic_refuses_plaintext(line: Mapping[str, Any]) -> bool:
    """Whether the topic's policy denies everyone to publish without TLS. Without a policy: False."""
    return _refuses_plaintext(line, line["item"].get("TopicArn", ""), "sns:Publish")


def _documents(line: Mapping[str, Any]) -> list[str]:
    """The policy documents of the row, from wherever its service puts them."""
    item, details = line["item"], line["details"]
    found = [
        item.get("Policy"),  # event bus
        item.get("policyDocument"),  # CloudWatch Logs resource policy
        item.get("accessPolicy"),  # CloudWatch Logs destination
        item.get("Attributes", {}).get("Policy"),  # queue
        details.get("attributes", {}).get("Attributes", {}).get("Policy"),  # topic
        details.get("policy", {}).get("policy", {}).get("document"),  # CodeArtifact
        *details.get("identity", {}).get("Policies", {}).values(),  # SES
    ]
    return [document for document in found if document]


def _grants(statement: Statement) -> Iterator[dict[str, Any]]:
    principals = statement.principals or ((("AWS", "*"),) if statement.not_principals else ())
    for kind, name in principals:
        if name == "*":
            yield from (
                _row(statement, kind, name, account)
                for account in statement.accounts_of_everyone(_ACCOUNT_KEYS) or (None,)
            )
        else:
            yield _row(statement, kind, name, account_of(name) if kind == "AWS" else None)


def _row(statement: Statement, kind: str, name: str, account: str | None) -> dict[str, Any]:
    return {
        "principal_type": kind,
        "principal": name,
        "principal_account": account,
        "actions": [*statement.actions, *(f"not {action}" for action in statement.not_actions)],
        "has_condition": bool(statement.conditions),
    }


def _refuses_plaintext(line: Mapping[str, Any], arn: str, action: str) -> bool:
    return any(
        statement.effect == "Deny"
        and statement.names_everyone
        and matches(statement.actions, action)
        and matches(statement.resources, arn)
        and statement.is_for_plaintext_only
        for document in _documents(line)
        for statement in statements(document)
    )
