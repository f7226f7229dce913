"""Scope rules mean the same in SQL, where populations are, and in Python, where they are stated."""

from __future__ import annotations

from pathlib import Path

import pytest

from assess.builders import ACCOUNT, check, judged, line
from proveonce.model.workspace import ScopeRule, Workspace

TAGS = [{}, {"Environment": "sandbox"}, {"Environment": "prod'", "Team": "a*"}]
NAMES = ["arn:aws:s3:::claims", "arn:aws:s3:::claims-old", "arn:aws:s3:::it's"]


@pytest.mark.parametrize(
    "rules",
    [
        (ScopeRule("out", "r", name="*claims*"),),
        (ScopeRule("in", "r", name="*old"), ScopeRule("out", "r", name="*claims*")),
        (ScopeRule("out", "r", tag={"Environment": "sand*"}),),
        (ScopeRule("out", "r", tag={"Environment": "prod'", "Team": "a*"}),),
        (ScopeRule("out", "r", accounts=("999999999999",)),),
        (ScopeRule("out", "r", accounts=(ACCOUNT,), name="*it's"),),
        (ScopeRule("connected", "r"), ScopeRule("out", "r")),
    ],
)
def test_the_first_rule_that_matches_decides(rules: tuple[ScopeRule, ...], tmp_path: Path) -> None:
    lines = [line(name, tags=tags, read={"tagging": "read"}) | {"resource": name} for name in NAMES for tags in TAGS]
    workspace = Workspace(root=tmp_path, scope={"pci_dss": rules})
    one = check("true")
    with judged(
        tmp_path, [one], {"aws_s3_bucket": lines}, workspace=workspace, frameworks=("pci_dss", "soc2")
    ) as found:
        results, findings = found
        told = {(f.resource, f.line): bool(f.out_of_scope) for f in findings}
        by = results[one.id].by_framework
    for number, value in enumerate(lines):
        state = next((r.state for r in rules if r.matches(ACCOUNT, value["resource"], value["tags"])), "in")
        assert told[value["resource"], number] == (state == "out")
    assert by["pci_dss"].total == len(lines) - sum(told.values())
    assert by["soc2"].total == len(lines)


@pytest.mark.parametrize(
    ("rules", "is_out"),
    [
        ((ScopeRule("out", "r", tag={"Environment": "sandbox"}),), False),
        ((ScopeRule("in", "r", tag={"Environment": "prod"}), ScopeRule("out", "r")), False),
        ((ScopeRule("out", "r"),), True),
    ],
)
def test_tags_that_were_not_read_take_nothing_out(rules: tuple[ScopeRule, ...], is_out: bool, tmp_path: Path) -> None:
    workspace = Workspace(root=tmp_path, scope={"pci_dss": rules})
    unread = line("b", read={"tagging": "denied"})
    with judged(tmp_path, [check("true")], {"aws_s3_bucket": [unread]}, workspace=workspace) as (_, findings):
        assert [bool(f.out_of_scope) for f in findings] == [is_out]
