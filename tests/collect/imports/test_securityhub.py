"""Security Hub's findings: each trap of the format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, of, put, read
from proveonce.kernel.errors import InputError
from proveonce.model.imported import Outcome

SAMPLE = DATA / "securityhub" / "get-findings.json"


def findings() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(SAMPLE.read_text())["Findings"]
    return found


def one(tmp_path: Path, control: str = "S3.5", **changes: Any) -> Any:
    """The only result of the sample's finding of a control, with changes."""
    [finding] = [f for f in findings() if f["Compliance"]["SecurityControlId"] == control]
    found = read(put(tmp_path, "x.json", {"Findings": [finding | changes]}))
    return found.results[0] if found.results else None


def test_statuses_are_read_by_awss_meaning() -> None:
    said = {result.rule: result.outcome for result in read(SAMPLE).results}
    assert said == {
        "S3.8": Outcome.FAIL, "S3.1": Outcome.FAIL, "S3.5": Outcome.PASS, "Config.1": Outcome.FAIL,
        "CloudTrail.6": Outcome.ERROR, "RDS.2": Outcome.NOT_APPLICABLE,
    }  # fmt: skip


def test_not_available_is_not_applicable_only_where_config_says_so(tmp_path: Path) -> None:
    for reasons in ([], [{"ReasonCode": "CONFIG_RETURNS_NOT_APPLICABLE"}, {"ReasonCode": "INTERNAL_SERVICE_ERROR"}]):
        compliance = {"Status": "NOT_AVAILABLE", "SecurityControlId": "S3.5", "StatusReasons": reasons}
        assert one(tmp_path, Compliance=compliance).outcome is Outcome.ERROR


def test_a_finding_without_compliance_is_no_control_check(tmp_path: Path) -> None:
    assert one(tmp_path, Compliance={}, GeneratorId="aws/guardduty").outcome is Outcome.UNKNOWN
    assert one(tmp_path, Compliance={"Status": "GREAT"}).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("state", ["RESOLVED", "NOTIFIED", "NEW"])
def test_a_workflow_state_is_no_verdict(tmp_path: Path, state: str) -> None:
    result = one(tmp_path, "S3.8", Workflow={"Status": state})
    assert (result.outcome, result.suppressed) == (Outcome.FAIL, False)


def test_what_is_suppressed_keeps_its_verdict_and_its_reason(tmp_path: Path) -> None:
    note = {"Text": "TICKET-7", "UpdatedBy": "ada", "UpdatedAt": "2026-11-23T00:00:00Z"}
    result = one(tmp_path, "S3.8", Workflow={"Status": "SUPPRESSED"}, Note=note)
    assert (result.outcome, result.suppressed) == (Outcome.FAIL, True)
    assert all(part in result.suppression for part in note.values())


def test_archived_findings_are_history(tmp_path: Path) -> None:
    found = read(SAMPLE)
    assert not of(found, "S3.9")
    assert "1 archived findings are history, and are left out" in found.notes
    assert one(tmp_path, RecordState="ARCHIVED") is None


def test_a_page_with_a_next_one_is_incomplete_and_proves_nothing(tmp_path: Path) -> None:
    found = read(put(tmp_path, "x.json", {"Findings": findings(), "NextToken": "abc"}))
    assert found.gaps
    assert not counts(found)


@pytest.mark.parametrize(("generator", "rule"), [
    ("security-control/S3.8", "S3.8"),
    ("aws-foundational-security-best-practices/v/1.0.0/S3.8", "S3.8"),
    ("nist-800-53/v/5.0.0/S3.8", "S3.8"),
    ("cis-aws-foundations-benchmark/v/1.4.0/1.4", "cis-aws-foundations-benchmark/v/1.4.0/1.4"),
    ("pci-dss/v/3.2.1/PCI.S3.1", "pci-dss/v/3.2.1/PCI.S3.1"),
])  # fmt: skip
def test_without_consolidation_the_generator_names_the_rule(tmp_path: Path, generator: str, rule: str) -> None:
    assert one(tmp_path, GeneratorId=generator, Compliance={"Status": "PASSED"}).rule == rule


def test_each_resource_of_a_finding_has_a_row(tmp_path: Path) -> None:
    [finding] = [f for f in findings() if f["Compliance"]["SecurityControlId"] == "S3.8"]
    finding["Resources"].append({"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::other", "Region": "eu-west-1"})
    found = read(put(tmp_path, "x.json", [finding]))
    assert [(r.resource, r.region, r.pointer) for r in found.results] == [
        ("arn:aws:s3:::acme-demo-data", "us-east-1", "/0/Resources/0"),
        ("arn:aws:s3:::other", "eu-west-1", "/0/Resources/1"),
    ]


def test_time_is_when_it_was_last_observed(tmp_path: Path) -> None:
    times: Mapping[str, str] = {"LastObservedAt": "2026-11-01T00:00:00Z", "UpdatedAt": "2026-11-24T00:00:00Z"}
    assert one(tmp_path, **times).observed_at == "2026-11-01T00:00:00+00:00"
    assert one(tmp_path, LastObservedAt=None, UpdatedAt=times["UpdatedAt"]).observed_at == "2026-11-24T00:00:00+00:00"
    assert one(tmp_path, LastObservedAt=None, UpdatedAt="soon").observed_at == ""


def test_every_wrapping_is_read(tmp_path: Path) -> None:
    wrapped = {
        "list": findings(),
        "lower": {"findings": findings()},
        "event": {"source": "aws.securityhub", "detail": {"findings": findings()}},
        "lines": "\n".join(map(json.dumps, findings())),
        "single": findings()[0],
    }
    rules = [result.rule for result in read(SAMPLE).results]
    for name, value in wrapped.items():
        found = [result.rule for result in read(put(tmp_path, f"{name}.json", value), "securityhub").results]
        assert found == (rules[:1] if name == "single" else rules), name


def test_something_else_among_the_findings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no finding of format"):
        read(put(tmp_path, "x.json", {"Findings": [*findings(), {"SchemaVersion": "2030-01-01"}]}))
    with pytest.raises(InputError, match="no object"):
        read(put(tmp_path, "x.json", {"Findings": [*findings(), "x"]}))


def test_prowlers_findings_among_others_are_told_and_not_mixed_up(tmp_path: Path) -> None:
    by_prowler = json.loads((DATA / "prowler" / "v5.46.0.asff.json").read_text())
    found = read(put(tmp_path, "x.json", [*findings(), *by_prowler]), "securityhub")
    assert any("stay unmapped" in note for note in found.notes)
    assert of(found, "prowler-s3_bucket_default_encryption")
