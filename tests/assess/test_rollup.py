"""The roll-up lattice: order does not matter, worse never looks better, unread never satisfies."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from proveonce.assess.rollup import roll_up, roll_up_controls
from proveonce.kernel.located import Place
from proveonce.model.assessment import CheckResult, Counts, RequirementCoverage, RequirementResult
from proveonce.model.catalog import Framework, FrameworkId, Group, Requirement, RequirementId
from proveonce.model.check import Check, CheckId, Severity
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId, ControlType, Nature
from proveonce.model.crosswalk import Crosswalk, Edge, JointCoverage, Relation
from proveonce.model.finding import Status
from proveonce.model.workspace import Workspace

FRAMEWORK = FrameworkId("test")
CONTROLS = [ControlId(f"CRY-0{n}") for n in range(1, 5)]
PLACE = Place("t", 1, 1)
WORKSPACE = Workspace(root=Path())

counts = st.builds(Counts, *[st.integers(0, 2)] * 4)
natures = st.sampled_from(list(Nature))
edges = st.lists(st.tuples(st.sampled_from(CONTROLS), st.sampled_from(list(Relation))), unique_by=lambda e: e[0])


def content(
    mapped: list[tuple[ControlId, Relation]], nature: dict[ControlId, Nature], joint: tuple[ControlId, ...] = ()
) -> Content:
    """One requirement `R`, mapped so; each control has one check."""
    made = [
        Edge(control, RequirementId("R"), relation, "why", "" if relation.is_full else "open")
        for control, relation in mapped
    ]
    return Content(
        frameworks={FRAMEWORK: Framework(
            FRAMEWORK, "t", "1", "p", "s", "d", "l", "requirement", (Group("G", "g"),),
            (Requirement(RequirementId("R"), "G", "t", "p", "requirement"),), PLACE,
        )},
        domains={},
        controls={
            c: CommonControl(c, "CRY", "t", "s", "o", ControlType.PREVENTIVE, nature[c], "P1D", "security")
            for c in CONTROLS
        },
        crosswalks={FRAMEWORK: Crosswalk(FRAMEWORK, tuple(made), (
            (JointCoverage(RequirementId("R"), joint, "why"),) if joint else ()
        ))},
        checks={
            CheckId(f"a.b.{c.lower()}"): Check(
                CheckId(f"a.b.{c.lower()}"), "t", (c,), "p", "true", Severity.HIGH, "r", ("x",)
            )
            for c in CONTROLS
        },
    )  # fmt: skip


def results(found: dict[ControlId, Counts], planned: int = 1) -> dict[CheckId, CheckResult]:
    return {
        CheckId(f"a.b.{c.lower()}"): CheckResult(
            CheckId(f"a.b.{c.lower()}"), n, {FRAMEWORK: n}, n.total, 0, "", "", (), listings_planned=planned
        )
        for c, n in found.items()
    }


def requirement(made: Content, found: dict[CheckId, CheckResult]) -> RequirementResult:
    (result,) = roll_up(made, found, WORKSPACE, [FRAMEWORK])[FRAMEWORK]
    return result


every = st.fixed_dictionaries(dict.fromkeys(CONTROLS, counts))
all_natures = st.fixed_dictionaries(dict.fromkeys(CONTROLS, natures))


@given(edges, all_natures, every, st.randoms(use_true_random=False))
def test_the_order_of_edges_does_not_matter(
    mapped: list[tuple[ControlId, Relation]], nature: dict[ControlId, Nature], found: dict[ControlId, Counts],
    dice: random.Random,
) -> None:  # fmt: skip
    shuffled = dice.sample(mapped, len(mapped))
    one, other = (requirement(content(m, nature), results(found)) for m in (mapped, shuffled))
    assert (one.status, one.coverage, one.counts) == (other.status, other.coverage, other.counts)


@given(edges, all_natures, every, st.sampled_from(CONTROLS))
def test_one_more_failure_or_unread_row_never_makes_a_requirement_better(
    mapped: list[tuple[ControlId, Relation]], nature: dict[ControlId, Nature], found: dict[ControlId, Counts],
    worse: ControlId,
) -> None:  # fmt: skip
    made = content(mapped, nature)
    before = requirement(made, results(found)).status.rank
    for change in (Counts(failed=1), Counts(undetermined=1)):
        after = requirement(made, results({**found, worse: found[worse] + change})).status.rank
        assert after <= before


@given(edges, all_natures, every)
def test_satisfied_means_that_a_full_control_passed_whole_and_no_mapped_one_failed(
    mapped: list[tuple[ControlId, Relation]], nature: dict[ControlId, Nature], found: dict[ControlId, Counts]
) -> None:
    result = requirement(content(mapped, nature), results(found))
    proven = [
        control for control, relation in mapped
        if relation.is_full and nature[control] is Nature.AUTOMATED
        and found[control].passed and not found[control].failed and not found[control].undetermined
    ]  # fmt: skip
    failing = any(found[control].failed for control, _ in mapped)
    assert result.is_satisfied == (bool(proven) and not failing)
    assert (result.status is Status.FAIL) == failing
    assert result.reasons or result.status is Status.PASS


def test_coverage_is_said_apart_from_status() -> None:
    nature = dict.fromkeys(CONTROLS, Nature.AUTOMATED)
    found = dict.fromkeys(CONTROLS, Counts(passed=1))
    one, two, *_ = CONTROLS

    def covered(mapped: list[tuple[ControlId, Relation]], **facts: object) -> RequirementResult:
        return requirement(content(mapped, {**nature, **facts.pop("nature", {})}, **facts), results(found))  # type: ignore[arg-type,dict-item]  # fields by name

    assert covered([]).coverage is RequirementCoverage.UNMAPPED
    assert covered([]).status is Status.UNDETERMINED
    partial = covered([(one, Relation.SUBSET_OF), (two, Relation.SUBSET_OF)])
    assert (partial.coverage, partial.status) == (RequirementCoverage.PARTIAL, Status.UNDETERMINED)
    assert partial.reasons[0] == "partial coverage, open: open"
    joint = covered([(one, Relation.SUBSET_OF), (two, Relation.SUBSET_OF)], joint=(one, two))
    assert (joint.coverage, joint.status) == (RequirementCoverage.FULL, Status.PASS)
    manual = covered([(one, Relation.SUPERSET_OF)], nature={one: Nature.MANUAL})
    assert (manual.coverage, manual.status) == (RequirementCoverage.PROCEDURAL, Status.UNDETERMINED)
    hybrid = covered([(one, Relation.SUPERSET_OF)], nature={one: Nature.HYBRID})
    assert (hybrid.coverage, hybrid.status) == (RequirementCoverage.FULL, Status.UNDETERMINED)


def test_an_empty_population_is_no_pass_and_one_never_collected_is_undetermined() -> None:
    made = content([], dict.fromkeys(CONTROLS, Nature.AUTOMATED))
    empty = dict.fromkeys(CONTROLS, Counts())
    assert {r.status for r in roll_up_controls(made, results(empty)).values()} == {None}
    never = roll_up_controls(made, results(empty, planned=0))
    assert {r.status for r in never.values()} == {Status.UNDETERMINED}
    assert "not collected" in never[CONTROLS[0]].reasons[0]
