"""Crosswalks as an OSCAL 1.2 mapping-collection (NIST IR 8477's set relations).

The source is the control and the target the requirement, as in our files, so a relation keeps its word.
What a partial relation leaves open is a qualifier on the target. A requirement or a control without any edge
stands in the gap summary of its side, the reason beside it in a property of the mapping.

Properties of our namespace. Document: content_digest, no_edges_into. Mapping: `jointly_complete` (the requirement, then
the controls that cover it together; the reason in its remarks) and `not_mapped` (the requirement; likewise). Map:
coverage (full, partial), review (reviewed, stale, not reviewed) and of a review its reviewer, credential, reviewed_on
and the digest of the words reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from proveonce.kernel.errors import UsageError
from proveonce.model.catalog import Framework, FrameworkId
from proveonce.model.content import Content
from proveonce.model.crosswalk import Crosswalk, Edge, Review
from proveonce.present.oscal.names import COMMON_CONTROLS_FILE, catalog_file, control_ids, requirement_ids, stable_uuid
from proveonce.present.oscal.pieces import (
    Json,
    content_version,
    document,
    filled,
    instant,
    line,
    markup,
    metadata,
    prop,
    retrieved,
)

COMPLETE, DRAFT, NOT_COMPLETE = "complete", "draft", "not-complete"
_ORDER = (NOT_COMPLETE, DRAFT, COMPLETE)
"""States of a mapping, worst first."""

_DESCRIPTION = (
    "Each map reads source, relationship, target: what the common control does, against what the requirement asks, "
    "both as worded in the two catalogs. Only equal-to, equivalent-to and superset-of cover a requirement; a "
    "qualifier names what a partial map leaves open. A mapping says what controls are for, not whether they work."
)
_UNREVIEWED = (
    "Crosswalk not independently reviewed: not every map carries a named person's review of its words, so no human "
    "method is claimed."
)
_REVIEWED = "Every map carries a named person's review of its words."
_NO_REASON = "No control is mapped to it and no reason is stated."


def mapping_collection(content: Content, frameworks: Sequence[FrameworkId]) -> Json:
    """The crosswalks into `frameworks` as one mapping-collection, one mapping a framework, one map an edge.

    Raises: UsageError when none of them has an edge, since OSCAL has no empty mapping; InputError when a
    date that OSCAL asks for is none.
    """
    mapped = [f for f in dict.fromkeys(frameworks) if f in content.crosswalks and content.crosswalks[f].edges]
    if not mapped:
        raise UsageError(f"no crosswalk edge into {', '.join(frameworks) or 'any framework'}",
                         fix="add edges to mappings/, or name a framework that has some")  # fmt: skip
    crosswalks = [content.crosswalks[framework] for framework in mapped]
    is_reviewed = all(crosswalk.is_reviewed for crosswalk in crosswalks)
    states = [_status(content.frameworks[crosswalk.framework], crosswalk) for crosswalk in crosswalks]
    titles = ", ".join(content.frameworks[framework].title for framework in mapped)
    left_out = [framework for framework in dict.fromkeys(frameworks) if framework not in mapped]
    body = {
        "metadata": metadata(
            f"Proveonce crosswalk: common controls to {titles}",
            version=content_version(content),
            modified=max(day for crosswalk in crosswalks for day in _days(content, crosswalk)),
            remarks="The date is that of the newest mapped catalog or review; the content digest says which content "
            "this is.",
            more={"props": [*prop("content_digest", content.digest), *prop("no_edges_into", ", ".join(left_out))]},
        ),
        "provenance": {
            "method": _method(is_reviewed),
            "matching-rationale": "semantic",
            "status": min(states, key=_ORDER.index),
            "mapping-description": _DESCRIPTION,
            "remarks": _REVIEWED if is_reviewed else _UNREVIEWED,
        },
        "mappings": [_mapping(content, *pair) for pair in zip(crosswalks, states, strict=True)],
    }
    return document("mapping-collection", "+".join(mapped), body)


def _method(is_reviewed: bool) -> str:
    """How the mapping was made: people are claimed only where they are named."""
    return "hybrid" if is_reviewed else "automation"


def _status(framework: Framework, crosswalk: Crosswalk) -> str:
    """Complete when every requirement has an edge or a reason, and every edge a person's review."""
    answered = {edge.requirement for edge in crosswalk.edges} | set(crosswalk.not_mapped)
    if any(requirement.id not in answered for requirement in framework.requirements):
        return NOT_COMPLETE
    return COMPLETE if crosswalk.is_reviewed else DRAFT


