"""The workbook, read back: every edge once, notes hold what stays open, nothing runs, every total ties."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from present.crosswalk.small import FORMULA, LONG, RESIDUAL, SCRIPT, edge, framework, small_content
from present.sample_content import REPOSITORY
from proveonce.content.loader import read_content
from proveonce.model.catalog import FrameworkId
from proveonce.model.crosswalk import Crosswalk, Relation
from proveonce.present.crosswalk import CrosswalkView, view_of, workbook

SHEETS = ["Cover", "Summary", "Overlap", "Controls", "Heat", "Matrix SOC 2", "Matrix PCI DSS", "Matrix HIPAA",
          "Requirements", "Edges", "Legend"]  # fmt: skip
LONGEST_NOTE = 1_100

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # openpyxl: data bars


@cache
def view_named(name: str) -> CrosswalkView:
    return view_of(small_content() if name == "small" else read_content(REPOSITORY)[0])


@cache
def bytes_of(name: str) -> bytes:
    return workbook(view_named(name))


@pytest.fixture(scope="module", params=["small", "shipped"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def view(name: str) -> CrosswalkView:
    return view_named(name)


@pytest.fixture(scope="module")
def book(name: str) -> Workbook:
    return openpyxl.load_workbook(BytesIO(bytes_of(name)))


def _sheet(book: Workbook, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def _rows(book: Workbook, name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """(data rows, total row), by head."""
    sheet = _sheet(book, name)
    heads = [str(cell.value) for cell in sheet[5]]
    rows = [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=6, values_only=True)]
    return rows[:-1], rows[-1]


def test_the_sheets_stand_in_order(book: Workbook) -> None:
    assert book.sheetnames == SHEETS


def test_no_cell_is_a_formula_and_nothing_leads_out(name: str, book: Workbook) -> None:
    for sheet in book.worksheets:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    with zipfile.ZipFile(BytesIO(bytes_of(name))) as parts:
        assert not [part for part in parts.namelist() if "external" in part.lower() or "vba" in part.lower()]


def test_equal_views_give_equal_bytes(name: str) -> None:
    assert workbook(view_named(name)) == bytes_of(name)


def test_every_edge_is_read_back_once_with_its_reason(view: CrosswalkView, book: Workbook) -> None:
    rows, total = _rows(book, "Edges")
    found = [(r["Control"], r["Relation"], r["Requirement"], r["Rationale"], r["What stays open"] or "") for r in rows]
    assert found == [(m.control.id, m.edge.relation, m.requirement.id, m.edge.rationale, m.edge.residual)
                     for m in view.edges]  # fmt: skip
    assert len(set(zip([r["Framework"] for r in rows], found, strict=True))) == len(view.edges)
    assert total["Relation"] == f"{len(view.edges):,}"


def test_the_lists_of_the_controls_name_every_requirement_served(view: CrosswalkView, book: Workbook) -> None:
    rows, total = _rows(book, "Controls")
    assert [r["Control"] for r in rows] == [row.control.id for row in view.controls]
    for cells, row in zip(rows, view.controls, strict=True):
        for framework_, head in zip(view.frameworks, ("SOC 2", "PCI DSS", "HIPAA"), strict=True):
            listed = [part.strip().split(" ")[1].rstrip("¹") for part in (cells[head] or "").split(",") if part]
            assert listed == [m.requirement.id for m in row.served.get(framework_.id, ())]
        assert (cells["Mappings"], cells["Checks"]) == (len(row.edges), len(row.checks))
    assert total["Mappings"] == sum(r["Mappings"] for r in rows) == len(view.edges)
    assert total["Alone¹"] == sum(r["Alone¹"] for r in rows)


def test_notes_hold_what_stays_open_and_are_bounded(view: CrosswalkView, book: Workbook) -> None:
    sheet = _sheet(book, "Controls")
    for number, row in enumerate(view.controls, 6):
        for column, framework_ in enumerate(view.frameworks, 4):
            residuals = [m for m in row.served.get(framework_.id, ()) if m.edge.residual]
            note = sheet.cell(number, column).comment
            assert (note is None) == (not residuals)
            if note is not None:
                assert len(note.text) <= LONGEST_NOTE
                assert residuals[0].requirement.id in note.text
                assert residuals[0].edge.residual[:60] in note.text


def test_a_note_is_text_even_when_it_looks_like_markup() -> None:
    sheet = _sheet(openpyxl.load_workbook(BytesIO(bytes_of("small"))), "Matrix SOC 2")
    notes = [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
    assert len(notes) == 2
    assert all(RESIDUAL in note for note in notes)


def test_the_matrices_hold_every_edge_under_its_domain(view: CrosswalkView, book: Workbook) -> None:
    for framework_, name in zip(view.frameworks, SHEETS[5:8], strict=True):
        rows, total = _rows(book, name)
        wanted = view.of(framework_)
        assert [r["Requirement"] for r in rows] == [row.requirement.id for row in wanted]
        for cells, row in zip(rows, wanted, strict=True):
            found = [
                domain.id + line
                for domain in view.domains
                for line in str(cells.get(domain.id) or "").split("\n")
                if line
            ]
            assert len(found) == cells["Controls"] == len(row.edges)
            assert (cells["Controls in full"] or "").count(",") == max(0, len(row.edges) - 1)
        assert total["Controls"] == sum(len(row.edges) for row in wanted)


def test_a_control_whose_id_lacks_its_domain_keeps_its_whole_id() -> None:
    content = small_content()
    hipaa = Crosswalk(FrameworkId("hipaa"), (edge("ODD", "164.1", Relation.SUBSET_OF),))
    view = view_of(replace(content, crosswalks={**content.crosswalks, FrameworkId("hipaa"): hipaa}))
    rows, _ = _rows(openpyxl.load_workbook(BytesIO(workbook(view))), "Matrix HIPAA")
    assert rows[0]["ODD"] == "ODD≤"


def test_the_summary_ties_to_the_other_sheets(view: CrosswalkView, book: Workbook) -> None:
    rows, total = _rows(book, "Summary")
    for row in [*rows, total]:
        parts = ("Full, by one control", "Full, jointly", "Partial", "Not mapped")
        assert sum(row[part] for part in parts) == row["Requirements"]
    requirements, below = _rows(book, "Requirements")
    assert total["Requirements"] == len(requirements)
    assert total["On one control"] == sum(1 for r in requirements if r["One only"] == "Yes")
    assert total["Not mapped"] == sum(1 for r in requirements if r["Coverage"] == "Not mapped")
    assert total["By people only"] == sum(1 for r in requirements if r["Carried out by"] == "people only")
    assert total["Mappings"] == below["Controls"] == len(view.edges)
    overlaps, last = _rows(book, "Overlap")
    assert sum(r["Controls"] for r in overlaps) == last["Controls"] == total["Controls"] == len(view.controls)
    named = [one for r in overlaps for one in r["Which"].replace("\n", " ").split(", ")]
    assert sorted(n.strip() for n in named) == sorted(row.control.id for row in view.controls)


def test_the_heat_adds_up_to_the_mappings(view: CrosswalkView, book: Workbook) -> None:
    rows, total = _rows(book, "Heat")
    for row in [*rows, total]:
        assert row["Mappings"] == sum(v for head, v in row.items() if head.endswith((" full", " partial")))
    assert total["Mappings"] == len(view.edges)


def test_hostile_texts_survive_as_texts() -> None:
    book = openpyxl.load_workbook(BytesIO(bytes_of("small")))
    titles = [r["Title"] for r in _rows(book, "Controls")[0]]
    assert titles == [FORMULA, SCRIPT, "\U0001f4a9 [U+202E]gnp", LONG]
    cell = _sheet(book, "Controls")["B6"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    why = {r["Requirement"]: r["Why jointly complete, or why not mapped"] for r in _rows(book, "Requirements")[0]}
    assert why["1.3"] == "=Superseded."
    assert why["164.2(a)(1)"] == "No control is mapped to it and no reason is stated."
    assert why["1.2"] == "AAA-02 + BBB-01: -Together they do it all."


def test_a_text_beyond_excels_cell_is_cut_and_says_so() -> None:
    content = small_content()
    huge = replace(edge("AAA-01", "164.1", Relation.SUBSET_OF), rationale="\U0001f4a9" * 40_000, residual="x" * 40_000)
    hipaa = Crosswalk(FrameworkId("hipaa"), (huge,))
    data = workbook(view_of(replace(content, crosswalks={FrameworkId("hipaa"): hipaa})))
    row = _rows(openpyxl.load_workbook(BytesIO(data)), "Edges")[0][0]
    assert row["Rationale"].endswith("[cut: 25,000 characters; whole in the mapping's file]")
    assert row["What stays open"].endswith("whole in the mapping's file]")


def test_every_sheet_says_that_nobody_reviewed_it_and_has_its_head_frozen_and_filtered(book: Workbook) -> None:
    for name in SHEETS[1:-1]:
        sheet = _sheet(book, name)
        assert "not independently reviewed: 0 of" in str(sheet["A4"].value)
        assert sheet.freeze_panes == "B6"
        assert str(sheet.auto_filter.ref).startswith("A5:")
        assert sheet.print_title_rows == "$1:$5"


def test_a_hostile_framework_title_makes_no_sheet_name() -> None:
    content = small_content()
    frameworks = {
        FrameworkId(name): framework(name, ("1",), title)
        for name, title in (("x1", "[a]:*?/\\ 'b'" * 9), ("x2", "[A]:*?/\\ 'B'" * 9), ("x3", "\U0001f4a9"))
    }
    view = view_of(replace(content, frameworks=frameworks, crosswalks={}))
    names = openpyxl.load_workbook(BytesIO(workbook(view))).sheetnames
    assert names[5:8] == ["Matrix a ba ba ba ba ba ba", "Matrix A BA BA BA BA BA BA 2", "Matrix 3"]


def test_content_without_any_mapping_still_makes_a_workbook() -> None:
    view = view_of(replace(small_content(), crosswalks={}))
    book = openpyxl.load_workbook(BytesIO(workbook(view)))
    assert _rows(book, "Summary")[1]["Not mapped"] == 7
    assert _rows(book, "Heat")[1]["Mappings"] == 0
