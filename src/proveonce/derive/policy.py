"""IAM policy documents: statements, who they trust, what they grant.

Source: AWS IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from proveonce.derive.underivable import Underivable
from proveonce.kernel.canonical import encode_text

_ACCOUNT = re.compile(r"^(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::|$)")
_EVERY_ACTION = re.compile(r"\*+(:\*+)?")
_EVERY_RESOURCE = re.compile(r"\*+|arn(:\*+)+|arn:aws[a-z-]*(:\*+)+")
_EXACT = frozenset({"StringEquals", "StringEqualsIgnoreCase"})
_EQUALITIES = _EXACT | {"StringLike"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, its elements as lists."""

    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[tuple[str, str], ...]
    """(type, value): ("AWS", "*"), ("Service", "ec2.amazonaws.com")."""
    not_principals: bool
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Operator → key, lower case → values."""

    @property
    def is_full_access(self) -> bool:
        """Whether it allows every action on every resource."""
        return (
            self.effect == "Allow"
            and any(_EVERY_ACTION.fullmatch(action) for action in self.actions)
            and any(_EVERY_RESOURCE.fullmatch(resource) for resource in self.resources)
        )

    @property
    def demands_external_id(self) -> bool:
        """Whether only a caller that gives an agreed external id matches.

        `…IfExists`, `Null`, negations and `ForAllValues` let a caller without one through, a bare `*` any.
        """
        return any(
            operator.removeprefix("ForAnyValue:") in _EQUALITIES
            and values
            and all(operator in _EXACT or set(value) - {"*", "?"} for value in values)
            for operator, keys in self.conditions.items()
            if (values := keys.get("sts:externalid")) is not None
        )

    def condition_values(self, key: str) -> list[tuple[str, str]]:
        """(operator, value) of every condition on `key`."""
        return [
            (operator, value)
            for operator, keys in self.conditions.items()
            for name, values in keys.items()
            if name == key.lower()
            for value in values
        ]


def statements(document: Any) -> list[Statement]:
    """The statements of a policy document, plain or URL-encoded JSON.

    Raises: Underivable when it is no policy document.
    """
    if not isinstance(document, str):
        raise Underivable("the policy document is no text")
    text = document if document.lstrip().startswith("{") else unquote(document)
    try:
        value = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise Underivable(f"the policy document is not JSON: {error}") from error
    if not isinstance(value, dict) or "Statement" not in value:
        raise Underivable("the policy document has no Statement")
    found = value["Statement"]
    return [_statement(item) for item in (found if isinstance(found, list) else [found])]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; two equal keys would let one reader see another policy than AWS does."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key occurs twice")
    return value


def _statement(value: Any) -> Statement:
    if not isinstance(value, dict) or value.get("Effect") not in ("Allow", "Deny"):
        raise Underivable("a policy statement has no Effect of Allow or Deny")
    return Statement(
        effect=value["Effect"],
        actions=_texts(value.get("Action")),
        not_actions=_texts(value.get("NotAction")),
        resources=_texts(value.get("Resource")),
        not_resources=_texts(value.get("NotResource")),
        principals=tuple(_principals(value.get("Principal"))),
        not_principals="NotPrincipal" in value,
        conditions=_conditions(value.get("Condition")),
    )


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int | float) for item in items):
        raise Underivable("a policy element holds what is neither text, number nor truth value")
    # An escape of JSON may make half a surrogate pair, which no table takes.
    return tuple(encode_text(item) if isinstance(item, str) else json.dumps(item) for item in items)


def _principals(value: Any) -> Iterator[tuple[str, str]]:
    if value == "*":
        yield "AWS", "*"
    elif isinstance(value, dict):
        for kind, names in value.items():
            for name in _texts(names):
                yield "AWS" if kind == "*" and name == "*" else encode_text(kind), name
    elif value is not None:
        raise Underivable("a policy statement's Principal is neither * nor a mapping")


def _conditions(value: Any) -> dict[str, dict[str, tuple[str, ...]]]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(keys, dict) for keys in value.values()):
        raise Underivable("a policy statement's Condition is no mapping of mappings")
    # An operator without keys asks for nothing, so it is no condition.
    conditions = {
        operator: {key.lower(): _texts(values) for key, values in keys.items()}
        for operator, keys in value.items()
        if keys
    }
    if any(len(keys) != len(value[operator]) for operator, keys in conditions.items()):
        raise Underivable("a condition key occurs twice")
    return conditions


def _read(line: Mapping[str, Any], field: str) -> str:
    document = line["item"].get(field)
    if not isinstance(document, str):
        raise Underivable(f"{field} is missing")
    return document


def _row(statement: Statement, **facts: Any) -> dict[str, Any]:
    return {
        **facts,
        "effect": statement.effect,
        "actions": list(statement.actions),
        "not_actions": list(statement.not_actions),
        "resources": list(statement.resources),
        "not_resources": list(statement.not_resources),
        "has_condition": bool(statement.conditions),
        "is_full_access": statement.is_full_access,
    }


_INLINE = {
    "UserPolicyList": "user",
    "GroupPolicyList": "group",
    "RolePolicyList": "role",
}


def policy_statements(line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Statements of a holder's inline policies, or of a managed policy's default version."""
    item = line["item"]
    for field, holder in _INLINE.items():
        for policy in item.get(field) or []:
            name = policy.get("PolicyName", "")
            for statement in statements(policy.get("PolicyDocument", "")):
                yield _row(statement, policy_resource=line["resource"], policy_name=name, holder_type=holder,
                           is_inline=True)  # fmt: skip
    if "PolicyVersionList" in item:
        for statement in _default_version(line):
            yield _row(statement, policy_resource=line["resource"], policy_name=item.get("PolicyName", ""),
                       holder_type="managed_policy", is_inline=False)  # fmt: skip


