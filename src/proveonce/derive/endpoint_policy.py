"""Whether the policy of a VPC endpoint limits anything.

Source: AWS PrivateLink User Guide, "Control access to VPC endpoints using endpoint policies".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from proveonce.derive.statement import Statement, statements

_EVERY_ACTION = re.compile(r"(?:[\w*-]+:)?\*+")
_EVERY_RESOURCE = re.compile(r"\*+|arn(?::[\w*-]*){4}:\*+(?:/\*+)?")


def endpoint_policy_grants_everything(line: Mapping[str, Any]) -> bool | None:
    """Whether anyone may do anything to any resource through the endpoint; None where it has no policy.

    All actions of one service on all its resources are everything there is behind its endpoint. A condition limits, and
    so does a denial to everyone with a condition, which is how a data perimeter is commonly written.
    """
    document = line["item"].get("PolicyDocument")
    if document is None:
        return None
    found = statements(document)
    if any(s.effect == "Deny" and s.conditions and _is_of_everyone(s) and _is_of_everything(s) for s in found):
        return False
    return any(s.allows_everyone and not s.conditions and _is_of_everything(s) for s in found)


def _is_of_everyone(statement: Statement) -> bool:
    return statement.names_everyone or statement.not_principals


def _is_of_everything(statement: Statement) -> bool:
    return (bool(statement.not_actions) or any(_EVERY_ACTION.fullmatch(a) for a in statement.actions)) and (
        bool(statement.not_resources) or any(_EVERY_RESOURCE.fullmatch(r) for r in statement.resources)
    )
