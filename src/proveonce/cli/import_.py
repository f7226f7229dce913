"""`import`: results of other tools, and tables, as evidence."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from proveonce.cli.common import INCOMPLETE, echo_json, format_option, open_workspace, table, workspace_option


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--from", "tool", metavar="TOOL", help="Which tool wrote it. Default: recognised by its content.")
@click.option("--as", "kind", metavar="KIND", help="What the rows of a table are (--from table): change, joiner, "
              "leaver, ticket, training or asset.")  # fmt: skip
@click.option("--by", "imported_by", metavar="NAME", help="Who imports it. Default: prepared_by of proveonce.yaml.")
@click.option("--subject", default="", help="What it speaks of. Default: its accounts. A later import of the same tool "
              "and subject takes the place of an earlier one.")  # fmt: skip
@workspace_option
@format_option
def import_(
    path: Path, tool: str | None, kind: str | None, imported_by: str | None, subject: str, workspace_path: Path | None,
    form: str,
) -> int:  # fmt: skip
    """Bring in a file of another tool, or a table of yours, as evidence.

    It becomes a committed import with the file's digest, the tool's version, when it looked and who brought it.
    Rules are mapped to common controls by controls/imports/; rules without a control are listed, never dropped.
    Columns of a table are found by their headings, or named once under imports in proveonce.yaml.
    Exit code 4 says that the file cannot prove all it should.
    """
    from datetime import UTC, datetime

    from proveonce.app.importing import import_file
    from proveonce.kernel.errors import UsageError

    workspace = open_workspace(workspace_path)
    who = imported_by or (workspace.prepared_by.name if workspace.prepared_by else "")
    if not who.strip():
        raise UsageError("nobody imports it", fix="say who with --by, or name prepared_by in proveonce.yaml")
    found = import_file(
        workspace, path, tool=tool, imported_by=who.strip(), now=datetime.now(tz=UTC), subject=subject, kind=kind
    )
    code = INCOMPLETE if found.gaps else 0
    if form == "json":
        echo_json({**asdict(found), "run": found.run.id, "import": found.run.manifest["predicate"]["import"]})
        return code
    facts = found.run.manifest["predicate"]["import"]
    click.echo(f"{found.run.id}: {found.rows:,} rows of {facts['file']} from {facts['title']} {found_version(facts)}")
    if found.outcomes:
        click.echo(", ".join(f"{count:,} {outcome}" for outcome, count in sorted(found.outcomes.items())))
    for gap in found.gaps:
        click.echo(f"incomplete: {gap}")
    for note in found.notes:
        click.echo(f"note: {note}")
    if found.unmapped:
        click.echo(f"\n{len(found.unmapped)} rules speak to no common control, and are not judged:")
        click.echo(table(["rule", "rows"], [[rule, f"{count:,}"] for rule, count in found.unmapped.items()],
                         right=frozenset({1})))  # fmt: skip
    return code


def found_version(facts: dict[str, object]) -> str:
    """The tool's version and when it ran, as far as the file says."""
    return " ".join(
        str(part) for part in (facts["version"], f"at {facts['ran_at']}" if facts["ran_at"] else "") if part
    )
