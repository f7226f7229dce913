"""Validating: what the lint finds is among the problems, and the command refuses the workspace for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.planted.draft import draft
from proveonce.app.validating import validate
from proveonce.cli import main


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which one control is done once a year instead of every three months."""
    monkeypatch.chdir(tmp_path)
    step = {"in": "controls/common/vulnerability.yaml", "entry": "id VUL-05", "set": {"cadence": "P1Y"}}
    draft([[step]]).write(tmp_path)
    return tmp_path


def test_the_lint_is_a_part_of_validating(root: Path) -> None:
    found = [str(problem) for problem in validate(root)[1] if "cadence P1Y of VUL-05" in problem.what]
    assert len(found) == 1
    assert found[0].startswith("controls/common/vulnerability.yaml:")


def test_the_command_prints_it_and_exits_2(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["validate", "-w", str(root)])
    assert caught.value.code == 2
    assert "cadence P1Y of VUL-05 is weaker than P3M, which pci_dss asks" in capsys.readouterr().err
