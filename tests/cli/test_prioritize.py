"""`prioritize` as a person meets it: without a run, after one, and every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from awslab.cloud import Cloud, new_account
from awslab.faults import Wire
from awslab.synthetic import Synthetic

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command line in a bare folder."""
    monkeypatch.chdir(tmp_path)
    return run


def answer(run: Run, *arguments: str) -> Any:
    code, out, _ = run("prioritize", *arguments, "--format", "json")
    assert code == 0
    return json.loads(out)


def test_without_a_run_it_ranks_and_says_that_nothing_was_assessed(run: Run) -> None:
    code, out, _ = run("prioritize", "-f", "soc2")
    assert code == 0
    assert "note: nothing was assessed" in out
    assert "and " in out.partition("smallest covering set")[0]
    assert "optimality gap 0.0%" in out
    assert out.count("\n") < 45
    assert "CRY-02" in run("prioritize", "-f", "soc2", "--all")[1]


def test_one_control_is_shown_with_the_inputs_of_its_terms(run: Run) -> None:
    _, out, _ = run("prioritize", "CRY-02", "-f", "pci_dss")
    assert "3.5.1" in out
    assert "proof pays" in out
    code, _, err = run("prioritize", "CRY-2", "-f", "pci_dss")
    assert code == 2
    assert "did you mean CRY-0" in err


def test_json_holds_what_a_reader_needs_to_recompute(run: Run) -> None:
    found = answer(run, "-f", "hipaa", "--as-of", "2026-11-24")
    assert found["assessed"] is False
    assert found["next_fixes"] is None
    for control in found["controls"]:
        assert control["score"] == round(sum(term["value"] for term in control["terms"]), 2)
        proof = next(term["value"] for term in control["terms"] if term["name"] == "proof")
        assert proof == pytest.approx(sum(s["points"] * s["share"] for s in control["served"]), abs=0.006)
    assert found["cover"]["bound"] == found["cover"]["cost"] == len(found["cover"]["controls"])


def test_csv_has_a_row_a_control_and_a_column_a_term(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("prioritize", "--format", "csv")[1])))
    assert len(rows) > 150
    terms = ("proof", "overlap", "blocked", "failing", "deadline", "ease")
    for row in rows:
        assert float(row["score"]) == pytest.approx(sum(float(row[term]) for term in terms), abs=0.006)
    members = list(csv.DictReader(io.StringIO(run("prioritize", "--cover", "--format", "csv")[1])))
    assert len(members) == len(answer(run)["cover"]["controls"])


def test_a_workbook_goes_to_a_file_and_not_to_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run("prioritize", "-f", "soc2", "--format", "xlsx", "--out", "order.xlsx")
    assert (code, out) == (0, "")
    assert load_workbook("order.xlsx").sheetnames[0] == "Order of work"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    code, _, err = run("prioritize", "-f", "soc2", "--format", "xlsx")
    assert code == 2
    assert "--out" in err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--fix", "CRY-02"), "nothing was assessed"),
        (("--budget", "5"), "nothing was assessed"),
        (("--budget", "0"), "--budget"),
        (("--by", "effort"), "no effort is known"),
        (("-f", "pci"), "unknown framework 'pci'"),
        (("--as-of", "soon"), "'soon' is not an instant"),
        (("--next", "3", "--format", "csv"), "nothing was assessed"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_code_2(run: Run, arguments: tuple[str, ...], word: str) -> None:
    code, out, err = run("prioritize", *arguments)
    assert (code, out) == (2, "")
    assert word in err


def test_bad_figures_in_the_workspace_are_refused_at_their_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "proveonce.yaml").write_text(
        "organisation: {name: A, system: B}\naudits: {soc2: 2027-02-30}\neffort: {CRY-02: -1}\n"
        'weights: {soc2: {"CC6.1": heavy}}\n'
    )
    code, _, err = run("prioritize")
    assert code == 2
    for line in (2, 3, 4):
        assert f"proveonce.yaml:{line}:" in err


def test_after_a_run_fixes_are_ranked_and_tried(
    run: Run, cloud: Cloud, wire: Wire, synthetic: Synthetic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wire.add(synthetic)
    account = new_account()
    cloud.client("rds", account).create_db_instance(
        DBInstanceIdentifier="plain", DBInstanceClass="db.t3.micro", Engine="mysql", MasterUsername="root",
        MasterUserPassword="not-a-secret", AllocatedStorage=20,
    )  # fmt: skip
    cloud.enter(monkeypatch, account)
    assert run("collect", "--regions", "us-east-1", "--services", "rds")[0] == 0
    (tmp_path / "proveonce.yaml").write_text(
        "organisation: {name: A, system: B}\naudits: {pci_dss: 2099-01-01}\neffort: {CRY-02: 3}\n"
    )
    found = answer(run, "--fix", "CRY-02", "--fix", "GOV-01", "--next", "2")
    assert found["assessed"] is True
    tried = found["what_if"]
    assert "aws.rds.db-instance.storage-encrypted" in tried["checks"]
    assert tried["nothing_fails"] == ["GOV-01"]
    assert tried["summary"]["pci_dss"]["satisfied"] == sum(
        m["satisfied"] and not m["was_satisfied"] for m in tried["moves"] if m["framework"] == "pci_dss"
    )
    assert all(m["blockers"] for m in tried["moves"] if m["before"] == "fail" and m["after"] == "fail")
    assert len(found["next_fixes"]["fixes"]) == 2
    assert found["next_fixes"]["value"] == found["next_fixes"]["bound"] > 0
    text = run("prioritize", "--fix", "CRY-02")[1]
    assert "if CRY-02 were fixed" in text
    assert "newly satisfied" in text
    assert "person-days" in run("prioritize", "--budget", "3")[1]
    assert run("prioritize", "--budget", "nan")[0] == 2
    code, _, err = run("prioritize", "--fix", "CRY-2")
    assert (code, "did you mean" in err) == (2, True)
