"""The workbook, read back: nothing in it runs, nothing is lost, every number ties."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from present.sample import sample_view
from present.sample_facts import HOSTILE, LONG_VALUE, sample_calls
from proveonce.kernel.errors import ProveonceError
from proveonce.model.assessment import Counts
from proveonce.model.crosswalk import Crosswalk, Review
from proveonce.model.finding import Status
from proveonce.present.view import FOOT, UNREVIEWED_BANNER, PackageView
from proveonce.present.workbook import clean, grid, write_workbook

FRAMEWORKS = ("soc2", "pci_dss", "hipaa")
CREATED = datetime(2026, 11, 24, 3, 20, tzinfo=UTC)
SHEETS = (
    "Cover", "Summary", "Matrix", "Controls", "Tests", "Findings", "Deviations", "Procedural", "Risk acceptances",
    "Priorities", "Coverage", "Sources", "Calls", "Evidence", "Attestations", "Vendors",
    "Responsibilities", "Crosswalk", "Legend",
)  # fmt: skip
WORDS = {
    Status.PASS: "Pass",
    Status.FAIL: "Fail",
    Status.UNDETERMINED: "Undetermined",
    Status.NOT_APPLICABLE: "Not applicable",
}
COUNT_HEADS = ("Pass", "Fail", "Undet.", "Not appl.")
TOTAL_WORDS = ("Total", "Sum", "Each once")

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # openpyxl: data bars

view_of = cache(sample_view)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workbooks")


@pytest.fixture(scope="module", params=FRAMEWORKS)
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def path(framework: str, folder: Path) -> Path:
    return _written(view_of(framework), folder / f"{framework}.xlsx")


@pytest.fixture(scope="module")
def book(path: Path) -> Workbook:
    return openpyxl.load_workbook(path)


@pytest.fixture
def view(framework: str) -> PackageView:
    return view_of(framework)


def _written(view: PackageView, path: Path) -> Path:
    write_workbook(view, path, created=CREATED, calls=lambda: sample_calls(view.content))
    return path


def _sheet(book: Workbook, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def _table(sheet: Worksheet) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(data rows, total rows), each by column head."""
    heads = [str(cell.value) for cell in sheet[5]]
    rows = [
        dict(zip(heads, (_value(cell) for cell in row), strict=True))
        for row in sheet.iter_rows(min_row=6, values_only=True)
    ]
    split = next((i for i, row in enumerate(rows) if row[heads[0]] in TOTAL_WORDS), len(rows))
    return rows[:split], rows[split:]


def _value(value: Any) -> Any:
    # openpyxl leaves `_x005F_`, Excel's escape of a literal `_x0041_`, as it stands in the file.
    return unescape(value) if isinstance(value, str) else value


def _counts(row: dict[str, Any]) -> Counts:
    return Counts(*(row[head] or 0 for head in COUNT_HEADS))


def _sum(rows: list[dict[str, Any]]) -> Counts:
    return sum((_counts(row) for row in rows), Counts())


def test_the_sheets_stand_in_their_order_and_the_cover_is_shown(book: Workbook) -> None:
    assert tuple(book.sheetnames) == SHEETS
    assert book.active is book["Cover"]


def test_nothing_in_the_file_runs_or_leads_out(path: Path, book: Workbook) -> None:
    for sheet in book.worksheets:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    with zipfile.ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if "external" in name.lower() or "vba" in name.lower()]
        for name in parts.namelist():
            content = parts.read(name).decode()
            assert 'TargetMode="External"' not in content, name
            assert not re.search(r"<f[ >]|ddeLink|oleObject", content), name
        names = re.findall(r'<definedName name="([^"]+)"', parts.read("xl/workbook.xml").decode())
    assert set(names) == {"_xlnm._FilterDatabase", "_xlnm.Print_Area", "_xlnm.Print_Titles"}


