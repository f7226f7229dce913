"""How many calls a collection will make, and what AWS charges for them, before any is made.

Numbers come from the workspace's latest run where there is one: what each operation was asked per place then, times
the places planned now. Without one, a listing is one call, and what is asked for each item is not known: the figure
is a floor and says so.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from proveonce.collect.listing import Plan
from proveonce.model.evidence import Run
from proveonce.model.workspace import Workspace
from proveonce.store import Store

PRICES_AS_OF = "2025-12"
"""List prices of US East (N. Virginia), free tiers not taken off. Other regions differ by some per cent."""
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a collection of one account is expected to ask."""

    calls: int
    is_floor: bool
    """Whether calls for each item are not counted, for nothing is known of the items."""
    usd: float
    by_operation: Mapping[str, int]
    """`service:Operation` → calls."""
    basis: str


def estimate(workspace: Workspace, plans: Iterable[Plan]) -> Estimate:
    """The estimate for one account."""
    store = Store(workspace.store)
    runs = [run for run in store.runs() if not run.is_import]
    known = _asked(store, runs[-1]) if runs else {}
    calls: Counter[str] = Counter()
    unknown = False
    for plan in plans:
        calls[plan.call.key] += max(1, round(known.get(plan.call.key, 1)))
        for operation in {f"{plan.call.service}:{d.operation}" for t in plan.call.tables for d in t.details}:
            unknown |= operation not in known
            calls[operation] += round(known.get(operation, 0))
        unknown |= plan.call.each is not None and plan.call.key not in known
    basis = f"what {runs[-1].id} asked, place by place" if runs else "one call a listing; no run tells of the items yet"
    if runs and unknown:
        basis += "; what that run did not ask for is counted once, or not at all"
    usd = sum(count * _price(operation) for operation, count in calls.items())
    return Estimate(sum(calls.values()), unknown or not runs, usd, dict(sorted(calls.items())), basis)


def _asked(store: Store, run: Run) -> dict[str, float]:
    """`service:Operation` → calls, a page each, per account and region that it was asked in."""
    calls: Counter[str] = Counter()
    places: dict[str, set[tuple[str, str]]] = {}
    for artefact in run.of_kind("calls"):
        for line in store.lines(artefact):
            call = json.loads(line)
            operation = f"{call['service']}:{call['operation']}"
            calls[operation] += 1
            places.setdefault(operation, set()).add((call["account"], call["region"]))
    return {operation: count / len(places[operation]) for operation, count in calls.items()}


def _price(operation: str) -> float:
    """US dollars for one call."""
    service, _, name = operation.partition(":")
    for row in _prices():
        if row["service"] == service and (row["operations"] == "*" or name.startswith(row["operations"])):
            return float(row["usd_per_million"]) / _MILLION
    return 0.0


@cache
def _prices() -> tuple[dict[str, str], ...]:
    text = files("proveonce.tables").joinpath("request_prices.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
