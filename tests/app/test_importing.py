"""A file of another tool, through store and assessment: what it says stands at the right control, and no better."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy, copytree

import pytest

from proveonce.app.assessing import in_force
from proveonce.app.importing import ImportResult, import_file
from proveonce.assess.assessment import assessed
from proveonce.assess.imported import import_checks
from proveonce.content import load_content
from proveonce.kernel.instants import format_instant
from proveonce.model.assessment import Assessment
from proveonce.model.control import ControlId
from proveonce.model.workspace import Workspace
from proveonce.store import Store

DATA = Path(__file__).parents[1] / "data" / "imports"
AFTER = datetime(2026, 11, 25, tzinfo=UTC)
"""A day after the tools of the samples looked."""
BUCKET, LOGS = "arn:aws:s3:::acme-demo-data", "arn:aws:s3:::acme-demo-logs"

Judged = Mapping[tuple[str, str], Mapping[str, str]]
"""(control, rule) → resource → status; what was not read stands under the rule ''."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with an empty collection, so that all that is judged was imported."""
    workspace = Workspace(root=tmp_path / "workspace")
    at = format_instant(AFTER - timedelta(days=2))
    facts = {"started_at": at, "ended_at": at, "accounts": {}, "calls": 0, "calls_failed": 0, "tool": {}}
    Store(workspace.store).commit({**facts, "completeness": ""}, [])
    return workspace


def bring(workspace: Workspace, path: Path, *, tool: str | None = None, days: int = 0) -> ImportResult:
    return import_file(workspace, path, tool=tool, imported_by="Ada", now=AFTER + timedelta(days=days))


@contextmanager
def assessment_of(workspace: Workspace, as_of: datetime) -> Iterator[Assessment]:
    """The assessment with the checks over what was imported alone: the others have nothing to look at."""
    store, at, content = Store(workspace.store), format_instant(as_of), load_content(workspace.root)
    imports = in_force(store, at)
    tools = {run.manifest["predicate"]["import"]["tool"] for run in imports}
    content = replace(content, checks=import_checks(content, tools))
    run = next(run for run in store.runs() if not run.is_import)
    with assessed(store, run, content, workspace, as_of=at, frameworks=("soc2",), imports=imports) as assessment:
        yield assessment


