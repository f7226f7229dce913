"""The calendar of a workspace: registers and records → duties, chosen by window, framework and owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from proveonce.app.exports import read_exports, write_exports
from proveonce.assess.duties import Desk, duties
from proveonce.assess.duties.gaps import gaps
from proveonce.content import load_content
from proveonce.content.manual import load_manual
from proveonce.content.registers import load_registers
from proveonce.kernel.calendar import plus, shift
from proveonce.kernel.errors import UsageError
from proveonce.kernel.naming import nearest
from proveonce.model.calendar import Calendar
from proveonce.model.content import Content
from proveonce.model.duty import Duty
from proveonce.model.workspace import Workspace
from proveonce.present.workbook.facts import short_title

HORIZON = "P12M"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which duties are wanted."""

    start: date | None = None
    """None: the as-of, and whatever is overdue."""
    end: date | None = None
    """First day after the window; None: twelve months after its start."""
    framework: str | None = None
    owner: str | None = None


def parse_day(text: str) -> date:
    """The day that `text` names. Raises: UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day", fix="write it as 2026-11-24") from error


def open_desk(workspace: Workspace, content: Content, day: date, until: date) -> Desk:
    """The desk of a workspace on a day. Raises: InputError with every problem of its files."""
    registers = load_registers(workspace.root, content)
    return Desk(content, workspace, registers, load_manual(workspace.root, content), day, until)


def calendar(workspace: Workspace, day: date, choice: Choice, *, until: date | None = None) -> Calendar:
    """The calendar as of `day`; duties are counted until `until` at least. Raises: InputError, UsageError."""
    start = choice.start or day
    end = choice.end or shift(start, HORIZON)
    if end <= start:
        raise UsageError(f"the window ends on {end}, before it starts on {start}", fix="give --to a day after --from")
    content = load_content(workspace.root)
    _must_be_known(workspace, content, choice)
    return calendar_of(open_desk(workspace, content, day, max(end, until or end)), choice, end=end)


def calendar_of(desk: Desk, choice: Choice, *, end: date | None = None) -> Calendar:
    """What of a desk is chosen, until `end`; without one until the desk's own horizon."""
    last, found = (end or desk.until).isoformat(), duties(desk)
    window = choice.start.isoformat() if choice.start else ""
    chosen = tuple(duty for duty in found if window <= duty.due_on < last and _is_chosen(duty, choice))
    uids = {duty.uid for duty in chosen}
    names = (short_title(choice.framework) if choice.framework else "", choice.owner or "")
    return Calendar(
        workspace=desk.workspace,
        day=desk.today,
        start=window or desk.today,
        end=last,
        duties=chosen,
        gaps=tuple(gap for gap in gaps(desk, found) if gap.duty in uids),
        unproven=tuple(f"{b.name}, {b.interval}" for b in desk.unproven if choice.framework in (None, b.framework)),
        choice=", ".join(filter(None, names)),
        every=frozenset(duty.uid for duty in found),
    )


def _is_chosen(duty: Duty, choice: Choice) -> bool:
    return choice.framework in (None, *duty.frameworks) and choice.owner in (None, duty.owner)


def _must_be_known(workspace: Workspace, content: Content, choice: Choice) -> None:
    roles = {control.owner for control in content.controls.values()} | set(workspace.owners)
    for kind, name, known in (
        ("framework", choice.framework, set(workspace.frameworks)),
        ("owner", choice.owner, roles),
    ):
        if name is not None and name not in known:
            near = nearest(name, sorted(known))
            raise UsageError(
                f"unknown {kind} {name!r}", fix=f"did you mean {near}?" if near else ", ".join(sorted(known))
            )


def export(workspace: Workspace, day: date, choice: Choice) -> bytes:
    """The calendar as iCalendar; what is given out is kept, so that the next export raises what changed."""
    from proveonce.present.calendar.events import write_events

    before = read_exports(workspace.root)
    last = max((exported.on for exported in before.events.values()), default=day.isoformat())
    data, after = write_events(calendar(workspace, day, choice, until=plus(date.fromisoformat(last), 1)), before)
    write_exports(workspace.root, after)
    return data
