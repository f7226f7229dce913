"""The covering set: equal to brute force, never worse than greedy, stable, and nothing silently dropped."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.priority.made import FULL, PART, made_content, made_situation
from proveonce.assess.priority.cover import EFFORT, smallest_cover
from proveonce.kernel.errors import UsageError
from proveonce.model.crosswalk import Relation
from proveonce.model.priority import Cover

CONTROLS = [f"CRY-0{n}" for n in range(1, 7)]
row = st.dictionaries(st.sampled_from(CONTROLS), st.sampled_from([FULL, PART]), max_size=4)
table = st.lists(row, min_size=1, max_size=7)
costs = st.dictionaries(st.sampled_from(CONTROLS), st.integers(1, 900).map(lambda cents: cents / 100))

Instance = tuple[dict[str, dict[str, dict[str, Relation]]], dict[str, list[tuple[str, ...]]]]


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Two frameworks; partial controls of some requirements are declared jointly complete."""
    edges: dict[str, dict[str, dict[str, Relation]]] = {}
    joint: dict[str, list[tuple[str, ...]]] = {}
    for framework in ("one", "two"):
        edges[framework] = {f"{framework}.{n}": found for n, found in enumerate(draw(table))}
        for requirement, found in edges[framework].items():
            partial = sorted(control for control, relation in found.items() if relation is PART)
            if len(partial) > 1 and draw(st.booleans()):
                joint[requirement] = [tuple(partial)]
    return edges, joint


def covers(chosen: frozenset[str], found: Mapping[str, Relation], joint: list[tuple[str, ...]]) -> bool:
    return any(r is FULL and c in chosen for c, r in found.items()) or any(chosen.issuperset(group) for group in joint)


@settings(max_examples=40, deadline=None)
@given(instances(), costs)
def test_the_cover_is_the_cheapest_that_brute_force_finds(instance: Instance, effort: dict[str, float]) -> None:
    edges, joint = instance
    content = made_content(edges, joint=joint)
    requirements = {r: found for rows in edges.values() for r, found in rows.items()}
    coverable = {r for r, found in requirements.items() if covers(frozenset(CONTROLS), found, joint.get(r, []))}
    stated = {control: days for control, days in effort.items() if control in content.controls}
    situation = made_situation(content, effort=stated)
    by = [("count", dict.fromkeys(CONTROLS, 1.0))]
    priced = {c for g in situation.standings for m in g.mapped.values() for group in m.groups for c in group}
    if priced & set(stated):
        dearest = max(stated[control] for control in priced & set(stated))
        by.append((EFFORT, {control: stated.get(control, dearest) for control in CONTROLS}))
    for name, cost in by:
        cover = smallest_cover(situation, name)
        best = min(
            sum(cost[c] for c in chosen)
            for size in range(len(CONTROLS) + 1)
            for chosen in itertools.combinations(CONTROLS, size)
            if all(covers(frozenset(chosen), requirements[r], joint.get(r, [])) for r in coverable)
        )
        assert cover.cost == pytest.approx(best)
        assert (cover.bound, cover.gap) == (cover.cost, 0)
        assert cover.cost == pytest.approx(sum(cost[c] for c in cover.controls))
        assert cover.greedy_cost >= cover.cost - 1e-9
        for chosen in (cover.controls, cover.greedy):
            assert all(covers(frozenset(chosen), requirements[r], joint.get(r, [])) for r in coverable)
        assert {r for found in cover.covered.values() for r in found} == coverable
        assert {r for found in cover.not_coverable.values() for r in found} == set(requirements) - coverable
        assert all(why for found in cover.not_coverable.values() for why in found.values())
        assert cover.forced <= set(cover.controls)


def tied(names: list[str]) -> Cover:
    """Two requirements, each covered by any one of four controls that are alike."""
    edges = {"f": {r: dict.fromkeys(names, FULL) for r in ("R1", "R2")}}
    return smallest_cover(made_situation(made_content(edges)))


def test_of_equal_sets_the_first_by_id_is_taken_whatever_the_order_of_the_content() -> None:
    dice = random.Random(7)
    for _ in range(4):
        assert tied(dice.sample(CONTROLS, len(CONTROLS))).controls == ("CRY-01",)


def test_greedy_can_be_beaten() -> None:
    """The broad control tempts greedy; two narrow ones do without it."""
    narrow = {f"R{n}": "CRY-01" if n < 4 else "CRY-02" for n in range(1, 7)}
    broad = {"R2", "R3", "R4", "R5"}
    edges = {"f": {r: {c: FULL, **({"CRY-03": FULL} if r in broad else {})} for r, c in narrow.items()}}
    cover = smallest_cover(made_situation(made_content(edges)))
    assert cover.controls == ("CRY-01", "CRY-02")
    assert len(cover.greedy) == 3


def test_what_nothing_covers_is_listed_with_its_reason() -> None:
    edges: dict[str, dict[str, dict[str, Relation]]] = {"f": {"R1": {"CRY-01": PART}, "R2": {}}}
    cover = smallest_cover(made_situation(made_content(edges)))
    assert cover.controls == ()
    reasons = {str(r): why for r, why in cover.not_coverable[next(iter(cover.not_coverable))].items()}
    assert reasons == {
        "R1": "only partial edges, and no set of them is declared jointly complete",
        "R2": "no common control is mapped to it",
    }


def test_an_effort_that_is_not_stated_is_never_the_cheap_one() -> None:
    edges = {"f": {"R1": {"CRY-01": FULL, "CRY-02": FULL}, "R2": {"CRY-03": FULL}}}
    content = made_content(edges)
    cover = smallest_cover(made_situation(content, effort={"CRY-02": 2.5, "CRY-03": 4.0}), EFFORT)
    assert (cover.controls, cover.cost, cover.assumed) == (("CRY-02", "CRY-03"), 6.5, frozenset())
    assumed = smallest_cover(made_situation(content, effort={"CRY-02": 2.5}), EFFORT)
    assert assumed.controls == ("CRY-02", "CRY-03")
    assert assumed.cost == 5.0
    assert set(assumed.assumed) == {"CRY-03"}
    with pytest.raises(UsageError, match="no effort is known"):
        smallest_cover(made_situation(content), EFFORT)
