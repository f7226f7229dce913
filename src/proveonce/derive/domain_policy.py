"""The access policy of a search domain: whether it lets in callers that nothing names.

Source: Amazon OpenSearch Service Developer Guide, "Identity and Access Management in Amazon OpenSearch Service".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from proveonce.derive.statement import Statement, statements

_ARN_KEYS = frozenset({"aws:principalarn", "aws:sourcearn"})
_NAME_KEYS = frozenset({
    "aws:principalaccount", "aws:principalorgid", "aws:sourceaccount", "aws:sourcevpc", "aws:sourcevpce",
})  # fmt: skip
_ADDRESS_KEYS = frozenset({"aws:sourceip", "aws:vpcsourceip"})
_ARN_OF_AN_ACCOUNT = re.compile(r"arn:[^:]*:[^:]*:[^:]*:\d{12}:.+")

_WIDEST_PREFIX = {4: 8, 6: 16}
"""IP version → shortest prefix that still names somebody's network."""


def domain_policy_admits_anyone(line: Mapping[str, Any]) -> bool:
    """Whether the domain's access policy allows every caller something without a condition that names who or whence.

    Without a policy: False; only identities of the account with a policy of their own get in then.
    """
    document = line["item"].get("AccessPolicies")
    if not document:
        return False
    return any(
        statement.allows_everyone and not (statement.demands(_names_somebody) or _comes_from_a_network(statement))
        for statement in statements(document)
    )


def _names_somebody(key: str, value: str) -> bool:
    if key in _ARN_KEYS:
        return _ARN_OF_AN_ACCOUNT.fullmatch(value) is not None
    return key in _NAME_KEYS and not set(value) & {"*", "?"}


def _comes_from_a_network(statement: Statement) -> bool:
    return any(
        bool(values) and key in _ADDRESS_KEYS and all(_names_a_network(value) for value in values)
        for key, values in statement.conditions.get("IpAddress", {}).items()
    )


def _names_a_network(value: str) -> bool:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST_PREFIX[network.version]
