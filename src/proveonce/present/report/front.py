"""Cover, document control, and how to read and verify: what this is, before what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from proveonce.kernel.instants import format_instant
from proveonce.model.workspace import Person
from proveonce.present.brought import brought_in
from proveonce.present.report import charts, text
from proveonce.present.report.charts import Line
from proveonce.present.report.facts import Facts, long_date
from proveonce.present.report.tally import Tally
from proveonce.present.view import IMPORTS, ControlSheet

_MAX_STEPS = 170
"""Steps of 1 mm on the cover; with more accounts × regions, a step is an account."""
_SQL_LINES = 26
_SQL_WIDTH = 80
"""Characters of a printed line of SQL."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page."""

    subtitle: tuple[str, ...]
    graphic: Markup
    caption: str
    issued: str
    statement: str


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature block; signing comes with a later version."""

    act: str
    name: str
    role: str
    date: str


@dataclass(frozen=True, slots=True)
class Control:
    """Document control."""

    subject: tuple[tuple[str, str], ...]
    made_with: tuple[tuple[str, str], ...]
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """One failing test's predicate, and the query that it becomes."""

    reference: str
    anchor: str
    check: str
    predicate: str
    applies: str
    digest: str
    lines: tuple[str, ...]
    left_out: str
    """How much stands in the workbook only, if any."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read and verify."""

    reference: str
    """An example reference that stands in this package."""
    evidence: str
    """An example evidence path that stands in this package."""
    table: str
    rows: int
    """Lines over all of the example table's files."""
    query: Query | None


def cover(facts: Facts, created: datetime) -> Cover:
    """The cover."""
    view = facts.view
    accounts = text.count(len(view.assessment.run.accounts), "AWS account")
    categories = text.listed(facts.categories)
    edition = view.framework.edition if " " in view.framework.edition else f"Edition {view.framework.edition}"
    return Cover(
        subtitle=(
            text.sentence(categories) if facts.categories else f"{edition}, {len(facts.inside):,} {facts.requirements}",
            f"As of {long_date(view.assessment.as_of)}, {view.assessment.as_of[11:16]} UTC",
        ),
        graphic=_graphic(facts),
        caption=_caption(facts),
        issued=format_instant(created),
        statement=(
            f"Prepared by the management of {view.workspace.organisation} from evidence read in {accounts}. This is"
            " not an auditor’s report and expresses no opinion. Every result can be traced to the files in this"
            " package: see sheet 2."
        ),
    )


def _places(facts: Facts) -> list[tuple[str, list[tuple[str, str]]]]:
    """(account, its steps) from left to right; a step is a (account, region), or the account with region empty."""
    pairs = sorted({(entry.account, entry.region) for entry in facts.view.assessment.coverage})
    if len(pairs) > _MAX_STEPS:
        pairs = [(account, "") for account in dict.fromkeys(account for account, _ in pairs)]
    steps: dict[str, list[tuple[str, str]]] = {}
    for pair in pairs:
        steps.setdefault(pair[0], []).append(pair)
    return list(steps.items())


def _graphic(facts: Facts) -> Markup:
    places = _places(facts)
    flat = [pair for _, pairs in places for pair in pairs]
    step_of = {pair: index for index, pair in enumerate(flat)}
    lines = [_line(facts.tally, sheet, step_of) for sheet in facts.tested]
    return charts.control_lines(lines, [(facts.account_name(account), len(pairs)) for account, pairs in places])


def _line(tally: Tally, sheet: ControlSheet, step_of: dict[tuple[str, str], int]) -> Line:
    def steps(places: frozenset[tuple[str, str]]) -> set[int]:
        found = {step_of.get(place, step_of.get((place[0], ""))) for place in places}
        return {step for step in found if step is not None}

    failed: set[int] = set()
    unread: set[int] = set()
    for test in sheet.tests:
        failed |= steps(tally.failed_at.get(test.check.id, frozenset()))
        unread |= steps(tally.unread_at.get(test.check.id, frozenset()))
    return Line(frozenset(failed), frozenset(unread))


def _caption(facts: Facts) -> str:
    if not facts.tested:
        return "No control of this package is tested by a check."
    step = "account and region" if any(region for _, pairs in _places(facts) for _, region in pairs) else "account"
    return (
        f"One line for each of the {text.words(len(facts.tested))} controls tested by checks, one step for each {step}."
        " A bar is a place where the control failed; a break in the line is a place where something could not be"
        " determined. Source: sheet 6."
    )


