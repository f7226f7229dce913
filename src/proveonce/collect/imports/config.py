"""AWS Config: evaluation results as the API and the CLI give them, of one account or of an aggregator.

COMPLIANT, NON_COMPLIANT and NOT_APPLICABLE are verdicts, INSUFFICIENT_DATA is none. Only an aggregator's answer
names account and region. One answer is of one rule, so another rule's takes no place from it. A configuration
snapshot holds no verdict and is refused. Source: botocore's model of config.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import peek, read_json, refuse, text_at
from proveonce.collect.imports.values import instant, more_pages
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "config"
_OUTCOMES = {
    "COMPLIANT": Outcome.PASS, "NON_COMPLIANT": Outcome.FAIL, "NOT_APPLICABLE": Outcome.NOT_APPLICABLE,
    "INSUFFICIENT_DATA": Outcome.UNKNOWN,
}  # fmt: skip
_LISTS = ("EvaluationResults", "AggregateEvaluationResults")
_OF_SECURITY_HUB = re.compile(r"securityhub-(?P<rule>[a-z0-9-]+?)-[0-9a-f]{6,8}")
_OF_A_PACK = re.compile(r"(?P<rule>.+)-conformance-pack-[a-z0-9]+")


def recognises(path: Path) -> bool:
    """Whether a file begins as an answer or a snapshot of AWS Config does."""
    text = "" if path.is_dir() else peek(path).lstrip()
    return text.startswith("{") and any(f'"{name}"' in text for name in (*_LISTS, "configSnapshotId"))


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every evaluation. Raises: InputError."""
    found = read_json(path)
    name = next((name for name in _LISTS if isinstance(found, dict) and isinstance(found.get(name), list)), None)
    if name is None:
        refuse(path, "holds no list of evaluations: a snapshot of configuration has no verdicts",
               fix="export get-compliance-details-by-config-rule, or its aggregate form")  # fmt: skip
    imported = Imported(TOOL, RESULT)
    for index, evaluation in enumerate(found[name]):
        imported.results.append(_result(evaluation, f"/{name}/{index}"))
    if gap := more_pages(found, "NextToken"):
        imported.gaps.append(gap)
    if not imported.results:
        imported.gaps.append("the file holds no evaluation; it proves nothing")
    imported.about = ", ".join([*sorted({result.rule for result in imported.results}), path.name])
    imported.is_whole = any(result.outcome is Outcome.PASS for result in imported.results)
    imported.ran_at = max((result.observed_at for result in imported.results), default="")
    return imported


def _result(evaluation: Mapping[str, Any], pointer: str) -> Result:
    qualifier = "EvaluationResultIdentifier", "EvaluationResultQualifier"
    said, name = text_at(evaluation, "ComplianceType"), text_at(evaluation, *qualifier, "ConfigRuleName")
    at = evaluation.get("ResultRecordedTime") if isinstance(evaluation, dict) else None
    return Result(
        rule=rule_of(name),
        outcome=_OUTCOMES.get(said, Outcome.UNKNOWN),
        said=said,
        pointer=pointer,
        title=name,
        account=text_at(evaluation, "AccountId"),
        region=text_at(evaluation, "AwsRegion"),
        resource=text_at(evaluation, *qualifier, "ResourceId"),
        resource_type=text_at(evaluation, *qualifier, "ResourceType"),
        observed_at=instant(at),
        message=text_at(evaluation, "Annotation"),
    )


def rule_of(name: str) -> str:
    """A rule's name without what Security Hub and conformance packs put around it."""
    found = _OF_SECURITY_HUB.fullmatch(name) or _OF_A_PACK.fullmatch(name)
    return found["rule"] if found else name
