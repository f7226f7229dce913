"""The status of a workspace: the latest run's assessment, attestations, duties and gaps on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from proveonce.app.assessing import in_force
from proveonce.app.calendar import HORIZON, Choice, calendar_of, open_desk
from proveonce.app.verdicts import verdicts
from proveonce.assess.duties import Desk
from proveonce.assess.duties.documents import lines
from proveonce.content import load_content
from proveonce.kernel.calendar import shift
from proveonce.kernel.durations import days
from proveonce.kernel.instants import parse_instant
from proveonce.model.calendar import Calendar
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.duty import DutyKind, DutyState
from proveonce.model.evidence import Run
from proveonce.model.status import Document, Source, Standing
from proveonce.model.workspace import Workspace
from proveonce.store import Store

NOT_ASSESSED = "nothing was collected by that day: no control has a result (proveonce collect)"


def status(workspace: Workspace, day: date) -> Standing:
    """How things stand at the end of `day`. Raises: InputError, EvidenceError."""
    content = load_content(workspace.root)
    desk = open_desk(workspace, content, day, shift(day, HORIZON))
    found = calendar_of(desk, Choice())
    until = f"{day.isoformat()}T23:59:59.999999Z"
    store = Store(workspace.store)
    runs = [run for run in store.runs() if not run.is_import and run.ended_at <= until]
    latest = runs[-1] if runs else None
    sources = [_source("AWS", latest, day)] if latest else []
    sources += [
        _source(brought.manifest["predicate"]["import"]["title"], brought, day) for brought in in_force(store, until)
    ]
    return Standing(
        day=day.isoformat(),
        organisation=workspace.organisation,
        documents=tuple(_documents(desk)),
        controls=verdicts(workspace, content, latest, until) if latest else None,
        controls_in_all=len(content.controls),
        stale=_stale(content, found, sources[0].age_days if latest else None),
        sources=tuple(sources),
        calendar=found,
        notes=() if latest else (NOT_ASSESSED,),
    )


def _source(name: str, run: Run, day: date) -> Source:
    return Source(name, run.id, run.ended_at, max(0, (day - parse_instant(run.ended_at).date()).days))


def _documents(desk: Desk) -> Iterator[Document]:
    newest = [line[-1] for line in lines(desk.registers.attestations, desk.today)]
    for document in sorted(newest, key=lambda document: (document.valid_to or "9999", document.id)):
        left = (date.fromisoformat(document.valid_to) - desk.day).days if document.valid_to else None
        yield Document(document.id, document.title, document.valid_to, left)


def _stale(content: Content, found: Calendar, age_days: int | None) -> tuple[ControlId, ...]:
    """Controls whose run is older than their cadence, and those whose people's part is overdue."""
    checked = {control for check in content.checks.values() for control in check.supports}
    by_run = {
        control.id
        for control in content.controls.values()
        if age_days is not None and control.id in checked and age_days > (days(control.cadence) or 0)
    }
    by_people = {
        control
        for duty in found.duties
        if duty.kind is DutyKind.CONTROL and duty.state is DutyState.OVERDUE
        for control in duty.controls
    }
    return tuple(sorted(by_run | by_people))
