"""What a check may not be, and that the message names it."""

from __future__ import annotations

import pytest

from assess.builders import check
from proveonce.assess.expression import SyntaxProblem, conjuncts, parse
from proveonce.assess.lint import Workbench


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench()


REFUSED = [
    ({"passes_when": "random() > 0.5"}, "random"),
    ({"passes_when": "CreationDate < now()"}, "now"),
    ({"passes_when": "CreationDate < current_timestamp"}, "clock"),
    ({"passes_when": "CreationDate < $yesterday::timestamp"}, "unknown parameter $yesterday"),
    ({"passes_when": "Nmae = 'x'"}, "no column 'Nmae'"),
    ({"passes_when": "Name"}, "no boolean"),
    ({"passes_when": "Name = "}, "syntax error"),
    ({"passes_when": "true; drop table aws_s3_bucket"}, "Only SELECT"),
    ({"passes_when": "select true"}, "syntax error"),
    ({"passes_when": "true from aws_s3_bucket"}, "one boolean expression"),
    ({"passes_when": "(select max(Name) from aws_s3_bucket) = 'x'"}, "only subquery allowed"),
    ({"passes_when": "Name in (select Name from aws_s3_bucket)"}, "only subquery allowed"),
    ({"passes_when": "count(*) over () > 1"}, "windows"),
    ({"passes_when": "exists (from read_csv('/etc/passwd') r where true)"}, "one table"),
    ({"passes_when": "exists (from aws_sns_topic t, aws_s3_bucket b where true)"}, "one table"),
    ({"passes_when": "exists (from aws_sns_topic t where TopicArn = 'x')"}, "t.TopicArn"),
    ({"passes_when": "exists (from aws_sns_topik t where t.account_id = this.account_id)"}, "aws_sns_topik"),
    ({"passes_when": "exists (from aws_sns_topic t where t.region = this.region)"}, "does not match account_id"),
    ({"passes_when": "exists (from aws_sns_topic t where t.account_id = this.account_id)"}, "does not match region"),
    ({"passes_when": "versioning.Status = 'Enabled'"}, "without naming it in needs"),
    ({"passes_when": "true", "needs": ("versioning",)}, "no predicate uses"),
    ({"passes_when": "true", "needs": ("versionin",)}, "no detail"),
    ({"passes_when": "true", "shows": ("Nope",)}, "no column 'Nope'"),
    ({"passes_when": "true", "population": "aws_s3_buckets"}, "unknown table"),
    ({"passes_when": "true", "applies_when": "Region = "}, "syntax error"),
]


@pytest.mark.parametrize(("facts", "word"), REFUSED)
def test_refused(facts: dict[str, object], word: str, bench: Workbench) -> None:
    problems = bench.lint([check(**facts)])  # type: ignore[arg-type]  # the cases are of mixed types
    assert problems
    assert any(word in str(problem) for problem in problems)


def test_the_nearest_name_is_suggested(bench: Workbench) -> None:
    (problem,) = bench.lint([check("Nmae = 'x'")])
    assert problem.closest == "Name"
    (problem,) = bench.lint([check("true", population="aws_s3_buckets")])
    assert problem.closest == "aws_s3_bucket"


def test_a_reason_lets_a_relation_cross_accounts_and_regions(bench: Workbench) -> None:
    one = check(
        "exists (from aws_sns_topic t where t.TopicArn = this.Name)", crosses_accounts="why", crosses_regions="why"
    )
    assert bench.lint([one]) == []


def test_conditions_are_taken_apart_in_the_authors_own_words() -> None:
    text = "a is not null and (b) in ('x)', 'y') and c between 1 and 2 and (d or e) and f like 'é%' and not g"
    data = text.encode()
    assert [data[s.start : s.end].decode() for s in conjuncts(text)] == [
        "a is not null", "(b) in ('x)', 'y')", "c between 1 and 2", "d or e", "f like 'é%'", "not g",
    ]  # fmt: skip


def test_names_bound_by_a_lambda_are_no_columns() -> None:
    assert parse("len(list_filter(l, lambda x: x.y = z)) > 0").columns == {"l", "z"}


def test_relations_do_not_nest() -> None:
    inner = "exists (from aws_s3_bucket b where b.account_id = this.account_id)"
    with pytest.raises(SyntaxProblem, match="not nested"):
        parse(f"exists (from aws_sns_topic t where t.account_id = this.account_id and {inner})")
