"""The questions of a file's tables, each with the places of its answer, and notes of what was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from proveonce.content.questionnaires import formats
from proveonce.content.questionnaires.columns import Columns
from proveonce.content.questionnaires.grid import Sheet, letters, reference
from proveonce.content.questionnaires.headings import Role
from proveonce.content.questionnaires.tables import Table, find_tables
from proveonce.content.questionnaires.wording import asks, ends, instructs, is_example, is_placeholder, is_section
from proveonce.kernel.errors import UsageError
from proveonce.model.questionnaire import Format, Question, Questionnaire, Slot

MAX_QUESTIONS = 20_000
_SHOWN = 5
_ID_LENGTH = 40
_TITLE_ROWS = 20
_MOSTLY = 0.5
_SECTION = "names of sections, no questions"


class Book(Protocol):
    """Sheets, and the lists that their cells may be answered from."""

    @property
    def sheets(self) -> Sequence[Sheet]:
        """In their order."""

    def choices(self, sheet: Sheet, formula: str) -> tuple[str, ...] | None:
        """The words of a validation list; None when they cannot be told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A row that asks."""

    table: Table
    row: int
    id: str
    text: str
    section: str


@dataclass(slots=True)
class Notes:
    """What a person must know, gathered while reading."""

    lines: list[str] = field(default_factory=list)
    left: dict[str, list[str]] = field(default_factory=dict)
    """Why something was left out → the places."""

    def leave(self, why: str, place: str) -> None:
        """Notes one place that was left out."""
        self.left.setdefault(why, []).append(place)

    def all(self) -> tuple[str, ...]:
        """Every note, places of one reason together."""
        told = []
        for why, places in self.left.items():
            more = f" and {len(places) - _SHOWN:,} more" if len(places) > _SHOWN else ""
            told.append(f"{why}: {', '.join(places[:_SHOWN])}{more}")
        return (*self.lines, *told)


def read_questions(book: Book, title: str, columns: Columns | None, notes: Iterable[str]) -> Questionnaire:
    """The questionnaire in some sheets. Raises: UsageError when nothing in them asks."""
    told = Notes(list(notes))
    asked: list[Asked] = []
    tables: list[Table] = []
    for sheet in _readable(book, columns, told):
        found = find_tables(sheet, columns)
        rows = [row for table in found for row in _asked(table, told)]
        rows.sort(key=lambda one: (one.row, one.table.group.columns[Role.QUESTION]))
        asked += rows
        tables += [table for table in found if any(row.table is table for row in rows)]
    if not asked:
        raise UsageError("no questions were found", where=title,
                         fix="say where they stand: --columns question=B,answer=D,sheet=NAME,header=ROW")  # fmt: skip
    if len(asked) > MAX_QUESTIONS:
        raise UsageError(f"there are more than {MAX_QUESTIONS:,} questions", where=title, fix="split the file")
    _evidence(tables, asked, told)
    titles = [text for table in tables[:3] for text in _above(table)]
    names = [sheet.name for sheet in book.sheets]
    family = formats.recognise(
        [row.id for row in asked if row.id], names, [title, *titles],
        [word for table in tables for word in _heads(table)],
    )  # fmt: skip
    asked = [row for row in asked if not _is_evaluators(row, family, told)]
    places = _Places(book, family, told)
    return Questionnaire(
        family, titles[0] if titles else title, formats.edition([*names, *titles, title]),
        tuple(_keyed([places.question(row) for row in asked])), told.all(),
    )  # fmt: skip


def _readable(book: Book, columns: Columns | None, notes: Notes) -> list[Sheet]:
    """The sheets to look for questions in."""
    hidden = [sheet.name for sheet in book.sheets if sheet.is_hidden and sheet.rows]
    for name in hidden:
        notes.leave("hidden sheets, not read for questions and never written", repr(name))
    visible = [sheet for sheet in book.sheets if not sheet.is_hidden]
    if columns is None:
        return visible
    if columns.sheet:
        named = [sheet for sheet in visible if sheet.name.lower() == columns.sheet.lower()]
        if not named:
            raise UsageError(f"there is no visible sheet {columns.sheet!r}", where="--columns",
                             fix=f"one of {', '.join(sheet.name for sheet in visible)}")  # fmt: skip
        return named
    question = columns.roles[Role.QUESTION]
    return sorted(visible, key=lambda sheet: -sum(question in row for row in sheet.rows.values()))[:1]


def _asked(table: Table, notes: Notes) -> list[Asked]:
    """The rows of a table that ask, the section carried down to each."""
    rows = [row for row in table.rows() if _question(table, row)]
    numbered = sum(bool(_id(table, row)) for row in rows) >= _MOSTLY * max(len(rows), 1)
    asking = sum(asks(_question(table, row)) for row in rows) >= _MOSTLY * max(len(rows), 1)
    parents = _parents({_id(table, row) for row in rows})
    section, found = table.group.section, []
    for row in table.rows():
        text, number = _question(table, row), _id(table, row)
        named = _section(table, row)
        section = named or section
        if not text:
            section = _lone(table, row) or section
        elif why := _no_question(
            table, row, text, number, numbered=numbered, asking=asking, is_parent=number in parents
        ):
            if why == _SECTION:
                section = " ".join(text.split())
            notes.leave(why, _place(table.sheet, row, table.group.columns[Role.QUESTION]))
        else:
            found.append(Asked(table, row, number, text.strip(), section))
    return found


def _parents(numbers: set[str]) -> set[str]:
    """The ids that others continue: 2 where there is 2.1."""
    return {number[:at] for number in numbers for at, sign in enumerate(number) if sign == "."} & numbers


def _question(table: Table, row: int) -> str:
    """The text that asks in a row; empty in the lower rows of a merged text."""
    sheet, column = table.sheet, table.group.columns[Role.QUESTION]
    top, left = sheet.anchor(row, column)
    return sheet.text(top, left) if top == row else ""


def _id(table: Table, row: int) -> str:
    """The row's id; a text that numbers nothing is none."""
    column = table.column(Role.ID)
    if column is None or table.sheet.anchor(row, column)[1] != column:
        return ""
    text = table.sheet.shown(row, column).strip()
    numbers = formats.ANY_ID.fullmatch(text) or (len(text) <= _ID_LENGTH and any(map(str.isdigit, text)))
    return text if numbers else ""


