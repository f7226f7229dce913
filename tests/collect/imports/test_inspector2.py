"""Amazon Inspector: findings only, and a closed one is no pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from collect.imports.reading import DATA, counts, put, read
from proveonce.model.imported import Outcome

SAMPLE = DATA / "inspector2" / "inspector2-findings.json"


def answer() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SAMPLE.read_text())
    return found


def test_open_and_suppressed_findings_fail_and_closed_ones_say_nothing() -> None:
    found = read(SAMPLE)
    assert [(r.said, r.outcome, r.suppressed) for r in found.results] == [
        ("ACTIVE", Outcome.FAIL, False),
        ("SUPPRESSED", Outcome.FAIL, True),
        ("CLOSED", Outcome.UNKNOWN, False),
    ]
    assert {(r.account, r.region, r.resource) for r in found.results} == {("123456789012", "us-east-1", "i-0abc")}
    assert not counts(found)


def test_two_weaknesses_of_a_resource_stay_two(tmp_path: Path) -> None:
    value = answer()
    value["findings"][1]["packageVulnerabilityDetails"]["vulnerabilityId"] = "CVE-2026-0002"
    found = read(put(tmp_path, "a.json", value))
    assert len({(r.rule, r.resource) for r in found.results}) == 2


def test_a_finding_of_two_resources_is_two_results(tmp_path: Path) -> None:
    value = answer()
    value["findings"][0]["resources"] *= 2
    assert len(read(put(tmp_path, "a.json", value)).results) == 4


def test_a_page_of_several_is_incomplete(tmp_path: Path) -> None:
    assert read(put(tmp_path, "a.json", answer() | {"nextToken": "t"})).gaps


def test_a_status_that_nobody_knows_is_unknown(tmp_path: Path) -> None:
    value = answer()
    value["findings"][0]["status"] = "RESOLVED"
    assert read(put(tmp_path, "a.json", value)).results[0].outcome is Outcome.UNKNOWN
