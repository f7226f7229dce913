"""`map`: edges, derived overlaps, coverage a framework, and a person's review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.common import echo_json, table, workspace_option, workspace_root, write_output
from proveonce.kernel.errors import UsageError

if TYPE_CHECKING:
    from proveonce.app.mapping import Located
    from proveonce.model.content import Content
    from proveonce.model.overlap import Overlap

SHOW = "show"

FILES = ("xlsx", "html", "oscal")
"""Formats of the whole crosswalk, which are files."""


class _Map(click.Group):
    """`map …` means `map show …` unless a subcommand is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_named = bool(args) and (args[0] in self.commands or args[0] in self.get_help_option_names(ctx))
        return super().parse_args(ctx, args if is_named else [SHOW, *args])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [one for one in self.commands[SHOW].get_params(ctx) if isinstance(one, click.Option)]
        shown = [record for option in options if (record := option.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(shown)
        self.format_commands(ctx, formatter)


@click.group("map", cls=_Map, subcommand_metavar="[NAME] | COMMAND [ARGS]…")
def map_() -> None:
    """What the crosswalks say.

    \b
    map                              coverage of each framework
    map CC6.1 · map IAM-03           the edges of a requirement, of a control
    map CC6.1 --to pci_dss           how it overlaps with PCI DSS, by which path
    map CC6.1 --to pci_dss:8.2.1     with one requirement
    map --from soc2 --to pci_dss     every overlapping pair
    map --format xlsx --out x.xlsx   the whole crosswalk as a workbook; html: as a page
    map --lint                       what is wrong with catalogs, controls and crosswalks
    map --impact old.yaml new.yaml   what a new edition of a framework changes
    """  # noqa: D301 - \b is click's mark for lines to keep


@map_.command(SHOW)
@click.argument("name", required=False)
@click.option("--from", "from_", metavar="FRAMEWORK", help="Without NAME: every pair from this framework.")
@click.option("--to", metavar="FRAMEWORK|REQUIREMENT", help="What to derive the overlap with.")
@click.option("--lint", "is_lint", is_flag=True, help="Only say what is wrong with the mappings; exit code 2 if any.")
@click.option("--impact", nargs=2, metavar="OLD NEW", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Compare two editions of a framework.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json", "csv", *FILES]), default="text",
              show_default=True, help="Output format; xlsx, html and oscal are of the whole crosswalk.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@workspace_option
def show(
    name: str | None,
    from_: str | None,
    to: str | None,
    is_lint: bool,
    impact: tuple[Path, Path] | None,
    form: str,
    out: Path | None,
    workspace_path: Path | None,
) -> int:
    """Edges, derived overlaps, or coverage a framework."""
    root = workspace_root(workspace_path)
    whole = [bool(name or from_ or to), is_lint, bool(impact), form in FILES]
    if sum(whole) > 1:
        raise UsageError("what is asked excludes each other", fix="ask for a name or pairs, --lint, --impact, "
                         "or the whole crosswalk as a file")  # fmt: skip
    if is_lint:
        return _lint(root)
    if impact:
        from proveonce.cli.impact import show_impact

        show_impact(root, *impact, form)
    elif form in FILES:
        _write_crosswalk(root, form, out)
    else:
        _show(root, name, from_, to, form)
    return 0


def _lint(root: Path) -> int:
    from proveonce.app.validating import lint_content
    from proveonce.kernel.errors import InputError

    content, problems = lint_content(root)
    if problems:
        raise InputError(problems)
    edges = sum(len(crosswalk.edges) for crosswalk in content.crosswalks.values())
    click.echo(f"sound: {edges:,} edges between {len(content.controls)} common controls and "
               f"{sum(len(f.requirements) for f in content.frameworks.values())} requirements")  # fmt: skip
    return 0


def _write_crosswalk(root: Path, form: str, out: Path | None) -> None:
    """Writes the whole crosswalk as a workbook, a page or an OSCAL mapping-collection."""
    from proveonce.content import load_content
    from proveonce.present.crosswalk import page, view_of, workbook
    from proveonce.present.oscal import mapping_collection, to_bytes

    content = load_content(root)
    if form == "oscal":
        mapped = [framework for framework in content.frameworks if framework in content.crosswalks]
        write_output(to_bytes(mapping_collection(content, mapped)), out)
    else:
        write_output(workbook(view_of(content)) if form == "xlsx" else page(view_of(content)).encode(), out)


def _show(root: Path, name: str | None, from_: str | None, to: str | None, form: str) -> None:
    from proveonce.app.mapping import derived, derived_table, edges_of
    from proveonce.content import load_content

    if (name and from_) or (not name and bool(from_) != bool(to)):
        raise UsageError("NAME and --from exclude each other, and --from goes with --to",
                         fix="proveonce map NAME --to …, or proveonce map --from FRAMEWORK --to FRAMEWORK")  # fmt: skip
    content = load_content(root)
    if name and (not to or name in content.controls):
        _show_edges(name, edges_of(content, name, to), form)
    elif name and to:
        _show_overlaps(content, name, to, derived(content, name, to), form)
    elif from_ and to:
        _show_table(content, derived_table(content, from_, to), form)
    else:
        _show_summary(content, form)


@map_.command("review")
@click.argument("control")
@click.argument("requirements", metavar="REQUIREMENT...", nargs=-1, required=True)
@click.option("--name", required=True, help="Who reviewed: a person.")
@click.option("--credential", required=True, help='What entitles them, such as "CPA, licence 12345 (NY)".')
@click.option("--date", "on", metavar="YYYY-MM-DD", help="The day of the review. Default: today.")
@click.option("--replace", "may_replace", is_flag=True, help="Put it in place of another person's review.")
@workspace_option
def review(
    control: str,
    requirements: tuple[str, ...],
    name: str,
    credential: str,
    on: str | None,
    may_replace: bool,
    workspace_path: Path | None,
) -> None:
    """Record a person's review of the edges from CONTROL to each REQUIREMENT.

    Read each edge with the standard open, then say so under your own name. The review holds for the edge as it
    stands: when the control, the requirement or the edge changes, it is shown as stale.
    """
    from datetime import datetime

    from proveonce.app.mapping import record_review
    from proveonce.model.crosswalk import Review
    from proveonce.present.overlap import review_words

    today = datetime.now().astimezone().date()
    recorded = record_review(
        workspace_root(workspace_path),
        control,
        requirements,
        Review(name, credential, on if on is not None else today.isoformat()),
        today=today,
        may_replace=may_replace,
    )
    for path in recorded.copied:
        click.echo(f"{path} is a copy of the crosswalk we ship; from now on it is the workspace's own, and a newer "
                   "version of ours does not change it")  # fmt: skip
    for framework, edge in recorded.edges:
        click.echo(f"{edge.control} {edge.relation} {framework}:{edge.requirement}: {review_words(edge)}")


def _show_edges(name: str, edges: Sequence[Located], form: str) -> None:
    from proveonce.present.overlap import edge_json, review_words

    if form == "json":
        echo_json([edge_json(framework, edge) for framework, edge in edges])
    elif form == "csv":
        head = ("framework", "control", "relation", "requirement", "rationale", "open", "review")
        _echo_csv(head, ((framework, edge.control, edge.relation, edge.requirement, edge.rationale, edge.residual,
                          review_words(edge)) for framework, edge in edges))  # fmt: skip
    elif not edges:
        click.echo(f"{name} has no edge here: nothing is mapped")
    else:
        for framework, edge in edges:
            click.echo(f"{edge.control} {edge.relation} {framework} {edge.requirement}")
            click.echo(f"    {edge.rationale}")
            click.echo(f"    open: {edge.residual or 'nothing'} · {review_words(edge)}")


def _show_overlaps(content: Content, name: str, to: str, found: Sequence[Overlap], form: str) -> None:
    from proveonce.present import overlap as words

    if form != "text":
        _show_table(content, found, form)
        return
    if not found:
        click.echo(f"{name} and {to}: no common control serves both; that proves no difference between them")
        return
    proven = sum(overlap.relation is not None for overlap in found)
    click.echo(f"{name} and {to}: {proven} proven, {len(found) - proven} share a control, overlap unproven\n")
    for overlap in found:
        _show_overlap(content, overlap)
    click.echo(f"{words.ORDER_NOTE}\n{words.SCOPE_NOTE}")


def _show_overlap(content: Content, overlap: Overlap) -> None:
    from proveonce.present import overlap as words

    second = content.frameworks[overlap.second.framework].requirement(overlap.second.id)
    title = second.title if second else ""
    if overlap.relation:
        click.echo(f"{overlap.first.id} {words.relation_words(overlap)} {overlap.second.id} {title}: proven")
    else:
        click.echo(f"{overlap.first.id} shares controls with {overlap.second.id} {title}: overlap unproven")
    for proof in filter(None, (overlap.within, overlap.contains)):
        click.echo(f"    {words.path_words(proof)} · {words.proof_words(proof)}")
        for control, residual in words.proof_open(proof):
            click.echo(f"        {control} leaves open: {residual}")
    for shared in words.beside(overlap):
        click.echo(f"    {words.shared_path(shared, overlap)} · {words.shared_words(shared, overlap)}")
        for requirement, residual in words.shared_open(shared, overlap):
            click.echo(f"        open in {requirement}: {residual}")
    terms = " + ".join(f"{shared.control} {shared.strength:.2f}" for shared in overlap.shared)
    click.echo(f"    strength {overlap.strength:.2f}" + (f" = {terms}" if terms else "") + "\n")


def _show_table(content: Content, found: Sequence[Overlap], form: str) -> None:
    from proveonce.present import overlap as words

    if form == "json":
        echo_json([words.overlap_json(content, overlap) for overlap in found])
        return
    if form == "csv":
        _echo_csv(words.CSV_HEAD, (words.overlap_row(content, overlap) for overlap in found))
        return
    rows = [[overlap.first.id, overlap.second.id, words.relation_words(overlap), f"{overlap.strength:.2f}",
             " ".join(shared.control for shared in overlap.shared)] for overlap in found]  # fmt: skip
    click.echo(table(["from", "to", "relation", "strength", "controls"], rows, right=frozenset({3})))
    proven = sum(overlap.relation is not None for overlap in found)
    click.echo(f"\n{proven} proven, {len(found) - proven} share a control, overlap unproven")
    click.echo(f"{words.ORDER_NOTE}\n{words.SCOPE_NOTE}")


def _show_summary(content: Content, form: str) -> None:
    from dataclasses import asdict

    from proveonce.app.mapping import summary

    rows = [asdict(row) for row in summary(content)]
    if form == "json":
        echo_json(rows)
        return
    head = [name.replace("_", " ") for name in rows[0]] if rows else []
    cells = [[str(value) for value in row.values()] for row in rows]
    if form == "csv":
        _echo_csv(head, cells)
        return
    click.echo(table(head, cells, right=frozenset(range(1, len(head)))))
    click.echo("\nfull: one control covers it · jointly: a set declared complete · partial: neither · "
               "stale: the edge changed since its review")  # fmt: skip


def _echo_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    click.echo(out.getvalue(), nl=False)
