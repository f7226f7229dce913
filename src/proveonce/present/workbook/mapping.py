"""Why a control speaks to a requirement, and what to do first: Crosswalk, Priorities."""

from __future__ import annotations

from collections.abc import Iterator

from proveonce.model.crosswalk import Crosswalk
from proveonce.model.finding import Status
from proveonce.model.priority import Priority
from proveonce.present.view import UNREVIEWED_BANNER
from proveonce.present.workbook import facts
from proveonce.present.workbook.book import Book
from proveonce.present.workbook.grid import Column, Grid, Layout, Value
from proveonce.present.workbook.results import every_served, key_width, serves
from proveonce.present.workbook.style import LOOKS, NO_OCCURRENCE, Kind

NOT_REVIEWED = "not reviewed"


def write_crosswalk(book: Book) -> None:
    """Every edge of every framework's crosswalk, this framework's first."""
    view = book.view
    ordered = sorted(view.content.crosswalks.values(), key=lambda c: (c.framework != view.framework.id, c.framework))
    edges = sum(len(crosswalk.edges) for crosswalk in ordered)
    reviewed = sum(1 for crosswalk in ordered for edge in crosswalk.edges if edge.reviewed)
    joint = sum(len(crosswalk.joint) for crosswalk in ordered)
    unreviewed = [c.framework for c in ordered if not c.is_reviewed]
    named = ", ".join(facts.short_title(framework) for framework in unreviewed)
    is_plain = not unreviewed or len(unreviewed) == len(ordered)
    banner = UNREVIEWED_BANNER if is_plain else f"{UNREVIEWED_BANNER}: {named}"
    every = [requirement for framework in view.content.frameworks.values() for requirement in framework.requirements]
    titles: dict[tuple[str, str], str] = {
        (framework.id, r.id): r.title for framework in view.content.frameworks.values() for r in framework.requirements
    }
    layout = Layout(
        name="Crosswalk",
        title="Crosswalk",
        holds="Each mapping: relation, rationale, what it leaves open, reviewer",
        sentence=(
            f"{facts.sentence(facts.count(edges, 'mapping'))} and {facts.count(joint, 'joint declaration')}; "
            f"{reviewed:,} of {edges:,} reviewed by a named person. Relations are read from the control's side: "
            "superset-of means that the control does all the requirement asks, and more."
        ),
        columns=(
            Column("Control", 9, Kind.KEY),
            Column("Framework", 11),
            Column("Requirement", key_width((requirement.id for requirement in every), 12), Kind.MONO),
            Column("Requirement's short title", 24),
            Column("Relation", 14),
            Column("Coverage", 9),
            Column("Rationale", 28, takes_rest=True),
            Column("What stays open", 28),
            Column("Reviewed by", 14),
        ),
        banner=banner if unreviewed or not ordered else "",
        rows_expected=edges + joint,
    )
    grid = Grid(book, layout)
    for crosswalk in ordered:
        for row in _edge_rows(crosswalk, titles):
            grid.add(row)
    grid.total({"Control": "Total", "Framework": f"{edges + joint:,}", "Reviewed by": f"{reviewed:,} of {edges:,}"})
    grid.close()


def _edge_rows(crosswalk: Crosswalk, titles: dict[tuple[str, str], str]) -> Iterator[tuple[Value, ...]]:
    name = facts.short_title(crosswalk.framework)
    for edge in crosswalk.edges:
        review = edge.reviewed
        yield (
            edge.control, name, edge.requirement, titles.get((crosswalk.framework, edge.requirement), ""),
            edge.relation, "Full" if edge.relation.is_full else "Partial", edge.rationale, edge.residual,
            f"{review.name}, {review.credential}, {review.date}" if review else NOT_REVIEWED,
        )  # fmt: skip
    for entry in crosswalk.joint:
        title = titles.get((crosswalk.framework, entry.requirement), "")
        controls = ", ".join(entry.controls)
        yield (controls, name, entry.requirement, title, "jointly complete", "Full", entry.reason, "", NOT_REVIEWED)


def write_priorities(book: Book) -> None:
    """The order of work: each control's score, term by term."""
    priorities = book.view.assessment.priorities
    names = list(dict.fromkeys(term.name for priority in priorities for term in priority.terms))
    layout = Layout(
        name="Priorities",
        title="Order of work",
        holds="Controls by score, each term explained",
        sentence=(
            f"{facts.sentence(facts.count(len(priorities), 'control'))}, most urgent first, over all frameworks and "
            "resources. A score is the sum of its terms, which stand with their reasons; “Up to” is what it would be "
            "if everything undetermined failed. Right of the printed part each term has a column of its own."
        ),
        columns=(
            Column("Rank", 6, Kind.NUMBER),
            Column("Control", 9, Kind.KEY),
            Column("Title", 34),
            Column("Result", 15.5, Kind.STATUS),
            Column("Score", 9, Kind.SCORE),
            Column("Up to", 9, Kind.SCORE),
            Column("Why: term, its value, explanation", 40, takes_rest=True),
            Column("Serves", 14),
            Column("Every requirement served", 60, is_printed=False),
            *(Column(facts.sentence(name), 14, Kind.SCORE, is_printed=False) for name in names),
        ),
        rows_expected=len(priorities),
    )
    grid = Grid(book, layout)
    for rank, priority in enumerate(priorities, 1):
        served = every_served(priority.requirements)
        grid.add((rank, *_priority_row(book, priority), served, *_terms(priority, names)))
    grid.close()


def _priority_row(book: Book, priority: Priority) -> tuple[Value, ...]:
    result = book.view.assessment.controls.get(priority.control)
    status: Status | None = result.status if result else Status.UNDETERMINED
    control = book.view.content.controls.get(priority.control)
    why = "\n".join(f"{term.name} {term.value:,.2f}: {term.explanation}" for term in priority.terms)
    title = control.title if control else ""
    return (
        priority.control,
        title,
        LOOKS[status] if status else NO_OCCURRENCE,
        priority.score,
        priority.upper,
        why,
        serves(priority.requirements, in_full=""),
    )


def _terms(priority: Priority, names: list[str]) -> list[Value]:
    values: dict[str, float] = {}
    for term in priority.terms:
        values[term.name] = values.get(term.name, 0.0) + term.value
    return [values.get(name, 0.0) for name in names]
