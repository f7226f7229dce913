"""Derived overlaps and reviews in words, JSON and CSV rows.

⊆ reads "lies within", ∩ "meets in part". A statement says what follows for whoever must prove both, and never
more: evidence of a control counts where its edges say, while a wider requirement reported as met shows nothing of
a narrower one within it, which may be stricter on its part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from proveonce.model.catalog import FrameworkId
from proveonce.model.content import Content
from proveonce.model.crosswalk import Edge, Relation
from proveonce.model.overlap import Node, Overlap, RequirementKey, SharedControl, Step

NOT_REVIEWED = "not independently reviewed"
SCOPE_NOTE = (
    "Relations compare the subjects of requirements, not how strictly or on which systems they are tested: a wider one "
    "reported as met does not show that a narrower one within it is; the control's evidence does. Derived from edges, "
    "no surer than they are."
)
ORDER_NOTE = (
    "Order: proven first, then by strength: the sum, over shared controls, of closeness to each side (1 full, 0.75 "
    "within, 0.5 in part) ÷ √(requirements it serves in one framework × in the other). It orders, it proves nothing."
)
CSV_HEAD = (
    "from_framework", "from_requirement", "from_title", "to_framework", "to_requirement", "to_title", "proven",
    "relation", "path", "shared_controls", "strength", "open_in_from", "open_in_to", "statement",
)  # fmt: skip

_WORDS = {
    Relation.EQUIVALENT_TO: "asks the same as",
    Relation.SUBSET_OF: "lies within",
    Relation.SUPERSET_OF: "contains",
}


def review_words(edge: Edge) -> str:
    """Who reviewed the edge, or that nobody did, or that it changed since."""
    if (stale := edge.stale_review) is not None:
        return f"review stale: edge changed since {stale.name} ({stale.credential}) reviewed it on {stale.date}"
    review = edge.reviewed
    if review is None:
        return NOT_REVIEWED
    words = f"reviewed by {review.name} ({review.credential}) on {review.date}"
    return words if review.of else f"{words}, not bound to a wording"


def edge_json(framework: FrameworkId, edge: Edge) -> dict[str, Any]:
    """One edge."""
    return {"framework": framework, **asdict(edge), "place": str(edge.place)}


def relation_words(overlap: Overlap) -> str:
    """How the first stands to the second, in words."""
    return _WORDS[overlap.relation] if overlap.relation else "shares controls with"


def path_words(steps: Iterable[Step]) -> str:
    """A proof on one line: `8.2.1 ⊆ IAM-03 ⊆ CC6.1`; a step that does not continue the one before follows a comma."""
    words, last = "", None
    for step in steps:
        outer = " ∪ ".join(_name(node) for node in step.outer)
        continues = last is not None and last.outer == (step.inner,)
        words += f" ⊆ {outer}" if continues else f"{', ' if words else ''}{_name(step.inner)} ⊆ {outer}"
        last = step
    return words


def shared_path(shared: SharedControl, overlap: Overlap) -> str:
    """The two edges of a shared control, read outwards from the first requirement."""
    first, second = _sign(shared.first.relation), _sign(shared.second.relation)
    reverse = {"⊆": "⊇", "⊇": "⊆"}
    return f"{overlap.first.id} {reverse.get(first, first)} {shared.control} {second} {overlap.second.id}"


def shared_words(shared: SharedControl, overlap: Overlap) -> str:
    """What the evidence of a shared control does for both."""
    first, second, control = overlap.first.id, overlap.second.id, shared.control
    match shared.first.relation.is_full, shared.second.relation.is_full:
        case True, True:
            return f"evidence for {control} serves both in full"
        case True, False:
            return f"evidence for {control} serves {first} in full and counts towards {second}"
        case False, True:
            return f"evidence for {control} serves {second} in full and counts towards {first}"
    return f"evidence for {control} counts towards both"


def shared_open(shared: SharedControl, overlap: Overlap) -> list[tuple[str, str]]:
    """Requirement → what the shared control leaves open of it; those that it does in full are left out."""
    sides = ((overlap.first.id, shared.first.residual), (overlap.second.id, shared.second.residual))
    return [(identifier, residual) for identifier, residual in sides if residual]


def proof_words(proof: tuple[Step, ...]) -> str:
    """What the evidence of a proof's controls does for both ends of it."""
    inner, outer = proof[0].inner, proof[-1].outer[0]
    controls = ", ".join(_name(node) for node in proof[0].outer)
    together = " together" if len(proof[0].outer) > 1 else ""
    return f"evidence for {controls}{together} serves {_name(inner)} in full and counts towards {_name(outer)}"


