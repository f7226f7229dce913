"""Clients of the simulator, one an account, region and service, and what the seeding modules share."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config

from proveonce.app.demo.places import READER_ROLE, US_EAST, Place

Tags = dict[str, str]

_CONFIG = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    s3={"addressing_style": "path"},
)


class Cloud:
    """The simulated organisation, as its own administrators reach it."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        # boto3's types want each service by name; here it is data.
        self._sessions: dict[str, Any] = {}
        self._clients: dict[tuple[Place, str], Any] = {}
        self._ids: dict[tuple[Place, str], str] = {}
        self.made = 0
        """Resources made so far."""

    def client(self, place: Place, service: str) -> Any:
        """The client of `service` in `place`."""
        if (place, service) not in self._clients:
            session = self._sessions.get(place.account) or self._enter(place.account)
            client = session.client(service, region_name=place.region, endpoint_url=self._endpoint, config=_CONFIG)
            client.meta.events.register_first("before-send", self._keep_host)
            self._clients[place, service] = client
        return self._clients[place, service]

    def remember(self, place: Place, name: str, identity: str) -> str:
        """Keeps the id that AWS gave to what the data calls `name`."""
        self.made += 1
        self._ids[place, name] = identity
        return identity

    def known(self, place: Place, name: str) -> str:
        """The id of what was made as `name` in `place`."""
        return self._ids[place, name]

    def _keep_host(self, request: AWSPreparedRequest, **_: Any) -> None:
        """Undoes the account id that s3control puts before the host; the simulator has one name only."""
        request.url = f"{self._endpoint}{urlsplit(request.url).path}?{urlsplit(request.url).query}".removesuffix("?")

    def _enter(self, account: str) -> Any:
        """A session in `account`, by assuming a role there as an administrator would."""
        answer = self._caller.assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{READER_ROLE}", RoleSessionName="seeding"
        )["Credentials"]
        session = boto3.Session(
            aws_access_key_id=answer["AccessKeyId"],
            aws_secret_access_key=answer["SecretAccessKey"],
            aws_session_token=answer["SessionToken"],
        )
        self._sessions[account] = session
        return session

    @cached_property
    def _caller(self) -> Any:
        session = boto3.Session(aws_access_key_id="AKIADEMOSEEDING00000", aws_secret_access_key="demo")  # noqa: S106 - a simulator's
        return session.client("sts", region_name=US_EAST, endpoint_url=self._endpoint, config=_CONFIG)


def tag_list(tags: Tags) -> list[dict[str, str]]:
    """Tags as AWS takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
