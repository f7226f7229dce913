"""`calendar`: what is due, for whom, for which requirement, with which proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.asking import chosen_day
from proveonce.cli.common import open_workspace, table, workspace_option, write_output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proveonce.model.calendar import Calendar

_TITLE = 58
_SHOWN = 40


@click.command()
@workspace_option
@click.option("--as-of", help="Day on which to look. Default: today, UTC.")
@click.option("--from", "start", help="First day shown. Default: the as-of, and all that is overdue.")
@click.option("--to", "end", help="First day no longer shown. Default: twelve months after the first.")
@click.option("--framework", "-f", help="Only what this framework asks for.")
@click.option("--owner", help="Only what this owner role answers for.")
@click.option("--all", "show_all", is_flag=True, help=f"Every row of the table, not the first {_SHOWN}.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "ics", "xlsx", "html"]), default="table",
    show_default=True, help="Output format; ics keeps what it gave out in reports/calendar.json.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
def calendar(
    workspace_path: Path | None,
    as_of: str | None,
    start: str | None,
    end: str | None,
    framework: str | None,
    owner: str | None,
    show_all: bool,
    form: str,
    out: Path | None,
) -> None:
    """Show what is due, for whom, for which requirement and with which proof.

    Days are counted from controls' cadences, PCI DSS intervals, attestations, third parties, risk acceptances and
    what people recorded. Work that several frameworks ask for stands once, at the strictest interval.
    """
    from proveonce.app.calendar import Choice, export, parse_day
    from proveonce.app.calendar import calendar as look

    workspace, day = open_workspace(workspace_path), chosen_day(as_of)
    choice = Choice(parse_day(start) if start else None, parse_day(end) if end else None, framework, owner)
    if form == "ics":
        write_output(export(workspace, day, choice), out)
        return
    found = look(workspace, day, choice)
    write_output(_rendered(found, form, show_all=show_all), out)


def _rendered(found: Calendar, form: str, *, show_all: bool) -> bytes:
    if form == "json":
        from proveonce.present.calendar.machine import calendar_json
        from proveonce.present.machine import dumps

        return (dumps(calendar_json(found)) + "\n").encode()
    if form == "xlsx":
        from proveonce.present.calendar.book import calendar_workbook

        return calendar_workbook(found)
    if form == "html":
        from proveonce.present.calendar.page import page

        return page(found).encode()
    return ("\n".join(_lines(found, None if show_all else _SHOWN)) + "\n").encode()


def _lines(found: Calendar, shown: int | None) -> Iterator[str]:
    from proveonce.present.calendar import words

    chosen = f" · {found.choice}" if found.choice else ""
    yield f"as of {found.day}, until {found.end}{chosen}: {words.headline(found)}; {len(found.duties):,} in all"
    yield ""
    rows = [words.table_row(duty, _TITLE) for duty in found.duties[:shown]]
    yield table(words.TABLE_HEAD, rows)
    if shown is not None and len(found.duties) > shown:
        yield f"and {len(found.duties) - shown:,} more: --all"
    if found.unproven:
        yield ""
        yield f"{len(found.unproven)} binding intervals that no control proves whole, so that no duty stands for them:"
        yield from (f"  {name}" for name in found.unproven)
