"""`collect`, `plan`, `iam-policy` and `tables`, with their options, as a person meets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from awslab.cloud import ROLE, Cloud, new_account
from proveonce.collect.policy import LIMIT
from proveonce.tables.schema import table_names

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command line in a bare folder."""
    monkeypatch.chdir(tmp_path)
    return run


# iam-policy


def test_the_policy_is_documents_that_iam_takes_and_its_count_is_told_apart(run: Run) -> None:
    code, out, err = run("iam-policy")
    documents = json.loads(out)
    assert code == 0
    assert all(len("".join(json.dumps(document).split())) <= LIMIT for document in documents)
    assert documents[0]["Statement"][0]["Effect"] == "Deny"
    assert " actions for " in err


def test_a_narrower_framework_needs_no_more(run: Run, tmp_path: Path) -> None:
    def actions(*options: str) -> set[str]:
        statements = [s for document in json.loads(run("iam-policy", *options)[1]) for s in document["Statement"]]
        return {a for s in statements if s.get("Sid") == "Read" for a in s["Action"]}

    whole, every = actions(), actions("--all-tables")
    (tmp_path / "proveonce.yaml").write_text("organisation: {name: A, system: B}\nframeworks: [hipaa]\n")
    assert actions() <= whole <= every
    assert "kms:ListKeys" in actions()
    assert actions("--all-tables") == every


def test_names_that_nobody_confirms_are_told(run: Run) -> None:
    documents, err = run("iam-policy", "--all-tables")[1:]
    _, found, names = err.strip().partition("check before use: ")
    assert not found or all(f'"{name}"' in documents for name in names.splitlines()[0].split(", "))


def test_a_template_has_the_workspaces_external_id_or_a_new_one_that_is_told(run: Run, tmp_path: Path) -> None:
    out, err = run("iam-policy", "--format", "cloudformation")[1:]
    made = json.loads(out)["Parameters"]["ExternalId"]["Default"]
    assert f"external_id: {made}" in err
    assert len(made) >= 16
    assert json.loads(run("iam-policy", "--format", "cloudformation")[1])["Parameters"]["ExternalId"]["Default"] != made
    (tmp_path / "proveonce.yaml").write_text("organisation: {name: A, system: B}\nexternal_id: ours-and-long-enough\n")
    out, err = run("iam-policy", "--format", "cloudformation")[1:]
    assert json.loads(out)["Parameters"]["ExternalId"]["Default"] == "ours-and-long-enough"
    assert "external id" not in err


# tables


def test_every_table_is_listed_and_one_is_shown_with_its_columns(run: Run) -> None:
    listed = json.loads(run("tables", "list", "--format", "json")[1])
    assert [entry["table"] for entry in listed] == table_names()
    assert all(entry["calls"] for entry in listed)
    shown = json.loads(run("tables", "show", "aws_kms_key", "--format", "json")[1])
    rotation = next(entry for entry in shown if entry["column"] == "rotation")
    assert (rotation["fact"], rotation["source"]) == ("rotation", "kms:GetKeyRotationStatus")
    assert "kms:GetKeyRotationStatus" in run("tables", "show", "aws_kms_key")[1]
    code, _, err = run("tables", "show", "aws_kms_keys")
    assert (code, "did you mean aws_kms_key?" in err) == (2, True)


# plan


def test_a_plan_names_each_listing_once_a_region_and_what_follows_for_each_item(run: Run) -> None:
    rows = json.loads(run("plan", "-r", "us-east-1,eu-west-1", "--format", "json")[1])["listings"]
    keys = [row for row in rows if row["operation"] == "kms:ListKeys"]
    assert [row["region"] for row in keys] == ["us-east-1", "eu-west-1"]
    assert "kms:GetKeyRotationStatus" in keys[0]["details"]
    assert [row["region"] for row in rows if row["operation"] == "s3:ListBuckets"] == ["global"]
    assert len(json.loads(run("plan", "--all-tables", "--format", "json")[1])["listings"]) >= len(rows) / 2


# collect


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--accounts", "12"), "'12' is no account id"),
        (("--exclude", "x"), "'x' is no account id"),
        (("--exclude", "111122223333"), "no list of accounts to exclude from"),
        (("--services", "kmss"), "did you mean kms?"),
        (("--resume", "--services", "kms"), "no collection of this plan was stopped"),
    ],
)
def test_a_choice_that_means_nothing_is_code_2_and_reads_nothing(
    options: tuple[str, ...], word: str, run: Run, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cloud.enter(monkeypatch)
    code, _, err = run("collect", *options)
    assert code == 2
    assert word in err
    assert not list(tmp_path.rglob("*.zst"))


def test_accounts_named_are_read_by_their_role_and_no_others(
    run: Run, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second, third = (new_account() for _ in range(3))
    (tmp_path / "proveonce.yaml").write_text(
        f"organisation: {{name: A, system: B}}\naccounts: [{{id: '{first}', role: {ROLE}}}, {{id: '{third}'}}]\n"
    )
    cloud.enter(monkeypatch)
    narrow = ("--regions", "us-east-1", "--services", "sts", "--format", "json")
    code, out, _ = run("collect", "--accounts", f"{first},{second}", "--role", ROLE, *narrow)
    assert code == 0
    assert set(json.loads(out)["accounts"]) == {first, second}
    code, out, _ = run("collect", "--exclude", third, *narrow)
    assert (code, set(json.loads(out)["accounts"])) == (0, {first})


def test_the_whole_organisation_is_read_and_the_run_says_that_it_is(
    run: Run, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    management = new_account()
    client = cloud.client("organizations", management)
    client.create_organization(FeatureSet="ALL")
    made = client.create_account(Email="m@example.com", AccountName="member")
    member = made["CreateAccountStatus"]["AccountId"]
    cloud.enter(monkeypatch, management)
    narrow = ("--organization", "--role", ROLE, "--regions", "us-east-1", "--services", "sts")
    code, out, _ = run("collect", *narrow)
    assert code == 0
    assert f"seen from account {management}: 2 of 2 active accounts" in out
    out = run("collect", *narrow, "--exclude", member)[1]
    assert f"1 of 2 active accounts; not in this run: {member}" in out
