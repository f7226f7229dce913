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

from proveonce.derive.resource_policy import admits_anyone
from proveonce.derive.statement import Statement, account_of, matches, statements

_ADMINISTRATION = (
    "s3:BypassGovernanceRetention", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketAcl",
    "s3:PutBucketLogging", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration", "s3:PutObjectAcl", "s3:PutReplicationConfiguration",
)  # fmt: skip
"""Actions that decide who may do what with a bucket, or what becomes of its objects."""

_DELETED = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
"""The unique id that AWS leaves of a principal that was deleted; it admits nobody."""

_NAMED = re.compile(
    r"arn:[^*?]+:(?:(?:user|role)/[^*?]+|assumed-role/[^*?/]+/(?:\*|[^*?]+))|a[a-z0-9]{15,}(?::\*|:[^*?]+)?"
)
"""One user, role or role session, by ARN or unique id, in lower case; `*` only for a role's sessions."""

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
    found = [s for s in statements(document) if s.effect == "Allow" and any(map(s.covers, _ADMINISTRATION))]
    return sorted({account for statement in found for account in _accounts(statement)})


def file_system_refuses_plaintext(line: Mapping[str, Any]) -> bool:
    """Whether the policy denies every client a mount without TLS. Without a policy: False."""
    return any(
        _denies_everyone(statement, line, ("elasticfilesystem:ClientMount",)) and statement.is_for_plaintext_only
        for statement in _statements(line)
    )


def file_system_admits_anonymous(line: Mapping[str, Any]) -> bool:
    """Whether clients that present no IAM identity may use the file system.

    Without a policy: True, for the default policy lets in whoever reaches a mount target.
    """
    if _document(line) is None:
        return True
    return any(
        statement.allows_everyone and not statement.demands(_tells_an_identity) for statement in _statements(line)
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


def _denies_everyone(statement: Statement, line: Mapping[str, Any], actions: Iterable[str]) -> bool:
    """Whether it denies everyone each action on the whole resource, its conditions aside."""
    return (
        statement.effect == "Deny"
        and statement.names_everyone
        and all(map(statement.covers, actions))
        and not statement.not_resources
        and (not statement.resources or matches(statement.resources, line["resource"]))
    )


def _excepts_named_only(statement: Statement) -> bool:
    """Whether it has no condition, or only one that excepts principals by their whole name."""
    if not statement.conditions:
        return True
    return any(
        sole is not None and sole[0] in _NEGATIVE and all(_NAMED.fullmatch(value) for value in sole[1])
        for sole in (statement.sole_condition(key) for key in ("aws:principalarn", "aws:userid"))
    )


def _tells_an_identity(key: str, _value: str) -> bool:
    return key in _IDENTITY_KEYS


def _accounts(statement: Statement) -> Iterator[str]:
    if statement.not_principals:
        yield from statement.accounts_of_everyone(("aws:principalaccount",)) or ("*",)
    for kind, name in statement.principals:
        if name == "*":
            yield from statement.accounts_of_everyone(("aws:principalaccount",)) or ("*",)
        elif kind == "AWS" and not _DELETED.fullmatch(name):
            yield account_of(name) or name
        elif kind == "CanonicalUser":
            yield name
