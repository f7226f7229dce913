"""What the ordered entries of a network ACL leave open to the internet.

Entries are tried by number, the first that matches decides (Amazon VPC User Guide, "Network ACL rules"), so an
allowing entry counts only for ports that no earlier entry has denied to everyone.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proveonce.derive.underivable import Underivable

_ALL = "-1"
_WIDE_PREFIX = 4
"""As for security groups: a range this wide is the internet."""

_LAST_PORT = 65535
_PROTOCOLS = {"tcp": "6", "udp": "17"}
_FAMILIES = {"ipv4": "CidrBlock", "ipv6": "Ipv6CidrBlock"}

Ports = tuple[int, int]
"""First and last port."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One inbound entry of one family."""

    number: int
    protocol: str
    allows: bool
    prefix_length: int
    ports: Ports


def network_acl_open_to_internet(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Family, protocol and port range of everything that the ACL admits from the internet over TCP and UDP.

    The internet is a range that holds at least a sixteenth of all addresses. A denial counts where it is of every
    address; one of fewer closes the port to some only.
    """
    entries = line["item"].get("Entries") or []
    found = []
    for family, field in _FAMILIES.items():
        inbound = sorted(_inbound(entries, field), key=lambda entry: entry.number)
        for protocol, number in _PROTOCOLS.items():
            concerned = [entry for entry in inbound if entry.protocol in (number, _ALL)]
            found += [
                {"family": family, "protocol": protocol, "from_port": first, "to_port": last}
                for first, last in _open(concerned)
            ]
    return found


def _inbound(entries: list[Mapping[str, Any]], field: str) -> Iterator[_Entry]:
    for entry in entries:
        if (cidr := entry.get(field)) is None:
            if all(entry.get(other) is None for other in _FAMILIES.values()):
                raise Underivable("an entry of the network ACL has no address range")
            continue
        if entry.get("Egress") is not False:
            if entry.get("Egress") is None:
                raise Underivable("an entry of the network ACL does not say its direction")
            continue
        try:
            length = ipaddress.ip_network(cidr, strict=False).prefixlen
            number, action = int(entry["RuleNumber"]), entry["RuleAction"]
        except (ValueError, KeyError) as error:
            raise Underivable(f"an entry of the network ACL cannot be understood: {error}") from error
        ports = entry.get("PortRange") or {}
        span = (ports.get("From", 0), ports.get("To", _LAST_PORT))
        yield _Entry(number, str(entry.get("Protocol", _ALL)), action == "allow", length, span)


def _open(entries: list[_Entry]) -> Iterator[Ports]:
    """The ports admitted, entries given in order."""
    undecided: list[Ports] = [(0, _LAST_PORT)]
    for entry in entries:
        if entry.allows and entry.prefix_length <= _WIDE_PREFIX:
            yield from _common(undecided, entry.ports)
        if entry.prefix_length == 0:
            undecided = list(_without(undecided, entry.ports))


def _common(spans: list[Ports], other: Ports) -> Iterator[Ports]:
    for first, last in spans:
        start, end = max(first, other[0]), min(last, other[1])
        if start <= end:
            yield start, end


def _without(spans: list[Ports], other: Ports) -> Iterator[Ports]:
    for first, last in spans:
        for start, end in ((first, min(last, other[0] - 1)), (max(first, other[1] + 1), last)):
            if start <= end:
                yield start, end
