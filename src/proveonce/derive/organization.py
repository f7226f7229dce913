"""What holds for many accounts at once: guardrails of service control policies, and permission sets.

Source: AWS Organizations User Guide, "SCP evaluation" and "Service control policy examples".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from proveonce.derive.statement import Statement, statements
from proveonce.derive.underivable import Underivable

_ACTIONS: Mapping[str, str] = {
    "leaving_organization": "organizations:leaveorganization",
    "stopping_trail": "cloudtrail:stoplogging",
    "deleting_trail": "cloudtrail:deletetrail",
}
_REGIONS = "other_regions"
_REGION_KEY = "aws:requestedregion"
_EXEMPTING = re.compile(r"(Arn|String)Not(Like|Equals|EqualsIgnoreCase)(IfExists)?")
_PRINCIPAL_KEYS = frozenset({"aws:principalarn", "aws:principalaccount", "aws:userid"})


def service_control_guardrails(line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row a known danger that the policy denies and a target it is attached to.

    A denial that exempts named principals is a denial; one under any other condition, or of some resources
    only, is conditional.
    """
    item, details = line["item"], line["details"]
    if "Content" not in item or "targets" not in details:
        raise Underivable("the policy's document or its targets are missing")
    summary = item.get("PolicySummary") or {}
    denied: dict[str, bool] = {}
    for statement in statements(item["Content"]):
        for danger, is_conditional in _denials(statement):
            denied[danger] = denied.get(danger, True) and is_conditional
    for target in details["targets"].get("Targets") or []:
        for danger, is_conditional in denied.items():
            yield {
                "policy_id": summary.get("Id"),
                "policy_name": summary.get("Name"),
                "denies": danger,
                "is_conditional": is_conditional,
                "target_id": target.get("TargetId"),
                "target_type": target.get("Type"),
            }


def _denials(statement: Statement) -> Iterator[tuple[str, bool]]:
    """(danger, whether under a condition) of what a statement denies."""
    if statement.effect != "Deny":
        return
    rest = [
        (operator, key, values)
        for operator, keys in statement.conditions.items()
        for key, values in keys.items()
        if not _exempts_the_named(operator, key, values)
    ]
    of_everything = "*" in statement.resources
    if any(_is_outside_regions(*one) for one in rest) and (statement.not_actions or "*" in statement.actions):
        yield _REGIONS, len(rest) > 1 or not of_everything
        return
    for danger, action in _ACTIONS.items():
        if statement.covers(action):
            yield danger, bool(rest) or not of_everything


def _exempts_the_named(operator: str, key: str, values: tuple[str, ...]) -> bool:
    """Whether a condition lets off principals that it names, and not all there are."""
    return (
        _EXEMPTING.fullmatch(operator) is not None
        and key in _PRINCIPAL_KEYS
        and bool(values)
        and all(re.split("[:/]", value)[-1].strip("*?") for value in values)
    )


def _is_outside_regions(operator: str, key: str, values: tuple[str, ...]) -> bool:
    return (
        key == _REGION_KEY
        and operator in ("StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike")
        and bool(values)
        and all(value.strip("*?") for value in values)
    )


def permission_set_grants_full_access(line: Mapping[str, Any]) -> bool:
    """Whether a permission set's inline policy allows every action on every resource; False without one."""
    document = line["details"].get("inline", {}).get("InlinePolicy")
    return bool(document) and any(statement.is_full_access for statement in statements(document))
