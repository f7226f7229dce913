"""Roles that identity providers' users may assume: whose users, and which of them.

Source: AWS IAM User Guide, "Create a role for OpenID Connect federation" and "Available keys for AWS OIDC
federation".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from proveonce.derive.statement import Statement, statements
from proveonce.derive.underivable import Underivable

_BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "accounts.google.com": ("aud", "oaud", "azp"),
    "cognito-identity.amazonaws.com": ("aud",),
    "graph.facebook.com": ("app_id",),
    "www.amazon.com": ("app_id", "aud"),
}
"""Issuers that a trust policy names without a provider of the account, and the claims that name the application."""

_SHARED = frozenset({
    "accounts.google.com", "agent.buildkite.com", "api.pulumi.com/oidc", "app.terraform.io", "gitlab.com",
    "oidc.codefresh.io", "oidc.vercel.com", "token.actions.githubusercontent.com",
})  # fmt: skip
"""Issuers that sign tokens for every customer of theirs: without a subject, a stranger's token does as well."""

_SUBJECTS = (
    "sub", "repository", "repository_id", "repository_owner", "repository_owner_id", "enterprise", "enterprise_id",
)  # fmt: skip
_OPERATORS = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike"})
_NAMED_OWNER = re.compile(r"(?:system:serviceaccount:|[a-z_]+:)?+[^*?/:]+[/:]")
"""What a pattern must say before its first wildcard: after a label such as `repo:`, an owner to its end."""


def role_federations(line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row a federated principal that may assume the role."""
    item = line["item"]
    document = item.get("AssumeRolePolicyDocument")
    if not isinstance(document, str):
        raise Underivable("AssumeRolePolicyDocument is missing")
    for statement in statements(document):
        if statement.effect != "Allow":
            continue
        for kind, provider in statement.principals:
            if kind == "Federated":
                yield {"role_name": item.get("RoleName"), "provider": provider, **_row(statement, provider)}


def _row(statement: Statement, provider: str) -> dict[str, Any]:
    _, is_saml, name = provider.partition(":saml-provider/")
    if is_saml:
        return {"provider_type": "saml", "issuer": name, "is_shared_issuer": False,
                "audience_limited": _is_limited(statement, "saml", ("aud",)), "subject_limited": False}  # fmt: skip
    _, is_oidc, issuer = provider.partition(":oidc-provider/")
    issuer = issuer or provider
    return {
        "provider_type": "oidc" if is_oidc else "web_identity",
        "issuer": issuer,
        "is_shared_issuer": issuer.lower().rstrip("/") in _SHARED,
        "audience_limited": _is_limited(statement, issuer, _BUILT_IN.get(issuer, ("aud",))),
        "subject_limited": _is_limited(statement, issuer, _SUBJECTS),
    }


def _is_limited(statement: Statement, issuer: str, claims: tuple[str, ...]) -> bool:
    """Whether one of the claims must have a value that names somebody."""
    wanted = {f"{issuer}:{claim}".lower() for claim in claims}
    return any(
        operator.removeprefix("ForAnyValue:") in _OPERATORS
        and key in wanted
        and values
        and all(_names_somebody(operator, value) for value in values)
        for operator, keys in statement.conditions.items()
        for key, values in keys.items()
    )


def _names_somebody(operator: str, value: str) -> bool:
    """Whether a value is free of wildcards, or has none before the end of the owner's name."""
    if not operator.endswith("StringLike") or not set(value) & {"*", "?"}:
        return bool(value)
    return _NAMED_OWNER.match(re.split("[*?]", value)[0]) is not None
