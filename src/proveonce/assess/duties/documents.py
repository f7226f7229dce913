"""Documents of ours that end, and the steps back from their end.

Documents of one kind with one scope are a line: the newest stands for it. A SOC 2 Type II report is planned
back from its last day: report, fieldwork, and the observation that joins on to the period before. Where the
whole observation does not fit before that day, fieldwork follows its end and the days without a report are
said. Steps have no proof of their own: one that has passed is covered by the report's duty, which is due
until a newer report is in the register.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from proveonce.assess.duties.desk import DEFAULT_OWNER, Desk
from proveonce.kernel.calendar import plus, shift
from proveonce.model.duty import Duty, DutyKind, DutyState
from proveonce.model.register import Attestation, AttestationKind

FAMILIES = {AttestationKind.SOC2_TYPE1: "soc2", AttestationKind.SOC2_TYPE2: "soc2"}
"""Kinds that take each other's place; any other kind is a family of its own."""
SERVES = {
    AttestationKind.SOC2_TYPE1: "soc2",
    AttestationKind.SOC2_TYPE2: "soc2",
    AttestationKind.SOC3: "soc2",
    AttestationKind.BRIDGE_LETTER: "soc2",
    AttestationKind.PCI_AOC: "pci_dss",
    AttestationKind.PENETRATION_TEST: "pci_dss",
    AttestationKind.HIPAA_EVALUATION: "hipaa",
    AttestationKind.BUSINESS_ASSOCIATE_AGREEMENT: "hipaa",
}
"""The framework that asks for a document, as a whole."""
NAMES = {
    AttestationKind.SOC2_TYPE1: "SOC 2 Type I report",
    AttestationKind.SOC2_TYPE2: "SOC 2 Type II report",
    AttestationKind.SOC1_TYPE2: "SOC 1 Type II report",
    AttestationKind.SOC3: "SOC 3 report",
    AttestationKind.PCI_AOC: "PCI DSS AOC",
    AttestationKind.HIPAA_EVALUATION: "HIPAA evaluation",
    AttestationKind.PENETRATION_TEST: "penetration test report",
    AttestationKind.BRIDGE_LETTER: "bridge letter",
    AttestationKind.BUSINESS_ASSOCIATE_AGREEMENT: "business associate agreement",
    AttestationKind.ISO_27001: "ISO 27001 certificate",
    AttestationKind.OTHER: "document",
}
_OBSERVED = (AttestationKind.SOC2_TYPE2, AttestationKind.SOC1_TYPE2)
"""Reports over a period."""


def lines(documents: Iterable[Attestation], today: str) -> list[list[Attestation]]:
    """Documents issued by a day, by family and scope, oldest first within each line."""
    found: dict[tuple[str, str], list[Attestation]] = {}
    for document in sorted(documents, key=lambda document: (document.issued_on, document.valid_to, document.id)):
        if document.issued_on and document.issued_on <= today:  # a draft was not issued
            found.setdefault((FAMILIES.get(document.kind, document.kind), _plain(document.scope)), []).append(document)
    return list(found.values())


def _plain(scope: str) -> str:
    return " ".join(scope.split()).casefold()


@dataclass(frozen=True, slots=True)
class Plan:
    """The way to a document's successor."""

    report: date
    """Last business day on which the successor is in time."""
    fieldwork: date
    """First day of fieldwork."""
    planned: date
    """The day on which the successor is out if all goes as planned."""
    begins: date | None = None
    """First day of the observation; None: nothing is observed over time."""
    is_short: bool = False
    """Whether the whole observation ends too late for a successor in time."""


def plan_of(desk: Desk, document: Attestation) -> Plan | None:
    """The plan for a document that ends; None where it does not."""
    if not document.valid_to:
        return None
    planning, business = desk.workspace.planning, desk.business
    report = business.on_or_before(plus(date.fromisoformat(document.valid_to), -1))
    fieldwork = business.back(report, planning.fieldwork_days + planning.report_days)
    if audit := _audit(desk, document):
        planned = business.forward(audit, planning.fieldwork_days + planning.report_days)
        return Plan(report, audit, planned, is_short=planned > report)
    if document.kind not in _OBSERVED or not document.period_end:
        return Plan(report, fieldwork, report)
    begins = plus(date.fromisoformat(document.period_end), 1)
    ends = business.on_or_after(shift(begins, planning.observation))
    if ends <= fieldwork:
        return Plan(report, fieldwork, report, begins)
    planned = business.forward(ends, planning.fieldwork_days + planning.report_days)
    return Plan(report, ends, planned, begins, is_short=True)


def _audit(desk: Desk, document: Attestation) -> date | None:
    """The day that the workspace says the next audit begins, where it lies after what the document covers."""
    said = desk.workspace.audits.get(SERVES.get(document.kind, ""), "")
    is_audited = document.kind in (*_OBSERVED, AttestationKind.SOC2_TYPE1, AttestationKind.PCI_AOC)
    return date.fromisoformat(said) if is_audited and said > (document.period_end or document.issued_on) else None


