"""Crosswalk edges with the place of each of their words, as the lint needs them.

Only edges whose names resolve: what does not resolve is a problem already (`build`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from proveonce.content.build import Gathered
from proveonce.content.parsing import Listed
from proveonce.content.schema import CrosswalkModel, EdgeModel
from proveonce.kernel.errors import Problem
from proveonce.kernel.located import Document, Path_, Place
from proveonce.kernel.naming import nearest
from proveonce.model.content import Content

MAX_UNKNOWN = 100
"""Misspelt names whose nearest is sought: each is compared with every known name."""


@dataclass(frozen=True, slots=True)
class MappedEdge:
    """One edge of a crosswalk in force."""

    framework: str
    edge: EdgeModel
    document: Document
    path: Path_

    def place(self, key: str) -> Place:
        """Where the value of `key` stands."""
        return self.document.place((*self.path, key))

    def problem(self, key: str, what: str, *, fix: str, closest: str = "") -> Problem:
        """A problem at the value of `key`."""
        return problem(self.document, (*self.path, key), what, fix=fix, closest=closest)

    def __str__(self) -> str:
        return f"{self.edge.control} {self.edge.relation} {self.edge.requirement} ({self.place('relation')})"


def problem(
    document: Document, path: Path_, what: str, *, fix: str, closest: str = "", at_key: bool = False
) -> Problem:
    """A problem at the value of `path`, or at its key."""
    at = document.key_place(path) if at_key else document.place(path)
    return Problem(at.file, at.line, at.column, what, closest, fix)


def crosswalks(content: Content, gathered: Gathered) -> Iterator[tuple[Listed[CrosswalkModel], CrosswalkModel]]:
    """The crosswalks in force: the first of each known framework."""
    seen: set[str] = set()
    for listed in gathered.crosswalks:
        model = listed.model
        if model is not None and model.framework in content.frameworks and model.framework not in seen:
            seen.add(model.framework)
            yield listed, model


def mapped_edges(content: Content, gathered: Gathered) -> list[MappedEdge]:
    """Every edge that resolves, each control and requirement once, in file order."""
    edges: dict[tuple[str, str, str], MappedEdge] = {}
    for listed, model in crosswalks(content, gathered):
        requirements = {r.id for f in content.frameworks.values() if f.id == model.framework for r in f.requirements}
        for index, edge in zip(listed.kept["edges"], model.edges, strict=True):
            if edge.control in content.controls and edge.requirement in requirements:
                mapped = MappedEdge(model.framework, edge, listed.document, ("edges", index))
                edges.setdefault((model.framework, edge.control, edge.requirement), mapped)
    return list(edges.values())


def raw_edges(document: Document) -> Iterator[dict[str, Any]]:
    """The edges of a crosswalk file as written, those that did not parse included."""
    value = document.value.get("edges") if isinstance(document.value, dict) else None
    yield from (edge for edge in (value if isinstance(value, list) else []) if isinstance(edge, dict))


def meant(names: Collection[Any], known: Collection[str]) -> set[str]:
    """The `known` names among `names`, and for each misspelt one the known name that it is nearest to.

    So that a misspelt name is one problem, and not also the absence of the name that was meant. All of them when so
    many are misspelt that no absence could be claimed.
    """
    valid = set(known)
    texts = {name for name in names if isinstance(name, str)}
    unknown = texts - valid
    if len(unknown) > MAX_UNKNOWN:
        return valid
    near = (nearest(name, known) for name in unknown)
    return texts & valid | {name for name in near if name}
