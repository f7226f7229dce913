"""Which controls need evidence by people until a day, and what their owners are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from proveonce.app.recording import standing
from proveonce.assess.manual import has_peoples_part
from proveonce.kernel.errors import UsageError
from proveonce.kernel.naming import nearest
from proveonce.model.content import Content
from proveonce.model.control import CommonControl
from proveonce.model.manual import Conclusion, OnRecord
from proveonce.model.request import Request
from proveonce.model.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests are made."""

    frameworks: tuple[str, ...] = ()
    """Empty: those of the workspace."""
    controls: tuple[str, ...] = ()
    """Empty: every one."""
    owners: tuple[str, ...] = ()
    """Owner roles; empty: every one."""
    due: date | None = None
    """What falls due by this day is asked for too; None: only what is missing or stale."""
    only_stale: bool = False
    """Only what was shown once and no longer counts."""


def requests(workspace: Workspace, content: Content, wanted: Wanted, now: datetime) -> list[Request]:
    """The requests, by owner and control. Raises: InputError, UsageError."""
    _must_exist("framework", wanted.frameworks, [str(name) for name in content.frameworks])
    _must_exist("control", wanted.controls, [str(name) for name in content.controls])
    _must_exist("owner", wanted.owners, sorted({control.owner for control in content.controls.values()}))
    if wanted.due is not None and wanted.due < now.date():
        raise UsageError(f"{wanted.due} has passed", fix="give a day to come: --due")
    latest = {
        entry.control: entry
        for entry in reversed(standing(workspace.root, content, now))
        if entry.superseded_by is None
    }
    chosen = wanted.frameworks or workspace.frameworks
    found = [
        _request(control, serves, last, workspace, wanted, now)
        for control, serves in _served(content, chosen)
        if (not wanted.controls or control.id in wanted.controls)
        and (not wanted.owners or control.owner in wanted.owners)
        and _is_open(last := latest.get(control.id), wanted, now.date())
    ]
    return sorted(found, key=lambda request: (request.owner, request.control))


def _must_exist(kind: str, names: tuple[str, ...], known: list[str]) -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known)
            raise UsageError(f"no {kind} {name!r}", fix=f"did you mean {near}?" if near else ", ".join(known[:20]))


def _served(content: Content, frameworks: tuple[str, ...]) -> Iterator[tuple[CommonControl, str]]:
    """Each control with a part by people that serves any of the frameworks, and what it serves, a line a framework."""
    for control in content.controls.values():
        if not has_peoples_part(control):
            continue
        lines = []
        for name, crosswalk in content.crosswalks.items():
            served = dict.fromkeys(str(edge.requirement) for edge in crosswalk.edges if edge.control == control.id)
            if name in frameworks and served:
                lines.append(f"{name}: {', '.join(served)}")
        if lines:
            yield control, "\n".join(lines)


def _is_open(last: OnRecord | None, wanted: Wanted, today: date) -> bool:
    if last is None:
        return not wanted.only_stale
    if wanted.only_stale:
        return last.valid_until < today.isoformat()
    return last.valid_until < (wanted.due or today).isoformat() or last.valid_until == str(wanted.due)


def _request(
    control: CommonControl, serves: str, last: OnRecord | None, workspace: Workspace, wanted: Wanted, now: datetime
) -> Request:
    person = workspace.owners.get(control.owner, "")
    return Request(
        id=f"PBC-{control.id}-{now.date()}",
        control=control.id,
        asked=f"{control.title}. {control.statement}",
        expected="\n".join(control.evidence),
        serves=serves,
        owner=f"{control.owner}: {person}" if person else control.owner,
        due=_due(last, wanted, now.date()),
        last=_last(last, now.date()),
    )


def _due(last: OnRecord | None, wanted: Wanted, today: date) -> str:
    """The day by which it is wanted, never later than the last record's end; what is missing or stale is due now."""
    if last is None or last.valid_until < today.isoformat():
        return str(wanted.due or today)
    return last.valid_until


def _last(last: OnRecord | None, today: date) -> str:
    if last is None:
        return "none on record"
    ended = "lapsed on" if last.valid_until < today.isoformat() else "valid until"
    reviewed = "" if last.record.reviewed_by else "; not reviewed"
    failed = "; not effective" if last.record.conclusion is Conclusion.NOT_EFFECTIVE else ""
    return f"{last.record.id}, performed on {last.record.performed_on}, {ended} {last.valid_until}{reviewed}{failed}"
