"""ScoutSuite's reports: each trap of the format."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, of, put, read
from proveonce.kernel.errors import InputError
from proveonce.model.imported import Imported, Outcome

SAMPLES = DATA / "scoutsuite"
RESULTS = SAMPLES / "scoutsuite_results_aws-123456789012.js"
ERRORS = SAMPLES / "scoutsuite_errors_aws-123456789012.json"
READ, CLEAR, NOTHING = "s3-bucket-AllUsers-read", "s3-bucket-allowing-cleartext", "s3-bucket-world-Get-policy"


def report() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RESULTS.read_text().partition("\n")[2])
    return found


def reread(folder: Path, found: Any, **beside: Any) -> Imported:
    """A report with files beside it."""
    for kind, value in beside.items():
        name = {"errors": "scoutsuite_errors_x.json", "exceptions": "scoutsuite_exceptions_x.js"}[kind]
        put(folder, name, "exceptions =\n" + json.dumps(value) if kind == "exceptions" else value)
    return read(put(folder, "scoutsuite_results_x.js", "scoutsuite_results =\n" + json.dumps(found)))


def test_flagged_items_are_named_as_in_aws() -> None:
    found = read(SAMPLES)
    assert found.version == "5.14.0"
    assert found.ran_at == "2026-11-24T03:08:12+00:00"
    flagged = of(found, CLEAR)
    assert {(r.resource, r.region, r.account, r.outcome) for r in flagged} == {
        (f"arn:aws:s3:::acme-demo-{name}", "us-east-1", "123456789012", Outcome.FAIL) for name in ("data", "logs")
    }
    assert flagged[0].pointer == f"/services/s3/findings/{CLEAR}/items/0"


def test_checked_and_none_flagged_passes_as_a_count(tmp_path: Path) -> None:
    [result] = of(reread(tmp_path, report(), errors=[]), READ)
    assert (result.outcome, result.said, result.resource) == (Outcome.PASS, "2 checked, 0 flagged", "")


def test_a_rule_that_checked_nothing_is_unknown(tmp_path: Path) -> None:
    found = reread(tmp_path, report(), errors=[])
    [result] = of(found, NOTHING)
    assert result.outcome is Outcome.UNKNOWN
    assert any("checked nothing" in note for note in found.notes)


def test_failed_calls_leave_no_pass_to_their_service(tmp_path: Path) -> None:
    found = read(SAMPLES)
    assert of(found, READ)[0].outcome is Outcome.ERROR
    assert found.gaps[0].startswith("a call failed: Failed to get the public access block")
    assert not counts(found)
    copy(ERRORS, tmp_path / "scoutsuite_errors_x.json")
    assert not counts(reread(tmp_path, report())), "the file beside it counts when the report is named alone"


def test_an_error_of_no_known_service_takes_every_pass(tmp_path: Path) -> None:
    assert not counts(reread(tmp_path, report(), errors=[{"file": "authentication.py", "exception": "denied"}]))


def test_exceptions_leave_no_pass_to_their_rule(tmp_path: Path) -> None:
    found = reread(tmp_path, report(), errors=[], exceptions={"s3": {READ: ["s3.buckets.x"]}})
    [result] = of(found, READ)
    assert (result.outcome, result.suppressed) == (Outcome.UNKNOWN, True)
    assert any("have exceptions" in note for note in found.notes)


@pytest.mark.parametrize(
    ("checked", "flagged"), [(None, 0), ("2", 0), (True, 0), (-1, 0), (2, None), (2, -1), (2, False)]
)
def test_counts_that_are_none_are_unknown(tmp_path: Path, checked: Any, flagged: Any) -> None:
    found = report()
    found["services"]["s3"]["findings"][READ] |= {"checked_items": checked, "flagged_items": flagged}
    assert of(reread(tmp_path, found, errors=[]), READ)[0].outcome is Outcome.UNKNOWN


def test_more_flagged_than_named_still_fails(tmp_path: Path) -> None:
    found = report()
    found["services"]["s3"]["findings"][READ] |= {"flagged_items": 2, "items": []}
    assert of(reread(tmp_path, found, errors=[]), READ)[0].outcome is Outcome.FAIL


def test_an_item_that_leads_nowhere_keeps_its_path(tmp_path: Path) -> None:
    found = report()
    found["services"]["s3"]["findings"][READ] |= {"flagged_items": 1, "items": ["ec2.regions.eu-west-1.vpcs.v.x"]}
    [result] = of(reread(tmp_path, found, errors=[]), READ)
    assert (result.resource, result.region) == ("ec2.regions.eu-west-1.vpcs.v.x", "eu-west-1")


def test_rules_of_another_cloud_do_not_bear_the_names_of_awss(tmp_path: Path) -> None:
    found = reread(tmp_path, report() | {"provider_code": "gcp", "account_id": "project"}, errors=[])
    assert {result.rule.partition(":")[0] for result in found.results} == {"gcp"}
    assert {result.account for result in found.results} == {""}


def test_a_folder_of_two_reports_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        copy(RESULTS, tmp_path / f"scoutsuite_results_{name}.js")
    with pytest.raises(InputError, match="holds 2 reports"):
        read(tmp_path)


@pytest.mark.parametrize(
    "text", ["scoutsuite_results =\n{}", "scoutsuite_results = 1\n{}", "scoutsuite_results =\n[1]"]
)
def test_a_report_without_services_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read(put(tmp_path, "scoutsuite_results_x.js", text), "scoutsuite")


def test_errors_that_are_no_list_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"scoutsuite_errors_x\.json"):
        reread(tmp_path, report(), errors={"a": 1})
