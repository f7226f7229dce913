"""Exact programs: equal to brute force, ties decided by name, nothing printed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.assess.priority.solver import Row, minimise
from proveonce.kernel.errors import ProveonceError

NAMES = list("abcde")
coefficients = st.dictionaries(st.sampled_from(NAMES), st.integers(-3, 3).filter(bool), min_size=1)
rows = st.lists(st.builds(Row, coefficients, st.integers(-3, 2)), max_size=4)
objectives = st.lists(st.dictionaries(st.sampled_from(NAMES), st.integers(-5, 5)), min_size=1, max_size=2)


@settings(max_examples=60, deadline=None)
@given(rows, objectives)
def test_the_answer_is_the_one_brute_force_puts_first(held: list[Row], wanted: list[dict[str, int]]) -> None:
    choices = [frozenset(n for n, bit in zip(NAMES, bits, strict=True) if bit)
               for bits in itertools.product((1, 0), repeat=len(NAMES))]  # fmt: skip
    feasible = [c for c in choices if all(sum(row.coefficients.get(n, 0) for n in c) >= row.least for row in held)]
    if not feasible:
        with pytest.raises(ProveonceError, match="could not be solved"):
            minimise(held, wanted, NAMES)
        return
    # Choices come in the order of the tie-break: with the first name before without it, and so on.
    best = min(feasible, key=lambda c: [sum(o.get(n, 0) for n in c) for o in wanted])
    solution = minimise(held, wanted, NAMES)
    assert solution.chosen == best
    assert solution.value == solution.bound == sum(wanted[0].get(n, 0) for n in best)


def test_the_tie_break_goes_on_beyond_one_chunk() -> None:
    names = [f"n{place:02}" for place in range(25)]
    held = [Row(dict.fromkeys(names, 1), 12), Row({"n03": -1}, 0)]
    solution = minimise(held, [dict.fromkeys(names, 1)], names)
    assert sorted(solution.chosen) == [name for name in names[:13] if name != "n03"]


def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    minimise([Row({"a": 1, "b": 1}, 1)], [{"a": 1, "b": 1}], ["a", "b"])
    assert capfd.readouterr() == ("", "")