def judged(workspace: Workspace, tool: str, *, days: int = 1) -> Judged:
    """What the tool's results came to."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    with assessment_of(workspace, AFTER + timedelta(days=days)) as assessment:
        for finding in assessment.findings():
            prefix = f"import.{tool}."
            if finding.check.startswith(prefix):
                place = finding.check.removeprefix(prefix).upper(), str(finding.observed.get("rule", ""))
                found.setdefault(place, {})[finding.resource] = str(finding.status)
    return found


def notes_of(workspace: Workspace) -> str:
    with assessment_of(workspace, AFTER + timedelta(days=1)) as assessment:
        return "\n".join(assessment.notes)


def test_prowlers_results_stand_at_their_controls(workspace: Workspace) -> None:
    brought = bring(workspace, DATA / "prowler" / "v5.46.0.ocsf.json")
    assert brought.tool == "prowler"
    assert not brought.unmapped
    found = judged(workspace, "prowler")
    assert found["DAT-01", "s3_bucket_level_public_access_block"] == {BUCKET: "fail", LOGS: "pass"}
    assert found["AUT-01", "iam_user_mfa_enabled_console_access"] == {"arn:aws:iam::123456789012:user/alice": "fail"}
    assert set(found["CRY-01", "s3_bucket_secure_transport_policy"].values()) == {"fail"}, "muted is judged as found"
    assert set(found["ARC-01", "account_maintain_current_contact_details"].values()) == {"undetermined"}


def test_a_later_import_takes_the_place_of_an_earlier_one(workspace: Workspace, tmp_path: Path) -> None:
    sample = DATA / "prowler" / "v5.46.0.ocsf.json"
    bring(workspace, sample)
    findings = json.loads(sample.read_text())
    for finding in findings:
        finding["status_code"] = "PASS"
        finding["time"] += 86_400
    (tmp_path / "later.json").write_text(json.dumps(findings))
    bring(workspace, tmp_path / "later.json", days=1)
    assert judged(workspace, "prowler")["AUT-01", "iam_user_mfa_enabled_console_access"] == {
        "arn:aws:iam::123456789012:user/alice": "pass"
    }
    before = judged(workspace, "prowler", days=0)
    assert set(before["AUT-01", "iam_user_mfa_enabled_console_access"].values()) == {"fail"}, "as of before it"


def test_what_a_later_file_does_not_speak_of_still_stands(workspace: Workspace, tmp_path: Path) -> None:
    """Only one service was looked at again, in one region: what failed elsewhere was not put right by that."""
    sample = DATA / "prowler" / "v5.46.0.ocsf.json"
    findings = json.loads(sample.read_text())
    bring(workspace, sample)
    rule, user = "iam_user_mfa_enabled_console_access", "arn:aws:iam::123456789012:user/alice"
    other = [finding for finding in findings if finding["metadata"]["event_code"] != rule]
    for day, listed in enumerate([other, other, findings], 1):
        for finding in listed:
            finding["status_code"] = "PASS"
            finding["time"] += 86_400
        (tmp_path / "part.json").write_text(json.dumps(listed))
        brought = bring(workspace, tmp_path / "part.json", days=day)
        is_part = listed is other
        assert len(brought.run.manifest["predicate"]["import"]["beside"]) == int(is_part)
        assert any("still stands" in note for note in brought.notes) is is_part
        found = judged(workspace, "prowler", days=day)
        assert found["AUT-01", rule][user] == ("fail" if is_part else "pass")
        assert found["DAT-01", "s3_bucket_level_public_access_block"][BUCKET] == "pass"


def test_a_pass_grows_stale_and_a_fail_does_not(workspace: Workspace) -> None:
    bring(workspace, DATA / "prowler" / "v5.46.0.ocsf.json")
    found = judged(workspace, "prowler", days=40)
    assert found["DAT-01", "s3_bucket_level_public_access_block"] == {BUCKET: "fail", LOGS: "undetermined"}


def test_prowlers_asff_is_prowlers(workspace: Workspace) -> None:
    assert bring(workspace, DATA / "prowler" / "v5.46.0.asff.json").tool == "prowler"
    found = judged(workspace, "prowler")
    assert found["CRY-01", "s3_bucket_secure_transport_policy"] == {BUCKET: "fail", LOGS: "undetermined"}


def test_rules_that_no_control_is_mapped_to_are_listed(workspace: Workspace, tmp_path: Path) -> None:
    findings = json.loads((DATA / "prowler" / "v5.46.0.ocsf.json").read_text())
    findings[0]["metadata"]["event_code"] = "a_check_of_tomorrow"
    (tmp_path / "p.json").write_text(json.dumps(findings))
    assert bring(workspace, tmp_path / "p.json").unmapped == {"a_check_of_tomorrow": 1}
    assert "prowler a_check_of_tomorrow" in notes_of(workspace)


def test_security_hubs_results_stand_at_their_controls(workspace: Workspace) -> None:
    bring(workspace, DATA / "securityhub" / "get-findings.json")
    found = judged(workspace, "securityhub")
    assert found["DAT-01", "S3.8"] == {BUCKET: "fail"}
    assert found["CRY-01", "S3.5"] == {BUCKET: "pass"}
    assert found["LOG-04", "CloudTrail.6"] == {BUCKET: "undetermined"}
    assert found["NET-03", "RDS.2"] == {BUCKET: "not_applicable"}
    assert ("LOG-05", "S3.9") not in found, "an archived finding is history"


def test_scoutsuites_results_stand_at_their_controls(workspace: Workspace) -> None:
    bring(workspace, DATA / "scoutsuite")
    found = judged(workspace, "scoutsuite")
    assert found["DAT-03", "s3-bucket-no-versioning"] == {BUCKET: "fail", LOGS: "fail"}
    assert set(found["DAT-01", "s3-bucket-AllUsers-read"].values()) == {"undetermined"}
    assert "pass" not in {status for statuses in found.values() for status in statuses.values()}


def test_powerpipes_results_stand_at_their_controls(workspace: Workspace, tmp_path: Path) -> None:
    text = (DATA / "powerpipe" / "powerpipe-benchmark.json").read_text()
    text = text.replace("aws_compliance.control.s3_demo", "aws_compliance.control.s3_bucket_versioning_enabled")
    (tmp_path / "all.20261124T120000.json").write_text(text)
    brought = bring(workspace, tmp_path / "all.20261124T120000.json")
    assert brought.unmapped == {"aws_compliance.control.timeout_demo": 1}
    found = judged(workspace, "powerpipe")["DAT-03", "aws_compliance.control.s3_bucket_versioning_enabled"]
    assert found == {BUCKET: "fail", LOGS: "pass", "arn:aws:iam::123456789012:root": "undetermined",
                     "arn:aws:s3:::acme-x": "not_applicable"}  # fmt: skip


def test_custodians_matches_mean_what_the_workspace_says(workspace: Workspace, tmp_path: Path) -> None:
    run = DATA / "custodian" / "run-two-regions"
    assert bring(workspace, run).unmapped == {"ebs-unencrypted": 1, "sg-open-ssh": 1}
    maps = workspace.root / "controls" / "imports"
    maps.mkdir(parents=True)
    (maps / "custodian.yaml").write_text(
        "tool: custodian\ntitle: Custodian\nsource: Our policies.\nfresh_for: P7D\n"
        "rules: {ebs-unencrypted: [CRY-02], sg-open-ssh: [NET-01]}\npolarity: {ebs-unencrypted: fail}\n"
    )
    bring(workspace, run, days=1)
    found = judged(workspace, "custodian")
    assert found["CRY-02", "ebs-unencrypted"] == {"vol-d0ddb3d08e95aaf23": "fail"}
    assert set(found["NET-01", "sg-open-ssh"].values()) == {"undetermined"}, "nobody said what a match means"


def test_conformitys_accounts_do_not_take_each_others_place(workspace: Workspace, tmp_path: Path) -> None:
    page = DATA / "conformity" / "conformity-checks-page1.json"
    text = page.read_text()
    other = text.replace("AbCdEf123", "ZyXwVu987").replace('"FAILURE"', '"SUCCESS"')
    for name, content in (("a.json", text), ("b.json", other)):
        (tmp_path / name).write_text(content.replace('"total": 5', '"total": 1'))
        bring(workspace, tmp_path / name)
    assert judged(workspace, "conformity")["NET-01", "EC2-002"] == {
        "ccrn:aws:AbCdEf123:EC2:us-east-1:sg-0abc": "fail",
        "ccrn:aws:ZyXwVu987:EC2:us-east-1:sg-0abc": "pass",
    }


def test_conformitys_pages_stand_at_their_controls(workspace: Workspace, tmp_path: Path) -> None:
    for page in ("conformity-checks-page0.json", "conformity-checks-page1.json"):
        copy(DATA / "conformity" / page, tmp_path)
    (tmp_path / "accounts.json").write_text(json.dumps({
        "data": [{"type": "accounts", "id": "AbCdEf123", "attributes": {"awsaccount-id": "123456789012"}}]
    }))  # fmt: skip
    bring(workspace, tmp_path)
    found = judged(workspace, "conformity")
    assert found["DAT-01", "S3-026"] == {"acme-demo-data": "fail"}
    assert found["CRY-02", "S3-016"] == {"acme-demo-logs": "pass"}
    assert found["KEY-02", "S3-025"] == {"acme-demo-logs": "fail"}, "suppressed is judged as found"


def test_cloudguards_results_stand_at_their_controls(workspace: Workspace, tmp_path: Path) -> None:
    text = (DATA / "cloudguard" / "cloudguard-assessment.json").read_text().replace("D9.AWS.NET.01", "D9.AWS.MON.01")
    (tmp_path / "assessment.json").write_text(text)
    assert bring(workspace, tmp_path / "assessment.json").unmapped == {"D9.AWS.NET.02": 1}
    assert judged(workspace, "cloudguard")["MON-01", "D9.AWS.MON.01"] == {
        "sg-0": "fail", "sg-1": "pass", "sg-2": "not_applicable", "sg-3": "fail",
    }  # fmt: skip


def test_what_is_missing_keeps_a_control_from_passing(workspace: Workspace, tmp_path: Path) -> None:
    """Every result in the file passes, but it says itself that it is not all of them."""
    found = json.loads((DATA / "securityhub" / "get-findings.json").read_text())
    found["Findings"] = [f for f in found["Findings"] if f.get("Compliance", {}).get("Status") == "PASSED"]
    found["NextToken"] = "more"
    (tmp_path / "page.json").write_text(json.dumps(found))
    assert bring(workspace, tmp_path / "page.json").gaps
    with assessment_of(workspace, AFTER) as assessment:
        assert assessment.controls[ControlId("CRY-01")].status == "undetermined"


def test_a_folder_counts_with_all_that_is_in_it(workspace: Workspace, tmp_path: Path) -> None:
    copytree(DATA / "custodian" / "run-stale", tmp_path / "run")
    before = bring(workspace, tmp_path / "run").run.manifest["predicate"]["import"]["sha256"]
    (tmp_path / "run" / "bad-op" / "resources.json").write_text("[]")
    after = bring(workspace, tmp_path / "run").run.manifest["predicate"]["import"]["sha256"]
    assert before != after
