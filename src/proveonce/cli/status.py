"""`status`: one screen of how things stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.asking import chosen_day
from proveonce.cli.common import GATE_NOT_MET, echo_json, open_workspace, table, workspace_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proveonce.model.status import Gate, Standing

_TITLE = 58
_GAPS = 8


@click.command()
@workspace_option
@click.option("--as-of", help="Day on which to look. Default: today, UTC.")
@click.option("--fail-on", help="Exit with 3 when something is so: stale, overdue, failing, undetermined; with commas.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Output format."
)
def status(workspace_path: Path | None, as_of: str | None, fail_on: str | None, form: str) -> int:
    """Show attestations and days left, controls, evidence age, the next duties and gaps that open.

    What nobody collected or recorded is not good: without a run the gates stale, failing and undetermined are not
    met, and overdue counts what was never done.
    """
    from proveonce.app.status import status as look

    gates = _gates(fail_on)
    standing = look(open_workspace(workspace_path), chosen_day(as_of))
    if form == "json":
        from proveonce.present.status import status_json

        echo_json(status_json(standing))
    else:
        click.echo("\n".join(_lines(standing)))
    missed = standing.missed(gates)
    if missed:
        click.echo(f"gate not met: {', '.join(missed)}", err=True)
    return GATE_NOT_MET if missed else 0


def _gates(text: str | None) -> frozenset[Gate]:
    from proveonce.kernel.errors import UsageError
    from proveonce.kernel.naming import nearest
    from proveonce.model.status import Gate

    names = [name.strip() for name in text.split(",")] if text is not None else []
    for name in names:
        if name not in list(Gate):
            near = nearest(name, list(Gate))
            raise UsageError(f"--fail-on knows no {name!r}",
                             fix=f"did you mean {near}?" if near else f"use {', '.join(Gate)}")  # fmt: skip
    return frozenset(Gate(name) for name in names)


def _lines(standing: Standing) -> Iterator[str]:
    from proveonce.present import status as present
    from proveonce.present.calendar import words

    yield f"{words.plain(standing.organisation)} as of {standing.day}"
    yield ""
    yield from (f"{head:<13} {text}" for head, text in present.facts(standing))
    yield ""
    rows = [words.table_row(duty, _TITLE) for duty in present.next_duties(standing)]
    yield table(words.TABLE_HEAD, rows) if rows else "no duty has a day yet"
    gaps = standing.calendar.gaps
    if gaps:
        yield ""
        rows = [(gap.opens_on, gap.closes_on or "not planned", words.cut(gap.title, _TITLE)) for gap in gaps[:_GAPS]]
        yield table(("gap opens", "closes", "what"), rows)
        if len(gaps) > _GAPS:
            yield f"and {len(gaps) - _GAPS:,} more gaps: --format json"
