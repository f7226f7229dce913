"""CloudGuard (Dome9): findings, assessments, notifications and the CSV of findings.

Findings, notifications and the CSV list open failures only; an assessment holds what passed too. A test in
error, and one with nothing relevant, is no pass whatever `testPassed` says. What is excluded keeps its verdict.
Source: terraform-provider-dome9 and dome9-sdk-go (assessment), demisto/content (findings), dome9/cloud-bots
(notification). Words of status and the spelling of regions are not confirmed by an export of our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import parse_json, peek, read_csv, read_text, refuse, text_at
from proveonce.collect.imports.values import aws_account, aws_region, instant, list_at, objects_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "cloudguard"
_OPEN = {"active": Outcome.FAIL, "open": Outcome.FAIL, "failed": Outcome.FAIL, "passed": Outcome.PASS}
_COMPLIANCE = ("", "ComplianceEngine")
_DIGITS = 9
"""An index of more digits is none."""
_HEAD = {"Title", "Severity", "Created Time", "Entity Name", "Cloud Account ID"}
_SHAPES = {
    "findings": ("findings", "findingKey", "bundleId"),
    "assessment": ("tests", "testPassed", "testEntities"),
    "notification": ("policy", "bundle", "rule", "account", "entity"),
}
_NO_FINDINGS = ("searchRequest", "totalFindingsCount")


def recognises(path: Path) -> bool:
    """Whether a file begins as one of CloudGuard's does."""
    if path.is_dir():
        return False
    text = peek(path).lstrip()
    if text[:1] not in ("{", "["):
        return {cell.strip(' "') for cell in text.partition("\n")[0].strip().split(",")} >= _HEAD
    shapes = [*_SHAPES.values(), _NO_FINDINGS]
    return '"SchemaVersion"' not in text and any(all(f'"{name}"' in text for name in shape) for shape in shapes)


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every result of the file. Raises: InputError."""
    imported = Imported(TOOL, RESULT)
    if peek(path).lstrip()[:1] in ("{", "["):
        imported.results.extend(_of_json(path, parse_json(path, read_text(path)), imported))
    else:
        imported.notes.append("the CSV does not say when CloudGuard looked, and names rules by their titles")
        imported.results.extend(_of_csv(path))
    if not imported.results:
        imported.gaps.append("the file holds no result; it proves nothing")
    if not imported.is_whole:
        imported.notes.append("it lists failures only: that something is not in it does not prove that it passes")
    return imported


def _of_json(path: Path, found: Any, imported: Imported) -> Iterator[Result]:
    if isinstance(found, dict) and "tests" in found:
        yield from _of_assessment(path, found, imported)
    elif isinstance(found, dict) and ("findings" in found or "totalFindingsCount" in found):
        findings = objects_at(path, found, "findings")
        total = found.get("totalFindingsCount")
        if isinstance(total, int) and total > len(findings):
            imported.gaps.append(f"{len(findings)} of {total} findings are in it: pages are missing")
        for index, finding in enumerate(findings):
            yield _of_finding(finding, f"/findings/{index}")
    else:
        entries = objects_at(path, {"": found if isinstance(found, list) else [found]}, "")
        for index, entry in enumerate(entries):
            yield _of_notification(path, entry, f"/{index}" if isinstance(found, list) else "")


def _of_finding(finding: dict[str, Any], pointer: str) -> Result:
    said, origin = text_at(finding, "status"), text_at(finding, "origin")
    outcome = _OPEN.get(said.lower(), Outcome.UNKNOWN)
    is_excluded = finding.get("isExcluded") is True
    account = aws_account(text_at(finding, "cloudAccountExternalId"))
    return Result(
        rule=text_at(finding, "ruleId") or text_at(finding, "ruleName"),
        outcome=outcome if origin in _COMPLIANCE else Outcome.UNKNOWN,
        said=said if origin in _COMPLIANCE else f"{said} of {origin}",
        pointer=pointer,
        title=text_at(finding, "ruleName"),
        severity=text_at(finding, "severity"),
        account=account,
        region=aws_region(text_at(finding, "region")),
        resource=(text_at(finding, "entityExternalId") if account else "") or text_at(finding, "entityDome9Id"),
        resource_type=text_at(finding, "entityType"),
        observed_at=next(
            (at for n in ("lastSeenTime", "updatedTime", "createdTime") if (at := instant(finding.get(n)))), ""
        ),
        message="acknowledged in CloudGuard" if finding.get("acknowledged") is True else "",
        suppressed=is_excluded,
        suppression="excluded in CloudGuard; it does not say by whom or until when" if is_excluded else "",
    )


def _of_assessment(path: Path, found: dict[str, Any], imported: Imported) -> Iterator[Result]:
    request = found.get("request")
    is_template = isinstance(request, dict) and request.get("isTemplate") is True
    if found.get("hasErrors") is True:
        imported.gaps.append("CloudGuard says that the assessment had errors")
    base = Result(
        rule="",
        outcome=Outcome.UNKNOWN,
        said="",
        pointer="",
        account=aws_account(text_at(request, "externalCloudAccountId")),
        region=aws_region(text_at(request, "region")),
        observed_at=instant(found.get("createdTime")),
        template=(text_at(request, "name") or "a template") if is_template else "",
    )
    imported.ran_at = base.observed_at
    imported.is_whole = True
    for index, test in enumerate(objects_at(path, found, "tests")):
        yield from _of_test(path, found, test, replace(
            base, pointer=f"/tests/{index}", rule=text_at(test, "rule", "ruleId") or text_at(test, "rule", "name"),
            title=text_at(test, "rule", "name"), severity=text_at(test, "rule", "severity"),
        ))  # fmt: skip


def _of_test(path: Path, found: dict[str, Any], test: dict[str, Any], base: Result) -> Iterator[Result]:
    """A row for each entity, and one for the test where its entities do not tell what it says."""
    relevant, failing = _count(test, "relevantCount"), _count(test, "nonComplyingCount")
    said = f"{test.get('relevantCount')} relevant, {test.get('nonComplyingCount')} not complying"
    error = text_at(test, "error")
    rows = [
        _of_entity(found, entity, replace(base, pointer=f"{base.pointer}/entityResults/{index}"))
        for index, entity in enumerate(objects_at(path, test, "entityResults"))
    ]
    if error or relevant is None or failing is None:
        yield replace(base, outcome=Outcome.ERROR, said=error or said)
        yield from (replace(r, outcome=Outcome.ERROR) if r.outcome is Outcome.PASS else r for r in rows)
        return
    yield from rows
    judged = sum(row.outcome is not Outcome.NOT_APPLICABLE for row in rows)
    failed = sum(row.outcome is Outcome.FAIL for row in rows)
    passed = test.get("testPassed")
    if failing > failed or (passed is False and not failed):
        yield replace(base, outcome=Outcome.FAIL, said=said)
    elif relevant > judged:
        yield replace(base, outcome=Outcome.PASS if passed is True and not failing else Outcome.UNKNOWN, said=said)
    elif not rows:
        yield replace(base, outcome=Outcome.NOT_APPLICABLE, said=said)


def _count(test: dict[str, Any], name: str) -> int | None:
    """A count of a test; None where there is none, or it is -1 as of a test that broke."""
    count = test.get(name)
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None


def _of_entity(found: dict[str, Any], entity: dict[str, Any], base: Result) -> Result:
    kind, index = text_at(entity, "testObj", "entityType"), text_at(entity, "testObj", "entityIndex")
    known = dict(enumerate(list_at(found, "testEntities", kind)))
    told = known.get(int(index)) if index.isdecimal() and len(index) < _DIGITS else None
    is_excluded = entity.get("isExcluded") is True
    said = text_at(entity, "validationStatus")
    return replace(
        base,
        outcome=_of_flags(entity),
        said=said or f"relevant {text_at(entity, 'isRelevant')}, valid {text_at(entity, 'isValid')}",
        account=aws_account(text_at(told, "accountNumber")) or base.account,
        region=aws_region(text_at(told, "region")) or base.region,
        resource=text_at(told, "arn") or text_at(entity, "testObj", "id") or text_at(entity, "testObj", "dome9Id"),
        resource_type=kind,
        message=text_at(entity, "error"),
        suppressed=is_excluded,
        suppression=f"excluded in CloudGuard {text_at(entity, 'exclusionId')}".strip() if is_excluded else "",
    )


def _of_flags(entity: dict[str, Any]) -> Outcome:
    if text_at(entity, "error"):
        return Outcome.ERROR
    if entity.get("isRelevant") is False:
        return Outcome.NOT_APPLICABLE
    if entity.get("isRelevant") is not True or not isinstance(entity.get("isValid"), bool):
        return Outcome.UNKNOWN
    return Outcome.PASS if entity["isValid"] else Outcome.FAIL


def _of_notification(path: Path, entry: dict[str, Any], pointer: str) -> Result:
    if not {"rule", "status", "account"} <= entry.keys():
        refuse(path, f"{pointer or '/'} is no notification", fix="save CloudGuard's JSON as it comes")
    said = text_at(entry, "status")
    return Result(
        rule=text_at(entry, "rule", "ruleId") or text_at(entry, "rule", "name"),
        outcome=_OPEN.get(said.lower(), Outcome.UNKNOWN),
        said=said,
        pointer=pointer,
        title=text_at(entry, "rule", "name"),
        severity=text_at(entry, "rule", "severity"),
        account=aws_account(text_at(entry, "account", "id")),
        region=aws_region(text_at(entry, "entity", "region") or text_at(entry, "region")),
        resource=text_at(entry, "entity", "arn") or text_at(entry, "entity", "id") or text_at(entry, "entity", "name"),
        resource_type=text_at(entry, "entity", "type"),
        observed_at=instant(entry.get("reportTime")),
    )


def _of_csv(path: Path) -> Iterator[Result]:
    for number, row in read_csv(path, ","):
        if not row.keys() >= _HEAD:
            refuse(path, f"its head lacks one of {', '.join(sorted(_HEAD))}", fix="export CloudGuard's findings")
        is_excluded = row.get("Is Excluded", "").strip().lower() in {"true", "yes"}
        yield Result(
            rule=row["Title"],
            outcome=Outcome.FAIL,
            said="listed as open",
            pointer=f"row {number}",
            title=row["Title"],
            severity=row["Severity"],
            account=aws_account(row["Cloud Account ID"].strip()),
            region=aws_region(row.get("Region", "")),
            resource=row["Entity Name"],
            resource_type=row.get("Entity Type", ""),
            suppressed=is_excluded,
            suppression="excluded in CloudGuard; it does not say by whom or until when" if is_excluded else "",
        )
