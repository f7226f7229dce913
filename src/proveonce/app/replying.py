"""One row of a request workbook that came back → what its owner says, or why it cannot be taken.

Every reason names its cell. Days are days of the spreadsheet or texts such as 2026-11-24; other ways of writing one
mean different days to different people, and are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from proveonce.app.recording import Draft, default_title
from proveonce.assess.manual import has_peoples_part
from proveonce.content.attachments import why_refused
from proveonce.content.manual_schema import day_of, fact_of
from proveonce.content.replies import Cell, Reply
from proveonce.kernel.naming import nearest
from proveonce.model import request as names
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.manual import Conclusion, Kind
from proveonce.model.manual_fields import FIELDS
from proveonce.model.request import ANSWERED, ASKED, seal

_REQUIRED = (names.KIND, names.PERFORMED_ON, names.PERFORMED_BY, names.DONE, names.CONCLUSION)
_FIRST_DAY = date(2000, 1, 1)
_EPOCH = date(1899, 12, 30)
"""Day 0 of a spreadsheet's days."""
_SERIALS = range((_FIRST_DAY - _EPOCH).days, (date(2100, 1, 1) - _EPOCH).days)
_MAX_FILES = 50
_MAX_FACTS = 100
_HEADS = {
    "kind": names.KIND, "performed_on": names.PERFORMED_ON, "performed_by": names.PERFORMED_BY,
    "reviewed_by": names.REVIEWED_BY, "reviewed_on": names.REVIEWED_ON, "statement": names.DONE,
    "conclusion": names.CONCLUSION, "attachments": names.ATTACHED, "facts": names.SAID, "controls": ASKED[1],
}  # fmt: skip
"""Field of a record → head of the cell that says it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a row is not taken."""

    cell: str
    """Where, and its head: `J7 Performed on`."""
    what: str
    fix: str


def refusal(reply: Reply, field: str, what: str, fix: str = "") -> Refusal:
    """A reason at the cell that says a field of the record."""
    return _at(reply, _HEADS.get(field, names.SAID), what, fix or "correct the cell")


def _at(reply: Reply, head: str, what: str, fix: str) -> Refusal:
    return Refusal(f"{reply.places[head]} {head}", what, fix)


def why_not_asked(reply: Reply, bound: Mapping[str, str], content: Content, twice: Sequence[int]) -> list[Refusal]:
    """Why the row is no request of ours as it was sent; `twice`: the rows that contradict each other for it."""
    found = []
    asked = [reply.cells[head].text if head in reply.cells else "" for head in ASKED]
    identifier, control = asked[0], asked[1]
    if not identifier:
        found.append(_at(reply, ASKED[0], "the row has no request id: it was not asked for",
                         "copy the answer to the row of its request, or use proveonce evidence add"))  # fmt: skip
    elif identifier not in bound:
        near = nearest(identifier, bound)
        found.append(_at(reply, ASKED[0], f"no request {identifier!r} was made in this workbook",
                         f"did you mean {near}?" if near else "put the id back as it was sent"))  # fmt: skip
    elif bound[identifier] != seal(asked):
        found.append(_at(reply, ASKED[0], "what is asked is not what was sent",
                         "put the grey columns back as they were sent, and answer that"))  # fmt: skip
    if control not in content.controls:
        found.append(_at(reply, ASKED[1], f"unknown common control {control!r}", "put it back as it was sent"))
    elif not has_peoples_part(content.controls[ControlId(control)]):
        found.append(_at(reply, ASKED[1], f"{control} has no part by people", "ask anew: proveonce evidence request"))
    if twice:
        rows = ", ".join(map(str, twice))
        found.append(_at(reply, ASKED[0], f"rows {rows} answer the same request differently",
                         "keep one; record the other with proveonce evidence add"))  # fmt: skip
    if reply.is_hidden:
        found.append(Refusal(f"row {reply.number}", "the row is hidden", "show it, look it over, and send it again"))
    if reply.is_merged:
        found.append(Refusal(f"row {reply.number}", "cells of the row are merged", "split them: one cell, one answer"))
    return found


