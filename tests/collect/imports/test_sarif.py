"""SARIF of five tools and of any other: a result is what its kind says, and nothing found is no pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, of, put, read, recognised_by
from proveonce.kernel.errors import InputError, UsageError
from proveonce.model.imported import Outcome

FILES = {
    "cfn_lint/cfn-lint.sarif": "cfn_lint",
    "cfn_nag/cfn_nag.sarif": "cfn_nag",
    "checkov/checkov.sarif": "checkov",
    "guard/cfn-guard.sarif": "guard",
}


def sarif(*results: Any, driver: str = "cfn-lint", **run: Any) -> dict[str, Any]:
    return {
        "$schema": "sarif",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": driver, "rules": []}}, "results": list(results), **run}],
    }


def result(**facts: Any) -> dict[str, Any]:
    return {"ruleId": "R1", "message": {"text": "what"}, **facts}


@pytest.mark.parametrize(("name", "tool"), FILES.items())
def test_each_tool_is_known_by_its_driver(name: str, tool: str) -> None:
    found = read(DATA / name)
    assert found.tool == tool
    assert recognised_by(DATA / name) == {tool}
    assert {r.outcome for r in found.results} <= {Outcome.FAIL, Outcome.UNKNOWN}
    assert not counts(found)
    assert {r.template for r in found.results} == {"template.yaml"}
    assert {r.account + r.observed_at for r in found.results} == {""}


@pytest.mark.parametrize(
    "name", ["cfn_nag/broken-template.sarif", "checkov/broken-template.sarif", "cfn_lint/clean.sarif"]
)
def test_nothing_found_is_incomplete(name: str) -> None:
    found = read(DATA / name)
    assert found.gaps
    assert not found.results
    assert not counts(found)


def test_a_template_that_cfn_lint_could_not_read_is_an_error() -> None:
    found = read(DATA / "cfn_lint" / "broken-template.sarif")
    assert [r.outcome for r in found.results] == [Outcome.ERROR]
    assert "broken.yaml could not be read" in found.gaps[0]


def test_cfn_nags_rules_are_named_as_its_json_names_them() -> None:
    assert {r.rule for r in read(DATA / "cfn_nag" / "cfn_nag.sarif").results} == {"W51", "F27", "F22", "W2"}


def test_what_checkov_skipped_was_not_evaluated() -> None:
    skipped = of(read(DATA / "checkov" / "checkov.sarif"), "CKV_AWS_18")
    assert [(r.outcome, r.suppressed) for r in skipped] == [(Outcome.UNKNOWN, True)]
    assert "this bucket is the log target itself" in skipped[0].suppression


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, Outcome.FAIL),
        ({"level": "note"}, Outcome.FAIL),
        ({"level": "none"}, Outcome.FAIL),
        ({"kind": "pass"}, Outcome.PASS),
        ({"kind": "notApplicable"}, Outcome.NOT_APPLICABLE),
        ({"kind": "review"}, Outcome.MANUAL),
        ({"kind": "open"}, Outcome.UNKNOWN),
        ({"kind": "informational"}, Outcome.UNKNOWN),
        ({"kind": "fine"}, Outcome.UNKNOWN),
    ],
)
def test_the_kind_is_the_verdict(facts: dict[str, str], outcome: Outcome, tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.sarif", sarif(result(**facts))))
    assert [r.outcome for r in found.results] == [outcome]
    assert not counts(found)


@pytest.mark.parametrize(
    ("suppressions", "suppressed"),
    [
        ([{"kind": "inSource"}], True),
        ([{"kind": "external", "status": "accepted", "justification": "why"}], True),
        ([{"kind": "external", "status": "rejected"}], False),
        ([{"kind": "external", "status": "underReview"}], False),
        ([{"kind": "inSource"}, {"kind": "external", "status": "rejected"}], False),
        ([], False),
    ],
)
def test_a_suppressed_result_keeps_its_verdict(suppressions: list[Any], suppressed: bool, tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.sarif", sarif(result(suppressions=suppressions))))
    assert [(r.outcome, r.suppressed) for r in found.results] == [(Outcome.FAIL, suppressed)]


def test_a_level_comes_from_the_rule_else_it_is_warning(tmp_path: Path) -> None:
    value = sarif(result(), result(ruleId="R2"))
    value["runs"][0]["tool"]["driver"]["rules"] = [{"id": "R1", "defaultConfiguration": {"level": "error"}}]
    found = read(put(tmp_path, "a.sarif", value))
    assert [r.severity for r in found.results] == ["error", "warning"]


def test_a_run_without_results_failed(tmp_path: Path) -> None:
    found = read(
        put(tmp_path, "a.sarif", sarif() | {"runs": [{"tool": {"driver": {"name": "cfn-lint"}}, "results": None}]})
    )
    assert any("did not come to its end" in gap for gap in found.gaps)


def test_an_invocation_that_failed_is_told(tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.sarif", sarif(result(), invocations=[{"executionSuccessful": False}])))
    assert any("did not succeed" in gap for gap in found.gaps)


def test_an_unknown_tool_is_observed_under_its_own_name(tmp_path: Path) -> None:
    found = read(put(tmp_path, "a.sarif", sarif(result(), driver="Semgrep")))
    assert (found.tool, [r.rule for r in found.results]) == ("sarif", ["Semgrep/R1"])
    assert any("no rule map of ours" in note for note in found.notes)


def test_a_rule_may_be_named_by_its_place_alone(tmp_path: Path) -> None:
    value = sarif({"ruleIndex": 0}, {"ruleIndex": 7}, {"ruleIndex": -1})
    value["runs"][0]["tool"]["driver"]["rules"] = [{"id": "R9"}]
    assert [r.rule for r in read(put(tmp_path, "a.sarif", value)).results] == ["R9", "", ""]


def test_runs_of_two_tools_are_refused(tmp_path: Path) -> None:
    value = sarif(result())
    value["runs"] += sarif(result(), driver="checkov")["runs"]
    with pytest.raises(InputError, match="import a file a tool"):
        read(put(tmp_path, "a.sarif", value))


def test_another_version_and_a_nameless_tool_are_refused(tmp_path: Path) -> None:
    for value in (sarif(result()) | {"version": "2.0.0"}, sarif(result(), driver="")):
        with pytest.raises(InputError):
            read(put(tmp_path, "a.sarif", value))


def test_a_file_of_another_tool_is_refused() -> None:
    with pytest.raises(UsageError, match="a file of cfn_lint, not of checkov"):
        read(DATA / "cfn_lint" / "cfn-lint.sarif", "checkov")


def test_two_templates_keep_their_results_apart(tmp_path: Path) -> None:
    def at(uri: str) -> dict[str, Any]:
        place = {"physicalLocation": {"artifactLocation": {"uri": uri}}, "logicalLocations": [{"name": "Bucket"}]}
        return result(locations=[place])

    found = read(put(tmp_path, "a.sarif", json.dumps(sarif(at("a.yaml"), at("b.yaml")))))
    assert [r.resource for r in found.results] == ["a.yaml#Bucket", "b.yaml#Bucket"]
