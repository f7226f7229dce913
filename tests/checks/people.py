"""What the tests of checks over people's records share: each word matters, an unread fact gives no verdict."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from proveonce.assess.compose import compose
from proveonce.assess.expression import conjuncts
from proveonce.assess.load import Evidence
from proveonce.assess.run import run_checks
from proveonce.model.check import Check, CheckId
from proveonce.tables.schema import literal, quote

from .harness import AS_OF


def judge(loaded: Evidence, judged: Mapping[str, Check]) -> dict[str, dict[str, str]]:
    """Check → record → status; listings that were not read are no records."""
    loaded.connection.execute("drop table if exists findings")
    run_checks(loaded.connection, judged.values(), as_of=AS_OF)
    found: dict[str, dict[str, str]] = {name: {} for name in judged}
    for check, resource, status in loaded.connection.execute(
        "select check_id, resource, status from findings where line >= 0"
    ).fetchall():
        found[check][resource] = status
    return found


def assert_every_conjunct_matters(
    loaded: Evidence, checks: Mapping[str, Check], keys: Mapping[str, Collection[str]]
) -> None:
    """Each operand of each AND, left out, changes a record of the check's own cases; `keys` has those by check."""
    plain = judge(loaded, checks)
    mutants: dict[str, Check] = {}
    for name, check in checks.items():
        for part in ("applies_when", "passes_when"):
            for span in conjuncts(text) if (text := getattr(check, part)) else ():
                data = text.encode()
                mutated = (data[: span.start] + b"true" + data[span.end :]).decode()
                mutant = f"{name}.{len(mutants)}"
                mutants[mutant] = replace(check, id=CheckId(mutant), **{part: mutated})
    survivors = []
    for mutant, rows in judge(loaded, mutants).items():
        name = mutant.rpartition(".")[0]
        if all(rows[key] == plain[name][key] for key in keys[name]):
            survivors.append(f"{mutants[mutant].applies_when} / {mutants[mutant].passes_when}")
    assert not survivors, "no case notices:\n" + "\n".join(survivors)


def assert_an_unread_fact_leaves_no_new_verdict(loaded: Evidence, checks: Mapping[str, Check]) -> None:
    """Each fact denied in turn turns findings undetermined only, and some of each check."""
    plain = judge(loaded, checks)
    for name, check in checks.items():
        for fact in compose(check).facts:
            loaded.connection.begin()
            loaded.connection.execute(
                f"update {quote(check.population)} set _read = map_concat(_read, map {{{literal(fact)}: 'denied'}})"
            )
            found = judge(loaded, {name: check})[name]
            loaded.connection.rollback()
            changed = {key: status for key, status in found.items() if status != plain[name][key]}
            assert set(changed.values()) <= {"undetermined"}, f"{name}: {fact}: {changed}"
            assert changed or set(plain[name].values()) <= {"undetermined"}, f"{name} does not rest on {fact}"
