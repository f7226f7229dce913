"""The plain tables of the crosswalk's workbook, each with a total that names what it ties to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from proveonce.model.catalog import Framework
from proveonce.present.crosswalk import words
from proveonce.present.crosswalk.look import FILLS, key_width, packed
from proveonce.present.crosswalk.view import Coverage, CrosswalkView, MappedEdge, RequirementRow, Strength
from proveonce.present.workbook.book import SheetBook
from proveonce.present.workbook.facts import count, sentence
from proveonce.present.workbook.grid import PRINTED_WIDTH, Column, Grid, Layout, Shaded, Value
from proveonce.present.workbook.style import Kind

_WHICH = 21.0
"""Units for the list of a requirement's controls."""


def write_summary(book: SheetBook, view: CrosswalkView) -> None:
    """Each framework's coverage in counts."""
    layout = Layout(
        name="Summary",
        title="Coverage by framework",
        holds="How far the mapping carries each framework",
        sentence=(
            f"{count(len(view.requirements), 'requirement')} of {count(len(view.frameworks), 'framework')}, each in "
            "one of the four coverage columns. The columns from By people only on count again, by other questions. "
            f"{words.NOT_A_RESULT}"
        ),
        columns=(
            Column("Framework", 14),
            Column("Edition", 28, takes_rest=True),
            Column("Requirements", 13, Kind.NUMBER),
            Column("Full, by one control", 11, Kind.NUMBER),
            Column("Full, jointly", 9, Kind.NUMBER),
            Column("Partial", 9, Kind.OPEN),
            Column("Not mapped", 9, Kind.OPEN),
            Column("By people only", 12, Kind.NUMBER),
            Column("On one control", 13, Kind.NUMBER),
            Column("Controls", 10, Kind.NUMBER),
            Column("Mappings", 10, Kind.NUMBER),
            Column("Reviewed", 10, Kind.NUMBER),
        ),
        banner=words.review_banner(view),
    )
    grid = Grid(book, layout)
    heads = [column.head for column in layout.columns[2:]]
    total: Counter[str] = Counter()
    for framework in view.frameworks:
        row = dict(zip(heads, _summary(view, framework), strict=True))
        total.update(row)
        grid.add((words.short(framework), f"{framework.title}, {framework.edition}", *row.values()))
    total["Controls"] = len(view.controls)
    grid.total(
        {"Framework": "Total", "Edition": "ties to Requirements, Controls (each once) and Edges", **total},
    )
    grid.close()


def _summary(view: CrosswalkView, framework: Framework) -> tuple[int, ...]:
    rows = view.of(framework)
    coverages = Counter(row.coverage for row in rows)
    edges = [edge for row in rows for edge in row.edges]
    return (
        len(rows),
        *(coverages[coverage] for coverage in Coverage),
        sum(1 for row in rows if row.is_by_people),
        sum(1 for row in rows if row.is_alone),
        len({edge.control.id for edge in edges}),
        len(edges),
        sum(1 for edge in edges if edge.edge.reviewed),
    )


def write_overlap(book: SheetBook, view: CrosswalkView) -> None:
    """Which controls serve which frameworks together."""
    largest = len(view.frameworks)
    room = max(40.0, PRINTED_WIDTH - 11.0 * largest - 22.0)
    layout = Layout(
        name="Overlap",
        title="Controls by the frameworks they serve",
        holds="Which controls serve how many frameworks",
        sentence=(
            f"{view.serving(largest):,} of {count(len(view.controls), 'control')} serve all "
            f"{largest:,} frameworks. Each control stands in one row; a mark in a framework's column means that the "
            "controls of the row serve it, and no other."
        ),
        columns=(
            *(Column(words.short(framework), 11) for framework in view.frameworks),
            Column("Frameworks", 12, Kind.NUMBER),
            Column("Controls", 10, Kind.NUMBER),
            Column("Which", room, takes_rest=True),
        ),
        banner=words.review_banner(view),
    )
    grid = Grid(book, layout)
    for overlap in view.overlaps:
        served = {framework.id for framework in overlap.frameworks}
        marks = ["✓" if framework.id in served else "" for framework in view.frameworks]
        which = packed((row.control.id for row in overlap.controls), room - 4.0)
        grid.add((*marks, len(served), len(overlap.controls), which))
    grid.total({layout.columns[0].head: "Total", "Controls": len(view.controls), "Which": "ties to Controls"})
    grid.close()


def write_requirements(book: SheetBook, view: CrosswalkView) -> None:
    """Every requirement, how far it is covered, and by which controls."""
    alone = sum(1 for row in view.requirements if row.is_alone)
    unmapped = [row for row in view.requirements if row.coverage is Coverage.UNMAPPED]
    reasons = sum(1 for row in unmapped if row.why_unmapped)
    layout = Layout(
        name="Requirements",
        title="Requirements and the controls that stand for them",
        holds="Each requirement: coverage, controls, what rests on one control, why not mapped",
        sentence=(
            f"{alone:,} of {count(len(view.requirements), 'requirement')} rest on one control only; "
            f"{len(unmapped):,} are not mapped, {reasons:,} of them with a reason. By people only: a package prints "
            "Procedural for it, and only records can show it."
        ),
        columns=(
            Column("Framework", 10.5),
            Column("Requirement", key_width((row.requirement.id for row in view.requirements), 13), Kind.KEY),
            Column("Our short title", 27),
            Column("Coverage", 11.5),
            Column("Carried out by", 11.5),
            Column("Controls", 9, Kind.NUMBER),
            Column("One only", 8),
            Column("Which", _WHICH),
            Column("Why jointly complete, or why not mapped", 30, takes_rest=True, is_indented=True),
        ),
        banner=words.review_banner(view),
    )
    grid = Grid(book, layout)
    for row in view.requirements:
        grid.add(_requirement_row(row))
    grid.total({
        "Framework": "Total", "Requirement": f"{len(view.requirements):,}",
        "Our short title": "Controls ties to Edges", "Controls": len(view.edges), "One only": f"{alone:,}",
    })  # fmt: skip
    grid.close()


