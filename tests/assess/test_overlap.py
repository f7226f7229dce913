"""Derived overlap against a set model: what is proven is true in it, and what follows by the rule is found."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.assess.overlap import all_overlaps, overlaps
from proveonce.kernel.located import Place
from proveonce.model.catalog import Framework, FrameworkId, Requirement, RequirementId
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.crosswalk import Crosswalk, Edge, JointCoverage, Relation
from proveonce.model.overlap import Node, Overlap, RequirementKey

R = Relation
Drawn = tuple[dict[RequirementKey, int], dict[ControlId, int], Content]
FACTS = st.integers(1, 7)
"""A set of three facts as bits, never empty."""


def key(name: str) -> RequirementKey:
    """`a1` is requirement 1 of framework a."""
    return RequirementKey(FrameworkId(name[0]), RequirementId(name))


def content(
    names: Iterable[str],
    edges: Iterable[tuple[str, Relation, str]],
    joint: Iterable[tuple[str, tuple[str, ...]]] = (),
) -> Content:
    """Content of requirements `a1`, `b1`, …, edges (control, relation, requirement) and joint sets."""
    ids: dict[FrameworkId, list[str]] = {}
    for name in names:
        ids.setdefault(FrameworkId(name[0]), []).append(name)
    edges, joint = list(edges), list(joint)
    return Content(
        frameworks={of: _framework(of, listed) for of, listed in ids.items()},
        domains={},
        controls={},
        crosswalks={
            of: Crosswalk(
                of,
                tuple(Edge(ControlId(c), RequirementId(r), relation, "why") for c, relation, r in edges if r in listed),
                tuple(
                    JointCoverage(RequirementId(r), tuple(map(ControlId, controls)), "why")
                    for r, controls in joint
                    if r in listed
                ),
            )
            for of, listed in ids.items()
        },
        checks={},
    )


def _framework(of: FrameworkId, ids: list[str]) -> Framework:
    requirements = tuple(Requirement(RequirementId(r), "g", "t", "p", "k") for r in ids)
    return Framework(of, "t", "1", "p", "s", "r", "l", "w", (), requirements, Place("", 1, 1))


def relation(found: Iterable[Overlap], second: str) -> Relation | None:
    """The relation to that requirement, which must be among the found."""
    return next(overlap for overlap in found if overlap.second == key(second)).relation


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    """Requirements and controls as sets of facts, and true statements about them."""
    requirements = {
        key(f"{of}{number}"): draw(FACTS) for of in "ab" for number in range(draw(st.integers(1, 4)))
    }  # fmt: skip
    controls = {ControlId(f"C{number}"): draw(FACTS) for number in range(draw(st.integers(1, 5)))}
    edges: list[tuple[str, Relation, str]] = []
    joint = []
    for one, asked in requirements.items():
        linked = [control for control in controls if draw(st.booleans())]
        for control in linked:
            true = _true_relations(controls[control], asked)
            edges += [(str(control), draw(st.sampled_from(true)), str(one.id))] if true else []
        together = 0
        for control in linked:
            together |= controls[control]
        if len(linked) > 1 and asked & ~together == 0 and draw(st.booleans()):
            joint.append((str(one.id), tuple(map(str, linked))))
    return requirements, controls, content([str(one.id) for one in requirements], edges, joint)


def _true_relations(does: int, asked: int) -> list[Relation]:
    true = [R.INTERSECTS_WITH] if does & asked else []
    if does & ~asked == 0:
        true.append(R.SUBSET_OF)
    if asked & ~does == 0:
        true.append(R.SUPERSET_OF)
    return [*true, R.EQUAL_TO, R.EQUIVALENT_TO] if does == asked else true


def closure(made: Content) -> dict[Node, set[Node]]:
    """Node → all that follows to lie within it, by applying the rule until nothing new follows."""
    rules: list[tuple[Node, tuple[Node, ...]]] = []
    for crosswalk in made.crosswalks.values():
        for edge in crosswalk.edges:
            asked = RequirementKey(crosswalk.framework, edge.requirement)
            rules += [(asked, (edge.control,))] if edge.relation not in (R.SUBSET_OF, R.INTERSECTS_WITH) else []
            rules += [(edge.control, (asked,))] if edge.relation not in (R.SUPERSET_OF, R.INTERSECTS_WITH) else []
        rules += [(RequirementKey(crosswalk.framework, j.requirement), j.controls) for j in crosswalk.joint]
    nodes: set[Node] = {node for inner, outer in rules for node in (inner, *outer)}
    within: dict[Node, set[Node]] = {node: {node} for node in nodes}
    grew = True
    while grew:
        grew = False
        for held in within.values():
            for inner, outer in rules:
                if inner not in held and held.issuperset(outer):
                    held.add(inner)
                    grew = True
    return within


@settings(max_examples=400, deadline=None)
@given(drawn())
def test_nothing_proven_is_false_and_all_that_follows_is_proven(case: Drawn) -> None:
    requirements, _, made = case
    within = closure(made)
    for first, asked in requirements.items():
        for second, asked_too in requirements.items():
            if first == second:
                continue
            found = {overlap.second: overlap for overlap in overlaps(made, first, second.framework)}
            overlap = found.get(second, Overlap(first, second))
            if overlap.within:
                assert asked & ~asked_too == 0
            if overlap.contains:
                assert asked_too & ~asked == 0
            assert bool(overlap.within) == (first in within.get(second, set()))
            assert bool(overlap.contains) == (second in within.get(first, set()))


@settings(max_examples=200, deadline=None)
@given(drawn())
def test_every_step_of_a_proof_is_true_and_leads_on(case: Drawn) -> None:
    requirements, controls, made = case
    facts: dict[Node, int] = dict([*requirements.items(), *controls.items()])
    for overlap in all_overlaps(made, FrameworkId("a"), FrameworkId("b")):
        ends = ((overlap.within, overlap.first, overlap.second), (overlap.contains, overlap.second, overlap.first))
        for proof, inner, outer in ends:
            reached: set[Node] = {inner}
            for step in proof:
                union = 0
                for node in step.outer:
                    union |= facts[node]
                assert facts[step.inner] & ~union == 0
                assert step.inner in reached
                reached.update(step.outer)
            assert not proof or {node for node in reached if node not in {step.inner for step in proof}} == {outer}


@settings(max_examples=100, deadline=None)
@given(drawn())
def test_the_table_holds_the_same_pairs_as_its_requirements_one_by_one(case: Drawn) -> None:
    requirements, _, made = case
    table = all_overlaps(made, FrameworkId("a"), FrameworkId("b"))
    single = [o for one in requirements if one.framework == "a" for o in overlaps(made, one, FrameworkId("b"))]
    assert sorted(table, key=repr) == sorted(single, key=repr)
    assert len({(o.first, o.second) for o in table}) == len(table)


def test_a_requirement_within_a_control_within_another_lies_within_it() -> None:
    made = content(["a1", "b1"], [("C", R.SUPERSET_OF, "a1"), ("C", R.SUBSET_OF, "b1")])
    assert relation(overlaps(made, key("a1")), "b1") is R.SUBSET_OF
    assert relation(overlaps(made, key("b1")), "a1") is R.SUPERSET_OF


def test_equal_composes_with_either_direction_and_twice_is_equal() -> None:
    made = content(
        ["a1", "b1", "b2", "b3"],
        [("C", R.EQUAL_TO, "a1"), ("C", R.SUPERSET_OF, "b1"), ("C", R.SUBSET_OF, "b2"), ("C", R.EQUIVALENT_TO, "b3")],
    )
    found = overlaps(made, key("a1"))
    assert [relation(found, b) for b in ("b1", "b2", "b3")] == [R.SUPERSET_OF, R.SUBSET_OF, R.EQUIVALENT_TO]


def test_two_within_one_control_and_one_control_within_two_are_shared_only() -> None:
    for side in (R.SUPERSET_OF, R.SUBSET_OF, R.INTERSECTS_WITH):
        made = content(["a1", "b1"], [("C", side, "a1"), ("C", side, "b1")])
        (overlap,) = overlaps(made, key("a1"))
        assert overlap.relation is None
        assert [shared.control for shared in overlap.shared] == ["C"]


def test_an_intersection_proves_nothing_whatever_it_meets() -> None:
    made = content(["a1", "b1"], [("C", R.INTERSECTS_WITH, "a1"), ("C", R.EQUAL_TO, "b1")])
    assert relation(overlaps(made, key("a1")), "b1") is None


def test_a_jointly_complete_set_proves_only_where_all_of_it_lies_within() -> None:
    edges = [("C", R.INTERSECTS_WITH, "a1"), ("D", R.INTERSECTS_WITH, "a1"), ("C", R.SUBSET_OF, "b1")]
    joint = [("a1", ("C", "D"))]
    half = content(["a1", "b1"], [*edges, ("D", R.INTERSECTS_WITH, "b1")], joint)
    assert relation(overlaps(half, key("a1")), "b1") is None
    whole = content(["a1", "b1"], [*edges, ("D", R.SUBSET_OF, "b1")], joint)
    (overlap,) = overlaps(whole, key("a1"))
    assert overlap.relation is R.SUBSET_OF
    assert [(step.inner, step.outer) for step in overlap.within] == [
        (key("a1"), ("C", "D")), ("C", (key("b1"),)), ("D", (key("b1"),)),
    ]  # fmt: skip


def test_a_longer_chain_is_proven_though_no_control_is_shared() -> None:
    made = content(
        ["a1", "b1", "c1"],
        [("C", R.SUPERSET_OF, "a1"), ("C", R.SUBSET_OF, "c1"), ("D", R.SUPERSET_OF, "c1"), ("D", R.SUBSET_OF, "b1")],
    )
    (overlap,) = overlaps(made, key("a1"), FrameworkId("b"))
    assert (overlap.relation, overlap.shared) == (R.SUBSET_OF, ())
    assert [step.inner for step in overlap.within] == [key("a1"), "C", key("c1"), "D"]


def test_the_shortest_proof_is_given() -> None:
    long = [("C", R.SUPERSET_OF, "a1"), ("C", R.SUBSET_OF, "c1"), ("D", R.SUPERSET_OF, "c1"), ("D", R.SUBSET_OF, "b1")]
    short = [("E", R.SUPERSET_OF, "a1"), ("E", R.SUBSET_OF, "b1")]
    for edges in ([*long, *short], [*short, *long]):
        (overlap,) = overlaps(content(["a1", "b1", "c1"], edges), key("a1"), FrameworkId("b"))
        assert [step.inner for step in overlap.within] == [key("a1"), "E"]


def test_proven_comes_first_then_close_then_narrow() -> None:
    broad = [f"b{number}" for number in range(4, 9)]
    made = content(
        ["a1", "b1", "b2", "b3", *broad],
        [("P", R.SUBSET_OF, "a1"), ("P", R.SUPERSET_OF, "b1"), ("F", R.SUPERSET_OF, "a1"), ("F", R.SUPERSET_OF, "b2"),
         ("I", R.INTERSECTS_WITH, "a1"), ("I", R.INTERSECTS_WITH, "b3"), ("W", R.INTERSECTS_WITH, "a1"),
         *(("W", R.INTERSECTS_WITH, name) for name in broad)],
    )  # fmt: skip
    found = overlaps(made, key("a1"))
    assert [overlap.second.id for overlap in found] == ["b1", "b2", "b3", *broad]
    assert found[1].strength == 1.0
    assert found[2].strength == 0.25
    assert found[3].strength == 0.25 / 5**0.5


def test_without_a_framework_all_others_are_searched_and_never_its_own() -> None:
    edges = [("C", R.SUPERSET_OF, name) for name in ("a1", "a2", "b1", "c1")]
    made = content(["a1", "a2", "b1", "c1"], edges)
    assert {overlap.second.id for overlap in overlaps(made, key("a1"))} == {"b1", "c1"}
    assert {overlap.second.id for overlap in overlaps(made, key("a1"), FrameworkId("a"))} == {"a2"}
