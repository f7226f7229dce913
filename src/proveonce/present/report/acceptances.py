"""Risk acceptances on sheet 7: every decision on record, in force or not, with the deviations that it is about."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from proveonce.model.standing import AcceptanceStanding, AcceptanceState
from proveonce.present.registers import ACCEPTANCE_STATES
from proveonce.present.report import marks, text
from proveonce.present.report.facts import Facts

_ROWS = 20
_WORDS = 200
"""Characters of a reason or a compensating control."""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One risk acceptance."""

    id: str
    mark: Markup
    state: str
    is_in_force: bool
    title: str
    covers: int
    """Deviations of this package that it is about."""
    covers_note: str
    """What is to be known where it is about none; empty otherwise."""
    owner: str
    requested: str
    approved: str
    expires: str
    reason: str
    meanwhile: str
    about: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """The table of risk acceptances."""

    lead: str
    rows: tuple[DecisionRow, ...]
    rest: str
    accepted: int
    """Deviations of this package that at least one in force is about."""
    failed: int


def decisions(facts: Facts) -> Decisions:
    """Every acceptance, those in force first."""
    registers, view = facts.view.assessment.registers, facts.view
    shown = registers.acceptances[:_ROWS]
    left = len(registers.acceptances) - len(shown)
    accepted = view.covered(registers.accepted)
    return Decisions(
        lead=_lead(registers.acceptances, accepted, facts.tally.total),
        rows=tuple(_row(facts, standing) for standing in shown),
        rest=f"{text.count(left, 'further acceptance')}: workbook, sheet Risk acceptances." if left else "",
        accepted=accepted,
        failed=facts.tally.total,
    )


def _lead(acceptances: tuple[AcceptanceStanding, ...], accepted: int, failed: int) -> str:
    if not acceptances:
        return "No risk acceptance is on record."
    idle = [entry for entry in acceptances if not entry.is_in_force]
    held = len(acceptances) - len(idle)
    said = [
        f"{text.sentence(text.words(held))} of {text.count(len(acceptances), 'risk acceptance')}",
        f"{'is' if held == 1 else 'are'} in force, about {accepted:,} of {failed:,} deviations.",
    ]
    if idle:
        reasons = {
            AcceptanceState.UNSIGNED: "not signed",
            AcceptanceState.EXPIRED: "expired",
            AcceptanceState.NOT_YET: "later than this as-of",
        }
        counted = [
            f"{text.words(number)} {word}"
            for state, word in reasons.items()
            if (number := sum(entry.state is state for entry in idle))
        ]
        said.append(f"Not in force: {text.listed(counted)}.")
    return " ".join([*said, "No result depends on them."])


def _row(facts: Facts, standing: AcceptanceStanding) -> DecisionRow:
    entry = standing.acceptance
    covers = facts.view.covered(standing.covered)
    elsewhere = standing.covered.total - covers if standing.covered else 0
    note = f"none here; {elsewhere:,} outside this package" if elsewhere else "it is about no deviation"
    named = [*entry.checks, *entry.controls]
    narrowed = [*(f"account {account}" for account in entry.accounts), *entry.resources]
    return DecisionRow(
        id=entry.id,
        mark=marks.flag(standing.is_in_force),
        state=ACCEPTANCE_STATES[standing.state] if standing.is_in_force else f"Not in force: {standing.why}",
        is_in_force=standing.is_in_force,
        title=entry.title,
        covers=covers,
        covers_note="" if covers else note,
        owner=entry.risk_owner,
        requested=f"{entry.requested_by}, {entry.requested_on}",
        approved=f"{entry.approved_by}, {entry.approved_on}" if entry.approved_by else "",
        expires=entry.expires_on,
        reason=text.cut(text.prose(entry.reason), _WORDS),
        meanwhile=text.cut(text.prose(entry.compensating_control), _WORDS),
        about=text.cut(text.series(named, 3) + (f"; only {text.series(narrowed, 2)}" if narrowed else ""), _WORDS),
    )
