"""The plausible mistakes of a check's author, one at a time: an expression → its mutants.

Mutants come from DuckDB's tree of the expression, spliced into the author's own words. Each changes one thing:
an operand left out, `and` for `or`, a comparison reversed or moved by its boundary, a claim negated, a list
element left out, a number off by one, a literal or a default changed, `lower(…)` or `coalesce(…)` left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from proveonce.assess.expression import Span, SyntaxProblem, _bare, _Source, _tree
from proveonce.model.check import Check

Node = Mapping[str, Any]

_COMPARISONS = {
    "COMPARE_LESSTHAN": ("<", ("<=", ">=")),
    "COMPARE_LESSTHANOREQUALTO": ("<=", ("<", ">")),
    "COMPARE_GREATERTHAN": (">", (">=", "<=")),
    "COMPARE_GREATERTHANOREQUALTO": (">=", (">", "<")),
    "COMPARE_EQUAL": ("=", ("<>",)),
    "COMPARE_NOTEQUAL": ("<>", ("=",)),
    "COMPARE_DISTINCT_FROM": ("is distinct from", ("is not distinct from",)),
    "COMPARE_NOT_DISTINCT_FROM": ("is not distinct from", ("is distinct from",)),
}
"""Type → its words, and what is written in their place: moved by the boundary, and reversed."""
_CONJUNCTIONS = {"CONJUNCTION_AND": ("and", "or", "true"), "CONJUNCTION_OR": ("or", "and", "false")}
"""Type → its word, the other word, and what an operand left out leaves."""
_CLAIMS = frozenset({"COLUMN_REF", "FUNCTION", "CAST", "BETWEEN", "SUBQUERY"})
_CLAIM_TYPES = frozenset({"OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "ARRAY_EXTRACT", "STRUCT_EXTRACT"})
"""Classes and types of nodes that are negated where a boolean is expected."""
_LAYERS = frozenset({"lower", "upper", "trim"})
_FILTERS = frozenset({"list_filter", "filter", "array_filter"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """A check with one mistake."""

    check: Check
    part: str
    """`applies_when` or `passes_when`."""
    line: int
    column: int
    """Where in the part, both from 1."""
    change: str
    """`words → words`, in one line, numbered from the second of the same words on; with the part it names a mutant."""

    @property
    def name(self) -> str:
        """The part and the change."""
        return f"{self.part}: {self.change}"


def mutants(check: Check) -> Iterator[Mutant]:
    """Every mutant of a check, each once. Raises: SyntaxProblem, when a part cannot be taken apart."""
    for part in ("applies_when", "passes_when"):
        text: str = getattr(check, part) or ""
        if not text:
            continue
        data, seen, names = text.encode(), {_meaning(text)}, Counter[str]()
        for span, words in _Mutator(data).edits():
            changed = (data[: span.start] + words.encode() + data[span.end :]).decode()
            if (meaning := _meaning(changed)) in seen:
                continue
            seen.add(meaning)
            fields: dict[str, Any] = {part: changed}
            before = data[: span.start].decode()
            change = f"{_one_line(data[span.start : span.end].decode())} → {_one_line(words) or 'nothing'}"
            names[change] += 1
            yield Mutant(
                check=replace(check, **fields),
                part=part,
                line=before.count("\n") + 1,
                column=len(before) - before.rfind("\n"),
                change=change if names[change] == 1 else f"{change} ({names[change]})",
            )


def _meaning(text: str) -> str:
    return str(_bare(_tree(text)))


def _one_line(text: str) -> str:
    return " ".join(text.split())


Edit = tuple[Span, str]
"""What is replaced, by what."""


class _Mutator:
    """Walks the tree of one expression. `claim`: a boolean is expected where the node stands."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._source = _Source(data)
        self._root = _tree(data.decode())["statements"][0]["node"]["select_list"][0]
        self._spans: dict[int, Span] = {}  # by identity: the root keeps every node alive

    def edits(self) -> Iterator[Edit]:
        """Every edit, outermost first."""
        yield from self._walk(self._root, claim=True)

    def _walk(self, node: Any, *, claim: bool) -> Iterator[Edit]:
        if isinstance(node, list):
            for child in node:
                yield from self._walk(child, claim=claim)
        elif isinstance(node, dict):
            yield from self._visit(node, claim=claim)

    def _visit(self, node: Node, *, claim: bool) -> Iterator[Edit]:
        """Edits of a node and of all below it; one whose place DuckDB does not tell is left as it is."""
        try:
            yield from list(self._edits_of(node, claim=claim))
        except SyntaxProblem:
            yield from self._walk(list(node.values()), claim=False)

    def _edits_of(self, node: Node, *, claim: bool) -> Iterator[Edit]:  # noqa: C901, PLR0912 - one branch a kind of node
        kind, sort = node.get("class"), node.get("type")
        if claim and (kind in _CLAIMS or sort in _CLAIM_TYPES):
            yield self._span(node), f"(not {self._text(node)})"
        if kind == "CONJUNCTION":
            yield from self._conjunction(node)
        elif kind == "COMPARISON":
            yield from self._comparison(node)
        elif kind == "CONSTANT":
            yield from self._constant(node)
        elif kind == "SUBQUERY":
            yield from self._walk(node["subquery"]["node"]["where_clause"], claim=True)
        elif kind == "CASE":
            for branch in node["case_checks"]:
                yield from self._walk(branch["when_expr"], claim=True)
                yield from self._walk(branch["then_expr"], claim=claim)
            yield from self._walk(node["else_expr"], claim=claim)
        elif kind == "FUNCTION":
            yield from self._function(node)
        elif sort == "OPERATOR_NOT":
            yield from self._negation(node)
        elif sort == "COMPARE_IN":
            yield from self._membership(node, node, is_negated=False)
        elif sort == "OPERATOR_COALESCE":
            yield from self._coalesce(node, claim=claim)
        else:
            for value in node.values():
                yield from self._walk(value, claim=False)

    def _conjunction(self, node: Node) -> Iterator[Edit]:
        word, other, neutral = _CONJUNCTIONS[str(node["type"])]
        spans = [self._span(child) for child in node["children"]]
        whole = self._span(node)
        parts = [self._data[whole.start : spans[0].end]]
        for left, right in pairwise(spans):
            gap = self._data[left.end : right.start]
            parts += [gap.lower().replace(word.encode(), other.encode()), self._data[right.start : right.end]]
        parts.append(self._data[spans[-1].end : whole.end])
        yield whole, f"({b''.join(parts).decode()})"
        for child, span in zip(node["children"], spans, strict=True):
            yield span, neutral
            yield from self._walk(child, claim=True)

    def _comparison(self, node: Node) -> Iterator[Edit]:
        words, others = _COMPARISONS[str(node["type"])]
        whole, left, right = self._span(node), self._span(node["left"]), self._span(node["right"])
        head, gap, tail = (
            self._data[start:end].decode()
            for start, end in ((whole.start, left.end), (left.end, right.start), (right.start, whole.end))
        )
        if words in gap.lower():  # `case x when y` compares without a word
            yield from ((whole, f"{head}{gap.lower().replace(words, other)}{tail}") for other in others)
        for side, far in ((node["left"], node["right"]), (node["right"], node["left"])):
            yield from self._side(side, str(node["type"]), far)

    def _side(self, side: Node, comparison: str, far: Node) -> Iterator[Edit]:
        """Edits of one side; a default is changed so that the comparison with a literal turns out otherwise."""
        if side.get("type") == "OPERATOR_COALESCE" and far.get("class") == "CONSTANT":
            yield from self._coalesce(side, claim=False, against=(comparison, [far]))
        else:
            yield from self._walk(side, claim=False)

    def _negation(self, node: Node) -> Iterator[Edit]:
        (child,) = node["children"]
        if child.get("type") == "COMPARE_IN":
            yield from self._membership(node, child, is_negated=True)
            return
        if child.get("class") == "CONJUNCTION":
            yield self._span(node), f"({self._text(child)})"
        yield from self._walk(child, claim=True)

    def _membership(self, whole: Node, node: Node, *, is_negated: bool) -> Iterator[Edit]:
        first, *listed = node["children"]
        head = self._data[self._span(whole).start : self._span(first).end].decode()
        items = ", ".join(self._text(item) for item in listed)
        yield self._span(whole), f"{head}{' in ' if is_negated else ' not in '}({items})"
        if len(listed) > 1:
            yield from self._left_out(listed)
        else:
            yield from self._walk(listed, claim=False)
        if first.get("type") == "OPERATOR_COALESCE" and all(item.get("class") == "CONSTANT" for item in listed):
            yield from self._coalesce(first, claim=False, against=("COMPARE_IN", listed))
        else:
            yield from self._walk(first, claim=False)

    def _coalesce(self, node: Node, *, claim: bool, against: tuple[str, list[Node]] | None = None) -> Iterator[Edit]:
        children = node["children"]
        texts = [self._text(child) for child in children]
        for left_out in range(len(texts)):
            rest = texts[:left_out] + texts[left_out + 1 :]
            yield self._span(node), f"coalesce({', '.join(rest)})" if len(rest) > 1 else f"({rest[0]})"
        *values, default = children
        yield from self._walk(values, claim=claim)
        if default.get("class") != "CONSTANT" or against is None:
            yield from self._walk(default, claim=claim)
        elif changed := _other_default(texts[-1], against[0], [self._text(literal) for literal in against[1]]):
            yield self._span(default), changed

    def _function(self, node: Node) -> Iterator[Edit]:
        name, children = str(node["function_name"]).lower(), [part["expression"] for part in node["arguments"]]
        if name in _LAYERS:
            yield self._span(node), f"({self._text(children[0])})"
        if name == "list_value" and len(children) > 1:
            yield from self._left_out(children)
            children = [child for child in children if child.get("class") != "CONSTANT"]
        for child in children:
            if child.get("class") == "LAMBDA":
                yield from self._walk(child["expr"], claim=name in _FILTERS)
            else:
                yield from self._walk(child, claim=False)

    def _left_out(self, items: list[Node]) -> Iterator[Edit]:
        """Each of several items of a list taken out, with the comma after it, or before it for the last."""
        spans = [self._span(item) for item in items]
        for span, following in pairwise(spans):
            yield Span(span.start, following.start), ""
        yield Span(spans[-2].end, spans[-1].end), ""

    def _constant(self, node: Node) -> Iterator[Edit]:
        if not node.get("query_location_length"):
            return
        span, text = self._span(node), self._text(node)
        yield from ((span, changed) for changed in _changed_literals(text))

    def _span(self, node: Node) -> Span:
        if id(node) not in self._spans:
            self._spans[id(node)] = self._source.span(dict(node))
        return self._spans[id(node)]

    def _text(self, node: Node) -> str:
        span = self._span(node)
        return self._data[span.start : span.end].decode()


