"""What collection may ask AWS for: the operations that specs declare, and the few that it needs to begin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from proveonce.tables.spec import Specs, load_specs, operations_of

ORGANIZATION_OPERATIONS = ("ListAccounts", "ListAccountsForParent", "ListOrganizationalUnitsForParent")
"""By which the organisation says which accounts there are."""

OWN_OPERATIONS = frozenset({
    ("sts", "GetCallerIdentity"), ("sts", "AssumeRole"), ("ec2", "DescribeRegions"),
    *(("organizations", operation) for operation in ORGANIZATION_OPERATIONS),
})  # fmt: skip
"""(service, operation) of the calls before any listing."""

REDIRECTOR = ("s3", "HeadBucket")
"""Botocore's own look for a bucket's region. It must exist, or botocore breaks; `collect.session` refuses it."""


def declared_operations(specs: Specs) -> frozenset[tuple[str, str]]:
    """(service, operation) of every call that collection may make."""
    return OWN_OPERATIONS | operations_of(specs.calls)


@cache
def known_operations() -> Mapping[str, frozenset[str]]:
    """Service → the operations of it that models are loaded for."""
    found: dict[str, set[str]] = {}
    for service, operation in declared_operations(load_specs()) | {REDIRECTOR}:
        found.setdefault(service, set()).add(operation)
    return {service: frozenset(operations) for service, operations in found.items()}
