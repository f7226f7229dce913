"""Whatever is in a rule and in a name: SQL, which judges populations, and Python agree on what is out of scope."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from proveonce.assess.scope import out_of_scope_sql
from proveonce.model.workspace import ScopeRule, Workspace
from proveonce.tables.schema import literal

LETTERS = st.text(alphabet="ab*?[]!^-\\é'/\n𝔸", max_size=8)
ACCOUNTS = st.sampled_from(["111122223333", "444455556666"])
TAGS = st.dictionaries(st.sampled_from(["team", "Env'ironment"]), LETTERS, max_size=2)
RULES = st.lists(
    st.builds(
        ScopeRule, st.sampled_from(["in", "connected", "out"]), st.just("why"),
        st.lists(ACCOUNTS, max_size=1).map(tuple), st.none() | LETTERS, TAGS,
    ),
    max_size=3,
).map(tuple)  # fmt: skip


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


@settings(max_examples=400)
@given(rules=RULES, account=ACCOUNTS, resource=LETTERS, tags=TAGS)
@example(rules=(ScopeRule("out", "r", name="?"),), account="1", resource="é", tags={})
@example(rules=(ScopeRule("out", "r", name="a\\b"),), account="1", resource="a\\b", tags={})
@example(rules=(ScopeRule("out", "r", name="[a"),), account="1", resource="[a", tags={})
@example(rules=(ScopeRule("out", "r", name="[!a]"),), account="1", resource="b", tags={})
@example(rules=(ScopeRule("out", "r", name="[^a]"),), account="1", resource="b", tags={})
@example(rules=(ScopeRule("out", "r", name="[b-a]"),), account="1", resource="b", tags={})
@example(rules=(ScopeRule("out", "r", name="[]-a]"),), account="1", resource="]", tags={})
@example(rules=(ScopeRule("out", "r", name="a*"),), account="1", resource="a\n/b", tags={})
@example(rules=(ScopeRule("out", "r", tag={"team": "*"}),), account="1", resource="x", tags={})
@example(rules=(ScopeRule("out", "r", tag={"team": "*"}),), account="1", resource="x", tags={"team": ""})
def test_the_first_rule_that_matches_decides_the_same_in_both(
    rules: tuple[ScopeRule, ...], account: str, resource: str, tags: dict[str, str],
    connection: duckdb.DuckDBPyConnection,
) -> None:  # fmt: skip
    pairs = ", ".join(f"{literal(k)}: {literal(v)}" for k, v in tags.items())
    found = connection.execute(
        f"select {out_of_scope_sql(Workspace(root=Path(), scope={'pci_dss': rules}))} "
        f"from (select ? as account_id) a, (select ? as resource, map {{{pairs}}}::map(varchar, varchar) as tags, "
        "map {'item': 'read'} as read) j",
        [account, resource],
    ).fetchone()
    assert found is not None
    state = next((rule.state for rule in rules if rule.matches(account, resource, tags)), "in")
    assert found[0] == (["pci_dss"] if state == "out" else [])


def test_frameworks_have_rules_of_their_own(connection: duckdb.DuckDBPyConnection) -> None:
    workspace = Workspace(
        root=Path(),
        scope={
            "pci_dss": (ScopeRule("out", "r", name="a*"),), "hipaa": (ScopeRule("out", "r", name="*b"),), "soc2": (),
        },
    )  # fmt: skip
    rows = connection.execute(
        f"select resource, {out_of_scope_sql(workspace)} from (select '1' as account_id) a, "
        "(select unnest(['ab', 'ax', 'xb', 'x']) as resource, map {}::map(varchar, varchar) as tags, "
        "map {'item': 'read'} as read) j"
    ).fetchall()
    assert {name: set(out) for name, out in rows} == {
        "ab": {"pci_dss", "hipaa"}, "ax": {"pci_dss"}, "xb": {"hipaa"}, "x": set(),
    }  # fmt: skip
