"""Powerpipe's JSON and CSV: each trap of the formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, of, outcomes, put, read
from proveonce.kernel.errors import InputError, UsageError
from proveonce.model.imported import Imported, Outcome

SAMPLES = DATA / "powerpipe"
DEMO, TIMEOUT = "aws_compliance.control.s3_demo", "aws_compliance.control.timeout_demo"
BUCKET, LOGS, ROOT = "arn:aws:s3:::acme-demo-data", "arn:aws:s3:::acme-demo-logs", "arn:aws:iam::123456789012:root"
STAMPED = "all_controls.20261124T120000.json"


def benchmark() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / "powerpipe-benchmark.json").read_text())
    return found


def reread(folder: Path, *, name: str = STAMPED, repeated: bool = False, **control: Any) -> Imported:
    """The sample with changes to its first control, which may stand under a second benchmark too."""
    found = benchmark()
    group = found["groups"][0]
    group["controls"][0] |= control
    if repeated:
        found["groups"].append({**group, "group_id": "aws_compliance.benchmark.other"})
    return read(put(folder, name, found))


def test_statuses_are_read_by_powerpipes_meaning() -> None:
    assert outcomes(read(SAMPLES / "powerpipe-benchmark.json")) == {
        (DEMO, BUCKET): Outcome.FAIL, (DEMO, LOGS): Outcome.PASS, (DEMO, ROOT): Outcome.MANUAL,
        (DEMO, "arn:aws:s3:::acme-x"): Outcome.NOT_APPLICABLE, (TIMEOUT, ""): Outcome.ERROR,
    }  # fmt: skip
    assert outcomes(read(SAMPLES / "powerpipe-benchmark.csv")) == {
        (DEMO, BUCKET): Outcome.FAIL, (DEMO, LOGS): Outcome.PASS, (TIMEOUT, ""): Outcome.ERROR,
    }  # fmt: skip


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_account_and_region_come_from_dimensions(ending: str) -> None:
    [alarm] = [r for r in read(SAMPLES / f"powerpipe-benchmark.{ending}").results if r.outcome is Outcome.FAIL]
    assert (alarm.account, alarm.region, alarm.severity) == ("123456789012", "us-east-1", "high")
    assert (alarm.title, alarm.message) == ("S3 demo", "demo alarm")


def test_a_control_that_did_not_end_is_an_error_whatever_its_rows_say(tmp_path: Path) -> None:
    for change in ({"run_status": 8}, {"run_status": None}, {"run_error": "permission denied"}):
        assert Outcome.ERROR in {result.outcome for result in of(reread(tmp_path, **change), DEMO)}


def test_a_control_that_counts_more_than_it_lists_is_a_gap(tmp_path: Path) -> None:
    found = reread(tmp_path, results=benchmark()["groups"][0]["controls"][0]["results"][1:2])
    assert found.gaps == [f"{DEMO} counts 4 results and lists 1"]
    assert not counts(found)


def test_a_control_under_several_benchmarks_counts_once(tmp_path: Path) -> None:
    found = reread(tmp_path, repeated=True)
    assert len(of(found, DEMO)) == 4
    assert len(of(found, TIMEOUT)) == 2, "an error names no resource, and nothing tells two of them apart"


def test_a_word_that_powerpipe_does_not_use_is_unknown(tmp_path: Path) -> None:
    rows = [{"resource": "r", "status": "fine", "dimensions": []}]
    found = reread(tmp_path, results=rows, summary={"ok": 1})
    assert of(found, DEMO)[0].outcome is Outcome.UNKNOWN


def test_the_time_in_a_name_is_the_earliest_it_can_be(tmp_path: Path) -> None:
    """It has no zone, and no clock is more than 14 hours ahead of UTC."""
    assert reread(tmp_path).ran_at == "2026-11-23T22:00:00+00:00"
    for name in ("report.json", "x.20261399T999999.json", "20261124T120000.json"):
        found = reread(tmp_path, name=name)
        assert found.ran_at == ""
        assert any("what passes does not count" in note for note in found.notes)


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
def test_other_separators_are_read(tmp_path: Path, delimiter: str) -> None:
    text = (SAMPLES / "powerpipe-benchmark.csv").read_text().replace('"Demo, with a comma"', "Demo")
    found = read(put(tmp_path, "x.csv", text.replace(",", delimiter)))
    assert outcomes(found) == outcomes(read(SAMPLES / "powerpipe-benchmark.csv"))


def test_a_csv_without_its_head_is_refused(tmp_path: Path) -> None:
    rows = (SAMPLES / "powerpipe-benchmark.csv").read_text().partition("\n")[2]
    with pytest.raises(UsageError, match="no format that we know"):
        read(put(tmp_path, "x.csv", rows))


def test_a_message_among_the_json_is_refused(tmp_path: Path) -> None:
    """As errors of the database did in version 1.0."""
    text = (SAMPLES / "powerpipe-benchmark.json").read_text()
    with pytest.raises(InputError):
        read(put(tmp_path, STAMPED, text.replace('"controls"', 'Error: canceling statement\n"controls"', 1)))
