"""7 Deviations, 8 Procedural controls, 9 Evidence index, 10 Tick marks and glossary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from proveonce.model.evidence import Artefact
from proveonce.model.finding import Status
from proveonce.present.procedural import Performed
from proveonce.present.report import marks, text
from proveonce.present.report.acceptances import Decisions, decisions
from proveonce.present.report.controls import DeviationRow, deviation_row
from proveonce.present.report.facts import Facts, cadence
from proveonce.present.report.tally import LISTED, severities

_FILES = 10
"""Files listed one by one."""
_EXPECTED = 240
"""Characters on two lines of what a procedural control should leave behind."""
_MANY = 40
"""Procedural controls beyond which each takes one line, and what they should leave behind stands in content/."""


@dataclass(frozen=True, slots=True)
class Deviations:
    """Sheet 7."""

    lead: str
    rows: tuple[DeviationRow, ...]
    rest: str
    severities: tuple[tuple[str, int, int], ...]
    """(severity, all, printed here)."""
    total: int
    decisions: Decisions


@dataclass(frozen=True, slots=True)
class ProceduralRow:
    """One control that people carry out, wholly or in part."""

    reference: str
    anchor: str
    id: str
    title: str
    has_section: bool
    """Whether sheet 6 has a section of it; else its place is here."""
    tests: tuple[str, ...]
    """Anchors of its tests that stand nowhere else."""
    due: str
    """How often, and the last day on which what is on record counts."""
    performed_on: str
    by: str
    """Who performed it; where nobody did, who answers for it."""
    reviewed_by: str
    evidence: str
    """What is on record, and what of it is lacking."""
    result: Markup


@dataclass(frozen=True, slots=True)
class Procedural:
    """Sheet 8."""

    lead: str
    rows: tuple[ProceduralRow, ...]


@dataclass(frozen=True, slots=True)
class FileRow:
    """One evidence file."""

    path: str
    href: str
    rows: str
    length: str
    digest: Markup


@dataclass(frozen=True, slots=True)
class TableRow:
    """The files of one table that the index does not list one by one."""

    table: str
    files: int
    rows: int


@dataclass(frozen=True, slots=True)
class Index:
    """Sheet 9."""

    lead: str
    rows_listed: tuple[FileRow, ...]
    rest: tuple[TableRow, ...]
    rest_files: int
    rest_rows: int
    files: int
    rows: int
    listed: int
    listed_rows: int


def deviations(facts: Facts) -> Deviations:
    """Every failure, or the first of each test with the remainder stated."""
    tally = facts.tally
    printed: dict[str, int] = {}
    for deviation in tally.listed:
        printed[deviation.check.severity.value] = printed.get(deviation.check.severity.value, 0) + 1
    left = tally.total - len(tally.listed)
    lead = (
        f"{text.sentence(text.words(tally.total))} findings failed. Each is shown as it was read; nothing here was"
        " corrected or removed, and a risk acceptance stands beside its result."
        if tally.total
        else "No finding failed."
    )
    rest = (
        f"{LISTED} are printed, the first of each test; {left:,} more of {tally.total:,} stand in the workbook, sheet"
        " Deviations."
        if left
        else "All are printed here; the workbook, sheet Deviations, holds the same rows."
    )
    return Deviations(
        lead=lead,
        rows=tuple(deviation_row(facts, deviation) for deviation in tally.listed),
        rest=rest if tally.total else "",
        severities=tuple((name, total, printed.get(name, 0)) for name, total in severities(tally)),
        total=tally.total,
        decisions=decisions(facts),
    )


def procedural(facts: Facts) -> Procedural:
    """Manual and hybrid controls, with what is on record of what people did."""
    rows = tuple(_procedural(facts, people) for people in facts.procedural)
    if not rows:
        return Procedural("Every control of this package is automated.", ())
    on_record = sum(1 for people in facts.procedural if people.records)
    passing = sum(1 for people in facts.procedural if people.status is Status.PASS)
    failing = sum(1 for people in facts.procedural if people.status is Status.FAIL)
    lead = (
        f"{text.sentence(text.words(len(rows)))} controls are carried out by people, wholly or in part. Of"
        f" {text.words(on_record)} of them evidence is on record: {text.words(passing)} pass and"
        f" {text.words(failing)} fail by it. Where it is missing, stale or not reviewed, the control is undetermined."
    )
    return Procedural(lead, rows)


def _procedural(facts: Facts, people: Performed) -> ProceduralRow:
    sheet, shown = people.sheet, people.shown
    owners = facts.view.workspace.owners
    has_section = sheet.reference in facts.with_section
    due = text.sentence(cadence(sheet.control.cadence))
    return ProceduralRow(
        reference=sheet.reference,
        anchor=text.anchor(sheet.reference),
        has_section=has_section,
        tests=() if has_section else tuple(text.anchor(test.reference) for test in sheet.tests),
        id=sheet.control.id,
        title=sheet.control.title,
        due=f"{due}, until {shown.valid_until}" if shown else due,
        performed_on=shown.record.performed_on if shown else text.MISSING,
        by=shown.record.performed_by if shown else owners.get(sheet.control.owner, sheet.control.owner),
        reviewed_by=_review(people),
        evidence=_evidence(facts, people),
        result=marks.narrow(people.status),
    )


def _review(people: Performed) -> str:
    if people.shown is None:
        return text.MISSING
    record = people.shown.record
    return f"{record.reviewed_by} {record.reviewed_on}".strip() or "not reviewed"


def _evidence(facts: Facts, people: Performed) -> str:
    """What is on record and why it is no pass; without a record what is expected, where there is room."""
    if people.shown is not None:
        parts = [people.evidence, *(text.prose(reason) for reason in people.reasons)]
        return text.cut("; ".join(parts), _EXPECTED)
    if len(facts.procedural) > _MANY:
        return ""
    expected = "; ".join(text.prose(item) for item in people.sheet.control.evidence)
    return text.cut(f"No record. Expected: {expected}", _EXPECTED)


def index(facts: Facts) -> Index:
    """The evidence index: the run's own records, then tables, those that were relied on for deviations first."""
    every = (*facts.view.artefacts, *facts.view.people)
    artefacts = sorted(every, key=lambda pair: _order(facts, pair))
    shown, rest = artefacts[:_FILES], artefacts[_FILES:]
    by_table = sorted(shown, key=lambda pair: (pair[1].kind == "items", pair[1].table, pair[0]))
    tables: dict[str, TableRow] = {}
    for _, artefact in rest:
        old = tables.get(artefact.table, TableRow(artefact.table, 0, 0))
        tables[artefact.table] = TableRow(old.table, old.files + 1, old.rows + artefact.rows)
    total = sum(artefact.rows for _, artefact in artefacts)
    rest_rows = sum(artefact.rows for _, artefact in rest)
    return Index(
        lead=(
            f"{text.count(len(facts.view.artefacts), 'file')} with {_rows(facts.view.artefacts):,} rows as AWS returned"
            f" them or people brought them in, and {text.count(len(facts.view.people), 'file')} of evidence by people."
            " Digests are SHA-256 of the plain bytes in this package; a path is a link while the package stays"
            " together."
        ),
        rows_listed=tuple(_file(path, artefact) for path, artefact in by_table),
        rest=tuple(tables[table] for table in sorted(tables)),
        rest_files=len(rest),
        rest_rows=rest_rows,
        files=len(artefacts),
        rows=total,
        listed=len(shown),
        listed_rows=total - rest_rows,
    )


