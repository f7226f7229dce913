"""Controls × frameworks, as lists and as counts, and requirements × control domains."""

from __future__ import annotations

import re
from collections import Counter

from proveonce.model.catalog import Framework, FrameworkId
from proveonce.present.crosswalk import frames, words
from proveonce.present.crosswalk.look import FILLS, HEAT, key_width, packed
from proveonce.present.crosswalk.view import ControlRow, CrosswalkView, MappedEdge, RequirementRow, Strength
from proveonce.present.workbook import measure
from proveonce.present.workbook.book import SheetBook
from proveonce.present.workbook.facts import cadence, count, sentence
from proveonce.present.workbook.grid import Column, Grid, Layout, Shaded, Value
from proveonce.present.workbook.style import Kind

_LIST_ROOM = 84.0
"""Units that the lists of requirements share on the sheet Controls."""
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9 ._-]")
_NAME_ROOM = 20


def sheet_names(view: CrosswalkView) -> dict[FrameworkId, str]:
    """`Matrix PCI DSS`: one name a framework, short, different and of plain letters."""
    names: dict[FrameworkId, str] = {}
    for number, framework in enumerate(view.frameworks, 1):
        plain = _UNSAFE_IN_NAME.sub("", words.short(framework))[:_NAME_ROOM].strip() or str(number)
        name = f"Matrix {plain}"
        taken = {other.lower() for other in names.values()}
        names[framework.id] = f"{name} {number}" if name.lower() in taken else name
    return names


def write_controls(book: SheetBook, view: CrosswalkView) -> None:
    """Controls × frameworks: the requirements that each control serves."""
    lists = _list_columns(view)
    without_check = sum(1 for row in view.controls if not row.checks)
    layout = Layout(
        name="Controls",
        title="Controls and what they serve",
        holds="Each control with the requirements it serves, by framework",
        sentence=(
            "A list is shaded by its strongest relation: dark and bold full, pale jointly full, white partial. "
            "≥ 7.2.4 reads: the control is a superset of 7.2.4; † completes a set, ¹ rests on this control only. A "
            f"note on a list says what stays open. {without_check:,} of {count(len(view.controls), 'control')} have no "
            "automated check. Right of the print: domain, type, cadence, owner, statement."
        ),
        columns=(
            Column("Control", 9, Kind.KEY),
            Column("Title", 22, takes_rest=True),
            Column("Nature", 10),
            *lists,
            Column("Frame-works", 8, Kind.NUMBER),
            Column("Mappings", 9.5, Kind.NUMBER),
            Column("Full", 6, Kind.NUMBER),
            Column("Alone¹", 8, Kind.NUMBER),
            Column("Checks", 8, Kind.NUMBER),
            Column("Domain", 24, is_printed=False),
            Column("Type", 12, is_printed=False),
            Column("Cadence", 14, is_printed=False),
            Column("Owner", 16, is_printed=False),
            Column("Statement", 90, is_printed=False),
        ),
        banner=words.review_banner(view),
    )
    grid = Grid(book, layout)
    for row in view.controls:
        grid.add(_control_row(view, row))
    grid.total({
        "Control": "Total",
        "Title": "Mappings ties to Edges",
        **{words.short(f): f"{sum(len(row.edges) for row in view.of(f)):,} mappings" for f in view.frameworks},
        "Mappings": len(view.edges),
        "Full": sum(1 for edge in view.edges if edge.strength is Strength.FULL),
        "Alone¹": sum(1 for edge in view.edges if edge.is_alone),
    })  # fmt: skip
    grid.close()


def _list_columns(view: CrosswalkView) -> list[Column]:
    """A column a framework, the wider the longer its ids are."""
    longest = {f.id: max((len(r.id) for r in f.requirements), default=0) + 3 for f in view.frameworks}
    whole = sum(longest.values()) or 1
    return [
        Column(words.short(f), max(16.0, _LIST_ROOM * (0.4 / len(longest) + 0.6 * longest[f.id] / whole)))
        for f in view.frameworks
    ]


def _control_row(view: CrosswalkView, row: ControlRow) -> tuple[Value, ...]:
    control = row.control
    return (
        control.id,
        control.title,
        control.nature,
        *(
            _served(row.served.get(framework.id, ()), column.width)
            for framework, column in zip(view.frameworks, _list_columns(view), strict=True)
        ),
        len(row.served),
        len(row.edges),
        sum(1 for edge in row.edges if edge.strength is Strength.FULL),
        len(row.alone),
        len(row.checks),
        row.domain.title,
        control.type,
        cadence(control.cadence),
        control.owner,
        control.statement,
    )


