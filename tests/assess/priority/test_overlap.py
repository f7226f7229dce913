"""Scores: recomputable from their printed terms, and never raised by missing data."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.priority.made import AS_OF, FULL, PART, made_content, made_situation
from proveonce.assess.priority.overlap import framework_points, rank
from proveonce.assess.priority.situation import Situation
from proveonce.model.assessment import Counts
from proveonce.model.check import Severity
from proveonce.model.content import Content
from proveonce.model.control import Nature
from proveonce.model.priority import Priority, Role

CONTROLS = [f"CRY-0{n}" for n in range(1, 5)]
row = st.dictionaries(st.sampled_from(CONTROLS), st.sampled_from([FULL, PART]), max_size=3)
table = st.lists(row, min_size=1, max_size=4)
counts = st.builds(Counts, *[st.integers(0, 3)] * 4)
every = st.fixed_dictionaries(dict.fromkeys(CONTROLS, counts))


@st.composite
def contents(draw: st.DrawFn) -> Content:
    edges, joint = {}, {}
    for framework in ("one", "two"):
        edges[framework] = {f"{framework}.{n}": found for n, found in enumerate(draw(table))}
        for requirement, found in edges[framework].items():
            if len(found) > 1 and draw(st.booleans()):
                joint[requirement] = [tuple(sorted(found))]
    nature = draw(st.fixed_dictionaries(dict.fromkeys(CONTROLS, st.sampled_from(list(Nature)))))
    return made_content(edges, joint=joint, nature=nature)


def ranked(situation: Situation) -> dict[str, Priority]:
    return {priority.control: priority for priority in rank(situation)}


def term(priority: Priority, name: str) -> float:
    (found,) = [term.value for term in priority.terms if term.name == name]
    return found


@settings(deadline=None)
@given(contents(), every)
def test_a_score_is_the_sum_of_its_terms_and_proof_ties_to_the_open_points(
    content: Content, found: dict[str, Counts]
) -> None:
    situation = made_situation(content, found, effort={CONTROLS[0]: 2.0}, audits={"one": "2027-02-01"})
    priorities = rank(situation)
    assert set(ranked(situation)) == set(content.controls)
    assert list(priorities) == sorted(priorities, key=lambda p: (-p.score, p.control))
    for priority in priorities:
        assert priority.score == round(sum(term.value for term in priority.terms), 2)
        assert term(priority, "proof") == pytest.approx(sum(s.points * s.share for s in priority.served), abs=0.006)
        assert all(term.explanation for term in priority.terms)
        assert priority.upper >= priority.score >= 0
    for points in framework_points(situation):
        assert points.covered + points.open + points.not_coverable == pytest.approx(100)
        served = [s for p in priorities for s in p.served if s.framework == points.framework]
        assert sum(s.value for s in served if s.role is not Role.SUPPORT) == pytest.approx(points.open)


@settings(deadline=None)
@given(contents(), every)
def test_the_points_that_failing_controls_hold_are_those_of_the_failing_requirements(
    content: Content, found: dict[str, Counts]
) -> None:
    situation = made_situation(content, found)
    blocked = sum(term(priority, "blocked") for priority in rank(situation))
    assert blocked == pytest.approx(sum(points.failing for points in framework_points(situation)), abs=0.03)
    failing = {r for s in situation.standings for r, record in s.requirements.items() if record.status == "fail"}
    assert bool(failing) == (blocked > 0)


@settings(deadline=None)
@given(contents(), every, st.sampled_from(CONTROLS))
def test_up_to_is_the_score_if_all_that_is_undetermined_about_a_control_fails(
    content: Content, found: dict[str, Counts], control: str
) -> None:
    before = found[control]
    facts: dict[str, Any] = {"effort": {control: 1.0}, "audits": {"two": "2027-02-01"}}
    if control not in content.controls or not before.undetermined:
        return
    known = ranked(made_situation(content, found, **facts))[control]
    worst = {**found, control: Counts(before.passed, before.failed + before.undetermined, 0, before.not_applicable)}
    assert ranked(made_situation(content, worst, **facts))[control].score == pytest.approx(known.upper, abs=0.03)


@settings(deadline=None)
@given(contents(), every, st.sampled_from(CONTROLS), st.integers(1, 3), st.sampled_from(["passed", "failed", "more"]))
def test_what_was_not_read_never_raises_a_score_that_it_could_have_lowered(
    content: Content, found: dict[str, Counts], control: str, lost: int, kind: str
) -> None:
    """Turning a failure into "unread", or adding an unread row, lowers the terms of what fails or leaves them."""
    before = found[control]
    lost = lost if kind == "more" else min(lost, getattr(before, kind))
    fewer = {} if kind == "more" else {kind: getattr(before, kind) - lost}
    kept = {"passed": before.passed, "failed": before.failed, "undetermined": before.undetermined, **fewer}
    after = {**found, control: Counts(**{**kept, "undetermined": before.undetermined + lost})}
    known, less_known = ranked(made_situation(content, found)), ranked(made_situation(content, after))
    if control in known:
        assert term(less_known[control], "failing") <= term(known[control], "failing")
        assert term(less_known[control], "blocked") <= term(known[control], "blocked")
        assert less_known[control].upper - less_known[control].score >= 0


def test_an_effort_or_a_date_that_is_missing_adds_nothing() -> None:
    content = made_content({"one": {"R": {"CRY-01": FULL}}})
    bare = ranked(made_situation(content, {}))["CRY-01"]
    known = ranked(made_situation(content, {"CRY-01": Counts(failed=1)}))["CRY-01"]
    dated = ranked(made_situation(content, {"CRY-01": Counts(failed=1)}, audits={"one": "2026-12-24"}))["CRY-01"]
    eased = ranked(made_situation(content, {"CRY-01": Counts(failed=1)}, effort={"CRY-01": 3.0}))["CRY-01"]
    assert bare.score == 0  # it passes: its proof is there
    assert term(dated, "deadline") == pytest.approx(200 * (1 - 30 / 365), abs=0.01)
    assert dated.score - known.score == pytest.approx(term(dated, "deadline"))
    assert term(eased, "ease") == pytest.approx(known.score / 4, abs=0.01)


@pytest.mark.parametrize(("as_of", "days"), [(AS_OF, 30), ("2026-12-24T00:00:00.000000Z", 0)])
def test_the_deadline_counts_from_as_of(as_of: str, days: int) -> None:
    content = made_content({"one": {"R": {"CRY-01": FULL}}})
    (priority,) = rank(made_situation(content, None, as_of=as_of, audits={"one": "2026-12-24"}))
    assert term(priority, "deadline") == pytest.approx(100 * (1 - days / 365), abs=0.01)


@pytest.mark.parametrize("as_of", ["", "2026-12-25T00:00:00.000000Z", "2025-12-24T00:00:00.000000Z"])
def test_a_date_that_is_past_or_a_year_off_or_cannot_be_counted_adds_no_urgency(as_of: str) -> None:
    content = made_content({"one": {"R": {"CRY-01": FULL}}})
    (priority,) = rank(made_situation(content, None, as_of=as_of, audits={"one": "2026-12-24"}))
    assert term(priority, "deadline") == 0


def test_weights_share_a_framework_out() -> None:
    edges = {"one": {f"R{n}": {f"CRY-0{n}": FULL} for n in range(1, 5)}}
    facts: dict[str, dict[str, object]] = {
        "R1": {"milestone": 1},
        "R2": {"milestone": 6},
        "R3": {"superseded_by": "R1"},
    }
    content = made_content(edges, facts=facts)
    priorities = ranked(made_situation(content, None, weights={"one": {"R4": 2.0}}))
    assert {c: term(p, "proof") for c, p in priorities.items()} == {
        "CRY-01": 40.0, "CRY-02": 20.0, "CRY-03": 0.0, "CRY-04": 40.0,
    }  # fmt: skip


def test_overlap_pays_once_more_beyond_the_largest_framework() -> None:
    edges = {"one": {"R1": {"CRY-01": FULL}, "R2": {"CRY-02": FULL}}, "two": {"S1": {"CRY-01": FULL}}}
    priorities = ranked(made_situation(made_content(edges)))
    assert (term(priorities["CRY-01"], "proof"), term(priorities["CRY-01"], "overlap")) == (150.0, 50.0)
    assert (term(priorities["CRY-02"], "proof"), term(priorities["CRY-02"], "overlap")) == (50.0, 0.0)


def test_a_failure_weighs_by_severity_share_and_number() -> None:
    edges = {"one": {"R1": {"CRY-01": PART, "CRY-02": PART}}}
    content = made_content(edges, severity={"CRY-01": Severity.CRITICAL, "CRY-02": Severity.LOW})
    found = {"CRY-01": Counts(passed=1, failed=9), "CRY-02": Counts(failed=1, undetermined=3)}
    priorities = ranked(made_situation(content, found))
    assert term(priorities["CRY-01"], "failing") == pytest.approx(8 * 1.9 * math.log10(10), abs=0.01)
    assert term(priorities["CRY-02"], "failing") == pytest.approx(1 * 1.25 * math.log10(2), abs=0.01)
    assert priorities["CRY-02"].upper - priorities["CRY-02"].score == pytest.approx(
        2 * math.log10(5) - 1.25 * math.log10(2), abs=0.011
    )
    assert priorities["CRY-02"].doubts == ("3 findings undetermined",)


def test_without_a_run_nothing_fails_and_that_is_said() -> None:
    (priority,) = rank(made_situation(made_content({"one": {"R": {"CRY-01": PART}}})))
    words = {term.name: term.explanation for term in priority.terms}
    assert "nothing was assessed" in words["failing"]
    assert "nothing was assessed" in words["blocked"]
    assert priority.score == 10.0
    assert priority.upper == 110.0
    assert priority.doubts == ("nothing was assessed",)
