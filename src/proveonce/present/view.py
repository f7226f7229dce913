"""The view that every renderer receives: one framework's package, with its references.

References join PDF, workbook and file names: `CC6.1-03` is the third control under CC6.1; `.T1` a
test, `.P1` its population, `.E1` an evidence file, `.X1` a deviation. A control is tested once; its
home is the first requirement, in catalog order, that it serves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from proveonce.kernel.canonical import digest
from proveonce.model.assessment import Assessment, Counts, RequirementResult
from proveonce.model.calendar import Calendar, Recurring
from proveonce.model.catalog import Framework, Requirement
from proveonce.model.check import Check
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, Nature
from proveonce.model.crosswalk import Crosswalk, Edge
from proveonce.model.evidence import Artefact
from proveonce.model.finding import Finding, Status
from proveonce.model.manual import is_by_people
from proveonce.model.standing import Covered
from proveonce.model.workspace import Workspace

UNREVIEWED_BANNER = "Crosswalk not independently reviewed"
FOOT = "Prepared by management. Not an auditor\u2019s report."
IMPORTS = "evidence/imports/"
"""Where a package keeps what people brought in from files."""
RECORDS, ATTACHMENTS = "evidence/manual/records", "evidence/manual/files"
"""Where it keeps evidence by people: each record's canonical bytes, and the files attached."""
LARGEST_ATTACHMENT = 25 * 1024 * 1024
"""Bytes beyond which a file attached is named by its digest only."""


@dataclass(frozen=True, slots=True)
class Test:
    """One check as a test of one control."""

    reference: str
    """CC6.1-03.T1"""
    check: Check
    counts: Counts
    """Within this framework's scope."""


@dataclass(frozen=True, slots=True)
class ControlSheet:
    """One common control as this package tests it."""

    reference: str
    control: CommonControl
    home: Requirement
    edges: tuple[tuple[str, Edge], ...]
    """(framework id, edge) for each requirement it serves, this framework's first."""
    tests: tuple[Test, ...]
    counts: Counts

    @property
    def status(self) -> Status:
        """Worst of its tests; undetermined where nothing was tested, or where people's part was not judged."""
        status = self.counts.status or Status.UNDETERMINED
        if self.control.nature is Nature.AUTOMATED or any(is_by_people(test.check.id) for test in self.tests):
            return status
        return min(status, Status.UNDETERMINED, key=lambda found: found.rank)


