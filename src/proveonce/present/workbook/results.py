"""Results by requirement and by control: Summary, Matrix, Controls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from proveonce.model.assessment import Counts, RequirementResult
from proveonce.model.catalog import Group
from proveonce.model.finding import Status, worst
from proveonce.model.manual import is_by_people
from proveonce.present.view import ControlSheet
from proveonce.present.workbook import facts, measure
from proveonce.present.workbook.book import Book
from proveonce.present.workbook.grid import Column, Grid, Layout, Value, count_cells, counts_columns, digits
from proveonce.present.workbook.style import LOOKS, OUT_OF_SCOPE, PASS_BAR, Kind, Tone, requirement_look

_WHY_CHARACTERS = 140
_COVERAGE_WORDS = {"full": "Full", "partial": "Partial", "procedural": "Procedural", "unmapped": "Unmapped"}


def key_width(texts: Iterable[str], least: float) -> float:
    """A width in which no reference breaks."""
    return max([least, *(measure.units_for(text, is_mono=True) + 0.6 for text in texts)])


def four(counts: Counts) -> tuple[int, int, int, int]:
    """Pass, fail, undetermined, not applicable."""
    return counts.passed, counts.failed, counts.undetermined, counts.not_applicable


def write_summary(book: Book) -> None:
    """Requirements and findings by group; the findings' total is that of sheet Findings."""
    view, largest = book.view, book.findings.total
    plural = facts.plural_of(view)
    findings = _findings_by_group(book)
    longest = max((counts.passed for counts in findings.values()), default=0) or 1
    count_head = facts.sentence(plural.split()[0])
    layout = Layout(
        name="Summary",
        title="Results by group" if view.framework.id != "soc2" else "Results by category",
        holds=f"{facts.sentence(plural)} and findings by group",
        sentence=_summary_sentence(book),
        columns=(
            Column("Group", key_width((group.id for group in view.framework.groups), 9), Kind.KEY),
            Column("Name", 34, takes_rest=True),
            Column("Worst result", 18, Kind.STATUS),
            Column(count_head, 10.5, Kind.NUMBER),
            Column("Pass", digits(largest, 16), Kind.NUMBER, bar=(PASS_BAR, longest)),
            Column("Fail", digits(largest, 9), Kind.FAILS),
            Column("Undet.", digits(largest, 10), Kind.OPEN),
            Column("Not appl.", digits(largest, 9), Kind.NUMBER),
            Column("Findings", digits(largest, 11), Kind.NUMBER),
        ),
    )
    grid = Grid(book, layout)
    inside = _by_group(book)
    sums = [Counts()]
    for group in view.framework.groups:
        results, counts = inside.get(group.id, []), findings.get(group.id, Counts())
        if not results:
            grid.add((group.id, group.title, OUT_OF_SCOPE, None, None, None, None, None, None), Tone.QUIET)
            continue
        status = worst([result.status for result in results]) or Status.UNDETERMINED
        look = requirement_look(view.framework.id, status)
        grid.add((group.id, group.title, look, len(results), *four(counts), counts.total))
        sums.append(counts)
    total = facts.total(sums)
    requirements = sum(map(len, inside.values()))
    words: dict[str, Value] = {
        "Group": "Total",
        "Name": "ties to Findings",
        count_head: requirements,
        "Findings": total.total,
    }
    grid.total(words | count_cells(total))
    grid.close()


def _summary_sentence(book: Book) -> str:
    view = book.view
    inside = [result for result in view.requirements if result.in_scope]
    tally = [
        f"{number:,} {requirement_look(view.framework.id, status).word.lower()}"
        for status, number in view.status_counts().items()
        if number
    ]
    return (
        f"Of {facts.count(len(inside), view.framework.requirement_word, facts.plural_of(view))} in scope: "
        f"{', '.join(tally) or 'none'}. Each finding is counted once, in the group where its control is tested; "
        "a control also serves other groups, so a result may be worse than the counts beside it."
    )


