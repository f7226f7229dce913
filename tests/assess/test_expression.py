"""What is read out of an author's words, and which words are refused because the query would not mean them."""

from __future__ import annotations

import pytest

from assess.builders import check
from proveonce.assess.compose import compose, rewrite
from proveonce.assess.expression import SyntaxProblem, conjuncts, parse
from proveonce.assess.lint import Workbench

RELATION = "exists (from aws_sns_topic t where t.account_id = this.account_id and t.region = this.region and {})"


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench()


@pytest.mark.parametrize(
    "condition",
    [
        "t.TopicArn = 'x'",
        "(t.line + 1) * 2 = 4",
        "(t.a or t.b)",
        "not (t.a or t.b)",
        "(t.a || 'x') like 'b%'",
        "t.a in ('x)', '(y')",
        "(t.a)::bigint = 1",
        "t.a between 1 and 2",
        "(t.s).f = 1",
        "t.l[1].y = 'é'",
        "case when t.a then true else false end",
        "len(list_filter(t.l, lambda x: x.y = this.z)) > 0",
        "coalesce(t.a, false)",
        "t.a is not distinct from this.b",
    ],
)
@pytest.mark.parametrize("before", ["", "Name = 'é(' and "])
def test_a_relation_and_its_conditions_keep_the_authors_words(condition: str, before: str) -> None:
    text = before + RELATION.format(condition)
    (relation,) = parse(text).relations
    data = text.encode()
    assert data[relation.span.start : relation.span.end].decode() == RELATION.format(condition)
    assert relation.keys == ["t.account_id = this.account_id", "t.region = this.region"]
    assert relation.matches == {"account_id", "region"}
    bare = condition[1:-1] if condition.startswith("(t.a or") else condition
    assert relation.rest == [bare]


def test_an_equality_with_the_population_is_a_join_whichever_side_it_stands_on() -> None:
    (relation,) = parse(RELATION.format("this.Name = t.TopicArn and t.x = t.y and t.z = lower(this.Name)")).relations
    assert relation.joins == [("this.Name = t.TopicArn", "t.TopicArn", "this.Name")]
    assert relation.rest == ["t.x = t.y", "t.z = lower(this.Name)"]


def test_an_or_beside_the_keys_makes_them_no_keys() -> None:
    text = "exists (from aws_sns_topic t where t.account_id = this.account_id and t.a or t.b)"
    (relation,) = parse(text).relations
    assert (relation.keys, relation.matches) == ([], set())


def test_columns_are_told_apart_by_whose_they_are() -> None:
    expression = parse(
        "this.versioning.Status = 'Enabled' and Name <> '' and " + RELATION.format("t.a.b = this.logging.c")
    )
    assert expression.columns == {"versioning", "Name", "logging", "account_id", "region"}
    assert expression.relations[0].columns == {"account_id", "region", "a"}


def test_functions_and_parameters_are_found_wherever_they_hide() -> None:
    expression = parse("upper(a) = $x and " + RELATION.format("len(list_transform(t.l, lambda e: lower(e))) > $y"))
    assert {"upper", "len", "list_transform", "lower"} <= expression.functions
    assert expression.parameters == {"x", "y"}


def test_everything_outside_a_relation_stays_as_it_was_written() -> None:
    text = f"Name = 'é' and not {RELATION.format('t.a')} or Name = 'ü'"
    rewritten = rewrite(parse(text))
    assert rewritten.startswith("Name = 'é' and not case\n  when exists (from aws_sns_topic t where ")
    assert rewritten.endswith("else false end or Name = 'ü'")


def test_two_relations_are_rewritten_each_in_its_place() -> None:
    text = f"{RELATION.format('t.a')} and {RELATION.format('t.b')}"
    first, second = rewrite(parse(text)).split("\n  else false end and case\n")
    assert "t.a" in first
    assert "t.b" not in first
    assert "t.b" in second


def test_dropping_each_conjunct_leaves_a_predicate_that_parses() -> None:
    text = "a and (b or c) and " + RELATION.format("t.x = 1 and (t.y or t.z)")
    data = text.encode()
    for span in conjuncts(text):
        parse((data[: span.start] + b"true" + data[span.end :]).decode())


