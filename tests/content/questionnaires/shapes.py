"""Questionnaires as people send them: invented questions in real layouts, built as real files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter.workbook import Workbook

Row = Sequence[Any]
CAIQ_HEADS = (
    "Question ID", "Question", "CSP CAIQ Answer", "SSRM Control Ownership",
    "CSP Implementation Description (Optional/Recommended)", "CSC Responsibilities  (Optional/Recommended)", "", "",
    "CCM Control ID", "CCM Control Specification", "CCM Control Title", "CCM Domain Title",
)  # fmt: skip
ASKED = ("Do you lock doors?", "Are backups encrypted?", "Describe how keys are rotated.", "Is access reviewed?")


@dataclass(frozen=True)
class Shape:
    """A file and what must be found in it."""

    build: Callable[[Path], Path]
    found: Sequence[tuple[str, str, str | None, str | None]]
    """Id, text, cell of the answer, cell of the comment."""
    columns: str | None = None


def book(path: Path, sheets: Mapping[str, Callable[[Any, Any], None]]) -> Path:
    """A workbook with sheets that the functions fill."""
    with Workbook(str(path), {"strings_to_formulas": False}) as workbook:
        for name, fill in sheets.items():
            fill(workbook.add_worksheet(name), workbook)
    return path


def rows(*lines: Row, at: int = 0) -> Callable[[Any, Any], None]:
    """Fills a sheet with rows from row `at` (0-based)."""

    def _fill(sheet: Any, _workbook: Any) -> None:
        for number, line in enumerate(lines, at):
            for column, value in enumerate(line):
                if value not in ("", None):
                    sheet.write(number, column, value)

    return _fill


def one(*lines: Row, then: Callable[[Any, Any], None] | None = None, name: str = "Sheet1") -> Callable[[Path], Path]:
    """A workbook of one sheet."""

    def _fill(sheet: Any, workbook: Any) -> None:
        rows(*lines)(sheet, workbook)
        if then is not None:
            then(sheet, workbook)

    return lambda folder: book(folder / "asked.xlsx", {name: _fill})


def many(**sheets: Callable[[Any, Any], None]) -> Callable[[Path], Path]:
    """A workbook of several sheets."""
    return lambda folder: book(folder / "asked.xlsx", sheets)


def text_file(name: str, data: bytes) -> Callable[[Path], Path]:
    """A file of these bytes."""

    def _build(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return _build


def plain(answer: str, comment: str | None, first: int = 2, ids: Sequence[str] = ("", "", "", "")) -> list[Any]:
    """The four questions in rows from `first`, with answers and comments in these columns."""
    return [
        (ids[n], text, f"{answer}{first + n}", f"{comment}{first + n}" if comment else None)
        for n, text in enumerate(ASKED)
    ]


def spots(*answers: str | None) -> list[Any]:
    """The four questions, with answers in these cells."""
    return [("", text, cell, None) for text, cell in zip(ASKED, answers, strict=True)]


def hidden(sheet: Any, _workbook: Any) -> None:
    sheet.set_row(2, None, None, {"hidden": True})


def hidden_column(sheet: Any, _workbook: Any) -> None:
    sheet.set_column(1, 1, None, None, {"hidden": True})


def merged_answers(sheet: Any, _workbook: Any) -> None:
    for row in range(1, 5):
        sheet.merge_range(row, 1, row, 3, "")


def merged_questions(sheet: Any, _workbook: Any) -> None:
    sheet.merge_range("A1:C1", "Question")
    sheet.write("D1", "Response")
    for row, text in enumerate(ASKED, 1):
        sheet.merge_range(row, 0, row, 2, text)


def two_storeys(sheet: Any, _workbook: Any) -> None:
    sheet.merge_range("A1:A2", "Question")
    sheet.merge_range("B1:C1", "Vendor response")
    sheet.write_row("B2", ["Yes/No", "Comments"])
    for row, text in enumerate(ASKED, 2):
        sheet.write(row, 0, text)


def formulas(sheet: Any, _workbook: Any) -> None:
    sheet.write_formula("B3", '=IF(A3="","","Yes")', None, "Yes")


def lines_with(heads: Row, make: Callable[[int, str], Row]) -> list[Row]:
    return [heads, *(make(n, text) for n, text in enumerate(ASKED))]


PLAIN = lines_with(("Question", "Answer"), lambda _n, t: (t,))
QA = lines_with(("Question", "Response", "Comments"), lambda _n, t: (t,))
IDS = ("1.1", "1.2", "1.3", "2.1")
CAIQ_IDS = ("A&A-01.1", "AIS-01.1", "CEK-01.1", "IAM-01.2")
HECVAT = [
    ("Instructions", "Fill this in."), ("Company",),
    ("Company Information", "", "Answer", "Additional Information", "Guidance", "Analyst Notes"),
    ("COMP-01", ASKED[0], "", "", "Say more"), ("COMP-02", ASKED[1]),
    ("Documentation", "", "Answer", "Additional Information", "Guidance", "Analyst Notes"),
    ("DOCU-01", ASKED[2]), ("DOCU-02", ASKED[3]),
]  # fmt: skip
HECVAT_FOUND = [
    ("COMP-01", ASKED[0], "C4", "D4"), ("COMP-02", ASKED[1], "C5", "D5"),
    ("DOCU-01", ASKED[2], "C7", "D7"), ("DOCU-02", ASKED[3], "C8", "D8"),
]  # fmt: skip

SHAPES: dict[str, Shape] = {
    "plain": Shape(one(*PLAIN), plain("B", None)),
    "comments": Shape(one(*QA), plain("B", "C")),
    "caiq": Shape(
        one(("v4.0.3",), *lines_with(CAIQ_HEADS, lambda n, t: (CAIQ_IDS[n], t)), ("End of Standard",),
            ("© Copyright 2024 Somebody. All rights reserved.",), name="CAIQv4.0.3"),
        plain("C", "E", 3, CAIQ_IDS),
    ),
    "caiq without the parentheses and tail": Shape(
        one(("v4.0.2",), *lines_with(
            ("Question ID", "Question", "CSP CAIQ Answer", "SSRM Control Ownership", "CSP Implementation Description",
             "CSC Responsibilities"), lambda n, t: (CAIQ_IDS[n], t)), name="CAIQv4.0.2"),
        plain("C", "E", 3, CAIQ_IDS),
    ),
    "ai caiq": Shape(
        one(("AI-CAIQ v1.0",), *lines_with(("Question ID", "Question", "Service Provider AI-CAIQ Answer"),
            lambda n, t: (CAIQ_IDS[n], t)), name="AI-CAIQ"),
        plain("C", None, 3, CAIQ_IDS),
    ),
    "hecvat": Shape(one(*HECVAT, name="HECVAT Organization"), HECVAT_FOUND),
    "hecvat 3": Shape(
        one(("HECVAT - Full",), *lines_with(
            ("Company", "", "Vendor Answers", "Additional Information", "Guidance", "Analyst Notes"),
            lambda n, t: (f"COMP-0{n + 1}", t)), name="HECVAT - Full"),
        plain("C", "D", 3, ("COMP-01", "COMP-02", "COMP-03", "COMP-04")),
    ),
    "sig": Shape(
        one(*lines_with(("Ques Num", "Question/Request", "Response", "Additional Information", "ISO 27001"),
            lambda n, t: (f"A.1.{n + 1}", t)), name="A. Risk"),
        plain("C", "D", 2, ("A.1.1", "A.1.2", "A.1.3", "A.1.4")),
    ),
    "title rows and an about sheet": Shape(
        many(About=rows(("About this questionnaire",), ("Question", "Whom do I ask?")),
             Asked=rows(("Acme supplier review",), (), ("Please return by Friday",), (), *QA)),
        plain("B", "C", 6),
    ),
    "header far down": Shape(one(*[("Note", n) for n in range(40)], *QA), plain("B", "C", 42)),
    "columns in another order": Shape(
        one(*lines_with(("Details", "Response", "Ref", "Control requirement", "Domain"),
            lambda n, t: ("", "", IDS[n], t, "Access"))),
        plain("B", "A", 2, IDS),
    ),
    "no ids, sections between": Shape(
        one(("Question", "Answer"), ("Physical security",), (ASKED[0],), ("Cryptography",), (ASKED[1],), (ASKED[2],),
            ("Access control",), (ASKED[3],)),
        spots("B3", "B5", "B6", "B8"),
    ),
    "numbers as ids": Shape(
        one(*lines_with(("#", "Question", "Yes/No"), lambda n, t: (n + 1, t))), plain("C", None, 2, ("1", "2", "3",
        "4"))
    ),
    "ids typed as decimals": Shape(
        one(*lines_with(("No.", "Question", "Response"), lambda n, t: (float(IDS[n]), t))), plain("C", None, 2, IDS)
    ),
    "repeated headings": Shape(
        one(*PLAIN[:3], (), ("Part 2",), PLAIN[0], *PLAIN[3:]),
        spots("B2", "B3", "B7", "B8"),
    ),
    "two tables below each other": Shape(
        one(*PLAIN[:3], (), ("ID", "Notes", "Question", "Answer"), ("X1", "", ASKED[2]), ("X2", "", ASKED[3])),
        [("", ASKED[0], "B2", None), ("", ASKED[1], "B3", None), ("X1", ASKED[2], "D6",
        "B6"), ("X2", ASKED[3], "D7", "B7")],
    ),
    "two tables side by side": Shape(
        one(("Question", "Answer", "", "Question", "Answer"), (ASKED[0], "", "", ASKED[1]), (ASKED[2], "",
        "", ASKED[3])),
        spots("B2", "E2", "B3", "E3"),
    ),
    "several sheets": Shape(
        many(One=rows(*PLAIN[:3]), Two=rows(PLAIN[0], *PLAIN[3:])),
        spots("B2", "B3", "B2", "B3"),
    ),
    "answers merged over columns": Shape(one(*PLAIN, then=merged_answers), plain("B", None)),
    "questions merged over columns": Shape(one(then=merged_questions), plain("D", None)),
    "headings of two storeys": Shape(one(then=two_storeys), plain("B", "C", 3)),
    "hidden row": Shape(
        one(*PLAIN, then=hidden),
        spots("B2", None, "B4", "B5"),
    ),
    "hidden column with an old answer": Shape(
        one(*lines_with(("Question", "Answer", "Answer"), lambda _n, t: (t,)), then=hidden_column), plain("C", None)
    ),
    "formula in an answer": Shape(
        one(*PLAIN, then=formulas),
        spots("B2", None, "B4", "B5"),
    ),
    "columns that are not ours": Shape(
        one(*lines_with(("ID", "Question", "Question type", "Previous response", "Expected answer", "Response",
                         "Reviewer comments", "Risk score", "Comments"),
            lambda n, t: (IDS[n], t, "Yes/No", "Yes", "Yes"))),
        plain("F", "I", 2, IDS),
    ),
    "notes, an example and an end": Shape(
        one(*QA[:1], ("Example: Do you smile?", "Yes", "Always"), *QA[1:], ("Note: answer all of them.",),
            ("Thank you for your time",), ("End of questionnaire",), ("© 2025 Acme. All rights reserved.",)),
        plain("B", "C", 3),
    ),
    "statements instead of questions": Shape(
        one(("ID", "Requirement", "Compliant?", "Evidence"), ("R1", "Doors are locked", ""), ("R2",
        "Backups are encrypted")),
        [("R1", "Doors are locked", "C2", "D2"), ("R2", "Backups are encrypted", "C3", "D3")],
    ),
    "no answer column": Shape(one(*lines_with(("id", "domain", "question"), lambda n, t: (IDS[n], "Access", t))),
                              [(i, t, None, None) for i, t in zip(IDS, ASKED, strict=True)]),
    "no headings": Shape(
        one(("Doors locked?",), ("Backups encrypted?",), ("Keys rotated?",)),
        [("", "Doors locked?", None, None), ("", "Backups encrypted?", None, None), ("", "Keys rotated?", None, None)],
    ),
    "emoji, right to left, long": Shape(
        one(("Question", "Answer"), ("🔐 Is it locked?",), ("هل البيانات مشفرة؟",), ("Is it long? " + "x" * 32_000,)),
        [("", "🔐 Is it locked?", "B2", None), ("", "هل البيانات مشفرة؟", "B3", None),
         ("", "Is it long? " + "x" * 32_000, "B4", None)],
    ),
    "columns by hand": Shape(
        one(("Foo", "Bar", "Baz"), *((f"q{n}", t) for n, t in enumerate(ASKED))),
        plain("C", None, 2, ("q0", "q1", "q2", "q3")), "id=A,question=B,answer=C,header=1",
    ),
    "csv": Shape(text_file("a.csv", b'id,domain,question,response,notes\r\n1,A,Locked?,,\r\n2,A,"Safe, too?",,\r\n'),
                 [("1", "Locked?", "D2", "E2"), ("2", "Safe, too?", "D3", "E3")]),
    "csv with semicolons, Windows-1252": Shape(
        text_file("a.csv", "Frage;Antwort\nSchlüssel gewechselt?;\nTüren zu?;\n".encode("cp1252")),
        [("", "Schlüssel gewechselt?", "B2", None), ("", "Türen zu?", "B3", None)],
    ),
    "csv in UTF-16 with tabs": Shape(
        text_file("a.csv", "Question\tAnswer\nIs it ü?\t\n".encode("utf-16")), [("", "Is it ü?", "B2", None)]
    ),
    "csv with short records and line breaks": Shape(
        text_file("a.csv", b'\xef\xbb\xbfQuestion,Answer\n"Is it\nsafe?"\n\nIs it sound?\n'),
        [("", "Is it\nsafe?", "B2", None), ("", "Is it sound?", "B4", None)],
    ),
    "columns to tick": Shape(
        one(*lines_with(("#", "Question", "Yes", "No", "N/A", "Comments"), lambda n, t: (n + 1, t))),
        [(str(n), t, None, f"F{n + 1}") for n, t in enumerate(ASKED, 1)],
    ),
    "a title that names questions, No for number": Shape(
        one(("Supplier security questions",), ("Company name:", "Acme"),
            *lines_with(("No", "Questions", "Answers", "Explain"), lambda n, t: (n + 1, t))),
        plain("C", "D", 4, ("1", "2", "3", "4")),
    ),
    "numbered sections": Shape(
        one(("ID", "Question", "Answer"), ("1", "Physical security"), ("1.1", ASKED[0]), ("2", "Operations"),
            ("2.1", ASKED[1])),
        [("1.1", ASKED[0], "C3", None), ("2.1", ASKED[1], "C5", None)],
    ),
    "a legend of answers above": Shape(
        one(("How", "Answer", "Meaning"), ("", "Yes", "Met"), ("", "No", "Not met"), (), *QA), plain("B", "C", 6)
    ),
    "owner, date and details of a response": Shape(
        one(*lines_with(("Question", "Response owner", "Response date", "Response", "Response details"),
            lambda _n, t: (t,))),
        plain("D", "E"),
    ),
    "a customer's question, their notes and ours": Shape(
        one(*lines_with(("Customer question", "Supplier answer", "Customer notes", "Supplier notes"),
            lambda _n, t: (t,))),
        plain("B", "D"),
    ),
}  # fmt: skip
