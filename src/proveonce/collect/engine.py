"""Collection: who we are, which regions, every planned listing, a second pass, one committed run."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import proveonce
from proveonce.collect import session as sessions
from proveonce.collect.accounts import AccountPlan, Accounts
from proveonce.collect.calls import CallLog, SystemTiming, Timing
from proveonce.collect.listing import Listing, Plan, never_asked
from proveonce.collect.organization import AccountList
from proveonce.collect.schedule import Progress, read_all
from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.errors import UsageError
from proveonce.kernel.instants import format_instant
from proveonce.model.evidence import Artefact, Coverage, Run
from proveonce.model.workspace import Workspace
from proveonce.store import Store
from proveonce.store.journal import Journal, journal_path, resume
from proveonce.tables.declared import declared_operations
from proveonce.tables.fit import Fitter
from proveonce.tables.models import botocore_version
from proveonce.tables.spec import Call, Scope, Specs, load_specs

WORKERS = 16


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
        tables: Iterable[str] | None = None,
        timing: Timing | None = None,
        progress: Progress | None = None,
        workers: int = WORKERS,
        resumes: bool = False,
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._regions = tuple(regions)
        self._timing = timing or SystemTiming()
        self._progress = progress or (lambda _done, _planned, _what: None)
        self._workers = workers
        self._resumes = resumes
        self._specs: Specs = load_specs()
        self._services = frozenset(services)
        self._calls = self._specs.needed(services=self._services, tables=tables)
        self._declared = declared_operations(self._specs)
        self._base = sessions.base_session(profile)

    def run(self) -> tuple[Run, list[Coverage]]:
        """The committed run and its coverage ledger.

        Raises: CollectionError when not even the caller's own account can be named; UsageError when there is nothing
        to go on with.
        """
        journal = self._journal()
        calls = self._store.writer(kind="calls")
        with calls, ThreadPoolExecutor(self._workers, thread_name_prefix="detail") as pool:
            log = CallLog(calls.write)
            for record in journal.calls:
                log.add(record)
            journal.begin()
            log.also = journal.call
            accounts = Accounts(
                self._workspace, self._base, self._declared, log, self._timing, regions=self._regions,
                workers=self._workers,
            )  # fmt: skip
            try:
                planned = accounts.planned()
                listings, coverage = self._listings(planned, accounts, pool)
                self._read(listings, journal)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                journal.close(is_committed=False)
                raise
            for listing in listings:
                coverage += listing.coverage()
            coverage.sort(key=lambda c: (c.account, c.region, c.service, c.operation, c.detail))
            parts = [artefact for listing in listings for artefact in listing.artefacts.values()]
            parts += [calls.close(), self._coverage_artefact(coverage)]
        run = self._store.commit(self._predicate(journal, planned, accounts, log), parts)
        journal.close(is_committed=True)
        return run, coverage

    def _journal(self) -> Journal:
        """The journal of this plan: a new one, or that of the stopped collection to go on with."""
        plan = digest(canonical({
            "accounts": [asdict(account) for account in self._workspace.accounts],
            "organization": asdict(self._workspace.organization) if self._workspace.organization else None,
            "regions": list(self._regions or self._workspace.regions),
            "all_regions": self._workspace.all_regions,
            "calls": [[call.key, [table.name for table in call.tables]] for call in self._calls],
            "tool": self._tool(),
        }))  # fmt: skip
        if not self._resumes:
            return Journal(journal_path(self._store.root, plan), format_instant(self._timing.now()))
        found = resume(self._store.root, plan)
        if found is None:
            raise UsageError(
                "no collection of this plan was stopped",
                where=str(self._store.root / "pending"),
                fix="collect without --resume; a stopped one goes on with the same accounts, regions, services and "
                "version only",
            )
        return found

    def _read(self, listings: list[Listing], journal: Journal) -> None:
        for listing in listings:
            if (done := journal.listings.get(listing.place)) is not None:
                listing.restore(done)

        def finished(listing: Listing) -> None:
            if listing.place not in journal.listings and (done := listing.done) is not None:
                journal.listing(listing.place, done)

        read_all(listings, self._progress, finished)

    def _listings(
        self, planned: list[AccountPlan], accounts: Accounts, pool: ThreadPoolExecutor
    ) -> tuple[list[Listing], list[Coverage]]:
        """The listings to read, each after the one whose rows it asks for; the ledger rows of those not to be asked."""
        fitter = Fitter(self._store.commitment_key())
        listings: dict[tuple[str, str, str], Listing] = {}
        unasked: list[Coverage] = []
        for account, region, call in self._places(planned, accounts):
            plan = Plan(account.account.id, region, call, self._specs.per_second(call))
            if account.caller is None or not account.can_be_asked or region == "all":
                assert account.problem is not None  # noqa: S101 - what cannot be asked has a problem
                unasked.append(never_asked(plan, *account.problem))
                continue
            parent = listings.get((plan.account, region, call.each.table)) if call.each else None
            listing = Listing(plan, account.caller, self._store, fitter, pool, partition=account.partition,
                              home_region=account.home, parent=parent)  # fmt: skip
            listings |= {(plan.account, region, table.name): listing for table in call.tables}
        return list(dict.fromkeys(listings.values())), unasked

    def _places(self, planned: list[AccountPlan], accounts: Accounts) -> Iterable[tuple[AccountPlan, str, Call]]:
        """Every account × region × listing, in the order of the specs."""
        for account in planned:
            for call in self._calls:
                if call.scope is not Scope.ORGANIZATION:
                    for region in [call.scope.place] if call.scope.place else account.regions or ["all"]:
                        yield account, region, call
        of_organisation = [call for call in self._calls if call.scope is Scope.ORGANIZATION]
        if of_organisation:
            seen_from = accounts.organisation()
            for call in of_organisation:
                yield seen_from, call.scope.place, call

    def _tool(self) -> dict[str, str]:
        return {
            "proveonce": proveonce.__version__,
            "botocore": botocore_version(),
            "python": platform.python_version(),
            "specs": self._specs.digest,
        }

    def _coverage_artefact(self, coverage: list[Coverage]) -> Artefact:
        with self._store.writer(kind="coverage") as writer:
            for row in coverage:
                writer.write(asdict(row))
            return writer.close()

    def _predicate(
        self, journal: Journal, planned: list[AccountPlan], accounts: Accounts, log: CallLog
    ) -> dict[str, Any]:
        return {
            "started_at": journal.started_at,
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
                for plan in planned
            },
            "calls": log.made,
            "calls_failed": log.failed,
            "resumed": self._resumes,
            "tool": self._tool(),
            "endpoint": sessions.Clients(self._base, self._declared, workers=1).endpoint,
            "services": sorted(self._services),
            "completeness": accounts.completeness(planned),
            "organization": _organization(accounts.listed),
        }


def _organization(listed: AccountList | None) -> dict[str, Any] | None:
    """The organisation's list as it goes into the manifest; None where it was not asked for."""
    if listed is None:
        return None
    return {
        "seen_from": listed.seen_from,
        "failure": listed.failure.code if listed.failure else "",
        "accounts": [asdict(member) for member in sorted(listed.members, key=lambda m: m.id)],
    }
