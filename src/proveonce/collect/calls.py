"""One call: paced, retried below the paginator, classified, recorded.

A paginator that sees an exception loses its listing, so nothing transient may reach it: it is given
`Caller.call` as its method, which returns an answer or raises `CallFailed` for good.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from botocore.model import OperationNotFoundError
from botocore.parsers import ResponseParserError

from proveonce.collect.classify import Failure, classify
from proveonce.collect.pace import Pacer
from proveonce.collect.session import Clients, UndeclaredOperationError
from proveonce.kernel.instants import format_instant
from proveonce.model.evidence import ReadState
from proveonce.tables.spec import Scope

MAX_ATTEMPTS = 6
_UNREACHABLE_ATTEMPTS = 3
"""Fewer where nothing answers at all: each costs a connection timeout."""
_BACKOFF_SECONDS = 0.2
_BACKOFF_LIMIT = 10.0


class Timing(Protocol):
    """Clock and sleep, so that tests need neither."""

    def now(self) -> datetime:
        """This instant, aware."""

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""

    def sleep(self, seconds: float) -> None:
        """Waits."""


class SystemTiming:
    """The machine's own clock."""

    def now(self) -> datetime:
        """This instant."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


class CallFailed(Exception):  # noqa: N818 - a call that was made and failed for good
    """A call not read; carries why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.code}: {failure.message}")
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes and what it serves."""

    account: str
    region: str
    """`global` for a global listing, `organization` for one of it; the endpoint's region is `endpoint_region`."""
    endpoint_region: str
    service: str
    per_second: float

    @property
    def is_regional(self) -> bool:
        """Whether it is a region that the account may not have enabled."""
        return self.region not in (Scope.GLOBAL, Scope.ORGANIZATION)


class CallLog:
    """Gives each call its id and hands its record on; thread-safe."""

    def __init__(self, write: Callable[[Mapping[str, Any]], None]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self.made = 0
        self.failed = 0
        self.also: Callable[[Mapping[str, Any]], None] = lambda _record: None
        """Hears each record too."""

    def add(self, record: dict[str, Any]) -> str:
        """Records a call, also one that a stopped collection had made; its id."""
        with self._lock:
            record["id"] = f"c{next(self._numbers):07d}"
            self.made += 1
            self.failed += record["state"] not in (ReadState.READ, ReadState.ABSENT)
            self._write(record)
            self.also(record)
        return str(record["id"])


class Caller:
    """Makes the calls of one account."""

    def __init__(self, clients: Clients, pacer: Pacer, log: CallLog, timing: Timing, caller_arn: str) -> None:
        self.clients = clients
        self._pacer = pacer
        self._log = log
        self._timing = timing
        self._caller_arn = caller_arn
        self.enabled_regions: frozenset[str] = frozenset()
        """Regions that AWS says the account has enabled; empty until it was asked, or where it does not tell."""
        self._jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing

    def call(
        self,
        target: Target,
        operation: str,
        params: Mapping[str, Any],
        *,
        absent: tuple[str, ...] = (),
        note: Mapping[str, Any] | None = None,
        complete: Callable[[dict[str, Any] | None], Mapping[str, Any]] | None = None,
        held: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any] | None:
        """AWS's answer, without its envelope; None where AWS says by an `absent` code that there is none.

        `note` goes into the record as it is; `complete` adds to it what the answer, or its absence, tells.
        With `held`, the record of a call that was answered waits there for the caller to complete and `record` it.
        Raises: CallFailed, recorded.
        """
        started = self._timing.now()
        attempts = 0
        failure: Failure | None = None
        while attempts < MAX_ATTEMPTS:
            self._wait(target)
            attempts += 1
            try:
                answer = self._send(target, operation, params)
            except Exception as error:
                is_optional = target.is_regional and target.region not in self.enabled_regions
                failure = classify(error, is_detail=bool(note and note.get("detail")), is_optional=is_optional)
                if failure is None:
                    raise
                if failure.is_among(absent):
                    break
                if failure.state is ReadState.THROTTLED:
                    self._pacer.throttled((target.account, target.endpoint_region, target.service))
                unreachable = failure.state is ReadState.UNAVAILABLE and attempts >= _UNREACHABLE_ATTEMPTS
                if not failure.is_transient or unreachable:
                    break
                if attempts < MAX_ATTEMPTS:
                    self._timing.sleep(self._backoff(attempts))
                continue
            envelope = answer.pop("ResponseMetadata", {})
            extra = {**(note or {}), **(complete(answer) if complete else {})}
            record = self._of(target, operation, params, started, attempts, ReadState.READ, extra, envelope=envelope)
            self._hand_on(record, held)
            return answer
        assert failure is not None  # noqa: S101 - the loop ends only by an answer or a failure
        state = ReadState.ABSENT if failure.is_among(absent) else failure.state
        extra = {**(note or {}), **(complete(None) if complete and state is ReadState.ABSENT else {})}
        record = self._of(target, operation, params, started, attempts, state, extra, failure=failure)
        self._hand_on(record, held if state is ReadState.ABSENT else None)
        if state is ReadState.ABSENT:
            return None
        raise CallFailed(failure)

    def record(self, record: dict[str, Any]) -> None:
        """Records a call whose record was held."""
        self._log.add(record)

    def pause(self, seconds: float) -> None:
        """Waits for something that AWS is preparing."""
        self._timing.sleep(seconds)

    def _send(self, target: Target, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        client = self.clients.get(target.service, target.endpoint_region)
        try:
            answer: dict[str, Any] = client._make_api_call(operation, dict(params))  # noqa: SLF001 - by AWS's own operation name
        except OperationNotFoundError as error:  # models hold the declared operations only
            raise UndeclaredOperationError(target.service, operation) from error
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            if classify(error) is not None:
                raise
            # botocore's parsers meet what AWS's model does not allow with Python's own errors.
            raise ResponseParserError(f"the answer does not fit AWS's model: {error!r}") from error
        return answer

    def _wait(self, target: Target) -> None:
        delay = self._pacer.delay((target.account, target.endpoint_region, target.service), target.per_second)
        if delay > 0:
            self._timing.sleep(delay)

    def _backoff(self, attempts: int) -> float:
        """Exponential with full jitter."""
        return self._jitter.uniform(0, min(_BACKOFF_LIMIT, _BACKOFF_SECONDS * 2.0**attempts))

    def _hand_on(self, record: dict[str, Any], held: list[dict[str, Any]] | None) -> None:
        if held is None:
            self._log.add(record)
        else:
            held.append(record)

    def _of(
        self,
        target: Target,
        operation: str,
        params: Mapping[str, Any],
        started: datetime,
        attempts: int,
        state: ReadState,
        extra: Mapping[str, Any],
        *,
        envelope: Mapping[str, Any] | None = None,
        failure: Failure | None = None,
    ) -> dict[str, Any]:
        """The record of a call."""
        envelope = envelope or {}
        return {
            "account": target.account,
            "region": target.region,
            "endpoint_region": target.endpoint_region,
            "service": target.service,
            "operation": operation,
            "params": dict(params),
            "caller_arn": self._caller_arn,
            "started_at": format_instant(started),
            "ended_at": format_instant(self._timing.now()),
            "retries": attempts - 1,
            "request_id": envelope.get("RequestId", "") or (failure.request_id if failure else ""),
            "http_status": envelope.get("HTTPStatusCode", 0) or (failure.status if failure else 0),
            "state": str(state),
            "code": failure.code if failure else "",
            "message": failure.message if failure else "",
            "detail": "",
            "page": 0,
            "lines": {},
            **extra,
        }
