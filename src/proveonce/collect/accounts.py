"""The accounts of a run: whose credentials read each, what AWS calls us there, and which regions it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.session

from proveonce.collect import session as sessions
from proveonce.collect.calls import Caller, CallFailed, CallLog, Target, Timing
from proveonce.collect.classify import MESSAGE_LIMIT, Failure
from proveonce.collect.organization import AccountList, list_accounts
from proveonce.collect.pace import Pacer
from proveonce.kernel.errors import CollectionError, UsageError
from proveonce.kernel.naming import nearest
from proveonce.model.evidence import ReadState
from proveonce.model.workspace import Account, Organization, Workspace

_HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


@dataclass(slots=True)
class AccountPlan:
    """What is known of an account before its listings are read."""

    account: Account
    partition: str = "aws"
    caller_arn: str = ""
    caller: Caller | None = None
    regions: list[str] = field(default_factory=list)
    not_enabled: list[str] = field(default_factory=list)
    not_planned: list[str] = field(default_factory=list)
    """Enabled, yet outside the plan: what stands there is unknown."""
    problem: tuple[ReadState, str, str] | None = None

    @property
    def home(self) -> str:
        """Where global services answer."""
        return _HOME.get(self.partition, "us-east-1")

    @property
    def can_be_asked(self) -> bool:
        """Whether its listings can be asked at all, in regions that are known."""
        return self.caller is not None and (self.problem is None or self.problem[1] != "WrongAccount")


class Accounts:
    """Prepares the accounts of one run; what fails is kept as the reason why an account is not read."""

    def __init__(
        self,
        workspace: Workspace,
        base: botocore.session.Session,
        declared: frozenset[tuple[str, str]],
        log: CallLog,
        timing: Timing,
        *,
        regions: Iterable[str],
        workers: int,
    ) -> None:
        self._workspace = workspace
        self._base = base
        self._declared = declared
        self._log = log
        self._timing = timing
        self._pacer = Pacer(timing.monotonic)
        self._regions = tuple(regions) or workspace.regions
        self._workers = workers
        self._seen_from: AccountPlan | None = None
        self._is_alone = False
        self.listed: AccountList | None = None
        """The organisation's list of accounts, where it was asked for."""

    def planned(self) -> list[AccountPlan]:
        """Every account of the workspace, or of its organisation; without any, the caller's own.

        Raises: CollectionError when not even the caller's own account can be named, or the organisation does not say
        which accounts there are; UsageError for no such region.
        """
        organization, named = self._workspace.organization, list(self._workspace.accounts)
        if organization is not None:
            self.listed = self._list(organization)
        if organization is not None and organization.discovers:
            named = self._discovered(organization)
        if not named:
            identity = self._identify(self._caller(self._clients(self._base), ""), "")
            named = [Account(identity["Account"], role=self._workspace.role)]
        self._is_alone = not self._workspace.accounts and organization is None
        return [self._prepared(account) for account in named]

    def completeness(self, planned: list[AccountPlan]) -> str:
        """How the accounts read stand to those there are, in words."""
        if self.listed is not None:
            return self.listed.completeness(plan.account.id for plan in planned if plan.can_be_asked)
        which = "the caller's account only" if self._is_alone else "the accounts that the workspace names"
        return f"not independently established: {which}; no organisation list or independent count was read"

    def organisation(self) -> AccountPlan:
        """The account that sees the AWS organisation: the caller's own, unless the workspace names another."""
        if self._seen_from is None:
            named = self._workspace.organization.account if self._workspace.organization else None
            try:
                self._seen_from = self._entered(named) if named else self._own()
            except Exception as error:  # noqa: BLE001 - what the organisation says is missing then, and nothing else
                self._seen_from = AccountPlan(named or Account(""), problem=_problem(error))
        return self._seen_from

    def _list(self, organization: Organization) -> AccountList:
        seen_from = self.organisation()
        if seen_from.caller is None or seen_from.problem is not None:
            state, code, message = seen_from.problem or (ReadState.ERROR, "NoCaller", "")
            return AccountList(seen_from.account.id, failure=Failure(state, code, message))
        return list_accounts(seen_from.caller, seen_from.account.id, seen_from.home, organization)

    def _discovered(self, organization: Organization) -> list[Account]:
        """The organisation's accounts, each with the role to read it by; the caller's own is read without one."""
        assert self.listed is not None  # noqa: S101 - listed just before
        if (failure := self.listed.failure) is not None:
            raise CollectionError(
                f"the organisation does not say which accounts there are: {failure.code}: {failure.message}",
                where=f"account {self.listed.seen_from or '(caller)'}, organizations:ListAccounts",
                fix="collect from the management account or a delegated administrator (organization: {account, role} "
                "in proveonce.yaml), or name the accounts",
            )
        own = self._identify(self._caller(self._clients(self._base), ""), "")["Account"]
        return [
            Account(member.id, member.name, None if member.id == own else self._workspace.role)
            for member in self.listed.chosen(organization)
        ]

    def _own(self) -> AccountPlan:
        clients = self._clients(self._base)
        identity = self._identify(self._caller(clients, ""), "")
        return self._as(AccountPlan(Account(identity["Account"])), clients, identity)

    def _entered(self, account: Account) -> AccountPlan:
        """The account with its credentials. Raises: whatever keeps us out."""
        session = sessions.account_session(self._base, account, self._partition(), self._workspace.external_id)
        clients = self._clients(session)
        return self._as(AccountPlan(account), clients, self._identify(self._caller(clients, ""), account.id))

    def _as(self, plan: AccountPlan, clients: sessions.Clients, identity: Mapping[str, Any]) -> AccountPlan:
        plan.caller_arn = str(identity["Arn"])
        plan.partition = plan.caller_arn.split(":")[1]
        plan.caller = self._caller(clients, plan.caller_arn)
        if identity["Account"] != plan.account.id:
            plan.problem = (ReadState.ERROR, "WrongAccount", f"the credentials are for account {identity['Account']}")
        return plan

    def _clients(self, session: botocore.session.Session) -> sessions.Clients:
        return sessions.Clients(session, self._declared, workers=self._workers)

    def _caller(self, clients: sessions.Clients, arn: str) -> Caller:
        return Caller(clients, self._pacer, self._log, self._timing, arn)

    def _identify(self, caller: Caller, account: str) -> Mapping[str, Any]:
        target = Target(account, "global", self._base.get_config_variable("region"), "sts", 10)
        try:
            return caller.call(target, "GetCallerIdentity", {}) or {}
        except CallFailed as failed:
            failure = failed.failure
            raise CollectionError(
                f"AWS does not say who we are: {failure.code}: {failure.message}",
                where=f"account {account or '(caller)'}, sts:GetCallerIdentity",
                fix="check the credentials, AWS_ENDPOINT_URL and the network",
            ) from failed

    def _prepared(self, account: Account) -> AccountPlan:
        """Credentials, caller and regions of an account."""
        try:
            plan = self._entered(account)
        except Exception as error:  # one failing account never stops the others
            if self._is_alone:
                raise
            return AccountPlan(account, problem=_problem(error))
        if plan.problem is None:
            self._find_regions(plan)
        return plan

    def _partition(self) -> str:
        region = self._base.get_config_variable("region")
        try:
            return str(self._base.get_partition_for_region(region))
        except Exception:  # noqa: BLE001 - a region botocore does not know; the caller's ARN corrects it
            return "aws"

    def _find_regions(self, plan: AccountPlan) -> None:
        """Regions enabled in the account, as AWS says; named ones are planned whatever AWS says."""
        assert plan.caller is not None  # noqa: S101 - asked only of an account that answered
        target = Target(plan.account.id, "global", plan.home, "ec2", 20)
        try:
            answer = plan.caller.call(target, "DescribeRegions", {"AllRegions": True}) or {}
        except CallFailed as failed:
            plan.regions = list(self._regions)
            plan.not_planned = ["unknown"]
            if not plan.regions:
                failure = failed.failure
                plan.problem = (failure.state, failure.code, f"regions cannot be discovered: {failure.message}")
            return
        known = set(self._base.get_available_regions("ec2", partition_name=plan.partition))
        found = {
            r["RegionName"]: r.get("OptInStatus", "opted-in")
            for r in answer.get("Regions", [])
            if not known or r["RegionName"] in known or _partition_of(r["RegionName"]) == plan.partition
        }
        for name in self._regions:
            if found and name not in found:
                near = nearest(name, found)
                raise UsageError(
                    f"AWS has no region {name!r}", fix=f"did you mean {near}?" if near else "correct the name"
                )
        plan.not_enabled = sorted(name for name, status in found.items() if status == "not-opted-in")
        plan.caller.enabled_regions = frozenset(found) - set(plan.not_enabled)
        if self._regions:
            plan.regions = list(self._regions)
        elif self._workspace.all_regions:
            plan.regions = sorted(found)
        else:
            plan.regions = sorted(set(found) - set(plan.not_enabled))
        plan.not_planned = sorted(set(found) - set(plan.not_enabled) - set(plan.regions))
        if not plan.regions:
            plan.problem = (
                ReadState.ERROR,
                "NoRegions",
                "regions cannot be discovered: AWS named none that is enabled",
            )


def _problem(error: Exception) -> tuple[ReadState, str, str]:
    """Why an account is not read: AWS's own words where it answered, or the transport's."""
    if isinstance(error.__cause__, CallFailed):
        failure = error.__cause__.failure
        return failure.state, failure.code, f"its credentials cannot be had: {failure.message}"
    return ReadState.ERROR, type(error).__name__, " ".join(str(error).split())[:MESSAGE_LIMIT]


def _partition_of(region: str) -> str:
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
