"""`import-text`: a customer's licensed requirement texts, into the workspace alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proveonce.cli.common import echo_json, format_option, workspace_option, workspace_root

if TYPE_CHECKING:
    from proveonce.app.importing_texts import Imported
    from proveonce.content.texts import Matched

_SHOWN = 20


@click.command("import-text")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--framework", "-f", required=True, help="Framework whose texts these are.")
@click.option("--columns", metavar="id=NAME,text=NAME", help="Columns by header or letter. Default: found by content.")
@click.option("--sheet", "sheets", multiple=True, help="Sheet to read, repeatable. Default: the one with most ids.")
@click.option("--replace", is_flag=True, help="Put these in the place of texts imported before.")
@workspace_option
@format_option
def import_text(
    file: Path,
    framework: str,
    columns: str | None,
    sheets: tuple[str, ...],
    replace: bool,
    workspace_path: Path | None,
    form: str,
) -> None:
    """Add the licensed requirement text of FILE (CSV, XLSX, YAML, JSON) to this workspace.

    It is shown beside our paraphrase and goes nowhere else: no package, export or digest carries it.
    """
    from proveonce.app.importing_texts import import_texts

    imported = import_texts(
        workspace_root(workspace_path), framework, file, today=datetime.now(UTC).date(),
        columns=_columns(columns), sheets=sheets, replace=replace,
    )  # fmt: skip
    if form == "json":
        echo_json(_plain(imported, framework))
        return
    matched = imported.matched
    for sheet, id_column, text_column in matched.read:
        click.echo(f"read {sheet or file.name}: ids from {id_column!r}, texts from {text_column!r}")
    click.echo(
        f"{len(matched.texts)} of {len(matched.texts) + len(matched.missing)} {framework} requirements have a text"
    )
    _report(matched)
    click.echo(
        f"{'wrote' if imported.is_written else 'unchanged:'} {imported.path}, licensed to you: do not redistribute"
    )
    if imported.ignores:
        click.echo(f"added it to {imported.ignores}")


def _columns(said: str | None) -> dict[str, str]:
    from proveonce.kernel.errors import UsageError

    columns = dict(part.strip().partition("=")[::2] for part in (said or "").split(",") if part.strip())
    if not set(columns) <= {"id", "text"} or not all(columns.values()):
        raise UsageError(f"--columns {said!r} is not understood", fix="write it as id=NAME,text=NAME")
    return columns


def _report(matched: Matched) -> None:
    """What was not taken, and why."""
    _lines("no text", list(matched.missing))
    unknown = [(f"{at} {said!r}", f" (nearest: {near})" if near else "") for at, said, near in matched.unknown]
    _lines("ids that are no requirement", [said + near for said, near in unknown])
    _lines("blank texts", [f"{place} {requirement}" for place, requirement in matched.blank])
    _lines("the same text again", [f"{place} {requirement}" for place, requirement in matched.repeated])
    _lines("different texts, none taken", [f"{r} ({', '.join(at)})" for r, at in matched.contradicting.items()])
    _lines("sheets with ids not read (--sheet)", list(matched.other_sheets))
    if matched.removed:
        click.echo(f"  {matched.removed} control or direction-changing characters dropped")


def _lines(title: str, entries: Sequence[str]) -> None:
    if entries:
        more = f", and {len(entries) - _SHOWN} more (--format json)" if len(entries) > _SHOWN else ""
        click.echo(f"  {title}: {len(entries)}: {', '.join(entries[:_SHOWN])}{more}")


def _plain(imported: Imported, framework: str) -> dict[str, Any]:
    matched = imported.matched
    return {
        "framework": framework, "file": str(imported.path), "written": imported.is_written,
        "matched": len(matched.texts), "requirements": len(matched.texts) + len(matched.missing),
        "missing": list(matched.missing),
        "unknown": [{"at": at, "id": said, "nearest": near} for at, said, near in matched.unknown],
        "blank": [{"at": at, "id": requirement} for at, requirement in matched.blank],
        "repeated": [{"at": at, "id": requirement} for at, requirement in matched.repeated],
        "contradicting": {requirement: list(at) for requirement, at in matched.contradicting.items()},
        "read": [{"sheet": sheet, "id": i, "text": t} for sheet, i, t in matched.read],
        "other_sheets": list(matched.other_sheets), "characters_dropped": matched.removed,
    }  # fmt: skip