def _by_group(book: Book) -> dict[str, list[RequirementResult]]:
    groups: dict[str, list[RequirementResult]] = {}
    for result in book.view.requirements:
        if result.in_scope:
            groups.setdefault(book.view.catalog[result.requirement].group, []).append(result)
    return groups


def _findings_by_group(book: Book) -> dict[str, Counts]:
    home = {test.reference: sheet.home.group for sheet in book.view.sheets for test in sheet.tests}
    groups: dict[str, Counts] = {}
    for test in facts.own_tests(book.view):
        group = home[test.reference]
        groups[group] = groups.get(group, Counts()) + test.counts
    return groups


def write_matrix(book: Book) -> None:
    """Every requirement of the framework with its controls, coverage, result and counts."""
    view = book.view
    inside = [result for result in view.requirements if result.in_scope]
    sums = facts.total(result.counts for result in inside)
    title = "Our short title"
    word = facts.sentence(view.framework.requirement_word.split()[0])
    columns = (
        Column(word, key_width(view.catalog, measure.units_for(word, is_bold=True) + 0.5), Kind.KEY),
        Column(title, 28),
        Column("Common controls", 16),
        Column("Coverage", 10.5),
        Column("Result", 15.5, Kind.STATUS),
        Column("Auto checks", 7, Kind.NUMBER),
        Column("Manual", 7.5, Kind.NUMBER),
        *counts_columns(sums.total),
        Column("Why", 29, takes_rest=True),
        Column("Every reason", 60, is_printed=False),
        Column("Group", 30, is_printed=False),
        Column("Kind", 24, is_printed=False),
    )
    layout = Layout(
        name="Matrix",
        title="Requirement matrix",
        holds=f"Each {view.framework.requirement_word}: controls, coverage, result, counts",
        sentence=_matrix_sentence(book, len(inside)),
        columns=columns,
        banner=book.banner,
    )
    grid = Grid(book, layout)
    groups = {group.id: group for group in view.framework.groups}
    for result in view.requirements:
        _matrix_row(grid, book, result, groups)
    manual, automated = sum(r.manual for r in inside), sum(r.automated for r in inside)
    own = [test for test in facts.own_tests(view) if not is_by_people(test.check.id)]
    people = sum(1 for sheet in view.sheets if sheet.control.nature != "automated")
    every: dict[str, Value] = {word: "Sum", title: "of the rows in scope", "Auto checks": automated, "Manual": manual}
    once: dict[str, Value] = {word: "Each once", title: "ties to Findings", "Auto checks": len(own), "Manual": people}
    grid.total(every | count_cells(sums), once | count_cells(book.findings))
    grid.close()


def _matrix_sentence(book: Book, inside: int) -> str:
    view = book.view
    outside = len(view.requirements) - inside
    plural = facts.plural_of(view)
    head = f"All {len(view.requirements):,} {plural} of the catalog stand here"
    if outside:
        head += f"; {outside:,} of categories that management did not select are marked out of scope"
    return (
        f"{head}. Titles are ours. A finding counts under every one it speaks to, so the rows add up to more "
        "than the findings: the last row counts each once."
    )


def _matrix_row(grid: Grid, book: Book, result: RequirementResult, groups: dict[str, Group]) -> None:
    requirement = book.view.catalog[result.requirement]
    group = groups[requirement.group]
    tail = ("; ".join(result.reasons), f"{group.id} {group.title}", requirement.kind.replace("_", " "))
    controls, coverage = ", ".join(result.controls), _COVERAGE_WORDS[result.coverage]
    if not result.in_scope:
        none: tuple[Value, ...] = (None,) * 6
        reason = "its category is not selected for this package"
        grid.add(
            (result.requirement, requirement.title, controls, coverage, OUT_OF_SCOPE, *none, reason, *tail), Tone.QUIET
        )
        return
    look = requirement_look(book.view.framework.id, result.status)
    grid.add((
        result.requirement, requirement.title, controls, coverage, look, result.automated, result.manual,
        *four(result.counts), _why(result.reasons), *tail,
    ))  # fmt: skip