def _changed_literals(text: str) -> list[str]:
    """Other literals of the same type."""
    if text.startswith("'"):
        return [f"{text[:-1]}~'"]
    if text.lower() in ("true", "false"):
        return ["false" if text.lower() == "true" else "true"]
    return [str(int(text) - 1), str(int(text) + 1)] if text.lstrip("-").isdigit() else []


def _other_default(default: str, comparison: str, literals: list[str]) -> str | None:
    """A default with which the comparison turns out otherwise than with this one."""
    candidates = [c for literal in literals for c in (literal, *_changed_literals(literal))]
    before = _compared(default, comparison, literals)
    return next((c for c in candidates if _compared(c, comparison, literals) != before), None)


def _compared(value: str, comparison: str, literals: list[str]) -> bool:
    """Whether the comparison holds, for literals of one type; the greater side is the literal's."""
    if comparison == "COMPARE_IN":
        return value in literals
    (other,) = literals
    if not value.lstrip("-").isdigit() or not other.lstrip("-").isdigit():
        return value == other
    left, right = int(value), int(other)
    return {
        "COMPARE_LESSTHAN": left < right,
        "COMPARE_LESSTHANOREQUALTO": left <= right,
        "COMPARE_GREATERTHAN": left > right,
        "COMPARE_GREATERTHANOREQUALTO": left >= right,
    }.get(comparison, left == right)
