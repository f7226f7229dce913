"""Duties as iCalendar events (RFC 5545): whole days, the same UID in every export.

An event whose content changed since it was last given out has a raised SEQUENCE and a new DTSTAMP; one
that did not is the same bytes. A duty that is no longer due before its day came is given out once more
as cancelled. What was never done keeps the day on which that was first said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from icalendar import Alarm, Event
from icalendar import Calendar as File

from proveonce.kernel.canonical import canonical, digest
from proveonce.model.calendar import Calendar, Exported, Exports
from proveonce.model.duty import Duty, DutyState
from proveonce.present.calendar.words import plain, served, who, why
from proveonce.present.workbook.facts import cadence, short_title

_PRODUCT = "-//Proveonce//Calendar//EN"


def write_events(calendar: Calendar, before: Exports) -> tuple[bytes, Exports]:
    """The file, and what has now been given out."""
    domain = before.domain or f"{digest(calendar.workspace.organisation.encode())[:12]}.proveonce"
    file = File()
    file.add("prodid", _PRODUCT)
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("x-wr-calname", plain(f"Compliance, {calendar.workspace.organisation}"))
    given = dict(before.events)
    for duty in sorted(calendar.duties, key=lambda duty: duty.uid):
        event, exported = _event(duty, before.events.get(duty.uid), calendar.day, domain)
        file.add_component(event)
        given[duty.uid] = exported
    for uid, exported in _gone(calendar, before.events):
        file.add_component(_cancelled(uid, exported, domain))
        given[uid] = exported
    return file.to_ical(), Exports(domain, dict(sorted(given.items())))


def _event(duty: Duty, before: Exported | None, today: str, domain: str) -> tuple[Event, Exported]:
    is_kept = duty.state is DutyState.NEVER and before is not None and not before.is_cancelled
    on = before.on if is_kept and before else duty.due_on
    notice = (date.fromisoformat(duty.due_on) - date.fromisoformat(duty.start_on)).days
    title, text = plain(duty.title), "\n".join(_lines(duty))
    content = digest(canonical([title, on, text, list(duty.frameworks), notice]))
    exported = Exported(0, content, on, today, title)
    if before is not None:
        is_same = before.digest == content and not before.is_cancelled
        exported = before if is_same else replace(exported, sequence=before.sequence + 1)
    event = _bare(duty.uid, exported, domain)
    event.add("summary", title)
    event.add("description", text)
    event.add("transp", "TRANSPARENT")
    if duty.frameworks:
        event.add("categories", [short_title(name) for name in duty.frameworks])
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"{title}: due {on}")
    alarm.add("trigger", -timedelta(days=notice))
    event.add_component(alarm)
    return event, exported


def _bare(uid: str, exported: Exported, domain: str) -> Event:
    event = Event()
    event.add("uid", f"{plain(uid)}@{domain}")
    event.add("sequence", exported.sequence)
    event.add("dtstamp", datetime.fromisoformat(exported.stamp).replace(tzinfo=UTC))
    event.add("dtstart", date.fromisoformat(exported.on))
    return event


def _gone(calendar: Calendar, before: Mapping[str, Exported]) -> Iterator[tuple[str, Exported]]:
    """Events still ahead whose duty is no longer due; those that passed stay in people's calendars as they are."""
    for uid, exported in before.items():
        if uid not in calendar.every and not exported.is_cancelled and exported.on >= calendar.day:
            yield uid, replace(exported, sequence=exported.sequence + 1, stamp=calendar.day, is_cancelled=True)


def _cancelled(uid: str, exported: Exported, domain: str) -> Event:
    event = _bare(uid, exported, domain)
    event.add("summary", exported.title)
    event.add("status", "CANCELLED")
    return event


def _lines(duty: Duty) -> Iterator[str]:
    yield f"Owner: {who(duty)}"
    if duty.controls:
        yield f"Control: {', '.join(duty.controls)}"
    if duty.requirements:
        yield f"Serves: {served(duty, ', ', '; ')}"
    if duty.interval:
        yield f"Returns: {cadence(duty.interval)}"
    if duty.needs:
        yield f"Needs: {plain(duty.needs)}"
    yield f"Last done: {duty.last_done_on or 'never'}" + (f" ({plain(duty.proof)})" if duty.proof else "")
    if duty.reason:
        yield f"Why: {why(duty)}"
