"""What a fix moves: exactly what the roll-up says of the results it would give, and the best fixes by brute force."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.priority.made import FULL, PART, check_of, made_content, made_results, made_situation
from proveonce.assess.priority.fixes import next_fixes
from proveonce.assess.priority.whatif import what_if
from proveonce.assess.rollup import roll_up
from proveonce.kernel.errors import UsageError
from proveonce.model.assessment import Counts
from proveonce.model.content import Content
from proveonce.model.control import Nature
from proveonce.model.finding import Status

CONTROLS = [f"CRY-0{n}" for n in range(1, 6)]
row = st.dictionaries(st.sampled_from(CONTROLS), st.sampled_from([FULL, PART]), min_size=1, max_size=3)
counts = st.builds(Counts, st.integers(0, 2), st.integers(0, 2), st.integers(0, 1))
every = st.fixed_dictionaries(dict.fromkeys(CONTROLS, counts))


@st.composite
def contents(draw: st.DrawFn) -> Content:
    rows = {f"R{n}": found for n, found in enumerate(draw(st.lists(row, min_size=1, max_size=5)))}
    nature = draw(st.fixed_dictionaries(dict.fromkeys(CONTROLS, st.sampled_from([Nature.AUTOMATED, Nature.HYBRID]))))
    return made_content({"f": rows}, nature=nature)


def after_fixing(content: Content, found: dict[str, Counts], fixed: set[str]) -> dict[str, tuple[Status, bool]]:
    """Requirement → status, satisfied: the roll-up over counts mended by hand."""
    mended = {
        c: Counts(n.passed + n.failed, 0, n.undetermined) if c in fixed else n
        for c, n in found.items() if c in content.controls
    }  # fmt: skip
    rolled = roll_up(content, made_results(content, mended), made_situation(content).workspace, ["f"])
    return {r.requirement: (r.status, r.is_satisfied) for records in rolled.values() for r in records}


@settings(deadline=None)
@given(contents(), every, st.sets(st.sampled_from(CONTROLS), min_size=1))
def test_the_moves_are_those_of_the_roll_up(content: Content, found: dict[str, Counts], fixed: set[str]) -> None:
    fixed &= set(content.controls)
    if not fixed:
        return
    outcome = what_if(made_situation(content, found), sorted(fixed))
    before, after = after_fixing(content, found, set()), after_fixing(content, found, fixed)
    moved = {str(m.requirement): m for m in outcome.moves}
    for requirement, status in after.items():
        if requirement in moved:
            move = moved[requirement]
            assert ((move.before, move.was_satisfied), (move.after, move.is_satisfied)) == (before[requirement], status)
        else:
            assert status == before[requirement]
    assert outcome.findings == sum(found[control].failed for control in fixed)
    assert set(outcome.untouched) == {control for control in fixed if not found[control].failed}


@settings(max_examples=40, deadline=None)
@given(contents(), every, st.integers(1, 3), st.integers(1, 6))
def test_no_other_choice_within_the_limit_is_worth_more(
    content: Content, found: dict[str, Counts], limit: int, budget: int
) -> None:
    failing = [c for c in sorted(content.controls) if found[c].failed]
    effort = {str(check_of(c)): 1.0 + n for n, c in enumerate(sorted(content.controls))}
    situation = made_situation(content, found, effort=effort)
    before = after_fixing(content, found, set())
    points = situation.standings[0].points

    def worth(fixed: tuple[str, ...]) -> int:
        after = after_fixing(content, found, set(fixed))
        best = after_fixing(content, found, set(failing))
        return sum(
            round(100 * points[r] * (2 if best[r][1] else 1))
            for r in after if before[r][0] is Status.FAIL and after[r][0] is not Status.FAIL
        )  # fmt: skip

    for days in (None, float(budget)):
        answer = next_fixes(situation, limit=limit, budget=days)
        choices = [c for size in range(limit + 1) for c in itertools.combinations(failing, size)]
        if days is not None:
            choices = [c for c in choices if sum(effort[check_of(control)] for control in c) <= days]
        assert answer.value == answer.bound == max(worth(choice) for choice in choices) / 100
        assert len(answer.fixes) <= limit
        assert answer.cleared[-1:] == ((sum(m.leaves_fail for m in answer.what_if.moves),) if answer.fixes else ())
        if days is not None:
            assert sum(fix.cost for fix in answer.fixes) <= days


def test_a_fix_that_leaves_people_their_part_satisfies_nothing_and_says_who_holds_it() -> None:
    content = made_content({"f": {"R": {"CRY-01": FULL}}}, nature={"CRY-01": Nature.HYBRID})
    outcome = what_if(made_situation(content, {"CRY-01": Counts(failed=2)}), ["CRY-01"])
    (move,) = outcome.moves
    assert (move.before, move.after, move.is_satisfied, move.leaves_fail) == ("fail", "undetermined", False, True)
    (blocker,) = move.blockers
    assert (blocker.control, blocker.is_procedural) == ("CRY-01", True)
    assert any("people" in reason for reason in blocker.reasons)


def test_a_fix_satisfies_where_nothing_else_is_open() -> None:
    content = made_content({"f": {"R": {"CRY-01": FULL}}})
    (move,) = what_if(made_situation(content, {"CRY-01": Counts(failed=2)}), ["a.b.cry-01"]).moves
    assert (move.after, move.is_satisfied, move.blockers) == ("pass", True, ())


def test_what_was_not_read_stays_open_after_a_fix() -> None:
    content = made_content({"f": {"R": {"CRY-01": FULL}}})
    (move,) = what_if(made_situation(content, {"CRY-01": Counts(failed=2, undetermined=1)}), ["CRY-01"]).moves
    assert (move.after, move.is_satisfied) == ("undetermined", False)
    assert "undetermined" in move.blockers[0].reasons[0]


def test_the_effort_of_a_control_pays_for_all_its_checks_and_a_missing_one_is_dear() -> None:
    content = made_content({"f": {"R": {"CRY-01": FULL}, "S": {"CRY-02": FULL}, "T": {"CRY-03": FULL}}})
    found = dict.fromkeys(["CRY-01", "CRY-02", "CRY-03"], Counts(failed=1))
    situation = made_situation(content, found, effort={"CRY-01": 1.5, "a.b.cry-02": 4.0})
    answer = next_fixes(situation, budget=5.5)
    assert {(fix.name, fix.cost, fix.is_assumed) for fix in answer.fixes} == {
        ("CRY-01", 1.5, False), ("a.b.cry-02", 4.0, False),
    }  # fmt: skip
    (dear,) = [fix for fix in next_fixes(situation, budget=9.5).fixes if fix.name == "a.b.cry-03"]
    assert (dear.cost, dear.is_assumed) == (4.0, True)
    with pytest.raises(UsageError, match="no effort is known"):
        next_fixes(made_situation(content, found), budget=5)


def test_unknown_names_and_missing_runs_are_refused() -> None:
    content = made_content({"f": {"R": {"CRY-01": FULL}}})
    with pytest.raises(UsageError, match="unknown check or control 'CRY-11'") as refused:
        what_if(made_situation(content, {}), ["CRY-11"])
    assert "CRY-01" in refused.value.fix
    with pytest.raises(UsageError, match="nothing was assessed"):
        what_if(made_situation(content), ["CRY-01"])
    with pytest.raises(UsageError, match="nothing was assessed"):
        next_fixes(made_situation(content))
