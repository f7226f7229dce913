"""Questions and the places of their answers are found in every shape, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.questionnaires.shapes import PLAIN, QA, SHAPES, one, rows
from proveonce.content.questionnaires import read_questionnaire
from proveonce.content.questionnaires.parsing import parse_questionnaire
from proveonce.kernel.errors import UsageError
from proveonce.model.questionnaire import Format

_FORMATS = {
    "caiq": Format.CAIQ, "caiq without the parentheses and tail": Format.CAIQ, "ai caiq": Format.AI_CAIQ,
    "hecvat": Format.HECVAT, "hecvat 3": Format.HECVAT, "sig": Format.SIG,
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_shape(name: str, tmp_path: Path) -> None:
    shape = SHAPES[name]
    read = parse_questionnaire(shape.build(tmp_path), shape.columns)
    found = [(q.id, q.text, q.answer and q.answer.cell, q.comment and q.comment.cell) for q in read.questions]
    assert found == list(shape.found)
    assert read.format is _FORMATS.get(name, Format.FREE)
    assert len({q.key for q in read.questions}) == len(read.questions)


def test_the_process_of_its_own_reads_the_same(tmp_path: Path) -> None:
    path = SHAPES["caiq"].build(tmp_path)
    assert read_questionnaire(path) == parse_questionnaire(path)


def test_caiq_says_edition_ownership_and_vocabulary(tmp_path: Path) -> None:
    read = parse_questionnaire(SHAPES["caiq"].build(tmp_path))
    first = read.questions[0]
    assert read.edition == "4.0.3"
    assert first.answer is not None
    assert first.answer.choices == ("Yes", "No", "NA")
    assert first.ownership is not None
    assert first.ownership.cell == "D3"
    assert "Shared CSP and CSC" in first.ownership.choices


def test_caiq_lite_by_its_name_only(tmp_path: Path) -> None:
    path = SHAPES["caiq"].build(tmp_path)
    assert parse_questionnaire(path.rename(tmp_path / "CAIQ-Lite.xlsx")).format is Format.CAIQ_LITE


def test_sections_carry_down(tmp_path: Path) -> None:
    read = parse_questionnaire(SHAPES["no ids, sections between"].build(tmp_path))
    assert [q.section for q in read.questions] == [
        "Physical security", "Cryptography", "Cryptography", "Access control",
    ]  # fmt: skip
    hecvat = parse_questionnaire(SHAPES["hecvat"].build(tmp_path))
    assert [q.section for q in hecvat.questions] == ["Company Information"] * 2 + ["Documentation"] * 2


def test_notes_say_where_the_headings_stand_and_what_was_left(tmp_path: Path) -> None:
    told = "\n".join(parse_questionnaire(SHAPES["notes, an example and an end"].build(tmp_path)).notes)
    assert "4 questions, headings in row 1: question A 'Question', answer B 'Response', comment C 'Comments'" in told
    assert "examples, no questions: Sheet1!A2" in told
    assert "ends and copyright lines, no questions: Sheet1!A9, Sheet1!A10" in told


def test_hidden_rows_and_sheets_are_told_and_have_no_place(tmp_path: Path) -> None:
    read = parse_questionnaire(SHAPES["hidden row"].build(tmp_path))
    assert [q.is_hidden for q in read.questions] == [False, True, False, False]
    assert any("hidden rows" in note and "A3" in note for note in read.notes)

    def _fill(sheet: object, workbook: object) -> None:
        back = workbook.add_worksheet("Back")  # type: ignore[attr-defined]  # XlsxWriter has no types
        rows(*QA)(back, workbook)
        back.hide()

    hidden = parse_questionnaire(one(*PLAIN, then=_fill)(tmp_path))
    assert {q.answer.sheet for q in hidden.questions if q.answer} == {"Sheet1"}
    assert any("hidden sheets" in note and "'Back'" in note for note in hidden.notes)


def test_repeated_ids_have_keys_and_places_of_their_own(tmp_path: Path) -> None:
    lines = [("ID", "Question", "Answer"), ("G-01", "Is it so?"), ("G-01", "Is it so?")]
    read = parse_questionnaire(one(*lines)(tmp_path))
    assert [q.id for q in read.questions] == ["G-01", "G-01"]
    assert [q.key for q in read.questions] == ["G-01", "G-01@Sheet1!B3"]
    assert [q.answer and q.answer.cell for q in read.questions] == ["C2", "C3"]


@pytest.mark.parametrize(
    ("written", "current"),
    [("No", "No"), ("Please select", ""), ("<your answer>", ""), ("-", ""), ("See our policy", "See our policy")],
)
def test_what_stands_in_a_place_is_read_and_placeholders_are_nothing(
    written: str, current: str, tmp_path: Path
) -> None:
    read = parse_questionnaire(one(("Question", "Answer"), ("Is it so?", written))(tmp_path))
    assert read.questions[0].answer is not None
    assert read.questions[0].answer.current == current


def test_an_answer_that_reads_like_a_heading_begins_no_table(tmp_path: Path) -> None:
    lines = [*QA, ("Incident response", "Yes", "See notes"), ("Response details", "No", "Comments below")]
    read = parse_questionnaire(one(*lines)(tmp_path))
    assert [q.answer and q.answer.cell for q in read.questions][:4] == ["B2", "B3", "B4", "B5"]
    assert len(read.questions) == 6


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("question", "names no column"), ("qestion=B", "closest: question"), ("answer=B", "no question column"),
        ("question=B,answer=B", "one column is given twice"), ("question=1", "is no column"),
        ("question=B,header=x", "is no row"), ("question=B,sheet=Nowhere", "no visible sheet 'Nowhere'"),
        ("question=B,question=C", "given twice"), ("question=XFE", "is no column"),
    ],
)  # fmt: skip
def test_columns_by_hand_are_checked(columns: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        parse_questionnaire(SHAPES["plain"].build(tmp_path), columns)
    assert caught.value.fix


def test_nothing_that_asks_is_said_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no questions were found") as caught:
        parse_questionnaire(one(("Name", "Size"), ("a", 1))(tmp_path))
    assert "--columns" in caught.value.fix
