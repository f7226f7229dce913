"""Arithmetic over days: durations, half-open windows, business days.

A day has no zone, no hour and no clock change. Repeats count from their anchor, never from the repeat
before, so that the end of a month does not drift: 31 January plus one month is 28 February, plus two
31 March. What would leave the calendar is its first or last day.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from proveonce.kernel.durations import parts

_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()
_SATURDAY = 5


def shift(day: date, duration: str, times: int = 1) -> date:
    """`day` moved by `times` times an ISO 8601 duration; back where `times` is negative.

    Years and months first, clamped to the end of the month, then weeks and days; hours count as far as they fill days.
    Raises: ValueError when `duration` is none.
    """
    years, months, weeks, days, hours, minutes = parts(duration)
    month = day.year * 12 + day.month - 1 + times * (years * 12 + months)
    if not 12 * date.min.year <= month < 12 * (date.max.year + 1):
        return date.max if times > 0 else date.min
    moved = date(month // 12, month % 12 + 1, min(day.day, calendar.monthrange(month // 12, month % 12 + 1)[1]))
    filled = (hours * 60 + minutes) * abs(times) // 1440
    return _at(moved.toordinal() + times * (weeks * 7 + days) + (filled if times > 0 else -filled))


def _at(ordinal: int) -> date:
    return date.fromordinal(min(max(ordinal, _FIRST), _LAST))


def plus(day: date, days: int) -> date:
    """`day` moved by that many days."""
    return _at(day.toordinal() + days)


def repeats(anchor: date, duration: str, window: Window) -> Iterator[tuple[int, date]]:
    """(n, day) of each n-th repeat after `anchor`, n from 1, that falls into `window`, in order.

    What is shorter than a day repeats daily. Raises: ValueError when `duration` is none.
    """
    number, before = _first_near(anchor, duration, window.start), anchor
    while True:
        day = max(shift(anchor, duration, number), plus(anchor, number))
        if day >= window.end or day == before:
            return
        if day >= window.start:
            yield number, day
        number, before = number + 1, day


def _first_near(anchor: date, duration: str, start: date) -> int:
    """A number of repeats that surely do not reach `start` yet, at least one, so that no long walk is needed."""
    years, months, weeks, days, hours, minutes = parts(duration)
    longest = years * 366 + months * 31 + weeks * 7 + days + (hours * 60 + minutes) // 1440 + 1
    return max(1, (start - anchor).days // longest)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Days from `start` until before `end`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many; none where it ends before it starts."""
        return max(0, (self.end - self.start).days)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


def uncovered(window: Window, covers: Iterable[Window]) -> list[Window]:
    """The parts of `window` that none of `covers` covers, in order, each as long as can be."""
    left, start = [], window.start
    for cover in sorted(cover for cover in covers if cover.days):
        if cover.start >= window.end:
            break
        if cover.start > start:
            left.append(Window(start, cover.start))
        start = max(start, cover.end)
    if start < window.end:
        left.append(Window(start, window.end))
    return left


@dataclass(frozen=True)
class BusinessDays:
    """Days on which people work: Monday to Friday, public holidays of a country left out where one is named."""

    country: str = ""
    """ISO 3166-1 alpha-2; empty: only weekends are free."""
    subdivision: str = ""

    @cached_property
    def _holidays(self) -> Any:
        if not self.country:
            return ()
        import holidays

        return holidays.country_holidays(self.country, subdiv=self.subdivision or None)

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        return day.weekday() < _SATURDAY and day not in self._holidays

    def on_or_before(self, day: date) -> date:
        """`day`, or the last business day before it."""
        while not self.is_working(day) and day > date.min:
            day = plus(day, -1)
        return day

    def on_or_after(self, day: date) -> date:
        """`day`, or the first business day after it."""
        while not self.is_working(day) and day < date.max:
            day = plus(day, 1)
        return day

    def back(self, day: date, count: int) -> date:
        """The `count`-th business day before `day`; with none, `on_or_before`."""
        day = day if count else self.on_or_before(day)
        for _ in range(count):
            day = self.on_or_before(plus(day, -1))
        return day

    def forward(self, day: date, count: int) -> date:
        """The `count`-th business day after `day`; with none, `on_or_after`."""
        day = day if count else self.on_or_after(day)
        for _ in range(count):
            day = self.on_or_after(plus(day, 1))
        return day


def is_country(country: str, subdivision: str = "") -> bool:
    """Whether the public holidays of that country, and of its subdivision where one is named, are known."""
    import holidays

    known = holidays.list_supported_countries()
    return country in known and (not subdivision or subdivision in known[country])