def _days(content: Content, crosswalk: Crosswalk) -> Iterable[str]:
    yield retrieved(content.frameworks[crosswalk.framework])
    for edge in crosswalk.edges:
        if edge.reviewed:
            yield instant(edge.reviewed.date, f"review of {edge.control} → {edge.requirement}:", edge.place)


def _mapping(content: Content, crosswalk: Crosswalk, status: str) -> Json:
    framework = content.frameworks[crosswalk.framework]
    sources, targets = control_ids(content), requirement_ids(framework)
    edges = crosswalk.edges
    open_targets = [r.id for r in framework.requirements if r.id not in {edge.requirement for edge in edges}]
    open_sources = [control for control in content.controls if control not in {edge.control for edge in edges}]
    not_mapped = [
        found
        for name in open_targets
        for found in prop("not_mapped", targets[name], remarks=crosswalk.not_mapped.get(name, _NO_REASON))
    ]
    jointly = []
    for joint in crosswalk.joint:
        together = " ".join([targets[joint.requirement], *(sources[control] for control in joint.controls)])
        jointly += prop("jointly_complete", together, remarks=joint.reason)
    return filled({
        "uuid": stable_uuid("mapping", framework.id),
        "method": _method(crosswalk.is_reviewed),
        "status": status,
        "source-resource": {"type": "catalog", "href": COMMON_CONTROLS_FILE},
        "target-resource": {"type": "catalog", "href": catalog_file(framework.id)},
        "maps": [_map(framework, edge, sources[edge.control], targets[edge.requirement]) for edge in edges],
        "props": [*jointly, *not_mapped],
        "source-gap-summary": _gap("source", framework, [sources[name] for name in open_sources]),
        "target-gap-summary": _gap("target", framework, [targets[name] for name in open_targets]),
    })  # fmt: skip


def _map(framework: Framework, edge: Edge, source: str, target: str) -> Json:
    residual = markup(edge.residual)
    gap = {"subject": "target", "predicate": "has-requirement", "category": "restricted", "description": residual}
    return filled({
        "uuid": stable_uuid("map", framework.id, edge.control, edge.requirement),
        "relationship": str(edge.relation),
        "sources": [{"type": "control", "id-ref": source}],
        "targets": [{"type": "control", "id-ref": target}],
        "qualifiers": [gap] if residual else [],
        "props": [*prop("coverage", "full" if edge.relation.is_full else "partial"), *_review(edge)],
        "remarks": markup(edge.rationale),
    })  # fmt: skip


def _review(edge: Edge) -> list[Json]:
    """Whether a person reviewed the edge, and who; a review of older words counts for nothing."""
    if edge.reviewed:
        return [*prop("review", "reviewed"), *_reviewer(edge.reviewed)]
    if edge.stale_review:
        return [*prop("review", "stale", remarks=_said(edge.stale_review))]
    return prop("review", "not reviewed")


def _reviewer(review: Review) -> list[Json]:
    words = {"reviewer": review.name, "credential": review.credential, "reviewed_on": review.date, "digest": review.of}
    return [{**found, "group": "review"} for name, value in words.items() for found in prop(name, value)]


def _said(review: Review) -> str:
    return (
        f"Reviewed by {line(review.name)}, {line(review.credential)}, on {line(review.date)}; the words changed since."
    )


def _gap(side: str, framework: Framework, identifiers: list[str]) -> Json | None:
    if not identifiers:
        return None
    unmapped = {"with-child-controls": "no", "with-ids": identifiers}
    return {"uuid": stable_uuid("gap", side, framework.id), "unmapped-controls": [unmapped]}
