"""The workspace's scope rules as SQL: which frameworks a row is out of."""

from __future__ import annotations

from proveonce.kernel.globs import regex_of
from proveonce.model.workspace import ScopeRule, Workspace
from proveonce.tables.schema import literal
from proveonce.tables.spec import ITEM


def out_of_scope_sql(workspace: Workspace, tags_fact: str = ITEM) -> str:
    """An expression over `a.account_id`, `j.resource` and `j.tags` giving the frameworks a row is out of.

    The first rule that matches decides; a resource that no rule names is in scope. Where tags were not
    read (`tags_fact`), a rule over tags is taken to match if it keeps the resource in, never if it takes it out.
    """
    parts = []
    for framework, rules in sorted(workspace.scope.items()):
        if not rules:
            continue
        cases = " ".join(f"when {_condition(rule, tags_fact)} then {literal(rule.state)}" for rule in rules)
        parts.append(f"case when (case {cases} else 'in' end) = 'out' then {literal(framework)} end")
    if not parts:
        return "[]::varchar[]"
    return f"list_filter([{', '.join(parts)}], lambda name: name is not null)"


def _condition(rule: ScopeRule, tags_fact: str) -> str:
    conditions = []
    if rule.accounts:
        conditions.append(f"a.account_id in ({', '.join(literal(account) for account in rule.accounts)})")
    if rule.name is not None:
        conditions.append(_matches("j.resource", rule.name))
    if rule.tag:
        tags = " and ".join(
            f"coalesce({_matches(f'j.tags[{literal(key)}]', value)}, false)" for key, value in sorted(rule.tag.items())
        )
        read = f"coalesce(j.read[{literal(tags_fact)}] in ('read', 'absent'), false)"
        conditions.append(f"({read} and {tags})" if rule.state == "out" else f"(not {read} or {tags})")
    return " and ".join(conditions) or "true"


def _matches(value: str, glob: str) -> str:
    return f"regexp_full_match({value}, {literal(regex_of(glob))}, 's')"
