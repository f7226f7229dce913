"""What a check's expression says, read from DuckDB's own syntax tree: columns, relations, functions, parameters.

The tree carries byte positions, so relations can be rewritten in place and the author's own words
stay in the query that an auditor inspects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import duckdb

THIS = "this"
_PREFIX = "select "


class SyntaxProblem(Exception):  # noqa: N818 - what the lint reports, at the check's place
    """An expression that cannot be used; carries why."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `[start, end)` of the expression."""

    start: int
    end: int


@dataclass(slots=True)
class Relation:
    """One `exists (from table alias where …)`."""

    table: str
    alias: str
    span: Span
    keys: list[str] = field(default_factory=list)
    """Conjuncts that match account_id or region with the population's."""
    matches: set[str] = field(default_factory=set)
    """Of account_id and region, those matched."""
    joins: list[tuple[str, str, str]] = field(default_factory=list)
    """(conjunct, the relation's column, the population's expression) of each other equality."""
    rest: list[str] = field(default_factory=list)
    """Every other conjunct."""
    columns: set[str] = field(default_factory=set)
    """Top-level columns of the relation that are used."""


@dataclass(slots=True)
class Expression:
    """One SQL boolean about one row."""

    text: str
    columns: set[str] = field(default_factory=set)
    """Top-level columns of the population that are used, in relations too."""
    relations: list[Relation] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)


def parse(text: str) -> Expression:
    """The expression in `text`. Raises: SyntaxProblem."""
    tree = _tree(text)
    if tree["error"]:
        raise SyntaxProblem(str(tree["error_message"]).split("\n")[0])
    statements = tree["statements"]
    node = statements[0]["node"] if len(statements) == 1 else {}
    plain = node.get("type") == "SELECT_NODE" and node["from_table"]["type"] == "EMPTY" and not node["modifiers"]
    plain = plain and node["where_clause"] is None and node["sample"] is None
    if not plain or len(node["select_list"]) != 1 or node["select_list"][0].get("alias"):
        raise SyntaxProblem("one boolean expression is expected, without SELECT, FROM or WHERE")
    expression = Expression(text)
    _Walker(expression, _Source(text.encode())).walk(node["select_list"][0], None, frozenset())
    return expression


def conjuncts(text: str) -> list[Span]:
    """The spans of every operand of every AND, outermost first: what a mutation test drops one by one."""
    source = _Source(text.encode())
    return [
        source.span(child)
        for node in _nodes(_tree(text))
        if node.get("type") == "CONJUNCTION_AND"
        for child in node["children"]
    ]


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """A session that only ever parses."""
    return duckdb.connect(config={"threads": 1})


@lru_cache(maxsize=4096)
def _tree(text: str) -> dict[str, Any]:
    """DuckDB's tree of the words; shared, so nobody changes it."""
    answer = _parser().cursor().execute("select json_serialize_sql(?::varchar)", [f"{_PREFIX}{text}"]).fetchone()
    assert answer is not None  # noqa: S101 - a scalar select answers one row
    tree: dict[str, Any] = json.loads(answer[0])
    return tree


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def _bare(node: Any) -> Any:
    """A node without its places, to compare two readings of the same words."""
    if isinstance(node, dict):
        return {key: _bare(value) for key, value in node.items() if not key.startswith("query_location")}
    return [_bare(item) for item in node] if isinstance(node, list) else node


