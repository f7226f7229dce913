"""The answer library: which approved answer a question gets, and when the evidence withdraws it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from proveonce.assess.answering.policy import supports
from proveonce.assess.answering.shape import is_opposed
from proveonce.assess.answering.words import normal
from proveonce.model.answering import Situation
from proveonce.model.questionnaire import Format, LibraryAnswer, Match, Question, Verdict

NEAR = 95.0
"""Likeness of two wordings, of 100 (rapidfuzz), from which they ask the same."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the library says to a question."""

    answer: LibraryAnswer | None = None
    withdrawn: tuple[str, ...] = ()
    """Why an answer that would have served does not."""


def recall(question: Question, form: Format, situation: Situation) -> Recalled:
    """The approved answer to `question`, unless it expired or its evidence no longer supports it.

    The same wording counts first, then the questionnaire's id where the wording does not speak against it, then a
    wording that is nearly the same.
    """
    reasons: list[str] = []
    for answer in sorted(situation.library, key=lambda a: (-_likeness(a, question, form), a.id)):
        if _likeness(answer, question, form) < NEAR:
            break
        against = _against(answer, situation)
        if not against:
            return Recalled(answer, tuple(reasons))
        if answer.approved_by:
            reasons.append(f"library answer {answer.id} is withdrawn: {'; '.join(against)}")
    return Recalled(None, tuple(reasons))


def match_of(answer: LibraryAnswer, match: Match) -> Match:
    """The match of a question that the library answered."""
    controls = answer.controls or match.controls
    return replace(match, controls=controls, confidence=1.0, how="library", is_full=bool(answer.controls), doubts=(),
                   residual="", is_inverted=False)  # fmt: skip


def _likeness(answer: LibraryAnswer, question: Question, form: Format) -> float:
    """101 for the same wording, 100 for the same id, else the likeness of the wordings, 0 where they are opposed."""
    from rapidfuzz import fuzz

    one, other = normal(answer.question), normal(question.text)
    if one == other:
        return 101.0
    if is_opposed(one, other):
        return 0.0
    likeness = float(fuzz.ratio(one, other))
    has_id = bool(question.id) and answer.ids.get(form) == question.id
    return 100.0 if has_id and likeness >= NEAR / 2 else min(likeness, 99.9)


def _against(answer: LibraryAnswer, situation: Situation) -> tuple[str, ...]:
    if not answer.approved_by or answer.approved_on > situation.day:
        return ("it is not approved",)
    if answer.expires_on <= situation.day:
        return (f"it expired on {answer.expires_on}",)
    if answer.verdict is Verdict.NOT_APPLICABLE:
        return ("not applicable needs a signed scope statement",)
    if answer.verdict is Verdict.YES and not answer.controls:
        return ("it names no control that it rests on",)
    if answer.verdict in (Verdict.NO, Verdict.PARTIAL):
        return ()
    return supports(tuple(answer.controls), situation)
