"""What the crosswalks say: edges, derived overlaps, a summary; and recording a person's review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from proveonce.assess.overlap import all_overlaps, overlaps
from proveonce.content import load_content
from proveonce.content.files import ContentFile, content_files
from proveonce.content.loader import WORKSPACE_FILE
from proveonce.content.review import with_reviews
from proveonce.kernel.errors import StoreError, UsageError
from proveonce.kernel.files import write_atomically
from proveonce.kernel.naming import nearest
from proveonce.model.catalog import FrameworkId, RequirementId
from proveonce.model.content import Content
from proveonce.model.crosswalk import Crosswalk, Edge, Review, edge_digest
from proveonce.model.overlap import Overlap, RequirementKey

MAX_WORDS = 200
"""Characters of a reviewer's name or credential."""

Located = tuple[FrameworkId, Edge]


@dataclass(frozen=True, slots=True)
class FrameworkSummary:
    """How far a framework is mapped; every requirement counts in exactly one of the four coverages."""

    framework: FrameworkId
    requirements: int
    full: int
    """One control covers it by itself."""
    jointly: int
    """Only a set declared jointly complete covers it."""
    partial: int
    unmapped: int
    unmapped_with_reason: int
    """Of the unmapped, those for which a reason says that no control applies."""
    edges: int
    reviewed: int
    """Edges with a review of what they say now."""
    stale: int
    """Edges that changed since their review."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a review wrote."""

    edges: tuple[Located, ...]
    files: tuple[Path, ...]
    copied: tuple[Path, ...]
    """Those of `files` that were ours until now, and from now on are the workspace's own."""


def summary(content: Content) -> list[FrameworkSummary]:
    """One row a framework."""
    return [_summary(content, content.crosswalks.get(name) or Crosswalk(name, ())) for name in content.frameworks]


def _summary(content: Content, crosswalk: Crosswalk) -> FrameworkSummary:
    ids = {requirement.id for requirement in content.frameworks[crosswalk.framework].requirements}
    mapped = {edge.requirement for edge in crosswalk.edges}
    full = {edge.requirement for edge in crosswalk.edges if edge.relation.is_full}
    jointly = {joint.requirement for joint in crosswalk.joint} - full
    return FrameworkSummary(
        framework=crosswalk.framework,
        requirements=len(ids),
        full=len(full),
        jointly=len(jointly),
        partial=len(mapped - full - jointly),
        unmapped=len(ids - mapped),
        unmapped_with_reason=len((ids - mapped) & set(crosswalk.not_mapped)),
        edges=len(crosswalk.edges),
        reviewed=sum(edge.reviewed is not None for edge in crosswalk.edges),
        stale=sum(edge.stale_review is not None for edge in crosswalk.edges),
    )


def resolve_framework(content: Content, name: str) -> FrameworkId:
    """The framework of that id. Raises: UsageError with the nearest one."""
    if name in content.frameworks:
        return FrameworkId(name)
    near = nearest(name, content.frameworks)
    fix = f"did you mean {near}?" if near else f"one of {', '.join(content.frameworks)}"
    raise UsageError(f"no framework {name!r}", fix=fix)


def resolve_requirement(content: Content, name: str, *, others: Iterable[str] = ()) -> RequirementKey:
    """The requirement of that id, or of that `framework:id` where frameworks share ids.

    `others` are names that would do as well, for the nearest. Raises: UsageError when there is none, or several.
    """
    framework, _, identifier = name.rpartition(":")
    searched = [resolve_framework(content, framework)] if framework else list(content.frameworks)
    ids = {of: {requirement.id for requirement in content.frameworks[of].requirements} for of in searched}
    found = [of for of in searched if identifier in ids[of]]
    if len(found) > 1:
        choices = " or ".join(f"{of}:{identifier}" for of in found)
        raise UsageError(f"{identifier!r} is a requirement of several frameworks", fix=f"write {choices}")
    if not found:
        near = nearest(identifier, [*others, *(identifier for of in searched for identifier in ids[of])])
        fix = f"did you mean {near}?" if near else "proveonce frameworks show FRAMEWORK lists them"
        raise UsageError(f"no requirement {name!r}", fix=fix)
    return RequirementKey(found[0], RequirementId(identifier))


def edges_of(content: Content, name: str, to: str | None = None) -> list[Located]:
    """Every edge of a requirement, or of a control (into the framework `to` only when given).

    Raises: UsageError when nothing is called so.
    """
    only = resolve_framework(content, to) if to else None
    if name in content.controls:
        return [
            (crosswalk.framework, edge)
            for crosswalk in content.crosswalks.values()
            for edge in crosswalk.edges
            if edge.control == name and only in (None, crosswalk.framework)
        ]
    key = resolve_requirement(content, name, others=content.controls)
    crosswalk = content.crosswalks.get(key.framework)
    return [(key.framework, edge) for edge in crosswalk.edges if edge.requirement == key.id] if crosswalk else []


def derived(content: Content, name: str, to: str) -> tuple[Overlap, ...]:
    """How a requirement overlaps with those of the framework `to`, or with the one requirement that `to` names.

    Raises: UsageError for unknown or ambiguous names.
    """
    first = resolve_requirement(content, name)
    if to in content.frameworks:
        return overlaps(content, first, FrameworkId(to))
    second = resolve_requirement(content, to, others=content.frameworks)
    return tuple(one for one in overlaps(content, first, second.framework) if one.second == second)


