"""Checkov's JSON: what was not parsed, or not listed, proves nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, of, put, read
from proveonce.kernel.errors import InputError
from proveonce.model.imported import Outcome

SAMPLES = DATA / "checkov"


def reports() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((SAMPLES / "checkov.json").read_text())
    return found


def test_a_list_of_reports_is_read_whole() -> None:
    found = read(SAMPLES / "checkov.json")
    assert not found.gaps
    assert found.version == "3.3.30"
    assert [str(r.outcome) for r in found.results] == ["pass"] * 3 + ["fail"] * 4 + ["unknown", "fail"]
    assert of(found, "CKV_AWS_19")[0].resource == "template.yaml#AWS::S3::Bucket.Logs"
    assert of(found, "CKV_AWS_19")[0].resource_type == "AWS::S3::Bucket"


def test_an_object_is_read_as_a_list_of_one(tmp_path: Path) -> None:
    assert len(read(put(tmp_path, "a.json", reports()[0])).results) == 8


def test_passes_have_no_instant_and_so_do_not_count_as_fresh() -> None:
    assert {r.observed_at for r in read(SAMPLES / "checkov.json").results} == {""}


def test_what_was_skipped_was_not_evaluated() -> None:
    skipped = of(read(SAMPLES / "checkov.json"), "CKV_AWS_18")
    assert [(r.outcome, r.suppressed) for r in skipped] == [(Outcome.UNKNOWN, True)]
    assert "log target" in skipped[0].suppression


def test_a_template_that_was_not_parsed_proves_nothing() -> None:
    found = read(SAMPLES / "broken-template.json")
    assert (found.results, found.is_whole) == ([], False)
    assert "nothing was parsed" in found.gaps[0]


def test_passes_that_are_counted_and_not_listed_make_it_incomplete(tmp_path: Path) -> None:
    value = reports()
    value[0]["results"]["passed_checks"] = []
    found = read(put(tmp_path, "a.json", value))
    assert any("3 passed counted, 0 listed" in gap for gap in found.gaps)
    assert not counts(found)


@pytest.mark.parametrize("change", [{"parsing_errors": 1}, {"resource_count": 0}, {"passed": 2}, {"failed": "many"}])
def test_a_report_that_did_not_see_all_never_passes(change: dict[str, Any], tmp_path: Path) -> None:
    value = reports()
    value[0]["summary"] |= change
    found = read(put(tmp_path, "a.json", value))
    assert found.gaps
    assert not counts(found)


def test_files_that_were_not_parsed_are_named(tmp_path: Path) -> None:
    value = reports()
    value[0]["results"]["parsing_errors"] = ["/broken.yaml"]
    assert any("/broken.yaml" in gap for gap in read(put(tmp_path, "a.json", value)).gaps)


def test_a_word_that_nobody_knows_is_unknown(tmp_path: Path) -> None:
    value = reports()
    for check in value[0]["results"]["passed_checks"]:
        check["check_result"]["result"] = "GOOD"
    found = read(put(tmp_path, "a.json", value))
    assert not counts(found)


def test_a_list_of_anything_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read(put(tmp_path, "a.json", [*reports(), 1]))
