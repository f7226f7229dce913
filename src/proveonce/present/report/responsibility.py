"""P2 Responsibility matrix: who has which requirement of PCI DSS, for 12.8.5 and 12.9.2."""

from __future__ import annotations

from dataclasses import dataclass

from proveonce.model.register import Responsibility
from proveonce.model.standing import VendorStanding
from proveonce.present.report import text
from proveonce.present.report.facts import Facts

_COLUMNS = 4
"""Vendors beside one another; the others are in the workbook."""
_WORDS = 260
RESPONSIBLE, SHARED, NO_PART, NOT_SETTLED = "R", "S", "·", "?"


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One requirement that a vendor has, shares, or has been asked about."""

    id: str
    title: str
    ours: str
    theirs: tuple[str, ...]
    how: str
    to_settle: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Sheet P2."""

    lead: str
    vendors: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    rest: str
    without_attestation: str
    """Vendors that requirements rest on, without a current document that their data calls for; may be empty."""


def matrix(facts: Facts) -> Matrix:
    """The matrix of the vendors of whom the register says who has what."""
    every = [entry for entry in facts.view.assessment.registers.vendors if entry.vendor.responsibilities]
    shown, left = every[:_COLUMNS], every[_COLUMNS:]
    named = {entry.requirement for standing in every for entry in standing.vendor.responsibilities}
    rows = tuple(
        _row(requirement.id, requirement.title, shown)
        for requirement in facts.view.framework.requirements
        if any(_of(standing, requirement.id) for standing in shown)
    )
    count, lacking = len(facts.view.framework.requirements), [s.vendor.name for s in every if _rests_on(s) and s.lacks]
    rest = f"No third party is named for the other {count - len(named):,} of {count:,} requirements."
    if left:
        rest += f" {text.count(len(left), 'further vendor')}: workbook, sheet Responsibilities."
    doubts = sum(len(standing.doubts) for standing in every)
    return Matrix(
        lead=_lead(len(every), len(named), doubts),
        vendors=tuple(standing.vendor.name for standing in shown),
        rows=rows,
        rest=rest,
        without_attestation=text.listed(lacking) if lacking else "",
    )


def _lead(vendors: int, named: int, doubts: int) -> str:
    if not vendors:
        return (
            "No split of requirements with a third party is on record. Requirement 12.8.5 asks for one with each that"
            " has to do with account data."
        )
    settle = f"{text.count(doubts, 'entry', 'entries')} to settle." if doubts else "None is to be settled."
    return (
        f"Who answers for {text.count(named, 'requirement')}, by what the register says of"
        f" {text.count(vendors, 'third party', 'third parties')}; for 12.8.5 and 12.9.2. {settle}"
    )


def _of(standing: VendorStanding, requirement: str) -> Responsibility | None:
    return next((entry for entry in standing.vendor.responsibilities if entry.requirement == requirement), None)


def _row(requirement: str, title: str, vendors: list[VendorStanding]) -> MatrixRow:
    entries = [(standing, _of(standing, requirement)) for standing in vendors]
    found = [(standing, entry) for standing, entry in entries if entry]
    parties = {entry.party for _, entry in found}
    how = [f"{standing.vendor.name}: {entry.how}" for standing, entry in found if entry.how]
    if len(found) == 1:
        how = [found[0][1].how]
    settle = [
        text.stopped(f"{standing.vendor.name}: {doubt.what}")
        for standing, _ in found
        for doubt in standing.doubts
        if doubt.requirement == requirement
    ]
    return MatrixRow(
        id=requirement,
        title=title,
        ours=_ours(parties),
        theirs=tuple(_theirs(entry) for _, entry in entries),
        how=text.cut(text.prose(" ".join(how)), _WORDS),
        to_settle=tuple(settle),
    )


def _ours(parties: set[str]) -> str:
    if "" in parties:
        return NOT_SETTLED
    if "shared" in parties:
        return SHARED
    return RESPONSIBLE if "us" in parties else NO_PART


def _theirs(entry: Responsibility | None) -> str:
    marks = {"vendor": RESPONSIBLE, "shared": SHARED, "us": NO_PART, "": NOT_SETTLED}
    return marks[entry.party] if entry else NO_PART


def _rests_on(standing: VendorStanding) -> bool:
    return "cardholder_data" in standing.vendor.data and any(
        entry.party in ("vendor", "shared") for entry in standing.vendor.responsibilities
    )
