"""Security group rules: one row a peer, ports as they are, the internet by its ranges."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.derive import Underivable
from proveonce.derive.network import security_group_rules
from proveonce.tables.spec import load_specs


def rules(*ingress: dict[str, Any], egress: tuple[dict[str, Any], ...] = ()) -> list[dict[str, Any]]:
    item = {
        "GroupId": "sg-1",
        "GroupName": "web",
        "VpcId": "vpc-1",
        "IpPermissions": list(ingress),
        "IpPermissionsEgress": list(egress),
    }
    return list(security_group_rules({"resource": "arn:sg", "item": item, "details": {}}))


def tcp(port: int = 22, /, **peers: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peers}


@pytest.mark.parametrize(
    ("peers", "expected"),
    [
        ({"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, ("ipv4", "0.0.0.0/0", 0, True)),
        ({"IpRanges": [{"CidrIp": "0.0.0.0/1"}]}, ("ipv4", "0.0.0.0/1", 1, True)),
        ({"IpRanges": [{"CidrIp": "128.0.0.0/1"}]}, ("ipv4", "128.0.0.0/1", 1, True)),
        ({"IpRanges": [{"CidrIp": "64.0.0.0/4"}]}, ("ipv4", "64.0.0.0/4", 4, True)),
        ({"IpRanges": [{"CidrIp": "64.0.0.0/5"}]}, ("ipv4", "64.0.0.0/5", 5, False)),
        ({"Ipv6Ranges": [{"CidrIpv6": "2000::/5"}]}, ("ipv6", "2000::/5", 5, False)),
        ({"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, ("ipv4", "10.0.0.0/8", 8, False)),
        ({"IpRanges": [{"CidrIp": "10.0.0.5/8"}]}, ("ipv4", "10.0.0.5/8", 8, False)),
        ({"IpRanges": [{"CidrIp": "203.0.113.7/32"}]}, ("ipv4", "203.0.113.7/32", 32, False)),
        ({"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, ("ipv6", "::/0", 0, True)),
        ({"Ipv6Ranges": [{"CidrIpv6": "2000::/3"}]}, ("ipv6", "2000::/3", 3, True)),
        ({"Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]}, ("ipv6", "2001:db8::/32", 32, False)),
        ({"PrefixListIds": [{"PrefixListId": "pl-1"}]}, ("prefix_list", "pl-1", None, None)),
        (
            {"UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": "111122223333"}]},
            ("security_group", "sg-2", None, False),
        ),
    ],
)
def test_a_peer_is_the_internet_by_its_range(peers: dict[str, Any], expected: tuple[Any, ...]) -> None:
    (row,) = rules(tcp(**peers))
    assert (row["peer_type"], row["peer"], row["prefix_length"], row["is_internet"]) == expected


def test_a_prefix_list_whose_members_were_not_read_is_neither_internet_nor_not() -> None:
    (row,) = rules(tcp(PrefixListIds=[{"PrefixListId": "pl-1"}]))
    assert row["is_internet"] is None


@pytest.mark.parametrize(
    ("permission", "ports"),
    [
        ({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}, ("tcp", 22, 22)),
        ({"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535}, ("udp", 0, 65535)),
        ({"IpProtocol": "-1"}, ("-1", 0, 65535)),
        ({"IpProtocol": "-1", "FromPort": 443, "ToPort": 443}, ("-1", 0, 65535)),  # AWS ignores ports there
        ({"IpProtocol": "-1", "FromPort": -1, "ToPort": -1}, ("-1", 0, 65535)),
        ({}, ("-1", 0, 65535)),
        ({"IpProtocol": "tcp"}, ("tcp", 0, 65535)),
        ({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1}, ("icmp", 8, -1)),
        ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}, ("icmp", -1, -1)),
        ({"IpProtocol": "50"}, ("50", 0, 65535)),
    ],
)
def test_ports_are_those_of_the_permission_and_all_where_the_protocol_is(
    permission: dict[str, Any], ports: tuple[Any, ...]
) -> None:
    (row,) = rules({**permission, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})
    assert (row["protocol"], row["from_port"], row["to_port"]) == ports


def test_each_peer_of_each_permission_is_a_row_in_both_directions() -> None:
    everything = tcp(
        IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "office"}, {"CidrIp": "0.0.0.0/0"}],
        Ipv6Ranges=[{"CidrIpv6": "::/0"}],
        PrefixListIds=[{"PrefixListId": "pl-1"}],
        UserIdGroupPairs=[{"GroupId": "sg-2"}],
    )
    found = rules(everything, tcp(443, IpRanges=[{"CidrIp": "0.0.0.0/0"}]), egress=(everything,))
    assert [(r["direction"], r["from_port"], r["peer"]) for r in found] == [
        *(("ingress", 22, peer) for peer in ("10.0.0.0/8", "0.0.0.0/0", "::/0", "pl-1", "sg-2")),
        ("ingress", 443, "0.0.0.0/0"),
        *(("egress", 22, peer) for peer in ("10.0.0.0/8", "0.0.0.0/0", "::/0", "pl-1", "sg-2")),
    ]
    assert {(r["group_id"], r["group_name"], r["vpc_id"]) for r in found} == {("sg-1", "web", "vpc-1")}
    assert [r["description"] for r in found][:2] == ["office", None]


@pytest.mark.parametrize("item", [{}, {"IpPermissions": None}, {"IpPermissions": []}, {"IpPermissions": [tcp()]}])
def test_a_group_without_rules_has_no_rows(item: dict[str, Any]) -> None:
    assert list(security_group_rules({"resource": "r", "item": item, "details": {}})) == []


@pytest.mark.parametrize("cidr", ["", "everywhere", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "0.0.0.0/0 ", None, "sg-1"])
def test_a_range_that_is_none_makes_the_whole_group_underivable(cidr: str | None) -> None:
    """A rule less could be the open one."""
    with pytest.raises(Underivable):
        rules(tcp(IpRanges=[{"CidrIp": "10.0.0.0/8"}, {"CidrIp": cidr}]))


@given(st.ip_addresses(), st.integers(0, 128))
@settings(max_examples=100, deadline=None)
def test_what_holds_a_sixteenth_of_all_addresses_is_the_internet(address: Any, length: int) -> None:
    length = min(length, address.max_prefixlen)
    field, key = ("IpRanges", "CidrIp") if address.version == 4 else ("Ipv6Ranges", "CidrIpv6")
    (row,) = rules(tcp(**{field: [{key: f"{address}/{length}"}]}))
    assert row["is_internet"] is (length <= 4)
    assert row["prefix_length"] == length


def test_a_row_has_exactly_the_columns_of_its_table() -> None:
    columns = load_specs().children()["aws_ec2_security_group_rule"].columns
    for row in rules(tcp(IpRanges=[{"CidrIp": "0.0.0.0/0"}], PrefixListIds=[{"PrefixListId": "pl-1"}])):
        assert set(row) == set(columns)
