"""Questions and situations for the tests: the shipped content, controls in any state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from proveonce.assess.answering.match import DEFAULT_THRESHOLD, Matcher
from proveonce.content import load_content
from proveonce.content.answering import load_answering
from proveonce.model.answering import AnsweringContent, ControlState, Deviation, Situation
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.finding import Status
from proveonce.model.questionnaire import Format, Question, Questionnaire, Slot

ROOT = Path(__file__).parents[3]
DAY = "2026-11-24"


@cache
def content() -> Content:
    return load_content(ROOT)


@cache
def answering() -> AnsweringContent:
    return load_answering(ROOT, content().controls)


@cache
def matcher() -> Matcher:
    return Matcher(content(), answering())


def state(control: str, status: Status | None) -> ControlState:
    failed = status is Status.FAIL
    return ControlState(
        control=ControlId(control),
        title=content().controls[ControlId(control)].title,
        status=status,
        passed=9 if failed else 12 if status is Status.PASS else 0,
        total=12 if status else 0,
        reasons=() if status is Status.PASS else (f"{control} shows {status}",),
        deviations=(Deviation("aws.some.check", "Things are as they should be", 3, 12),) if failed else (),
        owner="platform (Ada Byron)",
        frameworks=("soc2",),
    )


def situation(
    statuses: Mapping[str, Status | None] | None = None,
    *,
    others: Status | None = Status.PASS,
    age_days: int = 1,
) -> Situation:
    """Every control in `others`, those named in their own status."""
    named = statuses or {}
    return Situation(
        content=content(),
        answering=answering(),
        day=DAY,
        states={c: state(c, named.get(c, others)) for c in content().controls},
        run="0123456789abcdef",
        read_at="2026-11-23T04:00:00.000000Z",
        age_days=age_days,
        threshold=DEFAULT_THRESHOLD,
    )


def unassessed() -> Situation:
    return replace(situation(), states=None, run="", read_at="")


def question(
    text: str, *, identifier: str = "", choices: Iterable[str] = ("Yes", "No", "N/A"), current: str = "", key: str = "k"
) -> Question:
    return Question(
        key=key,
        id=identifier,
        text=text,
        answer=Slot("Sheet", "C2", tuple(choices), current),
        comment=Slot("Sheet", "D2"),
        ownership=Slot("Sheet", "E2"),
        place="Sheet!C2",
    )


def sheet(*questions: Question, form: Format = Format.FREE, edition: str = "") -> Questionnaire:
    return Questionnaire(form, "A questionnaire", edition, questions)
