"""Policies: read as AWS reads them, or not at all."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.derive import CHILDREN, COLUMNS, Underivable
from proveonce.derive.policy import (
    bucket_denies_insecure_transport,
    bucket_policy_grants_public,
    policy_grants_full_access,
    policy_statements,
    role_trusts,
)
from proveonce.derive.statement import statements
from proveonce.tables.spec import load_specs

BUCKET = "arn:aws:s3:::b"
ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(*found: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(found)})


def bucket(*found: Any) -> dict[str, Any]:
    return {"resource": BUCKET, "item": {}, "details": {"policy": {"Policy": document(*found)}}}


def managed(text: str, **version: Any) -> dict[str, Any]:
    versions = [{"VersionId": "v1", "IsDefaultVersion": True, "Document": text, **version}]
    return {"resource": "arn:p", "item": {"PolicyName": "p", "PolicyVersionList": versions}, "details": {}}


def role(*found: Any, **item: Any) -> dict[str, Any]:
    return {
        "resource": "arn:r",
        "item": {"RoleName": "r", "AssumeRolePolicyDocument": document(*found), **item},
        "details": {},
    }


# Documents.


@pytest.mark.parametrize(
    "text",
    [
        document(ALLOW),
        quote(document(ALLOW)),
        quote(document(ALLOW), safe=""),
        "\n " + document(ALLOW),
        json.dumps({"Statement": ALLOW}),
    ],
)
def test_a_document_may_be_plain_or_url_encoded_and_hold_one_statement_as_an_object(text: str) -> None:
    (statement,) = statements(text)
    assert (statement.effect, statement.actions, statement.resources) == ("Allow", ("*",), ("*",))
    assert statement.is_full_access


def test_an_encoded_document_keeps_its_own_percent_signs_and_plus_signs() -> None:
    text = document({"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::a+b/%25"})
    assert statements(text) == statements(quote(text))
    assert statements(text)[0].resources == ("arn:aws:s3:::a+b/%25",)


HOSTILE = [
    "",
    "null",
    "5",
    "[]",
    '"x"',
    "{}",
    "{",
    '{"Statement"',
    '{"statement": []}',
    '{"Statement": null}',
    '{"Statement": "x"}',
    '{"Statement": [null]}',
    '{"Statement": [[]]}',
    '{"Statement": [{}]}',
    '{"Statement": {"Effect": "allow"}}',
    '{"Statement": {"Effect": ["Allow"]}}',
    '{"Statement": [{"Effect": "Allow", "Effect": "Deny"}]}',
    '{"Statement": [], "Statement": [{"Effect": "Deny"}]}',
    "[" * 100_000,
    '{"Statement":' * 50_000,
    document({**ALLOW, "Action": [["*"]]}),
    document({**ALLOW, "Action": {"a": "*"}}),
    document({**ALLOW, "Resource": [None]}),
    document({**ALLOW, "Principal": "everyone"}),
    document({**ALLOW, "Principal": ["*"]}),
    document({**ALLOW, "Principal": {"AWS": {"a": 1}}}),
    document({**ALLOW, "Condition": "x"}),
    document({**ALLOW, "Condition": {"Bool": "x"}}),
    document({**ALLOW, "Condition": {"Bool": {"a:b": {"c": 1}}}}),
    document({**ALLOW, "Condition": {"Bool": {"aws:SecureTransport": "false", "AWS:SECURETRANSPORT": "true"}}}),
    document(ALLOW) + "x",
    "hmac-sha256:" + "0" * 64,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_what_is_no_policy_is_underivable_and_never_guessed(text: str) -> None:
    with pytest.raises(Underivable):
        statements(text)
    with pytest.raises(Underivable):
        policy_grants_full_access(managed(text))
    with pytest.raises(Underivable):
        list(policy_statements(managed(text)))
    for derive in (bucket_denies_insecure_transport, bucket_policy_grants_public):
        with pytest.raises(Underivable):
            derive({"resource": BUCKET, "item": {}, "details": {"policy": {"Policy": text}}})
    with pytest.raises(Underivable):
        list(role_trusts({"resource": "r", "item": {"AssumeRolePolicyDocument": text}, "details": {}}))


@pytest.mark.parametrize("content", [None, 5, {"Statement": [ALLOW]}, [ALLOW], b"{}"])
def test_a_document_that_is_no_text_is_underivable(content: Any) -> None:
    """botocore's own handlers turn some documents into mappings; one that slips through must not end the run."""
    for line in (
        {"resource": "u", "item": {"UserPolicyList": [{"PolicyName": "x", "PolicyDocument": content}]}},
        {"resource": "p", "item": {"PolicyVersionList": [{"IsDefaultVersion": True, "Document": content}]}},
    ):
        with pytest.raises(Underivable):
            list(policy_statements(line))


