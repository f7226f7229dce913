"""Prowler 3, 4 and 5: CSV and OCSF. Its ASFF is read as Security Hub's.

The verdict is STATUS (CSV) or status_code (OCSF, class 2004; Compliance.status in class 2001). A muted
result keeps its verdict in versions 4 and 5; version 3 writes WARNING or Other instead, and it is lost.
No row is no pass: a check without resources, in error or without permission writes nothing.
Source: outputs of 3.16.17, 4.6.2 and 5.46.0, and Prowler's repository.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import parse_json, peek, read_csv, read_text, refuse, text_at
from proveonce.collect.imports.values import aws_account, instant
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "prowler"
_OUTCOMES = {
    "PASS": Outcome.PASS, "FAIL": Outcome.FAIL, "MANUAL": Outcome.MANUAL, "INFO": Outcome.MANUAL,
    "SUCCESS": Outcome.PASS, "FAILURE": Outcome.FAIL, "UNKNOWN": Outcome.MANUAL,
}  # fmt: skip
_MUTED = {"WARNING", "OTHER"}
"""Version 3's words for a muted result."""
_DETECTION_FINDING = 2004


def recognises(path: Path) -> bool:
    """Whether a file begins as Prowler's CSV or OCSF does."""
    if path.is_dir():
        return False
    text = peek(path)
    head = text.partition("\n")[0].strip().split(";")
    if {"CHECK_ID", "STATUS"} <= set(head):
        return bool({"PROWLER_VERSION", "ASSESSMENT_START_TIME"} & set(head))
    return text.lstrip().startswith("[") and '"Prowler"' in text and ('"event_code"' in text or '"feature"' in text)


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every result of the file. Raises: InputError."""
    text = peek(path).lstrip()
    imported = Imported(TOOL, RESULT)
    imported.results.extend(_of_json(path, imported) if text.startswith("[") else _of_csv(path, imported))
    if not imported.results:
        imported.gaps.append("the file holds no result; it proves nothing")
    imported.is_whole = any(result.outcome is Outcome.PASS for result in imported.results)
    if imported.results and not imported.is_whole:
        imported.notes.append("no result passes: the file may hold failures only, and is read so")
    imported.ran_at = max((result.observed_at for result in imported.results), default="")
    if not text.startswith("["):
        imported.notes.append("times of Prowler carry no zone in CSV; they are taken as UTC")
    return imported


def _of_csv(path: Path, imported: Imported) -> Iterator[Result]:
    for number, row in read_csv(path, ";"):
        if not {"CHECK_ID", "STATUS"} <= row.keys():
            refuse(path, "its head names no CHECK_ID and STATUS", fix="export Prowler's csv")
        imported.version = imported.version or row.get("PROWLER_VERSION", "") or "3"
        said, muted = row["STATUS"].strip(), row.get("MUTED", "").strip().lower() == "true"
        outcome, suppressed = _verdict(said, is_muted=muted)
        yield Result(
            rule=_rule(row["CHECK_ID"], row.get("PROVIDER", "").lower()),
            outcome=outcome,
            said=said,
            pointer=f"row {number}",
            title=row.get("CHECK_TITLE", ""),
            severity=row.get("SEVERITY", ""),
            account=aws_account(row.get("ACCOUNT_UID") or row.get("ACCOUNT_ID", "")),
            region=row.get("REGION", ""),
            resource=row.get("RESOURCE_UID") or row.get("RESOURCE_ARN") or row.get("RESOURCE_ID", ""),
            resource_type=row.get("RESOURCE_TYPE", ""),
            observed_at=_instant(row.get("TIMESTAMP") or row.get("ASSESSMENT_START_TIME", "")),
            message=row.get("STATUS_EXTENDED", ""),
            suppressed=suppressed,
            suppression="muted in Prowler; it does not say by whom or until when" if suppressed else "",
        )


def _of_json(path: Path, imported: Imported) -> Iterator[Result]:
    found = parse_json(path, read_text(path))
    if not isinstance(found, list):
        refuse(path, "is no list of findings", fix="export Prowler's json-ocsf")
    for index, finding in enumerate(found):
        if text_at(finding, "metadata", "product", "name") != "Prowler":
            refuse(path, f"finding {index} is not of Prowler", fix="name the tool that wrote it with --from")
        imported.version = imported.version or text_at(finding, "metadata", "product", "version")
        yield _finding(finding, index)


def _finding(finding: Mapping[str, Any], index: int) -> Result:
    is_new = finding.get("class_uid") == _DETECTION_FINDING
    said = text_at(finding, "status_code") if is_new else text_at(finding, "compliance", "status")
    muted = is_new and text_at(finding, "status") == "Suppressed"
    outcome, suppressed = _verdict(said, is_muted=muted)
    info = "finding_info" if is_new else "finding"
    check = text_at(finding, "metadata", "event_code") or text_at(finding, "metadata", "product", "feature", "uid")
    return Result(
        rule=_rule(check, text_at(finding, "cloud", "provider").lower()),
        outcome=outcome,
        said=said,
        pointer=f"/{index}",
        title=text_at(finding, info, "title"),
        severity=text_at(finding, "severity"),
        account=aws_account(text_at(finding, "cloud", "account", "uid")),
        region=text_at(finding, "resources", 0, "region") or text_at(finding, "cloud", "region"),
        resource=text_at(finding, "resources", 0, "uid"),
        resource_type=text_at(finding, "resources", 0, "type"),
        observed_at=instant(finding.get("time")) or _instant(text_at(finding, "time")),
        message=text_at(finding, "status_detail") or text_at(finding, "message"),
        suppressed=suppressed,
        suppression="muted in Prowler; it does not say by whom or until when" if suppressed else "",
    )


def _verdict(said: str, *, is_muted: bool) -> tuple[Outcome, bool]:
    """The outcome, and whether it was muted; a word that Prowler does not use is unknown."""
    word = said.upper()
    if word in _MUTED:
        return Outcome.UNKNOWN, True
    return _OUTCOMES.get(word, Outcome.UNKNOWN), is_muted


def _rule(check: str, provider: str) -> str:
    """The check; of another cloud under that cloud's name, for its checks may bear the ids of AWS's."""
    return check if provider in {"", "aws"} else f"{provider}:{check}"


def _instant(text: str) -> str:
    """ISO 8601 with its zone; Prowler writes none and is taken to mean UTC; empty where it is no time."""
    return instant(text) or instant(f"{text.strip()}+00:00")
