"""The registers in every output: beside results, never instead of them; every number ties; hostile words are words."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from present.sample import sample_view
from present.sample_registers import HOSTILE
from proveonce.model.finding import Status
from proveonce.model.standing import RegisterStanding
from proveonce.present.machine import write_assessment
from proveonce.present.registers import acceptance_words
from proveonce.present.report.facts import Facts
from proveonce.present.report.registers import attestations, vendors
from proveonce.present.report.render import compose
from proveonce.present.report.responsibility import matrix
from proveonce.present.view import PackageView
from proveonce.present.workbook import write_workbook

CREATED = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # openpyxl: data bars


@pytest.fixture(scope="module")
def view() -> PackageView:
    return sample_view("pci_dss")


@pytest.fixture(scope="module")
def html(view: PackageView) -> str:
    return compose(view, CREATED)


@pytest.fixture(scope="module")
def book(view: PackageView, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("book") / "workbook.xlsx"
    write_workbook(view, path, created=CREATED)
    return openpyxl.load_workbook(path)


def rows(sheet: Worksheet) -> list[dict[str, Any]]:
    heads = [str(cell.value) for cell in sheet[5]]
    return [
        dict(zip(heads, values, strict=True)) for values in sheet.iter_rows(min_row=6, values_only=True)
    ]  # fmt: skip


def told(view: PackageView) -> Counter[str]:
    """Decision → deviations of this package that name it, counted one by one."""
    return Counter(name for _, finding in view.deviations() for name in finding.acceptances)


def without_registers(view: PackageView) -> PackageView:
    found = view.assessment
    return replace(view, assessment=replace(found, registers=RegisterStanding(day=found.registers.day)))


def test_json_keeps_the_result_and_puts_the_decision_beside_it(view: PackageView) -> None:
    out = io.StringIO()
    write_assessment(out, view.assessment, view.content, framework="pci_dss", findings=view.findings())
    answer = json.loads(out.getvalue())
    accepted = [finding for finding in answer["findings"] if finding["acceptance"]]
    assert {finding["status"] for finding in accepted} == {"fail"}
    assert Counter(finding["acceptance"]["id"] for finding in accepted) == told(view)
    states = {f["acceptance"]["id"]: (f["acceptance"]["in_force"], f["acceptance"]["why_not"]) for f in accepted}
    assert states == {"RA-IN-FORCE": (True, ""), "RA-UNSIGNED": (False, "nobody has approved it")}
    assert [entry["id"] for entry in answer["risk_acceptances"]] == ["RA-IN-FORCE", "RA-IDLE", "RA-UNSIGNED"]
    assert answer["registers_digest"] == "1" * 64
    assert answer["counts"]["fail"] == view.assessment.counts.failed


def test_every_deviation_of_the_report_carries_its_flag(view: PackageView, html: str) -> None:
    sheet = html.partition('id="s-7"')[2].partition('id="s-8"')[0]
    listed = sheet.partition('id="s-7-acceptances"')[0]
    printed = [d.finding for d in Facts(view).tally.listed]
    for name in ("RA-IN-FORCE", "RA-UNSIGNED"):
        assert listed.count(f"{name}</span>") == sum(name in finding.acceptances for finding in printed)
    assert listed.count("</span>, not in force</span>") == sum("RA-UNSIGNED" in f.acceptances for f in printed)
    assert listed.count(">Fail</span>") == len(printed)


def test_the_table_of_decisions_names_those_not_in_force_and_those_about_nothing(view: PackageView, html: str) -> None:
    table = html.partition('id="s-7-acceptances"')[2].partition("</section>")[0]
    accepted, failed = told(view)["RA-IN-FORCE"], Facts(view).findings.failed
    assert f"One of 3 risk acceptances is in force, about {accepted:,} of {failed:,} deviations." in table
    assert "Not in force: one not signed and one expired." in table
    assert "Not in force: nobody has approved it" in table
    assert "Not in force: expired 2026-10-02" in table
    assert "it is about no deviation" in table
    assert f'<td class="n">{told(view)["RA-UNSIGNED"]}</td>' in table
    assert "<b>" not in table.replace("<b>R</b>", "")


def test_a_report_without_registers_says_so_and_keeps_every_result(view: PackageView) -> None:
    plain = view.assessment
    bare = without_registers(sample_view("pci_dss"))
    findings = [replace(finding, acceptances=()) for finding in plain.findings()]

    def source(*, check: str | None = None, status: Status | None = None) -> Any:
        return (f for f in findings if check in (None, f.check) and status in (None, f.status))

    bare = replace(bare, assessment=replace(bare.assessment, findings=source))
    said = compose(bare, CREATED)
    assert "No risk acceptance is on record." in said
    assert "No split of requirements with a third party is on record." in said
    assert 'id="s-R1"' not in said
    assert [r.status for r in bare.requirements] == [r.status for r in view.requirements]


def test_documents_tell_their_state_and_what_is_wrong_with_their_file(view: PackageView) -> None:
    sheet = attestations(Facts(view))
    assert sheet is not None
    assert sheet.lead.startswith("3 documents on 2026-11-24: one draft, one expiring and one expired.")
    assert [(row.id, row.state, row.is_calm) for row in sheet.rows] == [
        ("SOC2-1", "Expiring", False), ("BL-1", "Draft", False), ("AOC-1", "Expired", False),
    ]  # fmt: skip
    assert sheet.rows[0].notes == (
        "its file documents/soc2.pdf is another than its digest says", "its opinion is qualified",
    )  # fmt: skip
    assert sheet.continuity[-1] == "Since 2025-12-31, 327 days, no report says anything."


def test_user_controls_carry_the_result_of_what_answers_them(view: PackageView, html: str) -> None:
    sheet = vendors(Facts(view))
    assert sheet is not None
    answered, unanswered = sheet.blocks[0].controls
    status = view.assessment.controls[view.content.controls["CRY-02"].id].status  # type: ignore[index] # an id
    assert status is not None
    assert answered.answers[0][0] == "CRY-02"
    assert status.value in answered.answers[0][1].lower()
    assert unanswered.answers == ()
    assert "Open: no control of ours" in html


def test_the_responsibility_matrix_marks_each_party_and_what_is_to_settle(view: PackageView) -> None:
    found = matrix(Facts(view))
    assert [(row.id, row.ours, row.theirs) for row in found.rows] == [
        ("1.2.1", "R", ("·",)), ("3.5.1", "·", ("R",)), ("8.3.6", "·", ("R",)), ("11.3.1", "S", ("S",)),
        ("12.10.1", "?", ("?",)),
    ]  # fmt: skip
    assert "IAM-03 of ours does all of it" in found.rows[2].to_settle[0]
    assert found.rows[1].to_settle == ()  # what of ours bears on it is partial
    assert "for the other 275 of 280 requirements" in found.rest
    assert found.without_attestation == "Gateway & Sons"


def test_hostile_words_reach_no_page_as_markup(html: str) -> None:
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "\u202e" not in html


def test_the_workbook_ties_decisions_to_deviations(view: PackageView, book: openpyxl.Workbook) -> None:
    decisions = {row["Acceptance"]: row for row in rows(book["Risk acceptances"])}
    assert decisions["RA-IN-FORCE"]["Deviations"] == told(view)["RA-IN-FORCE"]
    assert decisions["RA-IN-FORCE"]["State"] == "In force"
    assert decisions["RA-UNSIGNED"]["State"] == "Not in force: nobody has approved it"
    assert decisions["RA-IDLE"]["Deviations"] == 0
    assert decisions["Each once"]["Deviations"] == told(view)["RA-IN-FORCE"]
    deviations = Counter(row["Risk acceptance"] for row in rows(book["Deviations"]) if row["Risk acceptance"])
    assert deviations == {
        "RA-IN-FORCE": told(view)["RA-IN-FORCE"], "RA-UNSIGNED, not in force": told(view)["RA-UNSIGNED"],
    }  # fmt: skip
    found = [row for row in rows(book["Findings"]) if row["Acceptance"]]
    assert {row["Result"] for row in found} <= {"Fail", "Out of scope"}


def test_the_workbook_holds_documents_vendors_and_duties_as_texts(book: openpyxl.Workbook) -> None:
    assert [row["State"] for row in rows(book["Attestations"])] == ["Expiring", "Draft", "Expired", "Expiring"]
    (vendor, total) = rows(book["Vendors"])
    assert vendor["Open"] == total["Open"] == len(vendor["What is open"].split("\n"))
    duties = rows(book["Responsibilities"])
    assert [row["Who has it"] for row in duties] == [
        "Third party", "Third party", "Us", "Shared", "Nobody", "Us", "Us",
    ]  # fmt: skip
    assert duties[-1]["To settle"] == "No control of ours answers it"
    for name in ("Risk acceptances", "Attestations", "Vendors", "Responsibilities"):
        kinds = {cell.data_type for line in book[name].iter_rows(min_row=6) for cell in line}
        assert kinds <= {"s", "n"}  # no formula
    assert any(str(row["Reason"]).startswith("=HYPERLINK") for row in rows(book["Risk acceptances"]))
    assert HOSTILE.startswith("=")


def test_counts_in_a_line(view: PackageView) -> None:
    assert acceptance_words(view.assessment.registers, 12, 3).startswith(
        "12 fail, of them 3 accepted (RA-IN-FORCE until 2027-09-30); 1 acceptance is not signed; 1 acceptance has "
        "expired"
    )
    assert acceptance_words(RegisterStanding(), 12, 0) == ""


def test_a_package_holds_what_the_registers_say_and_no_document(view: PackageView, tmp_path: Path) -> None:
    from proveonce.present.package import write_registers

    write_registers(view, tmp_path / "registers.json")
    plain = json.loads((tmp_path / "registers.json").read_text("utf-8"))
    assert [entry["id"] for entry in plain["attestations"]] == ["SOC2-1", "BL-1", "AOC-1"]
    assert plain["attestations"][0]["sha256"] == "0" * 64
    assert plain["vendors"][0]["gaps"]
