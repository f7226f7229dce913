"""Documents on a day: what counts, what ends, and whether the reports of one holder leave days out.

A document counts from its day of issue until before `valid_to`. A draft counts for nothing, and what was issued
later than the day asked for was not there yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from proveonce.kernel.calendar import Window, plus, shift, uncovered
from proveonce.model.register import Attestation, AttestationKind, FileState
from proveonce.model.standing import AttestationStanding, Bridge, Continuity, DocumentState, PeriodGap

NOTICE_DAYS = {
    AttestationKind.SOC2_TYPE1: 90,
    AttestationKind.SOC2_TYPE2: 90,
    AttestationKind.SOC1_TYPE2: 90,
    AttestationKind.SOC3: 90,
    AttestationKind.PCI_AOC: 90,
    AttestationKind.ISO_27001: 90,
    AttestationKind.HIPAA_EVALUATION: 60,
    AttestationKind.PENETRATION_TEST: 60,
    AttestationKind.BRIDGE_LETTER: 30,
    AttestationKind.BUSINESS_ASSOCIATE_AGREEMENT: 30,
    AttestationKind.OTHER: 30,
}
"""Days before its end from which a document counts as expiring: about as long as it takes to get the next one."""
LONGEST_BRIDGE = "P3M"
"""By convention of those who read bridge letters."""

_FILES = {
    FileState.MISSING: "its file {file} is missing",
    FileState.ALTERED: "its file {file} is another than its digest says",
    FileState.NO_DIGEST: "no digest of its file is on record",
    FileState.UNREAD: "its file {file} could not be read",
}


def stand(attestations: Sequence[Attestation], day: date) -> tuple[AttestationStanding, ...]:
    """The documents of one holder on `day`, in their order."""
    states = [_state(entry, day) for entry in attestations]
    counting = {_series(entry) for entry, state in zip(attestations, states, strict=True) if state.counts}
    return tuple(
        AttestationStanding(
            attestation=entry,
            state=DocumentState.SUPERSEDED if state is DocumentState.EXPIRED and _series(entry) in counting else state,
            days_left=_days_left(entry, state, day),
            notes=tuple(_notes(entry)),
        )
        for entry, state in zip(attestations, states, strict=True)
    )


def _series(entry: Attestation) -> tuple[str, str]:
    """Documents that follow one another: equal kind, and equal words of scope, so that no other scope is hidden."""
    return entry.kind, " ".join(entry.scope.casefold().split())


def _state(entry: Attestation, day: date) -> DocumentState:
    if not entry.issued_on:
        return DocumentState.DRAFT
    if date.fromisoformat(entry.issued_on) > day:
        return DocumentState.NOT_YET
    if not entry.valid_to:
        return DocumentState.CURRENT
    end = date.fromisoformat(entry.valid_to)
    if end <= day:
        return DocumentState.EXPIRED
    return DocumentState.EXPIRING if end <= plus(day, NOTICE_DAYS[entry.kind]) else DocumentState.CURRENT


def _days_left(entry: Attestation, state: DocumentState, day: date) -> int | None:
    if not entry.valid_to or state in (DocumentState.DRAFT, DocumentState.NOT_YET):
        return None
    return (date.fromisoformat(entry.valid_to) - day).days


def _notes(entry: Attestation) -> list[str]:
    said = _FILES.get(entry.file_state)
    notes = [said.format(file=entry.file)] if said else []
    if entry.opinion and entry.opinion != "unqualified":
        notes.append(f"its opinion is {entry.opinion}")
    return notes


def continuity(attestations: Sequence[Attestation], day: date) -> Continuity | None:
    """How the SOC 2 Type 2 reports issued by `day` follow one another; None where there is none."""
    issued = [entry for entry in attestations if entry.issued_on and date.fromisoformat(entry.issued_on) <= day]
    reports = sorted(
        (entry for entry in issued if entry.kind is AttestationKind.SOC2_TYPE2), key=lambda r: (_window(r), r.id)
    )
    if not reports:
        return None
    letters = sorted(
        (entry for entry in issued if entry.kind is AttestationKind.BRIDGE_LETTER), key=lambda r: (_window(r), r.id)
    )
    windows = [_window(report) for report in reports]
    reported = max(window.end for window in windows)
    bridged = reported
    for letter in map(_window, letters):
        if letter.start <= bridged < letter.end:
            bridged = letter.end
    return Continuity(
        reports=tuple(report.id for report in reports),
        gaps=tuple(_gap(gap, reports) for gap in uncovered(Window(windows[0].start, reported), windows)),
        reported_to=plus(reported, -1).isoformat(),
        bridges=tuple(_bridge(letter, reports) for letter in letters),
        bridged_to=plus(bridged, -1).isoformat(),
        days_since=max(0, (day - bridged).days),
    )


def _window(entry: Attestation) -> Window:
    return Window(date.fromisoformat(entry.period_start), plus(date.fromisoformat(entry.period_end), 1))


def _gap(gap: Window, reports: Sequence[Attestation]) -> PeriodGap:
    before = next(report for report in reports if _window(report).end == gap.start)
    after = next(report for report in reports if _window(report).start == gap.end)
    return PeriodGap(gap.start.isoformat(), plus(gap.end, -1).isoformat(), gap.days, before.id, after.id)


def _bridge(letter: Attestation, reports: Sequence[Attestation]) -> Bridge:
    """The letter, held against the report that ends last of those that end before the letter does."""
    window = _window(letter)
    earlier = [report for report in reports if _window(report).end < window.end]
    if not earlier:
        return Bridge(letter.id, "", letter.period_start, letter.period_end, ("no report ends before it",))
    report = max(earlier, key=lambda r: _window(r).end)
    end = _window(report).end
    doubts = []
    if window.start > end:
        doubts.append(f"{(window.start - end).days} days between {report.id} and the letter are left out")
    if window.end > shift(end, LONGEST_BRIDGE):
        doubts.append(f"it reaches more than three months beyond {report.id}, longer than customary")
    return Bridge(letter.id, report.id, letter.period_start, letter.period_end, tuple(doubts))
