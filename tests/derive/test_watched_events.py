"""Which changes to networks a metric filter watches: only those that it watches for certain."""

from __future__ import annotations

import pytest

from proveonce.derive import Underivable
from proveonce.derive.watched_events import metric_filter_watched_events

CLASSES = {
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


def watches(pattern: str) -> list[str]:
    return metric_filter_watched_events({"item": {"filterPattern": pattern}, "details": {}})


def any_of(names: tuple[str, ...]) -> str:
    return " || ".join(f"($.eventName = {name})" for name in names)


@pytest.mark.parametrize(("name", "events"), CLASSES.items(), ids=list(CLASSES))
def test_a_class_is_watched_when_each_of_its_events_is(name: str, events: tuple[str, ...]) -> None:
    assert watches(f"{{ {any_of(events)} }}") == [name]
    assert watches(f"{{ ($.eventSource = ec2.amazonaws.com) && ({any_of(events)}) }}") == [name]
    for number in range(len(events)):
        assert watches(f"{{ {any_of(events[:number] + events[number + 1 :])} }}") == []


@pytest.mark.parametrize(
    "narrowing", ["$.awsRegion = us-east-1", "$.userIdentity.userName != admin", "$.errorCode = x"]
)
def test_a_class_narrowed_to_some_callers_is_not_watched(narrowing: str) -> None:
    assert watches(f"{{ ({narrowing}) && ({any_of(CLASSES['route_changes'])}) }}") == []


def test_failed_sign_ins() -> None:
    pattern = '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }'
    assert watches(pattern) == ["failed_sign_ins"]
    assert watches("{ $.responseElements.ConsoleLogin = Failure }") == ["failed_sign_ins"]
    assert (
        watches('{ ($.eventName = ConsoleLogin) && ($.errorMessage = "No username found in supplied account") }') == []
    )


def test_classes_of_other_events_are_still_told() -> None:
    pattern = (
        f"{{ {any_of(CLASSES['vpc_changes'])} || ($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion) }}"
    )
    assert watches(pattern) == ["kms_key_removal", "vpc_changes"]


@pytest.mark.parametrize("pattern", ["", "ERROR", "{ $.eventName = * }", "{ $.eventVersion EXISTS }"])
def test_a_pattern_that_singles_nothing_out_watches_nothing(pattern: str) -> None:
    assert watches(pattern) == []


def test_what_is_no_pattern_says_nothing() -> None:
    with pytest.raises(Underivable):
        watches("{ $.eventName = ")
