"""`frameworks`, `controls`, `checks`, `map`: look at the content."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proveonce.cli.common import echo_json, format_option, table, workspace_option, workspace_root

if TYPE_CHECKING:
    from proveonce.model.content import Content


def _content(path: Path | None) -> Content:
    from proveonce.content import load_content

    return load_content(workspace_root(path))


def _plain(fact: Any) -> dict[str, Any]:
    value = asdict(fact)
    value["place"] = str(fact.place)
    return value


def _missing(kind: str, name: str, valid: Any) -> Exception:
    from proveonce.kernel.errors import UsageError
    from proveonce.kernel.naming import nearest

    near = nearest(name, valid)
    return UsageError(f"no {kind} {name!r}", fix=f"did you mean {near}?" if near else f"proveonce {kind}s list")


@click.group()
def frameworks() -> None:
    """Look at the catalogs."""


@frameworks.command("list")
@workspace_option
@format_option
def list_frameworks(workspace_path: Path | None, form: str) -> None:
    """List the frameworks."""
    content = _content(workspace_path)
    rows = []
    for framework in content.frameworks.values():
        crosswalk = content.crosswalks.get(framework.id)
        mapped = len({edge.requirement for edge in crosswalk.edges}) if crosswalk else 0
        rows.append((framework.id, framework.title, framework.edition, len(framework.requirements), mapped))
    if form == "json":
        keys = ("id", "title", "edition", "requirements", "mapped")
        echo_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    click.echo(table(["id", "title", "edition", "requirements", "mapped"], [list(map(str, r)) for r in rows],
                     right=frozenset({3, 4})))  # fmt: skip


@frameworks.command("show")
@click.argument("framework_id")
@workspace_option
@format_option
def show_framework(framework_id: str, workspace_path: Path | None, form: str) -> None:
    """Show a framework and all its requirements."""
    content = _content(workspace_path)
    framework = next((f for f in content.frameworks.values() if f.id == framework_id), None)
    if framework is None:
        raise _missing("framework", framework_id, content.frameworks)
    if form == "json":
        echo_json(_plain(framework))
        return
    click.echo(f"{framework.title} {framework.edition} ({framework.publisher})\n{framework.licence}\n")
    click.echo(table(["id", "title"], [[r.id, r.title] for r in framework.requirements]))


@click.group()
def controls() -> None:
    """Look at the common controls."""


@controls.command("list")
@workspace_option
@format_option
def list_controls(workspace_path: Path | None, form: str) -> None:
    """List the common controls."""
    content = _content(workspace_path)
    if form == "json":
        echo_json([_plain(control) for control in content.controls.values()])
        return
    click.echo(table(
        ["id", "nature", "checks", "serves", "title"],
        [[c.id, str(c.nature), str(len(content.checks_of(c.id))),
          str(sum(e.control == c.id for w in content.crosswalks.values() for e in w.edges)), c.title]
         for c in content.controls.values()],
        right=frozenset({2, 3}),
    ))  # fmt: skip


@controls.command("show")
@click.argument("control_id")
@workspace_option
@format_option
def show_control(control_id: str, workspace_path: Path | None, form: str) -> None:
    """Show a common control, its checks and what it serves."""
    content = _content(workspace_path)
    control = next((c for c in content.controls.values() if c.id == control_id), None)
    if control is None:
        raise _missing("control", control_id, content.controls)
    edges = [(w.framework, e) for w in content.crosswalks.values() for e in w.edges if e.control == control_id]
    if form == "json":
        echo_json(
            {
                **_plain(control),
                "checks": [check.id for check in content.checks_of(control_id)],
                "serves": [{"framework": f, **_plain(e)} for f, e in edges],
            }
        )
        return
    click.echo(
        f"{control.id} {control.title}\n{control.type}, {control.nature}, {control.cadence}, owner {control.owner}\n"
    )
    click.echo(f"{control.statement}\n\nObjective: {control.objective}\n")
    for kind, text in control.procedures.items():
        click.echo(f"  {kind}: {text}")
    click.echo("\nChecks: " + (", ".join(c.id for c in content.checks_of(control_id)) or "none") + "\n")
    click.echo(table(["framework", "requirement", "relation", "leaves open"],
                     [[f, e.requirement, str(e.relation), e.residual or "nothing"] for f, e in edges]))  # fmt: skip


@click.group()
def checks() -> None:
    """Look at the checks."""


@checks.command("list")
@workspace_option
@format_option
def list_checks(workspace_path: Path | None, form: str) -> None:
    """List the checks."""
    content = _content(workspace_path)
    if form == "json":
        echo_json([_plain(check) for check in content.checks.values()])
        return
    rows = [[c.id, str(c.severity), " ".join(c.supports), c.title] for c in content.checks.values()]
    click.echo(table(["id", "severity", "supports", "title"], rows))


@checks.command("show")
@click.argument("check_id")
@workspace_option
@format_option
def show_check(check_id: str, workspace_path: Path | None, form: str) -> None:
    """Show a check and the query that it becomes."""
    from proveonce.assess.compose import compose

    content = _content(workspace_path)
    check = next((c for c in content.checks.values() if c.id == check_id), None)
    if check is None:
        raise _missing("check", check_id, content.checks)
    sql = compose(check).sql
    if form == "json":
        echo_json({**_plain(check), "sql": sql})
        return
    click.echo(f"{check.id}\n{check.title}\nseverity {check.severity}, supports {', '.join(check.supports)}\n")
    click.echo(f"{sql}\n\nRemediation: {check.remediation}")
    if check.rationale:
        click.echo(f"Why: {check.rationale}")


@click.command("map")
@click.argument("name")
@workspace_option
@format_option
def map_(name: str, workspace_path: Path | None, form: str) -> None:
    """Show the crosswalk edges of a requirement or a common control."""
    content = _content(workspace_path)
    edges = [
        (w.framework, e) for w in content.crosswalks.values() for e in w.edges if name in (e.requirement, e.control)
    ]
    known = {*content.controls, *(r.id for f in content.frameworks.values() for r in f.requirements)}
    if name not in known:
        raise _missing("control", name, known)
    if form == "json":
        echo_json([{"framework": f, **_plain(e)} for f, e in edges])
        return
    if not edges:
        click.echo(f"{name} is not mapped yet: no common control covers it")
        return
    for framework, edge in edges:
        click.echo(f"{edge.control} {edge.relation} {framework} {edge.requirement}")
        click.echo(f"    {edge.rationale}")
        click.echo(
            f"    open: {edge.residual or 'nothing'} · "
            + ("reviewed" if edge.reviewed else "not independently reviewed")
        )
