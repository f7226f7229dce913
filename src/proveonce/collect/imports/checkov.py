"""Checkov: JSON, an object or a list of one a check type. Its SARIF is read as SARIF.

Passes are listed unless it ran with --quiet or --compact; the summary counts them all the same. A template that
could not be parsed leaves an object without check type and counts of zero, exit code 0. A skipped check was not
evaluated. Rows name neither time nor account. Source: outputs of Checkov 3.3.30.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import peek, read_json, refuse, text_at
from proveonce.collect.imports.values import list_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "checkov"
_OUTCOMES = {"PASSED": Outcome.PASS, "FAILED": Outcome.FAIL, "SKIPPED": Outcome.UNKNOWN, "UNKNOWN": Outcome.UNKNOWN}
_LISTS = {"passed": "passed_checks", "failed": "failed_checks", "skipped": "skipped_checks"}


def recognises(path: Path) -> bool:
    """Whether a file begins as Checkov's JSON does."""
    if path.is_dir():
        return False
    text = peek(path).lstrip()
    is_report = '"check_type"' in text and '"results"' in text
    return text[:1] in ("{", "[") and (is_report or ('"checkov_version"' in text and '"resource_count"' in text))


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every check of every report. Raises: InputError."""
    found = read_json(path)
    reports = found if isinstance(found, list) else [found]
    if not reports or not all(isinstance(report, dict) for report in reports):
        refuse(path, "holds no report", fix="write it with checkov -o json")
    imported = Imported(TOOL, RESULT, about=path.name)
    for index, report in enumerate(reports):
        at = f"/{index}" if isinstance(found, list) else ""
        version = text_at(report, "summary", "checkov_version") or text_at(report, "checkov_version")
        imported.version = imported.version or version
        imported.results.extend(_results(report, at))
        imported.gaps.extend(_gaps(report, text_at(report, "check_type") or "a report"))
    imported.is_whole = any(result.outcome is Outcome.PASS for result in imported.results) and not imported.gaps
    imported.notes.append("results of design time: they speak of a template, not of what runs in an account")
    if imported.is_whole:
        imported.notes.append("the file does not say when Checkov ran, so no pass in it counts as fresh")
    return imported


def _gaps(report: Mapping[str, Any], name: str) -> Iterator[str]:
    if not text_at(report, "check_type"):
        yield "a report without check type: nothing was parsed"
        return
    if text_at(report, "summary", "resource_count") in ("", "0"):
        yield f"{name}: no resource was looked at"
    unparsed = list_at(report, "results", "parsing_errors")
    if unparsed or text_at(report, "summary", "parsing_errors") not in ("", "0"):
        yield f"{name}: not parsed: {', '.join(text_at(file) for file in unparsed) or 'files it does not name'}"
    for word, where in _LISTS.items():
        told, listed = text_at(report, "summary", word), len(list_at(report, "results", where))
        if told != str(listed):
            yield f"{name}: {told or 'no'} {word} counted, {listed} listed: run with --quiet or --compact, or cut"


def _results(report: Mapping[str, Any], at: str) -> Iterator[Result]:
    for where in _LISTS.values():
        for number, check in enumerate(list_at(report, "results", where)):
            said = text_at(check, "check_result", "result")
            template = text_at(check, "file_path").removeprefix("/")
            comment = text_at(check, "check_result", "suppress_comment")
            yield Result(
                rule=text_at(check, "check_id"),
                outcome=_OUTCOMES.get(said, Outcome.UNKNOWN),
                said=said,
                pointer=f"{at}/results/{where}/{number}",
                title=text_at(check, "check_name"),
                severity=text_at(check, "severity"),
                resource=f"{template}#{text_at(check, 'resource')}",
                resource_type=_type_of(text_at(check, "resource")),
                message=text_at(check, "guideline"),
                suppressed=said == "SKIPPED",
                suppression=f"skipped in the source: {comment or 'no reason given'}" if said == "SKIPPED" else "",
                template=template,
            )


def _type_of(resource: str) -> str:
    kind, dot, _ = resource.rpartition(".")
    return kind if dot else ""
