"""What the state of the controls allows to be answered. See the package's invariant.

- Yes: the match is full, every control passes, the evidence is fresh. An inverted question gets No on the same terms.
- No or Partial: the match is full and one of its controls fails; the deviation is told.
- Everything else needs a person: nothing assessed, a doubt, a part left open, undetermined, no occurrence, stale.
"""

from __future__ import annotations

from dataclasses import dataclass

from proveonce.model.answering import ControlState, Situation
from proveonce.model.finding import Status
from proveonce.model.questionnaire import Match, Verdict

NO_ASSESSMENT = "there is no assessment: collect evidence first (proveonce collect)"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and why it is not Yes."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()


def decide(match: Match, situation: Situation, *, has_partial: bool) -> Decision:
    """The verdict that the evidence allows on what `match` found."""
    if situation.states is None:
        return Decision(Verdict.NEEDS_REVIEW, (NO_ASSESSMENT,))
    if match.doubts or not match.controls:
        return Decision(Verdict.NEEDS_REVIEW, match.doubts or ("no control answers it",))
    states = [situation.states.get(control) for control in match.controls]
    missing = [f"{c}: not assessed" for c, state in zip(match.controls, states, strict=True) if state is None]
    if missing:
        return Decision(Verdict.NEEDS_REVIEW, tuple(missing))
    known = [state for state in states if state is not None]
    stale = staleness(situation)
    if stale:
        return Decision(Verdict.NEEDS_REVIEW, (stale, *_shortfalls(known)))
    if any(state.status is Status.FAIL for state in known):
        return _failed(match, known, has_partial=has_partial)
    shortfalls = _shortfalls(known)
    if shortfalls:
        return Decision(Verdict.NEEDS_REVIEW, shortfalls)
    if not match.is_full:
        return Decision(
            Verdict.NEEDS_REVIEW, (f"{_named(match)} pass, and leave open: {match.residual or 'a part of it'}",)
        )
    return Decision(Verdict.NO if match.is_inverted else Verdict.YES)


def supports(controls: tuple[str, ...], situation: Situation) -> tuple[str, ...]:
    """Why the evidence does not support a claim that rests on `controls`; empty: it does."""
    if situation.states is None:
        return (NO_ASSESSMENT,)
    states = {str(control): state for control, state in situation.states.items()}
    known = [states[control] for control in controls if control in states]
    missing = [f"{control}: not assessed" for control in controls if control not in states]
    stale = staleness(situation)
    return (*([stale] if stale else []), *missing, *_shortfalls(known))


def staleness(situation: Situation) -> str:
    """Why the evidence is too old to support anything; empty: it is fresh."""
    if situation.is_fresh:
        return ""
    if situation.age_days < 0:
        return f"the evidence was read after {situation.day}"
    return f"the evidence is {situation.age_days} days old, more than {situation.max_age_days}"


def _failed(match: Match, states: list[ControlState], *, has_partial: bool) -> Decision:
    reasons = _shortfalls([state for state in states if state.status is Status.FAIL])
    if match.is_inverted:
        return Decision(Verdict.NEEDS_REVIEW, ("what it asks for was found; a person words the answer", *reasons))
    if not match.is_full:  # what fails may be a part of the control that the question does not ask for
        return Decision(Verdict.NEEDS_REVIEW, (f"it asks for more than {_named(match)}: {match.residual}", *reasons))
    is_partly = has_partial and any(state.status is Status.PASS or state.passed for state in states)
    return Decision(Verdict.PARTIAL if is_partly else Verdict.NO, reasons)


def _shortfalls(states: list[ControlState]) -> tuple[str, ...]:
    """Why each control that does not pass does not, the failures first."""
    found = []
    for state in sorted(states, key=lambda s: s.status is not Status.FAIL):
        if state.status is Status.FAIL:
            told = [f"{d.title}: {d.failed:,} of {d.total:,} fail" for d in state.deviations] or list(state.reasons)
            accepted = f" (risk acceptance {', '.join(state.acceptances)})" if state.acceptances else ""
            found.append(f"{state.control} fails: {'; '.join(told)}{accepted}")
        elif state.status is None:
            found.append(f"{state.control}: no occurrence, which is no pass")
        elif state.status is Status.NOT_APPLICABLE:
            found.append(f"{state.control} is not applicable, which needs a signed scope statement")
        elif state.status is Status.UNDETERMINED:
            found.append(f"{state.control} is undetermined: {'; '.join(state.reasons[:2])}")
    return tuple(found)


def _named(match: Match) -> str:
    return ", ".join(match.controls)
