"""iCalendar: whole days, UIDs that stay, SEQUENCE raised by change alone, and one cancellation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar as File

from assess.duties.desks import acceptance, desk, record
from present.calendar.calendars import hostile, of, year
from proveonce.model.calendar import Calendar, Exports
from proveonce.model.planning import Planning
from proveonce.present.calendar.events import write_events


def parsed(data: bytes) -> dict[str, Any]:
    found = {str(event["UID"]).partition("@")[0]: event for event in File.from_ical(data).walk("VEVENT")}
    assert len(found) == data.count(b"BEGIN:VEVENT")
    return found


def export(calendar: Calendar, before: Exports = Exports()) -> tuple[dict[str, Any], Exports]:  # noqa: B008 - it is frozen
    data, after = write_events(calendar, before)
    return parsed(data), after


def test_every_duty_is_a_whole_day_with_its_alarm_and_frameworks() -> None:
    calendar = year()
    events, _ = export(calendar)
    assert set(events) == {duty.uid for duty in calendar.duties}
    for duty in calendar.duties:
        event = events[duty.uid]
        assert event["DTSTART"].to_ical() == duty.due_on.replace("-", "").encode()
        assert event["DTSTART"].params["VALUE"] == "DATE"
        (alarm,) = event.walk("VALARM")
        assert event["DTSTART"].dt + alarm["TRIGGER"].dt == date.fromisoformat(duty.start_on)
    assert events["control.IAM-06.2"]["CATEGORIES"].to_ical() == b"SOC 2,PCI DSS,HIPAA"
    assert "PCI DSS 7.2.4, 8.3.9" in events["control.IAM-06.2"]["DESCRIPTION"]
    assert "VALARM" not in str(events["control.IAM-06.2"]["DESCRIPTION"])


def test_lines_are_folded_and_end_as_the_standard_wants() -> None:
    data, _ = write_events(year(), Exports())
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_what_did_not_change_is_the_same_bytes_on_any_later_day() -> None:
    first, kept = write_events(year(), Exports())
    again, same = write_events(replace(year(), day="2026-04-05"), kept)
    assert again == first
    assert same == kept


def test_a_moved_duty_keeps_its_uid_and_raises_its_sequence_and_no_other() -> None:
    at = desk(record("IAM-06", "2026-01-31"), record("VUL-05", "2026-02-01"))
    events, kept = export(of(at))
    moved, kept = export(
        of(replace(at, records=(record("IAM-06", "2026-02-10", id="IAM-06-2026-01-31"), at.records[1]))), kept
    )
    assert events["control.IAM-06.2"]["UID"] == moved["control.IAM-06.2"]["UID"]
    assert moved["control.IAM-06.2"]["DTSTART"].dt == date(2026, 8, 10)
    assert {uid: event["SEQUENCE"] for uid, event in moved.items() if event["SEQUENCE"]} == {
        "control.IAM-06.2": 1,
        "control.IAM-06.3": 1,
    }
    back, _ = export(of(at), kept)
    assert back["control.IAM-06.2"]["SEQUENCE"] == 2


def test_what_is_done_before_its_day_is_cancelled_once() -> None:
    before = desk(record("IAM-06", "2025-09-15"))
    after = desk(record("IAM-06", "2025-09-15"), record("IAM-06", "2026-03-01"))
    _, kept = export(of(before))
    assert kept.events["control.IAM-06.2"].on == "2026-03-15"
    events, kept = export(of(after), kept)
    gone = events["control.IAM-06.2"]
    assert (gone["STATUS"], gone["SEQUENCE"], gone["DTSTART"].dt) == ("CANCELLED", 1, date(2026, 3, 15))
    assert not gone.walk("VALARM")
    assert "control.IAM-06.2" not in export(of(after), kept)[0]
    again, _ = export(of(before), kept)
    assert again["control.IAM-06.2"]["SEQUENCE"] == 2
    assert "STATUS" not in again["control.IAM-06.2"]


def test_what_passed_stays_in_peoples_calendars_and_is_not_cancelled() -> None:
    _, kept = export(of(desk(record("IAM-06", "2025-07-15"))))
    late = desk(record("IAM-06", "2025-07-15"), record("IAM-06", "2026-03-01"))
    assert "control.IAM-06.2" not in export(of(late), kept)[0]


def test_what_is_out_of_the_window_or_not_chosen_is_not_cancelled() -> None:
    at = desk(record("IAM-06", "2026-01-31"), acceptances=(acceptance("x", "2026-09-01"),))
    _, kept = export(of(at))
    narrow = replace(of(at), duties=())
    assert export(narrow, kept) == ({}, kept)


def test_what_was_never_done_keeps_the_day_on_which_that_was_first_said() -> None:
    events, kept = export(of(desk(day=date(2026, 3, 2))))
    later, kept_later = export(of(desk(day=date(2026, 3, 20))), kept)
    assert later["control.IAM-06.1"]["DTSTART"].dt == date(2026, 3, 2)
    assert kept_later == kept
    assert events["control.IAM-06.1"]["SEQUENCE"] == later["control.IAM-06.1"]["SEQUENCE"] == 0


def test_another_notice_is_a_change() -> None:
    at = desk(record("IAM-06", "2026-01-31"))
    _, kept = export(of(at))
    changed, _ = export(of(desk(record("IAM-06", "2026-01-31"), planning=Planning(notice="P10D"))), kept)
    assert changed["control.IAM-06.2"]["SEQUENCE"] == 1
    assert changed["control.IAM-06.2"].walk("VALARM")[0]["TRIGGER"].dt == -timedelta(days=10)


def test_names_cannot_break_out_of_their_line() -> None:
    data, _ = write_events(hostile(), Exports())
    found = parsed(data)
    assert len(found) == len(hostile().duties)
    assert any("<script>alert(1)</script> END:VEVENT & ]]>" in str(e["SUMMARY"]) for e in found.values())
    assert "\u202e".encode() not in data


def test_the_domain_stays_when_the_organisation_is_renamed() -> None:
    events, kept = export(of(desk(record("IAM-06", "2026-01-31"))))
    at = of(desk(record("IAM-06", "2026-01-31")))
    renamed, _ = export(replace(at, workspace=replace(at.workspace, organisation="Another Ltd")), kept)
    assert {event["UID"] for event in events.values()} == {event["UID"] for event in renamed.values()}


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 7, 1), date(2026, 12, 31)])
def test_uids_are_unique_whatever_the_day(day: date) -> None:
    export(year(day))
