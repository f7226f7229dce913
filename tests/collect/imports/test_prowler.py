"""Prowler's files: each trap of its formats, and what is read where."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from collect.imports.reading import DATA, counts, of, outcomes, put, read
from proveonce.kernel.errors import InputError, UsageError
from proveonce.model.imported import Outcome

SAMPLES = DATA / "prowler"
BUCKET, LOGS = "arn:aws:s3:::acme-demo-data", "arn:aws:s3:::acme-demo-logs"
TLS = "s3_bucket_secure_transport_policy"
FORMS = ("v3.16.17.csv", "v3.16.17.ocsf.json", "v4.6.2.csv", "v4.6.2.ocsf.json", "v5.46.0.csv", "v5.46.0.ocsf.json")


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((SAMPLES / name).read_text(), newline=""), delimiter=";"))


def as_csv(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("name", FORMS)
def test_every_version_and_form_says_the_same(name: str) -> None:
    found = read(SAMPLES / name)
    assert counts(found)
    assert {result.account for result in found.results} == {"123456789012"}
    block = of(found, "s3_bucket_level_public_access_block")
    assert {r.resource: r.outcome for r in block} == {BUCKET: Outcome.FAIL, LOGS: Outcome.PASS}
    assert {r.region for r in block} == {"us-east-1"}
    assert all(r.observed_at.startswith("2026-11-24T03:1") and r.observed_at.endswith("+00:00") for r in block)
    [manual] = of(found, "account_maintain_current_contact_details")
    assert manual.outcome is Outcome.MANUAL


@pytest.mark.parametrize("name", FORMS[2:])
def test_what_is_muted_keeps_its_verdict_since_version_4(name: str) -> None:
    [muted] = [r for r in of(read(SAMPLES / name), TLS) if r.suppressed]
    assert (muted.outcome, muted.resource) == (Outcome.FAIL, LOGS)
    assert "does not say by whom" in muted.suppression


@pytest.mark.parametrize("name", [*FORMS[:2], "v5.46.0.asff.json"])
def test_what_is_muted_in_version_3_and_in_asff_has_lost_its_verdict(name: str) -> None:
    [muted] = [r for r in of(read(SAMPLES / name), TLS) if r.suppressed]
    assert (muted.outcome, muted.resource) == (Outcome.UNKNOWN, LOGS)


def test_status_of_ocsf_is_no_verdict(tmp_path: Path) -> None:
    """`status` says New or Suppressed; the verdict is `status_code`."""
    findings = json.loads((SAMPLES / "v5.46.0.ocsf.json").read_text())
    for finding in findings:
        finding["status"] = "PASS"
        finding["status_code"] = "FAIL"
    found = read(put(tmp_path, "x.json", findings))
    assert {r.outcome for r in found.results} == {Outcome.FAIL}
    assert not counts(found)


def test_a_file_that_was_appended_to_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than one JSON value"):
        read(SAMPLES / "v5.46.0-appended-twice.ocsf.json")
    joined = (SAMPLES / "v4.6.2.ocsf.json").read_text().rstrip().removesuffix("]")
    inner = (SAMPLES / "v4.6.2.ocsf.json").read_text().strip().removeprefix("[")
    with pytest.raises(InputError):
        read(put(tmp_path, "joined.json", f"{joined}]{inner}"))
    text = (SAMPLES / "v4.6.2.csv").read_text()
    with pytest.raises(InputError, match="head stands again"):
        read(put(tmp_path, "twice.csv", text + text))


def test_failures_alone_are_no_whole_file(tmp_path: Path) -> None:
    """Prowler's --status FAIL writes a file that looks like any other."""
    rows = [row for row in rows_of("v5.46.0.csv") if row["STATUS"] == "FAIL"]
    found = read(put(tmp_path, "x.csv", as_csv(rows)))
    assert found.results
    assert not found.is_whole
    assert any("failures only" in note for note in found.notes)


def test_a_file_without_rows_proves_nothing(tmp_path: Path) -> None:
    head = (SAMPLES / "v5.46.0.csv").read_text().partition("\n")[0]
    found = read(put(tmp_path, "x.csv", head + "\n"))
    assert found.gaps
    assert not found.is_whole


def test_columns_are_matched_by_name(tmp_path: Path) -> None:
    turned = [dict(reversed([*row.items(), ("NEW", "x")])) for row in rows_of("v5.46.0.csv")]
    found = read(put(tmp_path, "x.csv", as_csv(turned)))
    assert outcomes(found) == outcomes(read(SAMPLES / "v5.46.0.csv"))


def test_line_ends_within_cells_are_no_rows() -> None:
    text = (SAMPLES / "v5.46.0.csv").read_text()
    assert text.count("\n") > 100
    assert len(read(SAMPLES / "v5.46.0.csv").results) == len(rows_of("v5.46.0.csv")) == 8


def test_version_2_and_compliance_csvs_are_refused(tmp_path: Path) -> None:
    old = (
        "PROFILE,ACCOUNT_NUM,REGION,TITLE_ID,CHECK_RESULT,ITEM_SCORED\ndefault,123456789012,us-east-1,1.1,PASS,Scored\n"
    )
    compliance = (
        "PROVIDER;DESCRIPTION;ACCOUNTID;REGION;REQUIREMENTS_ID;STATUS;RESOURCEID;CHECKID\naws;x;1;y;z;PASS;r;c\n"
    )
    for text in (old, compliance):
        with pytest.raises(UsageError, match="no format that we know"):
            read(put(tmp_path, "x.csv", text))


def test_ocsf_of_another_product_is_not_prowlers(tmp_path: Path) -> None:
    findings = json.loads((SAMPLES / "v5.46.0.ocsf.json").read_text())
    findings[-1]["metadata"]["product"]["name"] = "Security Hub"
    with pytest.raises(InputError, match="is not of Prowler"):
        read(put(tmp_path, "x.json", findings))


def test_checks_of_another_cloud_do_not_bear_the_names_of_awss(tmp_path: Path) -> None:
    rows = rows_of("v5.46.0.csv")
    rows[0] |= {"PROVIDER": "azure", "ACCOUNT_UID": "0f1e-subscription"}
    first = read(put(tmp_path, "x.csv", as_csv(rows))).results[0]
    assert first.rule == f"azure:{rows[0]['CHECK_ID']}"
    assert first.account == ""


def test_a_time_that_is_none_stays_empty(tmp_path: Path) -> None:
    rows = [row | {"TIMESTAMP": "yesterday"} for row in rows_of("v5.46.0.csv")]
    assert {r.observed_at for r in read(put(tmp_path, "x.csv", as_csv(rows))).results} == {""}
