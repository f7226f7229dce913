"""Clients: one a service and region, kept while in use, read-only by refusal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.model import OperationNotFoundError

from awslab.cloud import Cloud, new_account
from proveonce.collect import session as sessions
from proveonce.collect.session import Clients, UndeclaredOperationError
from proveonce.model.workspace import Account
from proveonce.tables import models
from proveonce.tables.declared import declared_operations
from proveonce.tables.spec import load_specs

DECLARED = declared_operations(load_specs())
READING = ("Get", "List", "Describe", "BatchGet", "Lookup")


@pytest.fixture
def session(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> botocore.session.Session:
    cloud.enter(monkeypatch)
    return sessions.base_session(None)


@pytest.fixture
def clients(session: botocore.session.Session) -> Clients:
    return Clients(session, DECLARED, workers=4)


def test_a_client_is_made_once_for_each_service_and_region(clients: Clients) -> None:
    one = clients.get("kms", "us-east-1")
    assert clients.get("kms", "us-east-1") is one
    assert clients.get("kms", "eu-west-1") is not one
    assert clients.get("sns", "us-east-1") is not one


def test_threads_that_ask_together_get_one_client(clients: Clients) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: clients.get("kms", "us-east-1"), range(32)))
    assert len({id(client) for client in found}) == 1


def test_fresh_forgets_every_client(clients: Clients) -> None:
    old = clients.get("kms", "us-east-1")
    clients.fresh()
    assert clients.get("kms", "us-east-1") is not old


def test_the_clients_longest_unused_go_first(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_CLIENTS_KEPT", 2)
    first, second = clients.get("sts", "r-1"), clients.get("sts", "r-2")
    assert clients.get("sts", "r-1") is first
    clients.get("sts", "r-3")
    assert clients.get("sts", "r-1") is first
    assert clients.get("sts", "r-2") is not second


def test_no_client_retries_by_itself(clients: Clients) -> None:
    assert clients.get("kms", "us-east-1").meta.config.retries["total_max_attempts"] == 1


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("s3", "GetObject", {"Bucket": "b", "Key": "k"}),
        ("s3", "DeleteBucket", {"Bucket": "b"}),
        ("kms", "Decrypt", {"CiphertextBlob": b"x"}),
        ("iam", "CreateUser", {"UserName": "u"}),
        ("sts", "GetSessionToken", {}),
    ],
)
def test_what_no_spec_declares_is_refused(clients: Clients, service: str, operation: str, params: Any) -> None:
    """The model does not even have it; where botocore needs the whole model, a handler refuses."""
    with pytest.raises((OperationNotFoundError, UndeclaredOperationError), match=operation):
        clients.get(service, "us-east-1")._make_api_call(operation, params)  # noqa: SLF001 - as the caller does


def test_botocores_own_look_for_a_buckets_region_is_a_plain_no(clients: Clients) -> None:
    with pytest.raises(ClientError, match="Undeclared"):
        clients.get("s3", "us-east-1").head_bucket(Bucket="b")


def test_every_declared_operation_exists_and_all_but_two_only_read() -> None:
    others = set()
    for service, operation in DECLARED:
        models.operation_model(service, operation)
        if not operation.startswith(READING):
            others.add((service, operation))
    assert others == {("sts", "AssumeRole"), ("iam", "GenerateCredentialReport")}


def test_policy_documents_keep_their_bytes(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    account = new_account()
    document = '{"Version":  "2012-10-17", "Statement": []}'
    cloud.client("iam", account).create_role(RoleName="r", AssumeRolePolicyDocument=document)
    cloud.enter(monkeypatch, account)
    client = Clients(sessions.base_session(None), DECLARED, workers=1).get("iam", "us-east-1")
    (role,) = client.get_account_authorization_details()["RoleDetailList"]
    assert isinstance(role["AssumeRolePolicyDocument"], str)


def test_an_account_without_a_role_is_read_by_the_callers_session(session: botocore.session.Session) -> None:
    assert sessions.account_session(session, Account(new_account()), "aws", None) is session


@pytest.mark.parametrize("role", ["Reader", "arn:aws:iam::{account}:role/Reader"])
def test_a_role_is_named_or_given_whole(role: str, session: botocore.session.Session) -> None:
    account = new_account()
    own = sessions.account_session(session, Account(account, role=role.format(account=account)), "aws", "id-7")
    sts: Any = own.create_client("sts")
    assert sts.get_caller_identity()["Account"] == account


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://111122223333.127.0.0.1:5/v?x", "http://127.0.0.1:5/v?x"),
        ("http://127.0.0.1:5/v", "http://127.0.0.1:5/v"),
        ("https://s3.eu-west-1.amazonaws.com/b", "https://s3.eu-west-1.amazonaws.com/b"),
        ("http://evil127.0.0.1:5/v", "http://evil127.0.0.1:5/v"),
    ],
)
def test_a_host_prefix_is_undone_at_the_custom_endpoint_only(url: str, sent: str) -> None:
    """`111122223333.127.0.0.1` would not resolve; any other host is not ours to change."""
    request: Any = SimpleNamespace(url=url)
    sessions._KeepHost("http://127.0.0.1:5")(request)  # noqa: SLF001 - the handler itself
    assert request.url == sent
