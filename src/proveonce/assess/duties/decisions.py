"""Decisions that end: risk acceptances, and answers of the library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from proveonce.assess.duties.desk import Desk
from proveonce.kernel.calendar import plus
from proveonce.kernel.globs import regex_of
from proveonce.model.control import ControlId
from proveonce.model.duty import Duty, DutyKind, DutyState
from proveonce.model.register import RiskAcceptance


def acceptance_duties(desk: Desk) -> Iterator[Duty]:
    """The end of each risk acceptance, unless a later one covers the same; one that nobody signed is due at once."""
    for acceptance in desk.registers.acceptances:
        if acceptance.requested_on > desk.today or _is_replaced(desk, acceptance):
            continue
        if _is_signed(desk, acceptance):
            due = plus(date.fromisoformat(acceptance.expires_on), -1)
            start = desk.start(due)
            state = desk.state(start, due, DutyState.DONE)
            yield _acceptance(desk, acceptance, due, start, state)
        else:
            yield _acceptance(desk, acceptance, desk.day, desk.day, DutyState.NEVER)


def _is_signed(desk: Desk, acceptance: RiskAcceptance) -> bool:
    return bool(acceptance.approved_by) and acceptance.approved_on <= desk.today


def _is_replaced(desk: Desk, old: RiskAcceptance) -> bool:
    return any(
        new.id != old.id and _covers(new) == _covers(old) and new.expires_on > old.expires_on
        and _is_signed(desk, new)
        for new in desk.registers.acceptances
    )  # fmt: skip


def _covers(acceptance: RiskAcceptance) -> tuple[frozenset[str], ...]:
    return tuple(map(frozenset, (acceptance.controls, acceptance.checks, acceptance.accounts, acceptance.resources)))


def _acceptance(desk: Desk, acceptance: RiskAcceptance, due: date, start: date, state: DutyState) -> Duty:
    signed = _is_signed(desk, acceptance)
    owner, person = desk.named(acceptance.risk_owner)
    word = "ends" if signed else "waits for its approver"
    return Duty(
        uid=f"risk_acceptance.{acceptance.id}" + ("" if signed else ".approval"),
        kind=DutyKind.RISK_ACCEPTANCE,
        title=f"Risk acceptance {word}: {acceptance.title}",
        due_on=due.isoformat(),
        start_on=start.isoformat(),
        state=state,
        owner=owner,
        person=person,
        last_done_on=acceptance.approved_on if signed else "",
        proof=acceptance.id if signed else "",
        needs="put it right, or decide anew" if signed else "approval by somebody else than who requested it",
        controls=acceptance.controls,
        requirements=_requirements(desk, (*acceptance.controls, *_supported(desk, acceptance))),
        reason=f"in force until {acceptance.expires_on}, that day excluded" if signed else "not in force",
    )


def _supported(desk: Desk, acceptance: RiskAcceptance) -> Iterator[ControlId]:
    """The controls of the checks whose findings an acceptance covers."""
    covered = [re.compile(regex_of(glob), re.DOTALL) for glob in acceptance.checks]
    for check in desk.content.checks.values():
        if any(pattern.fullmatch(check.id) for pattern in covered):
            yield from check.supports


def answer_duties(desk: Desk) -> Iterator[Duty]:
    """The end of each approved answer of the library."""
    for answer in desk.answers:
        if answer.approved_on > desk.today:
            continue
        due = plus(date.fromisoformat(answer.expires_on), -1)
        start = desk.start(due)
        owner, person = desk.named(answer.owner)
        yield Duty(
            uid=f"library.{answer.id}",
            kind=DutyKind.LIBRARY,
            title=f"Approved answer ends: {answer.question}",
            due_on=due.isoformat(),
            start_on=start.isoformat(),
            state=desk.state(start, due, DutyState.DONE),
            owner=owner,
            person=person,
            last_done_on=answer.approved_on,
            proof=answer.id,
            needs="approve it anew, or withdraw it",
            controls=answer.controls,
            requirements=_requirements(desk, answer.controls),
            reason=f"approved until {answer.expires_on}, that day excluded",
        )


def _requirements(desk: Desk, controls: tuple[ControlId, ...]) -> tuple[str, ...]:
    """What any of the controls serves, by framework in the workspace's order."""
    found = dict.fromkeys(name for control in controls for name in desk.served.get(control, ()))
    order = {framework: place for place, framework in enumerate(desk.workspace.frameworks)}
    return tuple(sorted(found, key=lambda name: order[name.partition(" ")[0]]))
