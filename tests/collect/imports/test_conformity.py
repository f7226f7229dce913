"""Conformity's pages of checks: each trap of the format."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, of, put, read
from proveonce.kernel.errors import InputError
from proveonce.model.imported import Imported, Outcome

SAMPLES = DATA / "conformity"
PAGE = SAMPLES / "conformity-checks-page0.json"
ACCOUNTS = {"data": [{"type": "accounts", "id": "AbCdEf123", "attributes": {"awsaccount-id": "123456789012"}}]}


def checks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(PAGE.read_text())["data"]
    return found


def page(folder: Path, number: int = 0, total: int = 1, **attributes: Any) -> Imported:
    """A page of one check of the sample, with changes to its attributes."""
    check = checks()[number]
    check["attributes"] |= attributes
    return read(put(folder, "page.json", {"data": [check], "meta": {"total": total}}))


def folder_of(tmp_path: Path, *names: str) -> Path:
    for name in names:
        copy(SAMPLES / name, tmp_path)
    return tmp_path


def test_success_and_failure_are_the_only_verdicts(tmp_path: Path) -> None:
    assert page(tmp_path, status="SUCCESS").results[0].outcome is Outcome.PASS
    assert page(tmp_path, status="FAILURE").results[0].outcome is Outcome.FAIL
    for word in ("PASS", "success", "", None, "ERROR"):
        assert page(tmp_path, status=word).results[0].outcome is Outcome.UNKNOWN


def test_a_missing_page_is_a_gap_and_nothing_counts() -> None:
    found = read(PAGE)
    assert found.gaps == ["4 of 5 checks are in it: pages are missing"]
    assert not counts(found)


def test_pages_in_a_folder_are_one_whole(tmp_path: Path) -> None:
    found = read(folder_of(tmp_path, "conformity-checks-page0.json", "conformity-checks-page1.json"))
    assert not found.gaps
    assert counts(found)
    assert len(found.results) == 5
    assert found.results[-1].pointer == "conformity-checks-page1.json#/data/0"


def test_a_page_saved_twice_is_no_other_page(tmp_path: Path) -> None:
    copy(PAGE, tmp_path / "a.json")
    copy(PAGE, tmp_path / "b.json")
    assert read(tmp_path).gaps == ["4 of 5 checks are in it: pages are missing"]


def test_ten_thousand_are_as_many_as_the_api_gives(tmp_path: Path) -> None:
    found = page(tmp_path, total=10_000)
    assert any("ask for fewer at a time" in gap for gap in found.gaps)


def test_conformitys_account_is_no_aws_number(tmp_path: Path) -> None:
    found = read(PAGE)
    assert {result.account for result in found.results} == {""}
    assert found.results[0].resource == "ccrn:aws:AbCdEf123:S3:us-east-1:acme-demo-data"
    assert found.about == "Conformity AbCdEf123"
    put(folder_of(tmp_path, PAGE.name), "accounts.json", ACCOUNTS)
    [result] = of(read(tmp_path), "S3-026")
    assert (result.account, result.resource) == ("123456789012", "acme-demo-data")


def test_what_is_suppressed_keeps_its_verdict_who_why_and_until_when() -> None:
    [result] = of(read(PAGE), "S3-025")
    assert (result.outcome, result.suppressed) == (Outcome.FAIL, True)
    assert result.suppression == "suppressed until 2026-12-23T04:26:40+00:00; user1 TICKET-1 log target"


def test_suppressed_without_an_end_is_for_ever(tmp_path: Path) -> None:
    change: dict[str, Any] = {"suppressed": True, "suppressed-until": None}
    found = page(tmp_path, **change)
    assert found.results[0].suppression == "suppressed for ever"


@pytest.mark.parametrize("flag", ["not-scored", "excluded"])
def test_not_scored_and_excluded_are_told(tmp_path: Path, flag: str) -> None:
    change: dict[str, Any] = {flag: True}
    [result] = page(tmp_path, **change).results
    assert (result.outcome, result.suppressed, result.suppression) == (Outcome.FAIL, True, flag)


def test_the_last_change_is_the_last_time_it_was_surely_seen(tmp_path: Path) -> None:
    assert page(tmp_path, number=1).results[0].observed_at == "2026-11-24T03:04:20+00:00"
    changes: dict[str, Any] = dict.fromkeys(("last-modified-date", "created-date"))
    found = page(tmp_path, number=1, **changes)
    assert found.results[0].observed_at == ""
    assert found.ran_at == "", "there is no time of a scan"


def test_a_resource_may_hold_colons_or_be_absent(tmp_path: Path) -> None:
    put(tmp_path, "accounts.json", ACCOUNTS)
    colons = checks()[3]
    del colons["attributes"]["resource"]
    none = checks()[0] | {"id": "ccc:AbCdEf123:IAM-005:IAM:global"}
    none["attributes"] |= {"resource": None}
    del none["relationships"]
    put(tmp_path, "page.json", {"data": [colons, none], "meta": {"total": 2}})
    found = read(tmp_path).results
    assert [(r.rule, r.resource) for r in found] == [
        ("IAM-017", "ccc:AbCdEf123:IAM-017:IAM:us-east-1:groups-x:y"), ("IAM-005", "ccc:AbCdEf123:IAM-005:IAM:global"),
    ]  # fmt: skip


def test_one_check_alone_is_read(tmp_path: Path) -> None:
    found = read(put(tmp_path, "x.json", {"data": checks()[0]}))
    assert [result.rule for result in found.results] == ["S3-026"]


def test_vision_ones_spelling_is_read() -> None:
    [result] = read(SAMPLES / "vision-one-checks.json").results
    assert (result.rule, result.outcome, result.severity) == ("S3-026", Outcome.FAIL, "VERY_HIGH")
    assert result.observed_at == "2026-11-24T00:00:00+00:00"
    assert result.title == "Demo"


def test_vision_ones_next_page_is_a_gap(tmp_path: Path) -> None:
    found = json.loads((SAMPLES / "vision-one-checks.json").read_text())
    found["items"][0]["status"] = "SUCCESS"
    assert counts(read(put(tmp_path, "x.json", found)))
    found["nextLink"] = "https://example.com/next"
    missing = read(put(tmp_path, "x.json", found))
    assert missing.gaps == ["1 checks are in it, and its last page names a next one"]
    assert not counts(missing)


def test_rules_of_another_cloud_do_not_bear_the_names_of_awss(tmp_path: Path) -> None:
    assert page(tmp_path, provider="azure").results[0].rule == "azure:S3-026"


def test_something_else_among_the_checks_is_refused(tmp_path: Path) -> None:
    for wrong in ({"id": "x:y", "type": "checks"}, "ccc:a:b:c:d"):
        with pytest.raises(InputError):
            read(put(tmp_path, "x.json", {"data": [*checks(), wrong], "meta": {"total": 5}}))


@pytest.mark.parametrize("total", ["5", -1.5, True, []])
def test_a_total_that_is_no_count_is_refused(tmp_path: Path, total: Any) -> None:
    with pytest.raises(InputError, match="counts"):
        page(tmp_path, total=total)
