"""From a file's bytes to its questionnaire: by what it is, not by what its name says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from proveonce.content.questionnaires.columns import parse_columns
from proveonce.content.questionnaires.container import open_container, read_bytes
from proveonce.content.questionnaires.delimited import read_delimited
from proveonce.content.questionnaires.grid import Sheet
from proveonce.content.questionnaires.questions import read_questions
from proveonce.content.questionnaires.vsaq import is_vsaq, read_vsaq
from proveonce.content.questionnaires.workbook import read_workbook
from proveonce.kernel.errors import UsageError
from proveonce.model.questionnaire import Questionnaire

_TEXTS = {".csv", ".tsv", ".txt"}
_WORKBOOKS = {".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb"}


@dataclass(frozen=True, slots=True)
class _File:
    """A file without sheets: one nameless sheet, no lists."""

    sheets: list[Sheet]

    def choices(self, _sheet: Sheet, _formula: str) -> tuple[str, ...] | None:
        """None: a text file has no lists."""
        return None


def parse_questionnaire(path: Path, columns: str | None = None) -> Questionnaire:
    """The questionnaire in a file, parsed in this very process; `reading` does so in another.

    Raises: UsageError naming the file, what is wrong with it and what to do.
    """
    data, where = read_bytes(path), str(path)
    described = parse_columns(columns) if columns else None
    suffix = path.suffix.lower()
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or suffix in _WORKBOOKS:
        container = open_container(data, where)
        return read_questions(read_workbook(container), path.name, described, container.notes)
    if suffix in {".json", ".vsaq"} or is_vsaq(data):
        return read_vsaq(data, where)
    if suffix in _TEXTS:
        sheet = read_delimited(data, where).sheet(where)
        return read_questions(_File([sheet]), path.name, described, ())
    raise UsageError(f"files ending in {path.suffix!r} are not read", where=where, fix="save it as .xlsx or .csv")
