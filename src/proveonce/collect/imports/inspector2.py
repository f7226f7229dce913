"""Amazon Inspector: findings as ListFindings gives them.

They are findings only, and by default only the active ones: none proves a pass. A closed finding says that it is no
longer seen, not whether it was mended or its resource deleted. A rule is the finding's type and what it is about, so
that two weaknesses of one resource stay two. Source: botocore's model of inspector2.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import peek, read_json, refuse, text_at
from proveonce.collect.imports.values import instant, list_at, more_pages
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "inspector2"
_OUTCOMES = {"ACTIVE": Outcome.FAIL, "SUPPRESSED": Outcome.FAIL, "CLOSED": Outcome.UNKNOWN}

_SUPPRESSED = "suppressed in Inspector; the finding does not say by whom or why"


def recognises(path: Path) -> bool:
    """Whether a file begins as an answer of Inspector does."""
    text = "" if path.is_dir() else peek(path).lstrip()
    return text.startswith("{") and '"findings"' in text and '"findingArn"' in text and ":inspector2:" in text


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every finding, one row a resource. Raises: InputError."""
    found = read_json(path)
    if not isinstance(found, dict) or not isinstance(found.get("findings"), list):
        refuse(path, "holds no list of findings", fix="export inspector2 list-findings")
    imported = Imported(TOOL, RESULT)
    for index, finding in enumerate(found["findings"]):
        imported.results.extend(_results(finding, index))
    if gap := more_pages(found, "nextToken"):
        imported.gaps.append(gap)
    imported.notes.append("findings only, as the filter of the export chose them: what is not listed is not passed")
    return imported


def _results(finding: Any, index: int) -> Iterator[Result]:
    said = text_at(finding, "status")
    observed = finding.get("lastObservedAt") if isinstance(finding, dict) else None
    about = (text_at(finding, "packageVulnerabilityDetails", "vulnerabilityId")
             or text_at(finding, "codeVulnerabilityDetails", "detectorId")
             or text_at(finding, "findingArn").rpartition("/")[2])  # fmt: skip
    for number, resource in enumerate(list_at(finding, "resources") or [{}]):
        yield Result(
            rule=f"{text_at(finding, 'type')}/{about}",
            outcome=_OUTCOMES.get(said, Outcome.UNKNOWN),
            said=said,
            pointer=f"/findings/{index}/resources/{number}",
            title=text_at(finding, "title"),
            severity=text_at(finding, "severity"),
            account=text_at(finding, "awsAccountId"),
            region=text_at(resource, "region"),
            resource=text_at(resource, "id"),
            resource_type=text_at(resource, "type"),
            observed_at=instant(observed),
            message=text_at(finding, "description"),
            suppressed=said == "SUPPRESSED",
            suppression=_SUPPRESSED if said == "SUPPRESSED" else "",
        )