def test_links_stand_only_on_cover_and_tests_and_lead_to_what_they_name(book: Workbook) -> None:
    for sheet in book.worksheets:
        linked = [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        if sheet.title == "Cover":
            assert [str(cell.value).partition(" ")[2] for cell in linked] == list(SHEETS[1:])
        elif sheet.title == "Tests":
            assert {cell.column for cell in linked} == {1}
        else:
            assert not linked
        for cell in linked:
            assert cell.hyperlink is not None
            assert cell.hyperlink.target is None
            name, _, place = str(cell.hyperlink.location).rpartition("!")
            target = _sheet(book, name.strip("'"))[place]
            if sheet.title == "Tests":
                claim = str(sheet.cell(cell.row or 0, 3).value)
                same = re.search(r"the same test as (\S+)\)", claim)
                assert target.value == (same[1] if same else cell.value)


def test_every_finding_has_its_row(book: Workbook, view: PackageView) -> None:
    rows, _ = _table(_sheet(book, "Findings"))
    written = Counter((row["Test"], row["Result"], row["Resource"], row["Call"]) for row in rows)
    expected = Counter(
        (
            view.references[finding.check],
            "Out of scope" if view.framework.id in finding.out_of_scope else WORDS[finding.status],
            clean(finding.resource),
            finding.call,
        )
        for check in view.references
        if check in view.assessment.checks
        for finding in view.assessment.findings(check=check)
    )
    assert written == expected
    outside = [row for row in rows if row["Result"] == "Out of scope"]
    assert all(row["Raw result, if out of scope"] in WORDS.values() for row in outside)
    assert bool(outside) is (view.framework.id == "pci_dss")


def test_hostile_names_arrive_as_texts(book: Workbook) -> None:
    rows, _ = _table(_sheet(book, "Findings"))
    resources = {row["Resource"] for row in rows}
    assert {clean(name) for name in HOSTILE} <= resources
    assert '=HYPERLINK("http://x")' in resources
    quoted = [cell for cell in _sheet(book, "Findings")["F"] if str(cell.value).startswith(("=", "+", "-", "@"))]
    assert len(quoted) == 4
    assert all(cell.data_type != "f" and cell.quotePrefix for cell in quoted)


def test_a_value_longer_than_a_cell_says_what_is_missing(book: Workbook, view: PackageView) -> None:
    rows, _ = _table(_sheet(book, "Findings"))
    long = [
        row for row in rows if row["Observed in full, if cut"] and "policy-statement" in row["Observed, or why not"]
    ]
    assert bool(long) is (view.framework.id != "pci_dss")  # there no check reads that table
    for row in long:
        assert "more characters in Observed in full, if cut]" in row["Observed, or why not"]
        assert re.search(r"\[cut: [\d,]+ characters; whole in findings\.json\]$", row["Observed in full, if cut"])
        assert len(row["Observed in full, if cut"]) <= 32_767 < len(LONG_VALUE)


def test_findings_summary_tests_and_deviations_tie(book: Workbook, view: PackageView) -> None:
    rows, _ = _table(_sheet(book, "Findings"))
    by_word = Counter(row["Result"] for row in rows)
    findings = Counts(
        *(by_word[WORDS[s]] for s in (Status.PASS, Status.FAIL, Status.UNDETERMINED, Status.NOT_APPLICABLE))
    )
    summary, (total,) = _table(_sheet(book, "Summary"))
    assert _sum(summary) == _counts(total) == findings
    assert total["Findings"] == findings.total == sum(row["Findings"] or 0 for row in summary)
    assert findings.total == sum(1 for _ in view.findings())
    for name in ("Matrix", "Controls", "Tests"):
        data, (sums, once) = _table(_sheet(book, name))
        assert _sum(data) == _counts(sums), name
        assert _counts(once) == findings, name
    deviations, _ = _table(_sheet(book, "Deviations"))
    assert len(deviations) == findings.failed
    assert [row["Reference"] for row in deviations] == [reference for reference, _ in view.deviations()]


def test_rows_out_equal_rows_in_for_each_test(book: Workbook) -> None:
    tests, _ = _table(_sheet(book, "Tests"))
    for row in tests:
        assert row["Rows read"] + row["Lists unread"] - row["Out of scope"] == _counts(row).total


def test_the_matrix_holds_every_requirement_with_its_record(book: Workbook, view: PackageView) -> None:
    rows, _ = _table(_sheet(book, "Matrix"))
    key = next(iter(rows[0]))
    assert [row[key] for row in rows] == [requirement.id for requirement in view.framework.requirements]
    for row, result in zip(rows, view.requirements, strict=True):
        assert _counts(row) == result.counts
        assert row["Coverage"].lower() == result.coverage
        assert row["Every reason"] == ("; ".join(result.reasons) or None)
    words = {row["Result"] for row in rows}
    assert words <= ({"In place", "Not in place", "Not tested", "Not applicable"} if view.framework.id == "pci_dss" else
                     set(WORDS.values()))  # fmt: skip


def test_coverage_calls_evidence_and_crosswalk_are_whole(book: Workbook, view: PackageView) -> None:
    coverage, (total,) = _table(_sheet(book, "Coverage"))
    assert len(coverage) == len(view.assessment.coverage)
    assert total["Planned"] == sum(row["Planned"] for row in coverage)
    assert total["Read"] == sum(row["Read"] for row in coverage)
    is_open = [row["Read"] < row["Planned"] for row in coverage]
    assert is_open == sorted(is_open, reverse=True)
    calls, (call_total,) = _table(_sheet(book, "Calls"))
    assert [row["Request id"] for row in calls] == [r["request_id"] for r in sample_calls(view.content)]
    assert call_total["Account"] == f"{len(calls):,}"
    evidence, (evidence_total,) = _table(_sheet(book, "Evidence"))
    assert [row["SHA-256"] for row in evidence] == [artefact.digest for _, artefact in view.artefacts]
    assert evidence_total["Bytes"] == sum(row["Bytes"] for row in evidence)
    named = [row["Reference"] for row in evidence if row["Reference"]]
    assert len(named) == len(set(named))
    crosswalk, _ = _table(_sheet(book, "Crosswalk"))
    edges = sum(len(c.edges) + len(c.joint) for c in view.content.crosswalks.values())
    assert len(crosswalk) == edges
    assert {row["Reviewed by"] for row in crosswalk} == {"not reviewed"}


def test_an_open_read_names_what_it_leaves_open(book: Workbook, view: PackageView) -> None:
    coverage, _ = _table(_sheet(book, "Coverage"))
    denied = next(
        row for row in coverage if row["State"] == "Access denied" and row["Operation"] == "DescribeDBInstances"
    )
    served = {result.requirement for result in view.requirements if "CRY-02" in result.controls}
    is_out = view.framework.id == "pci_dss"  # the account is out of scope there, so nothing is left open
    assert set((denied["All that it leaves open"] or "").split(", ")) >= (set() if is_out else served)
    assert all(not row["Leaves open"] for row in coverage if row["Read"] == row["Planned"])


def test_scores_are_the_sums_of_their_terms(book: Workbook, view: PackageView) -> None:
    rows, _ = _table(_sheet(book, "Priorities"))
    assert [row["Control"] for row in rows] == [priority.control for priority in view.assessment.priorities]
    for row in rows:
        terms = [row["Failures"], row["Unread"], row["Reach"]]
        assert row["Score"] == pytest.approx(sum(terms))
        assert all(f"{term:,.2f}: " in row["Why: term, its value, explanation"] for term in terms)


def test_the_cover_counts_the_rows_of_each_sheet(book: Workbook) -> None:
    cover = book["Cover"]
    listed = {
        str(row[1]).partition(" ")[2]: row[3]
        for row in cover.iter_rows(values_only=True)
        if str(row[1])[:1] == "W" and row[3]
    }
    for name in SHEETS[1:]:
        assert len(_table(_sheet(book, name))[0]) == (listed.get(name) or 0), name


def test_numbers_are_numbers_and_zero_is_a_dash(book: Workbook) -> None:
    for name in ("Summary", "Matrix", "Controls", "Tests"):
        sheet = _sheet(book, name)
        for column in sheet.iter_cols(min_row=5):
            if column[0].value in COUNT_HEADS:
                assert all(cell.value is None or isinstance(cell.value, int) for cell in column[1:])
                assert {cell.number_format for cell in column[1:] if cell.value is not None} == {'#,##0;-#,##0;"–"'}


def test_a_status_cell_holds_the_word_and_wears_the_mark(book: Workbook) -> None:
    looks = {
        str(cell.value): (cell.number_format, cell.font.b, cell.fill.fgColor.rgb)
        for cell in _sheet(book, "Findings")["B"][5:]
        if cell.value in WORDS.values()
    }
    assert looks["Fail"] == ('"■ "@', True, "FFF7E4E6")
    assert looks["Undetermined"] == ('"▲ "@', True, "FFFBF1DC")
    assert looks["Pass"][:2] == ('"✓ "@', False)


def _footer(sheet: Worksheet) -> str:
    assert sheet.oddFooter is not None
    return f"{sheet.oddFooter.center.text} {sheet.oddFooter.right.text}"


def test_print_is_one_page_wide_with_foot_and_repeated_head(book: Workbook) -> None:
    for sheet in book.worksheets:
        # One page wide is the file's default; the Cover is one page high as well.
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.page_setup.fitToHeight in ((None, 1) if sheet.title == "Cover" else (0,))
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert FOOT in _footer(sheet)
        assert re.search(r"Page &(P|\[Page\]) of &(N|\[Pages\])", _footer(sheet))
        assert not sheet.sheet_view.showGridLines
        if sheet.title != "Cover":
            assert sheet.print_title_rows == "$1:$5"
            assert sheet.freeze_panes == "B6"
            assert sheet.auto_filter.ref


def test_the_banner_stands_until_every_edge_is_reviewed(book: Workbook, view: PackageView, tmp_path: Path) -> None:
    person = Review("A. Person", "CPA", "2026-11-01")
    reviewed = {
        framework: Crosswalk(framework, tuple(replace(edge, reviewed=person) for edge in crosswalk.edges))
        for framework, crosswalk in view.content.crosswalks.items()
    }
    path = _written(replace(view, content=replace(view.content, crosswalks=reviewed)), tmp_path / "reviewed.xlsx")
    after = openpyxl.load_workbook(path)
    for name in ("Cover", "Matrix", "Crosswalk"):
        assert UNREVIEWED_BANNER in _text(_sheet(book, name))
        assert UNREVIEWED_BANNER not in _text(_sheet(after, name))


def _text(sheet: Worksheet) -> str:
    return "\n".join(str(cell) for row in sheet.iter_rows(max_row=12, values_only=True) for cell in row if cell)


def test_equal_views_give_equal_bytes(path: Path, view: PackageView, tmp_path: Path) -> None:
    assert _written(view, tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(grid, "MAX_ROWS", 130)
    view = view_of("soc2")
    book = openpyxl.load_workbook(_written(view, tmp_path / "long.xlsx"))
    total = sum(1 for _ in view.findings())
    names = [name for name in book.sheetnames if name.startswith("Findings")]
    assert names == ["Findings", "Findings 2", "Findings 3"]
    assert sum(len(_table(_sheet(book, name))[0]) for name in names) == total
    assert "the rest is in sheets Findings 2 to Findings 3" in str(book["Findings"]["A3"].value)
    assert "Continued from sheet Findings 2" in str(book["Findings 3"]["A3"].value)
    tests = _sheet(book, "Tests")
    for row in range(6, tests.max_row - 1):
        link = tests.cell(row, 1).hyperlink
        assert link is not None
        name, _, place = str(link.location).rpartition("!")
        assert str(_sheet(book, name.strip("'"))[place].value).startswith(str(tests.cell(row, 1).value)[:3])


def test_findings_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    view = view_of("soc2")
    check, result = next(iter(view.assessment.checks.items()))
    wrong = replace(result, by_framework={**result.by_framework, "soc2": Counts(passed=1)})
    assessment = replace(view.assessment, checks={**view.assessment.checks, check: wrong})
    with pytest.raises(ProveonceError, match="its result says 1 passes") as caught:
        _written(replace(view, assessment=assessment), tmp_path / "wrong.xlsx")
    assert "sheet Findings" in caught.value.where
    assert not (tmp_path / "wrong.xlsx").exists()


def test_a_path_that_cannot_be_written_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ProveonceError, match="cannot be written") as caught:
        write_workbook(view_of("soc2"), tmp_path / "no" / "w.xlsx", created=CREATED)
    assert caught.value.where.endswith("w.xlsx")


def test_without_calls_the_sheet_says_where_they_are(tmp_path: Path) -> None:
    write_workbook(view_of("soc2"), tmp_path / "w.xlsx", created=CREATED)
    sheet = _sheet(openpyxl.load_workbook(tmp_path / "w.xlsx"), "Calls")
    assert "evidence/calls.jsonl" in str(sheet["A3"].value)
    assert _table(sheet)[0] == []


def test_categories_not_selected_are_listed_and_not_counted(tmp_path: Path) -> None:
    view = view_of("soc2")
    results = tuple(
        replace(result, in_scope=view.catalog[result.requirement].facts["category"] == "security")
        for result in view.requirements
    )
    assessment = replace(view.assessment, requirements={**view.assessment.requirements, view.framework.id: results})
    book = openpyxl.load_workbook(_written(replace(view, assessment=assessment), tmp_path / "security.xlsx"))
    rows, _ = _table(_sheet(book, "Matrix"))
    assert len(rows) == len(results)
    assert sum(row["Result"] == "Out of scope" for row in rows) == sum(not result.in_scope for result in results)
    summary, (total,) = _table(_sheet(book, "Summary"))
    assert _sum(summary) == _counts(total)
    assert total["Criteria"] == sum(result.in_scope for result in results)