def control(facts: Facts, created: datetime) -> Control:
    """Document control."""
    view, run = facts.view, facts.view.assessment.run
    framework = view.framework
    held = len(facts.inside)
    scope = f"{held:,} {facts.requirements} in scope"
    if facts.left_out:
        scope += f", {len(facts.left_out):,} of categories not selected"
    regions = facts.regions("regions")
    subject = [
        ("Entity", view.workspace.organisation),
        ("System", ": ".join(filter(None, [view.workspace.system, text.prose(view.workspace.description)]))),
        ("Framework", f"{framework.title}, {framework.edition}, {framework.publisher}; {scope}"),
        *([("Categories", text.sentence(text.listed(facts.categories)))] if facts.categories else []),
        ("As of", f"{text.minute(view.assessment.as_of)} UTC, a point in time; before and after it nothing was tested"),
        ("Accounts", text.listed([f"{facts.account_name(a)} ({a})" for a in run.accounts], 8)),
        ("Regions", text.listed(regions, 12)),
        ("Completeness", f"The list of accounts is {run.completeness}"),
        *([("Endpoint", facts.endpoint_note)] if facts.endpoint_note else []),
    ]
    made_with = [
        ("Package", f"{view.package}, issued {text.minute(format_instant(created))} UTC"),
        ("Tool", ", ".join([view.tool, *(f"{n} {v}" for n, v in sorted(run.tool.items()) if _is_version(n, v))])),
        ("Content, SHA-256", view.assessment.content_digest),
        ("Evidence run", f"{run.id}, read {text.between(run.started_at, run.ended_at)} UTC"),
        ("Evidence root, SHA-256", view.evidence_digest),
        *([("From files", _brought(facts))] if view.assessment.imports else []),
    ]
    workspace = view.workspace
    signatures = (
        _signature("Prepared", workspace.prepared_by),
        _signature("Reviewed", workspace.reviewed_by),
        _signature("Approved", None),
    )
    return Control(tuple(subject), tuple(made_with), signatures)


def _brought(facts: Facts) -> str:
    """The imports in force, in a sentence; their provenance stands on sheet 4."""
    names = [f"{each.tool}, {text.count(each.rows, 'row')}" for each in brought_in(facts.view)]
    return f"{text.listed(names, 4)}; not read from AWS: file, digest and who brought it on sheet 4"


def _is_version(name: str, value: str) -> bool:
    return name != "proveonce" and len(value) < 20  # noqa: PLR2004 - longer ones are digests


def _signature(act: str, person: Person | None) -> Signature:
    if person is None:
        return Signature(act, "Nobody named", "", "")
    return Signature(act, person.name, text.sentence(person.role), person.date)


def reading(facts: Facts) -> Reading:
    """How to read and verify, with examples that stand in this very package."""
    items = [
        (path, artefact)
        for path, artefact in facts.view.artefacts
        if artefact.kind == "items" and not path.startswith(IMPORTS)
    ]
    path, largest = max(items, key=lambda pair: (pair[1].rows, pair[0]), default=("evidence/calls.jsonl", None))
    table = largest.table if largest else ""
    rows = sum(artefact.rows for _, artefact in items if artefact.table == table)
    sheets = facts.tested or facts.view.sheets
    reference = sheets[0].reference if sheets else f"{facts.view.requirements[0].requirement}-01"
    return Reading(reference, path, table, rows, _query(facts))


def _query(facts: Facts) -> Query | None:
    """The shortest query of a failing test; else of any."""
    tests = [test for sheet in facts.tested for test in sheet.tests]
    checks = facts.view.assessment.checks
    test = min(tests, key=lambda t: (not t.counts.failed, len(checks[t.check.id].sql)), default=None)
    if test is None:
        return None
    result = checks[test.check.id]
    lines, left_out = _printed(result.sql)
    return Query(
        reference=test.reference,
        anchor=text.anchor(test.reference),
        check=test.check.id,
        predicate=text.prose(test.check.passes_when),
        applies=text.prose(test.check.applies_when or ""),
        digest=text.short_digest(result.sql_digest),
        lines=lines,
        left_out=left_out,
    )


def _printed(sql: str) -> tuple[tuple[str, ...], str]:
    """As many lines of a query as print here, and how many more there are."""
    lines, room = sql.rstrip().splitlines(), _SQL_LINES
    for place, line in enumerate(lines):
        room -= max(1, -(-len(line) // _SQL_WIDTH))
        if room < 0:
            return tuple(lines[:place]), text.count(len(lines) - place, "more line")
    return tuple(lines), ""
