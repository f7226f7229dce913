"""What a policy statement says: the words that every derivation over policies shares."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proveonce.derive.statement import Statement, account_of, matches, statements

ROLE = "arn:aws:iam::111122223333:role/r"


def made(**elements: Any) -> Statement:
    """The statement with these elements."""
    return statements(json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:*", **elements}}))[0]


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [("s3:Get*", "S3:getobject", True), ("s3:Get?", "s3:Gets", True), ("s3:Get?", "s3:Get", False),
     ("s3:Get", "s3:GetObject", False), ("s3:[G]et", "s3:Get", False), ("s3.Get", "s3:Get", False),
     ("*", "a\nb", True)],
)  # fmt: skip
def test_a_pattern_is_read_as_iam_does(pattern: str, text: str, *, is_match: bool) -> None:
    assert matches([pattern], text) is is_match
    assert matches(["nothing", pattern], text) is is_match
    assert not matches([], text)


@pytest.mark.parametrize(
    ("principal", "account"),
    [("111122223333", "111122223333"), (ROLE, "111122223333"),
     ("arn:aws-cn:sts::111122223333:assumed-role/r/s", "111122223333"),
     ("*", None), ("AIDAEXAMPLEEXAMPLEEX", None), ("1111222233334", None), ("arn:aws:s3:::111122223333", None)],
)  # fmt: skip
def test_a_principal_tells_its_account(principal: str, account: str | None) -> None:
    assert account_of(principal) == account


@pytest.mark.parametrize(
    ("elements", "names", "allows"),
    [({"Principal": "*"}, True, True), ({"Principal": {"AWS": [ROLE, "*"]}}, True, True),
     ({"Principal": {"AWS": ROLE}}, False, False), ({"NotPrincipal": {"AWS": ROLE}}, False, True),
     ({"Effect": "Deny", "Principal": "*"}, True, False), ({"Principal": {"Federated": "*"}}, False, True),
     ({"Principal": {"Service": "*"}}, False, False), ({}, False, False)],
)  # fmt: skip
def test_everyone_is_a_wildcard_or_for_an_allow_all_but_some(
    elements: dict[str, Any], *, names: bool, allows: bool
) -> None:
    statement = made(**elements)
    assert (statement.names_everyone, statement.allows_everyone) == (names, allows)


@pytest.mark.parametrize(
    ("conditions", "is_only"),
    [({"Bool": {"aws:SecureTransport": "false"}}, True), ({"BoolIfExists": {"AWS:securetransport": ["False"]}}, True),
     ({"Bool": {"aws:SecureTransport": False}}, True), ({"Bool": {"aws:SecureTransport": "true"}}, False),
     ({"Bool": {"aws:SecureTransport": ["false", "true"]}}, False), ({"Null": {"aws:SecureTransport": "false"}}, False),
     ({"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}, False),
     ({"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:SourceVpc": "v"}}, False), ({}, False)],
)  # fmt: skip
def test_a_denial_of_plaintext_has_that_condition_only(conditions: dict[str, Any], *, is_only: bool) -> None:
    assert made(Condition=conditions).is_for_plaintext_only is is_only


@pytest.mark.parametrize(
    ("elements", "action", "is_covered"),
    [({"Action": "s3:Put*"}, "s3:PutObject", True), ({"Action": ["s3:Get*", "*"]}, "kms:Sign", True),
     ({"Action": "s3:Put*"}, "s3:GetObject", False), ({"NotAction": "s3:Put*"}, "s3:GetObject", True),
     ({"NotAction": "s3:Put*"}, "s3:PutObject", False)],
)  # fmt: skip
def test_not_action_is_every_other_action(elements: dict[str, Any], action: str, *, is_covered: bool) -> None:
    document = json.dumps({"Statement": {"Effect": "Allow", **elements}})
    assert statements(document)[0].covers(action) is is_covered


@pytest.mark.parametrize(
    ("conditions", "is_demanded"),
    [({"StringEquals": {"a": "n"}}, True), ({"ForAnyValue:StringLike": {"a": ["n", "n"]}}, True),
     ({"ArnLike": {"a": "n"}, "Bool": {"b": "x"}}, True), ({"StringEquals": {"a": ["n", "wide"]}}, False),
     ({"StringEquals": {"a": []}}, False), ({"StringEqualsIfExists": {"a": "n"}}, False),
     ({"ForAllValues:StringEquals": {"a": "n"}}, False), ({"StringNotEquals": {"a": "n"}}, False), ({}, False)],
)  # fmt: skip
def test_a_condition_demands_what_all_its_values_are(conditions: dict[str, Any], *, is_demanded: bool) -> None:
    assert made(Condition=conditions).demands(lambda key, value: (key, value) == ("a", "n")) is is_demanded


@pytest.mark.parametrize(
    ("conditions", "accounts"),
    [({"StringEquals": {"aws:SourceAccount": ["111122223333", "444455556666"]}}, ("111122223333", "444455556666")),
     ({"StringLike": {"aws:SourceAccount": "1111*"}}, ()),
     ({"StringNotEquals": {"aws:SourceAccount": "111122223333"}}, ()),
     ({"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}}, ()),
     ({"StringEquals": {"aws:PrincipalAccount": "111122223333"}}, ()),
     ({"StringEquals": {"aws:SourceAccount": []}}, ())],
)  # fmt: skip
def test_everyone_is_narrowed_to_accounts_by_whole_ids(conditions: dict[str, Any], accounts: tuple[str, ...]) -> None:
    assert made(Condition=conditions).accounts_of_everyone(("aws:sourceaccount",)) == accounts
