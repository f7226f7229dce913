"""Fitting answers: by AWS's model or quarantined, and no secret kept in either case."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from botocore.loaders import create_loader
from botocore.model import DenormalizedStructureBuilder, ListShape, MapShape, ServiceModel, Shape, StructureShape
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.kernel.canonical import canonical, commitment
from proveonce.tables import models
from proveonce.tables.fit import Fitter, Misfit

KEY = b"k" * 32
FITTER = Fitter(KEY)
CANARY = "zq7Xn-canary-9Lw"
STRING = {"type": "string"}


@cache
def whole_model(service: str) -> ServiceModel:
    """The model with what no spec declares too: fitting is as careful with secrets that nobody asks for yet."""
    return models.modelled(service, create_loader().load_service_model(service, "service-2"))


def shape(**members: dict[str, Any]) -> Shape:
    return DenormalizedStructureBuilder().with_members(members).build_model()


def tag_list(key: str = "Key", value: str = "Value", **more: dict[str, Any]) -> dict[str, Any]:
    members = {key: STRING, value: STRING, **more}
    return {"type": "list", "member": {"type": "structure", "members": members}}


STRING_MAP = {"type": "map", "key": STRING, "value": STRING}


# What fits and what does not.

FITS = [
    ("string", "x", "x"), ("string", "\ud800", "\\ud800"), ("integer", 5, 5), ("long", 2**60, str(2**60)),
    ("string", "", ""),
    ("boolean", False, False), ("double", 1.5, 1.5), ("double", 2, 2), ("float", 1.0, 1),
    ("timestamp", datetime(2026, 11, 24, tzinfo=UTC), "2026-11-24T00:00:00.000000Z"), ("blob", b"\x00", "AA=="),
]  # fmt: skip
MISFITS = [
    ("string", 5), ("string", True), ("string", b"x"), ("string", ["x"]), ("string", {}), ("integer", "5"),
    ("integer", 5.0), ("integer", True), ("long", "x"), ("boolean", 1), ("boolean", "true"), ("double", "1.5"),
    ("double", True), ("double", math.nan), ("float", math.inf), ("timestamp", "2026-11-24T00:00:00Z"),
    ("timestamp", 1764000000), ("blob", "AA=="), ("blob", object()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "fitted"), FITS)
def test_a_value_of_its_type_is_encoded(kind: str, value: Any, fitted: Any) -> None:
    result = FITTER.fit({"A": value}, shape(A={"type": kind}))
    assert canonical(result) == canonical({"A": fitted})


@pytest.mark.parametrize(("kind", "value"), MISFITS)
def test_a_value_of_another_type_is_a_misfit_that_names_its_path(kind: str, value: Any) -> None:
    inner = {"type": "list", "member": {"type": "structure", "members": {"B": {"type": kind}}}}
    with pytest.raises(Misfit, match=rf"A\[1\]\.B: {kind} expected, {type(value).__name__} found"):
        FITTER.fit_members({"A": [{}, {"B": value}]}, shape(A=inner).members)  # type: ignore[attr-defined]  # a structure has members


@pytest.mark.parametrize(
    ("member", "value"),
    [({"type": "list", "member": STRING}, {"0": "x"}), ({"type": "list", "member": STRING}, "x"), (STRING_MAP, ["x"]),
     (STRING_MAP, {"a": 1}), ({"type": "structure", "members": {"B": STRING}}, ["x"]), (tag_list(), [{"Key": 5}]),
     (tag_list(), [{"Key": "a", "Value": {"b": 1}}]), (tag_list(), ["a"])],
)  # fmt: skip
def test_a_container_of_another_kind_is_a_misfit(member: dict[str, Any], value: Any) -> None:
    with pytest.raises(Misfit):
        FITTER.fit({"A": value}, shape(A=member))


def test_null_stands_for_nothing_and_unmodelled_members_are_left_out() -> None:
    assert FITTER.fit({"A": None, "X": 1}, shape(A=STRING, B=STRING)) == {"A": None}


@pytest.mark.parametrize(("kind", "value"), MISFITS)
def test_a_misfits_raw_form_can_be_stored_and_still_shows_it(kind: str, value: Any) -> None:
    members = shape(Name=STRING, A={"type": kind}).members  # type: ignore[attr-defined]  # a structure has members
    raw = FITTER.raw({"Name": "db", "A": value, "Unmodelled": CANARY}, members)
    assert raw["Name"] == "db"
    assert "A" in raw
    assert raw["Unmodelled"] == commitment(KEY, CANARY)
    assert canonical(raw)


# What must not be kept.

SECRETS_BY_VALUE = [
    f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----",
    f"x -----BEGIN OPENSSH PRIVATE KEY----- {CANARY}",
    f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n{CANARY}",
    f"AKIAIOSFODNN7EXAMPLE {CANARY} wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab",
    f"ghp_{'a' * 36} {CANARY}",
    f"github_pat_{'A1b2' * 8} {CANARY}",
    f"xoxb-12345678901 {CANARY}",
    f"sk_live_{'a' * 24} {CANARY}",
    f"AIza{'a' * 35} {CANARY}",
    f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijk {CANARY}",
    f"password={CANARY}",
    f"db_password: {CANARY}",
    f"PGPASSWORD={CANARY} psql",
    f"--password = '{CANARY}'",
    f'--passwd="{CANARY} and more {CANARY}"',
    f"pwd={CANARY};Server=x",
    f"passphrase={CANARY}",
    f"aws_secret_access_key = {CANARY}",
    f"client_secret={CANARY}&x=1",
    f"https://host/path?token={CANARY}&y=2",
    f"access_token:{CANARY}",
    f"API-KEY={CANARY}",
    f"private_key={CANARY}",
    f'{{"user": "x", "password": "{CANARY}"}}',
    f'{{"password":"{CANARY}, with {CANARY}"}}',
    f'{{\\"token\\": \\"{CANARY}\\"}}',
    f"postgres://admin:{CANARY}@db.example.com:5432/app",
    f"redis://:{CANARY}@cache:6379",
    f"https://user:p@{CANARY}@host/",
    f"https://{CANARY}@github.com/x/y.git",
]


@pytest.mark.parametrize("text", SECRETS_BY_VALUE)
@pytest.mark.parametrize("place", ["member", "list", "map", "tag", "raw", "raw misfit"])
def test_a_secret_is_known_by_its_look_wherever_it_stands(text: str, place: str) -> None:
    everything = shape(
        A=STRING, L={"type": "list", "member": STRING}, M=STRING_MAP, T=tag_list(), N={"type": "integer"}
    )  # fmt: skip
    values: dict[str, dict[str, Any]] = {
        "member": {"A": text}, "list": {"L": ["x", text]}, "map": {"M": {"note": text}},
        "tag": {"T": [{"Key": "note", "Value": text}]}, "raw": {"A": text, "N": "misfit"}, "raw misfit": {"N": [text]},
    }  # fmt: skip
    value = values[place]
    if place.startswith("raw"):
        results = [FITTER.raw(value), FITTER.raw(value, everything.members)]  # type: ignore[attr-defined]  # a structure has members
    else:
        results = [FITTER.fit(value, everything)]
    for result in results:
        data = canonical(result)
        assert CANARY.encode() not in data
        assert b"hmac-sha256:" in data


@pytest.mark.parametrize(
    "name",
    ["MasterUserPassword", "Password", "password", "AuthPassphrase", "ClientSecret", "SecretString", "SecretKey",
     "SecretAccessKey", "ApiKey", "api_key", "PrivateKey", "AuthToken", "SessionToken"],
)  # fmt: skip
def test_a_member_called_as_a_secret_leaves_a_commitment(name: str) -> None:
    top = shape(**{name: STRING}, Other=STRING)
    nested = shape(A={"type": "structure", "members": {name: STRING}}, L={"type": "list", "member": STRING})
    expected = commitment(KEY, CANARY)
    assert FITTER.fit({name: CANARY, "Other": "x"}, top) == {name: expected, "Other": "x"}
    assert FITTER.fit_members({name: CANARY}, top.members) == {name: expected}  # type: ignore[attr-defined]  # a structure has members
    assert FITTER.fit({"A": {name: CANARY}}, nested) == {"A": {name: expected}}
    assert FITTER.raw({name: CANARY, "Other": 5}, top.members)[name] == expected  # type: ignore[attr-defined]  # a structure has members


@pytest.mark.parametrize(
    ("name", "value"),
    [("PasswordLastUsed", "2026-01-01"), ("SecretArn", "arn:aws:secretsmanager:us-east-1:1:secret:prod/db-AbCdEf"),
     ("NextToken", "abc"), ("PasswordResetRequired", "yes"), ("KeyId", "mrk-1"), ("SecretName", "prod/db"),
     ("KmsKeyId", "arn:aws:kms:us-east-1:1:key/a"), ("Description", "rotates the token of the build"),
     ("Url", "https://example.com:8443/a?b=c@d"), ("Clone", "ssh://git@github.com/x/y"),
     ("Policy", ('{"Resource":"arn:aws:secretsmanager:us-east-1:1:secret:prod/db-AbCdEf",'
                '"Action":"iam:ChangePassword"}')),
     ("Other", '{"password": null, "token": true}')],
)  # fmt: skip
def test_what_is_no_secret_is_kept_to_the_letter(name: str, value: str) -> None:
    assert FITTER.fit({name: value}, shape(**{name: STRING})) == {name: value}


@pytest.mark.parametrize(
    ("key", "value"),
    [("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"), ("Name", "Value"), ("name", "value"),
     ("ParameterKey", "ParameterValue")],
)  # fmt: skip
@pytest.mark.parametrize("name", ["db-password", "GITHUB_TOKEN", "secret", "api_key", "Credential", "DB_PASSWORD_PROD"])
def test_a_tag_called_as_a_secret_leaves_a_commitment(key: str, value: str, name: str) -> None:
    fields = tag_list(key, value, Extra=STRING)
    expected = [{key: name, value: commitment(KEY, CANARY), "Extra": "x"}, {key: "team", value: "core"}]
    tags = [{key: name, value: CANARY, "Extra": "x"}, {key: "team", value: "core"}]
    assert FITTER.fit({"T": tags}, shape(T=fields)) == {"T": expected}
    members = shape(T=fields, N={"type": "integer"}).members  # type: ignore[attr-defined]  # a structure has members
    assert FITTER.raw({"T": tags, "N": "misfit"}, members)["T"] == expected
    assert CANARY not in json.dumps(FITTER.raw({"T": tags, "N": "misfit"}))


@pytest.mark.parametrize("name", ["DB_PASSWORD", "GITHUB_TOKEN", "my-secret-thing", "apikey"])
def test_a_map_entry_called_as_a_secret_leaves_a_commitment(name: str) -> None:
    lists = {"type": "map", "key": STRING, "value": {"type": "list", "member": STRING}}
    expected = commitment(KEY, CANARY)
    assert FITTER.fit({"M": {name: CANARY, "a": "b"}}, shape(M=STRING_MAP)) == {"M": {name: expected, "a": "b"}}
    assert FITTER.fit({"M": {name: [CANARY]}}, shape(M=lists)) == {"M": {name: [expected]}}


def test_a_text_with_a_secret_keeps_the_rest_and_json_stays_json() -> None:
    result = FITTER.fit(
        {
            "A": f'{{"user":"x","password":"{CANARY}","port":5432,"pin_token":123456}}',
            "B": f"postgres://u:{CANARY}@h/d",
        },
        shape(A=STRING, B=STRING),
    )
    held = json.loads(result["A"])
    assert held == {
        "user": "x", "password": f"[{commitment(KEY, CANARY)}]", "port": 5432,
        "pin_token": f"[{commitment(KEY, '123456')}]",
    }  # fmt: skip
    assert result["B"] == f"postgres://[userinfo {commitment(KEY, f'u:{CANARY}')}]@h/d"


@pytest.mark.parametrize("text", SECRETS_BY_VALUE)
def test_a_changed_secret_changes_what_is_kept(text: str) -> None:
    def kept(canary: str, key: bytes = KEY) -> Any:
        return Fitter(key).fit({"A": text.replace(CANARY, canary)}, shape(A=STRING))

    assert kept("first-canary-aaa") == kept("first-canary-aaa")
    assert kept("first-canary-aaa") != kept("other-canary-bbb")
    assert kept("first-canary-aaa") != kept("first-canary-aaa", b"another key")


@given(st.text(max_size=30), st.text(max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_fitted_whatever_stands_around_a_secret(before: str, after: str) -> None:
    text = f"{before} password={CANARY} {after}"
    assert CANARY not in FITTER.fit({"A": text}, shape(A=STRING))["A"]


# Whole answers of AWS, every text leaf a canary.

ANSWERS = [
    ("lambda", "GetFunctionConfiguration"), ("ecs", "DescribeTaskDefinition"), ("rds", "DescribeDBInstances"),
    ("secretsmanager", "GetSecretValue"), ("ssm", "GetParameters"), ("cognito-idp", "DescribeUserPoolClient"),
    ("amplify", "ListApps"), ("redshift", "DescribeClusters"),
]  # fmt: skip
"""Some whose models mark a member sensitive."""


class Answer:
    """An answer with a canary in every text leaf; knows which of them AWS marks sensitive.

    The names of settings are the one exception: whatever AWS marks, they are kept, and only the values hidden.
    """

    def __init__(self) -> None:
        self.sensitive: set[str] = set()
        self.leaves = 0

    def build(
        self, shape: Shape, above: tuple[str, ...] = (), *, hidden: bool = False, is_setting: bool = False
    ) -> Any:
        hidden = hidden or bool(shape.metadata.get("sensitive"))
        if above.count(shape.name) > 1:
            return None
        above = (*above, shape.name)
        if isinstance(shape, StructureShape):
            return {
                name: self.build(
                    member,
                    above,
                    hidden=hidden and not (is_setting and name == "name"),
                    is_setting=is_setting or models.are_settings(name, member),
                )
                for name, member in shape.members.items()
            }
        if isinstance(shape, ListShape):
            return [self.build(shape.member, above, hidden=hidden or is_setting, is_setting=is_setting)]
        if isinstance(shape, MapShape):
            return {"note": self.build(shape.value, above, hidden=hidden or is_setting, is_setting=is_setting)}
        simple = {
            "string": self._leaf, "blob": lambda _hidden: b"blob", "boolean": lambda _hidden: True,
            "timestamp": lambda _hidden: datetime(2026, 1, 1, tzinfo=UTC),
        }  # fmt: skip
        build: Any = simple.get(shape.type_name, lambda _hidden: 1)
        return build(hidden)

    def _leaf(self, hidden: bool) -> str:
        self.leaves += 1
        canary = f"canary-{self.leaves:05d}-x"
        if hidden:
            self.sensitive.add(canary)
        return canary


def _containers(value: Any) -> Iterator[dict[str, Any] | list[Any]]:
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _containers(item)


@pytest.mark.parametrize(("service", "operation"), ANSWERS)
def test_no_leaf_that_aws_marks_sensitive_survives(service: str, operation: str) -> None:
    answer, output = Answer(), whole_model(service).operation_model(operation).output_shape
    assert isinstance(output, StructureShape)
    value = answer.build(output)
    data = canonical(FITTER.fit_members(value, output.members)).decode()
    assert not [canary for canary in answer.sensitive if canary in data]
    assert 0 < len(answer.sensitive) < answer.leaves


@pytest.mark.parametrize(("service", "operation"), ANSWERS)
def test_no_sensitive_leaf_survives_in_quarantine_wherever_the_misfit_is(service: str, operation: str) -> None:
    answer, output = Answer(), whole_model(service).operation_model(operation).output_shape
    assert isinstance(output, StructureShape)
    value = answer.build(output)
    for container in list(_containers(value))[:150]:
        keys = list(container) if isinstance(container, dict) else list(range(len(container)))
        for key in keys[:3]:
            kept = container[key]  # type: ignore[index]  # a mapping or a list
            if isinstance(kept, dict | list):
                continue  # a whole part of another kind could hide anything; its own leaves are tried
            container[key] = 1.5  # type: ignore[index]  # a mapping or a list
            data = canonical(FITTER.raw(value, output.members)).decode()
            container[key] = kept  # type: ignore[index]  # a mapping or a list
            assert not [canary for canary in answer.sensitive if canary in data]


def test_lambda_environment_values_are_hidden_even_when_the_item_does_not_fit() -> None:
    output = whole_model("lambda").operation_model("GetFunctionConfiguration").output_shape
    assert isinstance(output, StructureShape)
    value = {"FunctionName": "f", "Environment": {"Variables": {"STAGE": CANARY}}, "MemorySize": "128"}
    with pytest.raises(Misfit):
        FITTER.fit_members(value, output.members)
    raw = FITTER.raw(value, output.members)
    assert CANARY not in json.dumps(raw)
    assert (raw["FunctionName"], raw["MemorySize"]) == ("f", "128")


SETTINGS = [
    ("lambda", "FunctionConfiguration", "Environment", "Variables", {"DB_PASSWORD": CANARY, "STAGE": CANARY}),
    ("ecs", "ContainerDefinition", "", "environment", [{"name": "STAGE", "value": CANARY}]),
    ("batch", "EksContainer", "", "env", [{"name": "STAGE", "value": CANARY}]),
    ("codepipeline", "PipelineDeclaration", "", "variables", [{"name": "STAGE", "defaultValue": CANARY}]),
    ("apigateway", "Stage", "", "variables", {"stage": CANARY}),
]
"""Service, shape, member above if any, member, settings: also where AWS marks the map or list as a whole sensitive."""


@pytest.mark.parametrize(("service", "name", "above", "member", "value"), SETTINGS)
def test_settings_keep_their_names_and_types_and_hide_every_value(
    service: str, name: str, above: str, member: str, value: Any
) -> None:
    output = whole_model(service).shape_for(name)
    item = {above: {member: value}} if above else {member: value}
    kept = FITTER.fit(item, output)
    expected = json.loads(json.dumps(value).replace(CANARY, commitment(KEY, CANARY)))
    assert kept == ({above: {member: expected}} if above else {member: expected})


@pytest.mark.parametrize(
    "value", [CANARY, [CANARY], [[CANARY]], {"a": {"b": CANARY}}, [{"name": "a", "value": [CANARY]}]]
)
@pytest.mark.parametrize("member", [{"type": "list", "member": STRING}, STRING_MAP, tag_list("name", "value")])
def test_settings_that_do_not_fit_are_hidden_whole(member: dict[str, Any], value: Any) -> None:
    members = shape(environment=member, N={"type": "integer"}).members  # type: ignore[attr-defined]  # a structure has members
    assert CANARY not in json.dumps(FITTER.raw({"environment": value, "N": "misfit"}, members))


@pytest.mark.parametrize(
    ("namespace", "name", "is_kept"),
    [("aws:elasticbeanstalk:application:environment", "STAGE", False),
     ("aws:cloudformation:template:parameter", "EnvironmentVariables", False),
     ("aws:rds:dbinstance", "DBPassword", False), ("aws:elasticbeanstalk:environment", "LoadBalancerType", True)],
)  # fmt: skip
def test_an_option_by_which_an_application_gets_settings_keeps_its_name_only(
    namespace: str, name: str, *, is_kept: bool
) -> None:
    option = whole_model("elasticbeanstalk").shape_for("ConfigurationOptionSetting")
    value = {"Namespace": namespace, "OptionName": name, "Value": CANARY}
    expected = value if is_kept else value | {"Value": commitment(KEY, CANARY)}
    assert FITTER.fit(value, option) == expected


@pytest.mark.parametrize(
    ("service", "name", "is_hidden"),
    [("organizations", "Email", False), ("organizations", "AccountName", True), ("cognito-idp", "ClientIdType", False),
     ("cognito-idp", "ClientSecretType", True), ("s3", "SSEKMSKeyId", False), ("s3", "SSECustomerKey", True),
     ("guardduty", "Email", True)],
)  # fmt: skip
def test_of_what_aws_marks_sensitive_identifiers_alone_are_kept(service: str, name: str, *, is_hidden: bool) -> None:
    assert models.is_sensitive(whole_model(service).shape_for(name)) is is_hidden


def test_a_detail_outside_the_allow_list_is_hidden_even_when_the_answer_does_not_fit() -> None:
    members = {"Attributes": shape(A={"type": "integer"})}
    raw = FITTER.raw({"Attributes": {"A": "x"}, "UserData": CANARY}, members)
    assert raw == {"Attributes": {"A": "x"}, "UserData": commitment(KEY, CANARY)}
