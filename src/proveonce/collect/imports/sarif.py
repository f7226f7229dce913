"""SARIF 2.1.0 of cfn-lint, Checkov, cfn_nag, cfn-guard and Prowler's IaC provider; any other driver as `sarif`.

All of these write what they found and not what they passed over, and neither time nor account: a file proves no
pass, and a template that could not be parsed looks like one in order. A result's kind is its verdict (`fail` where
it says none), its level only the severity, the rule's default or else `warning`.
Source: OASIS SARIF 2.1.0, 3.27.9, 3.27.10, 3.27.23, 3.35; files of the tools.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import peek, read_json, refuse, text_at
from proveonce.collect.imports.values import list_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

GENERIC = "sarif"
_TOOLS = {
    "cfn-lint": "cfn_lint", "checkov": "checkov", "cfn_nag": "cfn_nag", "cfn-guard": "guard", "prowler": "prowler",
}  # fmt: skip
TOOLS = (*_TOOLS.values(), GENERIC)
"""Whose files are read; the name of each one's rule map."""
_PREFIXES = {"cfn_nag": "CFN_NAG_"}
_KINDS = {
    "fail": Outcome.FAIL, "pass": Outcome.PASS, "notApplicable": Outcome.NOT_APPLICABLE, "review": Outcome.MANUAL,
}  # fmt: skip
_UNPARSED = "E000"
"""cfn-lint's rules of templates that it could not parse, transform or finish."""


def recognises(tool: str) -> Callable[[Path], bool]:
    """Whether a file is SARIF 2.1.0 whose first driver is the tool's."""

    def is_of_tool(path: Path) -> bool:
        return _is_sarif(path) and _tool_of(path) == tool

    return is_of_tool


def _is_sarif(path: Path) -> bool:
    if path.is_dir():
        return False
    text = peek(path).lstrip()
    return text.startswith("{") and '"runs"' in text and ("sarif" in text or '"driver"' in text)


def _tool_of(path: Path) -> str:
    text = peek(path)
    after = text.partition('"driver"')[2]
    names = [name for name in _TOOLS if f'"name": "{name}"' in after.lower() or f'"name":"{name}"' in after.lower()]
    return _TOOLS[names[0]] if names else GENERIC


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every result of every run. Raises: InputError."""
    found = read_json(path)
    if text_at(found, "version") != "2.1.0" or not list_at(found, "runs"):
        refuse(path, "is no SARIF 2.1.0 with a run", fix="let the tool write SARIF 2.1.0")
    drivers = {text_at(run, "tool", "driver", "name") for run in found["runs"]}
    if "" in drivers:
        refuse(path, "holds a run without the name of its tool", fix="let the tool write SARIF 2.1.0")
    tools = {_TOOLS.get(driver.lower(), GENERIC) for driver in drivers}
    if len(tools) > 1:
        refuse(path, f"holds runs of {', '.join(sorted(drivers))}", fix="import a file a tool")
    imported = Imported(tools.pop(), RESULT, about=path.name)
    for index, run in enumerate(found["runs"]):
        driver = run["tool"]["driver"]
        imported.version = imported.version or text_at(driver, "version") or text_at(driver, "semanticVersion")
        _note_failed(run, index, imported)
        imported.results.extend(_results(run, index, imported))
    if imported.tool == GENERIC:
        imported.notes.append(f"{', '.join(sorted(drivers))} has no rule map of ours: nothing of it is judged unless "
                              "controls/imports/sarif.yaml of the workspace maps DRIVER/RULE")  # fmt: skip
    if not imported.results:
        imported.gaps.append("no result: a template in order and one that could not be read look alike")
    imported.notes.append("results of design time: they speak of a template, not of what runs in an account")
    return imported


def _note_failed(run: Mapping[str, Any], index: int, imported: Imported) -> None:
    if not isinstance(run.get("results"), list):
        imported.gaps.append(f"run {index} has no list of results: it did not come to its end")
    for invocation in list_at(run, "invocations"):
        if text_at(invocation, "executionSuccessful") == "false":
            imported.gaps.append(f"run {index} says that it did not succeed")


def _results(run: Mapping[str, Any], index: int, imported: Imported) -> Iterator[Result]:
    driver = run["tool"]["driver"]
    listed = list_at(driver, "rules")
    rules = {text_at(rule, "id"): rule for rule in listed}
    for number, found in enumerate(list_at(run, "results")):
        rule_id = text_at(found, "ruleId") or text_at(found, "rule", "id") or _by_index(found, listed)
        rule = rules.get(rule_id, {})
        outcome, said, suppression = _verdict(found, imported.tool)
        name, template = _place(found)
        if imported.tool == "cfn_lint" and rule_id.startswith(_UNPARSED):
            outcome = Outcome.ERROR
            imported.gaps.append(f"{template or 'a template'} could not be read: {text_at(found, 'message', 'text')}")
        yield Result(
            rule=_rule_name(rule_id, text_at(driver, "name"), imported.tool),
            outcome=outcome,
            said=said,
            pointer=f"/runs/{index}/results/{number}",
            title=text_at(rule, "shortDescription", "text") or text_at(rule, "fullDescription", "text"),
            severity=text_at(found, "level") or text_at(rule, "defaultConfiguration", "level") or "warning",
            resource=name,
            message=text_at(found, "message", "text"),
            suppressed=bool(suppression),
            suppression=suppression,
            template=template,
        )


def _by_index(found: Any, rules: list[Any]) -> str:
    at = found.get("ruleIndex") if isinstance(found, dict) else None
    return text_at(rules[at], "id") if isinstance(at, int) and 0 <= at < len(rules) else ""


def _rule_name(rule: str, driver: str, tool: str) -> str:
    if tool == GENERIC:
        return f"{driver}/{rule}"
    return rule.removeprefix(_PREFIXES.get(tool, ""))


def _verdict(found: Any, tool: str) -> tuple[Outcome, str, str]:
    """Outcome, the tool's own words for it, and who suppressed it and why."""
    kind = text_at(found, "kind") or "fail"
    outcome, said = _KINDS.get(kind, Outcome.UNKNOWN), f"{kind} {text_at(found, 'level')}".strip()
    accepted = [s for s in list_at(found, "suppressions") if text_at(s, "status") in ("", "accepted")]
    if not accepted or len(accepted) < len(list_at(found, "suppressions")):
        return outcome, said, ""
    why = "; ".join(f"{text_at(s, 'kind') or 'suppressed'}: {text_at(s, 'justification') or 'no reason given'}"
                    for s in accepted)  # fmt: skip
    # Checkov does not evaluate what it is told to skip.
    return Outcome.UNKNOWN if tool == "checkov" else outcome, said, why


def _place(found: Any) -> tuple[str, str]:
    """The resource as the tool names it, else line and column, within its template; and the template."""
    location: Any = next(iter(list_at(found, "locations")), {})
    template = text_at(location, "physicalLocation", "artifactLocation", "uri")
    logical: Any = next(iter(list_at(location, "logicalLocations")), {})
    name = text_at(logical, "fullyQualifiedName") or text_at(logical, "name")
    if name:
        return f"{template}#{name}", template
    region = [text_at(location, "physicalLocation", "region", at) for at in ("startLine", "startColumn")]
    return ":".join(part for part in (template, *region) if part), template
