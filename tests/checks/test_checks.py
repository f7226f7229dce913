"""Every check, judged on its cases: it can pass, fail and stay undetermined, and each of its words matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.harness import FOLDER, ROOT, Bench, Case, checks_of, read_cases
from proveonce.model.check import Check
from proveonce.tables import schema
from proveonce.tables.spec import ITEM, load_specs

FILES = sorted(FOLDER.glob("*.yaml"))
SERVICES = [path.stem for path in FILES]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Every case of every service in one run: to make the tables takes longer than to judge what is in them."""
    made = Bench(FILES, tmp_path_factory.mktemp("cases"))
    with made.evidence:
        yield made


@pytest.fixture(params=SERVICES)
def checks(request: pytest.FixtureRequest) -> tuple[Check, ...]:
    """The checks of one service."""
    return checks_of(request.param)


def test_cases_end_as_expected(bench: Bench, checks: tuple[Check, ...]) -> None:
    wrong = [
        f"{case}: expected {case.expect}, found {dict(found)}"
        for check in checks
        for case, found in bench.outcomes(check).items()
        if not case.is_met_by(found)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_short_road_finds_what_the_engine_finds(bench: Bench, checks: tuple[Check, ...]) -> None:
    for check in checks:
        short = bench.judge(check)
        for case, found in bench.outcomes(check).items():
            rows = sum(short[case].values(), Counter[str]())
            unread = Counter(undetermined=found.get("undetermined", 0) - rows["undetermined"])
            assert +(rows + unread) == Counter(found), case


def test_every_conjunct_matters(bench: Bench, checks: tuple[Check, ...]) -> None:
    survivors = []
    for check in checks:
        plain = bench.judge(check)
        survivors += [
            f"{check.id}: {left_out}" for left_out, mutant in bench.mutants(check) if bench.judge(mutant) == plain
        ]
    assert not survivors, "no case notices that this was left out:\n" + "\n".join(survivors)


def test_an_unread_fact_leaves_no_verdict_that_was_not_there(bench: Bench, checks: tuple[Check, ...]) -> None:
    wrong = []
    for check in checks:
        plain = bench.judge(check)
        for table, fact in facts_of(bench, check):
            with bench.denied(table, fact):
                found = bench.judge(check)
            wrong += [
                f"{case}: {table}.{fact} denied: {resource[0]} became {dict(statuses)}"
                for case, rows in found.items()
                for resource, statuses in rows.items()
                if any(
                    count > plain[case][resource][status]
                    for status, count in statuses.items()
                    if status != "undetermined"
                )
            ]
    assert not wrong, "\n".join(wrong)


def facts_of(bench: Bench, check: Check) -> list[tuple[str, str]]:
    """(table, fact) of every fact that the check rests on, in its population and in what it relates to."""
    composed = bench.composed(check)
    found = {(check.population, fact) for fact in composed.facts}
    for expression in (composed.passes, composed.applies):
        for relation in expression.relations if expression else ():
            found |= {(relation.table, fact) for c in relation.columns for fact in schema.facts_of(relation.table, c)}
            found.add((relation.table, ITEM))
    return sorted(found)


def test_every_check_has_the_cases_it_needs(bench: Bench, checks: tuple[Check, ...]) -> None:
    missing = [f"{check.id}: {what}" for check in checks for what in missing_cases(bench, check)]
    assert not missing, "\n".join(missing)


def missing_cases(bench: Bench, check: Check) -> Iterator[str]:
    cases, composed = bench.cases_of(check), bench.composed(check)
    for status in ("pass", "fail", "undetermined", *(("not_applicable",) if check.applies_when else ())):
        if not any(status in case.expected for case in cases):
            yield f"no case expects {status}"
    asked = {ITEM, *check.needs}
    for fact in sorted(asked & set(composed.facts)):
        if not any(has_unread(case, check.population, fact) for case in cases):
            yield f"no case has {fact} unread, and expects undetermined"
    for table in sorted(set(composed.tables[1:])):
        if not any(names(case, table) for case in cases):
            yield f"no case has the listing of {table} unread"
        if not any(
            row.get("foreign") for case in cases for source in sources(table) for row in case.evidence.get(source, [])
        ):
            yield f"no case has a row of {table} in another account"


def has_unread(case: Case, population: str, fact: str) -> bool:
    rows = [row for table in sources(population) for row in case.evidence.get(table, [])]
    return "undetermined" in case.expected and any(
        fact in row.get("read", {}) and row["read"][fact] != "absent" for row in rows
    )


def names(case: Case, table: str) -> bool:
    return any({unread["table"]} & {table, *sources(table)} for unread in case.unread)


def sources(table: str) -> set[str]:
    return {source.name for _, source in load_specs().sources(table)}


@pytest.mark.parametrize("path", FILES, ids=SERVICES)
def test_every_case_names_a_check_of_its_file_and_no_two_are_alike(path: Path) -> None:
    cases = read_cases(path)
    assert {case.check for case in cases} <= {check.id for check in checks_of(path.stem)}
    named = [str(case) for case in cases]
    assert len(set(named)) == len(named)


def test_every_check_file_has_its_case_file() -> None:
    assert sorted(path.stem for path in FILES) == sorted(p.stem for p in (ROOT / "controls/checks/aws").glob("*.yaml"))


@pytest.mark.parametrize("service", SERVICES)
def test_check_ids_name_the_file_they_stand_in(service: str) -> None:
    assert [c.id for c in checks_of(service) if c.id.split(".")[:2] != ["aws", service]] == []
