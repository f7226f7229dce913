"""Writes a person's review into a crosswalk file, and not a byte besides.

The edge's place comes from the parser's marks; the text around it is left as it is, so comments, order,
quoting and line ends survive. Before a text is given back it is parsed again and proven equal to the old one but
for the reviews, so an odd layout is refused rather than spoilt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from proveonce.kernel import located
from proveonce.kernel.errors import UsageError
from proveonce.model.crosswalk import Review

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_BOM = "\ufeff"

Pair = tuple[str, str]
"""Control and requirement."""


def with_reviews(text: str, reviews: Mapping[Pair, Review], *, file: str) -> str:
    """The crosswalk `text` with these reviews in place of any that the edges had.

    Each pair names an edge of the text, which parses without problems. `file` is how messages call it.
    Raises: UsageError where the layout lets no review be added by itself.
    """
    value = located.parse(text, file).value
    numbers = {_pair(edge): index for index, edge in enumerate(value["edges"])}
    nodes = _edge_nodes(text)
    offset = len(_BOM) if text.startswith(_BOM) else 0
    edited = text
    for pair in sorted(reviews, key=lambda pair: -numbers[pair]):  # from the end, so that marks stay true
        start, end, inserted = _edit(text, nodes[numbers[pair]], reviews[pair], offset)
        edited = edited[:start] + inserted + edited[end:]
    expected = _expected(value, {numbers[pair]: review for pair, review in reviews.items()})
    after = located.parse(edited, file)
    if after.problems or after.value != expected:
        raise UsageError(
            "a review cannot be added here without changing something else",
            where=file,
            fix="write the edge as one key a line, as the shipped crosswalks do",
        )
    return edited


def _pair(edge: Mapping[str, str]) -> Pair:
    return edge["control"].strip(), edge["requirement"].strip()  # as the schema reads them


def _facts(review: Review) -> dict[str, str]:
    return {"name": review.name, "credential": review.credential, "date": review.date, "of": review.of}


def _expected(value: Any, reviews: Mapping[int, Review]) -> Any:
    edges = [
        {**edge, "reviewed": _facts(reviews[index])} if index in reviews else edge
        for index, edge in enumerate(value["edges"])
    ]
    return {**value, "edges": edges}


def _edit(text: str, edge: yaml.MappingNode, review: Review, offset: int) -> tuple[int, int, str]:
    """What to put in place of `text[start:end]`."""
    quoted = ", ".join(f"{key}: {json.dumps(fact, ensure_ascii=False)}" for key, fact in _facts(review).items())
    entry = f"reviewed: {{{quoted}}}"
    for key, value in edge.value:
        if key.value == "reviewed":
            return key.start_mark.index + offset, _end(value) + offset, entry
    if edge.flow_style:
        close = edge.end_mark.index + offset - 1
        has_comma = text[:close].rstrip().endswith(",")
        return close, close, f" {entry}" if has_comma else f", {entry}"
    content_end = len(text[: _end(edge) + offset].rstrip())
    line_end = text.find("\n", content_end)
    if line_end < 0:
        line_end = len(text)
    elif text[line_end - 1] == "\r":
        line_end -= 1
    line_break = "\r\n" if "\r\n" in text else "\n"
    return line_end, line_end, f"{line_break}{' ' * edge.start_mark.column}{entry}"


def _end(node: yaml.Node) -> int:
    """Where the node's own text ends; a block collection's end mark is that of what follows it."""
    while isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        node = node.value[-1][1]
    index: int = node.end_mark.index
    return index


def _edge_nodes(text: str) -> list[yaml.MappingNode]:
    root: Any = yaml.compose(text, Loader=_LOADER)  # recursion is bounded: the text was parsed within our depth
    edges: list[yaml.MappingNode] = next(value.value for key, value in root.value if key.value == "edges")
    return edges
