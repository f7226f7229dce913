"""Questions: the lint stands before them, and the columns they name are all that they need."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from assess.builders import check
from proveonce.assess.compose import MACROS
from proveonce.assess.lint import COVERAGE_TABLE, UNPLANNED_TABLE
from proveonce.assess.questions import columns_used, question, questions
from proveonce.content import load_content
from proveonce.model.check import Check
from proveonce.tables import models, schema

RELATED = check(
    "exists (from aws_cloudtrail_trail t where t.account_id = this.account_id and t.region = this.region "
    "and t.S3BucketName = this.Name and t.IncludeGlobalServiceEvents and $as_of > '2026')",
    applies_when="creationdate is not null",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own."""
    monkeypatch.setenv("PROVEONCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_question_names_the_columns_of_both_sides_and_its_parameters() -> None:
    asked = question(RELATED)
    assert asked.columns == {
        "aws_s3_bucket": ("Name", "account_id", "creationdate", "region"),
        "aws_cloudtrail_trail": ("IncludeGlobalServiceEvents", "S3BucketName", "account_id", "region"),
    }
    assert asked.parameters == ("as_of",)
    assert columns_used([asked])["aws_s3_bucket"] == {"name", "account_id", "creationdate", "region"}


def test_remembered_questions_are_those_asked_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = [RELATED, check("Name = 'x'")]
    first, problems = questions(checks)
    assert problems == []
    assert first == {c: question(c) for c in checks}
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr("proveonce.assess.questions.workbench", lambda: pytest.fail("linted again"))
    assert questions(checks) == (first, [])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == kept


def test_a_check_that_does_not_bind_is_a_problem_each_time_and_never_remembered(folder: Path) -> None:
    good, bad = check("Name = 'x'"), check("Name + 1 = len(5)")
    assert questions([good])[1] == []
    kept = sorted(folder.glob("questions-*"))
    for _ in range(2):
        found, problems = questions([bad])
        assert found == {}
        assert "does not bind" in problems[0].what
    assert sorted(folder.glob("questions-*")) == kept


@pytest.mark.parametrize("other", ["engine", "models", "check"])
def test_another_engine_model_or_check_is_linted_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    one = check("Name = 'x'")
    questions([one])
    if other == "engine":
        monkeypatch.setattr(duckdb, "__version__", "other")
    elif other == "models":
        monkeypatch.setattr(models, "identity", lambda: ["other"])
    else:
        one = replace(one, passes_when="Name = 'y'")
    questions([one])
    assert len(list(folder.glob("questions-*"))) == 2


def test_a_damaged_memory_hides_no_problem(folder: Path) -> None:
    questions([check("Name = 'x'")])
    (path,) = folder.glob("questions-*")
    path.write_bytes(path.read_bytes().replace(b"aws_s3_bucket", b"aws_s3_buckey"))
    assert questions([check("Name = 'x'")])[0] == {check("Name = 'x'"): question(check("Name = 'x'"))}


def test_every_shipped_check_binds_on_tables_of_the_columns_it_names(tmp_path: Path) -> None:
    checks: list[Check] = list(load_content(tmp_path).checks.values())
    used = columns_used(question(one) for one in checks)
    with duckdb.connect(config={"threads": 1}) as connection:
        for statement in (*MACROS, COVERAGE_TABLE, UNPLANNED_TABLE):
            connection.execute(statement)
        for name, names in used.items():
            some = [c for c in schema.columns(name) if not c.fact or c.name.lower() in names]
            connection.execute(schema.create_table(name, some))
        for one in checks:
            connection.execute(f"prepare asked as {question(one).sql}")
    loaded = sum(len(names) for names in used.values())
    assert loaded < sum(len(schema.columns(name)) for name in used) / 2
