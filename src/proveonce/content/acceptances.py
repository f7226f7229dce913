"""Risk acceptances as written → model; what no approver could mean is a problem at its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from proveonce.content.parsing import note_unknown
from proveonce.content.register_schema import RiskAcceptanceModel
from proveonce.kernel.calendar import shift
from proveonce.kernel.globs import regex_of
from proveonce.kernel.located import Document, Path_
from proveonce.kernel.naming import is_same_person
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.register import RiskAcceptance

LONGEST = "P12M"
"""A decision lasts no longer: who accepts a risk looks at it again within a year."""


class AcceptanceLinker:
    """Holds acceptances against the content."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._checks = sorted({*content.checks, *_checks_made_of_data(content)})

    def link(self, document: Document, path: Path_, model: RiskAcceptanceModel) -> RiskAcceptance:
        """The acceptance of an entry, its problems noted on the document."""
        if not model.controls and not model.checks:
            document.problem(
                path, "it names neither a check nor a control", fix="say of what the failures are accepted"
            )
        for number, name in enumerate(model.controls):
            if name not in self._content.controls:
                note_unknown(document, (*path, "controls", number), "common control", name, self._content.controls)
        for number, name in enumerate(model.checks):
            self._check_known(document, (*path, "checks", number), name)
        _check_people(document, path, model)
        _check_days(document, path, model)
        return RiskAcceptance(
            id=model.id, title=model.title, reason=model.reason, controls=tuple(map(ControlId, model.controls)),
            checks=tuple(model.checks), accounts=tuple(model.accounts), resources=tuple(model.resources),
            risk_owner=model.risk_owner, requested_by=model.requested_by, requested_on=model.requested_on,
            approved_by=model.approved_by or "", approved_on=model.approved_on or "", expires_on=model.expires_on,
            compensating_control=model.compensating_control, place=document.place(path),
        )  # fmt: skip

    def _check_known(self, document: Document, path: Path_, name: str) -> None:
        if name in self._checks:
            return
        if not set(name) & set("*?["):
            note_unknown(document, path, "check", name, self._checks)
        elif not any(map(re.compile(regex_of(name), re.DOTALL).fullmatch, self._checks)):
            document.problem(path, f"no check matches {name!r}", fix="proveonce checks list shows their ids")


def _checks_made_of_data(content: Content) -> Iterable[str]:
    """Ids of checks that an assessment makes of imports and of people's records."""
    for tool, rule_map in content.rule_maps.items():
        for control in {c for controls in rule_map.rules.values() for c in controls}:
            yield f"import.{tool.replace('_', '-')}.{control.lower()}"
    for control in content.controls:
        yield f"process.manual.{control.lower()}"


def _check_people(document: Document, path: Path_, model: RiskAcceptanceModel) -> None:
    if (model.approved_by is None) != (model.approved_on is None):
        missing = "approved_on" if model.approved_by else "approved_by"
        document.problem(
            path, f"half signed: {missing!r} is missing", fix="give approved_by and approved_on, or neither"
        )
    if model.approved_by and is_same_person(model.approved_by, model.requested_by):
        document.problem((*path, "approved_by"), f"{model.approved_by!r} requested it, and cannot approve it",
                         fix="somebody else decides")  # fmt: skip


def _check_days(document: Document, path: Path_, model: RiskAcceptanceModel) -> None:
    """ISO days compare as texts."""
    begins, word = model.approved_on or model.requested_on, "approved" if model.approved_on else "requested"
    if begins < model.requested_on:
        document.problem((*path, "approved_on"), f"approved before it was requested on {model.requested_on}",
                         fix="correct one of the days")  # fmt: skip
    if model.expires_on <= begins:
        document.problem((*path, "expires_on"), f"it expires on or before the day on which it was {word}, {begins}",
                         fix="give the first day on which it is no longer in force")  # fmt: skip
    elif model.expires_on > (latest := shift(date.fromisoformat(begins), LONGEST).isoformat()):
        document.problem((*path, "expires_on"), "it would last more than 12 months",
                         fix=f"let it expire by {latest}; a new decision may follow it")  # fmt: skip