class _Source:
    """The author's words, and where in them a node stands."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def text(self, node: dict[str, Any]) -> str:
        """The words of a node."""
        span = self.span(node)
        return self._data[span.start : span.end].decode()

    def span(self, node: dict[str, Any]) -> Span:
        """The bytes of a node: of itself and all below it, parentheses balanced.

        DuckDB gives some operators the place of their operator only, so the span found is read again
        and must give the same tree. Raises: SyntaxProblem when it does not.
        """
        places = [
            (part["query_location"] - len(_PREFIX), part["query_location_length"])
            for part in _nodes(node)
            if part.get("query_location_length")
        ]
        start, end = min(at for at, _ in places), max(at + size for at, size in places)
        for span in self._balanced(start, end):
            tree = _tree(self._data[span.start : span.end].decode(errors="replace"))
            if not tree["error"] and _bare(tree["statements"][0]["node"]["select_list"]) == [_bare(node)]:
                return span
        words = self._data[start:end].decode(errors="replace")
        raise SyntaxProblem(f"cannot be taken apart near {words!r}: put the condition in parentheses")

    def _balanced(self, start: int, end: int) -> Iterator[Span]:
        """`[start, end)`, then the same widened by one more parenthesis at a time on the side that lacks it."""
        yield Span(start, end)
        for _ in range(16):
            words = self._data[start:end]
            if words.count(b")") > words.count(b"("):
                start = self._data.rfind(b"(", 0, start)
            elif words.count(b"(") > words.count(b")"):
                end = self._data.find(b")", end) + 1
            else:
                return
            if start < 0 or end == 0:
                return
            yield Span(start, end)


class _Walker:
    """Fills an expression from its tree."""

    def __init__(self, expression: Expression, source: _Source) -> None:
        self._expression = expression
        self._source = source

    def walk(self, node: Any, relation: Relation | None, bound: frozenset[str]) -> None:
        if isinstance(node, list):
            for child in node:
                self.walk(child, relation, bound)
        elif isinstance(node, dict):
            self._visit(node, relation, bound)

    def _visit(self, node: dict[str, Any], relation: Relation | None, bound: frozenset[str]) -> None:
        kind = node.get("class")
        if kind == "SUBQUERY":
            self._subquery(node, relation)
            return
        if kind == "WINDOW" or node.get("type") == "STAR":
            raise SyntaxProblem("windows and * are not allowed in a check")
        if kind == "POSITIONAL_REFERENCE":
            raise SyntaxProblem("a column is named, not numbered")
        if kind == "COLUMN_REF":
            self._column(node["column_names"], relation, bound)
        elif kind == "PARAMETER":
            self._expression.parameters.add(str(node.get("identifier")))
        elif kind == "FUNCTION":
            self._expression.functions.add(str(node["function_name"]).lower())
        elif kind == "LAMBDA":
            bound |= {name for part in _nodes(node["lhs"]) for name in part.get("column_names", [])}
        for value in node.values():
            if isinstance(value, dict | list):
                self.walk(value, relation, bound)

    def _column(self, names: list[str], relation: Relation | None, bound: frozenset[str]) -> None:
        if names[0] in bound:
            return
        if relation is None:
            column = names[1] if names[0] == THIS and len(names) > 1 else names[0]
            self._expression.columns.add(column)
        elif names[0] == THIS and len(names) > 1:
            self._expression.columns.add(names[1])
        elif names[0] == relation.alias and len(names) > 1:
            relation.columns.add(names[1])
        else:
            raise SyntaxProblem(
                f"{'.'.join(names)} stands inside exists(…): write {relation.alias}.{names[0]} or {THIS}.{names[0]}"
            )

    def _subquery(self, node: dict[str, Any], outer: Relation | None) -> None:
        query = node["subquery"]["node"]
        if node["subquery_type"] != "EXISTS" or outer is not None:
            raise SyntaxProblem("the only subquery allowed is exists (from table alias where …), not nested")
        table = query.get("from_table", {})
        if query.get("type") != "SELECT_NODE" or table.get("type") != "BASE_TABLE" or query["modifiers"]:
            raise SyntaxProblem("exists takes one table: no joins, limit, order, unnest or table function")
        if query["group_expressions"] or query["having"] or query["qualify"] or query["cte_map"]["map"]:
            raise SyntaxProblem("exists takes a plain condition: no grouping and no common table expression")
        # The relation is composed anew from its table and its conditions: nothing else of it would be kept.
        more = [table[k] for k in ("schema_name", "catalog_name", "column_name_alias", "at_clause", "sample")]
        chosen = {part.get("class") for part in query["select_list"]}
        if any([*more, query["sample"]]) or not chosen <= {"STAR", "CONSTANT"}:
            raise SyntaxProblem("exists takes a plain table: no schema, column names, instant, sample or select list")
        relation = Relation(table["table_name"], table["alias"], self._source.span(node))
        if not relation.alias or query["where_clause"] is None:
            raise SyntaxProblem(f"write exists (from {relation.table} alias where …)")
        where = query["where_clause"]
        for part in where["children"] if where.get("type") == "CONJUNCTION_AND" else [where]:
            self._conjunct(part, relation)
            self.walk(part, relation, frozenset())
        self._expression.relations.append(relation)

    def _conjunct(self, node: dict[str, Any], relation: Relation) -> None:
        text = self._source.text(node)
        if node.get("type") == "COMPARE_EQUAL":
            sides = [side for side in (node["left"], node["right"]) if side.get("class") == "COLUMN_REF"]
            names = [side["column_names"] for side in sides]
            own = [n for n in names if n[0] == relation.alias and len(n) > 1]
            other = [n for n in names if n[0] == THIS and len(n) > 1]
            if own and other:
                column, mine = ".".join(own[0]), ".".join(other[0])
                if own[0][1] == other[0][1] and own[0][1] in ("account_id", "region"):
                    relation.keys.append(text)
                    relation.matches.add(own[0][1])
                else:
                    relation.joins.append((text, column, mine))
                return
        relation.rest.append(text)