def document_duties(desk: Desk) -> Iterator[Duty]:
    """What the newest document of each line asks for."""
    letters = [a for a in desk.registers.attestations if a.kind is AttestationKind.BRIDGE_LETTER and a.issued_on]
    for line in lines(desk.registers.attestations, desk.today):
        newest = line[-1]
        if newest.kind is AttestationKind.BRIDGE_LETTER:
            continue
        if plan := plan_of(desk, newest):
            yield from _steps(desk, newest, plan)
        if newest.kind in _OBSERVED and newest.period_end:
            yield from _bridge(desk, newest, letters)


def _steps(desk: Desk, document: Attestation, plan: Plan) -> Iterator[Duty]:
    name = NAMES[document.kind]
    if plan.begins and plan.begins >= desk.day:
        yield _step(desk, document, "observation", f"Observation for the next {name} begins", plan.begins,
                    desk.start(plan.begins), DutyState.UPCOMING, f"joins on to {document.id}",
                    "controls operate, and their evidence is kept, from this day on")  # fmt: skip
    is_audited = document.kind in (*_OBSERVED, AttestationKind.SOC2_TYPE1, AttestationKind.PCI_AOC)
    if is_audited and plan.fieldwork >= desk.day:
        yield _step(desk, document, "fieldwork", f"Fieldwork for the next {name} begins", plan.fieldwork,
                    desk.start(plan.fieldwork), DutyState.UPCOMING, _why(desk, document, plan),
                    "evidence requests answered, samples ready")  # fmt: skip
    start = min(desk.start(plan.report), plan.fieldwork) if is_audited else desk.start(plan.report)
    yield _step(desk, document, "report", f"{document.title} ends on {document.valid_to}", plan.report, start,
                DutyState.DONE, _why(desk, document, plan), f"a newer {name} of the same scope in the register",
                done_by=document)  # fmt: skip


def _why(desk: Desk, document: Attestation, plan: Plan) -> str:
    planning = desk.workspace.planning
    work = f"{planning.fieldwork_days} business days of fieldwork and {planning.report_days} until the report"
    if plan.is_short:
        days = (plan.planned - date.fromisoformat(document.valid_to)).days
        return (f"next one planned for {plan.planned}, {max(days, 0)} days after this one ends: {work}"
                + (f", after {planning.observation} of observation" if plan.begins else ""))  # fmt: skip
    return f"no longer counts on {document.valid_to}; {work}" if document.kind in _OBSERVED else (
        f"no longer counts on {document.valid_to}"
    )  # fmt: skip


def _bridge(desk: Desk, report: Attestation, letters: Sequence[Attestation]) -> Iterator[Duty]:
    """The letter of management from the end of a report's period; done once one that begins there is registered."""
    planning, business = desk.workspace.planning, desk.business
    begins = plus(date.fromisoformat(report.period_end), 1)
    ends = shift(begins, planning.bridge)
    due = business.forward(max(begins, date.fromisoformat(report.issued_on)), planning.bridge_days)
    letter = next((a for a in letters if report.period_end <= a.period_start <= begins.isoformat()
                   and a.issued_on <= desk.today), None)  # fmt: skip
    if letter or desk.day < ends:
        yield _step(
            desk, report, "bridge", f"Bridge letter from {begins} to {plus(ends, -1)}", due, min(begins, due),
            DutyState.UPCOMING, f"{report.id} covers until {report.period_end}; a letter is accepted for "
            f"{planning.bridge}", "letter of management, signed", done_by=letter,
            is_done=letter is not None,
        )  # fmt: skip


def _step(
    desk: Desk, document: Attestation, step: str, title: str, due: date, start: date, ahead: DutyState, reason: str,
    needs: str, *, done_by: Attestation | None = None, is_done: bool = False,
) -> Duty:  # fmt: skip
    return Duty(
        uid=f"attestation.{document.id}.{step}",
        kind=DutyKind.ATTESTATION,
        title=title,
        due_on=due.isoformat(),
        start_on=min(start, due).isoformat(),
        state=DutyState.DONE if is_done else desk.state(start, due, ahead),
        owner=DEFAULT_OWNER,
        person=desk.person(DEFAULT_OWNER),
        last_done_on=done_by.issued_on if done_by else "",
        proof=done_by.id if done_by else "",
        needs=needs,
        requirements=framework_of(desk, document.kind),
        reason=reason,
    )


def framework_of(desk: Desk, kind: AttestationKind) -> tuple[str, ...]:
    """The framework that asks for a kind of document, where the workspace has it."""
    framework = SERVES.get(kind)
    return (framework,) if framework and framework in desk.workspace.frameworks else ()