def test_half_a_surrogate_pair_is_written_as_text_by_rule() -> None:
    r"""The escape \ud800 is JSON, yet no table takes what it means: it would end the whole assessment."""
    half = {
        "Effect": "Allow",
        "Action": "s3:\ud800",
        "NotAction": "\udfff",
        "Resource": "\ud800*",
        "NotResource": "\ud801",
    }
    rows = list(policy_statements(managed(document(half))))
    rows += role_trusts(role({**TRUST, "Principal": {"AWS": "\ud800", "\ud800": "x"}}))
    json.dumps(rows, ensure_ascii=False).encode()
    assert rows[0]["actions"] == ["s3:\\ud800"]
    assert [(row["principal_type"], row["principal"]) for row in rows[1:]] == [("AWS", "\\ud800"), ("\\ud800", "x")]


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.sampled_from(["*", "Allow", "Deny", "AWS", "x", "\ud800"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["Statement", "Effect", "Action", "Resource", "Principal", "Condition", "AWS", "Bool", "*"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)
STATEMENT = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional=dict.fromkeys(
        ("Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"), JSON
    ),
)


@given(st.one_of(st.text(), JSON.map(json.dumps), st.lists(STATEMENT, max_size=3).map(lambda found: document(*found))))
@settings(max_examples=300, deadline=None)
def test_no_document_whatsoever_ends_in_another_error(text: str) -> None:
    lines = [
        managed(text),
        {"resource": BUCKET, "item": {}, "details": {"policy": {"Policy": text}}},
        {"resource": "r", "item": {"AssumeRolePolicyDocument": text}, "details": {}},
        {"resource": "u", "item": {"UserPolicyList": [{"PolicyDocument": text}]}, "details": {}},
    ]
    for line in lines:
        for derive in (*COLUMNS.values(), *CHILDREN.values()):
            try:
                found = derive(line)
                json.dumps(found if isinstance(found, bool | list | None) else list(found), ensure_ascii=False).encode()
            except Underivable:
                pass


# Full access.


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"Action": "*:*"}, True),
        ({"Action": "**"}, True),
        ({"Action": ["s3:Get*", "*"]}, True),
        ({"Resource": ["arn:aws:s3:::a", "*"]}, True),
        ({"Resource": "**"}, True),
        ({"Resource": "arn:aws:*:*:*:*"}, True),
        ({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, True),
        ({"Effect": "Deny"}, False),
        ({"Action": "s3:*"}, False),
        ({"Action": "iam:*"}, False),
        ({"Action": "a*"}, False),
        ({"Action": []}, False),
        ({"Resource": "arn:aws:s3:::*"}, False),
        ({"Resource": "arn:aws:iam::*:role/*"}, False),
        ({"Action": None, "NotAction": "iam:*"}, False),
        ({"Resource": None, "NotResource": "arn:aws:s3:::a"}, False),
    ],
)
def test_full_access_is_every_action_on_every_resource(change: dict[str, Any], expected: bool) -> None:
    text = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": BUCKET}, {**ALLOW, **change})
    assert policy_grants_full_access(managed(text)) is expected


