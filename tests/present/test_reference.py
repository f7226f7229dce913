"""`docs/reference/` is what the specs and checks make: run script/docs after changing them."""

from __future__ import annotations

from pathlib import Path

import pytest

from proveonce.content.loader import read_content
from proveonce.present.reference import columns, pages
from proveonce.tables import schema
from proveonce.tables.spec import load_specs, operations_of

ROOT = Path(__file__).parents[2]
CONTENT, _ = read_content(ROOT)
PAGES = pages(CONTENT)


@pytest.mark.parametrize("name", PAGES)
def test_the_page_in_docs_is_the_one_that_is_made(name: str) -> None:
    held = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert held == PAGES[name], f"docs/reference/{name} lags: run script/docs"


def test_no_other_page_stands_there() -> None:
    assert {path.name for path in (ROOT / "docs" / "reference").iterdir()} == set(PAGES)


def test_every_table_check_and_operation_is_in_them() -> None:
    assert [name for name in schema.table_names() if f"`{name}`" not in PAGES["tables.md"]] == []
    assert [check for check in CONTENT.checks if f"| `{check}` |" not in PAGES["checks.md"]] == []
    rows = {f"| {service}:{operation} |" for service, operation in operations_of(load_specs().calls)}
    assert {row for row in rows if row not in PAGES["iam.md"]} == set()


def test_columns_are_those_of_the_table() -> None:
    assert columns("aws_kms_key")[: len(schema.IDENTITY)] == [(n, k, "", "") for n, k in schema.IDENTITY.items()]
    with pytest.raises(KeyError):
        columns("aws_no_such")
