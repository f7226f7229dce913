"""What is to be written where, from answers; two answers for one cell are told apart before any file is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from proveonce.content.questionnaires.wording import is_placeholder
from proveonce.model.questionnaire import Answer, Slot

MAX_TEXT = 32_767
"""UTF-16 units that a cell holds."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A cell that was left as it was, and why."""

    place: str
    """`Sheet!D5`."""
    wanted: str
    why: str


@dataclass(slots=True)
class Changes:
    """Texts by place; what cannot be written is in `kept`."""

    wanted: dict[tuple[str, str], str] = field(default_factory=dict)
    """Sheet and cell → text."""
    kept: list[Kept] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def keep(self, sheet: str, cell: str, why: str) -> None:
        """Leaves a cell as it is."""
        self.kept.append(Kept(place(sheet, cell), self.wanted.pop((sheet, cell)), why))

    def of(self, sheet: str) -> Mapping[str, str]:
        """Cell → text, of one sheet."""
        return {cell: text for (name, cell), text in self.wanted.items() if name == sheet}


def place(sheet: str, cell: str) -> str:
    """A cell, for people."""
    return f"{sheet}!{cell}" if sheet else cell


def changes(answers: Iterable[Answer]) -> Changes:
    """What answers want written; empty texts want nothing."""
    texts: dict[tuple[str, str], list[str]] = {}
    for answer in answers:
        asked = answer.question
        for slot, text in (
            (asked.answer, answer.written),
            (asked.comment, answer.comment),
            (asked.ownership, answer.ownership),
        ):
            if slot is not None:
                texts.setdefault((slot.sheet, slot.cell), []).append(text)
    found = Changes()
    for (sheet, cell), wanted in texts.items():
        if not any(wanted):
            continue
        found.wanted[sheet, cell] = next(filter(None, wanted))
        if len(set(wanted)) > 1:
            found.keep(sheet, cell, "several questions share the cell and their answers differ")
        elif len(wanted[0].encode("utf-16-le", "surrogatepass")) > 2 * MAX_TEXT:
            found.keep(sheet, cell, f"the text is longer than the {MAX_TEXT:,} characters of a cell")
    return found


def is_taken(current: str, wanted: str, choices: tuple[str, ...] = ()) -> bool:
    """Whether somebody already answered otherwise."""
    current = current.strip()
    return bool(current) and current != wanted.strip() and (current in choices or not is_placeholder(current))


def slots(answers: Iterable[Answer]) -> dict[tuple[str, str], Slot]:
    """Sheet and cell → its slot."""
    asked = [answer.question for answer in answers]
    return {(s.sheet, s.cell): s for q in asked for s in (q.answer, q.comment, q.ownership) if s is not None}
