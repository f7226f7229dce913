"""Credentials and clients: one botocore session an account, one shared loader, read-only by refusal.

Clients do not retry by themselves: retries live in `calls`, below the paginator. Every client
refuses an operation that no spec declares.
"""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import botocore.session
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from botocore.parsers import ResponseParserError

import proveonce
from proveonce.kernel.errors import CollectionError
from proveonce.model.workspace import Account
from proveonce.tables.declared import REDIRECTOR
from proveonce.tables.models import botocore_version, shared_loader

_CLIENTS_KEPT = 96
_SESSION_NAME = "proveonce"
_REDIRECT = 300


class UndeclaredOperationError(CollectionError):
    """Something asked AWS for an operation that no spec declares."""

    def __init__(self, service: str, operation: str) -> None:
        super().__init__(f"{service}:{operation} is not declared by any spec", fix="declare it in tables/aws/ first")


class Clients:
    """The clients of one account, made on demand and kept while in use; thread-safe."""

    def __init__(
        self, session: botocore.session.Session, declared: frozenset[tuple[str, str]], *, workers: int
    ) -> None:
        self._session = session
        self._declared = declared
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self._config = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=10,
            read_timeout=60,
            max_pool_connections=workers,
            # Whole, for botocore would put its own together anew for every call.
            user_agent=f"proveonce/{proveonce.__version__} botocore/{botocore_version()}",
            # A TLS proxy or simulator at an IP address has no virtual hosts.
            s3={"addressing_style": "path"} if _endpoint(session) else {},
        )

    @property
    def endpoint(self) -> str:
        """The custom endpoint in force; empty for AWS itself."""
        return _endpoint(self._session)

    def get(self, service: str, region: str) -> Any:
        """A client of `service` in `region`."""
        key = (service, region)
        with self._lock:
            if (client := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return client
            client = self._kept[key] = self._make(service, region)
            while len(self._kept) > _CLIENTS_KEPT:
                self._kept.popitem(last=False)
            return client

    def fresh(self) -> None:
        """Forgets every client, and with them their connections and retry state."""
        with self._lock:
            self._kept.clear()

    def _make(self, service: str, region: str) -> Any:
        try:
            client = self._session.create_client(service, region_name=region, config=self._config)
        except ValueError as error:
            raise CollectionError(
                f"no client of {service} can be made: {error}", where=region,
                fix="check AWS_ENDPOINT_URL, endpoint_url in the AWS configuration, and the names of the regions",
            ) from error  # fmt: skip
        client.meta.events.register_first("before-parameter-build", self._refuse_undeclared)
        client.meta.events.register("before-parse", refuse_no_answer)
        if endpoint := self.endpoint:
            client.meta.events.register_first("before-send", _KeepHost(endpoint))
        if service == "iam":
            # botocore decodes policy documents into dicts, which loses their bytes; derive decodes them.
            from botocore.handlers import json_decode_policies

            client.meta.events.unregister("after-call.iam", json_decode_policies)
        return client

    def _refuse_undeclared(self, model: Any, **_: Any) -> None:
        pair = (model.service_model.service_name, model.name)
        if pair == REDIRECTOR:
            # botocore's own, to find the region of a bucket that answered 301; it takes this for a plain no.
            no: Any = {"Error": {"Code": "Undeclared"}, "ResponseMetadata": {"HTTPHeaders": {}}}
            raise ClientError(no, model.name)
        if pair not in self._declared:
            raise UndeclaredOperationError(*pair)


def refuse_no_answer(operation_model: OperationModel, response_dict: Mapping[str, Any], **_: Any) -> None:
    """Refuses a 200 whose body cannot be AWS's answer: cut off, empty, or some proxy's own page.

    botocore reads such a body as an answer without members, which would be an empty listing, read to its end.
    Raises: ResponseParserError.
    """
    body, shape = response_dict["body"], operation_model.output_shape
    if response_dict["status_code"] >= _REDIRECT or shape is None or not shape.members:
        return
    if not isinstance(body, bytes):
        return  # a stream; no declared operation answers one
    match operation_model.service_model.resolved_protocol:
        case "json" | "rest-json":
            sound = _is_json_object(body)
        case "ec2" | "query":
            sound = b"%sResponse" % operation_model.name.encode() in body
        case _:
            sound = bool(body)
    if not sound:
        raise ResponseParserError(f"the body of {operation_model.name} is no answer of AWS ({len(body)} bytes)")


def _is_json_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


class _KeepHost:
    """Undoes the host prefix that some services add (s3control: the account id), at custom endpoints only.

    A custom endpoint is one host; `123456789012.127.0.0.1` would not resolve.
    """

    def __init__(self, endpoint: str) -> None:
        self._netloc = urlsplit(endpoint).netloc

    def __call__(self, request: AWSPreparedRequest, **_: Any) -> None:
        parts = urlsplit(request.url)
        if parts.netloc != self._netloc and parts.netloc.endswith(f".{self._netloc}"):
            request.url = urlunsplit(parts._replace(netloc=self._netloc))


def _endpoint(session: botocore.session.Session) -> str:
    return str(session.get_config_variable("endpoint_url") or os.environ.get("AWS_ENDPOINT_URL") or "")


def base_session(profile: str | None) -> botocore.session.Session:
    """The session of the usual credential chain.

    Raises: CollectionError when there are no credentials.
    """
    session = botocore.session.Session(profile=profile)
    session.register_component("data_loader", shared_loader())
    try:
        credentials = session.get_credentials()
    except Exception as error:
        raise CollectionError(
            f"the credentials cannot be loaded: {error}", fix="check AWS_PROFILE or --profile"
        ) from error
    if credentials is None:
        raise CollectionError(
            "no AWS credentials were found",
            fix="set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a --profile",
        )
    if session.get_config_variable("region") is None:
        session.set_config_variable("region", "us-east-1")
    return session


def account_session(
    base: botocore.session.Session, account: Account, partition: str, external_id: str | None
) -> botocore.session.Session:
    """The session for an account: by its role where it has one, refreshed before it expires."""
    if account.role is None:
        return base
    arn = account.role if account.role.startswith("arn:") else f"arn:{partition}:iam::{account.id}:role/{account.role}"
    extra: Mapping[str, Any] = {"ExternalId": external_id} if external_id else {}
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=base.create_client,
        source_credentials=base.get_credentials(),
        role_arn=arn,
        extra_args={"RoleSessionName": _SESSION_NAME, **extra},
    )
    session = botocore.session.Session(profile=base.profile)
    session.register_component("data_loader", shared_loader())
    session._credentials = DeferredRefreshableCredentials(  # type: ignore[attr-defined]  # noqa: SLF001 - botocore offers no setter for refreshable ones, and its stubs hide the field
        refresh_using=fetcher.fetch_credentials, method="assume-role"
    )
    session.set_config_variable("region", base.get_config_variable("region"))
    return session
