"""Audit Manager: evidence without a check is for people, a report's files are listed and not judged."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from collect.imports.reading import DATA, counts, put, read
from proveonce.kernel.errors import InputError, UsageError
from proveonce.model.imported import Outcome

SAMPLE = DATA / "auditmanager" / "auditmanager-evidence.json"
PDF = b"%PDF-1.7 a report"


def answer() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SAMPLE.read_text())
    return found


def report(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "report.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_compliance_check_is_a_verdict_and_an_activity_is_not() -> None:
    found = read(SAMPLE)
    assert [(r.rule, r.outcome) for r in found.results] == [
        ("AWS Config/s3-bucket-public-read-prohibited", Outcome.FAIL),
        ("AWS CloudTrail/CreateUser", Outcome.MANUAL),
    ]
    assert {r.account for r in found.results} == {"123456789012"}
    assert found.gaps


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("COMPLIANT", Outcome.PASS),
        ("Compliant", Outcome.PASS),
        ("PASSED", Outcome.PASS),
        ("Non-compliant", Outcome.FAIL),
        ("FAILED", Outcome.FAIL),
        ("NOT_APPLICABLE", Outcome.NOT_APPLICABLE),
        ("WARNING", Outcome.ERROR),
        ("INSUFFICIENT_DATA", Outcome.UNKNOWN),
        ("fine", Outcome.UNKNOWN),
        (None, Outcome.MANUAL),
    ],
)
def test_the_words_of_its_sources(word: str | None, outcome: Outcome, tmp_path: Path) -> None:
    value = answer()
    value["evidence"][0]["complianceCheck"] = value["evidence"][0]["resourcesIncluded"][0]["complianceCheck"] = word
    assert read(put(tmp_path, "a.json", value)).results[0].outcome is outcome


def test_a_report_is_a_list_of_its_files_with_their_digests(tmp_path: Path) -> None:
    found = read(report(tmp_path, {"a/AssessmentReportSummary.pdf": PDF, "a/digest.txt": b"x", "a/c/1.pdf": PDF}))
    assert [r.resource for r in found.results] == ["a/AssessmentReportSummary.pdf", "a/digest.txt", "a/c/1.pdf"]
    assert hashlib.sha256(PDF).hexdigest() in found.results[0].message
    assert {r.outcome for r in found.results} == {Outcome.MANUAL}
    assert not counts(found)


def test_any_other_zip_is_of_nobody(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no format that we know"):
        read(report(tmp_path, {"a.txt": b"x"}))


def test_a_damaged_report_is_refused(tmp_path: Path) -> None:
    path = report(tmp_path, {"digest.txt": b"x" * 500, "a.pdf": bytes(range(256)) * 40})
    data = bytearray(path.read_bytes())
    at = data.index(b"a.pdf") + 20
    data[at : at + 40] = bytes(40)
    path.write_bytes(data)
    with pytest.raises(InputError):
        read(path)


def test_a_report_that_expands_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proveonce.collect.imports.auditmanager.MAX_BYTES", 1 << 20)
    with pytest.raises(InputError, match="holds more than"):
        read(report(tmp_path, {"digest.txt": b"0" * (2 << 20)}))


def test_a_page_of_several_is_incomplete() -> None:
    assert "the token of the next" in read(SAMPLE).gaps[0]
