"""Answers counted: by where they come from, by what they say, by why a person is needed. Every question counts once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proveonce.model.questionnaire import Answer, Origin, Verdict

_KINDS = (
    ("there is no assessment", "No assessment"),
    ("library answer", "A library answer was withdrawn, or does not fit the cell"),
    ("the evidence is", "Evidence is stale"),
    ("the evidence was read", "Evidence is stale"),
    ("what it asks for was found", "What it asks for was found"),
    ("it asks for several", "Several things in one question"),
    ("it asks for a quantity", "Asks for a quantity"),
    ("it asks for a description", "Asks for a description"),
    ("it is no yes/no", "Asks for a description"),
    ("it depends on", "Depends on a condition"),
    ("it is negated", "Negated, not certain"),
    ("its wording is the opposite", "Negated, not certain"),
    ("it asks for features", "Asks for features of the product"),
    ("it asks what is done", "Asks what is done, not what is controlled"),
    ("it asks for an intention", "Asks for an intention or a promise"),
    ("confidence", "No control is near enough"),
    ("no common control", "No control is near enough"),
    ("it asks for more than", "Asks for more than the controls say"),
    ("the cell takes", "The sheet has no word for it"),
    ("the sheet has no", "The sheet has no cell for it"),
    ("the cell holds", "Answered already"),
)
"""The first words of a reason → its kind, as the summary counts it."""
_ENDINGS = ((" forbids something", "Negated, not certain"), ("leave open", "Controls pass, and leave a part open"),
            ("is undetermined", "Evidence is undetermined"), ("no occurrence", "Nothing of the kind occurs"),
            ("not applicable", "Not applicable without a scope statement"), (" fails", "A control fails"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a summary."""

    questions: int
    origins: Mapping[Origin, int]
    verdicts: Mapping[Verdict, int]
    written: int
    """Answer cells that get a word."""
    reasons: tuple[tuple[str, int], ...]
    """Why a person is needed, the first reason of each question, most frequent first."""
    withdrawn: tuple[Answer, ...]
    """Those to which an approved answer of the library no longer counts."""
    deviations: tuple[Answer, ...]
    """Those answered No or partly because a control fails."""


def tally(answers: Sequence[Answer]) -> Tally:
    """The counts of `answers`."""
    origins = Counter(answer.origin for answer in answers)
    verdicts = Counter(answer.verdict for answer in answers)
    kinds = Counter(kind_of(a.reasons[0] if a.reasons else "") for a in answers if a.origin is Origin.PERSON)
    return Tally(
        questions=len(answers),
        origins={origin: origins[origin] for origin in Origin},
        verdicts={verdict: verdicts[verdict] for verdict in Verdict},
        written=sum(bool(answer.written) for answer in answers),
        reasons=tuple(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))),
        withdrawn=tuple(a for a in answers if any("is withdrawn" in reason for reason in a.reasons)),
        deviations=tuple(a for a in answers if a.origin is Origin.EVIDENCE and a.reasons),
    )


def kind_of(reason: str) -> str:
    """The kind of a reason, for counting."""
    for start, kind in _KINDS:
        if reason.startswith(start):
            return kind
    return next((kind for part, kind in _ENDINGS if part in reason), "No control answers it")
