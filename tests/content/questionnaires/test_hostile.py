"""Files made to hurt: each is refused, or read with a word about what it carries, within seconds."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from content.questionnaires.shapes import PLAIN, SHAPES, one
from content.questionnaires.surgery import rebuilt, replaced
from proveonce.content.questionnaires import read_questionnaire
from proveonce.content.questionnaires.parsing import parse_questionnaire
from proveonce.kernel.errors import UsageError

SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refused(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        parse_questionnaire(path)
    assert caught.value.exit_code == 2
    assert caught.value.fix
    assert str(path) in caught.value.where
    return caught.value.what


def plain_file(tmp_path: Path) -> Path:
    return SHAPES["plain"].build(tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.xlsx", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("a.xls", OLE + b"\0" * 600, "old .xls"),
        ("a.xlsx", b"PK\x03\x04 not really", "no workbook"),
        ("a.xlsx", b"just words", "no workbook"),
        ("a.xlsx", b"", "empty"),
        ("a.pdf", b"%PDF-1.7", "are not read"),
        ("a.csv", b'Question,Answer\n"never closed', "never closed"),
        ("a.csv", b"Question,Answer\nIs it?,\"=cmd|' /C calc'!A0\"\n", "starts a program"),
        ("a.csv", b"Question,Answer\n\0\0\0", "no text"),
        ("a.csv", b"Question,Answer\n" + b"x" * 40_000, "more than 32,767"),
        ("a.json", b'{"questionnaire": [', "no VSAQ"),
        ("a.json", b'{"questionnaire": ' + b"[" * 200_000, "no VSAQ"),
        ("a.json", b'{"other": 1}', "holds no questionnaire"),
    ],
)
def test_refused_by_its_bytes(name: str, data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    assert words in refused(tmp_path / name)


def test_a_folder_and_nothing_are_no_files(tmp_path: Path) -> None:
    assert "no file" in refused(tmp_path)
    assert "no file" in refused(tmp_path / "absent.xlsx")


def test_a_half_file_is_refused(tmp_path: Path) -> None:
    path = plain_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-200])
    assert "no workbook" in refused(path)


def test_a_part_whose_bytes_rot_is_refused(tmp_path: Path) -> None:
    path = plain_file(tmp_path)
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo(SHEET).header_offset
    data = bytearray(path.read_bytes())
    data[at + 90] ^= 0xFF
    path.write_bytes(bytes(data))
    assert "damaged" in refused(path)


def test_entities_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    path = plain_file(tmp_path)
    doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet'
    assert "entities" in refused(replaced(path, SHEET, b"<worksheet", doctype))
    assert "entities" in refused(
        replaced(plain_file(tmp_path), "xl/workbook.xml", b"<workbook ", b"<!DOCTYPE x><workbook ")
    )


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    assert "would expand" in refused(rebuilt(plain_file(tmp_path), {"xl/media/a.bin": b"\0" * 20_000_000}))


def test_a_directory_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    path = plain_file(tmp_path)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    data = path.read_bytes()
    at = data.rindex(SHEET.encode()) - 22
    assert int.from_bytes(data[at : at + 4], "little") == size
    path.write_bytes(data[:at] + (size - 50).to_bytes(4, "little") + data[at + 4 :])
    assert any(word in refused(path) for word in ("damaged", "another size"))


def test_too_many_parts_and_names_that_leave_the_file(tmp_path: Path) -> None:
    many = {f"xl/x{n}.xml": b"" for n in range(5_001)}
    assert "parts, more than" in refused(rebuilt(plain_file(tmp_path), many))
    assert "leaves it" in refused(rebuilt(plain_file(tmp_path), {"../../evil.xml": b"x"}))
    assert "leaves it" in refused(rebuilt(plain_file(tmp_path), {"/etc/evil": b"x"}))
    assert "same name" in refused(rebuilt(plain_file(tmp_path), {SHEET.upper(): b"x"}))


def test_a_sheet_of_too_many_rows_is_refused(tmp_path: Path) -> None:
    path = plain_file(tmp_path)
    row = b"".join(
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>Is %d it?</t></is></c></row>' % (n, n, n * 7919 % 999_983)
        for n in range(10, 100_020)
    )
    assert "more than 100,000 rows" in refused(replaced(path, SHEET, b"</sheetData>", row + b"</sheetData>"))


def test_empty_rows_without_end_are_read_past(tmp_path: Path) -> None:
    path = plain_file(tmp_path)
    row = b"".join(b'<row r="%d" s="0"/>' % n for n in range(10, 200_010))
    replaced(path, SHEET, b"</sheetData>", row + b"</sheetData>")
    assert len(read_questionnaire(path).questions) == 4


def test_a_sheet_of_too_many_cells_is_refused_though_they_are_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = plain_file(tmp_path)
    row = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(10, 1_010))
    replaced(path, SHEET, b"</sheetData>", row + b"</sheetData>")
    monkeypatch.setattr("proveonce.content.questionnaires.worksheet.MAX_CELLS", 1_006)
    assert len(parse_questionnaire(path).questions) == 4
    monkeypatch.setattr("proveonce.content.questionnaires.worksheet.MAX_CELLS", 1_005)
    assert "more than 1,005 cells, filled or not" in refused(path)


def test_row_and_column_numbers_beyond_a_sheet(tmp_path: Path) -> None:
    assert "numbered" in refused(replaced(plain_file(tmp_path), SHEET, b'<row r="2"', b'<row r="99999999"'))
    assert "a cell called" in refused(replaced(plain_file(tmp_path), SHEET, b'r="A2"', b'r="XFE2"'))
    assert "a cell called" in refused(replaced(plain_file(tmp_path), SHEET, b'r="A2"', b'r="A3"'))


def test_formulas_that_start_programs_are_refused(tmp_path: Path) -> None:
    path = one(*PLAIN, then=lambda sheet, _: sheet.write_formula("F1", "=1+1"))(tmp_path)
    assert "DDE" in refused(replaced(path, SHEET, b"<f>1+1</f>", b"<f>cmd|'/C calc'!A0</f>"))
    link = {"xl/externalLinks/externalLink1.xml": b'<externalLink><ddeLink ddeService="cmd"/></externalLink>'}
    assert "DDE" in refused(rebuilt(plain_file(tmp_path), link))


def test_what_a_file_carries_is_told(tmp_path: Path) -> None:
    carried = {
        "xl/vbaProject.bin": b"macro", "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
        "xl/embeddings/oleObject1.bin": b"object", "xl/media/inner.zip": b"PK", "_xmlsignatures/sig1.xml": b"<s/>",
    }  # fmt: skip
    path = rebuilt(plain_file(tmp_path), carried).rename(tmp_path / "a.xlsm")
    told = "\n".join(parse_questionnaire(path).notes)
    for words in ("macros (xl/vbaProject.bin)", "links to other", "embedded objects", "inner.zip", "digital signature"):
        assert words in told


def test_another_zip_is_no_workbook(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "x")
    (tmp_path / "a.docx").write_bytes(data.getvalue())
    assert "no workbook" in refused(tmp_path / "a.docx")


def test_the_process_of_its_own_says_the_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(OLE + b"\0" * 600)
    with pytest.raises(UsageError, match=r"old \.xls") as caught:
        read_questionnaire(tmp_path / "a.xlsx")
    assert caught.value.fix == "save it as .xlsx"


def test_a_reader_that_runs_out_of_time_is_a_clear_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proveonce.content.questionnaires.reading.WALL_SECONDS", 0.001)
    with pytest.raises(UsageError, match="takes more than"):
        read_questionnaire(plain_file(tmp_path))


def test_the_process_of_its_own_holds_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    seen: dict[str, Any] = {}
    real = subprocess.run

    def _run(*args: Any, **kwargs: Any) -> Any:
        seen.update(kwargs["env"])
        return real(*args, **kwargs)

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    monkeypatch.setattr("subprocess.run", _run)
    assert read_questionnaire(plain_file(tmp_path)).questions
    assert "AWS_SECRET_ACCESS_KEY" not in seen
