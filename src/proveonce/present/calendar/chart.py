"""The year as one picture: a row a month, a cell a day, work of several frameworks once.

Each duty is its code over a bar of three parts, one a framework, filled where it serves it. Shape and word
first: overdue is solid, due framed and hatched, done and upcoming plain. Hand-made SVG in pixels; its colours are
classes of the stylesheet. Work that was never done has no day of its own, and is counted at the as-of.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from markupsafe import Markup

from proveonce.kernel.calendar import BusinessDays
from proveonce.model.calendar import Calendar
from proveonce.model.duty import Duty, DutyKind, DutyState
from proveonce.present.calendar.words import STATES, plain
from proveonce.present.report.text import anchor, printable
from proveonce.present.workbook.facts import short_title

WIDTH = 1136.0
MOST_MONTHS = 25
_LEFT = 42.0
_CELL = (WIDTH - _LEFT) / 31
_HEAD = 18.0
_LINE = 17.0
_PAD = 4.0
_LINES = 2
"""Duties that a day names; where there are more, the last line counts them."""
_CODE = 7
_STEPS = {"report": "Ends", "fieldwork": "Field", "observation": "Observ", "bridge": "Bridge", "review": "Review",
          "document": "Ends"}  # fmt: skip
_CLASSES = {
    DutyState.OVERDUE: "overdue",
    DutyState.DUE: "due",
    DutyState.UPCOMING: "plain",
    DutyState.DONE: "plain",
    DutyState.NEVER: "overdue",
}
_ORDER = list(STATES)


def year_view(calendar: Calendar) -> Markup:
    """The picture of the window's months, at most `MOST_MONTHS`."""
    by_day: dict[str, list[Duty]] = {}
    for duty in calendar.duties:
        if duty.state is not DutyState.NEVER:
            by_day.setdefault(duty.due_on, []).append(duty)
    business = BusinessDays(calendar.workspace.planning.country, calendar.workspace.planning.subdivision)
    body, y = [_numbers()], _HEAD
    for first in months(calendar):
        drawn, height = _month(calendar, first, y, by_day, business)
        body.append(drawn)
        y += height
    body.append(Markup('<line class="rule strong" x1="0" x2="{}" y1="{}" y2="{}"/>').format(_n(WIDTH), _n(y), _n(y)))
    label = printable(f"{len(calendar.duties):,} duties from {calendar.start} until {calendar.end}, a row a month")
    return Markup(
        '<svg class="year" viewBox="0 0 {} {}" role="img" aria-label="{}"><defs><pattern id="hatch" width="4" '
        'height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" '
        'x2="0" y2="4"/></pattern></defs>{}</svg>'
    ).format(_n(WIDTH), _n(y + 1), label, Markup("").join(body))


def months(calendar: Calendar) -> list[date]:
    """The first day of each month of the window, at most `MOST_MONTHS`."""
    first, end = date.fromisoformat(calendar.start).replace(day=1), date.fromisoformat(calendar.end)
    found: list[date] = []
    while first < end and len(found) < MOST_MONTHS:
        found.append(first)
        first = (first + timedelta(31)).replace(day=1)
    return found


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _numbers() -> Markup:
    return Markup("").join(
        Markup('<text class="head middle" x="{}" y="12">{}</text>').format(_n(_LEFT + (n - 0.5) * _CELL), n)
        for n in range(1, 32)
    )


