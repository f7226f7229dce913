"""Files that people bring: read whole within bounds, or refused in clear words; never cut, never believed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from proveonce.content import sheets
from proveonce.content.sheets import read_tables
from proveonce.kernel.errors import UsageError

SHEET = "xl/worksheets/sheet1.xml"


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    """A workbook of those rows, its texts in the shared string table as spreadsheet programs keep them."""
    with xlsxwriter.Workbook(path) as made:
        for number, rows in enumerate(sheets, 1):
            sheet = made.add_worksheet(f"Sheet {number}")
            for row, cells in enumerate(rows):
                sheet.write_row(row, 0, cells)
    return path


def with_part(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with one part changed, or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in parts.items():
            archive.writestr(each, data)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as refused:
        read_tables(path)
    said = str(refused.value)
    assert said.startswith(str(path))
    assert "fix:" in said
    return said


def test_a_workbook_gives_every_sheet_with_its_row_numbers_and_stored_values(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "text"], [], [1.0, "  two\r\nlines "], ["", True]]
    path = workbook(tmp_path / "a.xlsx", rows, [["x"]])
    one, two = read_tables(path)
    assert (one.sheet, two.sheet) == ("Sheet 1", "Sheet 2")
    assert [(row.number, row.cells) for row in one.rows] == [
        (1, ("id", "text")), (3, ("1", "two\nlines")), (4, ("", "True"))
    ]  # fmt: skip
    assert one.header == 0


def test_a_formula_is_not_evaluated_its_stored_value_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["=1+1", "x"]])
    with_part(path, SHEET, lambda xml: xml.replace(b"<f>1+1</f><v>0</v>", b"<f>1+1</f><v>7</v>"))
    assert read_tables(path)[0].rows[0].cells == ("7", "x")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_is_read_in_its_separator_and_unicode(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'id{separator}text\n1.1{separator}"é, ; and\nmore"\n', encoding=encoding)
    assert [row.cells for row in read_tables(path)[0].rows] == [("id", "text"), ("1.1", "é, ; and\nmore")]


def test_control_and_direction_changing_characters_are_dropped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\x1b[31mb,c\u202ed\te\n", encoding="utf-8")
    table = read_tables(path)[0]
    assert table.rows[0].cells == ("a[31mb", "cd\te")
    assert table.removed == 2


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old .xls"),
        ("a.xlsx", b"PK\x03\x04 but then nothing", "no .xlsx workbook"),
        ("a.xlsx", b"id,text\n", "no .xlsx workbook"),
        ("a.xlsx", b"", "is empty"),
        ("a.csv", b"caf\xe9,x\n", "not UTF-8 at byte 3"),
        ("a.csv", b'"a"b,c\n', "record 1 is not CSV"),
        ("a.csv", b"a," + b"x" * 40_000 + b"\n", "more than 32,767 characters"),
        ("a.csv", b"," * 600 + b"x\n", "more than 500 columns"),
        ("a.docx", b"PK", "'.docx' are not read"),
    ],
)
def test_what_is_no_table_is_refused_in_clear_words(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert words in refusal(path)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "cannot be read" in refusal(tmp_path / "none.csv")
    monkeypatch.setattr(sheets, "MAX_BYTES", 10)
    (tmp_path / "a.csv").write_text("a,b\n" * 5)
    assert "larger than 10 bytes" in refusal(tmp_path / "a.csv")


def test_a_zip_bomb_is_refused_before_any_part_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = with_part(workbook(tmp_path / "a.xlsx", [["a", "b"]]), SHEET, lambda xml: xml + b" " * 40_000_000)
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("it was parsed"))
    assert "by more than 200 times" in refusal(path)


def test_many_parts_and_a_large_sum_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx", [["a", "b"]])
    with monkeypatch.context() as bounded:
        bounded.setattr(sheets, "MAX_EXPANDED_BYTES", 1_000)
        assert "expands to more than 1,000 bytes" in refusal(path)
    monkeypatch.setattr(sheets, "MAX_PARTS", 3)
    assert "more than 3 parts" in refusal(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["a", "b"]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(SHEET, b"<other/>")
    assert "parts of the same name" in refusal(path)


def test_a_size_that_lies_is_noticed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["a", "b"]])
    data = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    path.write_bytes(data.replace(size, (10).to_bytes(4, "little")))
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "entity", ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY a "aaaa"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;&a;">']
)
@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_xml_entities_are_refused_in_every_part(tmp_path: Path, part: str, entity: str, encoding: str) -> None:
    path = workbook(tmp_path / "a.xlsx", [["a", "b"]])

    def planted(xml: bytes) -> bytes:
        body = xml.decode().partition("?>")[2] if xml.startswith(b"<?xml") else xml.decode()
        text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE r [{entity}]>{body}'
        return text.replace("<v>0</v>", "<v>&x;</v>").replace("<t>a</t>", "<t>&x;</t>").encode(encoding)

    assert "XML entities" in refusal(with_part(path, part, planted))


def test_macros_are_refused_whatever_the_file_is_called(tmp_path: Path) -> None:
    path = with_part(workbook(tmp_path / "a.xlsx", [["a", "b"]]), "xl/vbaProject.bin", lambda _: b"\xd0\xcf")
    assert "holds macros" in refusal(path)


def test_a_damaged_part_is_refused(tmp_path: Path) -> None:
    path = with_part(workbook(tmp_path / "a.xlsx", [["a", "b"]]), SHEET, lambda xml: xml[: len(xml) // 2])
    assert "damaged: ParseError" in refusal(path)


def test_a_million_rows_are_refused_soon_and_a_far_away_row_is_no_million(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["a", "b"]])
    far = b'<row r="900000"><c r="A900000" t="inlineStr"><is><t>far</t></is></c></row></sheetData>'
    with_part(path, SHEET, lambda xml: xml.replace(b"</sheetData>", far))
    assert [row.number for row in read_tables(path)[0].rows] == [1, 900_000]

    row = b"<row><c><v>1</v></c><c><v>%d</v></c></row>"
    many = b"".join(row % number for number in range(1_000_000))
    csv = tmp_path / "a.csv"
    csv.write_bytes(many.replace(b"<row><c><v>1</v></c><c><v>", b"1,").replace(b"</v></c></row>", b"\n")[:8_000_000])
    assert "more than 50,000 rows" in refusal(csv)
    whole = many[:20_000_000].rpartition(b"<row>")[0]
    with_part(path, SHEET, lambda xml: xml.replace(b"</sheetData>", whole + b"</sheetData>"))
    assert "more than 50,000 rows" in refusal(path)


def test_the_size_a_sheet_claims_is_not_believed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["a", "b"], ["c", "d"]])
    with_part(path, SHEET, lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))
    assert [row.cells for row in read_tables(path)[0].rows] == [("a", "b"), ("c", "d")]


def test_the_xml_guard_cannot_be_switched_off_unnoticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
    with pytest.raises(UsageError, match="XML guard"):
        read_tables(workbook(tmp_path / "a.xlsx", [["a", "b"]]))
