"""The comment beside an answer: what was found, on what evidence, how old, and who says so.

Nothing is promised that is not on record: no date of remedy, no opinion. Plain text that begins with a letter.
"""

from __future__ import annotations

from collections.abc import Iterable

from proveonce.model.answering import ControlState, Situation
from proveonce.model.finding import Status
from proveonce.model.questionnaire import Match, Verdict
from proveonce.model.register import Attestation, AttestationKind

PREPARED = "Prepared by management."
MAX_CHARACTERS = 1_200
_CITED = {
    AttestationKind.SOC2_TYPE2: ("soc2", "SOC 2 Type 2 report"),
    AttestationKind.SOC2_TYPE1: ("soc2", "SOC 2 Type 1 report"),
    AttestationKind.PCI_AOC: ("pci_dss", "PCI DSS attestation of compliance"),
    AttestationKind.HIPAA_EVALUATION: ("hipaa", "HIPAA evaluation"),
}
"""Documents that speak to controls, by framework; the better kind of a framework first."""


def comment_on(verdict: Verdict, match: Match, situation: Situation) -> str:
    """The comment for an answer from evidence."""
    states = states_of(match, situation)
    said = [_result(state) for state in states]
    if verdict in (Verdict.NO, Verdict.PARTIAL) and not match.is_inverted:
        said += dict.fromkeys(_next(state) for state in states if state.status is Status.FAIL)
    parts = [". ".join(said), _as_of(situation), *_attested(states, situation.attestations, situation.day)]
    return cut(" ".join(f"{part}." for part in parts if part) + f" {PREPARED}")


def draft_on(match: Match, situation: Situation) -> str:
    """A draft for a person who has to answer: what the controls show, claiming nothing."""
    states = states_of(match, situation)
    if not states:
        return ""
    said = ". ".join(_result(state) for state in states)
    return cut(f"Draft for a person to complete: {said}. {_as_of(situation)}. {PREPARED}")


def library_comment(text: str, approved_by: str, expires_on: str) -> str:
    """The comment for an approved answer."""
    return cut(f"{text.strip().rstrip('.')}. Approved by {approved_by}, until {expires_on}. {PREPARED}".lstrip(". "))


def references(match: Match, situation: Situation) -> tuple[str, ...]:
    """What an answer rests on, as references: the run and its controls, documents in force."""
    states = states_of(match, situation)
    found = [f"run {situation.run} · {state.control}" for state in states]
    return (*found, *(attestation.id for attestation in current(states, situation.attestations, situation.day)))


def states_of(match: Match, situation: Situation) -> list[ControlState]:
    """The controls of a match that were assessed."""
    known = situation.states or {}
    return [known[control] for control in match.controls if control in known]


def current(states: Iterable[ControlState], held: Iterable[Attestation], day: str) -> list[Attestation]:
    """The documents in force on `day` that cover a framework which these controls serve, one a framework."""
    wanted = {framework for state in states for framework in state.frameworks}
    chosen: dict[str, Attestation] = {}
    order = list(_CITED)
    for attestation in sorted((a for a in held if a.kind in _CITED), key=lambda a: (order.index(a.kind), a.id)):
        framework = _CITED[attestation.kind][0]
        in_force = attestation.issued_on <= day and (not attestation.valid_to or day < attestation.valid_to)
        if framework in wanted and in_force:
            chosen.setdefault(framework, attestation)
    return list(chosen.values())


def _result(state: ControlState) -> str:
    head = f"{state.control} {state.title}"
    if state.status is Status.FAIL:
        told = "; ".join(f"{d.title}: {d.failed:,} of {d.total:,} do not" for d in state.deviations)
        accepted = f" (risk acceptance {', '.join(state.acceptances)})" if state.acceptances else ""
        return f"{head}: deviation{': ' + told if told else ''}{accepted}"
    if state.status is Status.PASS:
        return f"{head}: all {state.total:,} findings pass"
    return f"{head}: {'no occurrence' if state.status is None else str(state.status).replace('_', ' ')}"


def _next(state: ControlState) -> str:
    return f"Owner {state.owner or 'not named'}; date of next step: none recorded"


def _as_of(situation: Situation) -> str:
    days = f"{situation.age_days} day{'s' if situation.age_days != 1 else ''} old"
    return f"Evidence run {situation.run} as of {situation.read_at[:10]}, {days} on {situation.day}"


def _attested(states: list[ControlState], held: tuple[Attestation, ...], day: str) -> list[str]:
    said = []
    for attestation in current(states, held, day):
        period = f", period {attestation.period_start} to {attestation.period_end}" if attestation.period_end else ""
        by = f" by {attestation.issuer}" if attestation.issuer else ""
        opinion = f", opinion {attestation.opinion}" if attestation.opinion not in ("", "unqualified") else ""
        said.append(f"See also {_CITED[attestation.kind][1]}{by}{period}{opinion} ({attestation.id})")
    return said


def cut(text: str) -> str:
    """The text as a cell takes it: one paragraph, bounded, the end always said."""
    plain = " ".join(text.split())
    if len(plain) <= MAX_CHARACTERS:
        return plain
    return f"{plain[: MAX_CHARACTERS - len(PREPARED) - 2].rstrip()}… {PREPARED}"
