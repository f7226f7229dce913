"""5 Requirement matrix, and P1: PCI DSS in the words of its attestation of compliance."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from proveonce.model.assessment import Counts, RequirementCoverage, RequirementResult
from proveonce.model.catalog import Requirement
from proveonce.model.finding import Status
from proveonce.present.report import marks, recurring, text
from proveonce.present.report.facts import Facts, cadence

_CONTROLS = 6
"""Controls named in a row, on two lines."""
_REASON = 105
"""Characters of a reason: one line."""

_COVERAGE = {
    RequirementCoverage.FULL: "Full",
    RequirementCoverage.PARTIAL: "Partial",
    RequirementCoverage.PROCEDURAL: "Procedural",
    RequirementCoverage.UNMAPPED: "Unmapped",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement."""

    id: str
    title: str
    facts: str
    controls: tuple[Markup, ...]
    more_controls: int
    coverage: str
    tests: str
    counts: Counts
    result: Markup
    reason: str


@dataclass(frozen=True, slots=True)
class Section:
    """One group of requirements."""

    id: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Sheet 5."""

    lead: str
    sections: tuple[Section, ...]
    left_out: tuple[Row, ...]
    held: int
    tests: str
    total: Counts
    note: str


@dataclass(frozen=True, slots=True)
class PciRow:
    """One PCI DSS requirement group in AOC words."""

    id: str
    title: str
    counts: Counts
    result: Markup


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity that PCI DSS asks for at intervals."""

    id: str
    title: str
    interval: str
    result: Markup
    status: str


@dataclass(frozen=True, slots=True)
class PciSummary:
    """Sheet P1."""

    lead: str
    rows: tuple[PciRow, ...]
    total: Counts
    activities: tuple[Activity, ...]
    note: str


def matrix(facts: Facts) -> Matrix:
    """The requirement matrix."""
    sections = tuple(
        Section(group.id, group.title, tuple(_row(facts, result) for result in results))
        for group, results in facts.grouped(facts.inside)
    )
    automated = sum(result.automated for result in facts.inside)
    manual = sum(result.manual for result in facts.inside)
    return Matrix(
        lead=_lead(facts),
        sections=sections,
        left_out=tuple(_row(facts, result) for result in facts.left_out),
        held=len(facts.inside),
        tests=_tests(automated, manual),
        total=facts.matrix_total,
        note=(
            "Full: one control that covers all of it, or partial ones declared complete together. Partial: what stays"
            " open is on the control’s sheet. Procedural: shown by people alone. Unmapped: no control is mapped to it,"
            " so nothing is said of it. Auto + manual: checks that speak to it, and controls with a part that only"
            " people can show: sheet 8. Counts are findings, once for each"
            f" {facts.requirement} they serve; the totals tie to sheet 3.1."
        ),
    )


def _lead(facts: Facts) -> str:
    unmapped = sum(1 for result in facts.inside if result.coverage is RequirementCoverage.UNMAPPED)
    parts = [f"All {len(facts.inside):,} {facts.requirements} in scope, none left out."]
    if unmapped:
        verb = "is" if unmapped == 1 else "are"
        parts.append(f"{text.sentence(text.words(unmapped))} of them {verb} unmapped and so undetermined.")
    if facts.left_out:
        parts.append(f"{len(facts.left_out):,} of categories not selected stand at the end and are not counted.")
    parts.append("Titles and paraphrases are ours.")
    return " ".join(parts)


def _row(facts: Facts, result: RequirementResult) -> Row:
    requirement = facts.view.catalog[result.requirement]
    # Where not all fit, "and 26 more" takes the place of two.
    named = len(result.controls) if len(result.controls) <= _CONTROLS else _CONTROLS - 2
    controls = tuple(_control(facts, control) for control in result.controls[:named])
    return Row(
        id=result.requirement,
        title=requirement.title,
        facts=_facts(requirement),
        controls=controls,
        more_controls=len(result.controls) - named,
        coverage=_COVERAGE[result.coverage],
        tests=_tests(result.automated, result.manual) if result.in_scope else text.MISSING,
        counts=result.counts if result.in_scope else Counts(),
        result=marks.narrow(result.status),
        reason=_reason(result),
    )


