"""What a metric filter watches for, changes to networks and failed sign-ins included.

Adds to the classes of `logging` those of the CIS AWS Foundations Benchmark (Monitoring) that concern networks
and console sign-ins that failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proveonce.derive import filter_pattern
from proveonce.derive.logging import metric_filter_watches

_EC2_EVENTS = {
    "gateway_changes": (
        "CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway",
        "DeleteInternetGateway", "DetachInternetGateway",
    ),
    "network_acl_changes": (
        "CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry",
        "ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation",
    ),
    "route_changes": (
        "CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable",
        "DeleteRoute", "DisassociateRouteTable",
    ),
    "vpc_changes": (
        "CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection",
        "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection",
    ),
}  # fmt: skip
"""Class → every event name that a filter must watch to watch the class; ClassicLink's are gone with EC2-Classic."""

_EACH = 0
"""What may be any text: a pattern that asks for one, or leaves one out, matches not each of them."""
_ANY = "\0any"
"""Some text that no pattern names."""


def metric_filter_watched_events(line: Mapping[str, Any]) -> list[str]:
    """The classes of event that the filter's pattern watches, each only when it matches all of the class.

    A pattern that matches any event whatsoever singles none out, so it watches nothing.
    """
    found = metric_filter_watches(line)
    matches = filter_pattern.parse(line["item"].get("filterPattern", ""))
    if matches is None or matches(_event(_ANY)):
        return found
    classes = {name: list(_ec2_events(names)) for name, names in _EC2_EVENTS.items()}
    classes["failed_sign_ins"] = [_failed_sign_in()]
    return sorted([*found, *(name for name, events in classes.items() if all(map(matches, events)))])


def _event(free: Any) -> dict[str, Any]:
    """An event of no class: every region, user, address and call of it is `free`."""
    return {
        "eventVersion": "1.11", "eventSource": free, "eventName": free, "awsRegion": free, "sourceIPAddress": free,
        "userAgent": free, "eventType": "AwsApiCall", "eventCategory": "Management", "managementEvent": True,
        "recipientAccountId": free, "requestID": free, "eventID": free, "eventTime": free,
        "userIdentity": {"type": free, "arn": free, "accountId": free, "principalId": free, "userName": free},
    }  # fmt: skip


def _ec2_events(names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for name in names:
        yield {**_event(_EACH), "eventSource": "ec2.amazonaws.com", "eventName": name}


def _failed_sign_in() -> dict[str, Any]:
    return {
        **_event(_EACH), "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
        "eventType": "AwsConsoleSignIn", "errorMessage": "Failed authentication",
        "responseElements": {"ConsoleLogin": "Failure"},
    }  # fmt: skip
