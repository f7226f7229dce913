"""cfn_nag: JSON; its text is listed as an attachment and not judged.

A file lists what it found in each template and never which rules ran, so it proves no pass. `FATAL` is a template
that could not be parsed. Suppressed rules, profiles and deny lists leave no trace. Rows name neither time nor
account. Source: outputs of cfn_nag at 8b5f03d.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import peek, read_json, read_text, refuse, text_at
from proveonce.collect.imports.values import list_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "cfn_nag"
_FATAL = "FATAL"
_OUTCOMES = {"WARN": Outcome.FAIL, "FAIL": Outcome.FAIL}


def recognises(path: Path) -> bool:
    """Whether a file begins as cfn_nag's JSON or text does."""
    if path.is_dir():
        return False
    text = peek(path).lstrip()
    return (text.startswith("[") and '"file_results"' in text) or _is_text(text)


def _is_text(text: str) -> bool:
    return text.startswith("-" * 60) and ("| WARN " in text or "| FAIL " in text or "Failures count:" in text)


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every violation, one row a resource. Raises: InputError."""
    imported = Imported(TOOL, RESULT, about=path.name)
    if _is_text(peek(path).lstrip()):
        read_text(path)
        imported.gaps.append("cfn_nag's text is kept as an attachment by its digest and not judged: write -o json")
        return imported
    found = read_json(path)
    if not isinstance(found, list) or not all(isinstance(file, dict) for file in found):
        refuse(path, "is no list of files", fix="write it with cfn_nag_scan -o json")
    for index, file in enumerate(found):
        results = file.get("file_results")
        if not isinstance(results, dict) or not isinstance(results.get("violations"), list):
            refuse(path, f"file {index} has no list of violations", fix="write it with cfn_nag_scan -o json")
        imported.results.extend(_results(file, index, imported))
    if not found:
        imported.gaps.append("no file was scanned")
    clean = [text_at(file, "filename") for file in found if not list_at(file, "file_results", "violations")]
    imported.notes += [f"no violation in {name}; which rules ran on it is not told" for name in clean]
    imported.notes.append("suppressed rules, profiles and deny lists leave no trace in the file")
    imported.notes.append("results of design time: they speak of a template, not of what runs in an account")
    return imported


def _results(file: dict[str, Any], index: int, imported: Imported) -> Iterator[Result]:
    template, failures = text_at(file, "filename"), 0
    for number, violation in enumerate(file["file_results"]["violations"]):
        said, rule = text_at(violation, "type"), text_at(violation, "id")
        names = [text_at(name) for name in list_at(violation, "logical_resource_ids")]
        failures += max(1, len(names)) if said == "FAIL" else 0
        if rule == _FATAL:
            imported.gaps.append(f"{template} could not be read: {text_at(violation, 'message')}")
        for name in names or [""]:
            yield Result(
                rule=rule,
                outcome=Outcome.ERROR if rule == _FATAL else _OUTCOMES.get(said, Outcome.UNKNOWN),
                said=said,
                pointer=f"/{index}/file_results/violations/{number}",
                title=text_at(violation, "name"),
                severity=said,
                resource=f"{template}#{name}" if name else template,
                message=text_at(violation, "message"),
                template=template,
            )
    told = text_at(file, "file_results", "failure_count")
    if told != str(failures):
        imported.gaps.append(f"{template} counts {told or 'no'} failures and lists {failures}: it was cut or edited")