def test_only_the_default_version_of_a_managed_policy_is_in_force() -> None:
    narrow = document({"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"})
    line = managed(document(ALLOW), IsDefaultVersion=False)
    line["item"]["PolicyVersionList"].append({"VersionId": "v2", "IsDefaultVersion": True, "Document": narrow})
    assert policy_grants_full_access(line) is False
    (row,) = policy_statements(line)
    assert row["actions"] == ["s3:Get*"]


@pytest.mark.parametrize(
    "item", [{}, {"PolicyVersionList": []}, {"PolicyVersionList": [{"Document": document(ALLOW)}]}]
)
def test_a_policy_whose_default_version_is_not_told_is_underivable(item: dict[str, Any]) -> None:
    with pytest.raises(Underivable):
        policy_grants_full_access({"resource": "p", "item": item, "details": {}})


# Statements as rows.


def test_each_statement_of_each_inline_policy_is_a_row_with_its_holder() -> None:
    for field, holder in (("UserPolicyList", "user"), ("GroupPolicyList", "group"), ("RolePolicyList", "role")):
        policies = [
            {"PolicyName": "one", "PolicyDocument": document(ALLOW, {**ALLOW, "Effect": "Deny"})},
            {"PolicyName": "two", "PolicyDocument": quote(document({**ALLOW, "NotAction": "iam:*", "Action": None}))},
        ]
        rows = list(policy_statements({"resource": "arn:h", "item": {field: policies}, "details": {}}))
        assert [
            (r["policy_name"], r["effect"], r["holder_type"], r["is_inline"], r["is_full_access"]) for r in rows
        ] == [
            ("one", "Allow", holder, True, True),
            ("one", "Deny", holder, True, False),
            ("two", "Allow", holder, True, False),
        ]
        assert rows[2]["not_actions"] == ["iam:*"]


def test_one_bad_policy_makes_the_whole_holder_unreadable() -> None:
    """A row less would make a check of all statements pass."""
    policies = [{"PolicyName": "one", "PolicyDocument": document(ALLOW)}, {"PolicyName": "two", "PolicyDocument": "{"}]
    with pytest.raises(Underivable):
        list(policy_statements({"resource": "arn:h", "item": {"UserPolicyList": policies}, "details": {}}))
    with pytest.raises(Underivable):
        list(policy_statements({"resource": "arn:h", "item": {"UserPolicyList": [{"PolicyName": "x"}]}, "details": {}}))


@pytest.mark.parametrize("item", [{}, {"UserPolicyList": []}, {"UserPolicyList": None}, {"UserName": "x"}])
def test_a_holder_without_policies_has_no_rows(item: dict[str, Any]) -> None:
    assert list(policy_statements({"resource": "u", "item": item, "details": {}})) == []


# TLS only.