def _control(facts: Facts, control: str) -> Markup:
    reference = facts.view.references.get(control)
    if reference is None:
        return Markup("<span>{}</span>").format(text.printable(control))
    sheet = next(sheet for sheet in facts.view.sheets if sheet.reference == reference)
    return facts.link(reference if sheet.tests else "8", control)


def _tests(automated: int, manual: int) -> str:
    return f"{automated:,} + {manual:,}" if automated or manual else text.MISSING


def _facts(requirement: Requirement) -> str:
    """What the catalog says of it that changes how it is read."""
    known = requirement.facts
    words = []
    if designation := known.get("designation"):
        words.append(str(designation))
    if (applies := known.get("applicability")) and applies != "all":
        words.append(f"{applies} only".replace("_", " "))
    if later := known.get("superseded_by"):
        words.append(f"superseded by {later}")
    return ", ".join(words)


def _reason(result: RequirementResult) -> str:
    """Why it is undetermined, on one line and where the row itself does not say; the rest is in the workbook."""
    if result.status is not Status.UNDETERMINED or not result.automated:
        return ""
    reasons = [text.prose(reason) for reason in result.reasons]
    more = f"; {len(reasons) - 1:,} more in the workbook" if len(reasons) > 1 else ""
    return text.sentence(text.cut(reasons[0], _REASON - len(more)) + more) if reasons else ""


# PCI DSS -----------------------------------------------------------------------------------------


def pci_summary(facts: Facts) -> PciSummary:
    """Counts in AOC words; the QSA decides, and undetermined is Not tested."""
    rows, total = [], Counts()
    for group, results in facts.grouped(facts.inside):
        counts = sum((_one(_in_aoc(result)) for result in results), Counts())
        total += counts
        rows.append(PciRow(group.id, group.title, counts, marks.in_pci_words(counts.status or Status.UNDETERMINED)))
    activities = tuple(_activity(facts, result) for result in facts.inside if _interval(facts, result))
    return PciSummary(
        lead=(
            f"{total.passed:,} of {total.total:,} requirements in place, {total.failed:,} not in place,"
            f" {total.undetermined:,} not tested. An evidence summary for the QSA, who decides; the words are those of"
            " the attestation of compliance."
        ),
        rows=tuple(rows),
        total=total,
        activities=activities,
        note=(
            "In place: every control mapped to it passes and together they cover it in full. Not tested: undetermined,"
            " whatever the reason; it is never counted as in place. Totals tie to sheets 3.1 and 5."
        ),
    )


def _in_aoc(result: RequirementResult) -> Status:
    """Only what is satisfied is in place: a pass that leaves part of the requirement open is not tested."""
    return Status.UNDETERMINED if result.status is Status.PASS and not result.is_satisfied else result.status


def _one(status: Status) -> Counts:
    return Counts(
        passed=int(status is Status.PASS),
        failed=int(status is Status.FAIL),
        undetermined=int(status is Status.UNDETERMINED),
        not_applicable=int(status is Status.NOT_APPLICABLE),
    )


def _interval(facts: Facts, result: RequirementResult) -> str:
    return str(facts.view.catalog[result.requirement].facts.get("interval") or "")


def _activity(facts: Facts, result: RequirementResult) -> Activity:
    """A requirement with an interval, and the dates on which controls mapped to it were done."""
    requirement = facts.view.catalog[result.requirement]
    frequency = str(requirement.facts.get("recurring_frequency") or cadence(_interval(facts, result)))
    return Activity(
        id=result.requirement,
        title=requirement.title,
        interval=text.sentence(frequency),
        result=marks.in_pci_words(_in_aoc(result)),
        status=recurring.dates_of(facts.view, result.controls),
    )
