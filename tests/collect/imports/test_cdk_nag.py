"""cdk-nag: version 2 tells what complies, version 3 only what does not; a rule that broke is an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, of, put, read
from proveonce.kernel.errors import InputError
from proveonce.model.imported import Outcome

SAMPLES = DATA / "cdk_nag"
REPORT = "AwsSolutions--DemoStack-NagReport"


def lines(**change: str) -> dict[str, Any]:
    line = {
        "ruleId": "AwsSolutions-S1",
        "resourceId": "Stack/Logs",
        "compliance": "Compliant",
        "exceptionReason": "N/A",
    }
    return {"lines": [line | change]}


def test_both_forms_of_version_2_say_the_same() -> None:
    of_csv, of_json = read(SAMPLES / f"{REPORT}.csv"), read(SAMPLES / f"{REPORT}.json")
    assert [(r.rule, r.resource, r.outcome, r.suppression) for r in of_csv.results] == [
        (r.rule, r.resource, r.outcome, r.suppression) for r in of_json.results
    ]
    assert (of_csv.version, of_csv.is_whole) == ("2", True)
    assert {r.observed_at for r in of_csv.results} == {""}


def test_what_was_suppressed_did_not_comply() -> None:
    suppressed = [r for r in of(read(SAMPLES / f"{REPORT}.csv"), "AwsSolutions-S1") if r.suppressed]
    assert [(r.outcome, r.resource) for r in suppressed] == [(Outcome.FAIL, "DemoStack/Logs/Resource")]
    assert suppressed[0].suppression == "this bucket is the log target itself"


def test_a_rule_that_broke_is_an_error_and_a_gap(tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.json", lines(compliance="UNKNOWN")))
    assert [r.outcome for r in found.results] == [Outcome.ERROR]
    assert found.gaps == ["AwsSolutions-S1 broke on Stack/Logs"]


def test_a_word_that_nobody_knows_is_unknown(tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.json", lines(compliance="compliant")))
    assert [r.outcome for r in found.results] == [Outcome.UNKNOWN]
    assert not counts(found)


def test_a_finding_within_a_rule_is_of_the_rule(tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.json", lines(ruleId="AwsSolutions-IAM5[Resource::*]", compliance="Non-Compliant")))
    assert [(r.rule, r.message) for r in found.results] == [("AwsSolutions-IAM5", "AwsSolutions-IAM5[Resource::*]")]


def test_version_3_lists_violations_only() -> None:
    found = read(SAMPLES / "v3-validation-report.json")
    assert (found.version, found.is_whole) == ("3", False)
    assert [(r.rule, r.resource) for r in found.results] == [
        ("AwsSolutions-S10", "DemoStack/Logs/Resource"),
        ("AwsSolutions-S10", "DemoStack/Data/Resource"),
        ("AwsSolutions-S1", "DemoStack/Data/Resource"),
    ]
    assert {r.outcome for r in found.results} == {Outcome.FAIL}


@pytest.mark.parametrize("conclusion", ["success", "failure", "broke"])
def test_a_version_3_report_without_violations_proves_nothing(conclusion: str, tmp_path: Path) -> None:
    value = {"pluginReports": [{"pluginName": "AwsSolutions", "conclusion": conclusion, "violations": []}]}
    found = read(put(tmp_path, "a.json", value))
    assert found.gaps
    assert ("came to no conclusion" in found.gaps[0]) == (conclusion == "broke")
    assert not counts(found)


@pytest.mark.parametrize("value", [{"lines": [1], "a": '"ruleId"'}, {"pluginReports": {}}])
def test_another_shape_is_refused(value: dict[str, Any], tmp_path: Path) -> None:
    text = json.dumps(value).replace('\\"', '"').replace('""', '"')
    with pytest.raises(InputError):
        read(put(tmp_path, "a.json", text))
