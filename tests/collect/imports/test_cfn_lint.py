"""cfn-lint's JSON: findings only; a template that could not be read is an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, put, read
from proveonce.kernel.errors import UsageError
from proveonce.model.imported import Outcome

SAMPLE = DATA / "cfn_lint" / "cfn-lint.json"


def matches() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(SAMPLE.read_text())
    return found


def test_every_match_is_a_failure_at_its_place() -> None:
    found = read(SAMPLE)
    assert (found.tool, found.is_whole, found.gaps) == ("cfn_lint", False, [])
    assert {r.rule for r in found.results} == {"W2001", "E3045", "W3045", "W2501", "E2533"}
    assert {r.outcome for r in found.results} == {Outcome.FAIL}
    assert {r.template for r in found.results} == {"template.yaml"}
    assert len({r.resource for r in found.results}) == len(found.results)


@pytest.mark.parametrize("rule", ["E0000", "E0001", "E0002"])
def test_a_template_that_could_not_be_read_is_an_error(rule: str, tmp_path: Path) -> None:
    value = matches()[:1]
    value[0]["Rule"]["Id"] = rule
    found = read(put(tmp_path, "a.json", value))
    assert [r.outcome for r in found.results] == [Outcome.ERROR]
    assert "could not be read" in found.gaps[0]


def test_a_level_that_nobody_knows_is_unknown(tmp_path: Path) -> None:
    value = matches()[:1]
    value[0]["Level"] = "Fine"
    assert [r.outcome for r in read(put(tmp_path, "a.json", value)).results] == [Outcome.UNKNOWN]


def test_an_empty_list_has_no_mark_of_the_tool(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read(put(tmp_path, "a.json", []), "cfn_lint")


def test_nothing_counts_as_a_pass() -> None:
    assert not counts(read(SAMPLE))
