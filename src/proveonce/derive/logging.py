"""What a trail records, and what a metric filter watches for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proveonce.derive import filter_pattern
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

_SOURCES = {
    "cloudtrail_changes": "cloudtrail.amazonaws.com",
    "iam_policy_changes": "iam.amazonaws.com",
    "kms_key_removal": "kms.amazonaws.com",
    "s3_policy_changes": "s3.amazonaws.com",
    "security_group_changes": "ec2.amazonaws.com",
    "config_changes": "config.amazonaws.com",
}
_ANY = "\0any"
"""What a filter may not ask for: the region, user or address of an event may be any."""

_BASE: Mapping[str, Any] = {
    "eventVersion": "1.11", "eventSource": _ANY, "eventName": _ANY, "awsRegion": _ANY, "sourceIPAddress": _ANY,
    "userAgent": _ANY, "eventType": "AwsApiCall", "eventCategory": "Management", "managementEvent": True,
    "recipientAccountId": _ANY, "requestID": _ANY, "eventID": _ANY, "eventTime": _ANY,
    "userIdentity": {"type": _ANY, "arn": _ANY, "accountId": _ANY, "principalId": _ANY, "userName": _ANY},
}  # fmt: skip


def _events_of(name: str) -> Iterator[dict[str, Any]]:
    """One event of each kind that a filter must match to watch the class."""
    if name == "root_usage":
        yield {**_BASE, "userIdentity": {**_BASE["userIdentity"], "type": "Root"}}
    elif name == "unauthorized_api_calls":
        for code in ("Client.UnauthorizedOperation", "AccessDenied", "AccessDeniedException"):
            yield {**_BASE, "errorCode": code, "errorMessage": _ANY}
    elif name == "sign_in_without_mfa":
        yield {
            **_BASE, "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
            "eventType": "AwsConsoleSignIn",
            "userIdentity": {**_BASE["userIdentity"], "type": "IAMUser"},
            "additionalEventData": {"MFAUsed": "No", "MobileVersion": "No", "LoginTo": _ANY},
            "responseElements": {"ConsoleLogin": "Success"},
        }  # fmt: skip
    else:
        for event in _EVENTS[name]:
            yield {**_BASE, "eventSource": _SOURCES[name], "eventName": event}


_CLASSES = (*_EVENTS, "root_usage", "sign_in_without_mfa", "unauthorized_api_calls")


def metric_filter_watches(line: Mapping[str, Any]) -> list[str]:
    """The classes of event that the filter's pattern watches, each only when it matches all of the class.

    A pattern that matches any event whatsoever singles none out, so it watches nothing.
    """
    pattern = line["item"].get("filterPattern", "")
    if not isinstance(pattern, str):
        raise Underivable("the filter pattern is no text")
    matches = filter_pattern.parse(pattern)
    if matches is None or matches(_BASE):
        return []
    return sorted(name for name in _CLASSES if all(matches(event) for event in _events_of(name)))
