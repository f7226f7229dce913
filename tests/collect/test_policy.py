"""The policy that we print is what a collection asks: no action more, none less, and none on data."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awslab.cloud import Cloud
from awslab.collected import collect
from awslab.everything import SPECS, Everything
from awslab.faults import Wire
from proveonce.collect.policy import DENIED, LIMIT, ROLE_PARTS, read_policy
from proveonce.tables.actions import Action, action_of, action_table
from proveonce.tables.declared import ORGANIZATION_OPERATIONS, declared_operations
from proveonce.tables.spec import operations_of

WHOLE = read_policy(SPECS.calls)


def allowed(documents: list[dict[str, Any]]) -> list[str]:
    """Every action that the documents allow, as often as they do."""
    found: list[str] = []
    for document in documents:
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                found += [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    return found


def test_calls_made_are_actions_declared_are_the_policy_printed(
    cloud: Cloud, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run over an account that has one of everything, and the wire's own record of what it asked."""
    cloud.enter(monkeypatch)
    wire.faults.append(Everything())
    collect(tmp_path, tables=SPECS.tables())
    made = set(wire.asked)
    discovering = {("organizations", operation) for operation in ORGANIZATION_OPERATIONS}
    declared = declared_operations(SPECS) - {("sts", "AssumeRole")}
    assert declared - made <= discovering - operations_of(SPECS.calls)
    assert made <= declared
    assert made == set(WHOLE.operations)
    assert sorted(allowed(WHOLE.documents())) == sorted({a for pair in made for a in action_of(*pair).actions})


def test_discovery_of_accounts_is_allowed_only_where_it_is_asked_for() -> None:
    calls = [call for call in SPECS.calls if call.service == "kms"]
    extra = set(read_policy(calls, discovers=True).actions) - set(read_policy(calls).actions)
    assert extra == {f"organizations:{operation}" for operation in ORGANIZATION_OPERATIONS}


@given(st.sets(st.sampled_from(range(len(SPECS.calls)))))
def test_documents_hold_each_action_once_within_iams_limit(chosen: set[int]) -> None:
    policy = read_policy(SPECS.calls[number] for number in chosen)
    documents = policy.documents()
    assert sorted(allowed(documents)) == list(policy.actions)
    for document in documents:
        assert len("".join(json.dumps(document).split())) <= LIMIT
    assert documents[0]["Statement"][0] == {
        "Sid": "NeverData", "Effect": "Deny", "Action": list(DENIED), "Resource": "*",
    }  # fmt: skip


def test_all_parts_fit_on_one_role() -> None:
    assert 1 < len(WHOLE.documents()) <= ROLE_PARTS


def test_nothing_that_is_allowed_is_denied_writes_or_is_a_pattern() -> None:
    for action in WHOLE.actions:
        assert not any(fnmatchcase(action.lower(), denied.lower()) for denied in DENIED)
        assert "*" not in action
        verb = action.split(":")[1]
        assert verb.startswith(
            ("Get", "List", "Describe", "Lookup", "BatchGet", "Generate", "GET", "Search", "View")
        ), action


def test_names_that_differ_from_their_operation_are_those_of_iam() -> None:
    assert action_of("s3", "ListBuckets").actions == ("s3:ListAllMyBuckets",)
    assert action_of("apigateway", "GetRestApis").actions == ("apigateway:GET",)
    assert action_of("sts", "GetCallerIdentity").actions == ()


def test_a_name_that_no_list_has_is_never_told_as_a_fact() -> None:
    assert action_of("kms", "ListNothingYet") == Action(("kms:ListNothingYet",), is_verified=False)
    guesses = {name for action in action_table().values() if not action.is_verified for name in action.actions}
    facts = {name for action in action_table().values() if action.is_verified for name in action.actions}
    assert set(WHOLE.unverified) <= set(WHOLE.actions)
    assert not set(WHOLE.actions) & (guesses - facts) - set(WHOLE.unverified)


def test_api_gateways_one_action_does_not_reach_its_keys() -> None:
    statements = [s for document in WHOLE.documents() for s in document["Statement"] if s["Sid"] == "Apis"]
    assert [s["Action"] for s in statements] == ["apigateway:GET"]
    assert all("/apikeys" in resource for resource in statements[0]["NotResource"])
    assert "Resource" not in statements[0]


def test_the_role_is_taken_only_with_the_external_id() -> None:
    template = WHOLE.template("an-id-of-sixteen-characters")
    role = template["Resources"]["Role"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
    assert trust["Principal"] == {"AWS": {"Ref": "TrustedPrincipal"}}
    assert template["Parameters"]["ExternalId"]["Default"] == "an-id-of-sixteen-characters"
    parts = {name: part for name, part in template["Resources"].items() if name != "Role"}
    assert [part["Properties"]["PolicyDocument"] for part in parts.values()] == WHOLE.documents()
    assert role["ManagedPolicyArns"] == [{"Ref": name} for name in parts]
