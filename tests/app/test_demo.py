"""The simulated organisation: who is denied what, what the demo leaves behind, and that it touches nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from proveonce.app import demo
from proveonce.app.assessing import assess
from proveonce.app.demo import DemoResult, process, run_demo
from proveonce.app.demo.places import DATA_EAST, DATA_EUROPE, PROD_EAST, PROD_EUROPE, PROD_WEST, Place
from proveonce.app.demo.questionnaires import write_questionnaires
from proveonce.app.packaging import PackageResult, package
from proveonce.cli.main import commands
from proveonce.content import load_content, load_workspace
from proveonce.content.questionnaires import read_questionnaire
from proveonce.kernel.errors import ProveonceError, UsageError
from proveonce.model.assessment import Assessment, Counts
from proveonce.model.finding import Status
from proveonce.model.manual import AttachmentState, Conclusion
from proveonce.model.questionnaire import Format
from proveonce.model.workspace import Workspace
from proveonce.store import Store

REPOSITORY = Path(__file__).parents[2]


@contextmanager
def quiet(_title: str) -> Iterator[Callable[[int, int, str], None]]:
    yield lambda _done, _planned, _what: None


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with process.simulator() as address:
        yield address


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    """A demo with everything but the packages, which take longest; those are made by a test of their own."""

    def packaged(workspace: Workspace, *, frameworks: tuple[str, ...], run_id: str, **_: Any) -> list[PackageResult]:
        assert Store(workspace.store).run(run_id).id == run_id
        return [
            PackageResult(
                name, workspace.out / name, workspace.out / f"{name}.zip", "", 9, {Status.FAIL: 7}, Counts(), 4
            )
            for name in frameworks or workspace.frameworks
        ]

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(demo, "package", packaged)
        return run_demo(tmp_path_factory.mktemp("demo"), stage=quiet)


@pytest.fixture(scope="module")
def assessment(result: DemoResult) -> Iterator[Assessment]:
    """The demo's run as of the day that its example records are written for."""
    with assess(result.workspace, run_id=result.run.id, as_of="2026-11-24") as (assessment, _):
        yield assessment


