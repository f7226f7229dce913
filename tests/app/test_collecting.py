"""What a collection reads: the tables that checks of the chosen frameworks need, of the accounts that were meant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from proveonce.app.collecting import Choice, _chosen, needed_policy, needed_tables, planned_calls
from proveonce.assess.compose import compose
from proveonce.content.loader import read_content
from proveonce.kernel.errors import UsageError
from proveonce.model.catalog import FrameworkId
from proveonce.model.control import ControlId
from proveonce.model.workspace import Account, Organization, Workspace
from proveonce.tables.spec import load_specs

CONTENT, _ = read_content(Path(__file__).parents[2])
SPECS = load_specs()
A, B, C = "1" * 12, "2" * 12, "3" * 12


def of(root: Path, *accounts: str, organization: Organization | None = None) -> Workspace:
    return Workspace(root=root, accounts=tuple(Account(id_) for id_ in accounts), organization=organization)


def ids(workspace: Workspace) -> tuple[str, ...]:
    return tuple(account.id for account in workspace.accounts)


# Tables


def test_only_tables_that_checks_of_the_chosen_frameworks_read_are_needed() -> None:
    """One crosswalk is cut to one control: what only the others serve is not read."""
    name, control = FrameworkId("soc2"), ControlId("CRY-02")
    crosswalk = CONTENT.crosswalks[name]
    cut = replace(crosswalk, edges=tuple(edge for edge in crosswalk.edges if edge.control == control))
    content = replace(CONTENT, crosswalks={**CONTENT.crosswalks, name: cut})
    elsewhere = {edge.control for key, other in content.crosswalks.items() if key != name for edge in other.edges}
    needed = needed_tables(content, [name])
    expected: set[str] = set()
    for check in CONTENT.checks.values():
        if control in check.supports or not set(check.supports) <= elsewhere:
            expected.update(compose(check).tables)
    assert needed == expected
    assert needed < needed_tables(CONTENT, CONTENT.crosswalks)


def test_a_check_that_serves_no_framework_at_all_is_read() -> None:
    check = next(iter(CONTENT.checks.values()))
    alone = replace(check, supports=(ControlId("OWN-01"),))
    content = replace(CONTENT, checks={check.id: alone})
    assert needed_tables(content, ["soc2"]) == set(compose(check).tables)


def test_a_predicate_that_cannot_be_read_stops_no_collection() -> None:
    check = next(iter(CONTENT.checks.values()))
    content = replace(CONTENT, checks={check.id: replace(check, passes_when="((")})
    assert needed_tables(content, ["soc2"]) == frozenset()


def test_a_listing_asked_for_each_row_of_another_brings_that_one_along_and_before_it() -> None:
    for call in SPECS.calls:
        needed = SPECS.needed(tables=[call.tables[0].name])
        assert needed == [*SPECS.parents(call), call]
        for child in needed:
            assert child.each is None or SPECS.tables()[child.each.table][0] in needed[: needed.index(child)]


def test_the_plan_and_the_policy_are_of_the_same_calls(tmp_path: Path) -> None:
    workspace = replace(of(tmp_path), frameworks=("hipaa",))
    for everything in (False, True):
        plans = planned_calls(workspace, ["us-east-1", "eu-west-1"], everything=everything)
        operations = set(needed_policy(workspace, everything=everything).operations)
        assert {(plan.call.service, plan.call.operation) for plan in plans} <= operations
        places = [(plan.region, plan.call.key, plan.call.tables[0].name) for plan in plans]
        assert len(places) == len(set(places))
    assert {plan.call.key for plan in plans} == {call.key for call in SPECS.calls}


# Accounts


def test_said_nothing_the_workspace_stands(tmp_path: Path) -> None:
    workspace = of(tmp_path, A, B)
    assert _chosen(workspace, Choice()) == workspace


def test_a_role_and_an_external_id_hold_for_every_account(tmp_path: Path) -> None:
    chosen = _chosen(of(tmp_path, A, B), Choice(role="R", external_id="x"))
    assert [account.role for account in chosen.accounts] == ["R", "R"]
    assert (chosen.role, chosen.external_id) == ("R", "x")


def test_accounts_named_are_read_alone_with_what_the_workspace_knows_of_them(tmp_path: Path) -> None:
    workspace = replace(of(tmp_path, B), accounts=(Account(A, "prod", "Own"), Account(B)), role="R")
    chosen = _chosen(workspace, Choice(accounts=(C, A)))
    assert chosen.accounts == (Account(C, role="R"), Account(A, "prod", "Own"))


def test_accounts_named_are_still_held_against_the_organisations_list(tmp_path: Path) -> None:
    organization = Organization(discovers=True)
    chosen = _chosen(of(tmp_path, organization=organization), Choice(accounts=(A,)))
    assert ids(chosen) == (A,)
    assert chosen.organization == replace(organization, discovers=False)


@pytest.mark.parametrize("choice", [Choice(organization=True), Choice(units=("ou-1",))])
def test_the_organisation_says_which_accounts_there_are(choice: Choice, tmp_path: Path) -> None:
    chosen = _chosen(of(tmp_path, A), choice)
    assert chosen.accounts == ()
    assert chosen.organization is not None
    assert chosen.organization.discovers
    assert chosen.organization.units == choice.units


def test_what_is_excluded_is_left_out_of_either_list(tmp_path: Path) -> None:
    assert ids(_chosen(of(tmp_path, A, B), Choice(exclude=(A,)))) == (B,)
    chosen = _chosen(of(tmp_path, organization=Organization(exclude=(B,))), Choice(organization=True, exclude=(A,)))
    assert chosen.organization is not None
    assert chosen.organization.exclude == (B, A)


@pytest.mark.parametrize(("accounts", "word"), [((A,), "every account is excluded"), ((), "no list of accounts")])
def test_an_exclusion_that_leaves_nothing_or_has_no_list_is_refused(
    accounts: tuple[str, ...], word: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=word):
        _chosen(of(tmp_path, *accounts), Choice(exclude=(A,)))
