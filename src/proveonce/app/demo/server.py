"""The simulator process: moto over HTTP on loopback, behind our denials and corrections.

Run as `python -m proveonce.app.demo.server`. It prints its address on one line, and ends when its
standard input closes (its parent is gone) or after a quarter of an hour, whatever happens.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from proveonce.app.demo.corrections import COMPLETIONS, CORRECTIONS
from proveonce.app.demo.denials import COLLECTOR, refusal
from proveonce.app.demo.requests import Environ, Request, read_request, signing_name
from proveonce.app.demo.unmodelled import answer, is_lacking

HOST = "127.0.0.1"
LIMIT_SECONDS = 15 * 60
_SEED = 20261124
"""The same ids in every run."""

StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Complete:
    """Moto's own application, and the answers of an account that uses nothing of what moto lacks."""

    def __init__(self, moto: Application, account_of: Callable[[str], str]) -> None:
        self._moto = moto
        self._account_of = account_of
        self._lock = threading.Lock()

    def moto(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Moto, one request at a time: it imports a service at its first call, and hangs when two do at once."""
        with self._lock:
            return list(self._moto(environ, start_response))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One request, as moto answers it or as it should."""
        return self.completed(environ, start_response, self.read(environ))

    def read(self, environ: Environ) -> Request | None:
        """What is asked, where that can be told."""
        return read_request(environ, self._account_of)

    def completed(self, environ: Environ, start_response: StartResponse, request: Request | None) -> Iterable[bytes]:
        """Moto's answer, completed."""
        from werkzeug.test import run_wsgi_app

        try:
            parts, status, headers = run_wsgi_app(self.moto, environ)
            body, given = b"".join(parts), list(headers)
        except Exception:  # noqa: BLE001 - moto's dispatcher raises for services that it never heard of
            status, body, given = "501 Not Implemented", b"", []
        if is_lacking(status, body, request) and (made := answer(environ, request, signing_name(environ))):
            status, given, body = made
        if request is not None and (complete := COMPLETIONS.get(request.action)):
            body = complete(request, body)
        start_response(status, _headers(given, body))
        return [body]


class Simulator:
    """The demo's AWS: refuses what was planted, corrects what moto has wrong, completes what it lacks."""

    def __init__(self, inner: Application, account_of: Callable[[str], str]) -> None:
        self._aws = Complete(inner, account_of)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        request = self._aws.read(environ)
        is_collector = COLLECTOR in environ.get("HTTP_USER_AGENT", "")
        if request is not None:
            if is_collector and (refused := refusal(request)):
                status = HTTPStatus(refused.status)
                start_response(f"{status.value} {status.phrase}", _headers(refused.headers, refused.body))
                return [refused.body]
            if correct := CORRECTIONS.get(request.action):
                return self._corrected(environ, start_response, lambda body: correct(request, body))
        if is_collector:
            return self._aws.completed(environ, start_response, request)
        return self._aws.moto(environ, start_response)

    def _corrected(
        self, environ: Environ, start_response: StartResponse, correct: Callable[[bytes], bytes]
    ) -> Iterable[bytes]:
        from werkzeug.test import run_wsgi_app

        parts, status, headers = run_wsgi_app(self._aws.moto, environ)
        body = correct(b"".join(parts))
        start_response(status, _headers(headers, body))
        return [body]


def _headers(headers: Iterable[tuple[str, str]], body: bytes) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
    return [*kept, ("Content-Length", str(len(body)))]


def make_application() -> Application:
    """The application of moto for every service, wrapped."""
    from moto.iam.models import get_account_id_from
    from moto.moto_api._internal import mock_random
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    mock_random.seed(_SEED)
    return Simulator(DomainDispatcherApplication(create_backend_app), get_account_id_from)


def main() -> None:
    """Serves until its parent goes or its time is up."""
    for name in [name for name in os.environ if name.startswith("MOTO_")]:
        del os.environ[name]
    # Read when moto is imported. Its catalogue of images brings 1,300 snapshots into every region.
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    server = make_server(HOST, 0, make_application(), threaded=True, request_handler=MotoRequestHandler)
    for work in (_end_with_parent, _end_in_time):
        threading.Thread(target=work, daemon=True).start()
    sys.stdout.write(f"http://{HOST}:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _end_in_time() -> None:
    threading.Event().wait(LIMIT_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
