"""`frameworks`, `controls`, `checks`: look at the content."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proveonce.cli.common import echo_json, format_option, oscal_option, table, workspace_option, workspace_root
from proveonce.cli.sealing import seal

if TYPE_CHECKING:
    from proveonce.content.texts import LicensedTexts
    from proveonce.model.catalog import Framework
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


frameworks.add_command(seal)


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
@click.argument("requirement_id", required=False)
@workspace_option
@oscal_option
def show_framework(framework_id: str, requirement_id: str | None, workspace_path: Path | None, form: str) -> None:
    """Show a framework and all its requirements, or one of them with what serves it."""
    from proveonce.content.texts import load_texts

    root = workspace_root(workspace_path)
    content = _content(root)
    framework = next((f for f in content.frameworks.values() if f.id == framework_id), None)
    if framework is None:
        raise _missing("framework", framework_id, content.frameworks)
    if form == "oscal":
        from proveonce.present.oscal import catalog, to_bytes

        click.echo(to_bytes(catalog(framework, content.digest)), nl=False)
        return
    texts = load_texts(root, framework.id)
    if requirement_id is not None:
        _show_requirement(content, framework, requirement_id, texts, form)
    elif form == "json":
        value = _plain(framework)
        for requirement in value["requirements"]:
            requirement.update(_licensed(texts, requirement["id"]))
        echo_json({**value, **({"licensed_texts": _source(texts)} if texts else {})})
    else:
        click.echo(f"{framework.title} {framework.edition} ({framework.publisher})\n{framework.licence}\n")
        if texts:
            click.echo(f"Your licensed text of {len(texts.texts)} of {len(framework.requirements)} requirements, "
                       f"from {texts.file}: frameworks show {framework.id} ID\n")  # fmt: skip
        click.echo(table(["id", "title"], [[r.id, r.title] for r in framework.requirements]))


def _licensed(texts: LicensedTexts | None, requirement: str) -> dict[str, str]:
    """The customer's own text of a requirement, under its key; nothing where there is none."""
    return {"licensed_text": texts.texts[requirement]} if texts and requirement in texts.texts else {}


def _source(texts: LicensedTexts) -> dict[str, Any]:
    return {key: value for key, value in asdict(texts).items() if key not in {"texts", "framework"}}


def _show_requirement(
    content: Content, framework: Framework, requirement_id: str, texts: LicensedTexts | None, form: str
) -> None:
    from proveonce.kernel.errors import UsageError
    from proveonce.kernel.naming import nearest

    requirement = framework.requirement(requirement_id)
    if requirement is None:
        near = nearest(requirement_id, [r.id for r in framework.requirements])
        fix = f"did you mean {near}?" if near else f"proveonce frameworks show {framework.id}"
        raise UsageError(f"no requirement {requirement_id!r} in {framework.id}", fix=fix)
    crosswalk = content.crosswalks.get(framework.id)
    edges = [edge for edge in crosswalk.edges if edge.requirement == requirement.id] if crosswalk else []
    reason = crosswalk.not_mapped.get(requirement.id, "") if crosswalk else ""
    licensed = _licensed(texts, requirement.id)
    if form == "json":
        value = {"framework": framework.id, **asdict(requirement), "edges": [_plain(edge) for edge in edges]}
        value |= {"not_mapped": reason} if reason else {}
        echo_json({**value, **licensed, **({"licensed_texts": _source(texts)} if texts and licensed else {})})
        return
    click.echo(f"{framework.title} {framework.edition} {requirement.id} {requirement.title}")
    click.echo(f"{requirement.kind}, owner {requirement.owner}\n\n{requirement.paraphrase}\n")
    if texts and licensed:
        other = "" if texts.edition == framework.edition else f", of edition {texts.edition}"
        click.echo(f"Licensed text, from {texts.file}{other} ({texts.licence}):\n\n{licensed['licensed_text']}\n")
    for title, facts in (("Facts", requirement.facts), ("Test", requirement.test)):
        for key, fact in facts.items():
            click.echo(f"{title}: {key}: {str(fact).lower() if isinstance(fact, bool) else fact}")
    for hint in requirement.focus:
        click.echo(f"Focus: {hint}")
    if not edges:
        click.echo(f"\nNo common control serves it{': ' + reason if reason else ' yet'}")
        return
    click.echo("")
    click.echo(table(["control", "relation", "leaves open", "title"],
                     [[e.control, str(e.relation), e.residual or "nothing", content.controls[e.control].title]
                      for e in edges]))  # fmt: skip


@click.group()
def controls() -> None:
    """Look at the common controls."""


@controls.command("list")
@workspace_option
@oscal_option
def list_controls(workspace_path: Path | None, form: str) -> None:
    """List the common controls."""
    content = _content(workspace_path)
    if form == "oscal":
        from proveonce.present.oscal import common_controls_catalog, to_bytes

        click.echo(to_bytes(common_controls_catalog(content)), nl=False)
        return
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
