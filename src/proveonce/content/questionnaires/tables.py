"""Where a sheet's tables of questions begin and end, and which column is what in each.

Every row of headings begins a table that reaches to the next: HECVAT repeats them for each section. A row far
down is one only if it repeats a layout seen above, or if nearly all it holds are headings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from proveonce.content.questionnaires.columns import Columns
from proveonce.content.questionnaires.formats import ANY_ID
from proveonce.content.questionnaires.grid import MAX_ROW, Sheet
from proveonce.content.questionnaires.headings import Group, Role, groups, heading, is_choice

HEADER_WITHIN = 50
"""Rows with content in which the first headings are sought."""
_SURE = 0.8
_HEADED = 0.7
_HEADING_LENGTH = 60
_ASKING_HEADING = 24
"""`Compliant?` is a heading, a longer text that asks is a question."""
_STOREYS = 3
"""Rows that headings may be merged over."""
_ID_LENGTH = 24
_ASKING = 3
"""Asking rows that make a table without any heading."""


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows of a sheet under one row of headings."""

    sheet: Sheet
    group: Group
    first: int
    last: int
    """Both included."""

    def rows(self) -> Iterator[int]:
        """The rows with content, in order."""
        return (row for row in sorted(self.sheet.rows) if self.first <= row <= self.last)

    def column(self, role: Role) -> int | None:
        """The column of a role; None when the table has none."""
        return self.group.columns.get(role)


def find_tables(sheet: Sheet, columns: Columns | None = None) -> list[Table]:
    """The tables of a sheet, in order; with `columns`, the one that a person described."""
    if columns is not None:
        return [_described(sheet, columns)]
    headed = _headed(sheet)
    if not headed:
        return _headless(sheet)
    rows = sorted({group.row for group in headed})
    tables = []
    for group in headed:
        following = [row for row in rows if row > group.row]
        table = Table(sheet, group, group.row + 1, following[0] - 1 if following else MAX_ROW)
        if Role.QUESTION not in group.columns:
            table = _with_question(table)
        tables.append(_with_id(_with_answer(table)))
    return [table for table in tables if Role.QUESTION in table.group.columns]


def _headed(sheet: Sheet) -> list[Group]:
    """Every row of headings, as groups of columns; a single heading counts only where there is no other."""
    found: list[Group] = []
    lone: list[Group] = []
    layouts: set[tuple[int | None, ...]] = set()
    for index, row in enumerate(sorted(sheet.rows)):
        texts = _texts(sheet, row)
        for group in groups(row, texts):
            repeated = group.layout in layouts
            if index >= HEADER_WITHIN and not repeated and not _is_sure(group, texts):
                continue
            if not _is_heading(group, texts, repeated=repeated):
                continue
            if len(texts) == 1:
                lone.append(group)
            elif Role.QUESTION in group.columns or repeated or not any(Role.QUESTION in one.columns for one in found):
                found.append(group)
                layouts.add(group.layout)
    return found or lone[:1]


def _texts(sheet: Sheet, row: int) -> dict[int, str]:
    """What is seen in a row, in columns that are not hidden; of a heading merged downwards, its text."""
    texts: dict[int, str] = {}
    columns = set(sheet.rows[row]) | {column for (at, column), merged in _down(sheet, row) if at == row and merged}
    for column in columns:
        merged = sheet.merged(row, column)
        if not sheet.hides(column) and (merged is None or merged.left == column):
            texts[column] = sheet.shown(row, column)
    return {column: text for column, text in texts.items() if text.strip()}


def _down(sheet: Sheet, row: int) -> Iterator[tuple[tuple[int, int], bool]]:
    for column in sheet.columns() if sheet.merges else ():
        merged = sheet.merged(row, column)
        is_low = merged is not None and merged.bottom - merged.top < _STOREYS
        if merged is not None and is_low and merged.left == column and merged.bottom == row:
            yield (row, column), True


def _is_heading(group: Group, texts: Mapping[int, str], *, repeated: bool) -> bool:
    """Whether a row heads a table: it has two roles that go together, and few of its texts are no headings."""
    roles = set(group.columns)
    short = sum(len(text) <= _HEADING_LENGTH for text in texts.values()) / len(texts)
    if short < _HEADED or any(text.rstrip().endswith("?") and len(text) > _ASKING_HEADING for text in texts.values()):
        return False
    if _is_answered(texts):
        return False
    if repeated:
        return True
    if len(texts) == 1:
        return roles == {Role.QUESTION} and group.score >= 3 * _SURE
    return len(roles) > 1 and (Role.QUESTION in roles or {Role.ANSWER, Role.COMMENT} <= roles)