def _month(
    calendar: Calendar, first: date, y: float, by_day: dict[str, list[Duty]], business: BusinessDays
) -> tuple[Markup, float]:
    days = [first + timedelta(n) for n in range(31) if (first + timedelta(n)).month == first.month]
    lines = max([1, *(min(_LINES, len(_named(calendar, day, by_day))) for day in days)])
    height = lines * _LINE + 2 * _PAD
    drawn = [Markup('<line class="rule" x1="0" x2="{}" y1="{}" y2="{}"/>').format(_n(WIDTH), _n(y), _n(y))]
    label = first.strftime("%b %y") if first.month == 1 or first == months(calendar)[0] else first.strftime("%b")
    drawn.append(Markup('<text class="month" x="0" y="{}">{}</text>').format(_n(y + _PAD + 12), label))
    for day in days:
        x = _LEFT + (day.day - 1) * _CELL
        if not business.is_working(day):
            drawn.append(_box("off", x, y, _CELL, height))
        if day.isoformat() == calendar.day:
            drawn.append(_box("today", x + 0.75, y + 0.75, _CELL - 1.5, height - 1.5))
        drawn += _lines(_named(calendar, day, by_day), x, y + _PAD)
    return Markup("").join(drawn), height


def _box(name: str, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        name, _n(x), _n(y), _n(width), _n(height)
    )


def _named(calendar: Calendar, day: date, by_day: dict[str, list[Duty]]) -> list[Duty | str]:
    """What stands on a day, most urgent first; the as-of begins with how much was never done."""
    found = sorted(by_day.get(day.isoformat(), []), key=lambda duty: (_ORDER.index(duty.state), duty.uid))
    never = calendar.count(DutyState.NEVER)
    return [f"{never} never", *found] if never and day.isoformat() == calendar.day else [*found]


def _lines(named: list[Duty | str], x: float, y: float) -> Iterator[Markup]:
    shown = named if len(named) <= _LINES else named[: _LINES - 1]
    for number, entry in enumerate(shown):
        top = y + number * _LINE
        yield _never(entry, x, top) if isinstance(entry, str) else _mark(entry, x, top)
    if len(named) > len(shown):
        rest = [entry for entry in named[len(shown) :] if not isinstance(entry, str)]
        tip = printable("; ".join(plain(duty.title) for duty in rest))
        yield Markup(
            '<a href="#{}"><title>{}</title><text class="more middle" x="{}" y="{}">+{} more</text></a>'
        ).format(f"m-{rest[0].due_on[:7]}", tip, _n(x + _CELL / 2), _n(y + len(shown) * _LINE + 10), len(rest))


def _never(text: str, x: float, y: float) -> Markup:
    return Markup('<a href="#never">{}<text class="overdue middle" x="{}" y="{}">{}</text></a>').format(
        _box("mark overdue", x + 1, y, _CELL - 2, _LINE - 2), _n(x + _CELL / 2), _n(y + 11), text
    )


def _mark(duty: Duty, x: float, y: float) -> Markup:
    """The code of a duty over its three-part bar."""
    name = _CLASSES[duty.state]
    width = (_CELL - 4) / 3
    bar = Markup("").join(
        _box(f"lane{' on' if framework in duty.frameworks else ''} {name}", x + 2 + n * width, y + 11.5, width - 1, 2.6)
        for n, framework in enumerate(("soc2", "pci_dss", "hipaa"))
    )
    tip = printable(f"{duty.due_on} {plain(duty.title)} · {STATES[duty.state]}"
                    f" · {', '.join(map(short_title, duty.frameworks))}")  # fmt: skip
    return Markup('<a href="#{}"><title>{}</title>{}<text class="{} middle" x="{}" y="{}">{}</text>{}</a>').format(
        anchor(duty.uid), tip, _box(f"mark {name}", x + 1, y, _CELL - 2, _LINE - 2), name, _n(x + _CELL / 2),
        _n(y + 9.2), code(duty), bar,
    )  # fmt: skip


def code(duty: Duty) -> str:
    """What a day's cell calls a duty: a control by its id, else the step or the id, cut."""
    if duty.kind is DutyKind.CONTROL:
        return printable(duty.controls[0])
    if duty.kind is DutyKind.RISK_ACCEPTANCE:
        return "Accept"
    if duty.kind is DutyKind.LIBRARY:
        return "Answer"
    return next((_STEPS[part] for part in reversed(duty.uid.split(".")) if part in _STEPS), "")[:_CODE]
