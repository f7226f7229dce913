"""What a proof is worth to a requirement: the Shapley value of the covering game."""

from __future__ import annotations

import itertools
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from proveonce.assess.priority.coverage import Group, minimal, shares
from proveonce.model.control import ControlId

CONTROLS = [ControlId(name) for name in "ABCDE"]
groups = st.lists(st.frozensets(st.sampled_from(CONTROLS), min_size=1, max_size=4), max_size=4)


def group(names: str) -> Group:
    return frozenset(map(ControlId, names))


@given(groups, st.frozensets(st.sampled_from(CONTROLS), max_size=2))
def test_a_share_is_the_mean_marginal_value_over_all_orders_of_proof(
    found: list[Group], proven: frozenset[ControlId]
) -> None:
    orders = list(itertools.permutations(c for c in CONTROLS if c not in proven))
    expected: dict[ControlId, Fraction] = {}
    for order in orders:
        done = set(proven)
        for control in order:
            before = any(g <= done for g in found)
            done.add(control)
            if not before and any(g <= done for g in found):
                expected[control] = expected.get(control, Fraction(0)) + Fraction(1, len(orders))
    got = {control: share for control, share in shares(found, proven).items() if share}
    assert got == expected
    is_open = bool(found) and not any(g <= proven for g in found)
    assert sum(got.values()) == int(is_open)


def test_alone_jointly_and_by_turns() -> None:
    assert shares([group("A")], frozenset()) == {"A": 1}
    assert shares([group("ABC")], frozenset()) == dict.fromkeys("ABC", Fraction(1, 3))
    assert shares([group("A"), group("B")], frozenset()) == dict.fromkeys("AB", Fraction(1, 2))
    assert shares([group("ABC")], group("B")) == dict.fromkeys("AC", Fraction(1, 2))


def test_a_group_that_holds_another_is_never_needed() -> None:
    assert minimal([group("AB"), group("A"), group("BC"), group("BC")]) == (group("A"), group("BC"))
