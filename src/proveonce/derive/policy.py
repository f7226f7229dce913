"""Policies of IAM identities and buckets: what their statements grant, and whom roles trust.

Source: AWS IAM User Guide, "Identity-based policies and resource-based policies".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proveonce.derive.statement import Statement, account_of, statements
from proveonce.derive.underivable import Underivable


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
            yield {
                "role_name": item.get("RoleName"),
                "principal_type": kind,
                "principal": principal,
                "principal_account": account_of(principal) if kind == "AWS" else None,
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
            and statement.names_everyone
            and any(action.lower() in ("*", "s3:*") for action in statement.actions)
            and statement.is_for_plaintext_only
        ):
            covered.update(statement.resources)
    if "*" in covered:
        return True
    return (bucket in covered and f"{bucket}/*" in covered) or f"{bucket}*" in covered


def bucket_policy_grants_public(line: Mapping[str, Any]) -> bool:
    """Whether the bucket policy allows anyone anything without a condition.

    AWS's own verdict is `policy_status`; this says so where that could not be read.
    """
    document = line["details"].get("policy", {}).get("Policy")
    if document is None:
        return False
    return any(statement.allows_everyone and not statement.conditions for statement in statements(document))
