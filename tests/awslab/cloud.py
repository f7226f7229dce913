"""Our AWS: moto over HTTP on 127.0.0.1, one server a test process, any number of accounts."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session
import pytest
from botocore.loaders import create_loader

ROLE = "ProveonceReader"
OWN_ACCOUNT = "123456789012"
"""moto's account for keys that no AssumeRole gave."""

_NUMBERS = itertools.count(1)
_LOADER = create_loader()
"""Each model, with what writes too, is read once a process."""


class Cloud:
    """A running simulator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = botocore.session.Session()
        self._session.register_component("data_loader", _LOADER)
        self._keys = {OWN_ACCOUNT: {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "test"}}

    def environment(self, account: str = OWN_ACCOUNT) -> dict[str, str]:
        """The variables by which a process reaches it as that account."""
        return {
            **self._keys_of(account),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",  # botocore's own retries sleep
        }

    def enter(self, monkeypatch: pytest.MonkeyPatch, account: str = OWN_ACCOUNT) -> None:
        """Makes `account` the caller for this test."""
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
            monkeypatch.delenv(name, raising=False)
        for name, value in self.environment(account).items():
            monkeypatch.setenv(name, value)

    def client(self, service: str, account: str = OWN_ACCOUNT, region: str = "us-east-1") -> Any:
        """A client that may write, for building what is then read."""
        keys = self._keys_of(account)
        client = self._session.create_client(
            service, region_name=region, endpoint_url=self.url, aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"], aws_session_token=keys.get("AWS_SESSION_TOKEN"),
        )  # fmt: skip
        if service == "s3control":  # the host prefix of the account id cannot be resolved at an IP address
            client.meta.events.register_first("before-send", _WithoutPrefix(self.url))
        return client

    def _keys_of(self, account: str) -> dict[str, str]:
        if account not in self._keys:
            role = f"arn:aws:iam::{account}:role/{ROLE}"
            keys = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            self._keys[account] = {
                "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
                "AWS_SESSION_TOKEN": keys["SessionToken"],
            }
        return self._keys[account]


class _WithoutPrefix:
    def __init__(self, url: str) -> None:
        self._host = url.split("//")[1]

    def __call__(self, request: Any, **_: Any) -> None:
        head, _, rest = request.url.partition("//")
        request.url = f"{head}//{self._host}/{rest.partition('/')[2]}"


def new_account() -> str:
    """An account id that no other test of this process uses."""
    return f"{300_000_000_000 + next(_NUMBERS):012d}"


@contextmanager
def running() -> Iterator[Cloud]:
    """The simulator, stopped at the end."""
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # read when moto is imported
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Cloud(f"http://{host}:{port}")
    finally:
        server.stop()
