"""The first sheet and the last: Cover, which lists the others, and Legend."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter.worksheet import Worksheet

from proveonce.kernel.instants import format_instant
from proveonce.model.assessment import RequirementCoverage
from proveonce.model.crosswalk import Relation
from proveonce.model.finding import Status
from proveonce.present.view import FOOT
from proveonce.present.workbook import cells, facts, measure
from proveonce.present.workbook.book import Book
from proveonce.present.workbook.grid import Column, Grid, Layout, Value
from proveonce.present.workbook.reading import STATE_WORDS
from proveonce.present.workbook.style import (
    GREY,
    INK,
    LOOKS,
    MEDIUM,
    MONO,
    NAVY,
    NO_OCCURRENCE,
    OUT_OF_SCOPE,
    RULE,
    THIN,
    Kind,
    requirement_look,
)

_MARGIN, _LABEL, _VALUE, _ROWS = 3.0, 22.0, 62.0, 16.0
_NOTES_ON_ONE_PAGE = 12
_NO_OPINION = "It expresses no opinion."


class Cover:
    """The Cover: made first, so that it stands first; written last, when every sheet has its rows."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._sheet: Worksheet = book.add_sheet("Cover")
        self._row = 0

    def write(self) -> None:
        """Write it, with a link to each sheet entered in the book."""
        sheet = self._sheet
        for index, width in enumerate((_MARGIN, _LABEL, _VALUE, _ROWS)):
            sheet.set_column(index, index, width)
        self._book.set_up_print(sheet, "Cover", is_portrait=True)
        if len(self._book.view.assessment.notes) <= _NOTES_ON_ONE_PAGE:
            sheet.fit_to_pages(1, 1)
        self._top()
        for label, value, is_mono in self._facts():
            self._fact(label, value, is_mono=is_mono)
        self._contents()
        if notes := self._book.view.assessment.notes:
            self._list("What a reader must know", notes)
        sheet.print_area(0, 0, self._row - 1, 3)
        sheet.activate()
        sheet.set_first_sheet()

    def _top(self) -> None:
        view, plain, sheet = self._book.view, self._book.formats.plain, self._sheet
        sheet.set_row(0, 30)
        sheet.set_row(1, 15)
        bold = plain(bold=True, top=MEDIUM, top_color=INK, font_size=8)
        rule = plain(top=MEDIUM, top_color=INK, font_size=8)
        cells.write_text(sheet, 1, 1, cells.clean(view.workspace.organisation), bold)
        cells.write_text(sheet, 1, 2, cells.clean(view.workspace.system), rule)
        sheet.write_blank(1, 3, None, rule)
        sheet.set_row(2, 12)
        sheet.set_row(3, 34)
        title = f"{facts.short_title(view.framework.id, view.framework.title)} evidence package"
        cells.write_text(sheet, 3, 1, cells.clean(title), plain(bold=True, font_size=24, valign="vcenter"))
        sheet.set_row(4, 20)
        under = "Workbook: every requirement, test, finding, deviation, call and file"
        cells.write_text(sheet, 4, 1, under, plain(font_size=12, valign="vcenter"))
        self._row = 5
        if self._book.banner:
            self._space()
            style = self._book.formats.banner()
            sheet.merge_range(self._row, 1, self._row, 3, "", style)
            cells.write_text(sheet, self._row, 1, f"▲ {self._book.banner}", style)
            self._end_row(1)
        self._space()

    def _facts(self) -> Iterator[tuple[str, str, bool]]:
        view = self._book.view
        workspace, assessment, run = view.workspace, view.assessment, view.assessment.run
        inside = sum(1 for result in view.requirements if result.in_scope)
        yield "Framework", f"{view.framework.title}, {view.framework.edition}", False
        yield "In scope", _scope(self._book, inside), False
        yield "As of", f"{facts.second(assessment.as_of)} UTC: a point in time, no period", False
        yield (
            "Package",
            f"{view.package}, {view.tool}, issued {facts.second(format_instant(self._book.created))} UTC",
            False,
        )
        yield "Run", run.id, True
        yield "Root digest, SHA-256", view.evidence_digest, True
        yield "Content digest", assessment.content_digest, True
        accounts = [f"{account} {self._book.accounts.get(account, '')}".strip() for account in run.accounts]
        yield "Accounts read", ", ".join(accounts) or "none", False
        yield "Completeness", run.completeness, False
        if run.endpoint:
            yield "Endpoint", f"{run.endpoint}: not AWS itself, the accounts may be simulated", False
        yield "Prepared", facts.person(workspace.prepared_by, "preparer not named"), False
        yield "Reviewed", facts.person(workspace.reviewed_by, "not reviewed when issued"), False
        yield "Status", f"{FOOT} {_NO_OPINION}", False

    def _fact(self, label: str, value: str, *, is_mono: bool) -> None:
        plain = self._book.formats.plain
        edge = {"top": THIN, "top_color": RULE, "valign": "top", "text_wrap": True}
        font = {"font_name": MONO} if is_mono else {}
        style = plain(**edge, **font)
        shown = cells.clean(value)
        cells.write_text(self._sheet, self._row, 1, label, plain(**edge, font_color=GREY))
        self._sheet.merge_range(self._row, 2, self._row, 3, "", style)
        cells.write_text(self._sheet, self._row, 2, shown, style)
        self._end_row(measure.line_count(shown, _VALUE + _ROWS, is_mono=is_mono))

    def _contents(self) -> None:
        plain, sheet = self._book.formats.plain, self._sheet
        self._space()
        head = {"bold": True, "top": MEDIUM, "top_color": INK, "bottom": THIN, "bottom_color": INK}
        for column, text, align in ((1, "Sheet", "left"), (2, "What it holds", "left"), (3, "Rows", "right")):
            cells.write_text(sheet, self._row, column, text, plain(**head, align=align))
        self._end_row(1)
        line = {"bottom": THIN, "bottom_color": RULE, "valign": "top"}
        link = plain(**line, font_color=NAVY, underline=1)
        number = plain(**line, align="right", num_format='#,##0;-#,##0;"–"')
        for entry in self._book.entries:
            cells.write_link(sheet, self._row, 1, f"'{entry.name}'!A1", f"{entry.reference} {entry.name}", link)
            cells.write_text(sheet, self._row, 2, entry.holds, plain(**line))
            cells.write_number(sheet, self._row, 3, entry.rows, number)
            self._end_row(1)

    def _list(self, head: str, items: tuple[str, ...]) -> None:
        plain, sheet = self._book.formats.plain, self._sheet
        self._space()
        rule = {"top": MEDIUM, "top_color": INK}
        cells.write_text(sheet, self._row, 1, head, plain(bold=True, **rule))
        sheet.write_blank(self._row, 2, None, plain(**rule))
        sheet.write_blank(self._row, 3, None, plain(**rule))
        self._end_row(1)
        style = plain(text_wrap=True, valign="top", top=THIN, top_color=RULE)
        for item in items:
            shown = cells.clean(item)
            sheet.merge_range(self._row, 1, self._row, 3, "", style)
            cells.write_text(sheet, self._row, 1, shown, style)
            self._end_row(measure.line_count(shown, _LABEL + _VALUE + _ROWS))

    def _space(self) -> None:
        self._sheet.set_row(self._row, 12)
        self._row += 1

    def _end_row(self, lines: int) -> None:
        self._sheet.set_row(self._row, measure.height_of(lines))
        self._row += 1


