"""The lint: each planted mapping error at its line, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from content.planted.draft import draft
from proveonce.app.validating import lint_content
from proveonce.kernel import located
from proveonce.kernel.errors import Problem

PLANTS: list[dict[str, Any]] = located.read(Path(__file__).parent / "planted" / "mistakes.yaml").value


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace folder, the current one, with the shipped content behind it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _found(root: Path, plants: list[dict[str, Any]]) -> tuple[list[Problem], list[tuple[str, int, int, str]]]:
    """The problems of the shipped content with the plants, and what was due: file, line, column, beginning."""
    places = draft(plant["steps"] for plant in plants).write(root)
    due = []
    for number, plant in enumerate(plants):
        own = [place[1:] for place in places if place[0] == number]
        due += [(*own[min(n, len(own) - 1)], what) for n, what in enumerate(plant["finds"])]
    return lint_content(root)[1], due


def _compare(problems: list[Problem], due: list[tuple[str, int, int, str]], known: set[tuple[str, str]]) -> None:
    left = [problem for problem in problems if _without_places(problem) not in known]
    for file, line, column, what in due:
        at = [p for p in left if (p.file, p.line, p.column) == (file, line, column) and p.what.startswith(what)]
        assert at, f"{file}:{line}:{column}: {what}\nnot among\n" + "\n".join(map(str, left))
        left.remove(at[0])
    assert left == [], "\n".join(map(str, left))


def _without_places(problem: Problem) -> tuple[str, str]:
    return problem.file, re.sub(r":\d+:\d+", "", problem.what)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """What the shipped content has without a plant: nothing, says the first test."""
    return {_without_places(problem) for problem in lint_content(tmp_path_factory.mktemp("no-plant"))[1]}


def test_the_shipped_content_is_clean(root: Path) -> None:
    assert lint_content(root)[1] == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant["name"])
def test_a_planted_error_is_found_at_its_line(root: Path, known: set[tuple[str, str]], plant: dict[str, Any]) -> None:
    _compare(*_found(root, [plant]), known)


def test_thirty_planted_errors_are_all_found_in_one_run(root: Path, known: set[tuple[str, str]]) -> None:
    assert len(PLANTS) >= 30
    _compare(*_found(root, PLANTS), known)
