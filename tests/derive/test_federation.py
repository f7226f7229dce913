"""Federated trust: a condition that names somebody, and one that only looks so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proveonce.derive import Underivable
from proveonce.derive.federation import role_federations

GITHUB = "token.actions.githubusercontent.com"
CLUSTER = "oidc.eks.eu-west-1.amazonaws.com/id/ABC"


def provider(issuer: str) -> str:
    return f"arn:aws:iam::111122223333:oidc-provider/{issuer}"


def trusts(principal: Any, condition: Any = None, **statement: Any) -> list[dict[str, Any]]:
    found = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity", **statement}
    document = {"Statement": [found | ({"Condition": condition} if condition else {})]}
    return list(role_federations({"item": {"RoleName": "r", "AssumeRolePolicyDocument": json.dumps(document)}}))


def limits(issuer: str, condition: Any) -> tuple[bool, bool]:
    """(audience, subject) limited."""
    [row] = trusts({"Federated": provider(issuer)}, condition)
    return row["audience_limited"], row["subject_limited"]


@pytest.mark.parametrize(
    ("operator", "subject", "is_limited"),
    [
        ("StringEquals", "repo:acme/app:environment:prod", True),
        ("StringLike", "repo:acme/*", True),
        ("StringLike", "repo:acme/app:*", True),
        ("ForAnyValue:StringLike", "repo:acme/*", True),
        ("StringLike", "repo:acme*", False),
        ("StringLike", "repo:*", False),
        ("StringLike", "*", False),
        ("StringLike", "repo:?cme/app:*", False),
        ("StringLike", "*acme/app:*", False),
        ("StringLike", ["repo:acme/*", "repo:*"], False),
        ("StringNotEquals", "repo:evil/app", False),
        ("StringEqualsIfExists", "repo:acme/app", False),
        ("ForAllValues:StringLike", "repo:acme/*", False),
        ("StringEquals", [], False),
    ],
)
def test_a_subject_names_its_owner_to_the_end(operator: str, subject: Any, is_limited: bool) -> None:
    assert limits(GITHUB, {operator: {f"{GITHUB}:sub": subject}}) == (False, is_limited)


@pytest.mark.parametrize(
    ("issuer", "claim", "value", "is_limited"),
    [
        (CLUSTER, "sub", "system:serviceaccount:shop:*", True),
        (CLUSTER, "sub", "system:serviceaccount:*", False),
        (CLUSTER, "sub", "system:serviceaccount:*:web", False),
        ("gitlab.com", "sub", "project_path:acme/app:*", True),
        ("app.terraform.io", "sub", "organization:acme:project:*", True),
        ("app.terraform.io", "sub", "organization:*", False),
        (GITHUB, "repository", "acme/*", True),
        (GITHUB, "actor", "alice", False),
    ],
)
def test_each_issuer_has_its_way_to_name_somebody(issuer: str, claim: str, value: str, is_limited: bool) -> None:
    assert limits(issuer, {"StringLike": {f"{issuer}:{claim}": value}}) == (False, is_limited)


def test_a_condition_on_another_issuer_limits_nothing() -> None:
    assert limits(GITHUB, {"StringEquals": {"gitlab.com:sub": "x", "gitlab.com:aud": "y"}}) == (False, False)
    assert limits(GITHUB, {"StringEquals": {f"{GITHUB.upper()}:AUD": "sts.amazonaws.com"}}) == (True, False)


@pytest.mark.parametrize(
    ("issuer", "claim", "is_limited"),
    [
        ("cognito-identity.amazonaws.com", "aud", True),
        ("cognito-identity.amazonaws.com", "amr", False),
        ("accounts.google.com", "oaud", True),
        ("graph.facebook.com", "app_id", True),
        ("graph.facebook.com", "aud", False),
    ],
)
def test_a_built_in_issuer_names_the_application(issuer: str, claim: str, is_limited: bool) -> None:
    [row] = trusts({"Federated": issuer}, {"StringEquals": {f"{issuer}:{claim}": "x"}})
    assert (row["provider_type"], row["issuer"], row["audience_limited"]) == ("web_identity", issuer, is_limited)


@pytest.mark.parametrize(
    ("name", "kind", "issuer", "is_shared"),
    [
        (provider(GITHUB), "oidc", GITHUB, True),
        (provider(f"{GITHUB}/acme"), "oidc", f"{GITHUB}/acme", False),
        (provider(CLUSTER), "oidc", CLUSTER, False),
        ("arn:aws:iam::111122223333:saml-provider/okta", "saml", "okta", False),
    ],
)
def test_a_provider_is_told_by_its_name(name: str, kind: str, issuer: str, is_shared: bool) -> None:
    [row] = trusts({"Federated": name})
    assert (row["provider_type"], row["issuer"], row["is_shared_issuer"]) == (kind, issuer, is_shared)


def test_saml_names_its_audience() -> None:
    saml = {"Federated": "arn:aws:iam::111122223333:saml-provider/okta"}
    condition = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    assert [row["audience_limited"] for row in (*trusts(saml, condition), *trusts(saml))] == [True, False]


def test_only_federated_principals_that_are_allowed_have_a_row() -> None:
    assert trusts({"AWS": "*", "Service": "ec2.amazonaws.com"}) == []
    assert trusts({"Federated": provider(GITHUB)}, Effect="Deny") == []
    assert len(trusts({"Federated": [provider(GITHUB), provider(CLUSTER)]})) == 2


@pytest.mark.parametrize("item", [{}, {"AssumeRolePolicyDocument": "no JSON"}])
def test_a_trust_policy_that_cannot_be_read_is_no_absence_of_trust(item: dict[str, Any]) -> None:
    with pytest.raises(Underivable):
        list(role_federations({"item": item}))
