"""cdk-nag: the NagReport CSV and JSON of version 2, the validation report of version 3.

Version 2 writes every rule and resource of a stack; `Suppressed` may also hide a rule that broke, and is taken as a
failure. `UNKNOWN` is a rule that broke. Version 3 writes violations only, and what was acknowledged is gone. Neither
says when it ran or in which account. Source: outputs of 2.38.2 and 3.0.2, lib/nag-logger.js.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import peek, read_csv, read_json, refuse, text_at
from proveonce.collect.imports.values import list_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "cdk_nag"
_OUTCOMES = {
    "Compliant": Outcome.PASS, "Non-Compliant": Outcome.FAIL, "Suppressed": Outcome.FAIL, "UNKNOWN": Outcome.ERROR,
    "N/A": Outcome.NOT_APPLICABLE,
}  # fmt: skip
_HEAD = {"Rule ID": "ruleId", "Resource ID": "resourceId", "Compliance": "compliance",
         "Exception Reason": "exceptionReason", "Rule Level": "ruleLevel", "Rule Info": "ruleInfo"}  # fmt: skip


def recognises(path: Path) -> bool:
    """Whether a file begins as one of cdk-nag's reports does."""
    if path.is_dir():
        return False
    text = peek(path).lstrip()
    if text.startswith("{"):
        return ('"lines"' in text and '"ruleId"' in text) or '"pluginReports"' in text
    return text.startswith("Rule ID,Resource ID,Compliance")


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every rule and construct of the file. Raises: InputError."""
    imported = Imported(TOOL, RESULT, about=path.name)
    if not peek(path).lstrip().startswith("{"):
        rows: Iterable[tuple[str, Mapping[str, Any]]] = (
            (f"row {number}", {_HEAD.get(name, name): cell for name, cell in row.items()})
            for number, row in read_csv(path, ",")
        )
        imported.results.extend(_of_rows(rows, imported))
    else:
        found = read_json(path)
        if isinstance(found, dict) and isinstance(found.get("lines"), list):
            imported.results.extend(_of_rows(_lines(path, found["lines"]), imported))
        elif isinstance(found, dict) and isinstance(found.get("pluginReports"), list):
            imported.results.extend(_of_violations(found["pluginReports"], imported))
        else:
            refuse(path, "has neither lines nor plugin reports", fix="let cdk-nag write its report again")
    imported.is_whole = any(result.outcome is Outcome.PASS for result in imported.results)
    if not imported.results:
        imported.gaps.append("the file holds no result; it proves nothing")
    imported.notes.append("results of design time: they speak of a stack, not of what runs in an account")
    return imported


def _lines(path: Path, lines: list[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, line in enumerate(lines):
        if not isinstance(line, dict):
            refuse(path, f"line {index} is no object", fix="let cdk-nag write its report again")
        yield f"/lines/{index}", line


def _of_rows(rows: Iterable[tuple[str, Mapping[str, Any]]], imported: Imported) -> Iterator[Result]:
    imported.version = "2"
    for pointer, row in rows:
        said, reason = text_at(row, "compliance"), text_at(row, "exceptionReason")
        rule = text_at(row, "ruleId")
        if said == "UNKNOWN":
            imported.gaps.append(f"{rule} broke on {text_at(row, 'resourceId')}")
        yield Result(
            rule=rule.partition("[")[0],
            outcome=_OUTCOMES.get(said, Outcome.UNKNOWN),
            said=said,
            pointer=pointer,
            title=text_at(row, "ruleInfo"),
            severity=text_at(row, "ruleLevel"),
            resource=text_at(row, "resourceId"),
            message=rule if "[" in rule else "",
            suppressed=said == "Suppressed",
            suppression=(reason or "no reason given") if said == "Suppressed" else "",
            template=text_at(row, "resourceId").partition("/")[0],
        )


def _of_violations(reports: list[Any], imported: Imported) -> Iterator[Result]:
    imported.version = "3"
    imported.notes.append("version 3 writes violations only: no pass, and what was acknowledged is gone")
    for number, report in enumerate(reports):
        if text_at(report, "conclusion") not in ("success", "failure"):
            imported.gaps.append(f"{text_at(report, 'pluginName') or 'a plugin'} came to no conclusion")
        for index, violation in enumerate(list_at(report, "violations")):
            for at, construct in enumerate(list_at(violation, "violatingConstructs") or [{}]):
                name = text_at(construct, "constructPath")
                yield Result(
                    rule=text_at(violation, "ruleName").partition("[")[0],
                    outcome=Outcome.FAIL,
                    said="violation",
                    pointer=f"/pluginReports/{number}/violations/{index}/violatingConstructs/{at}",
                    title=text_at(violation, "description"),
                    severity=text_at(violation, "severity"),
                    resource=name,
                    resource_type=text_at(construct, "constructFqn"),
                    template=name.partition("/")[0],
                )
