"""cfn_nag's JSON and text: a clean file proves no rule, a broken template is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, of, put, read
from proveonce.kernel.errors import InputError
from proveonce.model.imported import Outcome

SAMPLES = DATA / "cfn_nag"


def nag(*violations: Any, failures: int = 0) -> list[Any]:
    return [{"filename": "a.yaml", "file_results": {"failure_count": failures, "violations": list(violations)}}]


def test_a_violation_of_two_resources_is_two_results() -> None:
    found = read(SAMPLES / "cfn_nag.json")
    assert [r.resource for r in of(found, "W51")] == ["in/template.yaml#Logs", "in/template.yaml#Data"]
    assert {r.outcome for r in found.results} == {Outcome.FAIL}
    assert not found.gaps


def test_a_broken_template_is_an_error_and_a_gap() -> None:
    found = read(SAMPLES / "three-files-one-broken.json")
    assert [r.outcome for r in of(found, "FATAL")] == [Outcome.ERROR]
    assert any("in/broken.yaml could not be read" in gap for gap in found.gaps)
    assert not counts(found)


def test_a_clean_file_passes_nothing() -> None:
    found = read(SAMPLES / "three-files-one-broken.json")
    assert not [r for r in found.results if r.template == "in/clean.yaml"]
    assert any("in/clean.yaml" in note for note in found.notes)
    assert not found.is_whole


def test_text_is_an_attachment() -> None:
    found = read(SAMPLES / "cfn_nag.txt")
    assert (found.tool, found.results) == ("cfn_nag", [])
    assert "attachment" in found.gaps[0]


def test_a_count_that_does_not_agree_is_told(tmp_path: Path) -> None:
    violation = {"id": "F27", "type": "FAIL", "message": "m", "logical_resource_ids": ["Db"]}
    assert not read(put(tmp_path, "a.json", nag(violation, failures=1))).gaps
    assert "was cut or edited" in read(put(tmp_path, "b.json", nag(violation, failures=2))).gaps[0]


def test_a_word_that_nobody_knows_is_unknown(tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.json", nag({"id": "X1", "type": "FINE", "logical_resource_ids": ["Db"]})))
    assert [r.outcome for r in found.results] == [Outcome.UNKNOWN]


@pytest.mark.parametrize(
    "value", [[{"file_results": None}], [{"file_results": {"violations": {}}}], [{"file_results": {}}, 1]]
)
def test_a_file_without_its_list_is_refused(value: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read(put(tmp_path, "a.json", value))
