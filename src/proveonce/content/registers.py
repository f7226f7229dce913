"""The registers of a workspace: `attestations.yaml`, `vendors.yaml`, `risk_acceptances.yaml` at its root.

Each file is optional, and a list of entries; an entry that does not parse hides no problem of another. Names must
exist in the content. A document's file that is missing or altered is a state, shown as such, and no problem; one
that is outside the workspace is refused. The keys of an entry are the fields of its dataclass in `model/register.py`;
docs/officer.md shows one of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from proveonce.content.acceptances import AcceptanceLinker
from proveonce.content.parsing import note_unknown, validate
from proveonce.content.register_files import is_inside, state_of
from proveonce.content.register_schema import AttestationModel, RiskAcceptanceModel, VendorModel
from proveonce.kernel import located
from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.errors import InputError, Problem
from proveonce.kernel.files import shown_path
from proveonce.kernel.located import Document, Path_, Place
from proveonce.model.catalog import FrameworkId
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.register import (
    Attestation,
    AttestationKind,
    FileState,
    Registers,
    Responsibility,
    RiskAcceptance,
    UserControl,
    Vendor,
)

M = TypeVar("M", bound=BaseModel)

ATTESTATIONS = "attestations.yaml"
VENDORS = "vendors.yaml"
ACCEPTANCES = "risk_acceptances.yaml"
REGISTERS = (ATTESTATIONS, VENDORS, ACCEPTANCES)

_OVER_A_PERIOD = frozenset(
    {AttestationKind.SOC2_TYPE2, AttestationKind.SOC1_TYPE2, AttestationKind.SOC3, AttestationKind.BRIDGE_LETTER}
)


def load_registers(root: Path, content: Content) -> Registers:
    """The registers at `root`; empty where there are none.

    Raises: InputError with every problem of every file.
    """
    registers, problems = read_registers(root, content)
    if problems:
        raise InputError(problems)
    return registers


def read_registers(
    root: Path, content: Content, *, instead: Mapping[str, str] | None = None
) -> tuple[Registers, list[Problem]]:
    """The registers as far as they can be read, and every problem met, in file order.

    `instead` gives texts that stand in place of what the files of these names hold.
    """
    reader = _Reader(root, content, instead or {})
    attestations = tuple(reader.attestations())
    vendors = tuple(reader.vendors())
    acceptances = tuple(reader.acceptances())
    documents = (*attestations, *(entry for vendor in vendors for entry in vendor.attestations))
    states = {entry.id: str(entry.file_state) for entry in documents}
    found = _digest_of(reader.files, states)
    registers = Registers(attestations, vendors, acceptances, files=reader.files, digest=found)
    return registers, sorted(set(reader.problems))


def _digest_of(files: dict[str, bytes], states: dict[str, str]) -> str:
    if not files:
        return ""
    return digest(canonical({"files": {name: digest(data) for name, data in files.items()}, "documents": states}))


@dataclass(slots=True)
class _Reader:
    """Reads the three files, noting problems."""

    root: Path
    content: Content
    instead: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    seen: dict[tuple[str, str], Place] = field(default_factory=dict)
    """What an entry is and its id → where it stands first."""

    def attestations(self) -> Iterator[Attestation]:
        for document, index, model in self._entries(ATTESTATIONS, AttestationModel):
            yield self._attestation(document, (index,), model)

    def vendors(self) -> Iterator[Vendor]:
        for document, index, model in self._entries(VENDORS, VendorModel):
            yield self._vendor(document, (index,), model)

    def acceptances(self) -> Iterator[RiskAcceptance]:
        linker = AcceptanceLinker(self.content)
        for document, index, model in self._entries(ACCEPTANCES, RiskAcceptanceModel):
            self._must_be_new(document, (index,), "risk acceptance", model.id)
            yield linker.link(document, (index,), model)

    def _entries(self, name: str, model: type[M]) -> Iterator[tuple[Document, int, M]]:
        """The entries that parse; the problems of those that do not, and of the file, are noted."""
        path = self.root / name
        if name in self.instead:
            document, self.files[name] = located.parse(self.instead[name], shown_path(path)), b""
        elif path.is_file():
            document, self.files[name] = located.read(path, name=shown_path(path)), _bytes_of(path)
        else:
            return
        value = document.value
        if value is not None and not isinstance(value, list):
            document.problem((), f"{name} is a list of entries", fix="begin each entry with '- id:'")
        for index, entry in enumerate(value if isinstance(value, list) else []):
            if (parsed := validate(document, model, entry, (index,))) is not None:
                yield document, index, parsed
        self.problems += document.problems

    def _must_be_new(self, document: Document, path: Path_, what: str, identifier: str) -> None:
        place = document.place((*path, "id"))
        first = self.seen.setdefault((what, identifier), place)
        if first != place:
            document.problem((*path, "id"), f"{what} {identifier!r} is already defined at {first}",
                             fix="give it an id of its own, or delete one")  # fmt: skip

    def _attestation(self, document: Document, path: Path_, model: AttestationModel) -> Attestation:
        self._must_be_new(document, path, "attestation", model.id)
        _check_days(document, path, model)
        state = FileState.ELSEWHERE
        if model.file is not None:
            if is_inside(self.root, model.file):
                state = state_of(self.root, model.file, model.sha256 or "")
            else:
                document.problem((*path, "file"), f"the file {model.file!r} is not inside the workspace",
                                 fix="copy it into the workspace, and name it by its path there")  # fmt: skip
        return Attestation(
            **_texts(model), id=model.id, kind=model.kind, title=model.title, scope=model.scope, tier=model.tier,
            file_state=state, place=document.place(path),
        )  # fmt: skip

    def _vendor(self, document: Document, path: Path_, model: VendorModel) -> Vendor:
        self._must_be_new(document, path, "vendor", model.id)
        if "none" in model.data and len(model.data) > 1:
            document.problem((*path, "data"), "holds none of our data, and some", fix="remove 'none', or the others")
        return Vendor(
            id=model.id,
            name=model.name,
            service=model.service,
            criticality=model.criticality,
            owner=model.owner or "",
            data=tuple(dict.fromkeys(model.data)),
            attestations=tuple(
                self._attestation(document, (*path, "attestations", n), a) for n, a in enumerate(model.attestations)
            ),
            user_controls=tuple(self._user_controls(document, path, model)),
            responsibilities=tuple(self._responsibilities(document, path, model)),
            reviewed_on=model.reviewed_on or "",
            place=document.place(path),
        )

    def _user_controls(self, document: Document, path: Path_, model: VendorModel) -> Iterator[UserControl]:
        for number, control in enumerate(model.user_controls):
            for place, name in enumerate(control.controls):
                if name not in self.content.controls:
                    at: Path_ = (*path, "user_controls", number, "controls", place)
                    note_unknown(document, at, "common control", name, self.content.controls)
            yield UserControl(control.text, tuple(map(ControlId, control.controls)), control.owner or "")

    def _responsibilities(self, document: Document, path: Path_, model: VendorModel) -> Iterator[Responsibility]:
        framework = self.content.frameworks.get(FrameworkId("pci_dss"))
        known = [requirement.id for requirement in framework.requirements] if framework else []
        seen: set[str] = set()
        for number, entry in enumerate(model.responsibilities):
            at: Path_ = (*path, "responsibilities", number, "requirement")
            if entry.requirement not in known:
                note_unknown(document, at, "PCI DSS requirement", entry.requirement, known)
            if entry.requirement in seen:
                document.problem(at, f"requirement {entry.requirement} is given to this vendor twice", fix="keep one")
            seen.add(entry.requirement)
            yield Responsibility(entry.requirement, entry.party or "", entry.how or "")


def _bytes_of(path: Path) -> bytes:
    """What the file holds; nothing where it cannot be read, which its document already says."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _texts(model: AttestationModel) -> dict[str, Any]:
    names = ("issued_on", "valid_to", "period_start", "period_end", "issuer", "assessor", "licence", "file", "sha256",
             "opinion")  # fmt: skip
    return {name: getattr(model, name) or "" for name in names}


def _check_days(document: Document, path: Path_, model: AttestationModel) -> None:
    """Notes what cannot be of the days of a document; ISO days compare as texts."""
    issued, start, end = model.issued_on, model.period_start, model.period_end
    if issued is None and model.kind is not AttestationKind.BRIDGE_LETTER:
        document.problem(path, "'issued_on' is missing", fix="add it; only a bridge letter may still be a draft")
    if (start is None) != (end is None):
        document.problem(path, "a period has a first and a last day", fix="give period_start and period_end")
    elif start is None and model.kind in _OVER_A_PERIOD:
        document.problem(path, f"a {model.kind} is over a period", fix="give period_start and period_end")
    if start and end and end < start:
        document.problem((*path, "period_end"), "the period ends before it starts", fix="correct one of its days")
    if issued and end and end > issued:
        document.problem((*path, "period_end"), f"the period ends after the document was issued on {issued}",
                         fix="correct one of the days: nobody attests to days to come")  # fmt: skip
    if issued and model.valid_to and model.valid_to <= issued:
        document.problem((*path, "valid_to"), f"it ends on or before the day of issue, {issued}",
                         fix="give the first day on which it no longer counts")  # fmt: skip
