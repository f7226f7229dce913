"""AWS's own detective controls as sources of this package: what was read of each, its results, what it keeps.

A source is a set of tables; everything said of it comes from the ledger and the checks over those tables,
but for how long AWS keeps its history, as the user guides of the services state it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from proveonce.model.assessment import Counts
from proveonce.model.check import Check
from proveonce.model.evidence import Coverage, ReadState
from proveonce.present.view import PackageView


@dataclass(frozen=True, slots=True)
class _Named:
    """A source, by the tables that hold it: those whose names begin so, but for those of `without`."""

    name: str
    tables: tuple[str, ...]
    keeps: str
    without: tuple[str, ...] = ()


_TABLE = re.compile(r"\baws_[a-z0-9_]+")
_EVENTS = ("aws_cloudtrail_console_login", "aws_cloudtrail_root_event")
_SOURCES = (
    _Named("CloudTrail trails, event data stores", ("aws_cloudtrail_",), "as long as bucket or store keeps", _EVENTS),
    _Named("CloudTrail event history", _EVENTS, "90 days of management events"),
    _Named(
        "CloudWatch: filter, alarm, topic, subscriber",
        ("aws_logs_metric_filter", "aws_cloudwatch_", "aws_sns_topic", "aws_sns_subscription"),
        "alarm history of two weeks or more",
    ),
    _Named("Config", ("aws_config_",), "items as its retention says, 7 years unless set"),
    _Named("GuardDuty", ("aws_guardduty_",), "90 days of findings"),
    _Named("Security Hub", ("aws_securityhub_",), "findings for 90 days after their last update"),
    _Named("Inspector", ("aws_inspector2_",), "open findings, with first and last seen"),
    _Named("Macie", ("aws_macie2_",), "90 days of findings"),
    _Named("Access Analyzer", ("aws_accessanalyzer_",), "open findings; resolved ones for 90 days"),
    _Named("Trusted Advisor", ("aws_support_trusted_advisor_",), "the last refresh only"),
    _Named("Artifact", ("aws_artifact_",), "reports on AWS, each with its period"),
    _Named("Audit Manager", ("aws_auditmanager_",), "2 years of evidence"),
)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why planned reads were not done, or not planned: the service is not on there."""

    state: ReadState
    reads: int
    """None where the service is not on, so that none was planned."""
    said: str
    """AWS's code and message of the first."""


@dataclass(frozen=True, slots=True)
class Source:
    """One detective control of AWS, as this package rests on it."""

    name: str
    tables: int
    """Tables of it that the ledger names."""
    rows: int
    """Rows that its listings returned."""
    places: int
    """Account × region pairs where it was to be read."""
    places_read: int
    """Of those, where the service is on and every read was done."""
    planned: int
    read: int
    tests: int
    """Checks of this framework that read its tables."""
    counts: Counts
    """Their findings, in this framework's scope: whether it is on, and what it shows."""
    keeps: str
    """For how long AWS keeps its history."""
    causes: tuple[Cause, ...]
    """Most reads first; empty where all was read."""


def sources(view: PackageView) -> tuple[Source, ...]:
    """Every source, whether it was read or not."""
    return tuple(_source(view, named) for named in _SOURCES)


def _holds(named: _Named, table: str) -> bool:
    return table.startswith(named.tables) and table not in named.without


def _source(view: PackageView, named: _Named) -> Source:
    entries = [entry for entry in view.assessment.coverage if any(_holds(named, table) for table in entry.tables)]
    listings = [entry for entry in entries if not entry.detail]
    places = {(entry.account, entry.region) for entry in entries}
    lacking = [entry for entry in entries if entry.is_off or not entry.is_complete]
    checks = [check for check in view.content.checks.values() if check.id in view.references]
    judged = [view.counts_of(check) for check in checks if any(_holds(named, table) for table in _tables(check))]
    return Source(
        name=named.name,
        tables=len({table for entry in entries for table in entry.tables if _holds(named, table)}),
        rows=sum(entry.rows for entry in listings),
        places=len(places),
        places_read=len(places - {(entry.account, entry.region) for entry in lacking}),
        planned=sum(entry.planned for entry in entries),
        read=sum(entry.read for entry in entries),
        tests=len(judged),
        counts=sum(judged, Counts()),
        keeps=named.keeps,
        causes=_causes(lacking),
    )


def _tables(check: Check) -> set[str]:
    """The tables that a check reads: its population, and those that its predicates name."""
    return {check.population, *_TABLE.findall(f"{check.passes_when} {check.applies_when or ''}")}


def _causes(entries: Iterable[Coverage]) -> tuple[Cause, ...]:
    reads: dict[ReadState, int] = {}
    said: dict[ReadState, str] = {}
    for entry in entries:
        reads[entry.state] = reads.get(entry.state, 0) + entry.planned - entry.read
        if not entry.code.startswith("ParentNotRead"):
            code = "" if entry.is_off else entry.code  # ours, and it says what the state says
            said.setdefault(entry.state, " ".join(filter(None, [code, " ".join(entry.message.split())])))
    order = sorted(reads, key=lambda state: (-reads[state], state.value))
    return tuple(Cause(state, reads[state], said.get(state, "")) for state in order)
