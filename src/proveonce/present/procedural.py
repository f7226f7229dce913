"""What people did: for each control with a part by people what is on record, and the files that show it."""

from __future__ import annotations

from dataclasses import dataclass

from proveonce.model.control import Nature
from proveonce.model.finding import Status
from proveonce.model.manual import Conclusion, OnRecord, check_of
from proveonce.present.view import ControlSheet, PackageView

NOT_JUDGED = "evidence by people was not judged"


@dataclass(frozen=True, slots=True)
class Performed:
    """One control, and how its part by people stands."""

    sheet: ControlSheet
    status: Status
    """Of that part alone: the worst of its records in force."""
    reasons: tuple[str, ...]
    """Why it is no pass."""
    shown: OnRecord | None
    """The record in force that decides: the latest, or one that concluded not effective."""
    records: tuple[OnRecord, ...]
    """All, the latest first."""

    @property
    def evidence(self) -> str:
        """`ME-2026-004 access review, 2 attachments, and 3 earlier records`."""
        if self.shown is None:
            return ""
        record, others = self.shown.record, len(self.records) - 1
        files = len(record.attachments)
        parts = [f"{record.id} {record.kind.replace('_', ' ')}", f"{files} attachment{'' if files == 1 else 's'}"]
        if others:
            parts.append(f"and {others} other record{'' if others == 1 else 's'}")
        return ", ".join(parts)


def performed(view: PackageView) -> tuple[Performed, ...]:
    """Every control of the package with a part by people, by reference."""
    return tuple(_performed(view, sheet) for sheet in view.sheets if sheet.control.nature is not Nature.AUTOMATED)


def _performed(view: PackageView, sheet: ControlSheet) -> Performed:
    records = view.assessment.people.by_control.get(sheet.control.id, ())
    in_force = [entry for entry in records if entry.superseded_by is None]
    shown = next((e for e in in_force if e.record.conclusion is Conclusion.NOT_EFFECTIVE), None)
    shown = shown or next(iter(in_force), None)
    result = view.assessment.checks.get(check_of(sheet.control.id))
    if result is None:
        return Performed(sheet, Status.UNDETERMINED, (NOT_JUDGED,), shown, records)
    return Performed(sheet, result.counts.status or Status.UNDETERMINED, result.said, shown, records)
