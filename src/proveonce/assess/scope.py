"""The workspace's scope rules as SQL: which frameworks a row is out of."""

from __future__ import annotations

from proveonce.kernel.globs import regex_of
from proveonce.model.workspace import ScopeRule, Workspace
from proveonce.tables.schema import literal


def out_of_scope_sql(workspace: Workspace) -> str:
    """An expression over `a.account_id`, `j.resource` and `j.tags` giving the frameworks a row is out of.

    The first rule that matches decides; a resource that no rule names is in scope.
    """
    parts = []
    for framework, rules in sorted(workspace.scope.items()):
        if not rules:
            continue
        cases = " ".join(f"when {_condition(rule)} then {literal(rule.state)}" for rule in rules)
        parts.append(f"case when (case {cases} else 'in' end) = 'out' then {literal(framework)} end")
    if not parts:
        return "[]::varchar[]"
    return f"list_filter([{', '.join(parts)}], lambda name: name is not null)"


def _condition(rule: ScopeRule) -> str:
    conditions = []
    if rule.accounts:
        conditions.append(f"a.account_id in ({', '.join(literal(account) for account in rule.accounts)})")
    if rule.name is not None:
        conditions.append(_matches("j.resource", rule.name))
    conditions += [
        f"coalesce({_matches(f'j.tags[{literal(key)}]', value)}, false)" for key, value in sorted(rule.tag.items())
    ]
    return " and ".join(conditions) or "true"


def _matches(value: str, glob: str) -> str:
    return f"regexp_full_match({value}, {literal(regex_of(glob))}, 's')"
