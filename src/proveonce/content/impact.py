"""The impact of a new edition: two catalogs compared, and what their differences ask of the crosswalk in force.

Pure. A renumbered requirement is found by what the catalogs say (`superseded_by` in the old, `supersedes` in the new
one) or by its words, and is never taken for moved silently: the likeness is printed and a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from proveonce.content.catalog_lint import recurring_interval
from proveonce.kernel.durations import days
from proveonce.model.catalog import Framework, Requirement, RequirementId
from proveonce.model.content import Content
from proveonce.model.crosswalk import Crosswalk, Edge, Relation
from proveonce.model.impact import Change, ChangeKind, FieldChange, Impact, Likeness, TouchedEdge

MOVED = 0.6
"""Words in common from which a removed and an added requirement are probably one."""
NEAR = 0.3
"""Words in common from which a requirement in force is worth naming beside an added one."""
MAX_PAIRS = 1_000_000
"""Pairs of requirements that are compared by their words: about two seconds."""

_ROUTINE = frozenset({
    "owner", "group", "focus", "facts.milestone", "facts.note", "facts.recurring_frequency", "facts.interval",
    "facts.interval_kind", "facts.customized_approach_eligible", "facts.superseded_by",
})  # fmt: skip
"""Fields on which no relation of an edge rests; intervals are compared with cadences instead."""
_SCOPE = frozenset({"facts.applicability", "facts.future_dated", "facts.category", "facts.designation"})
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Compared:
    """Everything a change is judged by."""

    old: Framework
    new: Framework
    content: Content
    crosswalk: Crosswalk
    words: Mapping[RequirementId, frozenset[str]]
    """Of the old edition's requirements; empty when the catalogs are too large to compare by words."""

    def edges(self, requirement: str) -> list[Edge]:
        return [edge for edge in self.crosswalk.edges if edge.requirement == requirement]


def impact(old: Framework, new: Framework, content: Content) -> Impact:
    """What `new` changes against `old`, with the edges, controls and checks of `content` that it touches."""
    crosswalk = content.crosswalks.get(old.id, Crosswalk(old.id, ()))
    before = {requirement.id: requirement for requirement in old.requirements}
    after = {requirement.id: requirement for requirement in new.requirements}
    removed = [requirement for requirement in old.requirements if requirement.id not in after]
    added = [requirement for requirement in new.requirements if requirement.id not in before]
    is_compared = len(added) * len(before) <= MAX_PAIRS
    words = {one.id: _words(one) for one in old.requirements} if is_compared else {}
    compared = _Compared(old, new, content, crosswalk, words)
    moves = _moves(removed, added, words)
    arrived = {likeness.requirement for likeness in moves.values()}
    gone = [
        _moved(compared, one, after[moves[one.id].requirement], moves[one.id])
        if one.id in moves
        else _removed(compared, one)
        for one in removed
    ]
    stayed = [(before[one], after[one]) for one in before if one in after]
    changed = [_changed(compared, a, b) for a, b in stayed if any(_differences(a, b))]
    arrivals = [_added(compared, one) for one in added if one.id not in arrived]
    return Impact(
        framework=old.id,
        old_edition=old.edition,
        new_edition=new.edition,
        header=tuple(_header(old, new)),
        changes=(*gone, *changed, *arrivals),
        unchanged=len(stayed) - len(changed),
        is_compared=is_compared,
        is_mapped=old.id in content.crosswalks,
    )


def _header(old: Framework, new: Framework) -> Iterator[FieldChange]:
    for name in ("id", "title", "publisher", "source", "retrieved", "licence", "requirement_word"):
        if (was := str(getattr(old, name))) != (now := str(getattr(new, name))):
            yield FieldChange(name, was, now)


