"""3.1 Results at a glance, 3.2 coverage: the numbers, what to look at first, and what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from proveonce.model.assessment import Counts
from proveonce.model.evidence import Coverage, ReadState
from proveonce.model.finding import Status
from proveonce.model.priority import Priority
from proveonce.present.report import charts, marks, text
from proveonce.present.report.charts import Cell, HeatRow, Reads
from proveonce.present.report.facts import Facts
from proveonce.present.report.tally import Deviation
from proveonce.present.view import ControlSheet

_TERMS = {
    "proof": "to prove",
    "overlap": "in several frameworks",
    "blocked": "held in fail",
    "failing": "by severity and reach",
    "deadline": "for the next audit",
    "ease": "for little effort",
}
"""What a term of a score is for, in a word or three."""
_TOP_CONTROLS = 4
_TOP_DEVIATIONS = 3
_NAMED = 4
"""Requirement ids printed under a big number."""
_FEW_GROUPS, _TITLE = 20, 32
"""With more groups, a title is cut to this many characters, one line, so that the chart stays one look."""
_MANY = 100
"""Requirements beyond which cells are drawn smaller."""
_BAND = 12
"""Services side by side in the heat map."""
_BANDS = 2
"""Bands drawn, unless services with gaps alone need more."""
_ACCOUNTS = 20

REASONS = {
    ReadState.READ: "part",
    ReadState.ABSENT: "part",
    ReadState.NOT_NEEDED: "part",
    ReadState.DENIED: "denied",
    ReadState.THROTTLED: "throttled",
    ReadState.UNAVAILABLE: "no answer",
    ReadState.REGION_NOT_OPTED_IN: "opted out",
    ReadState.NOT_ENABLED: "not on",
    ReadState.NOT_SUBSCRIBED: "no subscr.",
    ReadState.GONE: "gone",
    ReadState.QUARANTINED: "no fit",
    ReadState.ERROR: "error",
}
"""A word that fits a heat map cell."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the five big numbers."""

    value: str
    label: Markup
    note: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One group of requirements."""

    id: str
    title: str
    cells: Markup
    counts: Counts


@dataclass(frozen=True, slots=True)
class Look:
    """One matter to look at first."""

    reference: str
    anchor: str
    matter: str
    detail: str
    resource: str
    why: str
    score: str


@dataclass(frozen=True, slots=True)
class Glance:
    """Sheet 3.1."""

    lead: str
    figures: tuple[Figure, ...]
    rows: tuple[CategoryRow, ...]
    total: Counts
    note: str
    looks: tuple[Look, ...]
    looks_note: str


@dataclass(frozen=True, slots=True)
class Heat:
    """Sheet 3.2."""

    lead: str
    bands: tuple[Markup, ...]
    note: str


def glance(facts: Facts) -> Glance:
    """Results at a glance."""
    total = facts.matrix_total
    note = (
        f"A finding counts once for each {facts.requirement} it serves; the totals tie to sheet 5. Counted once each,"
        f" there are {text.plain_number(facts.findings.total)} findings: {_in_words(facts.findings)}."
    )
    looks = (*_top_controls(facts), *_top_deviations(facts))
    return Glance(
        lead=_lead(facts),
        figures=_figures(facts),
        rows=_rows(facts),
        total=total,
        note=note,
        looks=looks,
        looks_note=(
            f"Controls in order of score, then the gravest single deviations. {len(facts.tally.of_control):,} controls"
            f" have deviations, {facts.tally.total:,} in all: sheet 7."
        ),
    )


def _in_words(counts: Counts) -> str:
    return text.listed(
        [f"{counts.of(status):,} {marks.WORDS[status].lower()}" for status in marks.WORDS if counts.of(status)]
    )


def _lead(facts: Facts) -> str:
    counts, inside = facts.view.status_counts(), len(facts.inside)
    failed, open_ = counts[Status.FAIL], counts[Status.UNDETERMINED]
    unmapped = sum(1 for result in facts.inside if not result.controls)
    why = f", {text.words(unmapped)} of them because no control is mapped to them" if unmapped else ""
    satisfied = sum(1 for result in facts.inside if result.is_satisfied)
    return (
        f"{text.sentence(text.words(failed))} of {inside:,} {facts.requirements} failed and {text.words(open_)} could"
        f" not be determined{why}. {text.sentence(text.words(satisfied))} passed with full coverage."
    )


def _figures(facts: Facts) -> tuple[Figure, ...]:
    counts = facts.view.status_counts()
    figures = []
    for status in marks.WORDS:
        ids = [result.requirement for result in facts.inside if result.status is status]
        note = text.listed(ids, _NAMED) if ids and len(ids) <= _NAMED else f"of {len(facts.inside):,}"
        if status is Status.PASS:
            note = f"of {len(facts.inside):,} {facts.requirements}"
        figures.append(Figure(text.plain_number(counts[status]), marks.labelled(status), note))
    reads = f"{facts.read:,} of {facts.planned:,} planned"
    figures.append(Figure(text.percent(facts.read, facts.planned), Markup("Reads done"), reads))
    return tuple(figures)


def _rows(facts: Facts) -> tuple[CategoryRow, ...]:
    groups = facts.grouped(facts.inside)
    labels = {r.requirement: facts.short_id(r.requirement, group.id) for group, results in groups for r in results}
    width = charts.cell_width(labels.values())
    height = charts.SMALL_CELL_HEIGHT if len(labels) > _MANY else charts.CELL_HEIGHT
    rows = []
    for group, results in groups:
        worst_first = sorted(results, key=lambda result: result.status.rank)
        row = [Cell(labels[result.requirement], result.status) for result in worst_first]
        counts = sum((result.counts for result in results), Counts())
        title = group.title if len(groups) <= _FEW_GROUPS else text.cut(group.title, _TITLE)
        rows.append(CategoryRow(group.id, title, charts.cells(row, width=width, height=height), counts))
    return tuple(rows)


def _top_controls(facts: Facts) -> list[Look]:
    sheets = {sheet.control.id: sheet for sheet in facts.view.sheets}
    looks = []
    for priority in facts.view.assessment.priorities:
        sheet = sheets.get(priority.control)
        if sheet is None or sheet.status in (Status.PASS, Status.NOT_APPLICABLE):
            continue
        found = [f"{sheet.counts.of(s):,} {marks.WORDS[s].lower()}" for s in (Status.FAIL, Status.UNDETERMINED)]
        detail = f"{sheet.control.id}: {text.listed(found)} of {sheet.counts.total:,}"
        anchor = sheet.reference if sheet.tests else "8"
        why, score = _why(priority, sheet), f"{priority.score:,.2f}"
        looks.append(Look(sheet.reference, anchor, sheet.control.title, detail, "", why, score))
        if len(looks) == _TOP_CONTROLS:
            break
    return looks


def _why(priority: Priority, sheet: ControlSheet) -> str:
    """The terms of the score, largest first, and the gravest failing test."""
    terms = sorted((term for term in priority.terms if term.value), key=lambda term: -term.value)
    score = " + ".join(f"{term.value:,.2f} {_TERMS.get(term.name, term.name)}" for term in terms) or "no term counts"
    failed = [test for test in sheet.tests if test.counts.failed]
    if not failed:
        return f"{score}; no test failed"
    worst = max(failed, key=lambda test: (test.check.severity.weight, test.counts.failed))
    return f"{score}; worst: {worst.check.title} ({worst.check.severity.value}, {worst.counts.failed:,})"


def _top_deviations(facts: Facts) -> list[Look]:
    gravest: dict[str, Deviation] = {}
    for deviation in sorted(facts.tally.listed, key=lambda d: -d.check.severity.weight):
        gravest.setdefault(deviation.check.id, deviation)
    looks = []
    for deviation in list(gravest.values())[:_TOP_DEVIATIONS]:
        counts = facts.view.counts_of(deviation.check)
        place = facts.place(deviation.finding)
        why = f"{deviation.check.severity.value}; {counts.failed:,} of {counts.total:,} fail this test; {place}"
        looks.append(
            Look(
                deviation.reference,
                deviation.reference,
                f"Not so: {deviation.check.title}",
                "",
                deviation.finding.resource,
                text.sentence(why),
                "",
            )
        )
    return looks


# Coverage ----------------------------------------------------------------------------------------


def heat(facts: Facts) -> Heat:
    """The coverage heat map, in bands of services side by side."""
    coverage = facts.view.assessment.coverage
    table = _reads(coverage)
    if not table:
        return Heat("No read was planned.", (), "")
    by_service = _totals((service, reads) for (_, service), reads in table.items())
    by_account = _totals((account, reads) for (account, _), reads in table.items())
    accounts = sorted(by_account, key=lambda a: (_gap(by_account[a]) <= 0, -_gap(by_account[a]), a))
    services, merged = _services(by_service)
    rows = [_row(facts, account, table, merged) for account in accounts[:_ACCOUNTS]]
    if rest := accounts[_ACCOUNTS:]:
        rows.append(_rest(rest, table, merged))
    bands = [services[start : start + _BAND] for start in range(0, len(services), _BAND)]
    drawn = [charts.heat_map(rows, band, has_total=band is bands[-1]) for band in bands]
    return Heat(_heat_lead(facts), tuple(drawn), _heat_note(by_service, merged))


def _reads(coverage: Iterable[Coverage]) -> dict[tuple[str, str], Reads]:
    table: dict[tuple[str, str], Reads] = {}
    causes: dict[tuple[str, str], Counter[ReadState]] = {}
    for entry in coverage:
        key = (entry.account, entry.service)
        table[key] = table.get(key, Reads()) + Reads(entry.planned, entry.read, entry.rows)
        if not entry.is_complete:
            causes.setdefault(key, Counter())[entry.state] += max(1, entry.planned - entry.read)
    for key, counted in causes.items():
        state = max(counted, key=lambda s: (counted[s], s.value))
        table[key] += Reads(reason=REASONS[state])
    return table


def _totals(pairs: Iterable[tuple[str, Reads]]) -> dict[str, Reads]:
    totals: dict[str, Reads] = {}
    for key, reads in pairs:
        totals[key] = totals.get(key, Reads()) + reads
    return totals


def _gap(reads: Reads) -> int:
    return reads.planned - reads.read


def _services(by_service: dict[str, Reads]) -> tuple[list[str], dict[str, str]]:
    """Columns of the map and service → column: those with gaps first, then those with most rows.

    When room runs out, the rest of those read in full share a column, and those without a row another.
    """
    order = sorted(by_service, key=lambda s: (_gap(by_service[s]) <= 0, -_gap(by_service[s]), -by_service[s].rows, s))
    gaps = sum(1 for service in order if _gap(by_service[service]) > 0)
    room = max(_BAND * _BANDS, -(-(gaps + 2) // _BAND) * _BAND)
    if len(order) <= room:
        return order, {service: service for service in order}
    empty = [service for service in order[gaps:] if not by_service[service].rows]
    filled = order[: len(order) - len(empty)]
    groups = {service: f"{len(empty)} with 0 rows" for service in empty}
    if len(filled) + bool(empty) <= room:
        kept = filled
    else:
        kept = filled[: room - 1 - bool(empty)]
        rest = filled[len(kept) :]
        groups |= dict.fromkeys(rest, f"{len(rest)} others")
    columns = dict.fromkeys([*kept, *(groups[service] for service in [*filled, *empty] if service in groups)])
    return list(columns), {**{service: service for service in kept}, **groups}


def _row(facts: Facts, account: str, table: dict[tuple[str, str], Reads], merged: dict[str, str]) -> HeatRow:
    own = {service: reads for (owner, service), reads in table.items() if owner == account}
    cells = _totals((merged[service], reads) for service, reads in own.items())
    name = facts.account_name(account)
    return HeatRow(name, account if name != account else "", cells, sum(own.values(), Reads()))


def _rest(accounts: list[str], table: dict[tuple[str, str], Reads], merged: dict[str, str]) -> HeatRow:
    own = [(merged[service], reads) for (owner, service), reads in table.items() if owner in set(accounts)]
    total = sum((reads for _, reads in own), Reads())
    return HeatRow(f"{len(accounts):,} further accounts", "each in the workbook", _totals(own), total)


def _heat_lead(facts: Facts) -> str:
    return (
        f"{facts.read:,} of {facts.planned:,} planned reads were done ({text.percent(facts.read, facts.planned)}), at"
        f" one point in time. Completeness of the account list: {facts.view.assessment.run.completeness}."
    )


def _heat_note(by_service: dict[str, Reads], merged: dict[str, str]) -> str:
    note = (
        "A read is one call that had to succeed: one for each listing of an account and region, one for each item where"
        " details are asked for. Pale: all read. Framed: part, with the commonest reason. Solid: none. “0 rows”: fully"
        " read and empty. Broken outline: not planned. Accounts and services with the most unread come first; reasons"
        " follow on sheet 4."
    )
    for column in dict.fromkeys(merged[s] for s in sorted(by_service) if merged[s] != s):
        names = sorted(service for service in by_service if merged[service] == column)
        note += f" The {column}, each read in full: {', '.join(names)}."
    return note
