"""`map` as files, as lint and as impact: what is written, and with which exit code it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from proveonce.app.workspaces import init_workspace

Run = Callable[..., tuple[int, str, str]]
SHIPPED = Path(__file__).parents[2]


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


def test_the_shipped_crosswalks_are_sound(run: Run, workspace: Path) -> None:
    code, out, _ = run("--lint")
    assert code == 0
    assert out.startswith("sound: ")


def test_a_mistake_is_named_at_its_line_with_code_2(run: Run, workspace: Path) -> None:
    text = (SHIPPED / "mappings" / "hipaa.yaml").read_text(encoding="utf-8")
    (workspace / "mappings" / "hipaa.yaml").write_text(text.replace("control: CRY-02", "control: CRY-0X", 1))
    code, out, err = run("--lint")
    line = text[: text.index("control: CRY-02")].count("\n") + 1
    assert code == 2
    assert f"mappings/hipaa.yaml:{line}:" in out + err
    assert "'CRY-0X'" in out + err


def test_a_new_edition_is_compared_by_requirement(run: Run, workspace: Path) -> None:
    old = SHIPPED / "controls" / "frameworks" / "soc2.yaml"
    text = old.read_text(encoding="utf-8")
    new = workspace / "soc2_new.yaml"
    new.write_text(text.replace("id: CC6.1\n", "id: CC6.1x\n", 1), encoding="utf-8")
    assert new.read_text(encoding="utf-8") != text
    code, out, _ = run("--impact", str(old), str(new))
    assert code == 0
    assert "CC6.1x" in out
    assert "CC6.1" in out.replace("CC6.1x", "")
    code, _, err = run("--impact", str(old), str(workspace / "none.yaml"))
    assert code == 2
    assert "none.yaml" in err


@pytest.mark.parametrize(("form", "start"), [("xlsx", b"PK"), ("html", b"<!"), ("oscal", b"")])
def test_the_whole_crosswalk_goes_into_a_file(form: str, start: bytes, run: Run, workspace: Path) -> None:
    target = workspace / f"crosswalk.{form}"
    code, _, _ = run("--format", form, "--out", str(target))
    assert code == 0
    files = [target] if target.is_file() else sorted(path for path in target.rglob("*") if path.is_file())
    assert files
    assert all(path.read_bytes().startswith(start) for path in files)
    if form == "xlsx":
        cells = {c for sheet in load_workbook(target) for row in sheet.iter_rows(values_only=True) for c in row}
        assert {"CRY-02", "CC6.1"} <= cells
    elif form == "html":
        assert "CRY-02" in target.read_text(encoding="utf-8")
    else:
        assert all(isinstance(json.loads(path.read_text(encoding="utf-8")), dict) for path in files)


@pytest.mark.parametrize("form", ["xlsx", "html"])
def test_a_file_is_of_the_whole_crosswalk_only(form: str, run: Run, workspace: Path) -> None:
    code, out, err = run("CRY-02", "--format", form, "--out", f"x.{form}")
    assert (code, out) == (2, "")
    assert "whole" in err
    assert not (workspace / f"x.{form}").exists()
