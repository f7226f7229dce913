"""Requests: what owners are asked to show, as rows of a workbook that comes back filled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from proveonce.kernel.canonical import canonical, digest
from proveonce.model.control import ControlId

SHEET = "Requests"
BINDING = "Binding"
"""Hidden sheet: request id and digest of its row, so that a changed request is noticed."""
FACTS = "Facts"

ASKED = ("Request", "Control", "What is asked", "Evidence expected", "Serves", "Owner", "Due", "Last record")
"""Heads of the columns that ask."""

KIND, PERFORMED_ON, PERFORMED_BY, REVIEWED_BY, REVIEWED_ON, DONE, CONCLUSION, ATTACHED, SAID = (
    "Kind", "Performed on", "Performed by", "Reviewed by", "Reviewed on", "What was done", "Conclusion",
    "Attachment files", "Facts, name=value",
)  # fmt: skip
ANSWERED = (KIND, PERFORMED_ON, PERFORMED_BY, REVIEWED_BY, REVIEWED_ON, DONE, CONCLUSION, ATTACHED, SAID)
"""Heads of the columns that are filled in."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for one control; texts as the workbook shows them."""

    id: str
    control: ControlId
    asked: str
    expected: str
    serves: str
    owner: str
    due: str
    last: str
    """The last record, or that there is none."""

    @property
    def cells(self) -> tuple[str, ...]:
        """A text for each column that asks."""
        return (
            self.id, str(self.control), self.asked, self.expected, self.serves, self.owner, self.due, self.last,
        )  # fmt: skip


def seal(cells: Iterable[str]) -> str:
    """Digest of a row's asking cells; white space does not count, since spreadsheet programs change it."""
    return digest(canonical([" ".join(cell.split()) for cell in cells]))
