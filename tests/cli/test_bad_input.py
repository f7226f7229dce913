"""What a person may type or have lying about: clear words and the right code, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from awslab.cloud import Cloud, new_account
from awslab.collected import Collected, collect
from awslab.faults import Wire, aws_error
from proveonce.model.workspace import Workspace

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A bare folder, the current one, and an empty account to read."""
    cloud.enter(monkeypatch, new_account())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def small_run(folder: Path) -> Collected:
    return collect(folder, services=["kms", "sts"])


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["assess", "--as-of", "soon"], "is not an instant"),
        (["assess", "--framework", "socc2"], "soc2"),
        (["assess", "--run", "../../etc/passwd"], "no run"),
        (["assess", "--fail-on", "maybe"], "maybe"),
        (["assess", "--format", "yaml"], "yaml"),
        (["assess", "--nonsense"], "--nonsense"),
        (["package", "--framework", "hippa"], "hipaa"),
        (["collect", "--services", "s4"], "s3"),
        (["frameworks", "list", "--workspace", "/nowhere/at/all"], "/nowhere/at/all"),
        (["init"], "FOLDER"),
    ],
)
def test_a_bad_word_is_code_2_and_is_named(arguments: list[str], word: str, run: Run, folder: Path) -> None:
    small_run(folder)
    code, _, said = run(*arguments)
    assert code == 2
    assert word in said


def test_a_workspace_that_exists_is_not_made_anew(run: Run, folder: Path) -> None:
    assert run("init", "w")[0] == 0
    written = (folder / "w/proveonce.yaml").read_text()
    assert run("init", "w")[0] == 2
    assert (folder / "w/proveonce.yaml").read_text() == written


@pytest.mark.parametrize("text", ["", "[", "- a", "organisation: 7", "\x00", "a: &x 1\nb: *x", "organisation: {}"])
def test_a_malformed_workspace_is_said_with_its_place(text: str, run: Run, folder: Path) -> None:
    (folder / "proveonce.yaml").write_text(text)
    for command in (["validate"], ["assess"], ["collect"]):
        code, _, said = run(*command)
        assert code == 2, command
        assert "proveonce.yaml:" in said


def test_a_workspace_that_is_no_text_is_said(run: Run, folder: Path) -> None:
    (folder / "proveonce.yaml").write_bytes(b"\xff\xfe\x00")
    code, _, said = run("validate")
    assert code == 2
    assert "not UTF-8" in said


def test_an_endpoint_that_nobody_answers_is_code_1(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("proveonce.collect.calls.SystemTiming.sleep", lambda _self, _seconds: None)
    code, _, said = run("collect")
    assert code == 1
    assert "AWS does not say who we are" in said
    assert "AWS_ENDPOINT_URL" in said


def test_a_profile_that_does_not_exist_is_code_1(run: Run, folder: Path) -> None:
    code, _, said = run("collect", "--profile", "nobody")
    assert code == 1
    assert "nobody" in said


def test_a_denied_listing_is_code_4_from_collect_and_from_assess(run: Run, folder: Path, wire: Wire) -> None:
    wire.fail("kms:ListKeys", aws_error("AccessDeniedException"))
    code, out, _ = run("collect", "-r", "us-east-1", "-s", "kms,sts")
    assert code == 4
    assert "kms:ListKeys" in out
    assert "denied" in out
    code, out, _ = run("assess", "--format", "json")
    assert code == 4
    answer = json.loads(out)
    lost = [(c["operation"], c["state"]) for c in answer["coverage"] if not c["complete"]]
    assert sorted(lost) == [("GetKeyPolicy", "denied"), ("ListKeys", "denied")], "policies are asked for each key"
    told = {f["check"]: f for f in answer["findings"] if f["reason"].startswith("kms:ListKeys was not read")}
    assert "aws.kms.customer-key.rotation-enabled" in told
    assert {f["status"] for f in told.values()} == {"undetermined"}


def test_a_gate_that_is_not_met_is_code_3_whatever_else_is(run: Run, folder: Path, wire: Wire) -> None:
    wire.fail("kms:ListKeys", aws_error("AccessDeniedException"))
    collect(folder, services=["kms"])
    assert run("assess")[0] == 4
    assert run("assess", "--fail-on", "fail")[0] == 4  # nothing fails: nothing was read
    assert run("assess", "--fail-on", "undetermined")[0] == 3


def test_what_was_not_collected_satisfies_nothing(run: Run, folder: Path) -> None:
    """A run over one service: controls that rest on others too are not proven by the one."""
    small_run(folder)
    answer = json.loads(run("assess", "--format", "json")[1])
    planned = {(c["service"]) for c in answer["coverage"]}
    assert planned == {"kms", "sts"}
    assert not any(r["satisfied"] for r in answer["requirements"])
    assert any("Only some services were collected: kms, sts" in note for note in answer["notes"])


def test_a_folder_whose_name_is_a_pattern_is_read_like_any_other(run: Run, folder: Path) -> None:
    odd = folder / "audit [2026] *?"
    odd.mkdir()
    collect(odd, services=["ec2"], workspace=Workspace(root=odd))
    code, out, said = run("assess", "--workspace", str(odd), "--format", "json")
    assert (code, said) == (0, "")
    assert any(f["check"] == "aws.ec2.ebs.encryption-by-default" for f in json.loads(out)["findings"])


def test_a_changed_manifest_is_code_5(run: Run, folder: Path) -> None:
    found = small_run(folder)
    path = found.workspace.store / "runs" / f"{found.run.id}.json"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"us-east-1", b"us-east-2"))
    code, _, said = run("assess")
    assert code == 5
    assert found.run.id in said


def test_runs_are_listed_in_the_order_they_were_made(run: Run, folder: Path) -> None:
    assert run("runs")[1].startswith("no run yet")
    found = small_run(folder)
    assert [r["run"] for r in json.loads(run("runs", "--format", "json")[1])] == [found.run.id]


def test_the_plan_is_printed_before_any_call_is_made(run: Run, folder: Path, wire: Wire) -> None:
    rows = json.loads(run("plan", "--format", "json")[1])["listings"]
    assert {"s3:ListBuckets", "ec2:DescribeVolumes"} <= {row["operation"] for row in rows}
    assert not wire.asked
