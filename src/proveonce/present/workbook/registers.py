"""The registers as sheets: Risk acceptances, Attestations, Vendors, Responsibilities; what is empty has no sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proveonce.model.catalog import FrameworkId
from proveonce.model.standing import AcceptanceStanding, AttestationStanding, VendorStanding
from proveonce.present.registers import (
    ACCEPTANCE_STATES,
    DATA,
    FILES,
    KINDS,
    STATES,
    continuity_words,
    period,
)
from proveonce.present.workbook import facts
from proveonce.present.workbook.book import Book
from proveonce.present.workbook.grid import Column, Grid, Layout, Value
from proveonce.present.workbook.results import key_width
from proveonce.present.workbook.style import LOOKS, NO_OCCURRENCE, Kind, Tone

_PCI = FrameworkId("pci_dss")
_OURS = "us"
_PARTIES = {"us": "Us", "vendor": "Third party", "shared": "Shared", "": "Nobody"}


def acceptance_cell(book: Book, identifiers: tuple[str, ...]) -> Value:
    """`RA-1`, `RA-1, not in force`, each on a line; empty where no decision is about it."""
    registers = book.view.assessment.registers
    in_force = {standing.acceptance.id for standing in registers.acceptances if standing.is_in_force}
    return "\n".join(name if name in in_force else f"{name}, not in force" for name in identifiers) or None


def write_decisions(book: Book) -> None:
    """Risk acceptances, where there are any."""
    if book.view.assessment.registers.acceptances:
        _write_acceptances(book)


def write_documents(book: Book) -> None:
    """Documents, third parties and what they leave to us, where there are any."""
    registers = book.view.assessment.registers
    if registers.attestations or any(entry.attestations for entry in registers.vendors):
        _write_attestations(book)
    if registers.vendors:
        _write_vendors(book)
    if any(entry.vendor.responsibilities or entry.vendor.user_controls for entry in registers.vendors):
        _write_responsibilities(book)


def _write_acceptances(book: Book) -> None:
    """Each decision, in force or not, with how many deviations it is about."""
    view, registers = book.view, book.view.assessment.registers
    in_force = sum(entry.is_in_force for entry in registers.acceptances)
    accepted = view.covered(registers.accepted)
    layout = Layout(
        name="Risk acceptances",
        title="Risk acceptances",
        holds="Each decision about deviations, in force or not",
        sentence=(
            f"{facts.sentence(facts.count(len(registers.acceptances), 'risk acceptance'))} on record, {in_force:,} in "
            f"force. At least one in force is about {accepted:,} of {book.findings.failed:,} deviations, which stay "
            "deviations: no result depends on a decision."
        ),
        columns=(
            Column("Acceptance", key_width((entry.acceptance.id for entry in registers.acceptances), 13), Kind.KEY),
            Column("State", 18),
            Column("Deviations", 9.5, Kind.NUMBER),
            Column("Title", 24),
            Column("Reason", 28, takes_rest=True),
            Column("Compensating control", 26),
            Column("Risk owner", 14),
            Column("Approved by", 14),
            Column("Approved", 10.5),
            Column("Expires", 10.5),
            Column("Asked for by", 16, is_printed=False),
            Column("Asked for", 11, is_printed=False),
            Column("Checks", 40, Kind.MONO, is_printed=False),
            Column("Controls", 16, Kind.MONO, is_printed=False),
            Column("Accounts", 16, Kind.MONO, is_printed=False),
            Column("Resources", 60, Kind.MONO, is_printed=False),
            Column("Failures of the whole run", 12, Kind.NUMBER, is_printed=False),
        ),
    )
    grid = Grid(book, layout)
    for entry in registers.acceptances:
        grid.add(_acceptance_row(book, entry), Tone.PLAIN if entry.is_in_force else Tone.QUIET)
    grid.total(
        {"Acceptance": "Each once", "State": "in force", "Deviations": accepted, "Title": "of those in Deviations"}
    )
    grid.close()


def _acceptance_row(book: Book, standing: AcceptanceStanding) -> tuple[Value, ...]:
    entry = standing.acceptance
    state = ACCEPTANCE_STATES[standing.state] if standing.is_in_force else f"Not in force: {standing.why}"
    return (
        entry.id, state, book.view.covered(standing.covered), entry.title, entry.reason, entry.compensating_control,
        entry.risk_owner, entry.approved_by, entry.approved_on, entry.expires_on, entry.requested_by,
        entry.requested_on, ", ".join(entry.checks), ", ".join(entry.controls), ", ".join(entry.accounts),
        ", ".join(entry.resources), standing.covered.total if standing.covered else None,
    )  # fmt: skip


def _write_attestations(book: Book) -> None:
    """Each document of ours and of third parties; the documents themselves are not in the package."""
    registers = book.view.assessment.registers
    pairs = [("our own", entry) for entry in registers.attestations]
    pairs += [(vendor.vendor.name, entry) for vendor in registers.vendors for entry in vendor.attestations]
    said = " ".join(continuity_words(registers.continuity)) if registers.continuity else ""
    layout = Layout(
        name="Attestations",
        title="Attestation register",
        holds="Documents of ours and of third parties",
        sentence=(
            f"{facts.sentence(facts.count(len(pairs), 'document'))} on record, as on {registers.day}; none is in "
            f"this package. {said}"
        ).rstrip(),
        columns=(
            Column("Document", key_width((entry.attestation.id for _, entry in pairs), 13), Kind.KEY),
            Column("Of", 16),
            Column("Kind", 17),
            Column("State", 13),
            Column("Days left", 8),
            Column("Period, or issued", 23),
            Column("Valid to", 10.5),
            Column("Title and scope", 34, takes_rest=True),
            Column("Issuer", 18),
            Column("For whom", 12),
            Column("Opinion", 12, is_printed=False),
            Column("Assessor", 18, is_printed=False),
            Column("Licence", 18, is_printed=False),
            Column("File", 40, Kind.MONO, is_printed=False),
            Column("How the file was found", 16, is_printed=False),
            Column("File SHA-256", 68, Kind.MONO, is_printed=False),
            Column("To be known", 40, is_printed=False),
        ),
    )
    grid = Grid(book, layout)
    for holder, entry in pairs:
        grid.add(_attestation_row(holder, entry))
    grid.close()


def _attestation_row(holder: str, standing: AttestationStanding) -> tuple[Value, ...]:
    entry = standing.attestation
    return (
        entry.id, facts.sentence(holder), KINDS[entry.kind], STATES[standing.state],
        None if standing.days_left is None else str(standing.days_left), period(standing) or entry.issued_on,
        entry.valid_to, f"{entry.title}\n{entry.scope}", entry.issuer,
        facts.sentence(entry.tier.value.replace("_", " ").replace("nda", "NDA")), entry.opinion, entry.assessor,
        entry.licence, entry.file, FILES[entry.file_state], entry.sha256, "; ".join(standing.notes),
    )  # fmt: skip


def _write_vendors(book: Book) -> None:
    """Each third party with what is open of it."""
    vendors = book.view.assessment.registers.vendors
    gaps = sum(len(entry.gaps) for entry in vendors)
    layout = Layout(
        name="Vendors",
        title="Vendors",
        holds="Third parties, and what is open of each",
        sentence=(
            f"{facts.sentence(facts.count(len(vendors), 'third party', 'third parties'))} on record, "
            f"{facts.count(gaps, 'matter')} open. Their documents are on sheet Attestations, what they leave to us on "
            "Responsibilities."
        ),
        columns=(
            Column("Vendor", key_width((entry.vendor.id for entry in vendors), 12), Kind.KEY),
            Column("Name", 20),
            Column("Service", 26),
            Column("Criticality", 10),
            Column("Holds", 20),
            Column("Owner", 15),
            Column("Reviewed", 10.5),
            Column("Documents", 10, Kind.NUMBER),
            Column("Open", 6, Kind.OPEN),
            Column("What is open", 34, takes_rest=True),
            Column("Its SOC 2 reports", 60, is_printed=False),
        ),
    )
    grid = Grid(book, layout)
    for entry in vendors:
        grid.add(_vendor_row(entry))
    grid.total({"Vendor": "Total", "Documents": sum(len(e.attestations) for e in vendors), "Open": gaps})
    grid.close()


def _vendor_row(standing: VendorStanding) -> tuple[Value, ...]:
    vendor = standing.vendor
    return (
        vendor.id, vendor.name, vendor.service, facts.sentence(vendor.criticality),
        ", ".join(DATA[data] for data in vendor.data), vendor.owner, vendor.reviewed_on, len(standing.attestations),
        len(standing.gaps), "\n".join(map(facts.sentence, standing.gaps)),
        " ".join(continuity_words(standing.continuity)) if standing.continuity else "",
    )  # fmt: skip


def _write_responsibilities(book: Book) -> None:
    """What third parties leave to us: PCI DSS requirements by who has them, and user controls of their reports."""
    vendors = book.view.assessment.registers.vendors
    duties = sum(len(entry.vendor.responsibilities) for entry in vendors)
    controls = sum(len(entry.vendor.user_controls) for entry in vendors)
    to_settle = sum(len(entry.doubts) + len(entry.open_controls) for entry in vendors)
    layout = Layout(
        name="Responsibilities",
        title="Responsibilities",
        holds="Who has what: PCI DSS requirements, user controls",
        sentence=(
            f"{facts.sentence(facts.count(duties, 'requirement'))} of PCI DSS divided with third parties (12.8.5), "
            f"{facts.count(controls, 'user control')} that their reports leave to us; {to_settle:,} to settle."
        ),
        columns=(
            Column("Third party", 20, Kind.KEY),
            Column("What", 14),
            Column("Requirement", 12, Kind.MONO),
            Column("Title, or user control", 36),
            Column("Who has it", 12),
            Column("How it is divided, or who of us", 30),
            Column("To settle", 26, takes_rest=True),
            Column("Our controls", 12, Kind.MONO),
            Column("Worst result", 15.5, Kind.STATUS),
        ),
    )
    grid = Grid(book, layout)
    for entry in vendors:
        for row in (*_duty_rows(book, entry), *_control_rows(book, entry)):
            grid.add(row)
    grid.close()


def _duty_rows(book: Book, standing: VendorStanding) -> Iterator[tuple[Value, ...]]:
    doubts = {doubt.requirement: doubt.what for doubt in standing.doubts}
    content = book.view.content
    framework, crosswalk = content.frameworks.get(_PCI), content.crosswalks.get(_PCI)
    titles: dict[str, str] = {r.id: r.title for r in framework.requirements} if framework else {}
    edges = crosswalk.edges if crosswalk else ()
    for duty in standing.vendor.responsibilities:
        ours = [edge.control for edge in edges if edge.requirement == duty.requirement]
        yield (
            standing.vendor.name, "PCI DSS", duty.requirement, titles.get(duty.requirement, ""), _PARTIES[duty.party],
            duty.how, facts.sentence(doubts.get(duty.requirement, "")), ", ".join(ours), _worst(book, ours),
        )  # fmt: skip


def _control_rows(book: Book, standing: VendorStanding) -> Iterator[tuple[Value, ...]]:
    for control in standing.vendor.user_controls:
        to_settle = "" if control.controls else "No control of ours answers it"
        yield (
            standing.vendor.name, "User control", "", control.text, _PARTIES[_OURS], control.owner, to_settle,
            ", ".join(control.controls), _worst(book, control.controls),
        )  # fmt: skip


def _worst(book: Book, controls: Sequence[str]) -> Value:
    """The worst result of these controls in the whole assessment; empty where there is none."""
    results = [result for name, result in book.view.assessment.controls.items() if name in controls]
    statuses = [result.status for result in results if result.status]
    if not controls:
        return None
    return LOOKS[min(statuses, key=lambda status: status.rank)] if statuses else NO_OCCURRENCE
