"""`prioritize`: which controls pay most, the smallest covering set, and what a fix would move."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.common import echo_json, open_workspace, workspace_option, write_output

if TYPE_CHECKING:
    from proveonce.model.content import Content
    from proveonce.model.priority import OrderOfWork

_SHOWN = 20


@click.command()
@click.argument("control", required=False)
@workspace_option
@click.option("--run", "run_id", help="Run id. Default: the latest; without any, from content alone.")
@click.option("--as-of", help="Instant to judge and to count deadlines at. Default: the end of the run.")
@click.option("--framework", "-f", "frameworks", multiple=True, help="Only this framework, repeatable.")
@click.option("--cover", is_flag=True, help="The smallest set of controls that covers every coverable requirement.")
@click.option("--by", type=click.Choice(["count", "effort"]), help="What the covering set costs. Default: count.")
@click.option("--fix", multiple=True, help="What fixing this check or control would move, repeatable.")
@click.option("--next", "limit", type=click.IntRange(1, 100), help="The best next fixes, so many. Default: 10.")
@click.option("--budget", type=click.FloatRange(min=0, min_open=True), help="The best next fixes in so many days.")
@click.option("--all", "show_all", is_flag=True, help="Every row, not the first 20.")
@click.option("--explain", is_flag=True, help="Every term of every score shown.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv", "xlsx"]), default="text", show_default=True,
    help="Output format.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
def prioritize(
    control: str | None,
    workspace_path: Path | None,
    run_id: str | None,
    as_of: str | None,
    frameworks: tuple[str, ...],
    cover: bool,
    by: str | None,
    fix: tuple[str, ...],
    limit: int | None,
    budget: float | None,
    show_all: bool,
    explain: bool,
    form: str,
    out: Path | None,
) -> None:
    """Rank the common controls by what their proof pays; --cover, --fix and --next answer what then.

    CONTROL shows one control's score, term by term, with its inputs. JSON and xlsx hold all answers; text and csv
    hold the one asked for. The same evidence, content and as-of give the same answer.
    """
    from proveonce.app.prioritising import prioritize as put_in_order

    workspace = open_workspace(workspace_path)
    order, content = put_in_order(
        workspace, run_id=run_id, as_of=as_of, frameworks=frameworks, by=by or "count", fix=fix, limit=limit,
        budget=budget,
    )  # fmt: skip
    if control is not None:
        _must_be_there(control, order)
    answer = "moves" if fix else "cover" if cover or by else "fixes" if limit or budget is not None else "controls"
    if form == "xlsx":
        from proveonce.present.priority_book import order_workbook

        write_output(order_workbook(order, content, workspace), out)
    elif form == "csv":
        write_output(_csv(order, content, answer).encode(), out)
    elif form == "json" and not out:
        from proveonce.present.priority import order_json

        echo_json(order_json(order, content))
    elif form == "json":
        from proveonce.present.machine import dumps
        from proveonce.present.priority import order_json

        write_output((dumps(order_json(order, content)) + "\n").encode(), out)
    else:
        _print(order, content, answer, control=control, show_all=show_all, explain=explain, out=out)


def _must_be_there(control: str, order: OrderOfWork) -> None:
    from proveonce.kernel.errors import UsageError
    from proveonce.kernel.naming import nearest

    names = [priority.control for priority in order.priorities]
    if control not in names:
        near = nearest(control, names)
        frameworks = ", ".join(order.frameworks)
        raise UsageError(
            f"no common control {control!r} serves {frameworks}", fix=f"did you mean {near}?" if near else ""
        )


def _csv(order: OrderOfWork, content: Content, answer: str) -> str:
    from proveonce.present import priority as present

    if answer == "cover":
        sheet = present.cover_sheet(order, content)
    elif answer == "moves" and order.what_if:
        sheet = present.moves_sheet(order.what_if, content)
    elif answer == "fixes" and order.next_fixes:
        sheet = present.fixes_sheet(order.next_fixes, content)
    else:
        sheet = present.controls_sheet(order, content)
    return present.to_csv(sheet)


def _print(
    order: OrderOfWork, content: Content, answer: str, *, control: str | None, show_all: bool, explain: bool,
    out: Path | None,
) -> None:  # fmt: skip
    from proveonce.cli import priority_text as text

    shown = None if show_all else _SHOWN
    if control is not None:
        lines = text.one_control(order, content, control)
    elif answer == "cover":
        lines = text.cover(order, content, shown)
    elif answer == "moves" and order.what_if:
        lines = text.moved(order.what_if, shown)
    elif answer == "fixes" and order.next_fixes:
        lines = text.fixes(order.next_fixes, content)
    else:
        lines = text.controls(order, content, shown, explain=explain)
    whole = "\n".join([*text.head(order), "", *lines])
    if out:
        write_output((whole + "\n").encode(), out)
    else:
        click.echo(whole)
