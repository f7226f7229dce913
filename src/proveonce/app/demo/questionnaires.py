"""Two questionnaires as customers of the example organisation might send them, made and not kept as files.

The vendor review is free-form and all its questions are ours. The other has the layout of CAIQ 4.0 with its question
ids; in place of CSA's questions, which are CSA's, stand the topic words of our map, and the sheet says so. Equal
content gives equal bytes, and a file that is there is never written over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from proveonce.content import load_content
from proveonce.content.answering import load_answering
from proveonce.model.questionnaire import Format

FOLDER = "questionnaires"
VENDOR_REVIEW = "vendor-review.xlsx"
CAIQ_LAYOUT = "caiq-layout.xlsx"
_CREATED = datetime(2026, 11, 16, 9, 0)  # noqa: DTZ001 - XlsxWriter takes times without a zone
_TALL = 48
"""Height of a row of three lines, in points."""
_ROOM = 20
"""Rows at the end of the choice list's range that are left free."""
_SECTIONS = {
    "1 Access": (
        "Is multi-factor authentication required of every person who signs in to the cloud console?",
        "Are access rights of all users reviewed at least every six months?",
        "Are credentials that have not been used for 90 days disabled?",
        "Do any administrators share an account?",
        "How many people hold administrative access to production?",
    ),
    "2 Data": (
        "Are databases encrypted at rest?",
        "Are storage buckets closed to the public?",
        "Are backups of all critical systems restored in a test at least every 12 months?",
        "Is traffic to your storage refused unless it is encrypted in transit?",
        "Do you ever store card verification codes after authorisation?",
        "Describe how encryption keys are rotated.",
    ),
    "3 Operations": (
        "Are internal vulnerability scans performed at least every three months?",
        "Do external scans by an approved scanning vendor pass every quarter?",
        "Is a penetration test performed at least every 12 months, and are its findings corrected?",
        "Are changes to production approved before release, and is a sample of them checked each quarter?",
        "Are API calls logged in every region and kept for at least 12 months?",
        "Are firewall rules reviewed at least every six months?",
    ),
    "4 People and partners": (
        "Does the whole workforce complete security awareness training at least every 12 months?",
        "Are developers trained in secure coding at least every 12 months?",
        "Is the incident response plan tested at least every 12 months?",
        "Are your vendors assessed at least every 12 months?",
        "Is there a signed business associate agreement with every subcontractor that handles PHI?",
        "Is the information security policy reviewed every 12 months and acknowledged by all staff?",
    ),
    "5 Commercial": (
        "Will you accept our security addendum without changes?",
        "Does your product offer single sign-on to our users?",
    ),
}
_CAIQ_HEADINGS = (
    "Question ID", "Question", "CSP CAIQ Answer", "SSRM Control Ownership",
    "CSP Implementation Description (Optional/Recommended)", "CSC Responsibilities (Optional/Recommended)",
)  # fmt: skip
_OURS = (
    "Layout and question ids of CSA's CAIQ 4.0 only. The words under Question are topic words of our own and no text "
    "of CSA's; take the questionnaire itself from CSA."
)


def write_questionnaires(root: Path) -> None:
    """Makes both in `questionnaires/` of the workspace at `root`, each unless it is there."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    _make(folder / VENDOR_REVIEW, _vendor_review)
    _make(folder / CAIQ_LAYOUT, lambda workbook: _caiq_layout(workbook, _topics(root)))


def _make(path: Path, fill: Callable[[Workbook], None]) -> None:
    if path.exists():
        return
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"created": _CREATED})
        fill(workbook)


def _vendor_review(workbook: Workbook) -> None:
    """Title rows, sections between the questions, a list of answers on a hidden sheet."""
    sheet = workbook.add_worksheet("Security review")
    lists = workbook.add_worksheet("Lists")
    for row, word in enumerate(("Yes", "No", "Partial")):
        lists.write(row, 0, word)
    lists.hide()
    sheet.write("A1", "Lakeside Care Network: security review of suppliers", _bold(workbook, 14))
    sheet.write("A2", "Supplier: Example Health Inc., CareLoop Platform. Please return by 4 December 2026.")
    sheet.write("A3", "Invented for the demo of Proveonce.")
    row = _headings(workbook, sheet, 4, ("No.", "Question", "Answer (Yes/No/Partial)", "Comments"))
    wrapped, section = _wrapped(workbook), _bold(workbook, 10)
    for title, questions in _SECTIONS.items():
        sheet.write(row, 0, title, section)
        row += 1
        for number, question in enumerate(questions, 1):
            sheet.set_row(row, _TALL)
            sheet.write_row(row, 0, (f"{title[0]}.{number}", question, "", ""), wrapped)
            row += 1
    sheet.data_validation(5, 2, row + _ROOM, 2, {"validate": "list", "source": "=Lists!$A$1:$A$3"})
    _lay_out(sheet, (8, 62, 24, 62), 5)


def _caiq_layout(workbook: Workbook, topics: Iterator[tuple[str, str]]) -> None:
    sheet = workbook.add_worksheet("CAIQv4.0.3")
    sheet.write("A1", "v4.0.3")
    sheet.write("C1", _OURS)
    row = _headings(workbook, sheet, 1, _CAIQ_HEADINGS)
    wrapped = _wrapped(workbook)
    for name, topic in topics:
        sheet.write_row(row, 0, (name, topic, *[""] * (len(_CAIQ_HEADINGS) - 2)), wrapped)
        row += 1
    sheet.data_validation(2, 2, row - 1, 2, {"validate": "list", "source": ["Yes", "No", "NA"]})
    _lay_out(sheet, (12, 72, 14, 20, 62, 30), 2)


def _topics(root: Path) -> Iterator[tuple[str, str]]:
    """Question id and our words for it, of each that the map knows."""
    known = load_answering(root, load_content(root).controls).maps[Format.CAIQ]
    for entry in known.entries.values():
        name = entry.id if "." in entry.id else f"{entry.id}.1"
        yield name, f"{entry.topic[0].upper()}{entry.topic[1:]}?"


def _headings(workbook: Workbook, sheet: Worksheet, row: int, names: tuple[str, ...]) -> int:
    """Writes the headings; the row below them."""
    shaded = workbook.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True})
    sheet.set_row(row, _TALL)
    sheet.write_row(row, 0, names, shaded)
    return row + 1


def _lay_out(sheet: Worksheet, widths: tuple[float, ...], first: int) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(first, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _bold(workbook: Workbook, size: int) -> Any:
    return workbook.add_format({"bold": True, "font_size": size})


def _wrapped(workbook: Workbook) -> Any:
    return workbook.add_format({"text_wrap": True, "valign": "top", "border": 1})