def _default_version(line: Mapping[str, Any]) -> list[Statement]:
    versions = line["item"].get("PolicyVersionList") or []
    default = next((version for version in versions if version.get("IsDefaultVersion")), None)
    if default is None:
        raise Underivable("no version is the default one")
    return statements(default.get("Document", ""))


def policy_grants_full_access(line: Mapping[str, Any]) -> bool:
    """Whether a managed policy's default version allows every action on every resource."""
    return any(statement.is_full_access for statement in _default_version(line))


def role_trusts(line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row a principal that may assume the role."""
    item = line["item"]
    for statement in statements(_read(line, "AssumeRolePolicyDocument")):
        if statement.effect != "Allow":
            continue
        principals = statement.principals or ((("AWS", "*"),) if statement.not_principals else ())
        for kind, principal in principals:
            account = _ACCOUNT.match(principal) if kind == "AWS" else None
            yield {
                "role_name": item.get("RoleName"),
                "principal_type": kind,
                "principal": principal,
                "principal_account": account[1] if account else None,
                "is_anyone": principal == "*",
                "has_condition": bool(statement.conditions),
                "has_external_id": statement.demands_external_id,
                "is_service_linked": str(item.get("Path", "")).startswith("/aws-service-role/"),
            }


def bucket_denies_insecure_transport(line: Mapping[str, Any]) -> bool:
    """Whether the bucket policy denies everyone every S3 action over plain HTTP, on the bucket and all its objects.

    Without a policy: False. A deny on a prefix only, for some principals only or for some actions
    only does not count.
    """
    document = line["details"].get("policy", {}).get("Policy")
    if document is None:
        return False
    bucket = line["resource"]
    covered: set[str] = set()
    for statement in statements(document):
        if (
            statement.effect == "Deny"
            and ("AWS", "*") in statement.principals
            and any(action.lower() in ("*", "s3:*") for action in statement.actions)
            and _only_condition_is_plain_http(statement)
        ):
            covered.update(statement.resources)
    if "*" in covered:
        return True
    return (bucket in covered and f"{bucket}/*" in covered) or f"{bucket}*" in covered


def _only_condition_is_plain_http(statement: Statement) -> bool:
    if sum(len(keys) for keys in statement.conditions.values()) != 1:
        return False
    values = statement.condition_values("aws:SecureTransport")
    return len(values) == 1 and values[0][0] in ("Bool", "BoolIfExists") and values[0][1].lower() == "false"


def bucket_policy_grants_public(line: Mapping[str, Any]) -> bool:
    """Whether the bucket policy allows anyone anything without a condition.

    AWS's own verdict is `policy_status`; this says so where that could not be read.
    """
    document = line["details"].get("policy", {}).get("Policy")
    if document is None:
        return False
    return any(
        statement.effect == "Allow"
        and (("AWS", "*") in statement.principals or statement.not_principals)
        and not statement.conditions
        for statement in statements(document)
    )
