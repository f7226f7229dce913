"""The summary of an answered questionnaire on one A4 page, in the look of a package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from proveonce.content.files import templates_root
from proveonce.model.answering import Situation
from proveonce.model.questionnaire import Answer, Origin, Questionnaire, Verdict
from proveonce.present.answers.tally import tally
from proveonce.present.report import text
from proveonce.present.report.render import stylesheet, to_pdf
from proveonce.present.view import FOOT

if TYPE_CHECKING:
    from jinja2 import Environment

_ROWS = 7
"""Rows of each table, so that the page stays one; the last says how many more there are."""
_LONG = 150
"""Characters of a question or reason that two lines hold."""


def write_summary(
    questionnaire: Questionnaire,
    answers: Sequence[Answer],
    situation: Situation,
    path: Path,
    *,
    organisation: str,
    file: str,
    created: datetime,
) -> int:
    """Writes the page and returns its page count. `file` is what the questionnaire's file is called.

    Raises: ProveonceError when rendering fails.
    """
    html = compose(questionnaire, answers, situation, organisation=organisation, file=file)
    css = stylesheet("A4") + (templates_root() / "answers" / "summary.css").read_text("utf-8")
    return to_pdf(html, css, path, created=created)


def compose(
    questionnaire: Questionnaire, answers: Sequence[Answer], situation: Situation, *, organisation: str, file: str
) -> str:
    """The page as one HTML document without any reference to outside."""
    counted = tally(answers)
    page: dict[str, object] = {
        "title": named(questionnaire) or file,
        "organisation": organisation,
        "file": file,
        "foot": FOOT,
        "day": situation.day,
        "run": situation.run,
        "read": _read(situation),
        "counted": counted,
        "lead": _lead(answers, situation),
        "origins": [(_ORIGINS[origin], counted.origins[origin]) for origin in Origin],
        "said": [(_VERDICTS[verdict], counted.verdicts[verdict]) for verdict in Verdict],
        "reasons": counted.reasons[: _ROWS + 3],
        "more_reasons": sum(count for _, count in counted.reasons[_ROWS + 3 :]),
        "deviations": _shown(counted.deviations),
        "more_deviations": max(0, len(counted.deviations) - _ROWS),
        "withdrawn": _shown(counted.withdrawn),
        "more_withdrawn": max(0, len(counted.withdrawn) - _ROWS),
        "notes": [_cut(note) for note in questionnaire.notes[:4]],
    }
    return _environment().get_template("summary.html.j2").render(page)


_ORIGINS = {
    Origin.EVIDENCE: "Answered from evidence",
    Origin.LIBRARY: "Answered from the library, approved by a named person",
    Origin.PERSON: "Needs a person",
}
_VERDICTS = {
    Verdict.YES: "Yes",
    Verdict.PARTIAL: "Partially",
    Verdict.NO: "No",
    Verdict.NOT_APPLICABLE: "Not applicable",
    Verdict.TEXT: "In words",
    Verdict.NEEDS_REVIEW: "Needs review",
}


def named(questionnaire: Questionnaire) -> str:
    """Its title with its edition, said once."""
    title, edition = questionnaire.title, questionnaire.edition
    if re.fullmatch(r"[vV]?[\d.]*", title):  # a sheet that is headed by its version alone
        title = str(questionnaire.format).upper().replace("_", "-")
    return title if edition in title else f"{title} {edition}".strip()


def _lead(answers: Sequence[Answer], situation: Situation) -> str:
    counted = tally(answers)
    if situation.states is None:
        return f"There is no assessment: all {counted.questions:,} questions need a person. Nothing was answered."
    parts = [f"{counted.origins[Origin.EVIDENCE]:,} of {counted.questions:,} questions are answered from evidence",
             f"{counted.origins[Origin.LIBRARY]:,} from the answer library",
             f"{counted.origins[Origin.PERSON]:,} need a person"]  # fmt: skip
    lead = f"{', '.join(parts[:2])}, {parts[2]}."
    if counted.withdrawn:
        count = len(counted.withdrawn)
        lead += f" Withdrawn, because the evidence no longer supports {'it' if count == 1 else 'them'}: "
        lead += f"{count:,} approved answer{'s' if count != 1 else ''}."
    return lead


def _read(situation: Situation) -> str:
    if situation.states is None:
        return "no assessment"
    fresh = "" if situation.is_fresh else f", stale: more than {situation.max_age_days} days or not yet read"
    return f"run {situation.run}, read {situation.read_at[:10]}, {situation.age_days} days old{fresh}"


def _shown(answers: Sequence[Answer]) -> list[dict[str, str]]:
    return [
        {
            "id": a.question.id or a.question.place,
            "question": _cut(a.question.text),
            "word": a.written or _VERDICTS[a.verdict],
            "why": _cut(a.reasons[0] if a.reasons else ""),
        }
        for a in answers[:_ROWS]
    ]


def _cut(said: str) -> str:
    plain = " ".join(said.split())
    return plain if len(plain) <= _LONG else f"{plain[: _LONG - 1].rstrip()}…"


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(templates_root() / "answers"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=text.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