def _scope(book: Book, inside: int) -> str:
    view = book.view
    shown = facts.count(inside, view.framework.requirement_word, facts.plural_of(view))
    if view.framework.id != "soc2":
        return f"{shown} of {len(view.requirements):,}"
    selected = {view.catalog[result.requirement].group for result in view.requirements if result.in_scope}
    names = dict.fromkeys(group.category.replace("_", " ") for group in view.framework.groups if group.id in selected)
    return f"{facts.sentence(', '.join(filter(None, names)))}; {shown}"


_COVERAGE = {
    RequirementCoverage.FULL: "One control, or a set declared complete with its reason, does all that is asked.",
    RequirementCoverage.PARTIAL: "Controls reach part of it, never enough alone; Crosswalk says what stays open.",
    RequirementCoverage.PROCEDURAL: "People carry it out; only records of what they did can show it.",
    RequirementCoverage.UNMAPPED: "No common control is mapped to it, so nothing here speaks to it.",
}
_RELATIONS = {
    Relation.EQUAL_TO: "Control and requirement ask for the same in the same words. Full.",
    Relation.EQUIVALENT_TO: "They ask for the same in other words. Full.",
    Relation.SUPERSET_OF: "The control does all the requirement asks, and more. Full.",
    Relation.SUBSET_OF: "The control does part of what the requirement asks. Partial.",
    Relation.INTERSECTS_WITH: "They overlap; each asks for things that the other does not. Partial.",
}
_WORDS = (
    ("Finding", "One member of a population, judged by one check."),
    ("Population", "All items in scope; every member has a finding, so rows out equal rows in."),
    ("Deviation", "A failure found."),
    ("Risk acceptance", "An approved, expiring decision about a deviation; it never changes the result."),
    (
        "Test, Reference",
        "CC6.1-03.T1 is the first test of the third control under CC6.1; .X a deviation, .E an evidence file.",
    ),
    ("Out of scope", "Management's scope statement takes the resource out of this framework: listed, not counted."),
    ("Each once", "Totals that count a finding or test once, however many controls or requirements it speaks to."),
)
_CELLS = (
    ("–", "Zero. An empty cell means that the question does not arise."),
    ("[U+202E]", "A character that could not be seen, or that a workbook cannot hold, by its Unicode number."),
    ("[cut: …]", "The text is longer than a cell holds; the whole of it is in findings.json."),
    ("more characters in …", "Print has no room for the rest; it stands in the column named, right of the print."),
    ("Right of the print", "Columns that are not printed hold names, digests, files, calls and reasons in full."),
    ("Times", "UTC, as AWS or our clock gave them when the call was answered."),
)
_NOT = (
    ("Not an opinion", FOOT + " " + _NO_OPINION),
    ("Not a certificate", "Nothing here is certified, and no framework's publisher or assessor has approved it."),
    ("Not a period", "Snapshots are points in time: between observations nothing was tested."),
    ("Not the standard", "Titles are ours; for the text of a requirement use its publisher's."),
    ("Not more than read", "What was not read is undetermined, never a pass and never a fail; Coverage lists it."),
)