def _requirement_row(row: RequirementRow) -> tuple[Value, ...]:
    if row.coverage is Coverage.UNMAPPED:
        why = row.why_unmapped or words.NO_REASON
    else:
        why = "\n".join(f"{' + '.join(entry.controls)}: {entry.reason}" for entry in row.joint)
    return (
        words.short(row.framework),
        row.requirement.id,
        row.requirement.title,
        sentence(row.coverage),
        words.carried_out_by(row),
        len(row.edges),
        "Yes" if row.is_alone else "",
        packed((words.control_label(edge) for edge in row.edges), _WHICH),
        words.bounded(why),
    )


def write_edges(book: SheetBook, view: CrosswalkView) -> None:
    """Every mapping in long form."""
    layout = Layout(
        name="Edges",
        title="Every mapping, with its reason",
        holds="Each mapping once: relation, rationale, what stays open, reviewer",
        sentence=(
            f"{count(len(view.edges), 'mapping')}, each once; {view.reviewed:,} reviewed by a named person. Relations "
            "are read from the control's side: superset-of means that the control does all the requirement asks, and "
            "more."
        ),
        columns=(
            Column("Control", 9, Kind.KEY),
            Column("Relation", 14),
            Column("Framework", 10.5),
            Column("Requirement", key_width((row.requirement.id for row in view.requirements), 13), Kind.MONO),
            Column("Our short title", 28),
            Column("Covers", 11.5, is_indented=True),
            Column("Rationale", 34, takes_rest=True, is_indented=True),
            Column("What stays open", 52, is_indented=True),
            Column("Reviewed by", 13.5, is_indented=True),
            Column("One only", 9, is_printed=False),
            Column("Control's title", 50, is_printed=False),
            Column("Domain", 24, is_printed=False),
        ),
        banner=words.review_banner(view),
        is_large=True,
        rows_expected=len(view.edges),
    )
    grid = Grid(book, layout)
    for mapped in view.edges:
        grid.add(_edge_row(view, mapped))
    full = sum(1 for mapped in view.edges if mapped.strength is Strength.FULL)
    grid.total({
        "Control": "Total", "Relation": f"{len(view.edges):,}", "Covers": f"{full:,} full",
        "Reviewed by": f"{view.reviewed:,} of {len(view.edges):,}",
    })  # fmt: skip
    grid.close()


def _edge_row(view: CrosswalkView, mapped: MappedEdge) -> tuple[Value, ...]:
    titles = {domain.id: domain.title for domain in view.domains}
    covers = sentence(words.STRENGTHS[mapped.strength])
    return (
        mapped.control.id,
        mapped.edge.relation,
        words.short(mapped.framework),
        mapped.requirement.id,
        mapped.requirement.title,
        Shaded(covers, FILLS[mapped.strength], is_bold=mapped.strength is Strength.FULL),
        words.bounded(mapped.edge.rationale),
        words.bounded(mapped.edge.residual),
        words.reviewer(mapped),
        "Yes" if mapped.is_alone else "",
        mapped.control.title,
        titles[mapped.control.domain],
    )


def write_legend(book: SheetBook, view: CrosswalkView) -> None:
    """Symbols, words, domains, and what the workbook is not."""
    layout = Layout(
        name="Legend",
        title="Symbols and words",
        holds="Symbols, words, domains, and what this is not",
        sentence="A relation is a symbol beside an id; shade only repeats it.",
        columns=(Column("About", 18), Column("Word", 24), Column("Meaning", 60, takes_rest=True)),
        is_portrait=True,
    )
    grid = Grid(book, layout)
    for row in _legend(view):
        grid.add(row)
    grid.close()


def _legend(view: CrosswalkView) -> Iterator[tuple[Value, ...]]:
    for relation, meaning in words.RELATIONS.items():
        yield "Relation", f"{words.SYMBOLS[relation]}  {relation}", meaning
    yield from (("Mark", mark, meaning) for mark, meaning in words.MARKS.items())
    for strength, word in words.STRENGTHS.items():
        yield "Shade", Shaded(sentence(word), FILLS[strength], is_bold=strength is Strength.FULL), "Of the strongest."
    yield from (("Coverage", sentence(coverage), meaning) for coverage, meaning in words.COVERAGES.items())
    yield "Word", "By people only", "People carry out every control of it; a package prints Procedural."
    yield "Word", "Reviewed", "A person with a name and a credential read the mapping; only a human fills it in."
    yield from (("Domain", f"{domain.id}  {domain.title}", _size(view, domain.id)) for domain in view.domains)
    yield "What this is not", "A result", words.NOT_A_RESULT
    yield "What this is not", "The standard", "Titles are ours; for the text of a requirement use its publisher's."
    yield "What this is not", "An opinion", "Whether a mapping holds for an organisation is for its assessor to say."


def _size(view: CrosswalkView, domain: str) -> str:
    rows = [row for row in view.controls if row.control.domain == domain]
    return f"{count(len(rows), 'control')}, {count(sum(len(row.edges) for row in rows), 'mapping')}"