def _section(table: Table, row: int) -> str:
    column = table.column(Role.SECTION)
    return " ".join(table.sheet.shown(row, column).split()) if column is not None else ""


def _lone(table: Table, row: int) -> str:
    """The name of a section that stands alone in a row, beside the column of the questions."""
    texts = [" ".join(text.split()) for text in table.sheet.rows[row].values()]
    return texts[0] if len(texts) == 1 and is_section(texts[0]) and not ends(texts[0]) else ""


def _no_question(
    table: Table, row: int, text: str, number: str, *, numbered: bool, asking: bool, is_parent: bool
) -> str:
    """Why a row with a text is no question; empty when it is one."""
    sheet, answer = table.sheet, table.column(Role.ANSWER)
    merged = sheet.merged(row, table.group.columns[Role.QUESTION])
    if ends(text):
        return "ends and copyright lines, no questions"
    if is_example(text, _first(table, row)):
        return "examples, no questions"
    if merged and answer is not None and (row, answer) in merged:
        return _SECTION if is_section(text) else "texts across the answer column, no questions"
    if number:
        return _SECTION if is_parent and is_section(text) and not _answered(table, row) else ""
    if instructs(text):
        return "notes and instructions, no questions"
    if asks(text) or _answered(table, row):
        return ""
    if is_section(text) and (numbered or asking):
        return _SECTION
    return "rows without an id that do not ask, no questions" if numbered else ""


def _first(table: Table, row: int) -> str:
    """The leftmost text of the row."""
    return table.sheet.rows[row][min(table.sheet.rows[row])]


def _answered(table: Table, row: int) -> bool:
    """Whether a row has an answer, or a list to answer from."""
    column = table.column(Role.ANSWER)
    if column is None:
        return False
    return (row, column) in table.sheet.listed or bool(table.sheet.text(row, column))


def _place(sheet: Sheet, row: int, column: int) -> str:
    return f"{sheet.name}!{reference(row, column)}" if sheet.name else reference(row, column)


def _evidence(tables: Sequence[Table], asked: Sequence[Asked], notes: Notes) -> None:
    """Says of each layout where it was found, by which words, and how many questions it has."""
    counts = Counter(id(row.table) for row in asked)
    layouts: dict[tuple[str, str], tuple[int, list[int]]] = {}
    for table in tables:
        named = ", ".join(
            f"{role} {letters(column)}" + (f" {word!r}" if (word := table.group.words.get(role)) else "")
            for role, column in table.group.columns.items()
        )
        held = layouts.setdefault((table.sheet.name, named), (0, []))
        layouts[table.sheet.name, named] = held[0] + counts[id(table)], [*held[1], table.group.row]
        if Role.ANSWER not in table.group.columns:
            notes.leave("tables without an answer column: name one with --columns answer=", table.sheet.name or "file")
    for (sheet, named), (count, rows) in layouts.items():
        headed = f"headings in row {rows[0]}" + (f" and {len(rows) - 1} more" if len(rows) > 1 else "")
        notes.lines.append(f"{sheet or 'file'}: {count} questions, {headed if rows[0] else 'no headings'}: {named}")


