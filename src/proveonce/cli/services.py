"""`services`: what AWS's dated lists say of its services, and who has which duty."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proveonce.cli.common import echo_json, format_option, open_workspace, table, workspace_option, workspace_root

if TYPE_CHECKING:
    from proveonce.app.services import InUse, ListAge, ServiceInUse
    from proveonce.model.service import Listing, Responsibility, Service, ServiceCatalog

as_of_option = click.option("--as-of", help="The day against which ages are told. Default: today.")


def _day(as_of: str | None) -> date:
    from proveonce.kernel.instants import parse_instant

    return parse_instant(as_of).date() if as_of else datetime.now(UTC).date()


@click.group()
def services() -> None:
    """Look at AWS's service lists (HIPAA, PCI DSS, SOC) and the division of duties."""


@services.command("list")
@workspace_option
@click.option("--in-use", is_flag=True, help="Only services of which an evidence run holds rows, and what to decide.")
@click.option("--run", "run_id", help="With --in-use: the run. Default: the latest.")
@as_of_option
@format_option
def list_services(workspace_path: Path | None, in_use: bool, run_id: str | None, as_of: str | None, form: str) -> None:
    """List the services with what each dated list says; unknown is never eligible."""
    from proveonce.app.services import list_ages, services_in_use
    from proveonce.content import load_content
    from proveonce.kernel.errors import UsageError
    from proveonce.store import Store

    if run_id and not in_use:
        raise UsageError("--run goes with --in-use", fix="add --in-use")
    today, root = _day(as_of), workspace_root(workspace_path)
    catalog = load_content(root).services
    ages = list_ages(catalog, today)
    if in_use:
        used = services_in_use(Store(open_workspace(workspace_path).store), catalog, run_id)
        _show_in_use(used, catalog, ages, today, form)
        return
    if form == "json":
        echo_json({"as_of": today.isoformat(), "lists": [_list_plain(a, catalog) for a in ages],
                   "services": [_plain(service) for service in catalog.services.values()]})  # fmt: skip
        return
    rows = [[s.id, s.title, *_cells(s, catalog), s.service_class, s.limits] for s in catalog.services.values()]
    click.echo(table(["id", "title", *_heads(catalog), "class", "limits"], rows))
    click.echo("\n" + _foot(ages, catalog, today))


@services.command("show")
@click.argument("name")
@workspace_option
@as_of_option
@format_option
def show_service(name: str, workspace_path: Path | None, as_of: str | None, form: str) -> None:
    """Show a service by id, title or SDK name: what the lists say, and who has which duty."""
    from proveonce.app.services import age
    from proveonce.content import load_content
    from proveonce.kernel.errors import UsageError
    from proveonce.kernel.naming import nearest

    catalog, today = load_content(workspace_root(workspace_path)).services, _day(as_of)
    found = catalog.named(name)
    if not found:
        known = [n for s in catalog.services.values() for n in (s.id, s.title, *s.botocore)]
        near = nearest(name, known)
        raise UsageError(f"no service {name!r}", fix=f"did you mean {near}?" if near else "proveonce services list")
    if form == "json":
        echo_json([{**_plain(s), "responsibilities": [_duty_plain(r) for r in catalog.responsibilities(s)]}
                   for s in found])  # fmt: skip
        return
    if len(found) > 1:
        click.echo(f"{len(found)} services bear the name {name} in AWS's SDK\n")
    for service in found:
        click.echo(f"{service.title} ({service.id}; SDK: {', '.join(service.botocore) or 'no client'})")
        if service.limits:
            click.echo(f"  limits that the lists state: {service.limits}")
        for key, kept in catalog.lists.items():
            listing = service.listings[key]
            told = f", {age(listing.as_of, today)}: {listing.source}" if listing.as_of else ": no dated list looked at"
            click.echo(f"  {kept.title}: {_cell(listing)}{told}\n    check {kept.check}")
        group = catalog.classes[service.service_class]
        click.echo(f"\n  Duties ({group.title}: {group.meaning})\n")
        click.echo(table(["duty", "who", "controls", "how it divides"], _duty_rows(catalog.responsibilities(service))))
        click.echo("")