REFUSED = {
    "a sample of the relation": "exists (from aws_sns_topic t where t.account_id = this.account_id using sample 10%)",
    "a sample of the table": "exists (from aws_sns_topic t tablesample 10% where t.account_id = this.account_id)",
    "renamed columns": "exists (from aws_sns_topic t(x, y) where t.account_id = this.account_id)",
    "another instant of the table": "exists (from aws_sns_topic t at (version => 1) where t.region = this.region)",
    "an aggregate in the relation": "exists (select count(*) from aws_sns_topic t where t.region = this.region)",
    "a column by its position": "#1 = 'x'",
    "a condition on the condition": "true where false",
    "a table of another schema": "exists (from information_schema.tables t where t.account_id = this.account_id)",
    "a limit": "true limit 1",
    "an order": "true order by 1",
    "two expressions": "true, false",
    "a name": "true as passes",
    "nothing": "",
    "a star": "*",
    "columns by pattern": "columns('Na.*')",
    "any of a list": "Name = any(['x'])",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_words_that_the_query_would_not_mean_are_refused(text: str) -> None:
    with pytest.raises(SyntaxProblem):
        parse(text)


NOT_SOUND = {
    "applies_when that is no boolean": ({"passes_when": "true", "applies_when": "Name"}, "applies_when is VARCHAR"),
    "a comment that swallows the rest": ({"passes_when": "Name = 'x' -- why"}, "does not bind"),
    "types that do not meet": ({"passes_when": "Name > [1]"}, "does not bind"),
    "an aggregate": ({"passes_when": "count(*) > 1"}, "count_star"),
    "an unnest": ({"passes_when": "unnest([true])"}, "unnest"),
    "a file": ({"passes_when": "len(getenv('HOME')) > 0"}, "getenv"),
    "a sequence": ({"passes_when": "nextval('s') > 0"}, "nextval"),
    "a unique id": ({"passes_when": "Name = gen_random_uuid()::varchar"}, "gen_random_uuid"),
    "a positional parameter": ({"passes_when": "Name = $1"}, "unknown parameter $1"),
    "two mistakes": ({"passes_when": "Nmae = 'x' and random() > 1"}, "no column 'Nmae'"),
}


@pytest.mark.parametrize(("facts", "word"), NOT_SOUND.values(), ids=NOT_SOUND.keys())
def test_unsound_checks_are_refused(facts: dict[str, str], word: str, bench: Workbench) -> None:
    problems = bench.lint([check(**facts)])
    assert any(word in str(problem) for problem in problems), problems


@pytest.mark.parametrize(
    ("facts", "closest"),
    [
        ({"passes_when": "exists (from aws_sns_topik t where t.account_id = this.account_id and t.TopicArn = 'x')"},
         "aws_sns_topic"),
        ({"passes_when": RELATION.format("t.TopicAnr = 'x'")}, "TopicArn"),
        ({"passes_when": "CreationDate < $as_off::timestamp"}, "as_of"),
        ({"passes_when": "true", "needs": ("versionin",)}, "versioning"),
        ({"passes_when": "true", "shows": ("Nmae",)}, "Name"),
        ({"passes_when": "true", "applies_when": "Nmae = 'x'"}, "Name"),
    ],
)  # fmt: skip
def test_each_unknown_name_brings_its_nearest(facts: dict[str, object], closest: str, bench: Workbench) -> None:
    problems = bench.lint([check(**facts)])  # type: ignore[arg-type]  # the cases are of mixed types
    assert [problem.closest for problem in problems] == [closest]


def test_each_problem_of_each_check_is_reported_in_one_run(bench: Workbench) -> None:
    found = bench.lint([check("Nmae = 'x' and random() > 1"), check("Name")])
    assert [str(p).split(": ")[2].split("\n")[0] for p in found] == [
        "aws_s3_bucket has no column 'Nmae'", "the function random may not be used in a check",
        "passes_when is VARCHAR, no boolean",
    ]  # fmt: skip


def test_names_are_matched_whatever_their_case_and_facts_follow() -> None:
    composed = compose(check("VERSIONING.status = 'Enabled'", needs=("versioning",)))
    assert composed.facts == ("item", "versioning")
