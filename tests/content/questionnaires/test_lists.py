"""The words that a cell may hold, from wherever a sheet keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from content.questionnaires.shapes import PLAIN, one
from content.questionnaires.surgery import replaced
from proveonce.content.questionnaires.parsing import parse_questionnaire

WORDS = ("Fully", "Partly", "Not at all")


def _lists(source: Any, where: str) -> Any:
    """Fills a sheet with a validation whose words may stand on this sheet, another or behind names."""

    def _fill(sheet: Any, workbook: Any) -> None:
        sheet.write_column("H2", WORDS)
        other = workbook.add_worksheet("My 'own' lists")
        other.write_column("A1", WORDS)
        other.hide()
        workbook.define_name("Words", "='My ''own'' lists'!$A$1:$A$3")
        workbook.define_name("Sheet1!Words2", "=Sheet1!$H$2:$H$4")
        sheet.data_validation(where, {"validate": "list", "source": source})

    return _fill


@pytest.mark.parametrize(
    "source",
    [
        list(WORDS),
        "=$H$2:$H$4",
        "='My ''own'' lists'!$A$1:$A$3",
        "='My ''own'' lists'!$A:$A",
        "=Words",
        "=WORDS2",
        "=Sheet1!H2:H4",
    ],
    ids=str,
)
def test_words_of_a_list(source: Any, tmp_path: Path) -> None:
    read = parse_questionnaire(one(*PLAIN, then=_lists(source, "B2:B4"))(tmp_path))
    assert [q.answer.choices for q in read.questions if q.answer] == [WORDS, WORDS, WORDS, ()]


def test_words_of_the_x14_extension(tmp_path: Path) -> None:
    path = one(*PLAIN, then=_lists(["x"], "J9"))(tmp_path)
    extension = (
        b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"'
        b' xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
        b' xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidations count="1">'
        b"<x14:dataValidation type=\"list\"><x14:formula1><xm:f>'My ''own'' lists'!$A$1:$A$3</xm:f></x14:formula1>"
        b"<xm:sqref>B2 B5</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
    )
    replaced(path, "xl/worksheets/sheet1.xml", b"</worksheet>", extension)
    read = parse_questionnaire(path)
    assert [q.answer.choices for q in read.questions if q.answer] == [WORDS, (), (), WORDS]


def test_a_list_that_must_be_computed_is_told_and_never_guessed(tmp_path: Path) -> None:
    read = parse_questionnaire(one(*PLAIN, then=_lists('=INDIRECT("H2:H4")', "B2"))(tmp_path))
    assert read.questions[0].answer is not None
    assert read.questions[0].answer.choices == ()
    assert any("without evaluating a formula: Sheet1!B2" in note for note in read.notes)


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Response (Yes/No/N/A)", ("Yes", "No", "N/A")), ("Answer [Y/N]", ("Y", "N")),
        ("Response (Yes, No or Partial)", ()), ("Response (please be brief)", ()),
    ],
)  # fmt: skip
def test_words_of_a_heading(heading: str, words: tuple[str, ...], tmp_path: Path) -> None:
    read = parse_questionnaire(one(("Question", heading), ("Is it so?",))(tmp_path))
    assert read.questions[0].answer is not None
    assert read.questions[0].answer.choices == words


def test_locked_cells_of_a_protected_sheet_are_no_places(tmp_path: Path) -> None:
    def _protect(sheet: Any, workbook: Any) -> None:
        sheet.write_blank("B3", None, workbook.add_format({"locked": False}))
        sheet.protect()

    read = parse_questionnaire(one(*PLAIN, then=_protect)(tmp_path))
    assert [q.answer and q.answer.cell for q in read.questions] == [None, "B3", None, None]
    assert any("locked" in note for note in read.notes)