def proof_open(proof: tuple[Step, ...]) -> list[tuple[str, str]]:
    """Control → what it leaves open of the requirement at the proof's end, for each that reaches it directly."""
    outer = proof[-1].outer
    edges = [step.basis for step in proof if step.outer == outer and isinstance(step.basis, Edge)]
    return [(edge.control, edge.residual) for edge in edges if edge.residual]


def beside(overlap: Overlap) -> tuple[SharedControl, ...]:
    """The shared controls that are no part of a proof."""
    proven = {node for step in (*overlap.within, *overlap.contains) for node in step.outer}
    return tuple(shared for shared in overlap.shared if shared.control not in proven)


def statement(overlap: Overlap) -> str:
    """What follows in practice, on one line."""
    parts = [proof_words(proof) for proof in (overlap.within, overlap.contains) if proof]
    parts += [shared_words(shared, overlap) for shared in beside(overlap)]
    return "; ".join(parts)


def overlap_json(content: Content, overlap: Overlap) -> dict[str, Any]:
    """One overlap with its proof, its shared controls and each term of its strength."""
    return {
        "from": _requirement(content, overlap.first),
        "to": _requirement(content, overlap.second),
        "proven": overlap.relation is not None,
        "relation": overlap.relation,
        "path": _paths(overlap),
        "proof": [_step_json(step) for step in (*overlap.within, *overlap.contains)],
        "shared": [
            {
                "control": shared.control,
                "relation_to_from": shared.first.relation,
                "relation_to_to": shared.second.relation,
                "open_in_from": shared.first.residual,
                "open_in_to": shared.second.residual,
                "serves_in_from": shared.first_breadth,
                "serves_in_to": shared.second_breadth,
                "strength": round(shared.strength, 4),
            }
            for shared in overlap.shared
        ],
        "strength": round(overlap.strength, 4),
        "statement": statement(overlap),
    }


def overlap_row(content: Content, overlap: Overlap) -> list[str]:
    """One overlap under `CSV_HEAD`."""
    first, second = (_requirement(content, key) for key in (overlap.first, overlap.second))
    shared = overlap.shared
    return [
        *first.values(), *second.values(), "yes" if overlap.relation else "no", overlap.relation or "",
        "; ".join(_paths(overlap)), " ".join(one.control for one in shared), f"{overlap.strength:.4f}",
        " ".join(f"{one.control}: {one.first.residual}" for one in shared if one.first.residual),
        " ".join(f"{one.control}: {one.second.residual}" for one in shared if one.second.residual),
        statement(overlap),
    ]  # fmt: skip


def _paths(overlap: Overlap) -> list[str]:
    proofs = [path_words(proof) for proof in (overlap.within, overlap.contains) if proof]
    return proofs or [shared_path(shared, overlap) for shared in overlap.shared]


def _requirement(content: Content, key: RequirementKey) -> dict[str, str]:
    requirement = content.frameworks[key.framework].requirement(key.id)
    return {"framework": key.framework, "id": key.id, "title": requirement.title if requirement else ""}


def _step_json(step: Step) -> dict[str, Any]:
    edge = step.basis if isinstance(step.basis, Edge) else None
    return {
        "inner": str(step.inner),
        "outer": [str(node) for node in step.outer],
        "basis": edge.relation if edge else "jointly complete",
        "reason": edge.rationale if edge else getattr(step.basis, "reason", ""),
        "reviewed": asdict(edge.reviewed) if edge and edge.reviewed else None,
        "place": str(step.basis.place),
    }


def _name(node: Node) -> str:
    return node.id if isinstance(node, RequirementKey) else node


def _sign(relation: Relation) -> str:
    """The relation of a control to a requirement."""
    if relation.is_full:
        return "=" if relation.is_within else "⊇"
    return "⊆" if relation.is_within else "∩"
