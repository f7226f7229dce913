"""Fixtures that several parts of the tests share. Nothing here reaches beyond loopback."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from functools import lru_cache

import pytest

from awslab import cloud as clouds
from awslab import faults
from awslab.cloud import Cloud
from awslab.collected import collect
from awslab.faults import Wire
from awslab.seed import SERVICES, seed
from awslab.synthetic import Synthetic
from awslab.tape import Tape
from proveonce.kernel import located


@pytest.fixture(scope="session", autouse=True)
def each_text_is_parsed_once() -> Iterator[None]:
    """The shipped content is read by hundreds of tests, and equal text has equal values: each gets a copy."""
    parse = located.parse

    @lru_cache(maxsize=1024)
    def kept(text: str, name: str) -> bytes:
        return pickle.dumps(parse(text, name), protocol=pickle.HIGHEST_PROTOCOL)

    def parsed(text: str, name: str) -> located.Document:
        document: located.Document = pickle.loads(kept(text, name))  # noqa: S301 - our own bytes of a moment ago
        return document

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(located, "parse", parsed)
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Nothing of a test run is left in the user's cache."""
    os.environ["PROVEONCE_CACHE"] = str(config.rootpath / ".pytest_cache" / "proveonce")


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """The AWS simulator of this test process."""
    with clouds.running() as cloud:
        yield cloud


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """What every request of the collector passes; tests put faults on it."""
    return faults.attach(monkeypatch)


@pytest.fixture(scope="session")
def synthetic() -> Synthetic:
    """What answers where moto does not."""
    return Synthetic(SERVICES)


@pytest.fixture(scope="session")
def tape(cloud: Cloud, synthetic: Synthetic, tmp_path_factory: pytest.TempPathFactory) -> Tape:
    """Every answer of one seeded account."""
    account = clouds.new_account()
    seed(cloud, account)
    recorded = Tape(account, synthetic)
    with pytest.MonkeyPatch.context() as monkeypatch:
        cloud.enter(monkeypatch, account)
        wire = faults.attach(monkeypatch)
        wire.add(synthetic)
        # Where a detail above fails, those that hang on it are asked.
        monkeypatch.setattr("proveonce.collect.details.is_absent", lambda *_: False)
        with recorded.recording(wire, monkeypatch):
            collect(tmp_path_factory.mktemp("recording"))
    return recorded


@pytest.fixture
def played(cloud: Cloud, tape: Tape, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The wire, answering from the tape as the seeded account; faults put on it come first."""
    cloud.enter(monkeypatch, tape.account)
    wire.faults.append(tape.play)
    return wire
