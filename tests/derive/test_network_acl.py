from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proveonce.derive.network_acl import network_acl_open_to_internet
from proveonce.derive.underivable import Underivable

EVERYONE = "0.0.0.0/0"


def entry(number: int, action: str = "allow", cidr: str | None = EVERYONE, **more: Any) -> dict[str, Any]:
    ports = more.pop("ports", None)
    span = {"PortRange": {"From": ports[0], "To": ports[1]}} if ports else {}
    field = "Ipv6CidrBlock" if cidr and ":" in cidr else "CidrBlock"
    address = {field: cidr} if cidr else {}
    return {"RuleNumber": number, "RuleAction": action, "Protocol": "6", "Egress": False, **address, **span, **more}


def opened(*entries: dict[str, Any]) -> list[tuple[str, str, int, int]]:
    line = {"resource": "arn:acl", "item": {"Entries": list(entries)}, "details": {}}
    return [
        (found["family"], found["protocol"], found["from_port"], found["to_port"])
        for found in network_acl_open_to_internet(line)
    ]


def test_an_acl_without_entries_opens_nothing() -> None:
    assert opened() == []
    assert network_acl_open_to_internet({"item": {}}) == []


def test_the_entries_of_a_default_acl_open_every_port_over_tcp_and_udp() -> None:
    assert opened(entry(100, Protocol="-1"), entry(32767, "deny", Protocol="-1")) == [
        ("ipv4", "tcp", 0, 65535), ("ipv4", "udp", 0, 65535),
    ]  # fmt: skip


def test_entries_count_by_number_not_by_place() -> None:
    deny, allow = entry(90, "deny", ports=(22, 22)), entry(100, ports=(20, 25))
    assert opened(allow, deny) == opened(deny, allow) == [("ipv4", "tcp", 20, 21), ("ipv4", "tcp", 23, 25)]


def test_a_later_denial_closes_nothing() -> None:
    assert opened(entry(90, ports=(22, 22)), entry(100, "deny", ports=(0, 65535))) == [("ipv4", "tcp", 22, 22)]


def test_a_denial_to_some_closes_nothing() -> None:
    assert opened(entry(90, "deny", "203.0.113.0/24"), entry(100, ports=(22, 22))) == [("ipv4", "tcp", 22, 22)]


def test_families_are_decided_apart() -> None:
    assert opened(entry(90, "deny"), entry(100, cidr="::/0", ports=(22, 22))) == [("ipv6", "tcp", 22, 22)]


def test_a_denial_over_udp_leaves_tcp_open() -> None:
    assert opened(entry(90, "deny", Protocol="17"), entry(100, Protocol="-1")) == [("ipv4", "tcp", 0, 65535)]


@pytest.mark.parametrize(("cidr", "is_open"), [("16.0.0.0/4", True), ("16.0.0.0/5", False), ("10.0.0.0/8", False)])
def test_the_internet_is_a_sixteenth_of_all_addresses_or_more(cidr: str, *, is_open: bool) -> None:
    assert bool(opened(entry(100, cidr=cidr))) is is_open


def test_what_is_neither_inbound_nor_tcp_nor_udp_opens_no_port() -> None:
    assert opened(entry(100, Egress=True), entry(110, Protocol="1")) == []


@pytest.mark.parametrize(
    "broken",
    [
        entry(100, cidr="nonsense"),
        entry(100, cidr=None),
        entry(100, Egress=None),
        {"CidrBlock": EVERYONE, "Egress": False},
    ],
)
def test_an_entry_that_cannot_be_understood_makes_the_acl_underivable(broken: dict[str, Any]) -> None:
    with pytest.raises(Underivable):
        opened(broken)


SPANS = st.tuples(st.integers(0, 65535), st.integers(0, 65535)).map(lambda pair: (min(pair), max(pair)))
ENTRIES = st.lists(
    st.tuples(
        st.integers(1, 40), st.sampled_from(["allow", "deny"]), st.sampled_from([EVERYONE, "128.0.0.0/1"]), SPANS
    ),
    unique_by=lambda drawn: drawn[0],
    max_size=8,
)


@given(ENTRIES, st.integers(0, 65535))
def test_a_port_is_open_where_an_entry_admits_it_that_no_denial_to_everyone_precedes(
    drawn: list[Any], port: int
) -> None:
    matching = [one for one in sorted(drawn) if one[3][0] <= port <= one[3][1]]
    denied_from = min((n for n, action, cidr, _ in matching if (action, cidr) == ("deny", EVERYONE)), default=41)
    expected = any(action == "allow" and number < denied_from for number, action, _, _ in matching)
    assert is_open(drawn, port) is expected


@given(ENTRIES, st.integers(0, 65535))
def test_a_port_that_some_address_reaches_is_open(drawn: list[Any], port: int) -> None:
    """By first match, from an address of the upper half, which every range drawn here holds."""
    matching = [action for _, action, _, (first, last) in sorted(drawn) if first <= port <= last]
    assert is_open(drawn, port) or matching[:1] != ["allow"]


def is_open(drawn: list[Any], port: int) -> bool:
    entries = [entry(number, action, cidr, ports=span) for number, action, cidr, span in drawn]
    return any(first <= port <= last for _, _, first, last in opened(*entries))
