"""AWS Trusted Advisor: the result of one check, as the Support API's DescribeTrustedAdvisorCheckResult gives it.

`ok` passes, `warning` and `error` fail (`error` is the red light, not a breakdown), `not_available` is none. An
excluded resource keeps its verdict. A check that processed nothing proves nothing. The answer names no account.
Source: botocore's model of support.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import peek, read_json, refuse, text_at
from proveonce.collect.imports.values import instant, list_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "trustedadvisor"
_OUTCOMES = {
    "ok": Outcome.PASS, "warning": Outcome.FAIL, "error": Outcome.FAIL, "not_available": Outcome.UNKNOWN,
}  # fmt: skip


def recognises(path: Path) -> bool:
    """Whether a file begins as a check's result does."""
    text = "" if path.is_dir() else peek(path).lstrip()
    return text.startswith("{") and '"result"' in text and '"checkId"' in text and '"resourcesSummary"' in text


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Each flagged resource; the check itself where it flags none. Raises: InputError."""
    found = read_json(path)
    result = found.get("result") if isinstance(found, dict) else None
    if not isinstance(result, dict) or not text_at(result, "checkId"):
        refuse(path, "holds no result of a check", fix="export describe-trusted-advisor-check-result")
    rule, at = text_at(result, "checkId"), instant(result.get("timestamp"))
    imported = Imported(TOOL, RESULT, ran_at=at, about=f"{rule}, {path.name}")
    imported.results.extend(_flagged(result, rule, at))
    said, processed = text_at(result, "status"), text_at(result, "resourcesSummary", "resourcesProcessed")
    if said != "ok" and said not in _OUTCOMES:
        imported.gaps.append(f"the check is {said or 'without status'}, a word that Trusted Advisor does not use")
    if not any(flagged.said == said for flagged in imported.results) and (said != "ok" or not imported.results):
        outcome = _OUTCOMES.get(said, Outcome.UNKNOWN)
        if outcome is Outcome.PASS and processed in ("", "0"):
            outcome = Outcome.UNKNOWN
            imported.gaps.append("the check processed no resource; it proves nothing")
        imported.results.append(Result(rule=rule, outcome=outcome, said=said, pointer="/result/status", observed_at=at))
    flagged, listed = text_at(result, "resourcesSummary", "resourcesFlagged"), len(list_at(result, "flaggedResources"))
    if flagged.isdigit() and int(flagged) > listed:
        imported.gaps.append(f"{flagged} resources flagged, {listed} listed")
    imported.is_whole = not imported.gaps
    return imported


def _flagged(result: Mapping[str, Any], rule: str, at: str) -> Iterator[Result]:
    for index, resource in enumerate(list_at(result, "flaggedResources")):
        said = text_at(resource, "status")
        excluded = text_at(resource, "isSuppressed") == "true"
        yield Result(
            rule=rule,
            outcome=_OUTCOMES.get(said, Outcome.UNKNOWN),
            said=said,
            pointer=f"/result/flaggedResources/{index}",
            region=text_at(resource, "region"),
            resource=text_at(resource, "resourceId"),
            observed_at=at,
            message=" | ".join(text for text in map(text_at, list_at(resource, "metadata")) if text),
            suppressed=excluded,
            suppression="excluded in Trusted Advisor; it does not say by whom or why" if excluded else "",
        )
