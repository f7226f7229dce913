"""The command line as a person meets it: exit codes, clear words, no traceback, and an instant --help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from awslab.cloud import Cloud, new_account
from awslab.faults import Wire
from awslab.synthetic import Synthetic
from proveonce.cli.main import main

HEAVY = ("boto3", "botocore", "duckdb", "pandas", "weasyprint", "pydantic", "yaml", "xlsxwriter", "jinja2", "rich",
         "highspy", "numpy")  # fmt: skip


class Result:
    """What a command line did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str) -> Result:
        with pytest.raises(SystemExit) as stopped:
            main(list(arguments))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err + captured.out
        return Result(int(stopped.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def account(cloud: Cloud, wire: Wire, synthetic: Synthetic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An account with one bucket and one unencrypted database; the current folder is a bare one."""
    wire.add(synthetic)
    account = new_account()
    cloud.client("s3", account).create_bucket(Bucket=f"cli-{account}")
    cloud.client("rds", account).create_db_instance(
        DBInstanceIdentifier="plain", DBInstanceClass="db.t3.micro", Engine="mysql", MasterUsername="root",
        MasterUserPassword="not-a-secret", AllocatedStorage=20,
    )  # fmt: skip
    cloud.enter(monkeypatch, account)
    monkeypatch.chdir(tmp_path)
    return account


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from proveonce.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "collect" in done.stdout


def test_every_command_of_the_help_has_help(run: Any) -> None:
    listed = [row.split()[0] for row in run("--help").out.partition("Commands:")[2].splitlines() if row.strip()]
    assert "assess" in listed
    for name in listed:
        done = run(name, "--help")
        assert done.code == 0
        assert done.out.startswith("Usage:")


def test_collect_assess_package_in_a_bare_folder(run: Any, account: str, tmp_path: Path) -> None:
    done = run("collect", "--regions", "us-east-1", "--services", "rds,s3")
    assert (done.code, done.err) == (0, "")
    assert f"account {account} as arn:aws:sts::{account}:" in done.out

    done = run("assess", "--format", "json", "--fail-on", "fail")
    assert done.code == 3
    answer = json.loads(done.out)
    assert set(answer) >= {"findings", "controls", "requirements", "coverage"}
    database = f"arn:aws:rds:us-east-1:{account}:db:plain"
    finding = next(
        f for f in answer["findings"]
        if (f["check"], f["resource"]) == ("aws.rds.db-instance.storage-encrypted", database)
    )  # fmt: skip
    assert finding["status"] == "fail"
    assert (finding["account"], finding["region"]) == (account, "us-east-1")
    assert finding["observed"]["StorageEncrypted"] is False
    assert finding["controls"] == ["CRY-02"]
    assert finding["call"].startswith("c")
    assert len(answer["requirements"]) == 61 + 280 + 184
    assert not any(r["satisfied"] for r in answer["requirements"] if r["status"] != "pass")

    assert "\n   1  " in run("prioritize").out
    done = run("package", "--framework", "soc2", "--format", "json")
    (made,) = json.loads(done.out)
    assert sorted(p.name for p in Path(made["folder"]).iterdir()) == [
        "SHA256SUMS", "VERIFY.md", "content", "evidence", "findings.json", "manifest.json", "oscal",
        "registers.json", "report.pdf", "workbook.xlsx",
    ]  # fmt: skip
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=made["folder"], check=True)
    assert Path(made["archive"]).is_relative_to(tmp_path)


def test_a_disabled_region_that_is_named_ends_with_code_4_and_is_named(run: Any, account: str, cloud: Cloud) -> None:
    """The simulator answers for regions it calls not enabled, so one of the run's own calls is broken instead."""
    del account
    os.environ["AWS_ENDPOINT_URL_SNS"] = "http://127.0.0.1:9"
    try:
        done = run("collect", "--regions", "us-east-1", "--services", "sns,s3", "--format", "json")
    finally:
        del os.environ["AWS_ENDPOINT_URL_SNS"]
    assert done.code == 4
    lost = {row["operation"] for row in json.loads(done.out)["not_read"]}
    assert lost == {"ListTopics", "ListSubscriptions", "ListSubscriptionsByTopic"}
    done = run("assess", "--format", "json")
    assert done.code == 4
    undetermined = {f["check"] for f in json.loads(done.out)["findings"] if f["status"] == "undetermined"}
    assert "aws.sns.topic.encrypted-with-kms" in undetermined


def test_a_changed_artefact_is_refused_with_code_5(run: Any, account: str, tmp_path: Path) -> None:
    del account
    run("collect", "--regions", "us-east-1", "--services", "rds")
    victim = max((tmp_path / "evidence/store/artefacts").rglob("*.zst"), key=lambda path: path.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(bytes(data))
    done = run("assess")
    assert done.code == 5
    assert victim.name in done.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["colect"], "Did you mean 'collect'?"),
        (["assess"], "proveonce collect"),
        (["assess", "--run", "run-1"], "no run 'run-1'"),
        (["frameworks", "show", "pci"], "did you mean"),
        (["controls", "show", "CRY-2"], "did you mean CRY-"),
        (["checks", "show", "aws.rds.db-instance.encrypted"], "did you mean aws.rds."),
        (["map", "CC6.11"], "did you mean CC6.1"),
        (["collect", "--services", "cloudtrial"], "did you mean cloudtrail"),
        (["collect", "--regions", "us-east-l"], "did you mean us-east-"),
        (["validate", "--workspace", "nowhere"], "nowhere"),
    ],
)
def test_bad_usage_ends_with_code_2_and_the_nearest_name(
    arguments: list[str], word: str, run: Any, account: str
) -> None:
    del account
    done = run(*arguments)
    assert done.code == 2
    assert word in done.err


def test_without_credentials_it_says_what_to_do(run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.chdir(tmp_path)
    done = run("collect")
    assert done.code == 1
    assert "no AWS credentials were found" in done.err


def test_every_problem_of_a_workspace_is_listed_at_once(run: Any, tmp_path: Path) -> None:
    run("init", str(tmp_path / "w"))
    (tmp_path / "w/proveonce.yaml").write_text("organisation: {nmae: x, system: y}\nregions: [us-east-1]\n")
    (tmp_path / "w/controls/common").mkdir(parents=True)
    (tmp_path / "w/controls/common/mine.yaml").write_text("domain: CRY\ntitle: t\ncontrols:\n  - id: cry-1\n")
    (tmp_path / "w/controls/checks/aws").mkdir(parents=True)
    (tmp_path / "w/controls/checks/aws/mine.yaml").write_text(
        "- id: aws.mine.thing.good\n  title: t\n  supports: [CRY-2]\n  population: aws_s3_buckets\n"
        "  passes_when: true\n  shows: [Name]\n  severity: hihg\n  remediation: r\n"
    )
    done = run("validate", "--workspace", str(tmp_path / "w"))
    assert done.code == 2
    for place in ("proveonce.yaml:1:16:", "mine.yaml:4:9:", "mine.yaml:5:16:", "mine.yaml:7:13:"):
        assert place in done.err, done.err
    assert "'high'" in done.err


def test_names_of_a_workspace_that_the_content_does_not_have_are_problems(run: Any, tmp_path: Path) -> None:
    (tmp_path / "proveonce.yaml").write_text(
        "organisation: {name: x, system: y}\nframeworks: [soc2, pci_ds]\nowners: {sekurity: A}\n"
        "scope:\n  hippa:\n    - {state: out, reason: r}\n"
    )
    done = run("validate", "--workspace", str(tmp_path))
    assert done.code == 2
    for word in ("yaml:2:20: unknown framework 'pci_ds'", "'hippa'", "'hipaa'", "yaml:3:"):
        assert word in done.err, done.err


def test_the_shipped_content_is_sound(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("validate").out.startswith("sound: 3 frameworks with 525 requirements")


@pytest.mark.parametrize(("name", "count"), [("soc2", 61), ("pci_dss", 280), ("hipaa", 184)])
def test_frameworks_show_holds_every_id_once(name: str, count: int, run: Any) -> None:
    answer = json.loads(run("frameworks", "show", name, "--format", "json").out)
    ids = [requirement["id"] for requirement in answer["requirements"]]
    assert len(ids) == len(set(ids)) == count
    assert all(requirement["title"] and requirement["paraphrase"] for requirement in answer["requirements"])
