"""4 Scope and coverage: what is in, what is out, what was not read and why, and how the numbers tie."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from proveonce.model.assessment import Counts
from proveonce.model.evidence import Coverage, ReadState
from proveonce.present.brought import Brought, brought_in
from proveonce.present.report import marks, text
from proveonce.present.report.facts import Facts
from proveonce.present.sources import Source, sources

_ROWS = 24
_NAMED = 4
_ACCOUNTS = 2
"""Accounts named in a row."""
_CAUSE = 130
"""Characters of why a source was not read: one line."""

_WORDS = {
    ReadState.READ: "Read in part",
    ReadState.ABSENT: "Read in part",
    ReadState.NOT_NEEDED: "Read in part",
    ReadState.DENIED: "Access denied",
    ReadState.THROTTLED: "Throttled out",
    ReadState.UNAVAILABLE: "Unavailable",
    ReadState.REGION_NOT_OPTED_IN: "Region not opted in",
    ReadState.NOT_ENABLED: "Not enabled",
    ReadState.NOT_SUBSCRIBED: "Not subscribed",
    ReadState.GONE: "Gone",
    ReadState.QUARANTINED: "Did not fit",
    ReadState.ERROR: "Error",
}


@dataclass(frozen=True, slots=True)
class Unread:
    """Reads of one service that failed for one reason, in one or several accounts alike."""

    accounts: tuple[tuple[str, str], ...]
    """(name, id), the id empty where it is the name."""
    more_accounts: int
    service: str
    operations: str
    regions: str
    reads: int
    reason: str
    detail: str
    open: str


@dataclass(frozen=True, slots=True)
class TieRow:
    """One line of a tie-out; totals are set between heavy rules."""

    label: str
    value: int
    source: str
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One of AWS's detective controls."""

    name: str
    read: str
    rows: int
    tests: int
    counts: Counts
    result: Markup | str
    keeps: str
    cause: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Sheet 4."""

    lead: str
    inside: str
    regions: str
    not_enabled: str
    outside: tuple[str, ...]
    completeness: str
    notes: tuple[str, ...]
    unread: tuple[Unread, ...]
    unlisted: str
    not_read: int
    reads: tuple[TieRow, ...]
    findings: tuple[TieRow, ...]
    sources: tuple[SourceRow, ...]
    brought: tuple[Brought, ...]


def scope(facts: Facts) -> Scope:
    """Scope and coverage."""
    run, coverage = facts.view.assessment.run, facts.view.assessment.coverage
    missing = facts.planned - facts.read
    groups = _groups(facts)
    rest = groups[_ROWS:]
    services = {entry.service for entry in coverage}
    operations = {(entry.service, entry.operation) for entry in coverage}
    state = f"The {missing:,} that were not are listed below with their reasons." if missing else "None is missing."
    return Scope(
        lead=(
            f"{facts.read:,} of {facts.planned:,} planned reads were done"
            f" ({text.percent(facts.read, facts.planned)}). {state}"
        ),
        inside=(
            f"{text.count(len(run.accounts), 'account')}, {text.count(len(services), 'AWS service')},"
            f" {text.count(len(operations), 'operation')}; {text.count(len(facts.tested), 'control')} tested by checks,"
            f" {len(facts.procedural):,} carried out by people wholly or in part."
        ),
        regions=text.listed(facts.regions("regions")),
        not_enabled=_not_enabled(facts),
        outside=_outside(facts),
        completeness=(
            f"Whether these are all accounts of the organisation: {run.completeness}. Only accounts named in the"
            " workspace, or the caller’s own, were read."
        ),
        notes=_notes(facts),
        unread=tuple(groups[:_ROWS]),
        unlisted=_unlisted(rest),
        not_read=missing,
        reads=_reads(facts),
        findings=_findings(facts),
        sources=tuple(_source(source) for source in sources(facts.view)),
        brought=brought_in(facts.view),
    )


def _source(source: Source) -> SourceRow:
    causes = [
        _WORDS[cause.state]
        + (f", {text.count(cause.reads, 'read')}" if cause.reads else "")
        + (f" ({cause.said})" if cause.said else "")
        for cause in source.causes
    ]
    status = source.counts.status
    return SourceRow(
        name=source.name,
        read=f"{source.places_read:,} of {source.places:,}" if source.places else "none planned",
        rows=source.rows,
        tests=source.tests,
        counts=source.counts,
        result=marks.narrow(status) if status else text.MISSING,
        keeps=source.keeps,
        cause=text.cut("; ".join(causes), _CAUSE),
    )


def _notes(facts: Facts) -> tuple[str, ...]:
    """The notes of the run, and of a custom endpoint where none of them names it."""
    notes, endpoint = facts.view.assessment.notes, facts.view.assessment.run.endpoint
    return notes if any(endpoint in note for note in notes) else (facts.endpoint_note, *notes)


def _not_enabled(facts: Facts) -> str:
    regions = facts.regions("regions_not_enabled")
    if not regions:
        return "No account lists a region that it has not enabled."
    return f"Not enabled in every account, so not read there: {text.listed(regions)}."


def _outside(facts: Facts) -> tuple[str, ...]:
    lines = []
    for rule in facts.view.workspace.scope.get(facts.view.framework.id, ()):
        which = [*(f"account {facts.account_name(account)}" for account in rule.accounts)]
        which += [f"name {rule.name}"] if rule.name else []
        which += [f"tag {key} = {value}" for key, value in sorted(rule.tag.items())]
        what = text.listed(which) if which else "all"
        lines.append(f"{text.sentence(rule.state)}: {what}. {text.prose(rule.reason)}")
    everything = sum(result.counts.total for result in facts.results)
    left = everything - facts.findings.total
    lines.append(
        f"{text.count(left, 'finding')} left out as out of this framework’s scope."
        if left
        else "No finding was left out of this framework’s scope."
    )
    return tuple(lines)


def _groups(facts: Facts) -> list[Unread]:
    """Ledger gaps by service and reason, accounts with the same gap together, most reads first."""
    grouped: dict[tuple[str, str, ReadState, str], list[Coverage]] = {}
    for entry in facts.gaps:
        # One cause, one row: a region that was never opted in to is closed to every service alike.
        service = "" if entry.state is ReadState.REGION_NOT_OPTED_IN else entry.service
        grouped.setdefault((entry.account, service, entry.state, entry.code), []).append(entry)
    alike: dict[tuple[str, ...], list[tuple[str, list[Coverage]]]] = {}
    for (account, _, state, _), entries in grouped.items():
        alike.setdefault(_look(entries, state), []).append((account, entries))
    rows = [_unread(facts, key, members) for key, members in alike.items()]
    return sorted(rows, key=lambda row: (-row.reads, row.accounts, row.service, row.operations))


def _look(entries: list[Coverage], state: ReadState) -> tuple[str, ...]:
    """Service, operations, regions, reason and detail, as they print."""
    services = sorted({entry.service for entry in entries})
    operations = list(dict.fromkeys(entry.operation for entry in entries))
    detail = ": ".join(filter(None, [entries[0].code, text.prose(entries[0].message)]))
    return (
        services[0] if len(services) == 1 else f"{len(services):,} services",
        text.listed(operations, 2),
        text.listed(sorted({entry.region for entry in entries}), _NAMED),
        _WORDS[state],
        detail or text.MISSING,
    )


def _unread(facts: Facts, look: tuple[str, ...], members: list[tuple[str, list[Coverage]]]) -> Unread:
    service, operations, regions, reason, detail = look
    accounts = sorted({account for account, _ in members})
    named = [(facts.account_name(account), account) for account in accounts[:_ACCOUNTS]]
    entries = [entry for _, group in members for entry in group]
    return Unread(
        accounts=tuple((name, "" if name == account else account) for name, account in named),
        more_accounts=len(accounts) - len(named),
        service=service,
        operations=operations,
        regions=regions,
        reads=sum(entry.planned - entry.read for entry in entries),
        reason=reason,
        detail=detail,
        open=_leaves_open(facts, entries),
    )


def _leaves_open(facts: Facts, entries: list[Coverage]) -> str:
    """Requirements with a finding left undetermined where these reads failed."""
    places = {(entry.account, entry.region) for entry in entries}
    calls = {f"{entry.service}:{entry.operation}" for entry in entries}
    tables = {table for entry in entries for table in entry.tables}
    opened: dict[str, None] = {}
    for check, result in zip(facts.checks, facts.results, strict=True):
        uses = calls & set(result.operations) or check.population in tables
        if uses and places & facts.tally.unread_at.get(check.id, frozenset()):
            opened.update(dict.fromkeys(facts.served_by[check.id]))
    ids = [requirement for requirement in facts.view.catalog if requirement in opened]
    return text.listed(ids, _NAMED)


def _unlisted(rest: list[Unread]) -> str:
    if not rest:
        return ""
    reads = sum(row.reads for row in rest)
    return f"{len(rest):,} further groups with {text.count(reads, 'unread read')}: workbook, sheet Coverage."


def _reads(facts: Facts) -> tuple[TieRow, ...]:
    coverage = facts.view.assessment.coverage
    full = sum(entry.read for entry in coverage if entry.rows)
    empty = sum(entry.read for entry in coverage if not entry.rows)
    return (
        TieRow("Done, with rows", full, "coverage.jsonl"),
        TieRow("Done, empty answer", empty, "coverage.jsonl"),
        TieRow("Not done", facts.planned - facts.read, "the table below"),
        TieRow("Planned: listings and details", facts.planned, "coverage.jsonl", is_total=True),
    )


def _findings(facts: Facts) -> tuple[TieRow, ...]:
    rows = sum(result.rows for result in facts.results)
    listings = sum(result.unread_listings for result in facts.results)
    everything = sum(result.counts.total for result in facts.results)
    inside = facts.findings.total
    lines = [
        TieRow("Members read, once a test", rows, "sheet 6, Population"),
        TieRow("Listings not read to their end", listings, "one finding each"),
        TieRow("Less those out of scope", inside - everything, "scope statement"),
    ]
    difference = everything - rows - listings
    if difference:
        lines.append(TieRow("Difference that does not tie", difference, "preparer to explain"))
    return (*lines, TieRow("Findings, once each", inside, "workbook, Findings", is_total=True))
