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
        recorded = set().union(*(_recorded_by_advanced(selector) for selector in advanced))
    elif basic := selectors.get("EventSelectors"):
        recorded = set().union(*(_recorded_by_basic(selector) for selector in basic))
    else:
        return True
    return recorded == _READS | _WRITES


_READS, _WRITES = frozenset({"reads"}), frozenset({"writes"})
"""Halves of the management events: an event is recorded when any selector matches, so two may make the whole."""


def _recorded_by_basic(selector: Mapping[str, Any]) -> frozenset[str]:
    if not selector.get("IncludeManagementEvents", True) or selector.get("ExcludeManagementEventSources"):
        return frozenset()
    halves = {"All": _READS | _WRITES, "ReadOnly": _READS, "WriteOnly": _WRITES}
    return halves.get(selector.get("ReadWriteType", "All"), frozenset())


def _recorded_by_advanced(selector: Mapping[str, Any]) -> frozenset[str]:
    fields = {f.get("Field"): f.get("Equals") for f in selector.get("FieldSelectors") or []}
    if fields.pop("eventCategory", None) != ["Management"]:
        return frozenset()
    if not fields:
        return _READS | _WRITES
    if set(fields) != {"readOnly"}:
        return frozenset()
    return {"true": _READS, "false": _WRITES}.get("".join(fields["readOnly"] or ()), frozenset())


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
"""Some text that no pattern names: equal to nothing, and other than whatever a pattern leaves out."""
_EACH = 0
"""What may be any text: a pattern that asks for one, or leaves one out, matches not each of them.

A number stands for it, because no comparison of texts holds for one (see `filter_pattern`).
"""


def _event(free: Any) -> dict[str, Any]:
    """An event of no class: every region, user, address and call of it is `free`."""
    return {
        "eventVersion": "1.11", "eventSource": free, "eventName": free, "awsRegion": free, "sourceIPAddress": free,
        "userAgent": free, "eventType": "AwsApiCall", "eventCategory": "Management", "managementEvent": True,
        "recipientAccountId": free, "requestID": free, "eventID": free, "eventTime": free,
        "userIdentity": {"type": free, "arn": free, "accountId": free, "principalId": free, "userName": free},
    }  # fmt: skip


_BASE: Mapping[str, Any] = _event(_EACH)
_ANYTHING: Mapping[str, Any] = _event(_ANY)


def _events_of(name: str) -> Iterator[dict[str, Any]]:
    """One event of each kind that a filter must match to watch the class."""
    if name == "root_usage":
        yield {**_BASE, "userIdentity": {**_BASE["userIdentity"], "type": "Root"}}
    elif name == "unauthorized_api_calls":
        for code in ("Client.UnauthorizedOperation", "AccessDenied", "AccessDeniedException"):
            # The benchmark's own pattern leaves out one call and one service's address.
            yield {**_BASE, "eventName": _ANY, "sourceIPAddress": _ANY, "errorCode": code, "errorMessage": _EACH}
    elif name == "sign_in_without_mfa":
        yield {
            **_BASE, "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
            "eventType": "AwsConsoleSignIn",
            "userIdentity": {**_BASE["userIdentity"], "type": "IAMUser"},
            "additionalEventData": {"MFAUsed": "No", "MobileVersion": "No", "LoginTo": _EACH},
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
    if matches is None or matches(_ANYTHING):
        return []
    return sorted(name for name in _CLASSES if all(matches(event) for event in _events_of(name)))
