"""Trusted Advisor: `error` is its red light, an excluded resource keeps its verdict, nothing processed is no pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, put, read
from proveonce.model.imported import Outcome

SAMPLE = DATA / "trustedadvisor" / "trustedadvisor-check-result.json"


def answer(**change: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SAMPLE.read_text())
    found["result"] |= change
    return found


def test_a_red_light_fails_and_an_excluded_resource_keeps_its_verdict() -> None:
    found = read(SAMPLE)
    assert [(r.resource, r.said, r.outcome, r.suppressed) for r in found.results] == [
        ("abc", "error", Outcome.FAIL, False),
        ("def", "warning", Outcome.FAIL, True),
    ]
    assert {r.observed_at for r in found.results} == {"2026-11-24T00:00:00+00:00"}
    assert "7DAFEmoDos" in found.about


def test_a_green_check_passes_as_a_whole(tmp_path: Path) -> None:
    summary = {"resourcesProcessed": 3, "resourcesFlagged": 0}
    found = read(put(tmp_path, "a.json", answer(status="ok", flaggedResources=[], resourcesSummary=summary)))
    assert [(r.outcome, r.resource) for r in found.results] == [(Outcome.PASS, "")]
    assert counts(found)


@pytest.mark.parametrize("processed", [0, None])
def test_a_green_check_that_saw_nothing_proves_nothing(processed: int | None, tmp_path: Path) -> None:
    summary = {"resourcesProcessed": processed, "resourcesFlagged": 0}
    found = read(put(tmp_path, "a.json", answer(status="ok", flaggedResources=[], resourcesSummary=summary)))
    assert found.gaps
    assert not counts(found)


@pytest.mark.parametrize("word", ["not_available", "green", ""])
def test_any_other_word_is_unknown(word: str, tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.json", answer(status=word, flaggedResources=[], resourcesSummary={})))
    assert [r.outcome for r in found.results] == [Outcome.UNKNOWN]
    assert not counts(found)


def test_a_red_check_that_lists_no_resource_fails(tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.json", answer(status="error", flaggedResources=[])))
    assert Outcome.FAIL in {r.outcome for r in found.results}
    assert any("2 resources flagged, 0 listed" in gap for gap in found.gaps)
    assert not found.is_whole