def _rows(pairs: Iterable[tuple[str, Artefact]]) -> int:
    return sum(artefact.rows for _, artefact in pairs)


def _order(facts: Facts, pair: tuple[str, Artefact]) -> tuple[bool, bool, bool, str]:
    path, artefact = pair
    failed = {check.population for check in facts.checks if facts.view.counts_of(check).failed}
    return (artefact.kind == "items", artefact.table not in failed, not artefact.rows, path)


def _file(path: str, artefact: Artefact) -> FileRow:
    return FileRow(
        path=path,
        href=quote(path),
        rows=text.number(artefact.rows),
        length=text.number(artefact.length),
        digest=text.digest_blocks(artefact.digest),
    )


TICKS = (
    ("×", "A finding that failed; with a number, the deviation of that reference"),
    ("–", "Zero, or no value"),
    ("…", "A digest or text cut here; whole in the workbook"),
    ("[U+202E]", "A character that cannot be printed or would not be seen, by its Unicode number"),
    ("digest", "Of a population: SHA-256 over the digests of a population’s files, sorted, one a line"),
    ("PBC", "Prepared by the client: by management, not by the auditor"),
)

GLOSSARY = (
    ("Artefact", "One stored object, addressed by the digest of its plain bytes."),
    ("As-of", "The instant at which a state was read. Nothing is said of other times."),
    ("Check", "An automated test: one predicate over each member of a population."),
    ("Common control", "One control that serves several requirements."),
    ("Coverage", "Of reads: how many of those planned were done. Of a requirement: how far the controls reach."),
    ("Crosswalk", "The mapping of common controls to requirements, each with its relation and reason."),
    ("Deviation", "A failure found."),
    ("Finding", "One member of a population judged by one check."),
    ("Population", "All items in scope of a test, and one row for each listing not read to its end."),
    ("Relation", "How far a control reaches: equal to, equivalent to, superset of (full); subset of, intersects with."),
    ("Residual", "What of a requirement a control leaves open."),
    ("Risk acceptance", "A decision, approved and with an end, about a deviation; it changes no result."),
    ("Unmapped", "No control of ours is mapped to it; so it is undetermined."),
)  # fmt: skip
