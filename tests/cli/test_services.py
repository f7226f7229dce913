"""`services`: dated lists with their age, and what a run shows in use; unknown is never eligible."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from awslab.cloud import Cloud, new_account
from awslab.collected import collect

Run = Callable[..., tuple[int, str, str]]
AS_OF = ("--as-of", "2026-11-24")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_list_is_told_with_its_day_its_age_and_the_page_to_check(run: Run, folder: Path) -> None:
    code, out, _ = run("services", "list", *AS_OF)
    assert code == 0
    assert "HIPAA list of 2022-04-18; 1 of 2021-07-16: 125 yes, 61 unknown; 4 years 7 months old on 2026-11-24" in out
    assert "PCI list of 2021-09-23: 127 yes, 59 unknown; 5 years 2 months old" in out
    assert out.count("check https://aws.amazon.com/compliance/") == 3
    assert "Unknown is never eligible." in out


@pytest.mark.parametrize(
    ("as_of", "age"),
    [("2022-04-18", "0 days old"), ("2022-05-17", "29 days old"), ("2022-05-18", "1 month old"),
     ("2023-04-17", "11 months old"), ("2023-04-18", "1 year old"), ("2022-04-17", "dated after 2022-04-17")],
)  # fmt: skip
def test_an_age_is_counted_by_the_calendar(run: Run, folder: Path, as_of: str, age: str) -> None:
    lists = json.loads(run("services", "list", "--as-of", as_of, "--format", "json")[1])["lists"]
    assert next(each["age"] for each in lists if each["id"] == "hipaa_eligible") == age


def test_one_updated_entry_does_not_make_the_list_young(run: Run, folder: Path) -> None:
    path = folder / "controls/services/aws.yaml"
    path.parent.mkdir(parents=True)
    path.write_text('sources: {page: {title: read by us}}\nservices:\n  - {id: amazon_bedrock, '
                    'hipaa_eligible: {state: yes, as_of: "2026-11-20", source: page}}\n')  # fmt: skip
    out = run("services", "list", *AS_OF)[1]
    assert "HIPAA list of 2022-04-18; 1 of 2021-07-16; 1 of 2026-11-20: 126 yes, 60 unknown; 4 years 7 months" in out
    assert "yes 2026-11-20" in out


def test_a_service_is_shown_with_its_lists_and_duties(run: Run, folder: Path) -> None:
    out = run("services", "show", "eks", *AS_OF)[1]
    assert "HIPAA eligible: yes 2022-04-18, 4 years 7 months old: AWS HIPAA list" in out
    assert "self-managed nodes" in out
    shown = json.loads(run("services", "show", "rds", "--format", "json")[1])
    assert [each["id"] for each in shown] == ["amazon_aurora", "amazon_rds"]
    assert len(shown[0]["responsibilities"]) == 16
    assert shown[0]["soc_in_scope"]["state"] == "unknown"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["services", "show", "amazon_s33"], "did you mean amazon_s3?"),
        (["services", "list", "--as-of", "soon"], "is not an instant"),
        (["services", "list", "--run", "x"], "--in-use"),
        (["services", "list", "--in-use"], "no evidence was collected yet"),
    ],
)
def test_a_bad_word_is_code_2_and_is_named(arguments: list[str], word: str, run: Run, folder: Path) -> None:
    code, _, said = run(*arguments)
    assert code == 2
    assert word in said


def test_services_in_use_are_those_with_rows_and_unknown_ones_are_to_be_decided(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, run: Run, folder: Path
) -> None:
    account = new_account()
    cloud.enter(monkeypatch, account)
    cloud.client("sns", account).create_topic(Name="alarms")
    collect(folder, services=["sns", "sts", "iam", "rds"])
    value = json.loads(run("services", "list", "--in-use", *AS_OF, "--format", "json")[1])
    used = {entry["botocore"]: entry for entry in value["in_use"]}
    assert used["sns"]["rows"] >= 1
    assert used["sns"]["to_decide"] == []
    assert "rds" not in used
    assert used["iam"]["to_decide"] == ["hipaa_eligible"]
    out = run("services", "list", "--in-use", *AS_OF)[1]
    line = next(line for line in out.splitlines() if line.startswith("iam "))
    assert "HIPAA: decide and record" in line
    assert "default resources count" in out
