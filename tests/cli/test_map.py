"""`proveonce map` as a person uses it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from proveonce.app.workspaces import init_workspace

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(run: Run) -> Run:
    """Runs `proveonce map`."""
    return lambda *arguments: run("map", *arguments)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new workspace, the current folder."""
    init_workspace(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_name_it_sums_up_each_framework(run: Run, workspace: Path) -> None:
    code, out, _ = run()
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()[1:4]] == [
        ["hipaa", "184"],
        ["pci_dss", "280"],
        ["soc2", "61"],
    ]
    rows = json.loads(run("--format", "json")[1])
    assert all(r["full"] + r["jointly"] + r["partial"] + r["unmapped"] == r["requirements"] for r in rows)
    assert len(list(csv.reader(io.StringIO(run("--format", "csv")[1])))) == 4


def test_a_name_needs_no_subcommand_and_options_come_in_any_order(run: Run, workspace: Path) -> None:
    code, out, _ = run("CRY-02")
    assert code == 0
    assert out == run("show", "CRY-02")[1]
    assert "not independently reviewed" in out
    edges = json.loads(run("--format", "json", "CRY-02")[1])
    assert {edge["framework"] for edge in edges} == {"soc2", "pci_dss", "hipaa"}
    assert set(edges[0]) >= {"control", "requirement", "relation", "rationale", "residual", "reviewed", "place"}
    only = json.loads(run("CRY-02", "--to", "hipaa", "--format", "json")[1])
    assert only == [edge for edge in edges if edge["framework"] == "hipaa"]


def test_help_names_the_options_and_the_subcommands(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(word in out for word in ("--from", "--to", "--format", "review"))
    assert "--credential" in run("review", "--help")[1]


def test_an_overlap_shows_path_standing_and_what_stays_open(run: Run, workspace: Path) -> None:
    pairs = json.loads(run("--from", "soc2", "--to", "pci_dss", "--format", "json")[1])
    proven = next(pair for pair in pairs if pair["proven"])
    shared = next(pair for pair in pairs if not pair["proven"] and pair["shared"][0]["open_in_from"])
    for pair in (proven, shared):
        out = run(pair["from"]["id"], "--to", f"pci_dss:{pair['to']['id']}")[1]
        assert pair["path"][0] in out
        assert (": proven\n" in out, ": overlap unproven\n" in out) == (pair["proven"], not pair["proven"])
    assert shared["relation"] is None
    assert f"open in {shared['from']['id']}: {shared['shared'][0]['open_in_from']}\n" in out
    assert proven["proof"][0]["place"].startswith("mappings/")
    assert proven["strength"] == pytest.approx(sum(s["strength"] for s in proven["shared"]), abs=1e-3)


def test_text_json_and_csv_hold_the_same_pairs(run: Run, workspace: Path) -> None:
    table = list(csv.DictReader(io.StringIO(run("--from", "soc2", "--to", "hipaa", "--format", "csv")[1])))
    pairs = json.loads(run("--from", "soc2", "--to", "hipaa", "--format", "json")[1])
    assert [(row["from_requirement"], row["to_requirement"], row["proven"] == "yes") for row in table] == [
        (pair["from"]["id"], pair["to"]["id"], pair["proven"]) for pair in pairs
    ]
    lines = run("--from", "soc2", "--to", "hipaa")[1].splitlines()[1 : len(pairs) + 1]
    assert [line.split()[:2] for line in lines] == [[pair["from"]["id"], pair["to"]["id"]] for pair in pairs]
    one = table[0]["from_requirement"]
    single = json.loads(run(one, "--to", "hipaa", "--format", "json")[1])
    assert [pair["to"]["id"] for pair in single] == [
        row["to_requirement"] for row in table if row["from_requirement"] == one
    ]


def test_a_review_is_recorded_and_shown(run: Run, workspace: Path) -> None:
    edge = json.loads(run("CRY-02", "--to", "hipaa", "--format", "json")[1])[0]
    facts = ("--name", "Ann Auditor", "--credential", "CPA, licence 1", "--date", "2026-11-01")
    code, out, err = run("review", "CRY-02", edge["requirement"], *facts)
    assert (code, err) == (0, "")
    assert "mappings/hipaa.yaml is a copy of the crosswalk we ship" in out
    words = "reviewed by Ann Auditor (CPA, licence 1) on 2026-11-01"
    assert words in out
    assert run("CRY-02", "--to", "hipaa")[1].count(words) == 1
    code, _, err = run("review", "CRY-02", edge["requirement"], "--name", "Bob", "--credential", "QSA")
    assert code == 2
    assert "--replace" in err
    assert run("review", "CRY-02", edge["requirement"], *facts)[1].count("copy") == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["CC6.11"], "did you mean CC6.1"),
        (["CRY-2"], "did you mean CRY-"),
        (["CC6.1", "--to", "pci"], "did you mean pci_dss"),
        (["CC6.1", "--to", "8.2.11111"], "did you mean"),
        (["CC6.1", "--to", "hippa:164.308"], "did you mean hipaa"),
        (["CC6.1", "--from", "soc2"], "exclude each other"),
        (["--from", "soc2"], "--from FRAMEWORK --to FRAMEWORK"),
        (["--from", "soc2", "--to", "soc2"], "not compared with itself"),
        (["CC6.1", "--format", "yaml"], "yaml"),
        (["review", "CRY-02", "CC6.1"], "--name"),
        (["review", "CRY-02", "--name", "A", "--credential", "B"], "REQUIREMENT"),
        (["review", "CRY-02", "CC6.1", "--name", "", "--credential", "B"], "name is empty"),
        (["review", "CRY-02", "CC6.1", "--name", "A", "--credential", "B", "--date", "2999-01-01"], "in the future"),
        (["review", "CRY-02", "CC1.5", "--name", "A", "--credential", "B"], "has no edge to soc2:CC1.5"),
    ],
)
def test_bad_usage_ends_with_code_2_and_clear_words(run: Run, workspace: Path, arguments: list[str], word: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert word in err
    assert not list((workspace / "mappings").iterdir())
