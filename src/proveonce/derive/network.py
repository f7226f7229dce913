"""Security group rules, one row a rule and peer.

Source: Amazon EC2 API reference, IpPermission.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from proveonce.derive.underivable import Underivable

_ALL = "-1"
_WIDE_PREFIX = 4
"""A range of this prefix length or shorter holds at least a sixteenth of all addresses: no owner has that many."""

_PEERS = (
    ("IpRanges", "CidrIp", "ipv4"),
    ("Ipv6Ranges", "CidrIpv6", "ipv6"),
    ("PrefixListIds", "PrefixListId", "prefix_list"),
    ("UserIdGroupPairs", "GroupId", "security_group"),
)


def security_group_rules(line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row a peer of each permission, both directions. All protocols means all ports."""
    item = line["item"]
    group = {"group_id": item.get("GroupId"), "group_name": item.get("GroupName"), "vpc_id": item.get("VpcId")}
    for field, direction in (("IpPermissions", "ingress"), ("IpPermissionsEgress", "egress")):
        for permission in item.get(field) or []:
            protocol = str(permission.get("IpProtocol", _ALL))
            everything = protocol == _ALL
            ports = {
                "protocol": protocol,
                "from_port": 0 if everything else permission.get("FromPort", 0),
                "to_port": 65535 if everything else permission.get("ToPort", 65535),
            }
            for members, key, kind in _PEERS:
                for peer in permission.get(members) or []:
                    yield {
                        **group, **ports, "direction": direction, "peer_type": kind, "peer": peer.get(key),
                        "description": peer.get("Description"), **_reach(kind, peer.get(key)),
                    }  # fmt: skip


def _reach(kind: str, peer: Any) -> dict[str, Any]:
    """Whether the peer is the internet: a prefix list's members were not read, so it is unknown."""
    if kind == "security_group":
        return {"prefix_length": None, "is_internet": False}
    if kind == "prefix_list":
        return {"prefix_length": None, "is_internet": None}
    try:
        network = ipaddress.ip_network(str(peer), strict=False)
    except ValueError as error:
        raise Underivable(f"{peer!r} is no address range") from error
    return {"prefix_length": network.prefixlen, "is_internet": network.prefixlen <= _WIDE_PREFIX}
