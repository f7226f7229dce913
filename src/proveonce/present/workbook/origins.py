"""Where evidence comes from beyond plain settings: AWS's detective controls, and files of other tools."""

from __future__ import annotations

from collections.abc import Iterator

from proveonce.model.assessment import Counts
from proveonce.present.brought import Brought, brought_in
from proveonce.present.sources import Source, sources
from proveonce.present.workbook import facts
from proveonce.present.workbook.book import Book
from proveonce.present.workbook.grid import Column, Grid, Layout, Value, counts_columns, digits
from proveonce.present.workbook.reading import STATE_WORDS
from proveonce.present.workbook.results import four
from proveonce.present.workbook.style import LOOKS, NO_OCCURRENCE, Kind


def write_sources(book: Book) -> None:
    """Each detective control of AWS and each import: what was read of it, and what its tests found."""
    found, brought = sources(book.view), brought_in(book.view)
    rows = [each.rows for each in found] + [each.rows for each in brought]
    most = max([*rows, *(each.planned for each in found)], default=0)
    largest = max([each.counts.total for each in found] + [each.counts.total for each in brought], default=0)
    layout = Layout(
        name="Sources",
        title="Sources",
        holds="AWS's detective controls, and what came from files",
        sentence=(
            f"{facts.count(len(found), 'detective control')} of AWS and {facts.count(len(brought), 'import')}. Places "
            "are account and region. A test that reads two sources counts under both, so there is no total."
        ),
        columns=(
            Column("Source", 34, Kind.KEY),
            Column("Kind", 12),
            Column("Result", 16, Kind.STATUS),
            Column("Places planned", 8, Kind.NUMBER),
            Column("Places read", 8, Kind.NUMBER),
            Column("Reads planned", digits(most, 8), Kind.NUMBER),
            Column("Reads done", digits(most, 8), Kind.NUMBER),
            Column("Rows", digits(most, 7), Kind.NUMBER),
            Column("Tests", 6, Kind.NUMBER),
            *counts_columns(largest),
            Column("Reaches back, or where it comes from", 40, takes_rest=True),
            Column("Why not read, or what it cannot prove", 40, is_printed=False),
            Column("Tables", 7, Kind.NUMBER, is_printed=False),
            Column("File SHA-256", 24, Kind.MONO, is_printed=False),
            Column("Import", 40, Kind.MONO, is_printed=False),
        ),
    )
    grid = Grid(book, layout)
    for row in _rows(found, brought):
        grid.add(row)
    grid.close()


def _rows(found: tuple[Source, ...], brought: tuple[Brought, ...]) -> Iterator[tuple[Value, ...]]:
    for source in found:
        why = "; ".join(
            f"{STATE_WORDS[cause.state]}{f', {cause.reads:,}' if cause.reads else ''}: {cause.said}"
            for cause in source.causes
        )
        yield (
            source.name, "AWS", _look(source.counts), source.places, source.places_read, source.planned, source.read,
            source.rows, source.tests, *four(source.counts), source.keeps, why, source.tables, "", "",
        )  # fmt: skip
    for each in brought:
        looked = facts.minute(each.ran_at) if each.ran_at else "an instant that the file does not say"
        origin = f"{each.file}, as of {looked}; brought in by {each.imported_by}, {facts.minute(each.imported_at)}"
        yield (
            each.tool, "From a file", _look(each.counts), None, None, None, None, each.rows, each.tests,
            *four(each.counts), origin, "; ".join((*each.gaps, *each.notes)), None, each.sha256, each.run,
        )  # fmt: skip


def _look(counts: Counts) -> Value:
    return LOOKS[counts.status] if counts.status else NO_OCCURRENCE
