"""The count of mutants: a gap in the cases, an accounted mutant, a stale account, and each kind of change are seen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from checks import mutants as command
from checks.harness import FOLDER, checks_of
from checks.mutants import Tally, read_equivalents, settle, tally
from checks.mutations import mutants
from proveonce.model.check import Check

CHECK = "aws.kms.customer-key.rotation-enabled"
ELEMENT = "passes_when: 'PendingDeletion', → nothing"


@pytest.fixture(scope="module")
def gap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cases of KMS without those of a key in the first of two states that a check lists."""
    entries = yaml.safe_load((FOLDER / "kms.yaml").read_text(encoding="utf-8"))
    for entry in entries:
        entry["cases"] = [
            case for case in entry["cases"] if "365" not in str(case) and "'PendingDeletion'" not in str(case)
        ]
    path = tmp_path_factory.mktemp("cases") / "kms.yaml"
    path.write_text(yaml.safe_dump(entries), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def found(gap: Path) -> Tally:
    return tally(gap)


def test_a_gap_in_the_cases_lets_a_mutant_survive(found: Tally) -> None:
    assert ELEMENT in {survivor.mutant for survivor in found.survivors}
    assert ELEMENT not in {survivor.mutant for survivor in tally(FOLDER / "kms.yaml").survivors}
    assert found.killed + found.refused + len(found.survivors) == found.mutants
    assert 0 < found.rate < 1


def test_an_accounted_survivor_counts_apart_and_a_needless_account_is_stale(found: Tally) -> None:
    survivor = found.survivors[0]
    reasons = {
        (survivor.check, survivor.mutant): "why",
        (CHECK, "passes_when: a → b"): "why",
        ("aws.x.y.z", "m"): "why",
    }
    settled, stale = settle(found, reasons)
    assert settled.equivalent == (survivor,)
    assert survivor not in settled.survivors
    assert settled.rate > found.rate
    assert stale == [f"{CHECK}: passes_when: a → b"]


def test_the_command_prints_the_survivor_and_holds_its_gate(
    gap: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "FOLDER", gap.parent)
    assert command.main(["kms", "--jobs", "1", "--format", "json", "--at-least", "1"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert ELEMENT in [survivor["mutant"] for survivor in answer["total"]["survivors"]]
    assert answer["total"]["rate"] == answer["services"][0]["rate"] < 1


def test_an_account_needs_its_reason_and_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.yaml"
    for text in ("- {check: c, mutants: [m], reason: ' '}", "- {check: c, mutants: [m, m], reason: why}"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit, match="once, with its reason"):
            read_equivalents(path)


PREDICATES = {
    "A and B": {"A and B → (A or B)", "A → true", "A → (not A)", "B → true", "B → (not B)"},
    "A or B": {"A or B → (A and B)", "A → false", "A → (not A)", "B → false", "B → (not B)"},
    "x < 2": {"x < 2 → x <= 2", "x < 2 → x >= 2", "2 → 1", "2 → 3"},
    "x = 'a'": {"x = 'a' → x <> 'a'", "'a' → 'a~'"},
    "x in ('a', 'b')": {"x in ('a', 'b') → x not in ('a', 'b')", "'a', → nothing", ", 'b' → nothing"},
    "x not in ('a')": {"x not in ('a') → x in ('a')", "'a' → 'a~'"},
    "coalesce(A, false)": {"coalesce(A, false) → (false)", "coalesce(A, false) → (A)", "A → (not A)", "false → true"},
    "coalesce(x, 7) >= 7": {
        "coalesce(x, 7) >= 7 → coalesce(x, 7) > 7", "coalesce(x, 7) >= 7 → coalesce(x, 7) < 7",
        "coalesce(x, 7) → (7)", "coalesce(x, 7) → (x)", "7 → 6", "7 → 6 (2)", "7 → 8",
    },
    "lower(x) = 'a'": {"lower(x) = 'a' → lower(x) <> 'a'", "lower(x) → (x)", "'a' → 'a~'"},
    "t < $as_of::timestamp - interval 90 day": {
        "t < $as_of::timestamp - interval 90 day → t <= $as_of::timestamp - interval 90 day",
        "t < $as_of::timestamp - interval 90 day → t >= $as_of::timestamp - interval 90 day",
        "90 → 89", "90 → 91",
    },
    "x is null": {"x is null → (not x is null)"},
    "exists (from t u where u.k = this.k and u.A)": {
        "exists (from t u where u.k = this.k and u.A) → (not exists (from t u where u.k = this.k and u.A))",
        "u.k = this.k and u.A → (u.k = this.k or u.A)",
        "u.k = this.k → true", "u.k = this.k → u.k <> this.k", "u.A → true", "u.A → (not u.A)",
    },
    "len(list_filter(l, lambda e: e.A)) > 0": {
        "len(list_filter(l, lambda e: e.A)) > 0 → len(list_filter(l, lambda e: e.A)) >= 0",
        "len(list_filter(l, lambda e: e.A)) > 0 → len(list_filter(l, lambda e: e.A)) <= 0",
        "e.A → (not e.A)", "0 → -1", "0 → 1",
    },
}  # fmt: skip


@pytest.mark.parametrize("predicate", PREDICATES)
def test_each_word_of_a_predicate_has_its_mutants(predicate: str) -> None:
    check: Check = replace(checks_of("kms")[0], applies_when=None, passes_when=predicate)
    assert {mutant.change for mutant in mutants(check)} == PREDICATES[predicate]
