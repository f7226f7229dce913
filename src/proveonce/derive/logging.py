"""What a trail records, and what a metric filter watches for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from proveonce.derive.underivable import Underivable


def trail_records_management_events(line: Mapping[str, Any]) -> bool:
    """Whether the trail's selectors record every management event, reads and writes.

    Source: CloudTrail API reference, GetEventSelectors. Advanced selectors replace the basic ones; a
    trail without any records all management events, as CloudTrail documents for new trails.
    """
    selectors = line["details"].get("selectors", {})
    if advanced := selectors.get("AdvancedEventSelectors"):
        return any(_is_all_management(selector) for selector in advanced)
    basic = selectors.get("EventSelectors") or []
    return not basic or any(
        selector.get("IncludeManagementEvents", True)
        and selector.get("ReadWriteType", "All") == "All"
        and not selector.get("ExcludeManagementEventSources")
        for selector in basic
    )


def _is_all_management(selector: Mapping[str, Any]) -> bool:
    fields = {f.get("Field"): f for f in selector.get("FieldSelectors") or []}
    return set(fields) == {"eventCategory"} and fields["eventCategory"].get("Equals") == ["Management"]


_EVENTS = {
    "cloudtrail_changes": ("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"),
    "iam_policy_changes": (
        "DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy",
        "PutUserPolicy", "CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion",
        "AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy", "AttachGroupPolicy",
        "DetachGroupPolicy",
    ),
    "kms_key_removal": ("DisableKey", "ScheduleKeyDeletion"),
    "s3_policy_changes": ("PutBucketAcl", "PutBucketPolicy", "DeleteBucketPolicy"),
    "security_group_changes": (
        "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress",
        "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup",
    ),
    "config_changes": (
        "StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder",
    ),
}  # fmt: skip
"""Class → every event name that a filter must watch to watch the class (CIS AWS Foundations, section 4)."""

_EVENT = re.compile(r"\$\.eventName\s*=\s*\"?([A-Za-z*]+)\"?")
_ROOT = re.compile(r"\$\.userIdentity\.type\s*=\s*\"?Root\"?")
_UNAUTHORIZED = (
    re.compile(r"\$\.errorCode\s*=\s*\"?\*UnauthorizedOperation\"?"),
    re.compile(r"\$\.errorCode\s*=\s*\"?AccessDenied\*\"?"),
)
_SIGN_IN_WITHOUT_MFA = (
    re.compile(r"\$\.eventName\s*=\s*\"?ConsoleLogin\"?"),
    re.compile(r"\$\.additionalEventData\.MFAUsed\s*!=\s*\"?Yes\"?"),
)


def metric_filter_watches(line: Mapping[str, Any]) -> list[str]:
    """The classes of event that the filter's pattern watches, each only when it names all of the class."""
    pattern = line["item"].get("filterPattern", "")
    if not isinstance(pattern, str):
        raise Underivable("the filter pattern is no text")
    watches = [name for name, events in _EVENTS.items() if set(events) <= set(_EVENT.findall(pattern))]
    if _ROOT.search(pattern):
        watches.append("root_usage")
    if all(part.search(pattern) for part in _UNAUTHORIZED):
        watches.append("unauthorized_api_calls")
    if all(part.search(pattern) for part in _SIGN_IN_WITHOUT_MFA):
        watches.append("sign_in_without_mfa")
    return sorted(watches)
