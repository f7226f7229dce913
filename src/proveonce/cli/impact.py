"""`map --impact OLD NEW`: what a new edition of a framework changes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.common import echo_json

if TYPE_CHECKING:
    from proveonce.model.impact import Change, ChangeKind, FieldChange, Impact

WIDEST = 160
"""Characters of a text shown of each edition; all of it is in the JSON."""


def show_impact(root: Path, old: Path, new: Path, form: str) -> None:
    """Prints what the catalog in `new` changes against `old`, as text or JSON. Raises: InputError, UsageError."""
    from proveonce.app.impact import impact

    found = impact(root, old, new)
    if form == "json":
        counts = {kind: found.count(kind) for kind in _kinds()}
        echo_json({**asdict(found), "counts": {**counts, "unchanged": found.unchanged}, "controls": found.controls})
        return
    click.echo(text(found))


def _kinds() -> list[ChangeKind]:
    from proveonce.model.impact import ChangeKind

    return list(ChangeKind)


def text(impact: Impact) -> str:
    """The impact for a terminal; every string of the catalogs without control characters."""
    counts = ", ".join(f"{impact.count(kind)} {_SAID.get(kind, str(kind))}" for kind in _kinds())
    lines = [f"{impact.framework} {impact.old_edition} → {impact.new_edition}: {counts}, {impact.unchanged} unchanged"]
    if not impact.is_mapped:
        lines.append(f"no crosswalk of this workspace maps to {impact.framework}: no edge is touched")
    if not impact.is_compared:
        lines.append("renumbered requirements were not looked for: the catalogs are too large to compare by words")
    if impact.changes:
        edges = sum(len(change.edges) for change in impact.changes)
        checks = len({check for change in impact.changes for check in change.checks})
        lines.append(f"touches {edges} edges, {len(impact.controls)} common controls, {checks} checks")
    lines += [f"  {_difference(change)}" for change in impact.header]
    for change in impact.changes:
        lines += ["", *_change(change)]
    return _printable("\n".join(lines))


_SAID = {"moved": "probably moved"}


def _change(change: Change) -> list[str]:
    likeness = change.likeness
    lines = [f"{_SAID.get(change.kind, change.kind)} {change.id}: {change.title}"]
    if likeness is not None and change.kind == "moved":
        became = f"{likeness.requirement}, {likeness.score:.2f} ({likeness.reason})"
        lines[0] = f"probably moved {change.id} → {became}: {change.title}"
    elif likeness is not None:
        lines.append(f"  nearest in force: {likeness.requirement}, {likeness.score:.2f} ({likeness.reason})")
    lines += [f"  {_difference(field)}" for field in change.fields]
    for edge in change.edges:
        lines.append(f"  edge: {edge.control} {edge.relation}{' (reviewed)' if edge.is_reviewed else ''}")
    lines += [f"  jointly complete: {' + '.join(controls)}" for controls in change.sets]
    if change.checks:
        lines.append(f"  checks: {', '.join(change.checks)}")
    return [*lines, *(f"  to do: {step}" for step in change.todo)]


def _difference(change: FieldChange) -> str:
    old, new = " ".join(change.old.split()), " ".join(change.new.split())
    alike = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
    start = old[:alike].rfind(" ", 0, max(0, alike - WIDEST // 4)) + 1 if max(len(old), len(new)) > WIDEST else 0
    return f"{change.field}: {_short(old, start)} → {_short(new, start)}"


def _short(value: str, start: int) -> str:
    """As much of `value` as is shown, from where the two editions begin to differ."""
    rest = ("…" if start else "") + value[start:]
    return (rest if len(rest) <= WIDEST else rest[: WIDEST - 1] + "…") or "nothing"


def _printable(value: str) -> str:
    return "".join(character if character.isprintable() or character == "\n" else "�" for character in value)