def _moves(
    removed: Sequence[Requirement], added: Sequence[Requirement], words: Mapping[RequirementId, frozenset[str]]
) -> dict[RequirementId, Likeness]:
    """Removed requirement → the added one that it probably became; the surest pairs first, each id once."""
    arrivals = {requirement.id for requirement in added}
    pairs: list[tuple[float, RequirementId, Likeness]] = []
    gone = {requirement.id for requirement in removed}
    pairs += [
        (1.0, one.id, Likeness(successor, 1.0, "the old edition says superseded_by"))
        for one in removed
        if (successor := RequirementId(str(one.facts.get("superseded_by", "")))) in arrivals
    ]
    pairs += [
        (1.0, origin, Likeness(other.id, 1.0, "the new edition says supersedes"))
        for other in added
        if (origin := RequirementId(str(other.facts.get("supersedes", "")))) in gone
    ]
    theirs = {requirement.id: _words(requirement) for requirement in added}
    for one in removed if words else ():
        pairs += [
            (score, one.id, Likeness(other, score, "words in common"))
            for other, arrived in theirs.items()
            if (score := _dice(words[one.id], arrived)) >= MOVED
        ]
    moves: dict[RequirementId, Likeness] = {}
    taken: set[RequirementId] = set()
    for _, origin, likeness in sorted(pairs, key=lambda pair: -pair[0]):  # stable: catalog order within a score
        if origin not in moves and likeness.requirement not in taken:
            moves[origin] = likeness
            taken.add(likeness.requirement)
    return moves


def _words(requirement: Requirement) -> frozenset[str]:
    return frozenset(_WORD.findall(f"{requirement.title} {requirement.paraphrase}".lower()))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return round(2 * len(one & other) / (len(one) + len(other)), 2) if one and other else 0.0


def _fields(requirement: Requirement) -> dict[str, str]:
    return {
        "title": requirement.title,
        "paraphrase": requirement.paraphrase,
        "kind": requirement.kind,
        "group": requirement.group,
        "parent": requirement.parent or "",
        "owner": requirement.owner,
        "focus": "; ".join(requirement.focus),
        **{f"test.{key}": text for key, text in requirement.test.items()},
        **{f"facts.{key}": _fact(value) for key, value in requirement.facts.items()},
    }


