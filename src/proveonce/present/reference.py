"""The reference pages of `docs/reference/`, made of the specs and checks, so that they never lag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from proveonce.model.content import Content
from proveonce.tables import imported, manual, schema
from proveonce.tables.actions import action_of
from proveonce.tables.spec import Call, Service, Table, load_specs, operations_of

_MADE = "<!-- Made by script/docs from the collector specs and checks; edit those, not this page. -->"


def pages(content: Content) -> Mapping[str, str]:
    """File name → Markdown."""
    return {"tables.md": _tables(content), "checks.md": _checks(content), "iam.md": _actions()}


def _tables(content: Content) -> str:
    specs = load_specs()
    users: dict[str, list[str]] = {}
    for check in content.checks.values():
        users.setdefault(check.population, []).append(check.id)
    count = len(specs.tables()) + len(specs.children())
    intro = (
        f"{count} tables of {len(specs.services)} AWS services. Columns have AWS's own names and types, from the "
        "models that botocore ships; `proveonce tables show NAME` lists them."
    )
    lines = ["# Evidence tables", "", _MADE, "", intro]
    for service in specs.services:
        lines += ["", f"## {service.name}", "", "| table | what | call | scope | then for each | checks |",
                  "|---|---|---|---|---|---|"]  # fmt: skip
        lines += [_row(call, table, users) for call in service.calls for table in call.tables]
        lines += [_child_row(service, users)] if service.children else []
    lines += ["", "## Imported", "", ", ".join(f"`{name}`" for name in imported.stored_tables())]
    lines += ["", "## Evidence by people", "", ", ".join(f"`{name}`" for name in manual.stored_tables()), ""]
    return "\n".join(lines)


def _row(call: Call, table: Table, users: Mapping[str, list[str]]) -> str:
    details = ", ".join(detail.operation for detail in table.details)
    asked = f"{call.operation}, for each `{call.each.table}`" if call.each else call.operation
    cells = (f"`{table.name}`", table.title, asked, str(call.scope), details, str(len(users.get(table.name, ()))))
    return _line(cells)


def _child_row(service: Service, users: Mapping[str, list[str]]) -> str:
    return "\n".join(
        _line((f"`{child.name}`", child.title, f"from {', '.join(f'`{parent}`' for parent in child.parents)}", "", "",
               str(len(users.get(child.name, ()))))) for child in service.children
    )  # fmt: skip


def _checks(content: Content) -> str:
    intro = (
        f"{len(content.checks)} checks. `proveonce checks show ID` prints the query that each becomes, and what to do "
        "when it fails."
    )
    head = ["| check | claim | severity | controls | population |", "|---|---|---|---|---|"]
    lines = ["# Checks", "", _MADE, "", intro]
    services: dict[str, list[str]] = {}
    for check in content.checks.values():
        cells = (f"`{check.id}`", check.title, str(check.severity), " ".join(check.supports), f"`{check.population}`")
        services.setdefault(check.id.split(".")[1], []).append(_line(cells))
    for service, rows in services.items():
        lines += ["", f"## {service}", "", *head, *rows]
    return "\n".join([*lines, ""])


def _actions() -> str:
    intro = (
        "What `proveonce iam-policy --all-tables` allows, by operation. *Not confirmed* marks a name that no list of "
        "AWS's actions has yet."
    )
    lines = ["# IAM actions", "", _MADE, "", intro, "", "| operation | action |", "|---|---|"]
    for service, operation in sorted(operations_of(load_specs().calls)):
        action = action_of(service, operation)
        names = ", ".join(f"`{name}`" for name in action.actions) or "none needed"
        lines.append(_line((f"{service}:{operation}", names if action.is_verified else f"{names} *not confirmed*")))
    return "\n".join([*lines, ""])


def columns(table: str) -> list[tuple[str, str, str, str]]:
    """(name, DuckDB type, how it is known, source) of a table's columns. Raises: KeyError."""
    return [(c.name, c.type, c.fact, c.source) for c in schema.columns(table)]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
