"""Findings in the AWS Security Finding Format, as Security Hub, EventBridge and Prowler write them.

The verdict is Compliance.Status; a finding without it is no control check. Archived findings are history and
give no result. A workflow state is no verdict, but SUPPRESSED is told. Without consolidated findings one
control stands once a standard, under the name of that standard's own rule.
Source: botocore's model of securityhub; AWS's description of the format; outputs of Prowler 5.46.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import parse_json, peek, read_text, refuse, text_at
from proveonce.collect.imports.values import aws_account, instant, more_pages, objects_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "securityhub"
PROWLER = "prowler"
_SCHEMA = "2018-10-08"
_OUTCOMES = {"PASSED": Outcome.PASS, "FAILED": Outcome.FAIL, "WARNING": Outcome.ERROR, "NOT_AVAILABLE": Outcome.ERROR}
_OF_PROWLER = {"PASSED": Outcome.PASS, "FAILED": Outcome.FAIL, "NOT_AVAILABLE": Outcome.MANUAL}
"""Prowler writes WARNING for what is muted, whatever it found, and version 3 NOT_AVAILABLE for manual checks."""
_NOT_APPLICABLE = "CONFIG_RETURNS_NOT_APPLICABLE"
_OWN_RULE = re.compile(
    r"(?:security-control|aws-foundational-security-best-practices/v/[\d.]+|nist-800-53/v/[\d.]+)/(?P<control>[\w.]+)"
)
"""Generators whose rules bear the ids of security controls."""


def recognises(path: Path) -> bool:
    """Whether a file begins as findings of this format do."""
    if path.is_dir():
        return False
    text = peek(path)
    return text.lstrip()[:1] in ("{", "[") and f'"{_SCHEMA}"' in text and '"ProductArn"' in text


def recognises_prowlers(path: Path) -> bool:
    """Whether Prowler wrote them."""
    return recognises(path) and '"Prowler"' in peek(path)


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every result of the file, as Prowler's where Prowler made all of them. Raises: InputError."""
    imported = Imported(TOOL, RESULT)
    findings = list(_findings(path, imported))
    by_prowler = [_is_of_prowler(finding) for _, finding in findings]
    if findings and all(by_prowler):
        imported.tool = PROWLER
    elif any(by_prowler):
        imported.notes.append("findings of Prowler are in it and stay unmapped; import Prowler's own file for them")
    history = 0
    for pointer, finding in findings:
        if text_at(finding, "RecordState") == "ARCHIVED":
            history += 1
            continue
        imported.version = imported.version or text_at(finding, "ProductFields", "ProviderVersion")
        imported.results.extend(_results(path, finding, pointer, is_of_prowler=imported.tool == PROWLER))
    if history:
        imported.notes.append(f"{history} archived findings are history, and are left out")
    if not imported.results:
        imported.gaps.append("the file holds no active finding; it proves nothing")
    imported.is_whole = not imported.gaps and any(r.outcome is Outcome.PASS for r in imported.results)
    imported.ran_at = max((result.observed_at for result in imported.results), default="")
    return imported


def _findings(path: Path, imported: Imported) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each finding with its place, of a page, a list, an event, or one object a line."""
    text = read_text(path)
    found: Any = _lines(path, text) if _is_one_a_line(text) else parse_json(path, text)
    if isinstance(found, list):
        places, entries = "", objects_at(path, {"": found}, "")
    elif not isinstance(found, dict):
        refuse(path, "holds no findings", fix="export the findings as they are")
    else:
        missing = more_pages(found, "NextToken", "nextToken")
        imported.gaps.extend([missing] if missing else [])
        detail = found.get("detail")
        inner = detail if isinstance(detail, dict) else found
        name = "Findings" if "Findings" in inner else "findings"
        places = f"/detail/{name}" if inner is not found else f"/{name}"
        entries = [found] if "SchemaVersion" in found else objects_at(path, inner, name)
    for index, finding in enumerate(entries):
        if text_at(finding, "SchemaVersion") != _SCHEMA:
            refuse(path, f"{places}/{index} is no finding of format {_SCHEMA}", fix="export the findings as they are")
        yield f"{places}/{index}", finding


def _is_one_a_line(text: str) -> bool:
    first, _, rest = text.strip().partition("\n")
    if not rest.strip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _lines(path: Path, text: str) -> list[Any]:
    return [parse_json(path, line) for line in text.splitlines() if line.strip()]


def _is_of_prowler(finding: dict[str, Any]) -> bool:
    return text_at(finding, "ProductFields", "ProviderName") == "Prowler"


def _results(path: Path, finding: dict[str, Any], pointer: str, *, is_of_prowler: bool) -> Iterator[Result]:
    said = text_at(finding, "Compliance", "Status")
    outcome, suppression = _verdict(path, finding, said, is_of_prowler=is_of_prowler)
    resources = objects_at(path, finding, "Resources") or [{}]
    for index, resource in enumerate(resources):
        yield Result(
            rule=_rule(finding, is_of_prowler=is_of_prowler),
            outcome=outcome,
            said=said,
            pointer=f"{pointer}/Resources/{index}" if len(resources) > 1 else pointer,
            title=text_at(finding, "Title"),
            severity=text_at(finding, "Severity", "Label"),
            account=aws_account(text_at(finding, "AwsAccountId")),
            region=text_at(resource, "Region") or text_at(finding, "Region"),
            resource=text_at(resource, "Id"),
            resource_type=text_at(resource, "Type"),
            observed_at=instant(finding.get("LastObservedAt")) or instant(finding.get("UpdatedAt")),
            message=text_at(finding, "Description"),
            suppressed=bool(suppression),
            suppression=suppression,
        )


def _rule(finding: dict[str, Any], *, is_of_prowler: bool) -> str:
    generator = text_at(finding, "GeneratorId")
    if is_of_prowler:
        return generator.removeprefix("prowler-")
    own = _OWN_RULE.fullmatch(generator)
    return text_at(finding, "Compliance", "SecurityControlId") or (own["control"] if own else generator)


def _verdict(path: Path, finding: dict[str, Any], said: str, *, is_of_prowler: bool) -> tuple[Outcome, str]:
    """The outcome, and who suppressed it and why, as far as the finding says."""
    outcome = (_OF_PROWLER if is_of_prowler else _OUTCOMES).get(said, Outcome.UNKNOWN)
    reasons = [text_at(reason, "ReasonCode") for reason in objects_at(path, finding, "Compliance", "StatusReasons")]
    if outcome is Outcome.ERROR and reasons == [_NOT_APPLICABLE]:
        outcome = Outcome.NOT_APPLICABLE
    if is_of_prowler and said == "WARNING":
        return outcome, "muted in Prowler; it does not say by whom, until when, or what it found"
    if text_at(finding, "Workflow", "Status") != "SUPPRESSED":
        return outcome, ""
    note = [text_at(finding, "Note", name) for name in ("UpdatedBy", "UpdatedAt", "Text")]
    return outcome, "suppressed in Security Hub" + "".join(f"; {part}" for part in note if part)
