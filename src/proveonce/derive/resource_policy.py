"""Resource policies: whether one lets in principals that nobody named, or lets one do what should be apart.

Conditions are read, not evaluated: one that pins the caller to a named account, organisation, resource or
network closes a statement for everyone; any other leaves it open to question.

Source: AWS IAM User Guide, "AWS JSON policy elements: Principal" and "AWS global condition context keys".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from proveonce.derive.statement import Statement, statements
from proveonce.derive.underivable import Underivable

_ARN_KEYS = frozenset({"aws:principalarn", "aws:sourcearn"})
_NAME_KEYS = frozenset({
    "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount", "aws:sourceorgid",
    "aws:sourceorgpaths", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "kms:calleraccount",
})  # fmt: skip
_WHOLE_ACCOUNT = re.compile(r"\*|\d{12}|arn:[^:]+:iam::\d{12}:root")
_ADMINISTERING = ("kms:putkeypolicy", "kms:disablekey", "kms:schedulekeydeletion")
_USING = ("kms:decrypt", "kms:encrypt", "kms:generatedatakey", "kms:generatemac", "kms:sign")
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:(?P<account>[^:]*):(?P<resource>.+)")


def admits_anyone(document: str | None) -> bool | None:
    """Whether a resource policy allows anything to everyone; None where a condition leaves that open.

    Without a policy: False. A Deny beside the Allow is not weighed.
    Raises: Underivable when it is no policy document.
    """
    found = [_is_open(statement) for statement in statements(document)] if document is not None else []
    return True if True in found else None if None in found else False


def _is_open(statement: Statement) -> bool | None:
    if not statement.allows_everyone:
        return False
    if not statement.conditions:
        return True
    return False if statement.demands(_is_narrow) else None


def _is_narrow(key: str, value: str) -> bool:
    """Whether a value names an account, an organisation, a resource or a network."""
    if key in _ARN_KEYS:
        arn = _ARN.fullmatch(value)
        if arn is None:
            return False
        # The ARN of a bucket has no account; its name is one of a kind.
        return arn["account"].isdecimal() or not (arn["account"] or _has_wildcard(arn["resource"]))
    return key in _NAME_KEYS and not _has_wildcard(re.split("[/:]", value)[0])


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def secret_policy_admits_anyone(line: Mapping[str, Any]) -> bool | None:
    """Whether a secret's resource policy lets everyone in."""
    return admits_anyone(line["details"].get("policy", {}).get("ResourcePolicy"))


def key_policy_admits_anyone(line: Mapping[str, Any]) -> bool | None:
    """Whether a KMS key's policy lets everyone in."""
    return admits_anyone(_key_policy(line))


def key_policy_dual_principals(line: Mapping[str, Any]) -> list[str]:
    """The principals, whole accounts aside, that a KMS key's policy lets both administer and use the key."""
    administrators: set[str] = set()
    users: set[str] = set()
    for statement in statements(_key_policy(line)):
        if statement.effect == "Allow":
            named = {n for kind, n in statement.principals if kind == "AWS" and not _WHOLE_ACCOUNT.fullmatch(n)}
            administrators |= named if any(map(statement.covers, _ADMINISTERING)) else set()
            users |= named if any(map(statement.covers, _USING)) else set()
    return sorted(administrators & users)


def _key_policy(line: Mapping[str, Any]) -> str:
    policy = line["item"].get("Policy")
    if not isinstance(policy, str):
        raise Underivable("every key has a policy, and this one is missing")
    return policy