@dataclass(frozen=True)
class PackageView:
    """Everything a renderer may print about one framework."""

    workspace: Workspace
    content: Content
    assessment: Assessment
    framework: Framework
    package: str
    """Its name: `soc2-2026-11-24`."""
    tool: str
    """`proveonce 0.1.0`."""
    evidence_digest: str
    """SHA-256 of the run's manifest: the root that every page carries."""
    attached: Mapping[str, int] = field(default_factory=dict)
    """Attachment that goes into the package, by its path below `evidence/manual/` → its length."""
    calendar: Calendar | None = None
    """What this framework asks for next; None: nobody looked."""
    recurring: Mapping[str, Recurring] = field(default_factory=dict)
    """Control with a part by people → its work over the year before the as-of."""

    @cached_property
    def crosswalk(self) -> Crosswalk:
        """This framework's crosswalk; empty when there is none."""
        return self.content.crosswalks.get(self.framework.id) or Crosswalk(self.framework.id, ())

    @cached_property
    def requirements(self) -> tuple[RequirementResult, ...]:
        """Every requirement's record, in catalog order."""
        return self.assessment.requirements[self.framework.id]

    @cached_property
    def catalog(self) -> Mapping[str, Requirement]:
        """Requirement id → catalog entry."""
        return {requirement.id: requirement for requirement in self.framework.requirements}

    @cached_property
    def sheets(self) -> tuple[ControlSheet, ...]:
        """The controls that serve this framework, each once, by home requirement."""
        sheets: list[ControlSheet] = []
        seen: set[str] = set()
        for result in self.requirements:
            number = 0
            for control_id in result.controls:
                if control_id in seen or not result.in_scope:
                    continue
                seen.add(control_id)
                number += 1
                reference = f"{result.requirement}-{number:02d}"
                sheets.append(self._sheet(reference, control_id, self.catalog[result.requirement]))
        return tuple(sheets)

    def _sheet(self, reference: str, control_id: str, home: Requirement) -> ControlSheet:
        control = next(c for c in self.content.controls.values() if c.id == control_id)
        tests = tuple(
            Test(f"{reference}.T{number}", check, self.counts_of(check))
            for number, check in enumerate(self.content.checks_of(control_id), 1)
        )
        order = sorted(self.content.crosswalks.values(), key=lambda c: (c.framework != self.framework.id, c.framework))
        edges = tuple((c.framework, edge) for c in order for edge in c.edges if edge.control == control_id)
        counts = Counts()
        for test in tests:
            counts += test.counts
        return ControlSheet(reference, control, home, edges, tests, counts)

    def counts_of(self, check: Check) -> Counts:
        """A check's findings within this framework's scope."""
        return self.assessment.checks[check.id].by_framework[self.framework.id]

    @cached_property
    def references(self) -> Mapping[str, str]:
        """Check id → `CC6.1-03.T1` of its first appearance; control id → `CC6.1-03`."""
        result: dict[str, str] = {}
        for sheet in self.sheets:
            result[sheet.control.id] = sheet.reference
            for test in sheet.tests:
                result.setdefault(test.check.id, test.reference)
        return result

    def findings(self, *, status: Status | None = None) -> Iterator[Finding]:
        """Findings of this framework's tests, out-of-scope resources left out, in test order."""
        for check in self.references:
            if check in self.assessment.checks:
                for finding in self.assessment.findings(check=check, status=status):
                    if self.framework.id not in finding.out_of_scope:
                        yield finding

    def deviations(self) -> Iterator[tuple[str, Finding]]:
        """(`CC6.1-03.X1`, finding) of every failure, numbered within its control."""
        numbers: dict[str, int] = {}
        for finding in self.findings(status=Status.FAIL):
            control = self.references[finding.check].rpartition(".")[0]
            numbers[control] = numbers.get(control, 0) + 1
            yield f"{control}.X{numbers[control]}", finding

    def covered(self, covered: Covered | None) -> int:
        """How many of `deviations` those failures are."""
        if covered is None:
            return 0
        return sum(covered.of(check, self.framework.id) for check in self.references)

    @cached_property
    def evidence_references(self) -> Mapping[str, str]:
        """Package path → `CC6.1-03.E2`: artefacts by path, numbered within the first control that rests on them."""
        paths: dict[str, list[str]] = {}
        for path, artefact in self.artefacts:
            paths.setdefault(artefact.digest, []).append(path)
        references: dict[str, str] = {}
        for path, artefact in self.people:
            paths.setdefault(artefact.digest, []).append(path)
        for sheet in self.sheets:
            digests = {digest for test in sheet.tests for digest in self.assessment.checks[test.check.id].artefacts}
            used = sorted(path for digest in digests for path in paths.get(digest, ()) if path not in references)
            references |= {path: f"{sheet.reference}.E{number}" for number, path in enumerate(used, 1)}
        return references

    @cached_property
    def artefacts(self) -> tuple[tuple[str, Artefact], ...]:
        """(package path, artefact) of the evidence, by path; an empty listing has no file."""
        runs = [("evidence", self.assessment.run)]
        runs += [(f"{IMPORTS}{brought.id}", brought) for brought in self.assessment.imports]
        pairs = [(f"{folder}/{artefact.name}", artefact) for folder, run in runs for artefact in run.artefacts]
        return tuple(sorted((pair for pair in pairs if pair[1].rows), key=lambda pair: pair[0]))

    @cached_property
    def people(self) -> tuple[tuple[str, Artefact], ...]:
        """(package path, artefact) of evidence by people: records of this framework's controls, and what they attach.

        A record is one row; a file attached has none.
        """
        mine = {sheet.control.id for sheet in self.sheets}
        records = [record for record in self.assessment.people.records if mine & set(record.controls)]
        found = []
        for record in records:
            data = record.data()
            found.append((f"{RECORDS}/{record.id}.json", _kept(digest(data), len(data), f"manual_{record.kind}", 1)))
        for attachment in {a.file: a for record in records for a in record.attachments}.values():
            if attachment.file in self.attached:
                kept = _kept(attachment.sha256, self.attached[attachment.file], "attachment", 0)
                found.append((f"{ATTACHMENTS}/{attachment.file}", kept))
        return tuple(sorted(found, key=lambda pair: pair[0]))

    def status_counts(self) -> Mapping[Status, int]:
        """Requirements in scope by status."""
        inside = [result for result in self.requirements if result.in_scope]
        return {status: sum(1 for result in inside if result.status is status) for status in Status}


def _kept(checksum: str, length: int, table: str, rows: int) -> Artefact:
    """A file of a package that is in no store."""
    return Artefact(checksum, length, "", 0, "items", table, "none", "people", rows)