DENY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [BUCKET, f"{BUCKET}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": ["*"]}},
        {"Principal": {"*": "*"}},
        {"Action": "*"},
        {"Action": ["s3:GetObject", "s3:*"]},
        {"Action": "S3:*"},
        {"Resource": "*"},
        {"Resource": f"{BUCKET}*"},
        {"Resource": [f"{BUCKET}/*", BUCKET, "arn:aws:s3:::other"]},
        {"Condition": {"Bool": {"AWS:securetransport": False}}},
        {"Condition": {"BoolIfExists": {"aws:SecureTransport": ["false"]}}},
        {"Sid": "tls"},
    ],
)
def test_a_policy_that_denies_everyone_everything_over_plain_http_is_tls_only(change: dict[str, Any]) -> None:
    assert bucket_denies_insecure_transport(bucket({**DENY, **change})) is True
    assert bucket_denies_insecure_transport(bucket(ALLOW, {**DENY, **change})) is True


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Principal": {"Service": "*"}},
        {"Principal": None},
        {"Principal": None, "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Principal": {"Federated": "*"}},
        {"Action": "s3:GetObject"},
        {"Action": "s3:Get*"},
        {"Action": ["s3:Put*", "s3:Get*"]},
        {"Action": None, "NotAction": "s3:GetObject"},
        {"Action": None},
        {"Resource": BUCKET},
        {"Resource": f"{BUCKET}/*"},
        {"Resource": [BUCKET, f"{BUCKET}/public/*"]},
        {"Resource": ["arn:aws:s3:::other", "arn:aws:s3:::other/*"]},
        {"Resource": [BUCKET + "2", BUCKET + "2/*"]},
        {"Resource": None, "NotResource": f"{BUCKET}/public/*"},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"Null": {"aws:SecureTransport": "false"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": ["false", "true"]}}},
        {"Condition": {"Bool": {"aws:SecureTransport": []}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringLike": {"s3:prefix": "x/*"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
        {"Condition": {"StringEquals": {"aws:SecureTransport": "false"}}},
        {"Condition": {}},
        {"Condition": None},
        {"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    ],
)
def test_a_narrower_deny_is_not_tls_only(change: dict[str, Any]) -> None:
    assert bucket_denies_insecure_transport(bucket({**DENY, **change})) is False


def test_bucket_and_objects_may_be_denied_by_two_statements() -> None:
    assert bucket_denies_insecure_transport(bucket({**DENY, "Resource": BUCKET}, {**DENY, "Resource": f"{BUCKET}/*"}))
    narrowed = {**DENY, "Resource": f"{BUCKET}/*", "Action": "s3:GetObject"}
    assert not bucket_denies_insecure_transport(bucket({**DENY, "Resource": BUCKET}, narrowed))


@pytest.mark.parametrize("details", [{}, {"policy": {}}, {"policy": {"Policy": None}}])
def test_without_a_policy_nothing_is_denied_and_nothing_granted(details: dict[str, Any]) -> None:
    line = {"resource": BUCKET, "item": {}, "details": details}
    assert bucket_denies_insecure_transport(line) is False
    assert bucket_policy_grants_public(line) is False


# Public.


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": ["arn:aws:iam::1:root", "*"]}}, True),
        ({"Principal": {"*": "*"}}, True),
        ({"NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}}, True),
        ({"Principal": "*", "Effect": "Deny"}, False),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}, False),
        ({"Principal": {"Service": "cloudtrail.amazonaws.com"}}, False),
        ({}, False),
        ({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, False),
        ({"Principal": "*", "Condition": {}}, True),
        ({"Principal": "*", "Condition": {"StringEquals": {}}}, True),
        ({"Principal": "*", "Condition": {"StringEquals": {}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, False),
    ],
)
def test_a_grant_to_anyone_without_a_condition_is_public(change: dict[str, Any], expected: bool) -> None:
    assert bucket_policy_grants_public(bucket({**DENY}, {**ALLOW, **change})) is expected


# Trust.

TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}


def test_each_trusted_principal_is_a_row() -> None:
    line = role(
        {
            **TRUST,
            "Principal": {
                "AWS": ["arn:aws:iam::111122223333:root", "222233334444", "*", "AROAEXAMPLEID"],
                "Service": "ec2.amazonaws.com",
            },
        },
        {**TRUST, "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/X"}},
        {**TRUST, "Principal": {"AWS": "arn:aws-us-gov:iam::333344445555:role/x"}, "Effect": "Deny"},
        {**TRUST, "Principal": {"AWS": "arn:aws:sts::444455556666:assumed-role/x/y"}},
    )
    rows = list(role_trusts(line))
    assert [(r["principal_type"], r["principal_account"], r["is_anyone"]) for r in rows] == [
        ("AWS", "111122223333", False),
        ("AWS", "222233334444", False),
        ("AWS", None, True),
        ("AWS", None, False),
        ("Service", None, False),
        ("Federated", None, False),
        ("AWS", "444455556666", False),
    ]
    assert {r["role_name"] for r in rows} == {"r"}


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"*": "*"}, {"Federated": "*"}])
def test_a_wildcard_principal_is_anyone(principal: Any) -> None:
    (row,) = role_trusts(role({**TRUST, "Principal": principal}))
    assert row["is_anyone"]


def test_a_trust_of_all_but_some_is_anyone() -> None:
    (row,) = role_trusts(role({**TRUST, "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}}))
    assert (row["is_anyone"], row["principal_account"]) == (True, None)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"sts:ExternalId": "abc"}}, True),
        ({"StringEquals": {"STS:externalid": ["a", "b"]}}, True),
        ({"StringLike": {"sts:ExternalId": "abc-*"}}, True),
        ({"ForAnyValue:StringEquals": {"sts:ExternalId": "abc"}}, True),
        ({"StringEquals": {"sts:ExternalId": "*"}}, True),  # no wildcard there: the id is an asterisk
        ({"StringEquals": {"sts:ExternalId": "abc"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}, True),
        ({"StringLike": {"sts:ExternalId": "*"}}, False),
        ({"StringLike": {"sts:ExternalId": ["abc", "?*"]}}, False),
        ({"Null": {"sts:ExternalId": "true"}}, False),
        ({"Null": {"sts:ExternalId": "false"}}, False),
        ({"StringNotEquals": {"sts:ExternalId": "abc"}}, False),
        ({"StringNotLike": {"sts:ExternalId": "abc"}}, False),
        ({"StringEqualsIfExists": {"sts:ExternalId": "abc"}}, False),
        ({"ForAllValues:StringEquals": {"sts:ExternalId": "abc"}}, False),
        ({"StringEquals": {"sts:ExternalId": []}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_an_external_id_counts_only_where_it_is_demanded(condition: Any, expected: bool) -> None:
    statement = {**TRUST, "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Condition": condition}
    (row,) = role_trusts(role(statement))
    assert row["has_external_id"] is expected
    assert row["has_condition"] is bool(condition)


def test_an_operator_without_keys_is_no_condition() -> None:
    (row,) = role_trusts(role({**TRUST, "Principal": "*", "Condition": {"StringEquals": {}}}))
    assert (row["is_anyone"], row["has_condition"], row["has_external_id"]) == (True, False, False)


def test_a_statement_with_an_external_id_says_nothing_of_another_one() -> None:
    with_id = {**TRUST, "Principal": {"AWS": "111122223333"}, "Condition": {"StringEquals": {"sts:ExternalId": "a"}}}
    rows = list(role_trusts(role(with_id, {**TRUST, "Principal": {"AWS": "111122223333"}})))
    assert [row["has_external_id"] for row in rows] == [True, False]


@pytest.mark.parametrize(
    ("path", "expected"), [("/aws-service-role/x/", True), ("/", False), ("/x/aws-service-role/", False)]
)
def test_a_service_linked_role_is_known_by_its_path(path: str, expected: bool) -> None:
    (row,) = role_trusts(role({**TRUST, "Principal": {"Service": "x.amazonaws.com"}}, Path=path))
    assert row["is_service_linked"] is expected


def test_a_role_without_a_trust_policy_is_underivable() -> None:
    with pytest.raises(Underivable):
        list(role_trusts({"resource": "r", "item": {"RoleName": "r"}, "details": {}}))


# Every child row fits its table.


@pytest.mark.parametrize(
    ("child", "line"),
    [("aws_iam_policy_statement", managed(document(ALLOW))), ("aws_iam_role_trust", role({**TRUST, "Principal": "*"}))],
)
def test_a_row_has_exactly_the_columns_of_its_table(child: str, line: dict[str, Any]) -> None:
    spec = load_specs().children()[child]
    for row in CHILDREN[spec.function](line):
        assert set(row) - {"resource"} == set(spec.columns)
