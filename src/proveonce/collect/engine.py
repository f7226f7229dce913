"""Collection: who we are, which regions, every planned listing, a second pass, one committed run."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from typing import Any

import proveonce
from proveonce.collect import session as sessions
from proveonce.collect.calls import Caller, CallFailed, CallLog, SystemTiming, Target, Timing
from proveonce.collect.classify import MESSAGE_LIMIT
from proveonce.collect.listing import Listing, Plan, never_asked
from proveonce.collect.pace import Pacer
from proveonce.kernel.errors import CollectionError, UsageError
from proveonce.kernel.instants import format_instant
from proveonce.kernel.naming import nearest
from proveonce.model.evidence import Artefact, Coverage, ReadState, Run
from proveonce.model.workspace import Account, Workspace
from proveonce.store import Store
from proveonce.tables.fit import Fitter
from proveonce.tables.models import botocore_version
from proveonce.tables.spec import Scope, Specs, load_specs

WORKERS = 16
_LISTING_WORKERS = 8
_HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}

Progress = Callable[[int, int, str], None]
"""Listings done, listings planned, what is read now."""


@dataclass(slots=True)
class _AccountPlan:
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


class Collector:
    """One collection run over the accounts and regions of a workspace."""

    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        *,
        profile: str | None = None,
        regions: Iterable[str] = (),
        services: Iterable[str] = (),
        timing: Timing | None = None,
        progress: Progress | None = None,
        workers: int = WORKERS,
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._regions = tuple(regions) or workspace.regions
        self._timing = timing or SystemTiming()
        self._progress = progress or (lambda _done, _planned, _what: None)
        self._workers = workers
        self._specs: Specs = load_specs()
        self._services = frozenset(services)
        self._declared = sessions.declared_operations(self._specs)
        self._pacer = Pacer(self._timing.monotonic)
        self._base = sessions.base_session(profile)
        self._done = 0

    def run(self) -> tuple[Run, list[Coverage]]:
        """The committed run and its coverage ledger.

        Raises: CollectionError when not even the caller's own account can be named.
        """
        started = format_instant(self._timing.now())
        calls = self._store.writer(kind="calls")
        with calls:
            log = CallLog(calls.write)
            accounts = [self._prepare(account, log) for account in self._accounts(log)]
            listings, coverage = self._listings(accounts)
            self._read(listings)
            for listing in listings:
                coverage += listing.coverage()
            coverage.sort(key=lambda c: (c.account, c.region, c.service, c.operation, c.detail))
            parts = [artefact for listing in listings for artefact in listing.artefacts.values()]
            parts += [calls.close(), self._coverage_artefact(coverage)]
        run = self._store.commit(self._predicate(started, accounts, log), parts)
        return run, coverage

    def _accounts(self, log: CallLog) -> list[Account]:
        """The workspace's accounts; without any, the caller's own."""
        if self._workspace.accounts:
            return list(self._workspace.accounts)
        caller = self._caller(sessions.Clients(self._base, self._declared, workers=self._workers), log, "")
        identity = self._identify(caller, "")
        return [Account(identity["Account"], role=self._workspace.role)]

    def _caller(self, clients: sessions.Clients, log: CallLog, arn: str) -> Caller:
        return Caller(clients, self._pacer, log, self._timing, arn)

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

    def _prepare(self, account: Account, log: CallLog) -> _AccountPlan:
        """Credentials, caller and regions of an account; what fails is kept as the reason it is not read."""
        plan = _AccountPlan(account)
        try:
            own = self._partition()
            session = sessions.account_session(self._base, account, own, self._workspace.external_id)
            clients = sessions.Clients(session, self._declared, workers=self._workers)
            identity = self._identify(self._caller(clients, log, ""), account.id)
            plan.caller_arn = str(identity["Arn"])
            plan.partition = plan.caller_arn.split(":")[1]
            plan.caller = self._caller(clients, log, plan.caller_arn)
            if identity["Account"] != account.id:
                plan.problem = (
                    ReadState.ERROR,
                    "WrongAccount",
                    f"the credentials are for account {identity['Account']}",
                )
                return plan
        except Exception as error:  # one failing account never stops the others
            if not self._workspace.accounts:
                raise
            plan.problem = _problem(error)
            return plan
        self._find_regions(plan)
        return plan

    def _partition(self) -> str:
        region = self._base.get_config_variable("region")
        try:
            return str(self._base.get_partition_for_region(region))
        except Exception:  # noqa: BLE001 - a region botocore does not know; the caller's ARN corrects it
            return "aws"

    def _find_regions(self, plan: _AccountPlan) -> None:
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

    def _listings(self, accounts: list[_AccountPlan]) -> tuple[list[Listing], list[Coverage]]:
        """The listings to read, and the ledger rows of those that cannot be asked."""
        fitter = Fitter(self._store.commitment_key())
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="detail")
        listings: list[Listing] = []
        unasked: list[Coverage] = []
        for account in accounts:
            for service in self._specs.services:
                if self._services and service.name not in self._services:
                    continue
                for call in service.calls:
                    regions = ["global"] if call.scope is Scope.GLOBAL else account.regions or ["all"]
                    for region in regions:
                        plan = Plan(account.account.id, region, call, service.per_second)
                        if account.problem is not None and (
                            account.caller is None or region == "all" or account.problem[1] == "WrongAccount"
                        ):
                            unasked.append(never_asked(plan, *account.problem))
                            continue
                        assert account.caller is not None  # noqa: S101 - an account without one has a problem
                        listings.append(Listing(plan, account.caller, self._store, fitter, self._pool,
                                                partition=account.partition, home_region=account.home))  # fmt: skip
        return listings, unasked

    def _read(self, listings: list[Listing]) -> None:
        """Every listing, then a second pass with fresh clients over what was throttled out."""
        # The longest first: many details follow a bucket, key or snapshot listing.
        order = sorted(listings, key=lambda item: not any(table.details for table in item.plan.call.tables))
        try:
            with ThreadPoolExecutor(_LISTING_WORKERS, thread_name_prefix="listing") as pool:
                self._each(pool, order, len(order), Listing.run)
                again = [listing for listing in order if listing.wants_second_pass]
                if again:
                    for clients in {id(c): c for c in (listing.clients for listing in again)}.values():
                        clients.fresh()
                    self._each(pool, again, len(order) + len(again), Listing.repair)
        finally:
            self._pool.shutdown(cancel_futures=True)

    def _each(
        self, pool: ThreadPoolExecutor, listings: list[Listing], planned: int, work: Callable[[Listing], None]
    ) -> None:
        futures = {pool.submit(work, listing): listing for listing in listings}
        try:
            for future in as_completed(futures):
                future.result()
                plan = futures[future].plan
                self._done += 1
                self._progress(self._done, planned, f"{plan.account} {plan.region} {plan.call.key}")
        except BaseException:
            for future in futures:
                future.cancel()
            raise

    def _coverage_artefact(self, coverage: list[Coverage]) -> Artefact:
        with self._store.writer(kind="coverage") as writer:
            for row in coverage:
                writer.write(asdict(row))
            return writer.close()

    def _predicate(self, started: str, accounts: list[_AccountPlan], log: CallLog) -> dict[str, Any]:
        named = any(not account.account.role for account in accounts) and not self._workspace.accounts
        return {
            "started_at": started,
            "ended_at": format_instant(self._timing.now()),
            "accounts": {
                plan.account.id: {
                    "name": plan.account.name,
                    "caller_arn": plan.caller_arn,
                    "regions": plan.regions,
                    "regions_not_enabled": plan.not_enabled,
                    "regions_not_planned": plan.not_planned,
                    "problem": " ".join(map(str, plan.problem)) if plan.problem else "",
                }
                for plan in accounts
            },
            "calls": log.made,
            "calls_failed": log.failed,
            "tool": {
                "proveonce": proveonce.__version__,
                "botocore": botocore_version(),
                "python": platform.python_version(),
                "specs": self._specs.digest,
            },
            "endpoint": sessions.Clients(self._base, self._declared, workers=1).endpoint,
            "services": sorted(self._services),
            "completeness": "not independently established: "
            + ("the caller's account only" if named else "the accounts that the workspace names")
            + "; no organisation list or independent count was read",
        }


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
