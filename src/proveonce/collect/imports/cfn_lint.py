"""cfn-lint: JSON. Its SARIF is read as SARIF.

It lists what it found and never which rules ran: no pass. `E000x` is a template that could not be read to its end.
`[]` has no mark of the tool, and is refused. Source: outputs of cfn-lint 1.58.0.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import peek, read_json, refuse, text_at
from proveonce.collect.imports.values import list_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "cfn_lint"
_UNREAD = "E000"
_LEVELS = {"Error": Outcome.FAIL, "Warning": Outcome.FAIL, "Informational": Outcome.FAIL}


def recognises(path: Path) -> bool:
    """Whether a file begins as cfn-lint's JSON does."""
    if path.is_dir():
        return False
    text = peek(path).lstrip()
    return text.startswith("[") and '"Rule"' in text and '"Filename"' in text and '"Level"' in text


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every match. Raises: InputError."""
    found = read_json(path)
    if not isinstance(found, list):
        refuse(path, "is no list of matches", fix="write it with cfn-lint --format json")
    imported = Imported(TOOL, RESULT, about=path.name)
    for index, match in enumerate(found):
        result = _result(match, index)
        imported.results.append(result)
        if result.outcome is Outcome.ERROR:
            imported.gaps.append(f"{result.template} could not be read: {result.message}")
    imported.notes.append("results of design time: they speak of a template, not of what runs in an account")
    return imported


def _result(match: Any, index: int) -> Result:
    rule, said, template = text_at(match, "Rule", "Id"), text_at(match, "Level"), text_at(match, "Filename")
    start = [text_at(match, "Location", "Start", at) for at in ("LineNumber", "ColumnNumber")]
    steps = [text_at(step) for step in list_at(match, "Location", "Path")]
    is_named = len(steps) > 1 and steps[0] == "Resources"
    return Result(
        rule=rule,
        outcome=Outcome.ERROR if rule.startswith(_UNREAD) else _LEVELS.get(said, Outcome.UNKNOWN),
        said=said,
        pointer=f"/{index}",
        title=text_at(match, "Rule", "ShortDescription"),
        severity=said,
        resource=f"{template}#{'.'.join(steps[1:])}" if is_named else ":".join((template, *start)),
        message=text_at(match, "Message"),
        template=template,
    )
