"""How requirements are covered: by any one full edge, or by all of one jointly complete set.

A covering group is a set of controls whose proof covers the requirement; a full edge is a group of one.
Groups that contain another group are dropped: they can never be needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.crosswalk import Crosswalk, Edge

Group = frozenset[ControlId]

NO_CONTROL = "no common control is mapped to it"
ONLY_PARTIAL = "only partial edges, and no set of them is declared jointly complete"
_MOST_GROUPS = 12
"""Beyond this many alternatives, inclusion and exclusion gets too long; the smallest groups are kept."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One requirement with all that its crosswalk says of it."""

    edges: tuple[Edge, ...]
    groups: tuple[Group, ...]
    """Minimal covering groups, smallest first."""
    why_not: str
    """Why nothing covers it; empty where something does."""


def mapped(content: Content, framework: str) -> Mapping[str, Mapped]:
    """Every requirement of the framework, in catalog order."""
    name = next(f for f in content.frameworks if f == framework)
    crosswalk = content.crosswalks.get(name) or Crosswalk(name, ())
    edges: dict[str, list[Edge]] = {}
    for edge in crosswalk.edges:
        edges.setdefault(edge.requirement, []).append(edge)
    joint: dict[str, list[Group]] = {}
    for entry in crosswalk.joint:
        joint.setdefault(entry.requirement, []).append(frozenset(entry.controls))
    return {
        requirement.id: _mapped(
            edges.get(requirement.id, []),
            joint.get(requirement.id, []),
            crosswalk.not_mapped.get(requirement.id, ""),
        )
        for requirement in content.frameworks[name].requirements
    }


def _mapped(edges: list[Edge], joint: list[Group], reason: str) -> Mapped:
    groups = minimal([*(frozenset({edge.control}) for edge in edges if edge.relation.is_full), *joint])
    if groups:
        return Mapped(tuple(edges), groups, "")
    if edges:
        return Mapped(tuple(edges), (), ONLY_PARTIAL)
    return Mapped((), (), f"no common control applies: {reason}" if reason else NO_CONTROL)


def minimal(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The groups that contain no other, smallest first, then by id."""
    ordered = sorted(set(groups), key=lambda group: (len(group), sorted(group)))
    kept: list[Group] = []
    for group in ordered:
        if not any(other <= group for other in kept):
            kept.append(group)
    return tuple(kept)


def shares(groups: Iterable[Group], proven: frozenset[ControlId]) -> Mapping[ControlId, Fraction]:
    """What proving each control is worth to a requirement, as a share of it: the Shapley value.

    The game is worth 1 to a set of controls that, with those `proven` already, holds a covering group. A control
    that covers alone has 1, each of k members of the one joint set 1/k, each of two alternatives 1/2. The shares
    of a coverable requirement that is not covered yet sum to exactly 1; of any other, none has a share.
    Source: the game is a maximum of unanimity games; inclusion and exclusion over unions of groups writes it as
    their sum, and the value of a unanimity game on n players is 1/n for each (Shapley 1953).
    """
    left = minimal(group - proven for group in groups)[:_MOST_GROUPS]
    if not left or not left[0]:
        return {}
    values: dict[ControlId, Fraction] = {}
    for size in range(1, len(left) + 1):
        sign = 1 if size % 2 else -1
        for chosen in combinations(left, size):
            players = frozenset[ControlId]().union(*chosen)
            for player in players:
                values[player] = values.get(player, Fraction(0)) + Fraction(sign, len(players))
    return values
