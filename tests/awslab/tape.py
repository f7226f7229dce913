"""An account's answers, recorded off the wire once and played for any account.

The account id is a placeholder in what is kept, so one seeded account answers for as many as a test
wants; an answer that was never recorded is an error of the test, not of AWS.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

from awslab.faults import Asked, Fault, Wire, response

_ACCOUNT = "{account-id}"

Key = tuple[str, str, str, str, str]
Kept = tuple[int, dict[str, str], str]


@dataclass(slots=True)
class Tape:
    """Answers by what was asked; thread-safe."""

    account: str
    otherwise: Fault
    """What answers for operations that the simulator does not have."""
    answers: dict[Key, Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, asked: Asked) -> Key:
        """What tells one question from another."""
        account = asked.account or self.account
        path = "/" + asked.request.url.split("/", 3)[3]
        return (
            asked.service, asked.operation, asked.region,
            path.replace(account, _ACCOUNT), _text(asked.request.body).replace(account, _ACCOUNT),
        )  # fmt: skip

    def play(self, asked: Asked) -> AWSResponse | None:
        """The recorded answer, as the asking account would hear it; AssumeRole goes to the simulator."""
        if asked.operation == "AssumeRole":
            return None
        key = self.key(asked)
        found = self.answers.get(key) or self._redirected(key)
        if found is None and not any(known[:2] == key[:2] for known in self.answers):
            return self.otherwise(asked)
        if found is None:
            raise AssertionError(f"never recorded: {key}")
        status, headers, body = found
        return response(
            asked.request.url, status, body.replace(_ACCOUNT, asked.account or self.account).encode(), headers
        )

    def _redirected(self, key: Key) -> Kept | None:
        """A bucket's answer, asked in another region than its own: botocore follows S3's redirection."""
        service, operation, _, path, body = key
        if service != "s3":
            return None
        found = (
            kept for (s, o, _, p, b), kept in self.answers.items() if (s, o, p, b) == (service, operation, path, body)
        )
        return next(found, None)

    @contextmanager
    def recording(self, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Keeps every answer that the wire's sessions get meanwhile."""
        waiting: dict[int, Key] = {}
        send = URLLib3Session.send

        def note(asked: Asked) -> AWSResponse | None:
            waiting[id(asked.request)] = self.key(asked)
            return None

        def recorded(session: URLLib3Session, request: AWSPreparedRequest) -> Any:
            answer = send(session, request)
            if (key := waiting.pop(id(request), None)) is not None:
                headers = {k: v for k, v in answer.headers.items() if k.lower() != "connection"}
                with self._lock:
                    self.answers[key] = (answer.status_code, headers, answer.text.replace(self.account, _ACCOUNT))
            return answer

        wire.add(note)
        with monkeypatch.context() as patch:
            patch.setattr(URLLib3Session, "send", recorded)
            yield
        wire.faults.remove(note)


def _text(body: Any) -> str:
    return body.decode() if isinstance(body, bytes | bytearray) else str(body or "")
