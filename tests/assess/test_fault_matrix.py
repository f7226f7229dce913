"""Every operation × every class of error: no false pass, every lost one undetermined, every failed call named.

Service by service, a run over many accounts that all answer alike, save that in each but one an operation
fails for good in one way; the shipped checks that look at the service judge them all. An account's findings
may differ from those of the calm one only by being undetermined.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from assess.faulty import ERRORS, assert_nothing_gained, close_regions, judged, shipped_checks
from awslab.cloud import Cloud, new_account
from awslab.collected import collect
from awslab.faults import Wire
from awslab.seed import CORE
from awslab.tape import Tape
from proveonce.assess.compose import compose
from proveonce.model.check import Check
from proveonce.model.evidence import ReadState
from proveonce.model.finding import Status

SPECS = CORE

REGIONAL = frozenset({"cloudtrail", "cloudwatch", "ec2", "kms", "logs", "rds", "sns"})


def operations(service: str) -> dict[str, str]:
    """Each operation of the service → the operation that the ledger names when it fails."""
    found: dict[str, str] = {}
    for call in SPECS.calls:
        if call.service == service:
            if call.prepare:
                found[call.prepare.operation] = call.operation
            found[call.operation] = call.operation
            found |= {d.operation: d.operation for table in call.tables for d in table.details}
    return found


def services_of(check: Check) -> set[str]:
    """The services that a check's verdict rests on."""
    return {call.service for table in compose(check).tables for call, _ in SPECS.sources(table)}


READABLE = {*SPECS.tables(), *SPECS.children()}
CHECKS = [check for check in shipped_checks() if READABLE.issuperset(compose(check).tables)]
SERVICES = [service.name for service in SPECS.services if service.name != "ecs"]
"""ecs is there for listings asked for each row of another, whose faults are in tests/collect/test_each.py."""


@pytest.mark.parametrize("service", SERVICES)
def test_a_call_that_fails_for_good_makes_no_pass_and_is_named(
    service: str, cloud: Cloud, tape: Tape, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.enter(monkeypatch)
    close_regions(wire)
    checks = [check for check in CHECKS if service in services_of(check)]
    services = {service}.union(*(services_of(check) for check in checks))
    calm = new_account()
    failing = {new_account(): (operation, error) for operation in operations(service) for error in ERRORS}
    for account, (operation, error) in failing.items():
        # Who the caller is, is asked before anything is planned; here the listing fails.
        wire.fail(f"{service}:{operation}", ERRORS[error][0], account=account, first=2 if service == "sts" else 1)
    wire.faults.append(tape.play)
    collected = collect(tmp_path, services=services, accounts=[calm, *failing])
    after, unread = judged(collected, checks)

    before = after[calm]
    assert Status.PASS in before.values(), "nothing could be lost: the seed is too poor"
    assert [row for row in collected.lost() if row.account == calm] == []
    for account, (operation, error) in failing.items():
        case = f"{service}:{operation} {error}"
        lost = [row for row in collected.lost() if row.account == account]
        state = ERRORS[error][1]
        if state is ReadState.REGION_NOT_OPTED_IN and service not in REGIONAL:
            state = ReadState.DENIED
        named = (operations(service)[operation], state)
        assert {(row.operation, row.state) for row in lost} == {named}, case
        assert_nothing_gained(case, before, after.get(account, {}), unread.get(account, set()))


def test_the_specs_and_the_checks_leave_no_operation_out() -> None:
    """Each declared operation is failed above, and each but a few carries some check's verdict."""
    failed = {(service, operation) for service in SERVICES for operation in operations(service)}
    declared = {(c.service, c.operation) for c in SPECS.calls} | {
        (c.service, d.operation) for c in SPECS.calls for t in c.tables for d in t.details
    }
    declared = {pair for pair in declared if pair[0] in SERVICES}
    assert declared <= failed
    assert {service for check in CHECKS for service in services_of(check)} >= set(SERVICES)
