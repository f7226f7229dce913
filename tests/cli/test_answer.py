"""`answer` and `answers` as a person meets them; what needs evidence is tested in tests/app."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proveonce.cli import main

CSV = "ID,Question,Answer,Comments\nQ1,Is customer data encrypted at rest?,,\nQ2,Do you offer a free trial?,No,\n"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(list(arguments))
    said = capsys.readouterr()
    return int(exit_.value.code or 0), said.out, said.err


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "form.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_without_evidence_nothing_is_answered_and_it_is_said(
    form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "answer", str(form), "-w", str(tmp_path))
    assert code == 0
    assert "There is no assessment: every question needs a person" in out
    assert "2 need a person: 2 needs review" in out
    assert form.read_text("utf-8") == CSV
    assert (tmp_path / "form.answered.csv").read_text("utf-8") == CSV
    told = json.loads((tmp_path / "form.summary.json").read_text("utf-8"))
    assert [answer["verdict"] for answer in told["answers"]] == ["needs_review", "needs_review"]
    assert told["run"] is None


def test_corrections_are_learnt_listed_and_approved(
    form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "answers", "learn", str(form), "-w", str(tmp_path), "--format", "json")
    assert code == 0
    (proposal,) = json.loads(out)
    assert (proposal["verdict"], proposal["approved_by"]) == ("no", "")
    approval = ("--by", "Grace Hopper", "--expires", "2999-01-01", "-w", str(tmp_path))
    assert run(capsys, "answers", "approve", "L-nothing", *approval)[0] == 2
    assert run(capsys, "answers", "approve", proposal["id"], *approval)[0] == 0
    _, out, _ = run(capsys, "answers", "list", "-w", str(tmp_path))
    assert "approved" in out
    assert "Grace Hopper" in out


def test_a_copy_that_a_person_worked_on_is_not_written_over(
    form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("answer", str(form), "-w", str(tmp_path))
    assert run(capsys, *command)[0] == 0
    assert run(capsys, *command)[0] == 0, "as it was written, it may be written again"
    copy = tmp_path / "form.answered.csv"
    copy.write_text(CSV + "mine", encoding="utf-8")
    code, _, err = run(capsys, *command)
    assert (code, "may have worked on it" in err) == (2, True)
    assert copy.read_text("utf-8") == CSV + "mine"
    assert run(capsys, *command, "--overwrite")[0] == 0
    assert copy.read_text("utf-8") == CSV


def test_the_source_is_never_written_over(form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "answer", str(form), "-w", str(tmp_path), "--out", str(form))
    assert code == 2
    assert "never written over" in err
    assert form.read_text("utf-8") == CSV
    assert not (tmp_path / "form.summary.json").exists()
