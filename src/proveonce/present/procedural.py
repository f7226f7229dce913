"""What people did: for each control with a part by people what is on record, and the files that show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proveonce.model.control import Nature
from proveonce.model.finding import Status, worst
from proveonce.model.manual import AttachmentState, Conclusion, OnRecord, check_of, is_by_people
from proveonce.present.view import ControlSheet, PackageView, Test
from proveonce.tables.manual import is_manual

NOT_JUDGED = "evidence by people was not judged"


@dataclass(frozen=True, slots=True)
class Performed:
    """One control, and how its part by people stands."""

    sheet: ControlSheet
    status: Status
    """Of that part alone: the worst of what its records in force show and say."""
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
        parts = [f"{record.id} {record.kind.replace('_', ' ')}", attachments(self.shown)]
        if others:
            parts.append(f"and {others} other record{'' if others == 1 else 's'}")
        return ", ".join(parts)


def attachments(entry: OnRecord) -> str:
    """`2 attachments, 1 of them missing`."""
    states = [attachment.state for attachment in entry.record.attachments]
    parts = [f"{len(states)} attachment{'' if len(states) == 1 else 's'}"]
    lost = [state for state in AttachmentState if state in states and state is not AttachmentState.KEPT]
    return ", ".join(parts + [f"{states.count(state)} of them {state}" for state in lost])


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
    about = [test for test in sheet.tests if is_manual(test.check.population)]
    status = worst([test.counts.status for test in about if test.counts.status]) or Status.UNDETERMINED
    return Performed(sheet, status, (*result.said, *_said(about)), shown, records)


def _said(tests: list[Test]) -> Iterator[str]:
    """What the records say that is not as it should be."""
    for test in tests:
        if not is_by_people(test.check.id) and test.counts.failed:
            yield f"not so: {test.check.title}"
        elif not is_by_people(test.check.id) and test.counts.undetermined:
            yield f"not said whether: {test.check.title}"
