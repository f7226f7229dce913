"""A collection that was stopped goes on: nothing read to its end is asked again, and the run is as if never stopped."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from botocore.awsrequest import AWSResponse

from awslab.collected import Collected, collect
from awslab.faults import Asked, Wire, aws_error
from awslab.tape import Tape
from proveonce.kernel.errors import UsageError

SERVICES = ["kms", "sns", "rds", "ecs"]


class Stop:
    """A person's Ctrl-C at the n-th request of a run."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, _asked: Asked) -> AWSResponse | None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return None


def _asked(collected: Collected) -> Counter[tuple[str, str]]:
    return Counter(
        (call["operation"], str(sorted(call["params"].items())))
        for call in collected.calls()
        if call["operation"] not in ("GetCallerIdentity", "DescribeRegions")
    )


@pytest.mark.parametrize("at", [1, 4, 7, 12, 20, 30])
def test_a_resumed_run_is_the_run_that_was_never_stopped(played: Wire, tape: Tape, tmp_path: Path, at: int) -> None:
    whole = collect(tmp_path / "whole", services=SERVICES)
    played.add(Stop(at))
    with pytest.raises(KeyboardInterrupt):
        collect(tmp_path / "stopped", services=SERVICES)
    before = Counter(played.asked)
    resumed = collect(tmp_path / "stopped", services=SERVICES, resumes=True)
    assert resumed.artefacts() == whole.artefacts()
    assert [(c.operation, c.state, c.rows, c.planned, c.read) for c in resumed.coverage] == [
        (c.operation, c.state, c.rows, c.planned, c.read) for c in whole.coverage
    ]
    assert resumed.run.manifest["predicate"]["resumed"] is True
    assert set(_asked(resumed)) == set(_asked(whole))
    again = sum((Counter(played.asked) - before).values())
    assert again <= sum(_asked(whole).values()) + 3  # who we are, by which role, which regions


def test_what_was_read_to_its_end_is_not_asked_again(played: Wire, tmp_path: Path) -> None:
    # Everything else is done with before the last listing of a chain is interrupted.
    played.fail("ecs:DescribeTaskDefinition", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        collect(tmp_path, services=["ecs", "kms"])
    (journal,) = (tmp_path / "evidence" / "store" / "pending").iterdir()
    done = {
        row["operation"] for line in journal.read_text().splitlines() for row in json.loads(line).get("coverage", [])
    }
    assert {"ListClusters", "DescribeClusters", "ListServices"} <= done
    played.faults.pop(0)
    first = Counter(played.asked)
    resumed = collect(tmp_path, services=["ecs", "kms"], resumes=True)
    again = {operation for _, operation in Counter(played.asked) - first}
    assert "DescribeServices" in again
    assert not again & done
    records = Counter(call["id"] for call in resumed.calls())
    assert set(records.values()) == {1}
    assert len(records) == resumed.run.manifest["predicate"]["calls"]


def _interrupt(asked: Asked) -> AWSResponse | None:
    raise KeyboardInterrupt


def test_what_failed_is_asked_again(played: Wire, tmp_path: Path) -> None:
    played.fail("sns:ListTopics", aws_error("AuthorizationError", 403))
    played.fail("rds:DescribeDBInstances", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        collect(tmp_path, services=SERVICES)
    played.faults[:2] = []
    resumed = collect(tmp_path, services=SERVICES, resumes=True)
    assert resumed.lost() == []


def test_a_torn_journal_loses_its_last_line_only(played: Wire, tmp_path: Path) -> None:
    whole = collect(tmp_path / "whole", services=SERVICES)
    played.add(Stop(25))
    with pytest.raises(KeyboardInterrupt):
        collect(tmp_path / "torn", services=SERVICES)
    (journal,) = (tmp_path / "torn" / "evidence" / "store" / "pending").iterdir()
    journal.write_bytes(journal.read_bytes()[:-40])
    assert collect(tmp_path / "torn", services=SERVICES, resumes=True).artefacts() == whole.artefacts()


def test_another_plan_is_not_gone_on_with(played: Wire, tmp_path: Path) -> None:
    played.add(Stop(10))
    with pytest.raises(KeyboardInterrupt):
        collect(tmp_path, services=SERVICES)
    with pytest.raises(UsageError, match="no collection of this plan was stopped"):
        collect(tmp_path, services=["kms"], resumes=True)


def test_a_committed_run_leaves_nothing_to_go_on_with(played: Wire, tmp_path: Path) -> None:
    collect(tmp_path, services=SERVICES)
    assert list((tmp_path / "evidence" / "store" / "pending").iterdir()) == []
    with pytest.raises(UsageError):
        collect(tmp_path, services=SERVICES, resumes=True)


def test_a_collection_anew_forgets_the_one_that_was_stopped(played: Wire, tmp_path: Path) -> None:
    played.add(Stop(15))
    with pytest.raises(KeyboardInterrupt):
        collect(tmp_path, services=SERVICES)
    run = collect(tmp_path, services=SERVICES)
    assert run.run.manifest["predicate"]["resumed"] is False
    assert run.lost() == []
