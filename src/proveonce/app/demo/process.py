"""The simulator from outside: its process, and an environment in which it is the only AWS there is."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import IO

from proveonce.app.demo.server import HOST
from proveonce.kernel.errors import ProveonceError

_START_SECONDS = 60
_STOP_SECONDS = 5
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_NEEDS = ("moto", "flask", "flask_cors", "werkzeug")


def check_installed() -> None:
    """Raises ProveonceError when what the simulator is made of is not installed."""
    if any(find_spec(name) is None for name in _NEEDS):
        raise ProveonceError(
            "the demo simulates AWS with moto, which is not installed", fix="pip install 'proveonce[demo]'"
        )


@contextmanager
def simulator() -> Iterator[str]:
    """The endpoint of a simulator that lives as long as the block.

    Raises: ProveonceError when it does not start.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            # -P: a file of the user's folder is never imported in place of ours.
            [sys.executable, "-P", "-m", "proveonce.app.demo.server"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=_without_aws(os.environ),
        )  # fmt: skip
        try:
            yield _address(process, errors)
        finally:
            _stop(process)


def _address(process: subprocess.Popen[bytes], errors: IO[bytes]) -> str:
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for - asked for above
    ready, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
    line = process.stdout.readline().decode().strip() if ready else ""
    if line:
        return line
    errors.seek(0)
    said = errors.read().decode(errors="replace").strip().splitlines()
    raise ProveonceError(
        f"the simulator did not start: {said[-1] if said else f'no word in {_START_SECONDS} seconds'}",
        where="python -m proveonce.app.demo.server",
        fix="pip install --upgrade 'proveonce[demo]', then try again",
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Closes its input, which ends it; kills it if it does not notice."""
    assert process.stdin is not None  # noqa: S101 - asked for above
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without anything that leads to an account, or to a proxy on the way to one."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith("AWS_") and name.lower() not in _PROXIES
    }
    return {
        **kept,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": HOST,
        "no_proxy": HOST,
    }


@contextmanager
def only_simulated_aws(endpoint: str) -> Iterator[None]:
    """For the block, this process knows no AWS but `endpoint`; its environment is put back afterwards.

    Nothing of the user's is read: no profile, configuration file, credentials or proxy.
    """
    before = dict(os.environ)
    simulated = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "AKIADEMOCOLLECTOR000",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    os.environ.clear()
    os.environ.update(_without_aws(before) | simulated)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
