"""`proveonce evidence` as people use it: options in a pipe, questions on a terminal, a workbook there and back."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from proveonce.cli.main import main
from proveonce.model.manual import Kind
from proveonce.model.request import ANSWERED, ASKED

OPTIONS = ["--kind", "statement", "--control", "IAM-03", "--statement", "It was done.", "--conclusion", "effective",
           "--performed-on", "2026-01-12", "--performed-by", "Jo Field", "--fact", "about=access"]  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["evidence", *arguments])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_kinds_tell_every_fact(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "kinds", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert [entry["kind"] for entry in told] == [str(kind) for kind in Kind]
    assert all(field["question"] for entry in told for field in entry["fields"])
    assert "rto_achieved_minutes" in run(capsys, "kinds")[1]


def test_add_list_show_review(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "list")[1] == "no records\n"
    code, out, _ = run(capsys, "add", *OPTIONS)
    assert code == 0
    assert out.startswith("ME-2026-001 recorded: evidence/manual/") or "ME-20" in out
    identifier = out.split()[0]
    (entry,) = json.loads(run(capsys, "list", "--format", "json")[1])
    assert (entry["control"], entry["record"]["id"], entry["record"]["reviewed_by"]) == ("IAM-03", identifier, "")
    assert "not reviewed" in entry["state"]
    assert run(capsys, "review", identifier, "--by", "jo field")[0] == 2
    assert run(capsys, "review", identifier, "--by", "Ann", "--on", "2999-01-01")[0] == 2
    assert run(capsys, "review", identifier, "--by", "Ann", "--on", "2026-01-13")[0] == 0
    shown = run(capsys, "show", identifier)[1]
    assert "performed on 2026-01-12 by Jo Field; reviewed by Ann on 2026-01-13" in shown
    assert json.loads(run(capsys, "show", identifier, "--format", "json")[1])["facts"] == {"about": "access"}
    assert identifier in run(capsys, "list", "--stale")[1]  # its half year is over for good
    assert run(capsys, "list", "--control", "IAM-06")[1] == "no records\n"
    code, _, err = run(capsys, "list", "--control", "IAM-3")
    assert code == 2
    assert "did you mean IAM-" in err


def test_in_a_pipe_add_says_all_that_is_missing_and_wrong(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "add", "--kind", "vulnerability_scan", "--control", "IAM-3", "--performed-on", "12/1/26",
                       "--fact", "scope=all", "--fact", "findings_high=few", "--fact", "scaner=x")  # fmt: skip
    assert code == 2
    missing = err.partition("missing: ")[2].partition("\n")[0]
    assert missing == "--performed-by, --statement, --conclusion, --fact scanner=…, --fact is_authenticated=…"
    assert "--control: no control 'IAM-3'; did you mean IAM-" in err
    assert "--performed-on: '12/1/26' is no day" in err
    assert "--fact findings_high: 'few' is no whole number" in err
    assert "--fact scaner: no fact of this kind" in err
    code, _, err = run(capsys, "add")
    assert code == 2
    assert "--kind, --control" in err
    for wrong in (["--fact", "x"], ["--fact", "about=1", "--fact", "about=2"]):
        assert run(capsys, "add", *wrong)[0] == 2
    assert not (workspace / "evidence").exists()


def test_on_a_terminal_add_asks_for_what_is_missing_and_again_where_it_does_not_fit(workspace: Path) -> None:
    answers = ["statment", "statement", "IAM-03", "", "12/1/26", "2026-01-12", "Jo Field", "", "It was done.",
               "effective", "access", "", "none", "gone.pdf", "proof.pdf", ""]  # fmt: skip
    (workspace / "proof.pdf").write_bytes(b"x")
    main_end, other_end = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
    process = subprocess.Popen([sys.executable, "-m", "proveonce.cli", "evidence", "add"], stdin=other_end,
                               stdout=other_end, stderr=other_end, env=environment)  # fmt: skip
    os.close(other_end)
    said = ""
    try:
        for answer in answers:
            said += read_until(main_end, ": ")
            os.write(main_end, answer.encode() + b"\n")
        said += read_until(main_end, "--by NAME")
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(main_end)
    assert "did you mean statement?" in said
    assert "is no day: write it as 2026-11-24" in said
    assert "[Statement: IAM-03" in said
    text = next((workspace / "evidence/manual").glob("*.yaml")).read_text(encoding="utf-8")
    assert "'gone.pdf' is no file" in said
    assert "/proof.pdf" in text
    assert "period_end: null" in text
    assert "period_start" not in text
    assert "reviewed_by" not in text


def read_until(end: int, sign: str) -> str:
    """What the terminal shows up to the sign that it waits, the echo of what was typed before it."""
    said = ""
    while not said.rstrip("\r\n").endswith(sign):
        ready, _, _ = select.select([end], [], [], 60)
        assert ready, f"nothing more after {said!r}"
        try:
            said += os.read(end, 4096).decode()
        except OSError:  # the other end is closed
            break
    return said


def test_a_workbook_goes_out_and_comes_back(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "request", "--out", "r.xlsx", "--control", "IAM-03", "--control", "IAM-06")
    assert code == 0
    assert "asked: 2, of " in out
    asked = json.loads(run(capsys, "request", "--format", "json", "--owner", "hr")[1])
    assert {entry["owner"] for entry in asked} == {"hr"}
    assert run(capsys, "request", "--stale", "--out", "none.xlsx")[1] == "nothing to ask for: no workbook written\n"
    assert not (workspace / "none.xlsx").exists()
    assert run(capsys, "request", "--due", "1/1/27")[0] == 2
    book = openpyxl.load_workbook("r.xlsx")
    sheet = book["Requests"]
    heads = [*ASKED, *ANSWERED]
    answer = {"Kind": "statement", "Performed on": "2026-01-12", "Performed by": "Jo", "What was done": "It.",
              "Conclusion": "effective", "Facts, name=value": "about=x"}  # fmt: skip
    for head, value in answer.items():
        sheet.cell(6, heads.index(head) + 1, value)
    sheet.cell(7, heads.index("Performed by") + 1, "Half Filled")
    book.save("f.xlsx")
    code, out, _ = run(capsys, "receive", "f.xlsx")
    assert code == 2
    assert "1 accepted, 0 already received, 1 refused, 0 untouched; written: " in out
    assert "row 7 refused:" in out
    assert "Performed by: Half Filled" in out  # its words
    told = json.loads(run(capsys, "receive", "f.xlsx", "--format", "json")[1])
    assert [result["outcome"] for result in told["results"]] == ["already received", "refused"]
    assert told["results"][1]["words"]["Performed by"] == "Half Filled"
    assert run(capsys, "receive", "missing.xlsx")[0] == 2
