"""ScoutSuite 5: scoutsuite_results_NAME.js, alone or in the folder that it stands in.

Only what is flagged is listed by name; what passes is a count. A rule that checked nothing saw nothing, or
broke: neither is a pass. The files beside it count: failed calls (scoutsuite_errors_*) leave no pass to their
services, and exceptions (scoutsuite_exceptions_*) were taken out of the counts before they were written.
Source: outputs of 5.14.0, and its core/processingengine.py, core/exceptions.py and core/console.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from proveonce.collect.imports.files import parse_json, peek, read_json, read_text, refuse, text_at
from proveonce.collect.imports.values import aws_account, instant, list_at
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "scoutsuite"
_FIRST_LINE = "scoutsuite_results ="
_EVERY_SERVICE = "*"
_AWS = "aws"


@dataclass(slots=True)
class _Report:
    """A report, with what the files beside it take away from it."""

    path: Path
    found: dict[str, Any]
    failed: set[str]
    """Services whose calls failed; `*` where it cannot be told which."""
    excepted: set[str] = field(default_factory=set)
    """Rules with exceptions."""
    provider: str = _AWS
    account: str = ""
    at: str = ""


def recognises(path: Path) -> bool:
    """Whether it is a results file of ScoutSuite, or a folder with exactly such files."""
    if path.is_dir():
        return any(peek(file).lstrip().startswith(_FIRST_LINE) for file in _results_in(path))
    return peek(path).lstrip().startswith(_FIRST_LINE)


def read(path: Path, _rules: RuleMap | None) -> Imported:
    """Every rule of the report. Raises: InputError."""
    files = _results_in(path) if path.is_dir() else [path]
    if len(files) != 1:
        refuse(path, f"holds {len(files)} reports", fix="name one results file")
    imported = Imported(TOOL, RESULT)
    report = _load(files[0], imported)
    for service, content in sorted(_objects(report.found, "services").items()):
        for rule, finding in sorted(_objects(content, "findings").items()):
            imported.results.extend(_of_rule(report, service, rule, finding))
    blank = sum(result.said.startswith("0 checked") for result in imported.results)
    if blank:
        imported.notes.append(f"{blank} rules checked nothing: there is nothing of the kind, or the rule broke")
    if not imported.results:
        imported.gaps.append("the report holds no rule; it proves nothing")
    imported.is_whole = any(result.outcome is Outcome.PASS for result in imported.results)
    return imported


def _results_in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("scoutsuite_results*.js") if file.is_file())


def _load(path: Path, imported: Imported) -> _Report:
    head, _, rest = read_text(path).lstrip().partition("\n")
    if head.strip() != _FIRST_LINE:
        refuse(path, f"its first line is not {_FIRST_LINE!r}", fix="name the file that ScoutSuite wrote")
    found = parse_json(path, "\n" + rest)
    run = found.get("last_run") if isinstance(found, dict) else None
    if not isinstance(run, dict) or not isinstance(found.get("services"), dict):
        refuse(path, "holds no last_run and services", fix="name the file that ScoutSuite wrote")
    imported.version = text_at(run, "version")
    imported.ran_at = instant(run.get("time"))
    report = _Report(
        path=path,
        found=found,
        failed=_failed(path, set(found["services"]), imported),
        excepted=_excepted(path, imported),
        provider=text_at(found, "provider_code") or _AWS,
        account=aws_account(text_at(found, "account_id")),
        at=imported.ran_at,
    )
    for name in ("excluded_regions", "skipped_services"):
        if left := list_at(run, "run_parameters", name):
            imported.notes.append(f"{name.replace('_', ' ')}: {', '.join(map(str, left))}")
    return report


def _beside(path: Path, kind: str, ending: str) -> Path:
    return path.with_name(path.name.replace("_results", f"_{kind}").removesuffix(".js") + ending)


def _failed(path: Path, services: set[str], imported: Imported) -> set[str]:
    """The services whose calls failed, from the errors file; each is a gap."""
    file = _beside(path, "errors", ".json")
    if not file.is_file():
        imported.notes.append("no file of errors stands beside it; that no call failed is taken from that")
        return set()
    errors = read_json(file)
    if not isinstance(errors, list):
        refuse(file, "is no list of errors", fix="name the folder as ScoutSuite wrote it")
    failed = set()
    for error in errors:
        stem = text_at(error, "file").removesuffix(".py")
        failed.add(stem if stem in services else _EVERY_SERVICE)
        imported.gaps.append(f"a call failed: {text_at(error, 'exception')[:200] or 'it does not say which'}")
    return failed


def _excepted(path: Path, imported: Imported) -> set[str]:
    """The rules with exceptions."""
    file = _beside(path, "exceptions", ".js")
    if not file.is_file():
        return set()
    head, _, rest = read_text(file).lstrip().partition("\n")
    found = parse_json(file, "\n" + rest if head.rstrip().endswith("=") else head + "\n" + rest)
    if not isinstance(found, dict):
        refuse(file, "holds no exceptions by service", fix="name the folder as ScoutSuite wrote it")
    rules = {rule for service in found for rule in _objects({"": found}, "").get(service, {})}
    if rules:
        imported.notes.append(f"{len(rules)} rules have exceptions, which nobody's reason or name stands with")
    return rules


def _of_rule(report: _Report, service: str, rule: str, finding: dict[str, Any]) -> Iterator[Result]:
    """A row for each item that is flagged, or one for the rule."""
    name = rule if report.provider == _AWS else f"{report.provider}:{rule}"
    pointer = f"/services/{service}/findings/{rule.replace('~', '~0').replace('/', '~1')}"
    checked, flagged = finding.get("checked_items"), finding.get("flagged_items")
    whole = Result(rule=name, outcome=Outcome.FAIL, said="flagged", pointer=pointer,
                   title=text_at(finding, "description"), severity=text_at(finding, "level"),
                   account=report.account, observed_at=report.at)  # fmt: skip
    items = [item for item in list_at(finding, "items") if isinstance(item, str)]
    for index, item in enumerate(items):
        resource, region = _resource(report.found, item)
        yield replace(whole, pointer=f"{pointer}/items/{index}", resource=resource, region=region,
                      resource_type=text_at(finding, "path"))  # fmt: skip
    if items and flagged == len(items):
        return
    suppression = "what it flags lacks the exceptions, without reason or name" if rule in report.excepted else ""
    outcome = _of_counts(checked, flagged)
    if outcome is Outcome.PASS and suppression:
        outcome = Outcome.UNKNOWN
    if outcome is Outcome.PASS and report.failed & {service, _EVERY_SERVICE}:
        outcome = Outcome.ERROR
    yield replace(whole, outcome=outcome, said=f"{checked} checked, {flagged} flagged", suppressed=bool(suppression),
                  suppression=suppression)  # fmt: skip


def _of_counts(checked: Any, flagged: Any) -> Outcome:
    """What the counts of a rule say; those of one that checked nothing say nothing."""
    if not all(isinstance(count, int) and not isinstance(count, bool) and count >= 0 for count in (checked, flagged)):
        return Outcome.UNKNOWN
    if flagged:
        return Outcome.FAIL
    return Outcome.PASS if checked else Outcome.UNKNOWN


def _resource(found: dict[str, Any], item: str) -> tuple[str, str]:
    """ARN or name of what an internal path leads to, and its region; the path itself where it leads nowhere."""
    here: Any = found["services"]
    name, region, key = "", "", ""
    for step in item.split("."):
        key = f"{key}.{step}" if key else step
        if not isinstance(here, dict) or key not in here:
            continue
        here, key = here[key], ""
        region = text_at(here, "region") or region
        name = text_at(here, "arn").removesuffix("/*") or text_at(here, "name") or name
    parts = item.split(".")
    if "regions" in parts[:-1]:
        region = parts[parts.index("regions") + 1]
    return name or item, region


def _objects(value: Any, name: str) -> dict[str, dict[str, Any]]:
    """The objects under a name, by their own names."""
    found = value.get(name) if isinstance(value, dict) else None
    return {key: entry for key, entry in found.items() if isinstance(entry, dict)} if isinstance(found, dict) else {}
