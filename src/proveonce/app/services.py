"""The provider's service lists: how old they are, and what they say of the services that a run found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from proveonce.model.evidence import ReadState, Run
from proveonce.model.service import ListName, ListState, Service, ServiceCatalog
from proveonce.store import Store
from proveonce.tables.spec import load_specs


@dataclass(frozen=True, slots=True)
class ListAge:
    """One list, counted."""

    name: ListName
    states: Mapping[ListState, int]
    as_of: str
    """The day that most of its answers are of; of equals the older. Empty when it answers nothing."""
    others: Mapping[str, int]
    """Other days → how many answers are of each."""
    age: str
    """Of `as_of`, in words, on the day asked for."""


@dataclass(frozen=True, slots=True)
class ServiceInUse:
    """One name of AWS's SDK under which a run found something."""

    botocore: str
    rows: int
    accounts: tuple[str, ...]
    candidates: tuple[Service, ...]
    """Services known by that name: none is on no list at all, several cannot be told apart by it."""

    def to_decide(self, names: Iterable[ListName]) -> list[ListName]:
        """The lists on which a candidate is not `yes`, or there is no candidate: someone has to decide."""
        return [
            name
            for name in names
            if not self.candidates or any(s.listings[name].state is not ListState.YES for s in self.candidates)
        ]


@dataclass(frozen=True, slots=True)
class InUse:
    """What a run shows of services in use. Only services that a collector reads can show."""

    run: Run
    services: tuple[ServiceInUse, ...]
    """Those with rows; a row may be a default resource of the account."""
    unread: tuple[str, ...]
    """SDK names without a row of which a listing was not read: they may be in use."""
    collected: int
    """How many services the collectors read."""


def list_ages(catalog: ServiceCatalog, today: date) -> list[ListAge]:
    """Each list of the catalog with its counts and its age on `today`."""
    ages = []
    for name in catalog.lists:
        listings = [service.listings[name] for service in catalog.services.values()]
        days = Counter(
            listing.as_of for listing in listings if listing.as_of and listing.state is not ListState.UNKNOWN
        )
        main = min(days, key=lambda day: (-days[day], day), default="")
        others = {day: days[day] for day in sorted(days) if day != main}
        states = Counter(listing.state for listing in listings)
        ages.append(ListAge(name, {state: states[state] for state in ListState}, main, others, age(main, today)))
    return ages


def age(day: str, today: date) -> str:
    """How long ago `day` was, in years and months: `4 years 7 months old`; days below a month."""
    if not day:
        return "of no known date"
    then = date.fromisoformat(day)
    if then > today:
        return f"dated after {today.isoformat()}"
    months = (today.year - then.year) * 12 + today.month - then.month - (today.day < then.day)
    parts = [_count(months // 12, "year"), _count(months % 12, "month")]
    if not months:
        parts = [_count((today - then).days, "day") or "0 days"]
    return " ".join(part for part in parts if part) + " old"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'s' if number != 1 else ''}" if number else ""


def services_in_use(store: Store, catalog: ServiceCatalog, run_id: str | None = None) -> InUse:
    """The services of whose resources a run holds rows, the latest by default.

    Raises: UsageError when there is no run; EvidenceError when it is damaged.
    """
    run = store.run(run_id)
    tables = load_specs().tables()
    rows: Counter[str] = Counter()
    accounts: dict[str, set[str]] = {}
    for artefact in run.of_kind("items"):
        if artefact.rows and artefact.table in tables:
            name = tables[artefact.table][0].service
            rows[name] += artefact.rows
            accounts.setdefault(name, set()).add(artefact.account)
    found = tuple(
        ServiceInUse(name, rows[name], tuple(sorted(accounts[name])), tuple(catalog.named_in_sdk(name)))
        for name in sorted(rows)
    )
    return InUse(run, found, tuple(sorted(_unread(store, run) - set(rows))), len(load_specs().services))


def _unread(store: Store, run: Run) -> set[str]:
    """Services of which a listing was not read to its end."""
    lines = (json.loads(line) for artefact in run.of_kind("coverage") for line in store.lines(artefact))
    return {
        line["service"]
        for line in lines
        if not line["detail"] and not (ReadState(line["state"]).is_read and line["read"] == line["planned"])
    }