def _show_in_use(used: InUse, catalog: ServiceCatalog, ages: list[ListAge], today: date, form: str) -> None:
    if form == "json":
        echo_json({
            "as_of": today.isoformat(), "run": used.run.id, "lists": [_list_plain(a, catalog) for a in ages],
            "in_use": [
                {"botocore": u.botocore, "rows": u.rows, "accounts": list(u.accounts),
                 "services": [_plain(s) for s in u.candidates],
                 "to_decide": [str(n) for n in u.to_decide(catalog.lists)]}
                for u in used.services
            ],
            "not_read": list(used.unread),
        })  # fmt: skip
        return
    rows = [row for entry in used.services for row in _use_rows(entry, catalog)]
    click.echo(f"services with rows in {used.run.id}\n")
    click.echo(table(["SDK name", "rows", "service", *_heads(catalog), "what to do"], rows, right=frozenset({1})))
    if any(len(entry.candidates) > 1 for entry in used.services):
        click.echo("\nWhere services share a name in AWS's SDK (∗), each may be in use; its own resources tell.")
    click.echo(f"\nOnly the {used.collected} services that are collected can show here, and default resources count. "
               "Take all services in use from usage or billing data.")  # fmt: skip
    if used.unread:
        click.echo(f"Not read, so possibly in use: {', '.join(used.unread)}")
    click.echo("\n" + _foot(ages, catalog, today))


def _use_rows(entry: ServiceInUse, catalog: ServiceCatalog) -> list[list[str]]:
    if not entry.candidates:
        unlisted = ["unknown"] * len(catalog.lists)
        return [[entry.botocore, f"{entry.rows:,}", "(in no list)", *unlisted, "decide and record"]]
    rows = []
    for service in entry.candidates:
        unknown = [kept.short for key, kept in catalog.lists.items() if service.listings[key].state == "unknown"]
        refused = [kept.short for key, kept in catalog.lists.items() if service.listings[key].state == "no"]
        todo = [f"{', '.join(unknown)}: decide and record"] if unknown else []
        todo += [f"{', '.join(refused)}: keep such data out"] if refused else []
        todo += [f"mind the limits: {service.limits}"] if service.limits else []
        mark = " ∗" if len(entry.candidates) > 1 else ""
        rows.append([entry.botocore, f"{entry.rows:,}", service.title + mark, *_cells(service, catalog),
                     "; ".join(todo) or "check the live page"])  # fmt: skip
    return rows


def _heads(catalog: ServiceCatalog) -> list[str]:
    return [kept.short for kept in catalog.lists.values()]


def _cells(service: Service, catalog: ServiceCatalog) -> list[str]:
    return [_cell(service.listings[key]) for key in catalog.lists]


def _cell(listing: Listing) -> str:
    """`yes as of 2022-04-18`; unknown, with the day of the list that does not name it."""
    if not listing.as_of:
        return str(listing.state)
    return f"{listing.state} {'(not named ' + listing.as_of + ')' if listing.state == 'unknown' else listing.as_of}"


def _foot(ages: list[ListAge], catalog: ServiceCatalog, today: date) -> str:
    """Each list's counts, day and age."""
    lines = []
    for entry in ages:
        kept = catalog.lists[entry.name]
        others = "".join(f"; {count} of {day}" for day, count in entry.others.items())
        counts = ", ".join(f"{count} {state}" for state, count in entry.states.items() if count)
        lines.append(f"{kept.short} list of {entry.as_of or 'no known date'}{others}: {counts}; {entry.age} on "
                     f"{today.isoformat()}: check {kept.check}")  # fmt: skip
    lines.append("Unknown is never eligible. To update: controls/services/aws.yaml in your workspace (day and source).")
    return "\n".join(lines)


def _list_plain(entry: ListAge, catalog: ServiceCatalog) -> dict[str, Any]:
    kept = catalog.lists[entry.name]
    return {"id": str(entry.name), "title": kept.title, "framework": kept.framework, "as_of": entry.as_of,
            "other_days": dict(entry.others), "age": entry.age, "check": kept.check,
            "states": {str(state): count for state, count in entry.states.items()}}  # fmt: skip


def _plain(service: Service) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "id": service.id, "title": service.title, "botocore": list(service.botocore), "class": service.service_class,
        **{str(key): {**asdict(listing), "state": str(listing.state)} for key, listing in service.listings.items()},
        "limits": service.limits, "place": str(service.place),
    }  # fmt: skip


def _duty_plain(entry: Responsibility) -> dict[str, Any]:
    return {
        "duty": entry.duty.id, "title": entry.duty.title, "share": str(entry.split.share), "how": entry.split.how,
        "controls": list(entry.duty.controls),
        "variants": [{"variant": v, "share": str(s.share), "how": s.how} for v, s in entry.variants.items()],
    }  # fmt: skip


def _duty_rows(entries: list[Responsibility]) -> list[list[str]]:
    rows = []
    for entry in entries:
        rows.append([entry.duty.title, str(entry.split.share), " ".join(entry.duty.controls), entry.split.how])
        rows += [[f"  {variant}", str(split.share), "", split.how] for variant, split in entry.variants.items()]
    return rows
