"""Status as one screen, and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from proveonce.model.duty import DutyState
from proveonce.model.finding import Status
from proveonce.model.status import Document, Standing
from proveonce.present.calendar import words
from proveonce.present.workbook.facts import count, minute, some_of

NEXT = 10
_NAMED = 8


def status_json(standing: Standing) -> dict[str, Any]:
    """{as_of, attestations, controls, stale, evidence, duties, next, gaps, notes}; `controls` null: not assessed."""
    found = standing.controls
    return {
        "as_of": standing.day,
        "attestations": [asdict(document) for document in standing.documents],
        "controls": None if found is None else {c: str(s) if s else "no occurrence" for c, s in found.items()},
        "controls_in_all": standing.controls_in_all,
        "stale": list(standing.stale),
        "evidence": [asdict(source) for source in standing.sources],
        "duties": {str(state): standing.calendar.count(state) for state in DutyState},
        "next": [asdict(duty) for duty in next_duties(standing)],
        "gaps": [asdict(gap) for gap in standing.calendar.gaps],
        "notes": list(standing.notes),
    }


def next_duties(standing: Standing) -> list[Any]:
    """The ten that come next and have a day; what was never done is counted, it has none."""
    return [duty for duty in standing.calendar.duties if duty.state is not DutyState.NEVER][:NEXT]


def facts(standing: Standing) -> Iterator[tuple[str, str]]:
    """(heading, sentence) of each fact of the screen, in order; an empty heading goes on."""
    yield from _document_lines(standing.documents)
    yield from _control_lines(standing)
    for number, source in enumerate(standing.sources):
        age = f"{count(source.age_days, 'day')} old" if source.age_days else "of that day"
        yield "evidence" if not number else "", f"{source.name}: {minute(source.ended_at)} UTC, {age} ({source.run})"
    if not standing.sources:
        yield "evidence", "none"
    yield "duties", f"{words.headline(standing.calendar)}; {len(standing.calendar.duties):,} in twelve months"


def _document_lines(documents: tuple[Document, ...]) -> Iterator[tuple[str, str]]:
    if not documents:
        yield "attestations", "none registered (attestations.yaml)"
    for number, document in enumerate(documents):
        left = document.days_left
        if left is None:
            said = "does not end"
        elif left > 0:
            said = f"{count(left, 'day')} left, until {document.valid_to}"
        else:
            said = f"ENDED on {document.valid_to}, {count(-left, 'day')} ago"
        yield "attestations" if not number else "", f"{words.plain(document.title)}: {said}"


def _control_lines(standing: Standing) -> Iterator[tuple[str, str]]:
    if standing.controls is None:
        yield "controls", "; ".join(standing.notes)
    else:
        by = {status: standing.of(status) for status in Status}
        parts = [f"{len(by[s]):,} {word}" for s, word in (
            (Status.FAIL, "fail"), (Status.UNDETERMINED, "undetermined"), (Status.PASS, "pass"))]  # fmt: skip
        rest = standing.controls_in_all - len(standing.controls)
        yield "controls", ", ".join(parts) + (f"; {rest:,} have no check" if rest else "")
        if by[Status.FAIL]:
            yield "", f"fail: {some_of(by[Status.FAIL], _NAMED)}"
    if standing.stale:
        yield "", f"{len(standing.stale):,} stale, older than their cadence: {some_of(standing.stale, _NAMED)}"
