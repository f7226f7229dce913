"""People's tables: columns by their headings, days in one order, every cell that is none told at its row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.imports.reading import put
from proveonce.collect.imports import read_records
from proveonce.collect.imports.headings import HEADINGS
from proveonce.kernel.errors import InputError, UsageError
from proveonce.model.evidence import ReadState
from proveonce.model.imported import KEYS, RECORDS, Imported, TableMap

HEAD = "Change #,Summary,Requester,Approver,Approved,Deployed,Emergency"
NO_MAP = TableMap()


def changes(folder: Path, *rows: str, head: str = HEAD, table_map: TableMap = NO_MAP) -> Imported:
    return read_records(put(folder, "changes.csv", "\n".join([head, *rows]) + "\n"), "change", table_map)


def workbook(folder: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / "book.xlsx")
    return folder / "book.xlsx"


def test_columns_are_found_by_what_people_call_them(tmp_path: Path) -> None:
    found = changes(tmp_path, "C-1,Rotate keys,Ann,Bob,2026-10-01,2026-10-02,no")
    assert (found.table, found.gaps) == ("record_change", [])
    assert found.records[0].values == {
        "id": "C-1", "title": "Rotate keys", "requested_by": "Ann", "approved_by": "Bob", "approved_on": "2026-10-01",
        "implemented_on": "2026-10-02", "is_emergency": False,
    }  # fmt: skip
    assert set(found.records[0].read.values()) == {ReadState.READ}
    assert found.records[0].pointer == "row 2"


def test_a_column_that_the_table_lacks_was_never_read(tmp_path: Path) -> None:
    found = changes(tmp_path, "C-1,x,Ann,Bob,2026-10-01,2026-10-02,no")
    assert "tested_by" not in found.records[0].read
    assert any("no column for" in note and "tested_by" in note for note in found.notes)


def test_an_empty_cell_is_a_fact(tmp_path: Path) -> None:
    record = changes(tmp_path, "C-1,x,Ann,,,2026-10-02,").records[0]
    assert (record.values["approved_by"], record.values["approved_on"]) == (None, None)
    assert record.read["approved_by"] is record.read["approved_on"] is record.read["is_emergency"] is ReadState.ABSENT


@pytest.mark.parametrize(
    "day",
    ["03/10/2026", "3.10.2026", "Oct 3 2026", "45933", "2026-13-01", "2026-02-30", "yesterday", "2026-10-03garbage"],
)
def test_a_day_is_never_guessed(day: str, tmp_path: Path) -> None:
    found = changes(tmp_path, f"C-1,x,Ann,Bob,{day},2026-10-04,no")
    assert found.records[0].read["approved_on"] is ReadState.QUARANTINED
    assert "approved_on" not in found.records[0].values
    assert found.gaps[0].startswith(f"row 2: 'Approved' holds '{day}'")


@pytest.mark.parametrize(
    ("dates", "day", "read"),
    [
        ("DD/MM/YYYY", "03/10/2026", "2026-10-03"),
        ("MM/DD/YYYY", "03/10/2026", "2026-03-10"),
        ("DD.MM.YYYY", "3.10.2026 14:05", "2026-10-03"),
        ("DD-MMM-YYYY", "3-Oct-2026", "2026-10-03"),
        ("DD/MM/YYYY", "2026-10-03", "2026-10-03"),
        ("DD/MM/YYYY", "2026-10-03T23:59:59Z", "2026-10-03"),
        ("DD/MM/YYYY", "10/13/2026", None),
        ("DD/MM/YYYY", "3-10-2026", None),
        ("DD-MMM-YYYY", "3-Mrz-2026", None),
    ],
)
def test_days_are_read_in_the_order_that_is_stated(dates: str, day: str, read: str | None, tmp_path: Path) -> None:
    found = changes(tmp_path, f"C-1,x,Ann,Bob,{day},2026-10-04,no", table_map=TableMap(dates=dates))
    assert found.records[0].values.get("approved_on") == read
    assert bool(found.gaps) is (read is None)


@pytest.mark.parametrize("flag", ["maybe", "x", "2"])
def test_a_flag_is_yes_or_no(flag: str, tmp_path: Path) -> None:
    found = changes(tmp_path, f"C-1,x,Ann,Bob,2026-10-01,2026-10-02,{flag}")
    assert found.records[0].read["is_emergency"] is ReadState.QUARANTINED
    assert "neither yes nor no" in found.gaps[0]


def test_a_score_is_a_number(tmp_path: Path) -> None:
    text = "Employee,Course,Score\nAnn,Phishing,95 %\nBob,Phishing,good\n"
    found = read_records(put(tmp_path, "a.csv", text), "training", NO_MAP)
    assert [record.values.get("score") for record in found.records] == [95.0, None]
    assert found.gaps == ["row 3: 'Score' holds 'good': no number"]


def test_a_row_that_names_nothing_stays_unread(tmp_path: Path) -> None:
    found = changes(tmp_path, ",x,Ann,Bob,2026-10-01,2026-10-02,no")
    assert len(found.records) == 1
    assert found.records[0].read["item"] is ReadState.QUARANTINED
    assert found.gaps == ["row 2 names no id"]


@pytest.mark.parametrize("row", ["C-1,x,Ann,Bob", "C-1,x,Ann,Bob,2026-10-01,2026-10-02,no,extra"])
def test_a_row_of_another_width_stays_unread(row: str, tmp_path: Path) -> None:
    found = changes(tmp_path, row)
    assert (found.records[0].values, found.records[0].read) == ({}, {"item": ReadState.QUARANTINED})
    assert "no cell of it is read" in found.gaps[0]


def test_rows_out_are_rows_in(tmp_path: Path) -> None:
    rows = ["C-1,x,Ann,Bob,2026-10-01,2026-10-02,no", ",,,,,,", "C-2,x,Ann,Bob,?,?,?", "C-1,y,Ann,Bob,,,"]
    found = changes(tmp_path, *rows)
    assert [record.pointer for record in found.records] == ["row 2", "row 4", "row 5"]
    assert any("1 named more than once" in note and "C-1" in note for note in found.notes)


def test_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    found = changes(tmp_path, "C-1,x", head="Change #,Weather")
    assert any(note == "columns not read: Weather" for note in found.notes)


def test_a_workspace_names_its_own_headings(tmp_path: Path) -> None:
    table_map = TableMap({"id": "Vorgang", "approved_by": "Freigabe"})
    found = changes(tmp_path, "C-1,Bob,Eve", head="Vorgang,Freigabe,Approver", table_map=table_map)
    assert found.records[0].values == {"id": "C-1", "approved_by": "Bob"}


def test_a_heading_that_a_workspace_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column is headed 'Freigaben'.*\n.*did you mean 'Freigabe'"):
        changes(tmp_path, "C-1,Bob", head="id,Freigabe", table_map=TableMap({"approved_by": "Freigaben"}))


def test_a_heading_that_two_columns_bear_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two columns are headed 'Approver'"):
        changes(tmp_path, "C-1,Bob,Eve", head="id,Approver,approver")


def test_a_table_without_its_key_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no row names id.*\n.*imports"):
        changes(tmp_path, "Bob,Eve", head="Approver,Requester")


def test_a_head_below_a_title_is_found(tmp_path: Path) -> None:
    path = workbook(tmp_path, Changes=[["Changes of", "October"], [], ["Change", "Approver"], ["C-1", "Bob"]])
    found = read_records(path, "change", NO_MAP)
    assert [record.values["id"] for record in found.records] == ["C-1"]
    assert any("rows above the head" in note for note in found.notes)


def test_the_one_sheet_that_fits_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path, Notes=[["read", "me"]], Changes=[["Change", "Approver"], ["C-1", "Bob"]])
    assert len(read_records(path, "change", NO_MAP).records) == 1


def test_two_sheets_that_fit_are_refused(tmp_path: Path) -> None:
    rows = [["Change", "Approver"], ["C-1", "Bob"]]
    with pytest.raises(InputError, match="'May', 'June' all look like"):
        read_records(workbook(tmp_path, May=rows, June=rows), "change", NO_MAP)


def test_a_workbooks_own_days_need_no_order(tmp_path: Path) -> None:
    from datetime import datetime

    path = workbook(tmp_path, Changes=[["Change", "Approved"], ["C-1", datetime(2026, 10, 3, 14, 5)]])  # noqa: DTZ001 - Excel knows no zone
    assert read_records(path, "change", NO_MAP).records[0].values["approved_on"] == "2026-10-03"


def test_a_head_alone_proves_nothing(tmp_path: Path) -> None:
    assert changes(tmp_path).gaps == ["the table has a head and no row; it proves nothing"]


@pytest.mark.parametrize("name", ["a.json", "a.xlsx", "a.xls"])
def test_anything_else_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises((InputError, UsageError)):
        read_records(put(tmp_path, name, HEAD), "change", NO_MAP)
    with pytest.raises(InputError):
        read_records(tmp_path, "change", NO_MAP)


@given(data=st.binary(max_size=400))
def test_bytes_of_any_kind_are_refused_or_read(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name in ("a.csv", "a.xlsx"):
        path = folder / name
        path.write_bytes(b"Change #,Approver\n" + data if name == "a.csv" else data)
        try:
            read_records(path, "change", NO_MAP)
        except (InputError, UsageError):
            continue


def test_every_kind_can_be_told_by_its_headings() -> None:
    assert set(HEADINGS) == set(RECORDS) == set(KEYS)
    for kind, columns in HEADINGS.items():
        assert set(columns) <= set(RECORDS[kind])
        assert set(KEYS[kind]) <= set(RECORDS[kind])
