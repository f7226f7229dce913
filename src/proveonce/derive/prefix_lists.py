"""Which prefix lists a security group admits to which kind of port.

Their address ranges stand in other answers, so a check joins them; this names the lists to join.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from proveonce.derive.network import security_group_rules

_TCP, _UDP, _ALL = {"tcp", "6"}, {"udp", "17"}, {"-1"}
_DATABASES = (1433, 1521, 3306, 5432, 5439, 6379, 9200, 11211, 27017)
_HTTP, _HTTPS, _LAST_PORT = 80, 443, 65535
_REMOTE_CONTROL = (23, 135, 139, 445, 2375, 2376, 2379, 5800, 5900, 5985, 5986, 6443, 10250)

Rule = Mapping[str, Any]


def admitted_prefix_lists(line: Mapping[str, Any]) -> dict[str, list[str]]:
    """Kind of port → ids of the prefix lists that inbound rules admit to it, each once, sorted.

    The kinds are those of the checks over address ranges in controls/checks/aws/ec2.yaml.
    """
    rules = [r for r in security_group_rules(line) if r["direction"] == "ingress" and r["peer_type"] == "prefix_list"]
    return {kind: sorted({r["peer"] for r in rules if r["peer"] and is_of(r)}) for kind, is_of in _KINDS.items()}


def _is_admin(rule: Rule) -> bool:
    protocol = rule["protocol"]
    return (protocol in _TCP | _ALL and _covers(rule, 22)) or (protocol in _TCP | _UDP | _ALL and _covers(rule, 3389))


def _is_database(rule: Rule) -> bool:
    return rule["protocol"] in _TCP | _UDP | _ALL and any(_covers(rule, port) for port in _DATABASES)


def _is_remote_control(rule: Rule) -> bool:
    return rule["protocol"] in _TCP | _ALL and any(_covers(rule, port) for port in _REMOTE_CONTROL)


def _is_everything(rule: Rule) -> bool:
    return rule["protocol"] in _TCP | _UDP | _ALL and rule["from_port"] <= 1 and rule["to_port"] >= _LAST_PORT


def _is_not_web(rule: Rule) -> bool:
    port = rule["from_port"] if rule["from_port"] == rule["to_port"] else None
    is_web = port == _HTTPS or (port == _HTTP and rule["protocol"] in _TCP)
    return rule["protocol"] in _TCP | _UDP | _ALL and not is_web


def _covers(rule: Rule, port: int) -> bool:
    return bool(rule["from_port"] <= port <= rule["to_port"])


_KINDS: Mapping[str, Callable[[Rule], bool]] = {
    "admin": _is_admin,
    "database": _is_database,
    "remote_control": _is_remote_control,
    "everything": _is_everything,
    "not_web": _is_not_web,
}
