"""Faults below botocore's parser: real serialisers, signers, parsers and paginators run, the wire lies.

A `Wire` hears each request just before it is sent (`before-send`) and may answer in AWS's place. It
knows the account whose session asks, the endpoint's region, the service and the operation.
"""

from __future__ import annotations

import io
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from proveonce.collect import session as sessions
from proveonce.model.workspace import Account
from proveonce.tables.models import service_model
from proveonce.tables.spec import load_specs

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/")


class _Raw(io.BytesIO):
    """A body as urllib3 hands it over."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request on its way out."""

    account: str
    """Empty for the caller's own session."""
    region: str
    service: str
    operation: str
    request: AWSPreparedRequest
    number: int
    """How often this account asked this operation, this time included; 1-based."""


Fault = Callable[[Asked], AWSResponse | None]
"""Answers in AWS's place, raises what the transport would raise, or lets the request pass (None)."""


def response(url: str, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> AWSResponse:
    """An answer as the transport gives it."""
    named: Any = {"x-amzn-RequestId": "fault-0001", "Content-Length": str(len(body)), **(headers or {})}
    return AWSResponse(url, status, named, _Raw(body))


def error_response(asked: Asked, code: str, status: int, message: str = "by the test's fault layer") -> AWSResponse:
    """AWS's error `code`, in the words of the service's own protocol."""
    protocol = service_model(asked.service).resolved_protocol
    if protocol == "ec2":
        body = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            "<RequestID>fault-0001</RequestID></Response>"
        )
    elif protocol == "rest-xml" and asked.service == "s3":
        body = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>fault-0001</RequestId></Error>"
    elif protocol in ("query", "rest-xml"):
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            "<RequestId>fault-0001</RequestId></ErrorResponse>"
        )
    else:
        return response(
            asked.request.url, status, f'{{"__type": "{code}", "message": "{message}"}}'.encode(),
            {"x-amzn-errortype": code, "x-amzn-query-error": f"{code};Sender"},
        )  # fmt: skip
    return response(asked.request.url, status, body.encode(), {"Content-Type": "text/xml"})


def aws_error(code: str, status: int = 400) -> Fault:
    """A fault: AWS answers with that error."""
    return lambda asked: error_response(asked, code, status)


def times_out(asked: Asked) -> AWSResponse | None:
    """A fault: nothing comes back in time."""
    raise ReadTimeoutError(endpoint_url=asked.request.url)


def resets(asked: Asked) -> AWSResponse | None:
    """A fault: the connection is reset."""
    raise ConnectionClosedError(endpoint_url=asked.request.url)


def body(content: bytes, headers: Mapping[str, str] | None = None) -> Fault:
    """A fault: a 200 with this body."""
    return lambda asked: response(asked.request.url, 200, content, headers)


@dataclass(slots=True)
class Wire:
    """What every request of every session passes; thread-safe."""

    faults: list[Fault] = field(default_factory=list)
    """Asked in order; the first answer stands."""
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(service, operation) → requests, the faulted ones included."""
    _numbers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> None:
        """Puts a fault before the others."""
        self.faults.insert(0, fault)

    def fail(self, operation: str, fault: Fault, *, first: int = 1, last: int = 10**9, account: str = "") -> None:
        """`fault` for the calls `first` to `last` of `service:Operation`, of that account or of any."""

        def narrowed(asked: Asked) -> AWSResponse | None:
            hit = f"{asked.service}:{asked.operation}" == operation and account in ("", asked.account)
            return fault(asked) if hit and first <= asked.number <= last else None

        self.add(narrowed)

    def listen(self, session: botocore.session.Session, account: str) -> None:
        """Hears the requests of the session's clients."""
        events: Any = session  # its stubs know only handlers that answer nothing
        events.register("before-send", lambda request, event_name, **_: self._hear(request, event_name, account))

    def _hear(self, request: AWSPreparedRequest, event_name: str, account: str) -> AWSResponse | None:
        _, hyphenated, operation = event_name.split(".")
        service = _SERVICES.get(hyphenated, hyphenated)
        found = _SCOPE.search(str(request.headers.get("Authorization", "")))
        with self._lock:
            self.asked[service, operation] += 1
            self._numbers[account, service, operation] += 1
            number = self._numbers[account, service, operation]
        asked = Asked(account, found[1] if found else "", service, operation, request, number)
        for fault in list(self.faults):
            if (answer := fault(asked)) is not None:
                return answer
        return None


_SERVICES = {service_model(s.name).service_id.hyphenize(): s.name for s in load_specs().services}
"""A service's id in botocore's events → its name."""


def attach(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """A wire that hears every session that collection makes."""
    wire = Wire()
    base, own = sessions.base_session, sessions.account_session

    def base_session(profile: str | None) -> botocore.session.Session:
        session = base(profile)
        wire.listen(session, "")
        return session

    def account_session(
        base_: botocore.session.Session, account: Account, partition: str, external_id: str | None
    ) -> botocore.session.Session:
        session = own(base_, account, partition, external_id)
        if session is not base_:
            wire.listen(session, account.id)
        return session

    monkeypatch.setattr(sessions, "base_session", base_session)
    monkeypatch.setattr(sessions, "account_session", account_session)
    return wire
