"""R1 Attestation register, R2 Vendors, and for PCI DSS P2 Responsibility matrix: what the registers say of documents.

A package holds what the registers say and the digests of documents, never a document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from proveonce.model.finding import Status
from proveonce.model.standing import AttestationStanding, DocumentState, VendorStanding
from proveonce.present.registers import DATA, FILES, KINDS, STATES, continuity_words, period
from proveonce.present.report import marks, text
from proveonce.present.report.facts import Facts

_WORDS = 220
"""Characters of a scope or a user control."""
_ROWS = 40
"""Documents of ours, or vendors, printed one by one."""
_CALM = frozenset({DocumentState.CURRENT, DocumentState.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document."""

    id: str
    kind: str
    title: str
    about: str
    """Its period, or the day of issue."""
    valid_to: str
    left: str
    state: str
    is_calm: bool
    """Whether nothing is to be done about its state."""
    tier: str
    details: str
    digest: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attestations:
    """Sheet R1."""

    lead: str
    rows: tuple[DocumentRow, ...]
    continuity: tuple[str, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One user control that a vendor leaves to us."""

    text: str
    owner: str
    answers: tuple[tuple[str, Markup], ...]
    """(control of ours, its result); none: open."""


@dataclass(frozen=True, slots=True)
class VendorBlock:
    """One vendor."""

    id: str
    name: str
    facts: str
    service: str
    gaps: tuple[str, ...]
    documents: tuple[DocumentRow, ...]
    controls: tuple[ControlRow, ...]
    continuity: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vendors:
    """Sheet R2."""

    lead: str
    blocks: tuple[VendorBlock, ...]
    rest: str


def attestations(facts: Facts) -> Attestations | None:
    """Our own documents; None where none is on record."""
    registers = facts.view.assessment.registers
    if not registers.attestations:
        return None
    counted = Counter(entry.state for entry in registers.attestations)
    words = [f"{text.words(counted[state])} {word.lower()}" for state, word in STATES.items() if counted[state]]
    many, left = text.count(len(registers.attestations), "document"), len(registers.attestations) - _ROWS
    return Attestations(
        lead=(f"{many} on {registers.day}: {text.listed(words)}. The documents themselves are not in this package."),
        rows=tuple(_document(entry) for entry in registers.attestations[:_ROWS]),
        continuity=tuple(continuity_words(registers.continuity)) if registers.continuity else (),
        rest=f"{text.count(left, 'further document')}: workbook, sheet Attestations." if left > 0 else "",
    )


def _document(standing: AttestationStanding) -> DocumentRow:
    entry = standing.attestation
    who = ", ".join(filter(None, (entry.issuer, entry.assessor, entry.licence)))
    opinion = f"opinion {entry.opinion}" if entry.opinion else ""
    details = [text.cut(text.prose(entry.scope), _WORDS).rstrip("."), who, opinion, f"file {FILES[entry.file_state]}"]
    return DocumentRow(
        id=entry.id,
        kind=KINDS[entry.kind],
        title=entry.title,
        about=period(standing) or (f"issued {entry.issued_on}" if entry.issued_on else "not issued"),
        valid_to=entry.valid_to or text.MISSING,
        left=text.MISSING if standing.days_left is None else f"{standing.days_left:,}".replace("-", "\u2212"),
        state=STATES[standing.state],
        is_calm=standing.state in _CALM,
        tier=entry.tier.value.replace("_", " ").replace("nda", "NDA"),
        details="; ".join(filter(None, details)),
        digest=text.short_digest(entry.sha256) if entry.sha256 else "",
        notes=standing.notes,
    )


def vendors(facts: Facts) -> Vendors | None:
    """Third parties with their documents and what they leave to us; None where none is on record."""
    registers = facts.view.assessment.registers
    if not registers.vendors:
        return None
    open_of = sum(bool(entry.gaps) for entry in registers.vendors)
    gaps = sum(len(entry.gaps) for entry in registers.vendors)
    left = len(registers.vendors) - _ROWS
    return Vendors(
        lead=(
            f"{text.sentence(text.count(len(registers.vendors), 'third party', 'third parties'))} on {registers.day}:"
            f" {text.count(gaps, 'matter')} open, of {text.words(open_of)}."
        ),
        blocks=tuple(_vendor(facts, entry) for entry in registers.vendors[:_ROWS]),
        rest=f"{text.count(left, 'further vendor')}: workbook, sheet Vendors." if left > 0 else "",
    )


def _vendor(facts: Facts, standing: VendorStanding) -> VendorBlock:
    vendor = standing.vendor
    held = text.listed([DATA[data] for data in vendor.data])
    parts = [
        f"criticality {vendor.criticality}",
        f"holds {held}",
        f"owner {vendor.owner}" if vendor.owner else "no owner named",
        f"reviewed {vendor.reviewed_on}" if vendor.reviewed_on else "",
    ]
    notes = [f"{entry.attestation.id}: {note}" for entry in standing.attestations for note in entry.notes]
    return VendorBlock(
        id=vendor.id,
        name=vendor.name,
        facts=" · ".join(filter(None, parts)),
        service=text.prose(vendor.service),
        gaps=tuple(text.stopped(text.sentence(gap)) for gap in (*standing.gaps, *notes)),
        documents=tuple(_document(entry) for entry in standing.attestations),
        controls=tuple(_controls(facts, standing)),
        continuity=tuple(continuity_words(standing.continuity)) if standing.continuity else (),
    )


def _controls(facts: Facts, standing: VendorStanding) -> Iterable[ControlRow]:
    results = facts.view.assessment.controls
    for control in standing.vendor.user_controls:
        answers = []
        for name in control.controls:
            result = results.get(name)
            status = (result.status if result else None) or Status.UNDETERMINED
            answers.append((name, marks.narrow(status)))
        yield ControlRow(text.cut(text.prose(control.text), _WORDS), control.owner, tuple(answers))
