"""The derivations that specs may name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from proveonce.derive.attached_policy import (
    attached_policy_admits_anyone,
    attached_policy_grants,
    queue_refuses_plaintext,
    topic_refuses_plaintext,
)
from proveonce.derive.audit_manager import assessment_controls
from proveonce.derive.domain_policy import domain_policy_admits_anyone
from proveonce.derive.endpoint_policy import endpoint_policy_grants_everything
from proveonce.derive.federation import role_federations
from proveonce.derive.identity import credential_report_rows
from proveonce.derive.logging import trail_records_management_events
from proveonce.derive.network import security_group_rules
from proveonce.derive.network_acl import network_acl_open_to_internet
from proveonce.derive.organization import permission_set_grants_full_access, service_control_guardrails
from proveonce.derive.policy import (
    bucket_denies_insecure_transport,
    bucket_policy_grants_public,
    policy_grants_full_access,
    policy_statements,
    role_trusts,
)
from proveonce.derive.prefix_lists import admitted_prefix_lists
from proveonce.derive.resource_policy import (
    key_policy_admits_anyone,
    key_policy_dual_principals,
    secret_policy_admits_anyone,
)
from proveonce.derive.storage_policy import (
    bucket_administrators,
    file_system_admits_anonymous,
    file_system_refuses_plaintext,
    storage_policy_admits_anyone,
    vault_denies_deletion,
)
from proveonce.derive.watched_events import metric_filter_watched_events
from proveonce.derive.workload_policy import (
    function_policy_admits_anyone,
    function_policy_admits_unnamed_source,
    repository_policy_admits_anyone,
)

COLUMNS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    function.__name__: function
    for function in (
        admitted_prefix_lists,
        attached_policy_admits_anyone,
        bucket_administrators,
        bucket_denies_insecure_transport,
        bucket_policy_grants_public,
        file_system_admits_anonymous,
        file_system_refuses_plaintext,
        storage_policy_admits_anyone,
        vault_denies_deletion,
        domain_policy_admits_anyone,
        endpoint_policy_grants_everything,
        function_policy_admits_anyone,
        function_policy_admits_unnamed_source,
        key_policy_admits_anyone,
        key_policy_dual_principals,
        metric_filter_watched_events,
        network_acl_open_to_internet,
        permission_set_grants_full_access,
        policy_grants_full_access,
        queue_refuses_plaintext,
        repository_policy_admits_anyone,
        secret_policy_admits_anyone,
        topic_refuses_plaintext,
        trail_records_management_events,
    )
}

CHILDREN: Mapping[str, Callable[[Mapping[str, Any]], Iterator[dict[str, Any]]]] = {
    function.__name__: function
    for function in (
        assessment_controls,
        attached_policy_grants,
        credential_report_rows,
        policy_statements,
        role_federations,
        role_trusts,
        security_group_rules,
        service_control_guardrails,
    )
}
