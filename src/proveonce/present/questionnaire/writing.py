"""Writing answers back: into a copy of the file that asked, whole or not at all.

Never written: hidden sheets, hidden rows and columns, locked cells, formulas, and cells where somebody answered
otherwise; each is told. The source is never changed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from proveonce.content.questionnaires.container import open_container, read_bytes
from proveonce.content.questionnaires.delimited import read_delimited
from proveonce.content.questionnaires.grid import Sheet, position
from proveonce.content.questionnaires.vsaq import items, load_vsaq
from proveonce.content.questionnaires.workbook import read_directory, read_workbook
from proveonce.kernel.errors import ProveonceError, UsageError
from proveonce.kernel.files import write_atomically
from proveonce.model.questionnaire import Answer
from proveonce.present.questionnaire.book_bytes import recalculated, with_parts
from proveonce.present.questionnaire.changes import Changes, Kept, changes, is_taken, place, slots
from proveonce.present.questionnaire.csv_text import csv_text, put_fields
from proveonce.present.questionnaire.sheet_bytes import put_texts

__all__ = ["Kept", "Written", "write_answers"]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what was not."""

    cells: tuple[str, ...]
    """`Sheet!D5`, in the order of the answers."""
    kept: tuple[Kept, ...]
    notes: tuple[str, ...] = ()


def write_answers(source: Path, target: Path, answers: Sequence[Answer], *, overwrite: bool = False) -> Written:
    """Writes the answers into a copy of `source` at `target`; of VSAQ, a map from item id to value.

    With `overwrite` an answer that already stands there is replaced.
    Raises: UsageError when the source cannot be read or is the target; nothing is written then.
    """
    if target.exists() and source.exists() and target.samefile(source):
        raise UsageError("the answers would replace the questionnaire itself", where=str(target),
                         fix="name another file: what was sent to you stays as it is")  # fmt: skip
    data, where = read_bytes(source), str(source)
    wanted = changes(answers)
    if data.startswith(b"PK"):
        out, notes = _into_workbook(data, where, wanted, answers, overwrite=overwrite)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"//", b"/*")) and source.suffix.lower() != ".csv":
        out, notes = _vsaq_map(data, where, wanted)
    else:
        out, notes = _into_csv(data, where, wanted, answers, overwrite=overwrite)
    if not target.parent.is_dir():  # a mistyped folder is not made
        raise ProveonceError("cannot be written: there is no such folder", where=str(target), fix="check the folder")
    write_atomically(target, out)
    return Written(tuple(place(*cell) for cell in wanted.wanted), tuple(wanted.kept), notes)


def _into_workbook(
    data: bytes, where: str, wanted: Changes, answers: Sequence[Answer], *, overwrite: bool
) -> tuple[bytes, tuple[str, ...]]:
    container = open_container(data, where)
    book = read_workbook(container)
    directory = read_directory(container)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    _guard(wanted, sheets, answers, overwrite=overwrite)
    changed = {}
    for entry in directory.sheets:
        texts = wanted.of(entry.name)
        if texts:
            changed[entry.part] = put_texts(container.part(entry.part) or b"", texts, f"{where} ({entry.name})")
    notes = list(container.notes)
    if changed and any(sheet.formulas for sheet in book.sheets):
        changed[directory.part] = recalculated(container.part(directory.part) or b"", where)
        notes.append("the workbook has formulas: it asks to compute them when it is opened")
    return with_parts(container, changed), tuple(notes)


def _into_csv(
    data: bytes, where: str, wanted: Changes, answers: Sequence[Answer], *, overwrite: bool
) -> tuple[bytes, tuple[str, ...]]:
    file = read_delimited(data, where)
    _guard(wanted, {"": file.sheet(where)}, answers, overwrite=overwrite)
    for sheet, cell in list(wanted.wanted):
        if (position(cell) or (0, 0))[0] > len(file.records):
            wanted.keep(sheet, cell, "the file has no such row")
    out, lost = put_fields(file, wanted.of(""))
    notes = [f"{file.encoding} cannot hold every character, `?` stands for some: {', '.join(lost)}"] if lost else []
    led = [cell for cell, text in wanted.of("").items() if csv_text(text).startswith("'") and not text.startswith("'")]
    if led:
        notes.append(f"led by an apostrophe, or a spreadsheet would compute them: {', '.join(led)}")
    return out, tuple(notes)


def _guard(wanted: Changes, sheets: dict[str, Sheet], answers: Sequence[Answer], *, overwrite: bool) -> None:
    """Keeps what may not be written."""
    held = slots(answers)
    for name, cell in list(wanted.wanted):
        sheet, at = sheets.get(name), position(cell)
        why = "there is no such cell" if sheet is None or at is None else _forbidden(sheet, *at)
        if not why and sheet is not None and at is not None and not overwrite:
            current = sheet.text(*at)
            if is_taken(current, wanted.wanted[name, cell], held[name, cell].choices):
                why = "somebody answered otherwise"
        if why:
            wanted.keep(name, cell, why)


def _forbidden(sheet: Sheet, row: int, column: int) -> str:
    """Why a cell is never written; empty when it may be."""
    for forbids, why in (
        (sheet.is_hidden, "the sheet is hidden"),
        (row in sheet.hidden_rows or sheet.hides(column), "the row or column is hidden"),
        ((row, column) in sheet.formulas, "the cell holds a formula"),
        (sheet.locks(row, column), "the sheet's protection locks the cell"),
        (sheet.anchor(row, column) != (row, column), "the cell is merged into another"),
    ):
        if forbids:
            return why
    return ""


def _vsaq_map(data: bytes, where: str, wanted: Changes) -> tuple[bytes, tuple[str, ...]]:
    """Item id → value, as VSAQ stores answers."""
    known = {item.pointer: item for item in items(load_vsaq(data, where), where)}
    values: dict[str, str] = {}
    for sheet, cell in list(wanted.wanted):
        item, text = known.get(cell), wanted.wanted[sheet, cell]
        if item is None:
            wanted.keep(sheet, cell, "the file has no such item")
        elif item.values and text not in item.values:
            wanted.keep(sheet, cell, f"the item knows only {', '.join(item.values)}")
        else:
            name, value = item.values.get(text, (item.id, text))
            values[name] = value
    return (json.dumps(values, indent=1) + "\n").encode(), ()
