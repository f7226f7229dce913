"""The derivations that specs may name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from proveonce.derive.identity import credential_report_rows
from proveonce.derive.logging import metric_filter_watches, trail_records_management_events
from proveonce.derive.network import security_group_rules
from proveonce.derive.policy import (
    bucket_denies_insecure_transport,
    bucket_policy_grants_public,
    policy_grants_full_access,
    policy_statements,
    role_trusts,
)

COLUMNS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    function.__name__: function
    for function in (
        bucket_denies_insecure_transport,
        bucket_policy_grants_public,
        metric_filter_watches,
        policy_grants_full_access,
        trail_records_management_events,
    )
}

CHILDREN: Mapping[str, Callable[[Mapping[str, Any]], Iterator[dict[str, Any]]]] = {
    function.__name__: function
    for function in (credential_report_rows, policy_statements, role_trusts, security_group_rules)
}
