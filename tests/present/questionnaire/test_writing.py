"""Answers go into the answer cells and nowhere else; the rest of the file stays byte for byte."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content.questionnaires.shapes import ASKED, CAIQ_HEADS, PLAIN, QA, SHAPES, book, one, rows
from content.questionnaires.surgery import parts, rebuilt, replaced
from proveonce.content.questionnaires.parsing import parse_questionnaire
from proveonce.kernel.errors import ProveonceError, UsageError
from proveonce.model.questionnaire import Answer, Match, Origin, Question, Slot, Verdict
from proveonce.present.questionnaire import write_answers

NO_MATCH = Match((), 0.0, "none")
SHEET = "xl/worksheets/sheet1.xml"
EXCEL = sorted(name for name, shape in SHAPES.items() if not name.startswith("csv"))


def answer(question: Question, written: str = "", comment: str = "", ownership: str = "") -> Answer:
    return Answer(question, Verdict.TEXT, Origin.PERSON, NO_MATCH, written, comment, ownership)


def read(path: Path, columns: str | None = None) -> list[Question]:
    return list(parse_questionnaire(path, columns).questions)


def cells(path: Path) -> dict[tuple[str, str], tuple[Any, int]]:
    """Sheet and cell → value and style, of every cell that has either."""
    workbook = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): (cell.value, cell.style_id)
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None or cell.style_id
    }


def moved(before: Path, after: Path, answered: Mapping[tuple[str, str], str]) -> list[Any]:
    """Everything that differs and is no answer: parts, order, dates, cells, styles."""
    import zipfile

    old, new = parts(before), parts(after)
    with zipfile.ZipFile(before) as one_zip, zipfile.ZipFile(after) as other:
        frames = [
            [(i.filename, i.date_time, i.compress_type, i.external_attr) for i in z.infolist()]
            for z in (one_zip, other)
        ]
    wrong: list[Any] = [] if frames[0] == frames[1] else [frames]
    wrong += [
        name for name in old if old[name] != new[name] and "worksheets/" not in name and name != "xl/workbook.xml"
    ]
    held, found = cells(before), cells(after)
    for place in sorted(held.keys() | found.keys()):
        value, style = held.get(place, (None, 0))
        if place in answered and place not in held:  # a new cell takes its style from row or column, tested below
            style = found.get(place, (None, 0))[1]
        if found.get(place, (None, 0)) != (answered.get(place, value), style):
            wrong.append((place, found.get(place), answered.get(place, value), style))
    return wrong


@pytest.mark.parametrize("name", EXCEL)
def test_only_the_answers_differ_in_every_shape(name: str, tmp_path: Path) -> None:
    source, target = SHAPES[name].build(tmp_path), tmp_path / "out.xlsx"
    questions = read(source, SHAPES[name].columns)
    answers = [answer(q, f"=Yes {n}", f"+because <{n}> & so") for n, q in enumerate(questions)]
    written = write_answers(source, target, answers)
    wanted = {}
    for one_answer in answers:
        for slot, text in (
            (one_answer.question.answer, one_answer.written),
            (one_answer.question.comment, one_answer.comment),
        ):
            if slot:
                wanted[slot.sheet, slot.cell] = text
    held = [kept.place for kept in written.kept]
    assert moved(source, target, {k: v for k, v in wanted.items() if f"{k[0]}!{k[1]}" not in held}) == []
    assert len(written.cells) + len(held) == len(wanted)
    again = read(target, SHAPES[name].columns)
    assert [q.text for q in again] == [q.text for q in questions]
    assert [q.answer and q.answer.current for q in again] == [q.answer and f"=Yes {n}" for n, q in enumerate(questions)]


def rich(path: Path) -> Path:
    """A workbook with all that openpyxl would lose or move."""

    def _fill(sheet: Any, workbook: Any) -> None:
        wrap = workbook.add_format({"text_wrap": True, "bg_color": "#FFEECC", "border": 1})
        sheet.set_column("B:B", 30, wrap)
        sheet.set_row(3, 40, wrap)
        sheet.freeze_panes(1, 0)
        sheet.autofilter("A1:C5")
        sheet.conditional_format("B2:B5", {"type": "cell", "criteria": "==", "value": '"No"', "format": wrap})
        sheet.data_validation("B2:B5", {"validate": "list", "source": ["Yes", "No"]})
        sheet.write_comment("A2", "a note")
        sheet.write_rich_string("E1", "so ", workbook.add_format({"bold": True}), "bold")
        chart = workbook.add_chart({"type": "column"})
        chart.add_series({"values": "=Sheet1!$F$1:$F$3"})
        sheet.insert_chart("H2", chart)
        sheet.write_formula("F1", '=COUNTIF(B2:B5,"Yes")', None, 0)
        rows(*QA)(sheet, workbook)

    return book(path, {"Sheet1": _fill})


def test_styles_lists_charts_notes_and_filters_survive(tmp_path: Path) -> None:
    source, target = rich(tmp_path / "rich.xlsx"), tmp_path / "out.xlsx"
    rebuilt(source, {"xl/vbaProject.bin": b"macro", "xl/media/logo.png": b"\x89PNG", "customXml/item1.xml": b"<a/>"})
    questions = read(source)
    written = write_answers(source, target, [answer(q, "Yes", "Since 2020") for q in questions])
    places = {("Sheet1", f"{c}{r}"): t for r in range(2, 6) for c, t in (("B", "Yes"), ("C", "Since 2020"))}
    assert moved(source, target, places) == []
    old, new = parts(source)[SHEET], parts(target)[SHEET]
    assert old[: old.index(b"<sheetData>")] == new[: new.index(b"<sheetData>")]
    assert old[old.index(b"</sheetData>") :] == new[new.index(b"</sheetData>") :]
    assert b'fullCalcOnLoad="1"' in parts(target)["xl/workbook.xml"]
    assert any("formulas" in note for note in written.notes)


def test_a_missing_cell_takes_the_style_of_its_row_or_column(tmp_path: Path) -> None:
    source, target = rich(tmp_path / "rich.xlsx"), tmp_path / "out.xlsx"
    write_answers(source, target, [answer(q, "Yes", "x") for q in read(source)])
    sheet = openpyxl.load_workbook(target)["Sheet1"]
    assert [sheet[cell].alignment.wrap_text for cell in ("B2", "C2", "B4", "C4")] == [True, None, True, True]


def test_formulas_alone_ask_for_computing(tmp_path: Path) -> None:
    source, target = SHAPES["plain"].build(tmp_path), tmp_path / "out.xlsx"
    write_answers(source, target, [answer(read(source)[0], "Yes")])
    assert parts(target)["xl/workbook.xml"] == parts(source)["xl/workbook.xml"]


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    source = rich(tmp_path / "rich.xlsx")
    answers = [answer(q, "Yes") for q in read(source)]
    for name in ("a.xlsx", "b.xlsx"):
        write_answers(source, tmp_path / name, answers)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<sheetData>", b'<sheetData ><!-- <c r="B2"/> -->'),
        (b'<row r="2" spans="1:2">', b"<row>"),
        (b'<c r="A2" t="s"><v>2</v></c>', b'<c t="s"><v>2</v></c>'),
        (b'<c r="A2" t="s"><v>2</v></c>', b'<c r="A2" t="s"><v>2</v></c><c r="B2" s="0"/><c r="D2"><v>7</v></c>'),
        (b'<c r="A2" t="s"><v>2</v></c>', b'<c r="A2" t="s"><v>2</v></c><c r="B2" t="str"><v> </v></c >'),
    ],
)  # fmt: skip
def test_cells_are_found_however_they_are_written(old: bytes, new: bytes, tmp_path: Path) -> None:
    source, target = replaced(SHAPES["plain"].build(tmp_path), SHEET, old, new), tmp_path / "out.xlsx"
    write_answers(source, target, [answer(q, "Yes") for q in read(source)])
    sheet = openpyxl.load_workbook(target)["Sheet1"]
    assert [sheet.cell(row, 2).value for row in range(1, 6)] == ["Answer", "Yes", "Yes", "Yes", "Yes"]
    assert [sheet.cell(row, 1).value for row in range(1, 6)] == ["Question", *ASKED]


def test_prefixed_sheets_are_answered_in_their_prefix(tmp_path: Path) -> None:
    import re

    source, target = SHAPES["plain"].build(tmp_path), tmp_path / "out.xlsx"
    data = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", parts(source)[SHEET]).replace(b" xmlns=", b" xmlns:x=")
    rebuilt(source, {SHEET: data})
    write_answers(source, target, [answer(q, "Yes") for q in read(source)])
    assert [openpyxl.load_workbook(target)["Sheet1"].cell(r, 2).value for r in range(2, 6)] == ["Yes"] * 4


def test_rows_that_are_not_there_are_put_in_order(tmp_path: Path) -> None:
    source, target = SHAPES["plain"].build(tmp_path), tmp_path / "out.xlsx"
    far = [replace(read(source)[0], answer=Slot("Sheet1", cell)) for cell in ("C9", "C7", "A9", "AB3")]
    write_answers(source, target, [answer(q, f"in {q.answer.cell}") for q in far if q.answer])
    data = parts(target)[SHEET]
    assert data.index(b'r="7"') < data.index(b'r="A9"') < data.index(b'r="C9"')
    assert b'<dimension ref="A1:AB9"' in data
    sheet = openpyxl.load_workbook(target, read_only=True)["Sheet1"]
    assert sheet["AB3"].value == "in AB3"


def test_an_empty_sheet_takes_an_answer(tmp_path: Path) -> None:
    source, target = replaced(one()(tmp_path), SHEET, b"<sheetData/>", b"<sheetData />"), tmp_path / "out.xlsx"
    write_answers(source, target, [answer(Question("k", "", "?", answer=Slot("Sheet1", "B2")), "Yes")])
    assert openpyxl.load_workbook(target)["Sheet1"]["B2"].value == "Yes"


def _kept(source: Path, target: Path, answers: list[Answer], **options: Any) -> dict[str, str]:
    return {kept.place: kept.why for kept in write_answers(source, target, answers, **options).kept}


def test_what_is_never_written_even_when_asked(tmp_path: Path) -> None:
    def _fill(sheet: Any, workbook: Any) -> None:
        rows(*PLAIN)(sheet, workbook)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("D:D", None, None, {"hidden": True})
        sheet.write_formula("B4", "=1")
        sheet.merge_range("E1:F2", "")
        workbook.add_worksheet("Back").hide()

    source, target = book(tmp_path / "a.xlsx", {"Sheet1": _fill}), tmp_path / "out.xlsx"
    asked = [Question(cell, "", "?", answer=Slot(sheet, cell)) for sheet, cell in (
        ("Sheet1", "B3"), ("Sheet1", "D2"), ("Sheet1", "B4"), ("Sheet1", "F2"), ("Back", "A1"), ("None", "A1"),
    )]  # fmt: skip
    kept = _kept(source, target, [answer(q, "Yes") for q in asked], overwrite=True)
    assert kept == {
        "Sheet1!B3": "the row or column is hidden", "Sheet1!D2": "the row or column is hidden",
        "Sheet1!B4": "the cell holds a formula", "Sheet1!F2": "the cell is merged into another",
        "Back!A1": "the sheet is hidden", "None!A1": "there is no such cell",
    }  # fmt: skip
    assert moved(source, target, {}) == []


def test_somebodys_answer_stays_unless_it_may_be_replaced(tmp_path: Path) -> None:
    lines = [("Question", "Answer"), ("Is it?", "No"), ("Was it?", "Yes"), ("Will it?", "Please select")]
    source, target = one(*lines)(tmp_path), tmp_path / "out.xlsx"
    answers = [answer(q, "Yes") for q in read(source)]
    assert _kept(source, target, answers) == {"Sheet1!B2": "somebody answered otherwise"}
    assert [q.answer and q.answer.current for q in read(target)] == ["No", "Yes", "Yes"]
    assert _kept(source, target, answers, overwrite=True) == {}
    assert [q.answer and q.answer.current for q in read(target)] == ["Yes", "Yes", "Yes"]


def test_one_cell_for_several_questions_is_written_only_if_all_agree(tmp_path: Path) -> None:
    def _share(sheet: Any, _workbook: Any) -> None:
        sheet.merge_range("B2:B3", "")

    source, target = one(*PLAIN, then=_share)(tmp_path), tmp_path / "out.xlsx"
    first, second, *_ = read(source)
    assert first.answer == second.answer
    for other in ("No", ""):
        assert "Sheet1!B2" in _kept(source, target, [answer(first, "Yes"), answer(second, other)])
    assert _kept(source, target, [answer(first, "Yes"), answer(second, "Yes")]) == {}


def test_a_text_longer_than_a_cell_is_kept_out_whole(tmp_path: Path) -> None:
    source, target = SHAPES["plain"].build(tmp_path), tmp_path / "out.xlsx"
    first, second, *_ = read(source)
    kept = _kept(source, target, [answer(first, "🔐" * 16_384), answer(second, "🔐" * 16_383)])
    assert list(kept) == ["Sheet1!B2"]
    assert len(openpyxl.load_workbook(target)["Sheet1"]["B3"].value) == 16_383


def test_the_source_is_never_the_target_and_a_failure_writes_nothing(tmp_path: Path) -> None:
    source = SHAPES["plain"].build(tmp_path)
    before = source.read_bytes()
    answers = [answer(q, "Yes") for q in read(source)]
    (tmp_path / "link.xlsx").symlink_to(source)
    for target in (source, tmp_path / "link.xlsx"):
        with pytest.raises(UsageError, match="questionnaire itself"):
            write_answers(source, target, answers)
    with pytest.raises(ProveonceError, match="cannot be written"):
        write_answers(source, tmp_path / "absent" / "out.xlsx", answers)
    assert source.read_bytes() == before
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(before[:-100])
    with pytest.raises(UsageError):
        write_answers(broken, tmp_path / "out.xlsx", answers)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["asked.xlsx", "broken.xlsx", "link.xlsx"]


TEXT = st.text(st.characters(codec=None, exclude_characters=""), min_size=1, max_size=40).filter(
    lambda text: text == text.strip() and text
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(TEXT, st.sampled_from(["_x0041_", "_x005F_", "a\r\nb", "\ud800", "=1+1", "\x01", "]]>"])),
        min_size=4,
        max_size=4,
    )
)
def test_what_was_written_is_read_back(tmp_path: Path, texts: list[str]) -> None:
    source, target = tmp_path / "asked.xlsx", tmp_path / "out.xlsx"
    if not source.exists():
        SHAPES["plain"].build(tmp_path)
    questions = read(source)
    write_answers(source, target, [answer(q, text) for q, text in zip(questions, texts, strict=True)], overwrite=True)
    from proveonce.content.questionnaires.container import open_container
    from proveonce.content.questionnaires.workbook import read_workbook

    sheet = read_workbook(open_container(target.read_bytes(), "out")).sheets[0]
    assert [sheet.text(row, 2) for row in range(2, 6)] == texts
    assert [sheet.text(row, 1) for row in range(1, 6)] == ["Question", *ASKED]


@pytest.mark.parametrize("name", sorted(name for name in SHAPES if name.startswith("csv")))
def test_csv_keeps_all_but_the_answers(name: str, tmp_path: Path) -> None:
    source, target = SHAPES[name].build(tmp_path), tmp_path / "out.csv"
    questions = read(source)
    assert write_answers(source, target, []).cells == ()
    assert target.read_bytes() == source.read_bytes()
    write_answers(source, target, [answer(q, 'Yes, "so";\tthere') for q in questions])
    again = read(target)
    assert [q.text for q in again] == [q.text for q in questions]
    assert {q.answer.current for q in again if q.answer} == {'Yes, "so";\tthere'}


def test_csv_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes('Frage;"Antwort";Bemerkung\r\n"Tür zu?";"";\r\nOffen?\r\n'.encode("cp1252"))
    first, second = read(tmp_path / "a.csv")
    written = write_answers(tmp_path / "a.csv", tmp_path / "b.csv", [answer(first, "Ja", "→ x"), answer(second, "=1")])
    assert (tmp_path / "b.csv").read_bytes() == (
        'Frage;"Antwort";Bemerkung\r\n"Tür zu?";"Ja";? x\r\nOffen?;\'=1\r\n'.encode("cp1252")
    )
    assert any("cp1252" in note and "C2" in note for note in written.notes)
    assert any("apostrophe" in note and "B3" in note for note in written.notes)


def test_vsaq_answers_are_a_map_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "q.json").write_text(
        '{"questionnaire": [{"type": "yesno", "id": "a", "text": "So?", "yes": "We do", "no": "No"},'
        '{"type": "radiogroup", "id": "b", "text": "Which?", "choices": [{"kms": "KMS"}, {"hsm": "HSM"}]},'
        '{"type": "box", "id": "c", "text": "How?"}, {"type": "yesno", "id": "d", "text": "Sure?"}]}'
    )
    questions = read(tmp_path / "q.json")
    texts = ("We do", "HSM", "By hand", "Perhaps")
    answers = [answer(q, t) for q, t in zip(questions, texts, strict=True)]
    kept = _kept(tmp_path / "q.json", tmp_path / "out.json", answers)
    assert json.loads((tmp_path / "out.json").read_text()) == {"a": "yes", "hsm": "checked", "c": "By hand"}
    assert list(kept) == ["/questionnaire/3"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_what_was_written(tmp_path: Path) -> None:
    source, target = rich(tmp_path / "rich.xlsx"), tmp_path / "out.xlsx"
    write_answers(source, target, [answer(q, "Yes", "=SUM(1)") for q in read(source)])
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "csv", "--outdir",
         str(tmp_path), str(target)], check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    told = (tmp_path / "out.csv").read_text()
    assert told.count("Yes,=SUM(1)") == 4


def test_caiq_ownership_is_written_too(tmp_path: Path) -> None:
    source, target = SHAPES["caiq"].build(tmp_path), tmp_path / "out.xlsx"
    write_answers(source, target, [answer(q, "Yes", "c", "CSP-owned") for q in read(source)])
    sheet = openpyxl.load_workbook(target)["CAIQv4.0.3"]
    assert [cell.value for cell in sheet[3]][2:6] == ["Yes", "CSP-owned", "c", None]
    assert [cell.value for cell in sheet[2]] == [head or None for head in CAIQ_HEADS]
