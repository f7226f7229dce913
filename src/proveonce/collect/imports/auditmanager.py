"""AWS Audit Manager: evidence as the API gives it, and the zip of an assessment report as a list of its files.

Evidence repeats what Config and Security Hub found, each row under its source: `AWS Config/RULE`. Without a
compliance check a row is no pass but something for a person. A report's evidence is PDF: its files are listed with
their digests and judged by people. Source: botocore's model of auditmanager, its user guide.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proveonce.collect.imports.config import rule_of
from proveonce.collect.imports.files import MAX_BYTES, peek, read_json, refuse, text_at
from proveonce.collect.imports.values import instant, list_at, more_pages
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "auditmanager"
REPORT_FILE = "report file"
_MAX_FILES = 20_000
_CHUNK = 1 << 20
_OUTCOMES = {
    "compliant": Outcome.PASS, "passed": Outcome.PASS, "pass": Outcome.PASS, "noncompliant": Outcome.FAIL,
    "failed": Outcome.FAIL, "fail": Outcome.FAIL, "notapplicable": Outcome.NOT_APPLICABLE, "warning": Outcome.ERROR,
}  # fmt: skip
_LETTERS = re.compile(r"[^a-z]+")


def recognises(path: Path) -> bool:
    """Whether a file is a report's zip, or begins as evidence does."""
    if path.is_dir():
        return False
    text = peek(path).lstrip()
    if text.startswith("PK"):
        return _is_report(path)
    return text.startswith("{") and '"evidence"' in text and '"evidenceFolderId"' in text


def _is_report(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:_MAX_FILES]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return False
    return any(re.split(r"[/\\]", name)[-1] in ("AssessmentReportSummary.pdf", "digest.txt") for name in names)


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every piece of evidence, or every file of a report. Raises: InputError."""
    imported = Imported(TOOL, RESULT)
    if zipfile.is_zipfile(path):
        imported.about = path.name
        imported.results.extend(_files(path))
        imported.notes.append("a report's evidence is PDF: its files are listed with their digests and not judged")
        return imported
    found = read_json(path)
    if not isinstance(found, dict) or not isinstance(found.get("evidence"), list):
        refuse(path, "holds no list of evidence", fix="export get-evidence-by-evidence-folder")
    for index, evidence in enumerate(found["evidence"]):
        imported.results.extend(_results(evidence, index))
    if gap := more_pages(found, "nextToken"):
        imported.gaps.append(gap)
    folders = {text_at(evidence, "evidenceFolderId") for evidence in found["evidence"]}
    imported.about = ", ".join(sorted(folders))
    imported.is_whole = any(result.outcome is Outcome.PASS for result in imported.results)
    imported.notes.append("evidence from Config and Security Hub repeats what they hold themselves")
    return imported


def _results(evidence: Any, index: int) -> Iterator[Result]:
    """One row a resource; one of the evidence itself where it names none."""
    source, event = text_at(evidence, "dataSource"), rule_of(text_at(evidence, "eventName"))
    at = evidence.get("time") if isinstance(evidence, dict) else None
    resources = list_at(evidence, "resourcesIncluded")
    for number, resource in enumerate(resources or [evidence]):
        said = text_at(resource, "complianceCheck") or text_at(evidence, "complianceCheck")
        arn = text_at(resource, "arn")
        yield Result(
            rule=f"{source}/{event}",
            outcome=_OUTCOMES.get(_LETTERS.sub("", said.lower()), Outcome.UNKNOWN) if said else Outcome.MANUAL,
            said=said or "no compliance check",
            pointer=f"/evidence/{index}" + (f"/resourcesIncluded/{number}" if resources else ""),
            title=text_at(evidence, "evidenceByType"),
            account=text_at(evidence, "evidenceAwsAccountId"),
            region=arn.split(":")[3] if arn.count(":") > 4 else "",  # noqa: PLR2004 - an ARN has six parts
            resource=arn,
            observed_at=instant(at),
            message=f"evidence {text_at(evidence, 'id')} of {text_at(evidence, 'eventSource')}",
        )


def _files(path: Path) -> Iterator[Result]:
    """Name, size and digest of each file of the report; nothing is written anywhere. Raises: InputError."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > _MAX_FILES or sum(part.file_size for part in parts) > MAX_BYTES:
                refuse(
                    path, f"holds more than {_MAX_FILES:,} files or {MAX_BYTES >> 20} MiB", fix="import a part of it"
                )
            for index, part in enumerate(parts):
                if part.is_dir():
                    continue
                digest, length = hashlib.sha256(), 0
                with archive.open(part) as file:
                    while chunk := file.read(_CHUNK):
                        digest.update(chunk)
                        length += len(chunk)
                        if length > part.file_size:
                            refuse(path, f"{part.filename[:80]!r} is longer than it says", fix="do not trust this file")
                yield Result(
                    rule=REPORT_FILE, outcome=Outcome.MANUAL, said="not judged", pointer=f"file {index}",
                    resource=text_at(part.filename), message=f"sha256 {digest.hexdigest()}, {length} bytes",
                )  # fmt: skip
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError,
            zlib.error, lzma.LZMAError) as error:  # fmt: skip
        refuse(path, f"is no zip that can be read: {error}", fix="download the report again")
