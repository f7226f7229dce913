"""Conformity (Cloud Conformity, Cloud One, Vision One Cloud Posture): JSON of the checks API, pages in a folder.

Accounts go by Conformity's own ids; an answer of /accounts in the same folder turns them into AWS numbers.
Without one, the resource is named with Conformity's account, so that two accounts never take each other's
place. There is no time of a scan: the last change of a check is the last time that it is known to have been
seen. What is suppressed, excluded or not scored keeps its verdict.
Source: cloudconformity/documentation-api (Checks.md, Accounts.md); Vision One's field names as its parsers read them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import peek, read_json, refuse, text_at
from proveonce.collect.imports.values import aws_account, instant, list_at, objects_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "conformity"
_OUTCOMES = {"SUCCESS": Outcome.PASS, "FAILURE": Outcome.FAIL}
_ID = "ccc:"
_PARTS = 5
"""`ccc:ACCOUNT:RULE:SERVICE:REGION:RESOURCE`, and a resource may hold colons."""
_MOST = 10_000
"""The API gives no more in all, however many there are."""
_AWS = ("", "aws")


@dataclass(frozen=True, slots=True)
class _Check:
    """A check in either generation's spelling."""

    pointer: str
    rule: str
    account: str
    """Conformity's own."""
    facts: dict[str, Any]

    def text(self, *names: str) -> str:
        """The first of these that says anything."""
        return next((text for name in names if (text := text_at(self.facts, name))), "")


@dataclass(frozen=True, slots=True)
class _Page:
    total: int
    """How many checks there are in all; 0 where it does not say."""
    is_last: bool


def recognises(path: Path) -> bool:
    """Whether it is a page of checks, or a folder with one."""
    if path.is_dir():
        return any(_is_page(peek(file)) for file in sorted(path.glob("*.json")))
    return _is_page(peek(path))


def _is_page(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    is_of_api = '"data"' in text and '"checks"' in text
    is_of_vision_one = '"items"' in text and '"ruleId"' in text and '"riskLevel"' in text
    return (is_of_api or is_of_vision_one) and f'"{_ID}' in text


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every check of the pages. Raises: InputError."""
    imported = Imported(TOOL, RESULT)
    numbers: dict[str, str] = {}
    checks: list[_Check] = []
    pages: list[_Page] = []
    for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
        found = read_json(file)
        prefix = f"{file.name}#" if path.is_dir() else ""
        accounts = _accounts(file, found)
        if accounts:
            numbers.update(accounts)
            continue
        checks.extend(_checks(file, found, prefix))
        pages.append(_page(file, found))
    imported.results.extend(_result(check, numbers) for check in checks)
    imported.gaps.extend(_missing(pages, len({check.text("id") for check in checks})))
    named = sorted({check.account for check in checks} - numbers.keys())
    if named:
        imported.about = "Conformity " + ", ".join(named)
        imported.notes.append("accounts go by Conformity's ids; put an answer of its /accounts into the folder")
    imported.notes.append("the filters that the pages were asked for with do not stand in them")
    imported.is_whole = not imported.gaps and any(r.outcome is Outcome.PASS for r in imported.results)
    return imported


def _accounts(path: Path, found: Any) -> dict[str, str]:
    """Conformity's id → AWS number, where the file is an answer of /accounts."""
    entries = [entry for entry in objects_at(path, found, "data") if text_at(entry, "type") == "accounts"]
    numbers = {text_at(e, "id"): aws_account(text_at(e, "attributes", "awsaccount-id")) for e in entries}
    return {account: number for account, number in numbers.items() if number}


def _checks(path: Path, found: Any, prefix: str) -> Iterator[_Check]:
    if not isinstance(found, dict):
        refuse(path, "is no page of checks", fix="save the API's answers as they come")
    if isinstance(found.get("data"), dict):
        found = {"data": [found["data"]]}
    name = "items" if "items" in found else "data"
    for index, entry in enumerate(objects_at(path, found, name)):
        whole = text_at(entry, "id")
        parts = whole.split(":", _PARTS)
        if not whole.startswith(_ID) or len(parts) < _PARTS - 1:
            refuse(path, f"/{name}/{index} is no check: its id is {whole[:60]!r}", fix="save /checks as it comes")
        attributes = entry.get("attributes")
        yield _Check(
            pointer=f"{prefix}/{name}/{index}",
            rule=text_at(entry, "relationships", "rule", "data", "id") or text_at(entry, "ruleId") or parts[2],
            account=text_at(entry, "relationships", "account", "data", "id") or text_at(entry, "accountId") or parts[1],
            facts={"id": whole, **(attributes if isinstance(attributes, dict) else entry)},
        )


def _page(path: Path, found: dict[str, Any]) -> _Page:
    """What a page says of the others."""
    meta = found.get("meta")
    total = found.get("count") if "items" in found else meta.get("total") if isinstance(meta, dict) else None
    if total is not None and (not isinstance(total, int) or isinstance(total, bool)):
        refuse(path, f"counts {str(total)[:20]!r} checks", fix="save the API's answers as they come")
    return _Page(total or 0, is_last=not found.get("nextLink"))


def _missing(pages: list[_Page], here: int) -> Iterator[str]:
    total = max((page.total for page in pages), default=0)
    if not here:
        yield "there is no check in it; it proves nothing"
    elif total > here:
        yield f"{here} of {total} checks are in it: pages are missing"
    elif not any(page.is_last for page in pages):
        yield f"{here} checks are in it, and its last page names a next one"
    if max(here, total) >= _MOST:
        yield f"the API gives {_MOST:,} checks at most, and there are as many: ask for fewer at a time"


def _result(check: _Check, numbers: dict[str, str]) -> Result:
    said = check.text("status")
    number = numbers.get(check.account, "")
    provider = check.text("provider").lower()
    resource = check.text("resource", "resourceId")
    suppression = _suppression(check)
    return Result(
        rule=check.rule if provider in _AWS else f"{provider}:{check.rule}",
        outcome=_OUTCOMES.get(said, Outcome.UNKNOWN),
        said=said,
        pointer=check.pointer,
        title=check.text("rule-title", "ruleTitle"),
        severity=check.text("risk-level", "riskLevel"),
        account=number,
        region=check.text("region"),
        resource=(resource or check.text("id")) if number else check.text("ccrn", "id"),
        resource_type=check.text("descriptorType", "resourceType"),
        observed_at=_last_seen(check),
        message=check.text("message"),
        suppressed=bool(suppression),
        suppression=suppression,
    )


def _last_seen(check: _Check) -> str:
    names = ("last-modified-date", "updatedDateTime", "statusUpdatedDateTime", "created-date", "createdDateTime")
    return next((at for name in names if (at := instant(check.facts.get(name)))), "")


def _suppression(check: _Check) -> str:
    """Who suppressed it, why and until when, as far as it says; also that it is excluded or not scored."""
    parts = []
    if check.facts.get("suppressed") is True:
        until = instant(check.facts.get("suppressed-until")) or check.text("suppressedUntilDateTime")
        parts.append(f"suppressed until {until}" if until else "suppressed for ever")
    parts.extend(name for name in ("excluded", "not-scored", "notScored") if check.facts.get(name) is True)
    if parts:
        notes = list_at(check.facts, "notes")
        parts.extend(" ".join(filter(None, (text_at(note, "createdBy"), text_at(note, "note")))) for note in notes)
    return "; ".join(filter(None, parts))