def _is_answered(texts: Mapping[int, str]) -> bool:
    """Whether a row holds an answer: one choice, unless it is a first `No` for number; several are columns to tick."""
    first = min(texts)
    chosen = {
        text.strip().lower()
        for column, text in texts.items()
        if is_choice(text) and not (column == first and text.strip().lower() == "no")
    }
    return len(chosen) == 1


def _is_sure(group: Group, texts: Mapping[int, str]) -> bool:
    named = sum(heading(text) is not None for text in texts.values())
    both = {Role.QUESTION, Role.ANSWER} <= set(group.columns)
    return both and named / len(texts) >= _SURE and group.score >= 6 * _SURE


def _with_question(table: Table) -> Table:
    """The table with the column of the longest texts left of the answers as its questions."""
    answer = table.column(Role.ANSWER) or 0
    taken = set(table.group.columns.values())
    lengths = _lengths(table, [column for column in table.sheet.columns() if column < answer and column not in taken])
    if not lengths:
        return table
    return _placed(table, Role.QUESTION, max(lengths, key=lambda column: lengths[column]))


def _lengths(table: Table, columns: Sequence[int]) -> dict[int, float]:
    texts = {column: [len(t) for row in table.rows() if (t := table.sheet.text(row, column))] for column in columns}
    return {column: fmean(found) for column, found in texts.items() if found}


def _with_answer(table: Table) -> Table:
    """The table with a column of validated lists as its answers, where no heading names one."""
    if Role.ANSWER in table.group.columns or Role.QUESTION not in table.group.columns:
        return table
    taken = set(table.group.columns.values())
    listed = [
        found.left
        for validation in table.sheet.validations
        for found in validation.areas
        if found.left not in taken and table.first <= found.bottom and found.top <= table.last
    ]
    return _placed(table, Role.ANSWER, min(listed)) if listed else table


def _with_id(table: Table) -> Table:
    """The table with a column left of the questions as its ids, where most of its texts number something."""
    question = table.column(Role.QUESTION)
    if Role.ID in table.group.columns or question is None:
        return table
    for column in range(1, question):
        if column in table.group.columns.values():
            continue
        texts = [t for row in table.rows() if table.sheet.text(row, question) and (t := table.sheet.text(row, column))]
        numbering = sum(len(text) <= _ID_LENGTH and ANY_ID.fullmatch(text.strip()) is not None for text in texts)
        if texts and numbering >= 0.6 * len(texts) and len(set(texts)) > 0.6 * len(texts):
            return _placed(table, Role.ID, column)
    return table


def _placed(table: Table, role: Role, column: int) -> Table:
    return replace(table, group=replace(table.group, columns={**table.group.columns, role: column}))


def _described(sheet: Sheet, columns: Columns) -> Table:
    """The table that a person described; of its headings only what the parenthesis allows is read."""
    row = columns.header
    if not row:
        same = [
            group.row for group in _headed(sheet) if group.columns.get(Role.QUESTION) == columns.roles[Role.QUESTION]
        ]
        row = same[0] if same else 0
    headed = groups(row, _texts(sheet, row)) if row in sheet.rows else []
    choices = {
        role: words
        for group in headed
        for role, words in group.choices.items()
        if group.columns.get(role) == columns.roles.get(role)
    }
    return Table(sheet, Group(row, columns.roles, choices=choices), row + 1, MAX_ROW)


def _headless(sheet: Sheet) -> list[Table]:
    """A table without headings: the column in which most texts ask, if three or more do."""
    asking = {
        column: sum(text.rstrip().endswith("?") for row in sheet.rows.values() if (text := row.get(column, "")))
        for column in sheet.columns()
        if not sheet.hides(column)
    }
    column = max(asking, key=lambda one: asking[one], default=0)
    texts = sum(column in row for row in sheet.rows.values())
    if not column or asking[column] < _ASKING or asking[column] < 0.6 * texts:
        return []
    return [_with_id(_with_answer(Table(sheet, Group(0, {Role.QUESTION: column}), 1, MAX_ROW)))]
