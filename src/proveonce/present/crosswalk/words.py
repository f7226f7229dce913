"""Symbols, words and notes that the workbook and the page share.

A relation is always a symbol beside an id, read from the control's side (`IAM-06 ≥ 7.2.4`), so that
shade only repeats what the symbol says.
"""

from __future__ import annotations

from proveonce.model.catalog import Framework
from proveonce.model.control import Nature
from proveonce.model.crosswalk import Relation
from proveonce.present.crosswalk.view import Coverage, CrosswalkView, MappedEdge, RequirementRow, Strength
from proveonce.present.workbook.facts import short_title

SYMBOLS = {
    Relation.EQUAL_TO: "=",
    Relation.EQUIVALENT_TO: "≈",
    Relation.SUPERSET_OF: "≥",
    Relation.SUBSET_OF: "≤",
    Relation.INTERSECTS_WITH: "×",
}
JOINTLY = "†"
ALONE = "¹"

RELATIONS = {
    Relation.EQUAL_TO: "The control asks for the same as the requirement, in the same words. Full.",
    Relation.EQUIVALENT_TO: "The control asks for the same in other words. Full.",
    Relation.SUPERSET_OF: "The control does all that the requirement asks, and more. Full.",
    Relation.SUBSET_OF: "The control does a part of what the requirement asks, and nothing else. Partial.",
    Relation.INTERSECTS_WITH: "They share a part; each asks for things that the other does not. Partial.",
}
MARKS = {
    JOINTLY: "Partial alone, and one of a set of controls declared complete together, with the reason.",
    ALONE: "The requirement rests on this control only.",
}
COVERAGES = {
    Coverage.ONE: "At least one control does all that the requirement asks.",
    Coverage.JOINT: "No control does all of it; a set of them is declared to do so together, with its reason.",
    Coverage.PARTIAL: "Controls reach part of it; what stays open is written beside each mapping.",
    Coverage.UNMAPPED: "No control stands for it; the reason is given where one was written.",
}
STRENGTHS = {Strength.FULL: "full", Strength.JOINT: "jointly full", Strength.PARTIAL: "partial"}
NO_REASON = "No control is mapped to it and no reason is stated."
NOT_A_RESULT = (
    "What the mapping claims, not whether any control works: results stand in the packages, beside their evidence."
)

_NOTE = 900
"""Longest text of one note: what a person reads beside a cell."""
_CELL = 30_000
"""Longest text of ours in a cell; Excel takes 32,767 code units and characters beyond the BMP take two."""


def short(framework: Framework) -> str:
    """`PCI DSS`."""
    return short_title(framework.id, framework.title)


def mark(mapped: MappedEdge) -> str:
    """`≥`, `×†`: relation, and whether it completes a set."""
    return SYMBOLS[mapped.edge.relation] + (JOINTLY if mapped.strength is Strength.JOINT else "")


def requirement_label(mapped: MappedEdge) -> str:
    """The requirement, for a reader who stands at the control: `≥ 7.2.4¹`."""
    return f"{mark(mapped)} {mapped.requirement.id}{ALONE if mapped.is_alone else ''}"


def control_label(mapped: MappedEdge) -> str:
    """The control, for a reader who stands at the requirement: `IAM-06 ≥`."""
    return f"{mapped.control.id} {mark(mapped)}"


def carried_out_by(row: RequirementRow) -> str:
    """Who carries out the controls of a requirement; empty where there is none."""
    natures = {edge.control.nature for edge in row.edges}
    if not natures:
        return ""
    if natures == {Nature.MANUAL}:
        return "people only"
    return "machines only" if natures == {Nature.AUTOMATED} else "machines and people"


def residual_note(edges: tuple[MappedEdge, ...], *, at_control: bool) -> str:
    """What stays open, edge by edge, for the note of a cell; empty when nothing does.

    `at_control` names the requirement of each edge, otherwise the control is named.
    """
    lines = [
        f"{mapped.requirement.id if at_control else mapped.control.id} {mark(mapped)} {mapped.edge.residual}"
        for mapped in edges
        if mapped.edge.residual
    ]
    return _bounded_lines(lines) if lines else ""


def _bounded_lines(lines: list[str]) -> str:
    kept, used = ["Stays open:"], 0
    share = max(80, _NOTE // len(lines))
    for number, line in enumerate(lines):
        cut = line if len(line) <= share else f"{line[: share - 1].rstrip()}…"
        if used + len(cut) > _NOTE:
            kept.append(f"and {len(lines) - number:,} more; all of them whole in Edges")
            break
        kept.append(cut)
        used += len(cut)
    else:
        if any(len(line) > share for line in lines):
            kept.append("Whole in Edges.")
    return "\n".join(kept)


def bounded(text: str) -> str:
    """`text` as a cell can hold it; what is cut is counted."""
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 <= _CELL:
        return text
    kept = text[: _CELL // 2]
    return f"{kept}[cut: {len(text) - len(kept):,} characters; whole in the mapping's file]"


def reviewer(mapped: MappedEdge) -> str:
    """Who reviewed the edge as it stands; a review of earlier words is named, and counts for nothing."""
    review, stale = mapped.edge.reviewed, mapped.edge.stale_review
    if review:
        return f"{review.name}, {review.credential}, {review.date}"
    return f"not reviewed since it changed ({stale.name}, {stale.date})" if stale else "not reviewed"


def review_banner(view: CrosswalkView) -> str:
    """The banner over everything, until every edge has a reviewer."""
    if view.is_reviewed:
        return ""
    return f"Crosswalk not independently reviewed: {view.reviewed:,} of {len(view.edges):,} mappings have a reviewer."
