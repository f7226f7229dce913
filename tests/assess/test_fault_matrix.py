"""Every planned operation × every class of error: no false pass, every loss named.

The account is read once without trouble. Then each operation in turn fails for good, in each way, and
the same checks judge what is left.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from awslab import faults
from awslab.cloud import Cloud
from awslab.collected import collect
from awslab.faults import Fault, Wire, aws_error, times_out
from awslab.tape import Tape
from proveonce.app.assessing import assess
from proveonce.model.finding import Status
from proveonce.model.workspace import Workspace
from proveonce.tables.spec import load_specs

OPERATIONS = sorted({
    f"{call.service}:{operation}"
    for call in load_specs().calls
    for operation in (call.operation, *(d.operation for t in call.tables for d in t.details))
    if call.service != "sts"
})  # fmt: skip
"""All but STS, without which nobody is there to ask; tests/collect has that case."""

ERRORS: dict[str, Fault] = {
    "denied": aws_error("AccessDenied", 403),
    "throttled": aws_error("Throttling", 400),
    "server error": aws_error("InternalError", 500),
    "region not opted in": aws_error("UnrecognizedClientException", 400),
    "times out": times_out,
    "unheard of": aws_error("SomethingNew", 418),
}

Found = dict[tuple[str, str, int], Status]
"""(check, resource, its number among rows of that resource) → status."""


def judged(root: Path) -> tuple[Found, set[str]]:
    """The findings about rows, and the checks that also have one for a listing not read."""
    found: Found = {}
    with assess(Workspace(root=root)) as (assessment, _):
        for f in assessment.findings():
            if f.line >= 0:
                number = next(n for n in itertools.count() if (f.check, f.resource, n) not in found)
                found[f.check, f.resource, number] = f.status
        return found, {check for check, result in assessment.checks.items() if result.unread_listings}


@pytest.fixture(scope="module")
def fault_free(tape: Tape, cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Found:
    with pytest.MonkeyPatch.context() as monkeypatch:
        cloud.enter(monkeypatch, tape.account)
        faults.attach(monkeypatch).faults.append(tape.play)
        root = tmp_path_factory.mktemp("fault-free")
        collect(root)
        return judged(root)[0]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_call_that_fails_for_good_makes_no_pass_and_is_named(
    operation: str, fault_free: Found, played: Wire, tmp_path: Path
) -> None:
    turn = list(ERRORS)[OPERATIONS.index(operation) % len(ERRORS)]
    for name in ERRORS if operation in _EVERY_WAY else [turn]:
        root = tmp_path / name.replace(" ", "-")
        played.fail(operation, ERRORS[name])
        collected = collect(root)
        played.faults.pop(0)
        found, unread = judged(root)

        lost = {f"{row.service}:{row.operation}" for row in collected.lost()}
        assert operation in lost, name
        for key, status in found.items():
            before = fault_free.get(key)
            assert status in (before, Status.UNDETERMINED), f"{name}: {key} was {before}, is {status}"
        gone = {key for key, status in fault_free.items() if status is Status.PASS and key not in found}
        assert {check for check, _, _ in gone} <= unread, f"{name}: passes vanished without a word"


_EVERY_WAY = frozenset({
    "s3:GetBucketPolicy", "ec2:DescribeSnapshots", "kms:GetKeyRotationStatus", "iam:GetAccountAuthorizationDetails",
    "cloudtrail:GetEventSelectors", "rds:DescribeDBInstances",
})  # fmt: skip
"""One of each kind fails in every way, the others in one way each, in turn."""
