"""Durations: their length, and what is none."""

from __future__ import annotations

import pytest

from proveonce.kernel.durations import days


@pytest.mark.parametrize(
    ("duration", "length"),
    [("P1D", 1), ("P7D", 7), ("P1W", 7), ("P12M", 365.25), ("P1Y", 365.25), ("P1M15D", 45.4375), ("PT12H", 0.5),
     ("PT30M", 0.5 / 24), ("P1DT12H", 1.5)],
)  # fmt: skip
def test_a_duration_has_a_length_in_days(duration: str, length: float) -> None:
    assert days(duration) == pytest.approx(length)


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P0D", "3M", "P3", "p3m", "P3M ", "P1M1Y", "P-1D", "P1.5D", "P" + "9" * 99 + "Y", "P1D\n"],
)
def test_anything_else_has_none(text: str) -> None:
    assert days(text) is None
