"""Checks over imported results: one a tool and control, made of the tool's rule map.

A tool's fail stands however old it is; its pass counts only from a file that holds passes, while it is
fresh, and with the instant at which the tool looked. Anything else is undetermined. What somebody told
the tool to suppress is judged as the tool found it.
"""

from __future__ import annotations

from collections.abc import Iterable

from proveonce.model.check import Check, CheckId, Severity
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.imported import RuleMap
from proveonce.tables.imported import view_of

SHOWS = (
    "rule", "title", "said", "observed_at", "severity", "resource_type", "suppressed", "suppression", "message",
    "pointer",
)  # fmt: skip


def import_checks(content: Content, tools: Iterable[str]) -> dict[CheckId, Check]:
    """The checks over the results of `tools`, by id: one for each control that a tool's map names."""
    made = (
        _check(content.rule_maps[tool], control)
        for tool in sorted(set(tools) & set(content.rule_maps))
        for control in sorted({c for controls in content.rule_maps[tool].rules.values() for c in controls})
    )
    return {check.id: check for check in made}


def _check(rule_map: RuleMap, control: ControlId) -> Check:
    return Check(
        id=CheckId(f"import.{rule_map.tool.replace('_', '-')}.{control.lower()}"),
        title=f"What {rule_map.title} found for {control} is in order",
        supports=(control,),
        population=view_of(rule_map.tool, control),
        applies_when="outcome <> 'not_applicable'",
        passes_when=(
            "case when outcome = 'fail' then false when outcome = 'pass' and is_whole "
            f"and observed_at > cast($as_of as timestamp) - to_days({rule_map.fresh_for_days}) then true end"
        ),
        severity=Severity.MEDIUM,
        remediation="Do as the tool says of the rule, let it look again, and import what it finds.",
        shows=SHOWS,
        rationale=f"A pass counts for {rule_map.fresh_for_days} days after the tool looked; a fail counts until a "
        "newer result takes its place.",
    )