def draft_of(
    reply: Reply, content: Content, today: date, attachments: Path | None
) -> tuple[Draft | None, list[Refusal]]:
    """What the row says; None where a cell is missing or wrong, with a reason for each."""
    reading = _Reading(reply, today, [])
    for head in ANSWERED:
        reading.refuse_computed(head)
    for head in _REQUIRED:
        if head not in reply.cells:
            reading.refuse(head, "is missing", "fill it in, or empty the whole row")
    kind = reading.choice(names.KIND, [str(kind) for kind in Kind])
    conclusion = reading.choice(names.CONCLUSION, [str(conclusion) for conclusion in Conclusion])
    performed_on, reviewed_on = reading.day(names.PERFORMED_ON), reading.day(names.REVIEWED_ON)
    if (names.REVIEWED_BY in reply.cells) != (names.REVIEWED_ON in reply.cells):
        reading.refuse(names.REVIEWED_ON, "a review has a person and a day", "fill in both cells, or neither")
    facts = reading.facts(kind) if kind else {}
    files = reading.files(attachments)
    if reading.refusals:
        return None, reading.refusals
    controls = (reading.text(ASKED[1]),)
    return Draft(
        kind=kind, controls=controls, title=default_title(kind, controls, content), statement=reading.text(names.DONE),
        conclusion=conclusion, performed_on=performed_on, performed_by=reading.text(names.PERFORMED_BY),
        reviewed_by=reading.text(names.REVIEWED_BY), reviewed_on=reviewed_on, facts=facts, attachments=files,
    ), []  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads the cells of a row, noting what is wrong with them."""

    reply: Reply
    today: date
    refusals: list[Refusal]

    def refuse(self, head: str, what: str, fix: str) -> None:
        self.refusals.append(_at(self.reply, head, what, fix))

    def text(self, head: str) -> str:
        return self.reply.cells[head].text if head in self.reply.cells else ""

    def refuse_computed(self, head: str) -> None:
        cell = self.reply.cells.get(head)
        if cell is not None and cell.is_formula:
            self.refuse(head, "holds a formula", "write what it shows: nothing is computed here")
        elif cell is not None and cell.is_error:
            self.refuse(head, f"holds the error {cell.text}", "write what was meant")
        elif cell is not None and cell.is_number and head not in (names.PERFORMED_ON, names.REVIEWED_ON, names.SAID):
            self.refuse(head, f"holds the number {cell.text}", "write it in words")

    def choice(self, head: str, valid: Sequence[str]) -> str:
        said = self.text(head).casefold().replace(" ", "_")
        if said and said not in valid:
            near = nearest(said, valid)
            fix = f"did you mean {near.replace('_', ' ')}?" if near else f"one of {', '.join(valid)}"
            self.refuse(head, f"{self.text(head)[:60]!r} is not on the list", fix)
            return ""
        return said

    def day(self, head: str) -> str:
        """The day in a cell, ISO 8601; empty where there is none, or none that is one."""
        cell = self.reply.cells.get(head)
        if cell is None or cell.is_formula or cell.is_error:
            return ""
        try:
            day = _day_in(cell)
        except ValueError as error:
            what, _, fix = str(error).partition("; ")
            self.refuse(head, what, fix)
            return ""
        if day > self.today:
            self.refuse(head, f"{day} lies ahead of today, {self.today}", "write the day on which it was done")
        elif day < _FIRST_DAY:
            self.refuse(head, f"{day} is too long ago to be meant", "write it as 2026-11-24")
        return day.isoformat()

    def facts(self, kind: str) -> dict[str, Any]:
        """The facts of the cell, a line each; those that are missing are noted with their questions."""
        fields = FIELDS[Kind(kind)]
        found: dict[str, Any] = {}
        lines = [line for line in map(str.strip, self.text(names.SAID).split("\n")) if line]
        if len(lines) > _MAX_FACTS:
            self.refuse(names.SAID, f"has {len(lines):,} lines", "one a fact: see the sheet Facts")
            return found
        for line in lines:
            name, sign, said = (part.strip() for part in line.partition("="))
            if not sign or name not in fields or name in found:
                near = nearest(name, fields)
                why = "is not written as name=value" if not sign else "stands twice" if name in found else "is no fact"
                self.refuse(names.SAID, f"{line[:60]!r} {why}{'' if name in found or not sign else f' of {kind}'}",
                            f"did you mean {near}?" if near and near != name else "see the sheet Facts")  # fmt: skip
                continue
            try:
                found[name] = fact_of(fields[name], said)
            except ValueError as error:
                self.refuse(names.SAID, f"{name}: {error}", fields[name].question)
                found[name] = None
        for name, field in fields.items():
            if field.is_required and name not in found:
                self.refuse(names.SAID, f"{name} is missing", f"{field.question} Write {name}=…")
        return found

    def files(self, folder: Path | None) -> tuple[Path, ...]:
        """The attachments named in the cell; each is a plain file right in the folder."""
        named = [part.strip() for part in re.split(r"[\n;]", self.text(names.ATTACHED)) if part.strip()]
        if named and folder is None:
            self.refuse(names.ATTACHED, "names files, and no folder of them was given", "add --attachments FOLDER")
            return ()
        if len(named) > _MAX_FILES or len({name.casefold() for name in named}) != len(named):
            self.refuse(names.ATTACHED, f"names a file twice, or more than {_MAX_FILES}", "name each file once")
            return ()
        found = []
        for name in named:
            why = "is in a folder" if "/" in name else why_refused(folder, name) if folder else ""
            if not why and folder and not (folder / name).is_file():
                why = f"is not in {folder.name or folder}"
            if why:
                self.refuse(names.ATTACHED, f"the file {name[:100]!r} {why}", "put the file itself in that folder")
            elif folder:
                found.append(folder / name)
        return tuple(found)


def _day_in(cell: Cell) -> date:
    """Raises: ValueError with what is wrong and, after a semicolon, what to do."""
    if cell.day is not None:
        return cell.day
    if cell.is_number:
        number = float(cell.text)
        if number.is_integer() and int(number) in _SERIALS:
            day = _EPOCH + timedelta(days=int(number))
            raise ValueError(f"holds the number {cell.text}, no day; if {day} is meant, write that")
        raise ValueError(f"holds the number {cell.text}, no day; write it as 2026-11-24")
    try:
        return day_of(cell.text)
    except ValueError as error:
        raise ValueError(f"{cell.text[:40]!r} is no day that all read alike; write it as 2026-11-24") from error
