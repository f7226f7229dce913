"""Policies attached to buckets, file systems, backup vaults and clusters: what they deny, and whom they let in.

Wildcards are matched as IAM does, without regard to case. A Deny beside an Allow is not weighed, so an answer
may be worse than the truth, never better.

Source: AWS IAM User Guide, "IAM JSON policy elements"; Amazon EFS User Guide, "Using IAM to control file system
data access"; AWS Backup Developer Guide, "Vault access policies".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from proveonce.derive.policy import Statement, statements
from proveonce.derive.resource_policy import admits_anyone

_ADMINISTRATION = (
    "s3:BypassGovernanceRetention", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketAcl",
    "s3:PutBucketLogging", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration", "s3:PutObjectAcl", "s3:PutReplicationConfiguration",
)  # fmt: skip
"""Actions that decide who may do what with a bucket, or what becomes of its objects."""

_ACCOUNT = re.compile(r"(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::.+)?")
_DELETED = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
"""The unique id that AWS leaves of a principal that was deleted; it admits nobody."""

_NAMED = re.compile(
    r"arn:[^*?]+:(?:(?:user|role)/[^*?]+|assumed-role/[^*?/]+/(?:\*|[^*?]+))|a[a-z0-9]{15,}(?::\*|:[^*?]+)?"
)
"""One user, role or role session, by ARN or unique id, in lower case; `*` only for a role's sessions."""

_POSITIVE = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"})
_NEGATIVE = frozenset({"StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike"})
_IDENTITY_KEYS = frozenset({
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:userid",
})  # fmt: skip
"""Keys that only a request signed by an identity has."""


def storage_policy_admits_anyone(line: Mapping[str, Any]) -> bool | None:
    """Whether a vault's or cluster's policy lets everyone in; None where a condition leaves that open."""
    return admits_anyone(_document(line))


def bucket_administrators(line: Mapping[str, Any]) -> list[str]:
    """Accounts that the bucket policy lets change the bucket's settings, `*` for everyone; sorted.

    A principal that is no account (a canonical user) stands for itself. Services, identity providers and
    deleted principals are left out.
    """
    document = _document(line)
    if document is None:
        return []
    found = [s for s in statements(document) if s.effect == "Allow" and any(_covers(s, a) for a in _ADMINISTRATION)]
    return sorted({account for statement in found for account in _accounts(statement)})


def file_system_refuses_plaintext(line: Mapping[str, Any]) -> bool:
    """Whether the policy denies every client a mount without TLS. Without a policy: False."""
    return any(
        _denies_everyone(statement, line, ("elasticfilesystem:ClientMount",))
        and _sole_condition(statement, "aws:securetransport") in (("Bool", ("false",)), ("BoolIfExists", ("false",)))
        for statement in _statements(line)
    )


def file_system_admits_anonymous(line: Mapping[str, Any]) -> bool:
    """Whether clients that present no IAM identity may use the file system.

    Without a policy: True, for the default policy lets in whoever reaches a mount target.
    """
    if _document(line) is None:
        return True
    return any(
        statement.effect == "Allow" and _is_for_everyone(statement) and not _demands_identity(statement)
        for statement in _statements(line)
    )


def vault_denies_deletion(line: Mapping[str, Any]) -> bool:
    """Whether the vault's policy denies everyone, or all but named principals, to delete or shorten backups."""
    actions = ("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle")
    return all(
        any(_denies_everyone(s, line, (action,)) and _excepts_named_only(s) for s in _statements(line))
        for action in actions
    )


def _document(line: Mapping[str, Any]) -> str | None:
    found: str | None = line["details"].get("policy", {}).get("Policy")
    return found


def _statements(line: Mapping[str, Any]) -> list[Statement]:
    document = _document(line)
    return [] if document is None else statements(document)


def _matches(patterns: Iterable[str], text: str) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.IGNORECASE)
        for pattern in patterns
    )


def _covers(statement: Statement, action: str) -> bool:
    if statement.not_actions:
        return not _matches(statement.not_actions, action)
    return _matches(statement.actions, action)


def _is_for_everyone(statement: Statement) -> bool:
    return statement.not_principals or ("AWS", "*") in statement.principals


def _denies_everyone(statement: Statement, line: Mapping[str, Any], actions: Iterable[str]) -> bool:
    """Whether it denies everyone each action on the whole resource, its conditions aside."""
    return (
        statement.effect == "Deny"
        and ("AWS", "*") in statement.principals
        and all(_covers(statement, action) for action in actions)
        and not statement.not_resources
        and (not statement.resources or _matches(statement.resources, line["resource"]))
    )


def _sole_condition(statement: Statement, key: str) -> tuple[str, tuple[str, ...]] | None:
    """Operator and values, in lower case, where the only condition is on `key`."""
    found = [(o, k, values) for o, keys in statement.conditions.items() for k, values in keys.items()]
    if len(found) != 1 or found[0][1] != key:
        return None
    operator, _, values = found[0]
    return operator, tuple(value.lower() for value in values)


def _excepts_named_only(statement: Statement) -> bool:
    """Whether it has no condition, or only one that excepts principals by their whole name."""
    if not statement.conditions:
        return True
    return any(
        sole is not None and sole[0] in _NEGATIVE and all(_NAMED.fullmatch(value) for value in sole[1])
        for sole in (_sole_condition(statement, key) for key in ("aws:principalarn", "aws:userid"))
    )


def _demands_identity(statement: Statement) -> bool:
    return any(
        operator.removeprefix("ForAnyValue:") in _POSITIVE and _IDENTITY_KEYS & set(keys)
        for operator, keys in statement.conditions.items()
    )


def _accounts(statement: Statement) -> Iterator[str]:
    if statement.not_principals:
        yield from _conditioned(statement)
    for kind, name in statement.principals:
        if name == "*":
            yield from _conditioned(statement)
        elif kind == "AWS" and not _DELETED.fullmatch(name):
            account = _ACCOUNT.fullmatch(name)
            yield account[1] if account else name
        elif kind == "CanonicalUser":
            yield name


def _conditioned(statement: Statement) -> tuple[str, ...]:
    """The accounts to which a condition narrows everyone; `*` where none does."""
    for operator in ("StringEquals", "StringEqualsIgnoreCase"):
        if accounts := statement.conditions.get(operator, {}).get("aws:principalaccount"):
            return accounts
    return ("*",)
