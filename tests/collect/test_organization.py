"""The organisation's own list: who is read, and whether those read are all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from awslab.cloud import OWN_ACCOUNT, ROLE, Cloud, new_account
from awslab.collected import collect
from awslab.everything import SPECS, Everything
from awslab.faults import Wire, aws_error
from proveonce.collect.organization import AccountList, Member
from proveonce.kernel.errors import CollectionError
from proveonce.model.workspace import Account, Organization, Workspace
from proveonce.tables.spec import Scope


class Organised:
    """An organisation of the simulator: its management account and three members, one of them in a unit."""

    def __init__(self, cloud: Cloud) -> None:
        self.management = new_account()
        client = cloud.client("organizations", self.management)
        client.create_organization(FeatureSet="ALL")
        root = client.list_roots()["Roots"][0]["Id"]
        self.unit = client.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]
        inner = client.create_organizational_unit(ParentId=self.unit, Name="prod")["OrganizationalUnit"]["Id"]
        self.members = [_account(client, number) for number in range(3)]
        client.move_account(AccountId=self.members[0], SourceParentId=root, DestinationParentId=inner)
        client.close_account(AccountId=self.members[2])


def _account(client: Any, number: int) -> str:
    made = client.create_account(Email=f"m{number}@example.com", AccountName=f"member-{number}")
    return str(made["CreateAccountStatus"]["AccountId"])


@pytest.fixture
def organised(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Organised:
    organised = Organised(cloud)
    cloud.enter(monkeypatch, organised.management)
    return organised


def _run(root: Path, **organization: Any) -> Any:
    accounts = organization.pop("accounts", ())
    workspace = Workspace(root=root, role=ROLE, accounts=accounts, organization=Organization(**organization))
    return collect(root, services=["sts"], workspace=workspace)


def test_every_active_account_is_read_and_the_run_says_so(organised: Organised, wire: Wire, tmp_path: Path) -> None:
    collected = _run(tmp_path)
    assert set(collected.run.accounts) == {organised.management, *organised.members[:2]}
    assert collected.run.completeness == (
        f"held against the organisation's own list, seen from account {organised.management}: 3 of 3 active accounts; "
        "1 accounts suspended or closing"
    )
    listed = collected.run.manifest["predicate"]["organization"]["accounts"]
    assert [member["id"] for member in listed] == sorted([organised.management, *organised.members])


def test_only_accounts_of_the_named_units_are_read_and_the_others_are_named(
    organised: Organised, wire: Wire, tmp_path: Path
) -> None:
    collected = _run(tmp_path, units=(organised.unit,))
    assert set(collected.run.accounts) == {organised.members[0]}
    left = sorted([organised.management, organised.members[1]])
    assert f"1 of 3 active accounts; not in this run: {', '.join(left)}" in collected.run.completeness


def test_an_excluded_account_is_not_read_and_is_named(organised: Organised, wire: Wire, tmp_path: Path) -> None:
    collected = _run(tmp_path, exclude=(organised.members[0],))
    assert organised.members[0] not in collected.run.accounts
    assert f"not in this run: {organised.members[0]}" in collected.run.completeness


def test_accounts_named_by_hand_are_held_against_the_list(organised: Organised, wire: Wire, tmp_path: Path) -> None:
    stranger = new_account()
    accounts = (Account(organised.members[0], role=ROLE), Account(stranger, role=ROLE))
    collected = _run(tmp_path, discovers=False, accounts=accounts)
    assert set(collected.run.accounts) == {organised.members[0], stranger}
    assert "1 of 3 active accounts" in collected.run.completeness
    assert f"read, yet not of this organisation: {stranger}" in collected.run.completeness


def test_without_the_list_no_account_can_be_discovered(organised: Organised, wire: Wire, tmp_path: Path) -> None:
    wire.fail("organizations:ListAccounts", aws_error("AccessDeniedException"))
    with pytest.raises(CollectionError, match="does not say which accounts there are: AccessDeniedException"):
        _run(tmp_path)


def test_without_the_list_named_accounts_are_read_and_nothing_is_claimed(
    organised: Organised, wire: Wire, tmp_path: Path
) -> None:
    wire.fail("organizations:ListAccounts", aws_error("AccessDeniedException"))
    collected = _run(tmp_path, discovers=False, accounts=(Account(organised.members[0], role=ROLE),))
    assert collected.run.completeness.startswith("not independently established: the organisation's own list could not")


def test_one_account_that_cannot_be_entered_is_not_counted_as_read(
    organised: Organised, wire: Wire, tmp_path: Path
) -> None:
    wire.fail("sts:GetCallerIdentity", aws_error("AccessDenied", 403), account=organised.members[0])
    collected = _run(tmp_path)
    assert f"not in this run: {organised.members[0]}" in collected.run.completeness
    assert {row.account for row in collected.lost()} == {organised.members[0]}


OF_ORGANIZATION = [call for call in SPECS.calls if call.scope is Scope.ORGANIZATION]


@pytest.mark.parametrize("is_named", [False, True], ids=["the caller", "a named account"])
def test_what_is_of_the_organisation_is_asked_once_whatever_accounts_are_read(
    is_named: bool, cloud: Cloud, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the caller's own account, or by the one that the workspace names as the organisation's."""
    cloud.enter(monkeypatch)
    wire.faults.append(Everything())
    accounts = [new_account() for _ in range(3)]
    seen_from = new_account() if is_named else OWN_ACCOUNT
    named = Account(seen_from, role=ROLE) if is_named else None
    workspace = Workspace(
        root=tmp_path, accounts=tuple(Account(id_, role=ROLE) for id_ in accounts),
        organization=Organization(account=named, discovers=False) if named else None,
    )  # fmt: skip
    tables = [table.name for call in OF_ORGANIZATION for table in call.tables]
    collected = collect(tmp_path, workspace=workspace, tables=[*tables, "aws_sts_account"])
    rows = [row for row in collected.coverage if row.region == "organization" and not row.detail]
    assert sorted(f"{row.service}:{row.operation}" for row in rows) == sorted(call.key for call in OF_ORGANIZATION)
    assert {row.account for row in rows} == {seen_from}
    asked = [call for call in collected.calls() if call["region"] == "organization"]
    assert {call["caller_arn"].split(":")[4] for call in asked} == {seen_from}
    assert set(collected.run.accounts) == set(accounts)
    assert {row.account for row in collected.coverage} == {*accounts, seen_from}


def test_an_account_read_that_the_list_does_not_have_is_never_counted() -> None:
    listed = AccountList("1" * 12, (Member("2" * 12, "a", "ACTIVE"),))
    assert "0 of 1 active accounts" in listed.completeness(["3" * 12])