def _served(edges: tuple[MappedEdge, ...], width: float) -> Shaded:
    if not edges:
        return Shaded("")
    strongest = max(edge.strength for edge in edges)
    return Shaded(
        packed((words.requirement_label(edge) for edge in edges), width),
        FILLS[strongest],
        is_bold=strongest is Strength.FULL,
        note=words.residual_note(edges, at_control=True),
    )


def write_heat(book: SheetBook, view: CrosswalkView) -> None:
    """Controls × frameworks in counts."""
    counts = frames.heat(view)
    kinds = [(framework, is_full) for framework in view.frameworks for is_full in (True, False)]
    heads = [f"{words.short(framework)} {'full' if is_full else 'partial'}" for framework, is_full in kinds]
    largest = max((value for row in counts.values() for value in row.values()), default=1)
    layout = Layout(
        name="Heat",
        title="Frameworks × controls, in counts",
        holds="How many requirements each control carries, in full and in part",
        sentence=(
            "Requirements that the control covers in full by itself, and those that it covers in part (jointly full "
            f"included). The darker, the more, up to {largest:,} in one cell; – is none."
        ),
        columns=(
            Column("Control", 9, Kind.KEY),
            Column("Title", 40, takes_rest=True),
            *(Column(head, 10.5, Kind.NUMBER, heat=(HEAT, float(largest))) for head in heads),
            Column("Mappings", 10, Kind.NUMBER),
            Column("Frame-works", 9, Kind.NUMBER),
        ),
        banner=words.review_banner(view),
    )
    grid = Grid(book, layout)
    totals: Counter[str] = Counter()
    for row in view.controls:
        numbers = [counts[row.control.id][framework.id, is_full] for framework, is_full in kinds]
        totals.update(dict(zip(heads, numbers, strict=True)))
        grid.add((row.control.id, row.control.title, *numbers, sum(numbers), len(row.served)))
    grid.total({"Control": "Total", "Title": "ties to Edges", **totals, "Mappings": totals.total()})
    grid.close()


def write_matrix(book: SheetBook, view: CrosswalkView, framework: Framework, name: str) -> None:
    """Requirements × control domains of one framework."""
    cells = frames.matrix(view, framework)
    rows = view.of(framework)
    used = [domain for domain in view.domains if any((row.requirement.id, domain.id) in cells for row in rows)]
    named = "; ".join(f"{domain.id} {domain.title}" for domain in used)
    narrow = {domain.id: max(5.0, measure.units_for(domain.id, is_bold=True) + 0.8) for domain in used}
    layout = Layout(
        name=name,
        title=f"{words.short(framework)}: requirements × control domains",
        holds=f"{words.short(framework)} {framework.edition}: which controls stand for each requirement",
        sentence=(
            "Under a domain stand the numbers of its controls: 06≥ under IAM is control IAM-06, a superset of the "
            "requirement. Shaded by the strongest: dark and bold full, pale jointly full (†), white partial. A note "
            f"on a cell says what stays open; right of the print the controls stand in full. {named}."
        ),
        columns=(
            Column("Requirement", key_width((row.requirement.id for row in rows), 13), Kind.KEY),
            Column("Our short title", 26, takes_rest=True),
            Column("Controls", 9, Kind.NUMBER),
            Column("Coverage", 19),
            *(Column(domain.id, narrow[domain.id]) for domain in used),
            Column("Controls in full", 60, Kind.MONO, is_printed=False),
        ),
        banner=words.review_banner(view),
        is_large=True,
    )
    grid = Grid(book, layout)
    for row in rows:
        found = [cells.get((row.requirement.id, domain.id), ()) for domain in used]
        which = ", ".join(words.control_label(edge) for edge in row.edges)
        grid.add((row.requirement.id, row.requirement.title, len(row.edges), sentence(row.coverage),
                  *(_standing(edges) for edges in found), which))  # fmt: skip
    grid.total(_matrix_totals(rows))
    grid.close()


def _standing(edges: tuple[MappedEdge, ...]) -> Shaded:
    if not edges:
        return Shaded("")
    strongest = max(edge.strength for edge in edges)
    text = "\n".join(
        edge.control.id.removeprefix(f"{edge.control.domain}-") + words.mark(edge)
        for edge in sorted(edges, key=lambda edge: edge.control.id)
    )
    note = words.residual_note(edges, at_control=False)
    return Shaded(text, FILLS[strongest], is_bold=strongest is Strength.FULL, note=note)


def _matrix_totals(rows: tuple[RequirementRow, ...]) -> dict[str, Value]:
    by_domain = Counter(edge.control.domain for row in rows for edge in row.edges)
    return {
        "Requirement": "Total",
        "Our short title": "mappings, tie to Edges",
        "Controls": by_domain.total(),
        **by_domain,
    }
