"""AWS Config: verdicts of rules; too little data is none, a snapshot has none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, outcomes, put, read
from proveonce.collect.imports.config import rule_of
from proveonce.kernel.errors import InputError
from proveonce.model.imported import Outcome

SAMPLE = DATA / "config" / "config-compliance-details.json"
RULE = "s3-bucket-versioning-enabled"


def details() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SAMPLE.read_text())
    return found


def test_a_rules_verdicts_with_their_instants() -> None:
    found = read(SAMPLE)
    assert outcomes(found) == {
        (RULE, "acme-demo-data"): Outcome.FAIL,
        (RULE, "acme-demo-logs"): Outcome.PASS,
        (RULE, "acme-x"): Outcome.NOT_APPLICABLE,
    }
    assert {r.observed_at for r in found.results} == {"2026-11-24T00:01:00+00:00"}
    assert {r.account + r.region for r in found.results} == {""}
    assert counts(found)


def test_one_rules_file_is_about_that_rule() -> None:
    assert RULE in read(SAMPLE).about


def test_an_aggregators_answer_names_account_and_region(tmp_path: Path) -> None:
    evaluations = [e | {"AccountId": "123456789012", "AwsRegion": "eu-west-1"} for e in details()["EvaluationResults"]]
    found = read(put(tmp_path, "a.json", {"AggregateEvaluationResults": evaluations}))
    assert {(r.account, r.region) for r in found.results} == {("123456789012", "eu-west-1")}


@pytest.mark.parametrize("word", ["INSUFFICIENT_DATA", "compliant", "", None])
def test_anything_else_is_unknown(word: str | None, tmp_path: Path) -> None:
    value = details()
    value["EvaluationResults"][1]["ComplianceType"] = word
    found = read(put(tmp_path, "a.json", value))
    assert outcomes(found)[RULE, "acme-demo-logs"] is Outcome.UNKNOWN
    assert not counts(found)


def test_a_time_without_its_zone_is_no_instant(tmp_path: Path) -> None:
    value = details()
    value["EvaluationResults"][1]["ResultRecordedTime"] = "2026-11-24T00:01:00"
    value["EvaluationResults"][0]["ResultRecordedTime"] = 1_795_478_460.5
    found = read(put(tmp_path, "a.json", value))
    assert [r.observed_at for r in found.results][:2] == ["2026-11-24T00:01:00.500000+00:00", ""]


def test_a_page_of_several_is_incomplete(tmp_path: Path) -> None:
    assert read(put(tmp_path, "a.json", details() | {"NextToken": "t"})).gaps


def test_no_evaluation_proves_nothing(tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.json", {"EvaluationResults": []}))
    assert (found.is_whole, len(found.gaps)) == (False, 1)


def test_a_snapshot_has_no_verdicts() -> None:
    with pytest.raises(InputError, match="has no verdicts"):
        read(DATA / "config" / "config-snapshot.json")


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("securityhub-s3-bucket-versioning-enabled-1a2b3c", RULE),
        ("s3-bucket-versioning-enabled-conformance-pack-abc12xyz", RULE),
        (RULE, RULE),
        ("our-own-rule", "our-own-rule"),
        ("securityhub-enabled", "securityhub-enabled"),
    ],
)
def test_a_rule_is_found_behind_what_others_put_around_it(name: str, rule: str) -> None:
    assert rule_of(name) == rule
