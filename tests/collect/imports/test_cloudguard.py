"""CloudGuard's findings, assessments, notifications and CSV: each trap of the formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, of, outcomes, put, read
from proveonce.kernel.errors import InputError
from proveonce.model.imported import Imported, Outcome, Result

SAMPLES = DATA / "cloudguard"
SSH, BROKEN = "D9.AWS.NET.01", "D9.AWS.NET.02"
NOTIFICATION = {
    "policy": {"name": "p"}, "bundle": {"name": "b"}, "reportTime": "2026-11-24T00:00:00Z", "status": "Failed",
    "rule": {"name": "r", "ruleId": SSH, "severity": "High"}, "account": {"id": "123456789012", "vendor": "Aws"},
    "entity": {"id": "sg-1", "type": "SecurityGroup", "region": "us_east_1"},
}  # fmt: skip
HEAD = "Title,Severity,Created Time,Entity Name,Entity Type,Region,Cloud Account ID,Acknowledged,Is Excluded"
ROW = "No SSH,High,Jun 29 2025 7:10 PM,open,SecurityGroup,us_east_1,123456789012,False,True"


def assessment(folder: Path, number: int = 0, **test: Any) -> Imported:
    """An assessment of one test of the sample, with changes."""
    found = json.loads((SAMPLES / "cloudguard-assessment.json").read_text())
    found |= {"tests": [found["tests"][number] | test], "hasErrors": False}
    return read(put(folder, "x.json", found))


def entity(folder: Path, **changes: Any) -> Result:
    """The row of one entity of the sample, which passes, with changes."""
    found = json.loads((SAMPLES / "cloudguard-assessment.json").read_text())
    [passing] = [e for e in found["tests"][0]["entityResults"] if e["testObj"]["id"] == "sg-1"]
    counted = {"relevantCount": 1, "nonComplyingCount": 0, "testPassed": True}
    return assessment(folder, entityResults=[passing | changes], **counted).results[0]


def finding(folder: Path, **changes: Any) -> Imported:
    """A page of one finding of the sample, with changes."""
    found = json.loads((SAMPLES / "cloudguard-findings-search.json").read_text())
    return read(put(folder, "x.json", found | {"findings": [found["findings"][0] | changes], "totalFindingsCount": 1}))


def test_an_assessment_tells_what_passed_too() -> None:
    found = read(SAMPLES / "cloudguard-assessment.json")
    assert counts(found)
    assert outcomes(found) == {
        (SSH, "sg-0"): Outcome.FAIL, (SSH, "sg-1"): Outcome.PASS, (SSH, "sg-2"): Outcome.NOT_APPLICABLE,
        (SSH, "sg-3"): Outcome.FAIL, (BROKEN, ""): Outcome.ERROR,
    }  # fmt: skip
    assert {(r.account, r.region) for r in of(found, SSH)} == {("123456789012", "us-east-1")}
    assert {r.observed_at for r in found.results} == {"2026-11-24T00:00:00+00:00"}
    assert found.gaps == ["CloudGuard says that the assessment had errors"]


def test_what_is_excluded_keeps_its_verdict() -> None:
    [excluded] = [r for r in read(SAMPLES / "cloudguard-assessment.json").results if r.suppressed]
    assert (excluded.resource, excluded.outcome) == ("sg-3", Outcome.FAIL)


@pytest.mark.parametrize("change", [
    {"error": "no access"}, {"relevantCount": -1}, {"nonComplyingCount": -1}, {"relevantCount": None},
])  # fmt: skip
def test_a_test_in_error_never_passes(tmp_path: Path, change: dict[str, Any]) -> None:
    found = assessment(tmp_path, testPassed=True, **change)
    assert {r.outcome for r in found.results} == {Outcome.ERROR, Outcome.FAIL, Outcome.NOT_APPLICABLE}


def test_nothing_relevant_is_no_pass(tmp_path: Path) -> None:
    found = assessment(tmp_path, testPassed=True, relevantCount=0, nonComplyingCount=0, entityResults=[])
    assert [r.outcome for r in found.results] == [Outcome.NOT_APPLICABLE]


def test_entities_that_are_left_out_are_judged_by_the_counts(tmp_path: Path) -> None:
    whole: dict[str, Any] = {"relevantCount": 4, "entityResults": None}
    for counted, outcome in (
        ({"nonComplyingCount": 1, "testPassed": False}, Outcome.FAIL),
        ({"nonComplyingCount": 1, "testPassed": True}, Outcome.FAIL),
        ({"nonComplyingCount": 0, "testPassed": False}, Outcome.FAIL),
        ({"nonComplyingCount": 0, "testPassed": None}, Outcome.UNKNOWN),
        ({"nonComplyingCount": 0, "testPassed": True}, Outcome.PASS),
    ):
        assert [r.outcome for r in assessment(tmp_path, **(whole | counted)).results] == [outcome], counted


def test_more_not_complying_than_listed_fails_besides(tmp_path: Path) -> None:
    found = assessment(tmp_path, nonComplyingCount=5)
    assert [(r.outcome, r.said) for r in found.results if not r.resource] == [
        (Outcome.FAIL, "3 relevant, 5 not complying")
    ]


@pytest.mark.parametrize(("change", "outcome"), [
    ({"error": "timeout"}, Outcome.ERROR),
    ({"isRelevant": False}, Outcome.NOT_APPLICABLE),
    ({"isValid": False}, Outcome.FAIL),
    ({"isValid": None}, Outcome.UNKNOWN),
    ({"isValid": "true"}, Outcome.UNKNOWN),
    ({"isRelevant": None}, Outcome.UNKNOWN),
    ({}, Outcome.PASS),
])  # fmt: skip
def test_flags_of_an_entity(tmp_path: Path, change: dict[str, Any], outcome: Outcome) -> None:
    assert entity(tmp_path, **change).outcome is outcome


@pytest.mark.parametrize("index", [None, -1, 99, "x", True, [1], "9" * 400])
def test_an_index_that_leads_nowhere_keeps_the_entitys_own_name(tmp_path: Path, index: Any) -> None:
    result = entity(tmp_path, testObj={"id": "sg-9", "entityType": "securityGroup", "entityIndex": index})
    assert (result.resource, result.account) == ("sg-9", "123456789012")


def test_findings_are_open_failures_only() -> None:
    found = read(SAMPLES / "cloudguard-findings-search.json")
    assert {r.outcome for r in found.results} == {Outcome.FAIL}
    assert not found.is_whole
    assert [r.suppressed for r in found.results] == [False, True, False]
    assert found.results[2].message == "acknowledged in CloudGuard"
    assert not found.results[2].suppressed, "acknowledged is a note"
    assert found.results[0].account == "123456789012", "the AWS number, not CloudGuard's own"


def test_missing_findings_are_a_gap(tmp_path: Path) -> None:
    found = json.loads((SAMPLES / "cloudguard-findings-search.json").read_text())
    assert read(put(tmp_path, "x.json", found | {"totalFindingsCount": 99})).gaps == [
        "3 of 99 findings are in it: pages are missing"
    ]
    none = read(put(tmp_path, "y.json", found | {"findings": [], "totalFindingsCount": 0}))
    assert none.gaps
    assert not counts(none)


def test_only_the_compliance_engine_judges(tmp_path: Path) -> None:
    assert finding(tmp_path, origin="GuardDuty").results[0].outcome is Outcome.UNKNOWN
    assert finding(tmp_path, status="Resolved").results[0].outcome is Outcome.UNKNOWN
    assert finding(tmp_path, status="Passed").is_whole is False


def test_of_an_account_without_number_the_resource_is_cloudguards(tmp_path: Path) -> None:
    [result] = finding(tmp_path, cloudAccountExternalId="0f1e-azure").results
    assert (result.account, result.resource) == ("", "1|x|rg|SecurityGroup|sg-1")


def test_a_notification_is_read(tmp_path: Path) -> None:
    for value in (NOTIFICATION, [NOTIFICATION]):
        found = read(put(tmp_path, "x.json", value))
        [result] = found.results
        assert (result.rule, result.outcome, result.account) == (SSH, Outcome.FAIL, "123456789012")
        assert (result.region, result.resource) == ("us-east-1", "sg-1")
        assert result.observed_at == "2026-11-24T00:00:00+00:00"
    passed = read(put(tmp_path, "y.json", NOTIFICATION | {"status": "Passed"}))
    assert not counts(passed), "a notification is of one entity among many"


def test_the_csv_names_rules_by_title_and_no_time_of_looking(tmp_path: Path) -> None:
    found = read(put(tmp_path, "x.csv", f"{HEAD}\r\n{ROW}\r\n\r\n,,,,,,,,\r\n"))
    [result] = found.results
    assert (result.rule, result.outcome, result.suppressed) == ("No SSH", Outcome.FAIL, True)
    assert (result.account, result.region, result.observed_at) == ("123456789012", "us-east-1", "")
    assert not found.is_whole


def test_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no notification"):
        read(put(tmp_path, "x.json", [NOTIFICATION, {"policy": 1}]))
    with pytest.raises(InputError, match="no object"):
        read(put(tmp_path, "y.json", {"findings": [1], "searchRequest": {}, "totalFindingsCount": 1}))