def write_legend(book: Book) -> None:
    """Marks, words, and what the workbook is not."""
    layout = Layout(
        name="Legend",
        title="Marks and words",
        holds="Marks, words, and what this is not",
        sentence="Every status is a mark and a word; colour only helps. The cell holds the word alone.",
        columns=(Column("About", 18), Column("Word", 24, Kind.STATUS), Column("Meaning", 60, takes_rest=True)),
        is_portrait=True,
    )
    grid = Grid(book, layout)
    for row in _legend_rows(book.view.framework.id):
        grid.add(row)
    grid.close()


def _legend_rows(framework: str) -> Iterator[tuple[Value, ...]]:
    meanings = {
        Status.FAIL: "Read in full and not as the test claims.",
        Status.UNDETERMINED: "Not read, not read in full, or not shown by a record: neither pass nor fail.",
        Status.PASS: "Read in full and as the test claims.",
        Status.NOT_APPLICABLE: "The test excludes it, by the condition printed under Tests.",
    }
    yield from (("Result", LOOKS[status], meaning) for status, meaning in meanings.items())
    yield "Result", NO_OCCURRENCE, "The population was read and is empty: nothing to test, and no pass."
    yield "Result", OUT_OF_SCOPE, "Outside this framework by management's scope statement or selection."
    if framework == "pci_dss":
        for status in meanings:
            look = requirement_look(framework, status)
            yield (
                "Requirement",
                look,
                f"{LOOKS[status].word}, in the words of PCI DSS. A summary for the QSA, who decides.",
            )
    yield from (("Coverage", facts.sentence(word), meaning) for word, meaning in _COVERAGE.items())
    yield from (("Relation", relation, meaning) for relation, meaning in _RELATIONS.items())
    yield "Reads", ", ".join(STATE_WORDS.values()), "How each planned call went; only the first two are reads."
    yield from (("Word", word, meaning) for word, meaning in _WORDS)
    yield from (("Cell", word, meaning) for word, meaning in _CELLS)
    yield from (("What this is not", word, meaning) for word, meaning in _NOT)