def _fact(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _differences(old: Requirement, new: Requirement) -> Iterator[FieldChange]:
    was, now = _fields(old), _fields(new)
    for name in (*was, *(name for name in now if name not in was)):
        if was.get(name, "") != now.get(name, ""):
            yield FieldChange(name, was.get(name, ""), now.get(name, ""))


def _change(compared: _Compared, kind: ChangeKind, requirement: Requirement, todo: Sequence[str]) -> Change:
    edges = compared.edges(requirement.id)
    serving = {edge.control for edge in edges}
    return Change(
        kind=kind,
        id=requirement.id,
        title=requirement.title,
        edges=tuple(TouchedEdge(edge.control, edge.relation, edge.reviewed is not None) for edge in edges),
        sets=tuple(joint.controls for joint in compared.crosswalk.joint if joint.requirement == requirement.id),
        checks=tuple(check.id for check in compared.content.checks.values() if serving & set(check.supports)),
        todo=tuple(todo),
    )


def _removed(compared: _Compared, requirement: Requirement) -> Change:
    identifier = requirement.id
    edges = compared.edges(identifier)
    todo = [f"retire the edge {edge.control} → {identifier}" for edge in edges]
    todo += [f"delete the jointly complete set {_named(joint.controls)}" for joint in compared.crosswalk.joint
             if joint.requirement == identifier]  # fmt: skip
    if identifier in compared.crosswalk.not_mapped:
        todo.append(f"delete the reason why {identifier} is not mapped")
    elsewhere = {
        edge.control
        for crosswalk in compared.content.crosswalks.values()
        for edge in crosswalk.edges
        if (crosswalk.framework, edge.requirement) != (compared.old.id, identifier)
    }
    todo += [f"{edge.control} then serves no requirement: map or retire it, with its checks" for edge in edges
             if edge.control not in elsewhere]  # fmt: skip
    if successor := requirement.facts.get("superseded_by"):
        todo.append(f"the old edition names {successor} in its place: see that the same controls serve it")
    todo.append("never give the id to anything else")
    return _change(compared, ChangeKind.REMOVED, requirement, todo)


def _moved(compared: _Compared, old: Requirement, new: Requirement, likeness: Likeness) -> Change:
    fields = tuple(_differences(old, new))
    todo = [f"decide whether {new.id} is {old.id} under a new id; if not, retire the one and map the other"]
    todo += [f"re-read the edge {edge.control} → {old.id}, then move it to {new.id}" for edge in compared.edges(old.id)]
    todo += [f"move the jointly complete set {_named(joint.controls)} to {new.id}" for joint in compared.crosswalk.joint
             if joint.requirement == old.id]  # fmt: skip
    if old.id in compared.crosswalk.not_mapped:
        todo.append(f"see whether the reason why {old.id} is not mapped holds for {new.id}")
    todo += _cadences(compared, old, new)
    change = _change(compared, ChangeKind.MOVED, old, todo)
    return _with(change, fields, likeness)


def _changed(compared: _Compared, old: Requirement, new: Requirement) -> Change:
    identifier = old.id
    fields = tuple(_differences(old, new))
    names = {change.field for change in fields}
    edges = compared.edges(identifier)
    todo: list[str] = []
    if names - _ROUTINE - _SCOPE:
        todo += [f"re-read the edge {edge.control} → {identifier}: relation, rationale, residual" for edge in edges]
        todo += [f"re-read why {_named(joint.controls)} are jointly complete" for joint in compared.crosswalk.joint
                 if joint.requirement == identifier]  # fmt: skip
        if identifier in compared.crosswalk.not_mapped:
            todo.append(f"see whether the reason why {identifier} is not mapped still holds")
        if any(edge.reviewed for edge in edges):
            todo.append("have the edges reviewed again: their reviews are of the old edition")
    if names & _SCOPE:
        todo.append("decide again from when and to whom it applies")
    if "facts.superseded_by" in names and (successor := new.facts.get("superseded_by")):
        todo.append(f"see that the same controls serve {successor}, which supersedes it")
    todo += _cadences(compared, old, new)
    return _with(_change(compared, ChangeKind.CHANGED, old, todo or ["nothing: no edge rests on this"]), fields)


def _cadences(compared: _Compared, old: Requirement, new: Requirement) -> Iterator[str]:
    """Controls that would be done too seldom for a new interval."""
    interval = recurring_interval(new)
    length = days(interval)
    if interval == recurring_interval(old) or length is None:
        return
    yield f"the interval is {interval} now: check the cadence of each control that serves it"
    for edge in compared.edges(old.id):
        control = compared.content.controls.get(edge.control)
        if (
            control is not None
            and edge.relation is not Relation.INTERSECTS_WITH
            and (days(control.cadence) or 0) > length
        ):
            yield f"raise the cadence of {edge.control} from {control.cadence} to {interval}, or weaken its relation"


def _added(compared: _Compared, requirement: Requirement) -> Change:
    own = _words(requirement)
    scored = [(_dice(own, words), identifier) for identifier, words in compared.words.items()]
    score, near = max(scored, key=lambda pair: pair[0], default=(0.0, RequirementId("")))
    todo = [f"map {requirement.id}: add its edges, or the reason why none applies"]
    likeness = None
    if score >= NEAR:
        likeness = Likeness(near, score, "words in common")
        serving = [edge.control for edge in compared.edges(near)]
        todo.append(
            f"begin with {near}, the nearest in force" + (f" (served by {', '.join(serving)})" if serving else "")
        )
    return _with(_change(compared, ChangeKind.ADDED, requirement, todo), (), likeness)


def _named(controls: Sequence[str]) -> str:
    return " + ".join(controls)


def _with(change: Change, fields: tuple[FieldChange, ...], likeness: Likeness | None = None) -> Change:
    return replace(change, fields=fields, likeness=likeness)
