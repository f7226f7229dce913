"""Recurrence files → model; what does not resolve, or contradicts a catalog, is a problem at its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from proveonce.content.parsing import Listed
from proveonce.content.schema import ObligationModel, RecurrenceModel
from proveonce.kernel.durations import days
from proveonce.kernel.located import Document, Path_, Place
from proveonce.kernel.naming import nearest
from proveonce.model.catalog import Framework, FrameworkId
from proveonce.model.recurrence import Basis, Obligation, RecurrenceKind


def link_recurrence(
    files: Iterable[Listed[RecurrenceModel]],
    frameworks: Mapping[FrameworkId, Framework],
    named: Mapping[str, list[str]],
) -> tuple[Obligation, ...]:
    """The obligations of all files, in their order; `named` are the requirement ids of each framework."""
    found: dict[str, Obligation] = {}
    for listed in files:
        if listed.model is None:
            continue
        for index, entry in zip(listed.kept["obligations"], listed.model.obligations, strict=True):
            path: Path_ = ("obligations", index)
            obligation = _obligation(entry, listed.document.place((*path, "id")))
            if (first := found.get(entry.id)) is not None:
                listed.document.problem((*path, "id"), f"obligation {entry.id!r} is already defined at {first.place}",
                                        fix="give it an id of its own, or delete one")  # fmt: skip
                continue
            found[entry.id] = obligation
            _check_names(listed.document, path, entry, named)
            _check_interval(listed.document, path, obligation, frameworks.get(FrameworkId(obligation.framework)))
    return tuple(found.values())


def _obligation(entry: ObligationModel, place: Place) -> Obligation:
    return Obligation(
        id=entry.id, title=entry.title, kind=entry.kind, basis=entry.basis, framework=entry.framework or "",
        requirements=tuple(entry.requirements), interval=entry.interval or "", after=entry.after,
        applies_to=entry.applies_to, note=entry.note, source=entry.source, place=place,
    )  # fmt: skip


def _check_names(document: Document, path: Path_, entry: ObligationModel, named: Mapping[str, list[str]]) -> None:
    if entry.framework is None:
        if entry.requirements:
            document.problem(path, "requirements are named, yet no framework", fix="add framework")
        return
    if entry.framework not in named:
        near = nearest(entry.framework, named)
        document.problem((*path, "framework"), f"unknown framework {entry.framework!r}",
                         closest=repr(near) if near else "", fix="correct the id")  # fmt: skip
        return
    for position, requirement in enumerate(entry.requirements):
        if requirement not in (known := named[entry.framework]):
            near = nearest(requirement, known)
            document.problem((*path, "requirements", position), f"unknown requirement {requirement!r}",
                             closest=repr(near) if near else "", fix="correct the id")  # fmt: skip


def _check_interval(document: Document, path: Path_, obligation: Obligation, framework: Framework | None) -> None:
    if obligation.interval and days(obligation.interval) is None:
        document.problem((*path, "interval"), f"{obligation.interval!r} is no interval at all", fix="remove it")
        return
    is_binding = obligation.kind is RecurrenceKind.RECURRING and obligation.basis is Basis.MANDATORY
    is_measured = obligation.kind in (RecurrenceKind.DEADLINE, RecurrenceKind.RETENTION)
    if not obligation.interval and (is_binding or is_measured):
        document.problem(path, f"{obligation.basis} {obligation.kind}, yet no interval", fix="add interval")
        return
    if obligation.kind in (RecurrenceKind.EVENT, RecurrenceKind.DEADLINE) and not obligation.after:
        document.problem(path, f"{obligation.kind} does not say after what", fix="add after")
    for requirement in obligation.requirements if framework and is_binding else ():
        known = framework.requirement(requirement) if framework else None
        said = known.facts.get("interval") if known else None
        # A fact that is no duration is a problem of the catalog, told there.
        if isinstance(said, str) and days(said) not in (None, days(obligation.interval)):
            document.problem((*path, "interval"), f"{obligation.interval} is not what the catalog says of "
                             f"{requirement}: {said}", fix="correct the one that is wrong")  # fmt: skip
