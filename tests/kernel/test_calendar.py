"""Days: against a calendar that is counted off day by day, and so knows nothing of arithmetic."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.kernel.calendar import BusinessDays, Window, is_country, plus, repeats, shift, uncovered

DAYS = [date(1999, 1, 1) + timedelta(n) for n in range(366 * 14)]
"""1999 to 2012 counted off: two leap years of each sort but 1900's, each clock change of it, and a century."""
PLACE = {day: n for n, day in enumerate(DAYS)}
LAST_OF_MONTH = [day for day, after in pairwise(DAYS) if after.day == 1]

some_day = st.sampled_from([day for day in DAYS if 2001 <= day.year <= 2008])
near_an_end = st.sampled_from(
    [d + timedelta(n) for d in LAST_OF_MONTH for n in (-2, -1, 0, 1) if 2001 <= d.year <= 2008]
)
any_day = some_day | near_an_end


def months_on(day: date, months: int) -> date:
    """The oracle: months are the ends passed on the way, and the day is the last one not beyond its own number."""
    firsts = [d for d in DAYS if d.day == 1]
    here = max(n for n, first in enumerate(firsts) if first <= day)
    month = [d for d in DAYS if (d.year, d.month) == (firsts[here + months].year, firsts[here + months].month)]
    return max(d for d in month if d.day <= day.day)


@settings(deadline=None)
@given(any_day, st.integers(-24, 24))
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    assert shift(day, "P1M", months) == months_on(day, months)


@settings(deadline=None)
@given(any_day, st.integers(0, 20), st.integers(0, 50), st.integers(0, 400))
def test_months_come_before_days(day: date, months: int, weeks: int, days: int) -> None:
    whole = f"P{months}M{weeks}W{days}D"
    if months + weeks + days:
        assert shift(day, whole) == DAYS[PLACE[months_on(day, months)] + 7 * weeks + days]


@settings(deadline=None)
@given(any_day, st.integers(1, 24))
def test_a_year_is_twelve_months(day: date, times: int) -> None:
    assert shift(day, "P1Y", times % 3) == shift(day, "P12M", times % 3)


def test_month_ends() -> None:
    assert shift(date(2026, 1, 31), "P1M") == date(2026, 2, 28)
    assert shift(date(2026, 1, 31), "P1M", 2) == date(2026, 3, 31)
    assert shift(date(2024, 2, 29), "P1Y") == date(2025, 2, 28)
    assert shift(date(2024, 2, 29), "P1Y", 4) == date(2028, 2, 29)
    assert shift(date(2026, 3, 31), "P1M", -1) == date(2026, 2, 28)
    assert shift(date(2026, 1, 1), "PT36H", 1) == date(2026, 1, 2)
    assert shift(date(2026, 1, 1), "PT36H", 2) == date(2026, 1, 4)


def test_what_leaves_the_calendar_is_its_last_or_first_day() -> None:
    assert shift(date(2026, 1, 1), "P999999999Y") == date.max
    assert shift(date(2026, 1, 1), "P999999999D") == date.max
    assert shift(date(2026, 1, 1), "P999999999M", -1) == date.min
    assert shift(date(2026, 1, 1), "P999999999W", -1) == date.min
    assert list(repeats(date(9999, 12, 1), "P1M", Window(date(9999, 1, 1), date.max))) == []


@pytest.mark.parametrize("text", ["", "P", "PT", "P0D", "3M", "P1", "P-1M", "P1.5M", "P1M "])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        shift(date(2026, 1, 1), text)


durations = st.sampled_from(["P1D", "P7D", "P2W", "P30D", "P1M", "P3M", "P6M", "P12M", "P1Y", "P1M1D", "PT8H", "PT36H"])


@settings(deadline=None)
@given(any_day, durations, any_day, st.integers(0, 500))
def test_repeats_are_those_a_walk_finds(anchor: date, duration: str, start: date, length: int) -> None:
    window = Window(start, start + timedelta(length))
    walked, number = [], 1
    while (day := max(shift(anchor, duration, number), anchor + timedelta(number))) < window.end:
        walked += [(number, day)] if day in window else []
        number += 1
    assert list(repeats(anchor, duration, window)) == walked


def test_repeats_do_not_drift() -> None:
    year = Window(date(2026, 2, 1), date(2026, 7, 1))
    assert [day.day for _, day in repeats(date(2026, 1, 31), "P1M", year)] == [28, 31, 30, 31, 30]


windows = st.builds(lambda start, days: Window(start, start + timedelta(days)), any_day, st.integers(-30, 200))


@settings(deadline=None)
@given(windows, st.lists(windows, max_size=6))
def test_uncovered_days_are_those_in_no_cover(window: Window, covers: list[Window]) -> None:
    left = uncovered(window, covers)
    expected = [day for day in DAYS if day in window and not any(day in cover for cover in covers)]
    assert [day for day in DAYS if any(day in part for part in left)] == expected
    assert sum(part.days for part in left) == len(expected)
    assert all(before.end < after.start for before, after in pairwise(left))


@settings(deadline=None)
@given(any_day, st.integers(0, 60), st.sampled_from(["", "US", "DE"]))
def test_business_days_are_counted_one_by_one(day: date, count: int, country: str) -> None:
    business = BusinessDays(country)
    working = [d for d in DAYS if abs((d - day).days) < 130 and business.is_working(d)]
    if count:
        assert business.forward(day, count) == [d for d in working if d > day][count - 1]
        assert business.back(day, count) == [d for d in working if d < day][-count]
    assert business.forward(day, 0) == min(d for d in working if d >= day)
    assert business.back(day, 0) == max(d for d in working if d <= day)


def test_holidays_are_those_of_the_country_and_its_part() -> None:
    assert BusinessDays().is_working(date(2026, 7, 3))
    assert not BusinessDays("US").is_working(date(2026, 7, 3))  # Independence Day falls on a Saturday
    assert BusinessDays("DE").is_working(date(2026, 6, 4))
    assert not BusinessDays("DE", "BY").is_working(date(2026, 6, 4))  # Corpus Christi, a holiday in Bavaria
    assert not BusinessDays().is_working(date(2026, 7, 4))


def test_countries_are_known_by_their_codes() -> None:
    assert is_country("US", "CA")
    assert not is_country("XX")
    assert not is_country("US", "BY")


def test_the_ends_of_the_calendar_hold() -> None:
    assert plus(date.max, 5) == date.max
    assert BusinessDays().forward(date.max, 3) <= date.max
    assert BusinessDays().back(date.min, 3) >= date.min