def assumed(endpoint: str, account: str) -> dict[str, str]:
    sts: Any = botocore.session.Session().create_client(
        "sts",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    role = f"arn:aws:iam::{account}:role/ProveonceReader"
    keys: dict[str, str] = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return keys


def client(endpoint: str, place: Place, service: str, *, agent: str) -> Any:
    """A client in `place` that calls itself `agent`."""
    keys = assumed(endpoint, place.account)
    return botocore.session.Session().create_client(
        service, region_name=place.region, endpoint_url=endpoint, aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"],
        config=Config(user_agent_extra=agent, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )  # fmt: skip


def error_of(call: Callable[[], Any]) -> tuple[str, str]:
    """The code and message of AWS's refusal; empty where it answered."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "", ""


def rotation(endpoint: str, place: Place, agent: str) -> tuple[str, str]:
    key = client(endpoint, place, "kms", agent="seeding").create_key()["KeyMetadata"]["KeyId"]
    return error_of(lambda: client(endpoint, place, "kms", agent=agent).get_key_rotation_status(KeyId=key))


def test_snapshot_listing_is_denied_by_policy_to_the_collector_in_one_account_and_region(endpoint: str) -> None:
    def asked(place: Place, agent: str) -> tuple[str, str]:
        return error_of(client(endpoint, place, "rds", agent=agent).describe_db_snapshots)

    code, message = asked(DATA_EUROPE, "proveonce")
    assert code == "AccessDenied"
    assert "explicit deny in a service control policy" in message
    assert asked(DATA_EUROPE, "seeding") == ("", "")
    assert asked(DATA_EAST, "proveonce") == ("", "")
    assert asked(PROD_EUROPE, "proveonce") == ("", "")


def test_key_rotation_is_denied_to_the_collector_in_one_account_and_region(endpoint: str) -> None:
    assert rotation(endpoint, PROD_WEST, "proveonce")[0] == "AccessDeniedException"
    assert rotation(endpoint, PROD_WEST, "seeding") == ("", "")
    assert rotation(endpoint, PROD_EAST, "proveonce") == ("", "")


def test_policy_of_one_bucket_is_denied_to_the_collector_and_nothing_else_of_it(endpoint: str) -> None:
    builder = client(endpoint, PROD_EAST, "s3", agent="seeding")
    for name in ("careloop-legal-hold", "other"):
        builder.create_bucket(Bucket=name)
    reader = client(endpoint, PROD_EAST, "s3", agent="proveonce")
    for ask in (reader.get_bucket_policy, reader.get_bucket_policy_status):
        assert error_of(lambda ask=ask: ask(Bucket="careloop-legal-hold"))[0] == "AccessDenied"  # type: ignore[misc]  # a lambda's default has no type
        assert error_of(lambda ask=ask: ask(Bucket="other"))[0] == "NoSuchBucketPolicy"  # type: ignore[misc]  # a lambda's default has no type
    assert error_of(lambda: builder.get_bucket_policy(Bucket="careloop-legal-hold"))[0] == "NoSuchBucketPolicy"
    assert error_of(lambda: reader.get_bucket_acl(Bucket="careloop-legal-hold")) == ("", "")


def test_what_the_simulator_lacks_is_answered_as_by_an_account_without_it(endpoint: str) -> None:
    reader = client(endpoint, PROD_EAST, "accessanalyzer", agent="proveonce")
    assert reader.list_analyzers().get("analyzers", []) == []
    assert client(endpoint, PROD_EAST, "auditmanager", agent="proveonce").get_account_status()["status"] == "INACTIVE"
    trusted = client(endpoint, PROD_EAST, "support", agent="proveonce")
    code, _ = error_of(lambda: trusted.describe_trusted_advisor_check_summaries(checkIds=["x"]))
    assert code == "SubscriptionRequiredException"


def test_what_no_spec_declares_is_not_made_up(endpoint: str) -> None:
    reader = client(endpoint, PROD_EAST, "accessanalyzer", agent="proveonce")
    with pytest.raises(ClientError):
        reader.list_access_previews(analyzerArn="arn:aws:access-analyzer:us-east-1:1:analyzer/a")


def test_server_ends_when_its_parent_is_gone() -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "proveonce.app.demo.server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline().startswith(b"http://127.0.0.1:")
    server.stdin.close()
    assert server.wait(20) == 0
    server.stdout.close()


def test_only_the_planted_denials_are_unread(result: DemoResult) -> None:
    unread = {(c.account, c.region, c.operation) for c in result.coverage if not c.is_complete}
    assert unread == {
        ("444455556666", "eu-west-1", "DescribeDBSnapshots"),
        ("111122223333", "global", "GetBucketPolicy"),
        ("111122223333", "global", "GetBucketPolicyStatus"),
        ("111122223333", "us-west-2", "GetKeyRotationStatus"),
        # The accounts have no support plan that opens Trusted Advisor.
        ("111122223333", "global", "DescribeTrustedAdvisorCheckSummaries"),
        ("444455556666", "global", "DescribeTrustedAdvisorCheckSummaries"),
    }


def test_planted_mistakes_fail_denials_are_undetermined_and_passes_dominate(result: DemoResult) -> None:
    with assess(result.workspace, run_id=result.run.id) as (assessment, _):
        findings = list(assessment.findings())
    failed = {(f.check, f.resource.split("/")[-1].split(":")[-1]) for f in findings if f.status is Status.FAIL}
    assert {
        ("aws.rds.db-instance.storage-encrypted", "legacy-billing"),
        ("aws.rds.db-snapshot.not-public", "legacy-billing-for-vendor"),
        ("aws.s3.bucket.not-public", "careloop-web-assets"),
        ("aws.iam.console-user.mfa-active", "jonas.lindqvist"),
        ("aws.iam.access-key.rotated-within-90-days", "svc-billing-export"),
        ("aws.iam.role-trust.external-id-for-third-parties", "vendor-datapulse"),
        ("aws.cloudtrail.account.management-events-logged", "root"),
        ("aws.sns.topic.confirmed-subscriber", "careloop-ops-oncall"),
    } <= failed
    undetermined = {f.check for f in findings if f.status is Status.UNDETERMINED}
    assert {
        "aws.rds.db-snapshot.encrypted",
        "aws.s3.bucket.tls-only",
        "aws.kms.customer-key.rotation-enabled",
    } <= undetermined
    passed = sum(f.status is Status.PASS for f in findings)
    assert passed > len([f for f in findings if f.status is Status.FAIL])


def test_demo_leaves_a_workspace_of_the_example_organisation(result: DemoResult) -> None:
    for name in ("proveonce.yaml", "attestations.yaml", "vendors.yaml", "risk_acceptances.yaml"):
        assert (result.workspace.root / name).read_bytes() == (REPOSITORY / name).read_bytes()
    kept = [path for path in sorted((REPOSITORY / "evidence/manual").rglob("*")) if path.is_file()]
    assert len(kept) > 24
    for path in kept:
        assert (result.workspace.root / path.relative_to(REPOSITORY)).read_bytes() == path.read_bytes()
    assert [made.framework for made in result.packages] == ["soc2", "pci_dss", "hipaa"]


def test_the_example_has_a_lapse_a_missing_review_and_a_failure_put_right(assessment: Assessment) -> None:
    held = {record.id: record for record in assessment.people.records}
    judged = [f for f in assessment.findings() if f.check.startswith("process.") and f.resource in held]
    on_record = [f for f in judged if f.check.startswith("process.manual.") and f.status is not Status.NOT_APPLICABLE]
    states = {f.check.removeprefix("process.manual."): (f.status, f.reason) for f in on_record}
    undetermined = {name: reason for name, (status, reason) in states.items() if status is Status.UNDETERMINED}
    assert set(undetermined) == {"iam-06", "ven-02"}
    assert "valid until 2026-10-14" in undetermined["iam-06"]
    assert "not reviewed" in undetermined["ven-02"]
    assert {status for name, (status, _) in states.items() if name not in undetermined} == {Status.PASS}
    assert set(states) == {control.lower() for record in held.values() for control in record.controls}
    failed = [record for record in held.values() if record.conclusion is Conclusion.NOT_EFFECTIVE]
    assert [record.controls for record in failed] == [("BCK-06",)]
    assert {a.state for record in held.values() for a in record.attachments} == {AttachmentState.KEPT}
    assert not [f for f in judged if f.status is Status.FAIL]


def test_questionnaires_come_along_and_are_read_as_what_they_are(result: DemoResult, tmp_path: Path) -> None:
    folder = result.workspace.root / "questionnaires"
    review, caiq = (read_questionnaire(folder / name) for name in ("vendor-review.xlsx", "caiq-layout.xlsx"))
    assert (review.format, caiq.format, caiq.edition[:3]) == (Format.FREE, Format.CAIQ, "4.0")
    assert len(review.questions) == 25
    assert {q.answer.choices for q in review.questions if q.answer} == {("Yes", "No", "Partial")}
    assert len(caiq.questions) > 200
    assert all(question.answer is not None for question in (*review.questions, *caiq.questions))
    write_questionnaires(tmp_path)
    (tmp_path / "questionnaires/caiq-layout.xlsx").write_bytes(b"filled by a person")
    write_questionnaires(tmp_path)
    made = {path.name: path.read_bytes() for path in (tmp_path / "questionnaires").iterdir()}
    assert made == {
        "vendor-review.xlsx": (folder / "vendor-review.xlsx").read_bytes(),
        "caiq-layout.xlsx": b"filled by a person",
    }


def test_the_example_decisions_stand_beside_failures_of_the_demo(assessment: Assessment) -> None:
    about = {entry.acceptance.id: entry for entry in assessment.registers.acceptances}
    assert {name: str(entry.state) for name, entry in about.items()} == {
        "RA-2026-001": "expired", "RA-2026-002": "in_force", "RA-2026-003": "unsigned",
    }  # fmt: skip
    assert all(entry.covered is not None and entry.covered.total for entry in about.values())
    told = [f for f in assessment.findings() if f.acceptances]
    assert {f.status for f in told} == {Status.FAIL}
    assert len(told) == sum(entry.covered.total for entry in about.values() if entry.covered)


def test_run_of_the_demo_can_be_packaged(result: DemoResult) -> None:
    small = replace(result.workspace, frameworks=("soc2",), soc2_categories=("confidentiality",))
    (made,) = package(small, run_id=result.run.id)
    assert {"report.pdf", "workbook.xlsx", "findings.json"} <= {path.name for path in made.folder.iterdir()}
    assert made.archive.is_file()


def test_example_workspace_is_sound() -> None:
    workspace = load_workspace(REPOSITORY)
    assert set(workspace.scope) <= set(load_content(REPOSITORY).frameworks)
    assert workspace.frameworks == ("soc2", "pci_dss", "hipaa")


def test_real_workspace_is_refused(tmp_path: Path) -> None:
    text = "organisation: {name: Real, system: Real}\naccounts: [{id: '999999999999'}]\n"
    (tmp_path / "proveonce.yaml").write_text(text)
    with pytest.raises(UsageError, match="other accounts"):
        run_demo(tmp_path, stage=quiet)
    assert not (tmp_path / "evidence").exists()


def test_missing_moto_is_said_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_spec", lambda name: None if name == "moto" else object())
    with pytest.raises(ProveonceError) as raised:
        run_demo(tmp_path / "new", stage=quiet)
    assert "pip install 'proveonce[demo]'" in str(raised.value)
    assert not (tmp_path / "new").exists()


def test_users_own_aws_settings_are_out_of_reach_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "real")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    before = dict(os.environ)
    with process.only_simulated_aws("http://127.0.0.1:1"):
        assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTPS_PROXY"} & set(os.environ)
        assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert dict(os.environ) == before


def test_command_prints_the_gap_the_results_and_what_to_open_first(
    result: DemoResult, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "run_demo", lambda *_args, **_named: result)
    result.workspace.out.mkdir(exist_ok=True)
    monkeypatch.chdir(result.workspace.out)
    code = commands.main(["demo", str(result.workspace.root)], standalone_mode=False)
    said = capsys.readouterr().out
    assert code in (None, 0)
    assert "rds:DescribeDBSnapshots" in said
    assert "explicit deny in a service control policy" in said
    assert all(name in said for name in ("soc2", "pci_dss", "hipaa"))
    assert said.splitlines()[-2:] == ["  soc2/report.pdf", "  soc2/workbook.xlsx"]
    assert len(said.splitlines()) < 25


def test_simulator_does_not_need_the_users_profile_or_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with process.simulator() as endpoint, process.only_simulated_aws(endpoint):
        assert client(endpoint, PROD_EAST, "kms", agent="seeding").create_key()["KeyMetadata"]["Enabled"]
