from __future__ import annotations

from typing import Any

import pytest

from proveonce.derive.prefix_lists import admitted_prefix_lists


def permission(protocol: str, first: int | None, last: int | None, *lists: str) -> dict[str, Any]:
    ports = {} if first is None else {"FromPort": first, "ToPort": last}
    return {"IpProtocol": protocol, **ports, "PrefixListIds": [{"PrefixListId": name} for name in lists]}


def kinds(*permissions: dict[str, Any], direction: str = "IpPermissions") -> dict[str, list[str]]:
    found = admitted_prefix_lists({"resource": "arn:sg", "item": {direction: list(permissions)}, "details": {}})
    assert list(found) == ["admin", "database", "remote_control", "everything", "not_web"]
    return {kind: lists for kind, lists in found.items() if lists}


@pytest.mark.parametrize(
    ("protocol", "first", "last", "expected"),
    [
        ("tcp", 22, 22, {"admin", "not_web"}),
        ("6", 20, 25, {"admin", "remote_control", "not_web"}),
        ("udp", 22, 22, {"not_web"}),
        ("udp", 3389, 3389, {"admin", "not_web"}),
        ("17", 3306, 3306, {"database", "not_web"}),
        ("tcp", 3307, 3388, {"not_web"}),
        ("tcp", 2375, 2375, {"remote_control", "not_web"}),
        ("udp", 2375, 2375, {"not_web"}),
        ("-1", None, None, {"admin", "database", "remote_control", "everything", "not_web"}),
        ("tcp", 1, 65535, {"admin", "database", "remote_control", "everything", "not_web"}),
        ("tcp", 2, 65535, {"admin", "database", "remote_control", "not_web"}),
        ("tcp", 1, 65534, {"admin", "database", "remote_control", "not_web"}),
        ("tcp", 80, 80, set()),
        ("udp", 80, 80, {"not_web"}),
        ("tcp", 443, 443, set()),
        ("udp", 443, 443, set()),
        ("tcp", 80, 443, {"not_web", "remote_control"}),
        ("icmp", -1, -1, set()),
        ("50", None, None, set()),
    ],
)
def test_a_list_stands_at_each_kind_of_port_it_is_admitted_to(
    protocol: str, first: int | None, last: int | None, expected: set[str]
) -> None:
    assert set(kinds(permission(protocol, first, last, "pl-1"))) == expected


def test_lists_of_several_rules_are_named_once_and_sorted() -> None:
    rules = [permission("tcp", 22, 22, "pl-2", "pl-1"), permission("tcp", 3389, 3389, "pl-2")]
    assert kinds(*rules)["admin"] == ["pl-1", "pl-2"]


def test_outbound_rules_and_other_peers_admit_no_list() -> None:
    assert kinds(permission("tcp", 22, 22, "pl-1"), direction="IpPermissionsEgress") == {}
    assert kinds({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}) == {}