def derived_table(content: Content, first: str, second: str) -> tuple[Overlap, ...]:
    """Every overlapping pair of two frameworks, best first. Raises: UsageError."""
    frameworks = resolve_framework(content, first), resolve_framework(content, second)
    if frameworks[0] == frameworks[1]:
        raise UsageError("a framework is not compared with itself", fix="name two frameworks")
    return all_overlaps(content, *frameworks)


def record_review(
    root: Path, control: str, requirements: Sequence[str], review: Review, *, today: date, may_replace: bool = False
) -> Recorded:
    """A person's review of the edges from `control` to each of `requirements`, written into the workspace's crosswalks.

    A crosswalk that is still the one we ship is copied into the workspace first. All or, on a refusal, nothing is
    written. Raises: UsageError, InputError.
    """
    if not (root / WORKSPACE_FILE).is_file():
        raise UsageError(f"{root} is no workspace", fix="make one with proveonce init, or name it with --workspace")
    _check(review, today)
    content = load_content(root)
    reviewed = [_reviewed(content, edge, review, may_replace) for edge in _edges(content, control, requirements)]
    files = {file.shown: file for file in content_files(root) if file.name.startswith("mappings/")}
    written: dict[Path, bytes] = {}
    copied = []
    for shown in dict.fromkeys(edge.place.file for _, edge in reviewed):
        file = files[shown]
        target = root / file.name
        written[target] = _edited(content, file, [edge for _, edge in reviewed if edge.place.file == shown])
        if file.path.resolve() != target.resolve():
            copied.append(target)
    for target, data in written.items():
        write_atomically(target, data)
    _prove_written(root, reviewed)
    return Recorded(tuple(reviewed), tuple(written), tuple(copied))


def _check(review: Review, today: date) -> None:
    for what, words in (("name", review.name), ("credential", review.credential)):
        if not words.strip():
            raise UsageError(f"the reviewer's {what} is empty", fix="the person who reviewed gives it")
        if not words.isprintable() or len(words) > MAX_WORDS or words != words.strip():
            raise UsageError(
                f"the reviewer's {what} {words!r} has control characters, outer spaces or over {MAX_WORDS} characters",
                fix="write it as plain words on one line",
            )
    try:
        on = date.fromisoformat(review.date)
    except ValueError as error:
        raise UsageError(f"{review.date!r} is no date", fix="write it as 2026-11-24") from error
    if on.isoformat() != review.date:
        raise UsageError(f"{review.date!r} is not written as year-month-day", fix=f"write {on.isoformat()}")
    if on > today:
        raise UsageError(f"{review.date} is in the future", fix="give the day on which the review was made")


def _edges(content: Content, control: str, requirements: Sequence[str]) -> list[Located]:
    if control not in content.controls:
        near = nearest(control, content.controls)
        raise UsageError(f"no control {control!r}", fix=f"did you mean {near}?" if near else "proveonce controls list")
    found = {RequirementKey(framework, edge.requirement): edge for framework, edge in edges_of(content, control)}
    keys = list(dict.fromkeys(resolve_requirement(content, name) for name in requirements))
    for key in keys:
        if key not in found:
            raise UsageError(
                f"{control} has no edge to {key}", fix=f"proveonce map {control} lists its edges; review one of these"
            )
    return [(key.framework, found[key]) for key in keys]


def _reviewed(content: Content, located: Located, review: Review, may_replace: bool) -> Located:
    framework, edge = located
    before = edge.reviewed or edge.stale_review
    if before and (before.name, before.credential) != (review.name, review.credential) and not may_replace:
        raise UsageError(
            f"{edge.control} → {edge.requirement} was reviewed by {before.name} ({before.credential}) on {before.date}",
            where=str(edge.place),
            fix="--replace puts this review in its place",
        )
    requirement = content.frameworks[framework].requirement(edge.requirement)
    paraphrase = requirement.paraphrase if requirement else ""
    statement = content.controls[edge.control].statement
    of = edge_digest(statement, paraphrase, edge.relation, edge.rationale, edge.residual)
    return framework, replace(edge, reviewed=replace(review, of=of), stale_review=None)


def _edited(content: Content, file: ContentFile, edges: Sequence[Edge]) -> bytes:
    reviews = {(str(edge.control), str(edge.requirement)): edge.reviewed for edge in edges if edge.reviewed}
    return with_reviews(content.files[file.name].decode("utf-8"), reviews, file=file.shown).encode("utf-8")


def _prove_written(root: Path, reviewed: Sequence[Located]) -> None:
    """Reads all content again. Raises: StoreError where a review is not in force as written."""
    crosswalks = load_content(root).crosswalks
    now = {
        (name, edge.control, edge.requirement): edge.reviewed for name in crosswalks for edge in crosswalks[name].edges
    }
    for framework, edge in reviewed:
        if now.get((framework, edge.control, edge.requirement)) != edge.reviewed:
            raise StoreError(
                f"the review of {edge.control} → {edge.requirement} is not in force after writing",
                where=str(root / "mappings"),
                fix="see whether another program changed the file at the same time, and review again",
            )
