"""Every question of a questionnaire → an answer, with what it rests on or why it needs a person."""

from __future__ import annotations

from dataclasses import replace

from proveonce.assess.answering.comment import comment_on, draft_on, library_comment, references
from proveonce.assess.answering.library import match_of, recall
from proveonce.assess.answering.match import Matcher
from proveonce.assess.answering.ownership import ownership_of
from proveonce.assess.answering.policy import NO_ASSESSMENT, Decision, decide
from proveonce.assess.answering.shape import OPEN
from proveonce.assess.answering.vocabulary import has_partial, is_placeholder, ownership_word, word_for
from proveonce.model.answering import MapEntry, QuestionMap, Situation
from proveonce.model.questionnaire import (
    Answer,
    Format,
    LibraryAnswer,
    Match,
    Origin,
    Question,
    Questionnaire,
    Verdict,
)

_SAME_IDS = {Format.CAIQ_LITE: Format.CAIQ}
"""Questionnaires whose ids are those of another."""
_COMMON = {"=policies-procedures", "=review", "=yearly", "security"}
"""Words of so many questions that sharing one says nothing."""


def answer_all(
    questionnaire: Questionnaire, situation: Situation, matcher: Matcher | None = None
) -> tuple[Answer, ...]:
    """One answer a question, in order. `matcher` is one made for the same content; None makes it."""
    matcher = matcher or Matcher(situation.content, situation.answering)
    known = map_of(questionnaire, situation)
    return tuple(
        _answer(question, questionnaire.format, known, matcher, situation) for question in questionnaire.questions
    )


def map_of(questionnaire: Questionnaire, situation: Situation) -> QuestionMap | None:
    """The map by id of this questionnaire; None where there is none, or it is of another edition."""
    form = _SAME_IDS.get(questionnaire.format, questionnaire.format)
    known = situation.answering.maps.get(form)
    edition = questionnaire.edition.lstrip("vV ")
    if known is None or (edition and not f"{edition}.".startswith(f"{known.edition}.")):
        return None
    return known


def match_question(question: Question, known: QuestionMap | None, matcher: Matcher, threshold: float) -> Match:
    """Which controls a question asks for: by its id, where its wording fits the entry's topic, else by its words."""
    entry = _entry(question, known)
    read = matcher.match(question.text, threshold)
    if entry is None or not _is_about(entry, question, matcher):
        why = known.not_mapped.get(_control_part(question.id)) if known and entry is None else None
        return replace(read, doubts=(why, *read.doubts)) if why else read
    if read.is_inverted is not entry.is_inverted and read.is_inverted:
        return replace(read, doubts=("its wording is the opposite of what its id stands for", *read.doubts))
    return Match(entry.controls, 1.0, "id", entry.is_full, entry.is_inverted, words=tuple(entry.topic.split()),
                 residual=entry.residual, doubts=_open_doubts(read))  # fmt: skip


def _open_doubts(read: Match) -> tuple[str, ...]:
    """What even a known id cannot answer by Yes or No."""
    return tuple(d for d in read.doubts if d.startswith(OPEN))


def _answer(
    question: Question, form: Format, known: QuestionMap | None, matcher: Matcher, situation: Situation
) -> Answer:
    match = match_question(question, known, matcher, situation.threshold)
    if situation.states is None:
        return Answer(question, Verdict.NEEDS_REVIEW, Origin.PERSON, match, reasons=(NO_ASSESSMENT,))
    recalled = recall(question, form, situation)
    if recalled.answer is not None:
        return _from_library(question, recalled.answer, match_of(recalled.answer, match), situation)
    choices = question.answer.choices if question.answer else ()
    decision = decide(match, situation, has_partial=has_partial(choices))
    decision = replace(decision, reasons=(*recalled.withdrawn, *decision.reasons))
    if decision.verdict is Verdict.NEEDS_REVIEW:
        return _for_a_person(question, match, decision.reasons, situation)
    comment = comment_on(decision.verdict, match, situation)
    answer = Answer(question, decision.verdict, Origin.EVIDENCE, match, comment=comment, reasons=decision.reasons,
                    evidence=references(match, situation))  # fmt: skip
    return _worded(answer, decision, situation)


def _from_library(question: Question, said: LibraryAnswer, match: Match, situation: Situation) -> Answer:
    evidence = (f"library {said.id}", *(references(match, situation) if said.controls else ()))
    comment = library_comment(said.text, said.approved_by, said.expires_on)
    answer = Answer(question, said.verdict, Origin.LIBRARY, match, comment=comment, evidence=evidence)
    if said.verdict is not Verdict.TEXT:
        return _worded(answer, Decision(said.verdict), situation)
    if question.answer is None or question.answer.choices:
        return _for_a_person(question, match, (f"library answer {said.id} is a text, and the cell takes a choice",),
                             situation, draft=comment)  # fmt: skip
    return replace(
        answer, written="" if _is_taken(question, situation) else said.text, reasons=_taken(question, situation)
    )


def _worded(answer: Answer, decision: Decision, situation: Situation) -> Answer:
    """The answer in the sheet's own words; for a person where it has none."""
    question = answer.question
    if question.answer is None:
        return replace(answer, reasons=(*answer.reasons, "the sheet has no cell for an answer"))
    word = word_for(decision.verdict, question.answer.choices)
    if word is None:
        reason = f"the cell takes {', '.join(question.answer.choices[:8])}: none of them says {decision.verdict}"
        return _for_a_person(question, answer.match, (reason, *answer.reasons), situation, draft=answer.comment)
    if _is_taken(question, situation):
        return replace(answer, comment="", reasons=(*answer.reasons, *_taken(question, situation)))
    ownership = ownership_of(answer.match.controls, situation.content)
    choices = question.ownership.choices if question.ownership else ()
    return replace(answer, written=word, ownership=ownership_word(ownership, choices) if ownership else "")


def _for_a_person(
    question: Question, match: Match, reasons: tuple[str, ...], situation: Situation, *, draft: str | None = None
) -> Answer:
    taken = _is_taken(question, situation)
    comment = "" if taken else draft if draft is not None else draft_on(match, situation)
    return Answer(question, Verdict.NEEDS_REVIEW, Origin.PERSON, match, comment=comment,
                  reasons=tuple(dict.fromkeys((*reasons, *_taken(question, situation)))))  # fmt: skip


def _is_taken(question: Question, situation: Situation) -> bool:
    return bool(_taken(question, situation))


def _taken(question: Question, situation: Situation) -> tuple[str, ...]:
    """Why a cell is left as it is: somebody answered already."""
    slot = question.answer
    if slot is None or situation.overwrite or is_placeholder(slot.current):
        return ()
    return (f"the cell holds {slot.current[:60]!r} already; it was left (--overwrite)",)


def _entry(question: Question, known: QuestionMap | None) -> MapEntry | None:
    """The entry of the question itself, else of the control that its id names."""
    if known is None:
        return None
    return known.entries.get(question.id) or known.entries.get(_control_part(question.id))


def _control_part(identifier: str) -> str:
    return identifier.rpartition(".")[0] or identifier


def _is_about(entry: MapEntry, question: Question, matcher: Matcher) -> bool:
    """Whether the wording shares a word with what the entry is about."""
    words = set(matcher.vocabulary.words(entry.topic))
    topic = words - _COMMON or words
    return bool(topic & set(matcher.vocabulary.words(question.text)))
