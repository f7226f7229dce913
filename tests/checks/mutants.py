"""The kill rate of the check cases: `python -m tests.checks.mutants [SERVICE…] [--jobs 2] [--format json]`.

Every mutant of every check (see mutations.py) is judged on the cases of the check. It is killed when a case then
ends otherwise than it expects, and it counts as neither when DuckDB refuses it. Mutants that no evidence can tell
from their check stand in equivalent.yaml, each with its reason, and are counted apart.
Exit codes: 0; 3 when the rate is below `--at-least`; 1 when an entry of equivalent.yaml is stale.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import duckdb
import yaml

from proveonce.model.check import Check

from .harness import FOLDER, Bench, Case
from .mutations import mutants

EQUIVALENT = Path(__file__).with_name("equivalent.yaml")
_APART = "a mutant looks into other accounts of its own case only"


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no case notices."""

    check: str
    place: str
    """Part, line and column in it."""
    mutant: str
    """Its name: the part and the change."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the mutants of one service."""

    service: str
    mutants: int = 0
    killed: int = 0
    refused: int = 0
    survivors: tuple[Survivor, ...] = ()
    equivalent: tuple[Survivor, ...] = ()
    """Survivors that equivalent.yaml accounts for."""
    checks: tuple[str, ...] = field(default=(), repr=False)

    @property
    def rate(self) -> float:
        """Killed among those that can be; 1 where there are none."""
        judged = self.killed + len(self.survivors)
        return self.killed / judged if judged else 1.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            "total",
            self.mutants + other.mutants,
            self.killed + other.killed,
            self.refused + other.refused,
            self.survivors + other.survivors,
            self.equivalent + other.equivalent,
            self.checks + other.checks,
        )


def tally(path: Path) -> Tally:
    """What became of the mutants of the checks whose cases stand in `path`."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench([path], Path(folder))
        with bench.evidence:
            bench.connection.execute("set enable_progress_bar = false")  # it would stand amid what is printed
            found = Tally(path.stem, checks=tuple(sorted(bench.checks)))
            for check in bench.checks.values():
                found = replace(found + _tally_check(bench, check), service=path.stem)
    return found


def _tally_check(bench: Bench, check: Check) -> Tally:
    unread = _unread_listings(bench, check)
    outcomes: Counter[bool | None] = Counter()
    survivors: list[Survivor] = []
    for mutant in mutants(check):
        outcome = _is_killed(bench, mutant.check, unread)
        outcomes[outcome] += 1
        if outcome is False:
            place = f"{mutant.part}:{mutant.line}:{mutant.column}"
            survivors.append(Survivor(str(check.id), place, mutant.name))
    return Tally("", outcomes.total(), outcomes[True], outcomes[None], tuple(survivors))


def _unread_listings(bench: Bench, check: Check) -> Mapping[Case, Counter[str]]:
    """Case → its findings that are about no row, which no predicate changes."""
    rows = bench.judge(check)
    return {
        case: Counter(found) - sum(rows[case].values(), Counter[str]()) for case, found in bench.outcomes(check).items()
    }


def _is_killed(bench: Bench, mutant: Check, unread: Mapping[Case, Counter[str]]) -> bool | None:
    """Whether a case ends otherwise than expected; None when DuckDB refuses the mutant."""
    try:
        found = bench.judge(replace(mutant, crosses_accounts=_APART))
    except duckdb.Error:
        return None
    return any(not case.is_met_by(sum(rows.values(), unread[case])) for case, rows in found.items())


def settle(found: Tally, reasons: Mapping[tuple[str, str], str]) -> tuple[Tally, list[str]]:
    """The tally with accounted survivors apart, and the (check, mutant) of each entry that is stale."""
    equivalent = tuple(s for s in found.survivors if (s.check, s.mutant) in reasons)
    accounted = {(s.check, s.mutant) for s in equivalent}
    stale = [f"{check}: {name}" for check, name in reasons if check in found.checks and (check, name) not in accounted]
    survivors = tuple(s for s in found.survivors if s not in equivalent)
    return replace(found, survivors=survivors, equivalent=equivalent), stale


def read_equivalents(path: Path = EQUIVALENT) -> dict[tuple[str, str], str]:
    """(check, mutant) → why no evidence can tell the mutant from the check."""
    found: dict[tuple[str, str], str] = {}
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        for name in entry["mutants"]:
            if not str(entry["reason"]).strip() or (entry["check"], name) in found:
                raise SystemExit(f"{path.name}: {entry['check']}: {name}: give each mutant once, with its reason")
            found[entry["check"], name] = entry["reason"]
    return found


def tallies(paths: list[Path], jobs: int) -> Iterator[Tally]:
    """A tally a file, in the order given."""
    if jobs == 1:
        yield from map(tally, paths)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(tally, paths)


def _print(found: Iterable[Tally], stale: list[str], form: str) -> None:
    out = sys.stdout.write
    rows = list(found)
    total = replace(sum(rows, Tally("total")), service="total")
    if form == "json":
        shown = [asdict(row) | {"rate": row.rate} for row in [*rows, total]]
        out(json.dumps({"services": shown[:-1], "total": shown[-1], "stale": stale}, ensure_ascii=False) + "\n")
        return
    for survivor in total.survivors:
        out(f"{survivor.check} {survivor.place} {survivor.mutant}\n")
    out(f"{'service':<22} {'mutants':>8} {'killed':>7} {'survived':>9} {'equivalent':>11} {'refused':>8} {'rate':>7}\n")
    for row in [*rows, total]:
        out(f"{row.service:<22} {row.mutants:8,} {row.killed:7,} {len(row.survivors):9,} {len(row.equivalent):11,}")
        out(f" {row.refused:8,} {row.rate:7.1%}\n")
    for entry in stale:
        out(f"stale in {EQUIVALENT.name}: {entry}\n")


def main(arguments: list[str] | None = None) -> int:
    """Prints survivors, a row a service and the total; returns the exit code."""
    known = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}
    parser = argparse.ArgumentParser(description="The kill rate of the check cases.")
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="default: every one")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--at-least", type=float, default=0.0, metavar="RATE", help="exit 3 below this rate, as 0.97")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.services) - set(known)):
        parser.error(f"no cases of {', '.join(unknown)}: name files of tests/checks/aws/ without .yaml")
    reasons = read_equivalents()
    settled = [settle(t, reasons) for t in tallies([known[s] for s in options.services or known], options.jobs)]
    found, stale = [row for row, _ in settled], [entry for _, entries in settled for entry in entries]
    if not options.services:
        checks = {check for row in found for check in row.checks}
        stale += [f"{check}: {name}" for check, name in reasons if check not in checks]
    _print(found, stale, options.format)
    if stale:
        return 1
    return 3 if sum(found, Tally("total")).rate < options.at_least else 0


if __name__ == "__main__":
    sys.exit(main())
