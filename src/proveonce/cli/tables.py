"""`tables`: the evidence tables that checks are written over."""

from __future__ import annotations

import click

from proveonce.cli.common import echo_json, format_option, table


@click.group("tables")
def tables() -> None:
    """Look at the evidence tables, whose columns have AWS's own names and types."""


@tables.command("list")
@format_option
def list_tables(form: str) -> None:
    """List the tables and the calls that fill them."""
    from proveonce.tables.schema import table_names
    from proveonce.tables.spec import load_specs

    specs = load_specs()
    rows = []
    for name in table_names():
        sources = specs.sources(name)
        title = specs.children()[name].title if name in specs.children() else sources[0][1].title if sources else ""
        rows.append((name, " ".join(sorted({call.key for call, _ in sources})) or "imported", title))
    if form == "json":
        echo_json([dict(zip(("table", "calls", "title"), row, strict=True)) for row in rows])
        return
    click.echo(table(["table", "calls", "title"], rows))


@tables.command("show")
@click.argument("name")
@format_option
def show_table(name: str, form: str) -> None:
    """Show a table's columns: name, type, the fact that says how it was read, the call that gives it."""
    from proveonce.kernel.errors import UsageError
    from proveonce.kernel.naming import nearest
    from proveonce.present.reference import columns
    from proveonce.tables.schema import table_names

    if name not in table_names():
        near = nearest(name, table_names())
        raise UsageError(f"no table {name!r}", fix=f"did you mean {near}?" if near else "proveonce tables list")
    rows = columns(name)
    if form == "json":
        echo_json([dict(zip(("column", "type", "fact", "source"), row, strict=True)) for row in rows])
        return
    click.echo(table(["column", "fact", "source", "type"], [[c, fact, source, kind] for c, kind, fact, source in rows]))