def _above(table: Table) -> list[str]:
    """The texts above a table's headings, longest rows first left to right."""
    rows = [row for row in sorted(table.sheet.rows)[:_TITLE_ROWS] if row < table.group.row]
    return [" ".join(text.split()) for row in rows for _, text in sorted(table.sheet.rows[row].items())]


def _heads(table: Table) -> list[str]:
    return list(table.sheet.rows.get(table.group.row, {}).values())


def _is_evaluators(row: Asked, family: Format, notes: Notes) -> bool:
    """Whether a row stands on a sheet that the asker fills."""
    if family is not Format.HECVAT or not formats.EVALUATOR_SHEET.search(row.table.sheet.name):
        return False
    notes.leave("rows of sheets that the asker fills, no questions to us",
                _place(row.table.sheet, row.row, row.table.group.columns[Role.QUESTION]))  # fmt: skip
    return True


def _keyed(questions: Iterable[Question]) -> Iterable[Question]:
    """The questions with unique keys: the id, or where it repeats or is missing the place too."""
    used: set[str] = set()
    for question in questions:
        key = question.id or question.place
        if key in used:
            key = f"{question.id}@{question.place}"
        used.add(key)
        yield replace(question, key=key)


class _Places:
    """Finds where a row's answers go."""

    def __init__(self, book: Book, family: Format, notes: Notes) -> None:
        self.book, self.family, self.notes = book, family, notes
        self.resolved: dict[tuple[str, str], tuple[str, ...] | None] = {}
        self.taken: dict[tuple[str, int, int], int] = {}

    def question(self, row: Asked) -> Question:
        """The question of a row."""
        sheet, column = row.table.sheet, row.table.group.columns[Role.QUESTION]
        hidden = row.row in sheet.hidden_rows
        place = _place(sheet, row.row, column)
        if hidden:
            self.notes.leave("questions in hidden rows, not answered", place)
        if sheet.hides(column):
            self.notes.leave("questions in a hidden column, not answered", place)
            hidden = True
        answer, comment, ownership = (
            None if hidden else self.slot(row, role) for role in (Role.ANSWER, Role.COMMENT, Role.OWNERSHIP)
        )
        return Question("", row.id, row.text, row.section, answer, comment, ownership, place, is_hidden=hidden)

    def slot(self, row: Asked, role: Role) -> Slot | None:
        """Where a row's answer of a role goes; None where nothing may be written."""
        sheet, column = row.table.sheet, row.table.column(role)
        if column is None:
            return None
        top, left = sheet.anchor(row.row, column)
        place = _place(sheet, top, left)
        for forbids, why in (
            (sheet.hides(column), "places in hidden columns, never written"),
            (sheet.locks(top, left), "cells locked by the sheet's protection, never written"),
            ((top, left) in sheet.formulas, "cells with a formula, never written"),
            (left != column and left in row.table.group.columns.values(), "cells merged with others, never written"),
        ):
            if forbids:
                self.notes.leave(why, place)
                return None
        if self.taken.setdefault((sheet.name, top, left), row.row) != row.row:
            self.notes.leave("cells that answer several questions at once", place)
        current = sheet.text(top, left).strip()
        choices = self.choices(row, role, top, left)
        if current and current not in choices and is_placeholder(current):
            current = ""
        return Slot(sheet.name, reference(top, left), choices, current)

    def choices(self, row: Asked, role: Role, top: int, left: int) -> tuple[str, ...]:
        """The words that a cell may hold: by its list, its heading or its family; empty: any."""
        sheet = row.table.sheet
        validation = sheet.listed.get((top, left))
        if validation is not None:
            key = sheet.name, validation.formula
            if key not in self.resolved:
                self.resolved[key] = self.book.choices(sheet, validation.formula)
            found = self.resolved[key] or ()
            if not found:
                self.notes.leave(
                    "lists whose words cannot be told without evaluating a formula", _place(sheet, top, left)
                )
            return found
        if role is Role.COMMENT:
            return ()
        headed = row.table.group.choices.get(role, ())
        return headed or (formats.owners(self.family) if role is Role.OWNERSHIP else formats.answers(self.family))
