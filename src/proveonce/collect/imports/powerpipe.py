"""Powerpipe and Steampipe 'check' outputs: JSON and CSV of benchmarks and controls.

A control that failed has no rows in JSON and one row without a resource in CSV: both are errors. Controls
stand again under each benchmark that has them. Neither format says when it ran, but in the file's name;
that time has no zone, and the earliest instant that it can mean is taken.
Source: templates of turbot/powerpipe; CSV columns differ from mod to mod and are matched by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import parse_json, peek, read_csv, read_text, refuse, text_at
from proveonce.collect.imports.values import aws_account, objects_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "powerpipe"
_OUTCOMES = {
    "ok": Outcome.PASS, "alarm": Outcome.FAIL, "skip": Outcome.NOT_APPLICABLE, "error": Outcome.ERROR,
    "info": Outcome.MANUAL,
}  # fmt: skip
_COMPLETE = "4"
"""`run_status` of a control that ran to its end."""
_HEAD = {"control_id", "reason", "resource", "status"}
_STAMP = re.compile(r"\.(\d{8}T\d{6})\.(?:json|csv)(?:\.gz)?$")
_FURTHEST_ZONE = timedelta(hours=14)
"""Clocks are ahead of UTC by at most so much."""


def recognises(path: Path) -> bool:
    """Whether a file begins as Powerpipe's JSON or CSV does."""
    if path.is_dir():
        return False
    text = peek(path).lstrip()
    if text.startswith("{"):
        return all(f'"{name}"' in text for name in ("group_id", "summary", "control_id", "run_status"))
    return bool(_delimiter(text))


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every result of the file, once. Raises: InputError."""
    imported = Imported(TOOL, RESULT, ran_at=_ran_at(path))
    text = peek(path).lstrip()
    rows = _of_json(path, imported) if text.startswith("{") else _of_csv(path, _delimiter(text))
    seen = set()
    for result in rows:
        what = (result.rule, result.resource, result.account, result.region, result.said, result.message)
        if what not in seen or not result.resource:
            seen.add(what)
            imported.results.append(result)
    if not imported.results:
        imported.gaps.append("the file holds no result; it proves nothing")
    imported.is_whole = not imported.gaps and any(r.outcome is Outcome.PASS for r in imported.results)
    imported.notes.append(
        f"taken to have run at {imported.ran_at}, the earliest that its name can mean" if imported.ran_at
        else "it does not say when it ran, nor does its name: what passes does not count"
    )  # fmt: skip
    return imported


def _ran_at(path: Path) -> str:
    stamp = _STAMP.search(path.name)
    try:
        at = datetime.strptime(stamp[1] if stamp else "", "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        return (at - _FURTHEST_ZONE).isoformat()
    except (ValueError, OverflowError):
        return ""


def _delimiter(text: str) -> str:
    """What separates the cells of the head; empty where it is no head of ours."""
    head = text.partition("\n")[0].strip()
    return next((d for d in ",;|\t" if {cell.strip(' "') for cell in head.split(d)} >= _HEAD), "")


def _of_csv(path: Path, delimiter: str) -> Iterator[Result]:
    if not delimiter:
        refuse(path, f"its first row is no head with {', '.join(sorted(_HEAD))}", fix="export it with its head")
    for number, row in read_csv(path, delimiter):
        if not row.keys() >= _HEAD:
            refuse(path, f"its head lacks one of {', '.join(sorted(_HEAD))}", fix="export it with its head")
        said = row["status"].strip()
        yield Result(
            rule=row["control_id"],
            outcome=_OUTCOMES.get(said, Outcome.UNKNOWN),
            said=said,
            pointer=f"row {number}",
            title=row.get("control_title") or row.get("title", ""),
            severity=row.get("severity", ""),
            account=aws_account(row.get("account_id", "")),
            region=row.get("region", ""),
            resource=row["resource"],
            message=row["reason"],
        )


def _of_json(path: Path, imported: Imported) -> Iterator[Result]:
    groups = [("", parse_json(path, read_text(path)))]
    while groups:
        pointer, group = groups.pop()
        groups.extend((f"{pointer}/groups/{i}", inner) for i, inner in enumerate(objects_at(path, group, "groups")))
        for index, control in enumerate(objects_at(path, group, "controls")):
            yield from _of_control(path, control, f"{pointer}/controls/{index}", imported)


def _of_control(path: Path, control: dict[str, Any], pointer: str, imported: Imported) -> Iterator[Result]:
    rule, title, severity = (text_at(control, name) for name in ("control_id", "title", "severity"))
    rows = objects_at(path, control, "results")
    error, status = text_at(control, "run_error"), text_at(control, "run_status")
    if error or status != _COMPLETE:
        yield Result(rule=rule, outcome=Outcome.ERROR, said=f"run_status {status}", pointer=pointer, title=title,
                     severity=severity, message=error)  # fmt: skip
    elif isinstance(summary := control.get("summary"), dict):
        counted = sum(n for n in summary.values() if isinstance(n, int) and not isinstance(n, bool))
        if counted != len(rows):
            imported.gaps.append(f"{rule} counts {counted} results and lists {len(rows)}")
    for index, row in enumerate(rows):
        where = {text_at(d, "key"): text_at(d, "value") for d in objects_at(path, row, "dimensions")}
        said = text_at(row, "status")
        yield Result(
            rule=rule,
            outcome=_OUTCOMES.get(said, Outcome.UNKNOWN),
            said=said,
            pointer=f"{pointer}/results/{index}",
            title=title,
            severity=severity,
            account=aws_account(where.get("account_id", "")),
            region=where.get("region", ""),
            resource=text_at(row, "resource"),
            message=text_at(row, "reason"),
        )
