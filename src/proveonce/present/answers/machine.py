"""Answers as JSON: the same facts as the page, whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from proveonce.model.answering import Situation
from proveonce.model.questionnaire import Answer, Questionnaire
from proveonce.present.answers.tally import tally


def answers_json(questionnaire: Questionnaire, answers: Sequence[Answer], situation: Situation) -> dict[str, Any]:
    """Everything that was answered, with what each answer rests on."""
    counted = tally(answers)
    return {
        "questionnaire": {
            "format": str(questionnaire.format),
            "title": questionnaire.title,
            "edition": questionnaire.edition,
            "notes": list(questionnaire.notes),
        },
        "day": situation.day,
        "run": situation.run or None,
        "read_at": situation.read_at or None,
        "age_days": situation.age_days if situation.states is not None else None,
        "max_age_days": situation.max_age_days,
        "threshold": situation.threshold,
        "counts": {
            "questions": counted.questions,
            "written": counted.written,
            "withdrawn": len(counted.withdrawn),
            "by_origin": {str(origin): count for origin, count in counted.origins.items()},
            "by_verdict": {str(verdict): count for verdict, count in counted.verdicts.items()},
            "needs_a_person": dict(counted.reasons),
        },
        "answers": [_answer(answer) for answer in answers],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    question, match = answer.question, answer.match
    return {
        "key": question.key,
        "id": question.id,
        "section": question.section,
        "question": question.text,
        "place": question.place,
        "hidden": question.is_hidden,
        "verdict": str(answer.verdict),
        "origin": str(answer.origin),
        "written": answer.written,
        "comment": answer.comment,
        "ownership": answer.ownership,
        "reasons": list(answer.reasons),
        "evidence": list(answer.evidence),
        "match": {
            "how": match.how,
            "confidence": match.confidence,
            "controls": list(match.controls),
            "full": match.is_full,
            "inverted": match.is_inverted,
            "words": list(match.words),
            "residual": match.residual,
            "doubts": list(match.doubts),
        },
    }
