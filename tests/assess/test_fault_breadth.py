"""Every declared operation × every class of error, all services at once: no false pass, every lost call named.

An account has one of everything. In each further account a whole layer of operations fails for good in one way. No
operation needs the answer of another of its layer, so each is asked, and fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.awsrequest import AWSResponse

from assess.faulty import ERRORS, assert_nothing_gained, close_regions, judged, shipped_checks
from awslab import faults
from awslab.cloud import OWN_ACCOUNT, Cloud, new_account
from awslab.collected import Collected, collect
from awslab.everything import SPECS, Everything
from awslab.faults import Asked, Fault, Wire
from proveonce.assess.compose import compose
from proveonce.model.check import Check
from proveonce.model.evidence import Coverage, ReadState
from proveonce.model.finding import Status
from proveonce.tables.spec import Call, Scope, operations_of

Operation = tuple[str, str]
Named = dict[Operation, set[Operation]]
"""Operation that fails → the operations that the ledger names for it."""

OF_ACCOUNTS = [call for call in SPECS.calls if call.scope is not Scope.ORGANIZATION]
OF_ORGANIZATION = [call for call in SPECS.calls if call.scope is Scope.ORGANIZATION]
READABLE = {*SPECS.tables(), *SPECS.children()}
CHECKS = [check for check in shipped_checks() if READABLE.issuperset(compose(check).tables)]


def named(calls: list[Call]) -> Named:
    """Each operation of `calls`; a preparation that fails is told of by its listing."""
    found: Named = {}
    for call in calls:
        listing = (call.service, call.operation)
        found.setdefault(listing, set()).add(listing)
        if call.prepare:
            found[call.service, call.prepare.operation] = {listing}
        for operation in {(call.service, detail.operation) for table in call.tables for detail in table.details}:
            found.setdefault(operation, set()).add(operation)
    return found


def needs(calls: list[Call]) -> dict[Operation, set[Operation]]:
    """Operation → those that must be answered before it is asked."""
    found: dict[Operation, set[Operation]] = {operation: set() for operation in named(calls)}
    for call in calls:
        listing = (call.service, call.operation)
        for parent in SPECS.parents(call):
            found[listing] |= operations_of([parent])
        if call.prepare:
            found[listing].add((call.service, call.prepare.operation))
        for table in call.tables:
            for detail in table.details:
                found[call.service, detail.operation] |= {listing, *found[listing]}
    return found


def layers(calls: list[Call]) -> list[Named]:
    """The operations of `calls` in as few parts as may be, none that another of its part needs."""
    needed, parts = needs(calls), list[set[Operation]]()
    for operation in sorted(needed, key=lambda o: len(needed[o])):
        fitting = (p for p in parts if not needed[operation] & p and not any(operation in needed[o] for o in p))
        part = next(fitting, None)
        if part is None:
            parts.append(part := set())
        part.add(operation)
    return [{operation: names for operation, names in named(calls).items() if operation in part} for part in parts]


def services_of(check: Check) -> set[str]:
    return {call.service for table in compose(check).tables for call, _ in SPECS.sources(table)}


def tables_of(calls: list[Call]) -> list[str]:
    return [table.name for call in calls for table in call.tables]


def failing(layer: Named, fault: Fault, account: str, *, is_own: bool = False) -> Fault:
    """The whole layer fails; who we are is asked before anything is planned, and there the listing fails."""

    def fail(asked: Asked) -> AWSResponse | None:
        mine = (asked.service, asked.operation) in layer and asked.account == ("" if is_own else account)
        late = asked.service != "sts" or asked.number > 1
        return fault(asked) if mine and late else None

    return fail


def is_below(row: Coverage, layer: Named) -> bool:
    """Whether a lost row is of a listing asked for each row of what failed, or for each of its details."""
    return row.code == "ParentNotRead" and any(
        operations_of([parent]) & set(layer)
        for call in SPECS.calls
        if (call.service, call.operation) == (row.service, row.operation)
        for parent in SPECS.parents(call)
    )


def assert_named(case: str, lost: list[Coverage], layer: Named, state: ReadState) -> None:
    """The ledger names each operation of the layer as lost, and nothing else but what hangs on it."""
    states: dict[Operation, set[ReadState]] = {}
    for row in lost:
        if not is_below(row, layer):
            regional = row.region not in (Scope.GLOBAL, Scope.ORGANIZATION)
            was = ReadState.DENIED if state is ReadState.REGION_NOT_OPTED_IN and not regional else state
            states.setdefault((row.service, row.operation), set()).add(row.state)
            assert row.state is was, f"{case}: {row.service}:{row.operation} is {row.state} {row.code}"
    assert set(states) == {named for names in layer.values() for named in names}, case


LAYERS = layers(OF_ACCOUNTS)


@pytest.mark.parametrize("layer", LAYERS, ids=[f"{len(layer)} operations" for layer in LAYERS])
def test_a_layer_that_fails_for_good_makes_no_pass_and_is_named(
    layer: Named, cloud: Cloud, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = {service for service, _ in layer}
    tables = tables_of([call for call in OF_ACCOUNTS if call.service in services])
    checks = [check for check in CHECKS if services & services_of(check)]
    cloud.enter(monkeypatch)
    wire.faults.append(Everything())
    close_regions(wire)
    calm, cases = new_account(), {new_account(): error for error in ERRORS}
    for account, error in cases.items():
        wire.add(failing(layer, ERRORS[error][0], account))
    collected = collect(tmp_path, tables=tables, accounts=[calm, *cases])
    after, unread = judged(collected, checks)

    assert [row for row in collected.lost() if row.account == calm] == []
    assert Status.PASS in after[calm].values(), "nothing could be lost"
    for account, error in cases.items():
        lost = [row for row in collected.lost() if row.account == account]
        assert_named(error, lost, layer, ERRORS[error][1])
        assert_nothing_gained(error, after[calm], after.get(account, {}), unread.get(account, set()))


@pytest.fixture(scope="module")
def calm_organization(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Collected:
    with pytest.MonkeyPatch.context() as monkeypatch:
        cloud.enter(monkeypatch)
        faults.attach(monkeypatch).faults.append(Everything())
        return collect(tmp_path_factory.mktemp("calm"), tables=tables_of(OF_ORGANIZATION))


@pytest.mark.parametrize("error", ERRORS)
def test_what_is_asked_of_the_organisation_fails_alike(
    error: str, calm_organization: Collected, cloud: Cloud, wire: Wire, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    checks = [check for check in CHECKS if set(compose(check).tables) & set(tables_of(OF_ORGANIZATION))]
    before, _ = judged(calm_organization, checks)
    cloud.enter(monkeypatch)
    wire.faults.append(Everything())
    for number, layer in enumerate(layers(OF_ORGANIZATION)):
        fault = failing(layer, ERRORS[error][0], OWN_ACCOUNT, is_own=True)
        wire.add(fault)
        found = collect(tmp_path / str(number), tables=tables_of(OF_ORGANIZATION))
        wire.faults.remove(fault)
        assert_named(error, found.lost(), layer, ERRORS[error][1])
        after, unread = judged(found, checks)
        assert_nothing_gained(error, before[OWN_ACCOUNT], after.get(OWN_ACCOUNT, {}), unread.get(OWN_ACCOUNT, set()))


def test_no_operation_is_left_out() -> None:
    tried = {operation for layer in (*LAYERS, *layers(OF_ORGANIZATION)) for operation in layer}
    assert tried == operations_of(SPECS.calls)