def _why(reasons: tuple[str, ...]) -> str:
    """The first reasons, as many as a row holds with ease; all of them stand right of the print."""
    shown: list[str] = []
    for reason in reasons:
        if shown and sum(map(len, shown)) + len(reason) > _WHY_CHARACTERS:
            break
        shown.append(reason)
    rest = len(reasons) - len(shown)
    return "\n".join(shown + ([f"and {facts.count(rest, 'more reason')}"] if rest else []))


def serves(requirements: Mapping[str, Iterable[str]], *, in_full: str) -> str:
    """How many requirements of each framework a control serves; the ids of the one `in_full`."""
    lines = []
    for framework, ids in requirements.items():
        listed = list(ids)
        if listed:
            shown = ", ".join(listed) if framework == in_full else f"{len(listed):,}"
            lines.append(f"{facts.short_title(framework)}: {shown}")
    return "\n".join(lines)


def every_served(requirements: Mapping[str, Iterable[str]]) -> str:
    """All the ids, framework by framework."""
    return "; ".join(f"{facts.short_title(name)} {', '.join(ids)}" for name, ids in requirements.items() if ids)


def write_controls(book: Book) -> None:
    """Each common control that serves the framework, once."""
    view = book.view
    sums = facts.total(sheet.counts for sheet in view.sheets)
    layout = Layout(
        name="Controls",
        title="Common controls",
        holds="Each control once: who answers for it, result, what it serves",
        sentence=(
            f"{facts.count(len(view.sheets), 'common control')} serve {view.framework.title}; reference and tests "
            f"stand under the first {view.framework.requirement_word} served. Checks alone never prove a control that "
            "people carry out in part. A test of two controls counts under both; the last row counts it once."
        ),
        columns=(
            Column("Reference", key_width((sheet.reference for sheet in view.sheets), 11), Kind.KEY),
            Column("Control", 8, Kind.MONO),
            Column("Title", 22, takes_rest=True),
            Column("Type", 9.5),
            Column("Nature", 10),
            Column("Cadence", 9),
            Column("Owner", 13),
            Column("Result", 15.5, Kind.STATUS),
            Column("Tests", 6, Kind.NUMBER),
            *counts_columns(sums.total),
            Column("Serves", 23),
            Column("Every requirement served", 60, is_printed=False),
            Column("Statement", 60, is_printed=False),
            Column("Objective", 60, is_printed=False),
            Column("Reasons", 60, is_printed=False),
        ),
    )
    grid = Grid(book, layout)
    for sheet in view.sheets:
        grid.add(_control_row(book, sheet))
    own = facts.own_tests(view)
    tests = sum(len(sheet.tests) for sheet in view.sheets)
    every: dict[str, Value] = {"Reference": "Sum", "Title": "of the rows", "Tests": tests}
    once: dict[str, Value] = {"Reference": "Each once", "Title": "ties to Findings", "Tests": len(own)}
    grid.total(every | count_cells(sums), once | count_cells(book.findings))
    grid.close()


def _control_row(book: Book, sheet: ControlSheet) -> tuple[Value, ...]:
    control = sheet.control
    named = book.view.workspace.owners.get(control.owner, "")
    owner = control.owner.replace("_", " ")
    served: dict[str, list[str]] = {}
    for framework, edge in sheet.edges:
        served.setdefault(framework, []).append(edge.requirement)
    result = book.view.assessment.controls.get(control.id)
    return (
        sheet.reference, control.id, control.title, control.type, control.nature, facts.cadence(control.cadence),
        f"{owner} ({named})" if named else owner, LOOKS[sheet.status], len(sheet.tests), *four(sheet.counts),
        serves(served, in_full=book.view.framework.id), every_served(served),
        control.statement, control.objective, "; ".join(result.reasons) if result else "",
    )  # fmt: skip
