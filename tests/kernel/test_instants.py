"""Instants have one written form; periods are half-open."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.kernel.errors import UsageError
from proveonce.kernel.instants import Period, format_instant, parse_instant


@given(st.datetimes(timezones=st.just(UTC)))
@settings(max_examples=100)
def test_an_instant_survives_being_written(at: datetime) -> None:
    text = format_instant(at)
    assert len(text) == len("2026-11-24T03:20:00.000000Z")
    assert parse_instant(text) == at


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
@settings(max_examples=100)
def test_written_instants_sort_as_the_instants_do(one: datetime, other: datetime) -> None:
    assert (format_instant(one) < format_instant(other)) is (one < other)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-24", "2026-11-24T00:00:00.000000Z"),
        ("2026-11-24T03:20:00", "2026-11-24T03:20:00.000000Z"),
        ("2026-11-24T03:20:00Z", "2026-11-24T03:20:00.000000Z"),
        ("2026-11-24T03:20:00+05:30", "2026-11-23T21:50:00.000000Z"),
        ("2024-02-29", "2024-02-29T00:00:00.000000Z"),
    ],
)
def test_a_text_names_one_utc_instant(text: str, at: str) -> None:
    assert format_instant(parse_instant(text)) == at


@pytest.mark.parametrize(
    "text",
    ["", "today", "2026-13-01", "2025-02-29", "24/11/2026", "2026-11-24T25:00", "1764000000", "2026-11-24 ",
     "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-01:00"],
)  # fmt: skip
def test_what_names_no_instant_is_a_usage_error_that_shows_how(text: str) -> None:
    with pytest.raises(UsageError, match="is not an instant") as caught:
        parse_instant(text)
    assert "2026-11-24" in caught.value.fix


def test_a_period_is_read_with_its_end_excluded() -> None:
    period = Period.parse("2026-01-01..2026-07-01")
    assert (period.start, period.end) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["2026-01-01", "2026-01-01..", "..2026-01-01", "..", "2026-07-01..2026-01-01", "2026-01-01..2026-01-01"]
)
def test_an_empty_or_reversed_period_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Period.parse(text)
