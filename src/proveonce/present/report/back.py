"""7 Deviations, 8 Procedural controls, 9 Evidence index, 10 Tick marks and glossary."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from proveonce.model.evidence import Artefact
from proveonce.model.finding import Status
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
    nature: str
    due: str
    owner: str
    expected: str
    """Empty where there are too many controls to print it."""
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
    """Manual and hybrid controls: no evidence of what people did is recorded, so all are undetermined."""
    owners = facts.view.workspace.owners
    room = _EXPECTED if len(facts.procedural) <= _MANY else 0
    rows = tuple(
        ProceduralRow(
            reference=sheet.reference,
            anchor=text.anchor(sheet.reference) if sheet.tests else "",
            id=sheet.control.id,
            title=sheet.control.title,
            nature=sheet.control.nature.value,
            due=text.sentence(cadence(sheet.control.cadence)),
            owner=owners.get(sheet.control.owner, sheet.control.owner),
            expected=text.cut("; ".join(text.prose(item) for item in sheet.control.evidence), room) if room else "",
            result=marks.narrow(Status.UNDETERMINED),
        )
        for sheet in facts.procedural
    )
    whole = sum(1 for sheet in facts.procedural if not sheet.tests)
    lead = (
        f"{text.sentence(text.words(len(rows)))} controls are carried out by people, {text.words(whole)} of them"
        " without any check. No evidence of what people did is recorded in this package, so each is undetermined."
        if rows
        else "Every control of this package is automated."
    )
    return Procedural(lead, rows)


def index(facts: Facts) -> Index:
    """The evidence index: the run's own records, then tables, those that were relied on for deviations first."""
    artefacts = sorted(facts.view.artefacts, key=lambda pair: _order(facts, pair))
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
            f"{len(artefacts):,} files hold {total:,} rows as AWS returned them. Digests are SHA-256 of the plain bytes"
            " in this package; a path is a link while the package stays together."
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
