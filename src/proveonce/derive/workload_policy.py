"""Policies attached to functions and image repositories: whether they admit callers that nobody named.

Source: AWS Lambda Developer Guide, "Granting function access to AWS services"; AWS IAM User Guide, "The confused
deputy problem".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from proveonce.derive.resource_policy import admits_anyone
from proveonce.derive.statement import statements

_SOURCE_KEYS = frozenset({
    "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "lambda:eventsourcetoken",
})  # fmt: skip
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:(?P<account>[^:]*):(?P<resource>.+)")


def function_policy_admits_anyone(line: Mapping[str, Any]) -> bool | None:
    """Whether a function's policy lets everyone in; None where a condition leaves that open. Without one: False."""
    return admits_anyone(_document(line, "Policy"))


def repository_policy_admits_anyone(line: Mapping[str, Any]) -> bool | None:
    """Whether an image repository's policy lets everyone in; None where a condition leaves that open."""
    return admits_anyone(_document(line, "policyText"))


def function_policy_admits_unnamed_source(line: Mapping[str, Any]) -> bool:
    """Whether a function's policy admits an AWS service whoever it acts for. Without a policy: False."""
    document = _document(line, "Policy")
    return document is not None and any(
        statement.effect == "Allow"
        and any(kind == "Service" for kind, _ in statement.principals)
        and not statement.demands(_is_source)
        for statement in statements(document)
    )


def _document(line: Mapping[str, Any], member: str) -> str | None:
    found: str | None = line["details"].get("policy", {}).get(member)
    return found


def _is_source(key: str, value: str) -> bool:
    """Whether a value names an account, an organisation, a token or a resource; S3's ARNs have no account."""
    if key != "aws:sourcearn":
        return key in _SOURCE_KEYS and not set(value) & {"*", "?"}
    arn = _ARN.fullmatch(value)
    return arn is not None and (arn["account"].isdecimal() or not set(arn["account"] + arn["resource"]) & {"*", "?"})
