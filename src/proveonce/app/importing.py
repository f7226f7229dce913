"""A file of another tool, or a person's table → a committed import run, with where it comes from."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import proveonce
from proveonce.collect.imports import read_file, read_records
from proveonce.content import load_content
from proveonce.kernel.canonical import canonical
from proveonce.kernel.errors import UsageError
from proveonce.kernel.instants import format_instant, parse_instant
from proveonce.kernel.naming import nearest
from proveonce.model.content import Content
from proveonce.model.evidence import Coverage, ReadState, Run
from proveonce.model.imported import RECORDS, Imported, Result, TableMap
from proveonce.model.workspace import Workspace
from proveonce.store import Store
from proveonce.tables.fit import Fitter
from proveonce.tables.imported import RESULT
from proveonce.tables.spec import ITEM

TABLE = "table"
"""As `--from` names a person's table."""
NO_ACCOUNT = "none"
"""Stands for the account of rows that name none."""
_PLACE = "import"
"""Stands for the region of an import's artefacts and ledger rows."""
_MESSAGE = 2_000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file."""

    run: Run
    tool: str
    outcomes: Mapping[str, int]
    """Outcome → rows; empty for records."""
    rows: int
    unmapped: Mapping[str, int]
    """Rule that no control is mapped to → its rows."""
    gaps: tuple[str, ...]
    notes: tuple[str, ...]


def import_file(
    workspace: Workspace, path: Path, *, tool: str | None, imported_by: str, now: datetime, subject: str = "",
    kind: str | None = None,
) -> ImportResult:  # fmt: skip
    """The committed import of a file or folder.

    `imported_by` is the person who brings it in; `kind` says what the rows of a table are. Of a tool and `subject`
    (by default the accounts it speaks of), a later import takes the place of an earlier one; where it holds passes too,
    only for the rules, accounts and regions that it speaks of.
    Raises: UsageError, InputError, StoreError.
    """
    content = load_content(workspace.root)
    if tool == TABLE or (tool is None and kind):
        imported = read_records(path, _kind(kind), workspace.tables.get(_kind(kind), TableMap()))
    elif kind:
        raise UsageError(f"--as does not go with --from {tool}", fix=f"leave it out, or say --from {TABLE}")
    else:
        imported = read_file(path, tool, content.rule_maps)
    return commit(workspace, content, imported, path, imported_by=imported_by, now=now, subject=subject)


def _kind(kind: str | None) -> str:
    if kind is None or kind not in RECORDS:
        near = nearest(kind, RECORDS) if kind else None
        raise UsageError(
            f"no records are called {kind!r}" if kind else "what the rows of the table are is not said",
            fix=f"did you mean --as {near}?" if near else f"--as {'|'.join(RECORDS)}",
        )
    return kind


def commit(
    workspace: Workspace, content: Content, imported: Imported, path: Path, *, imported_by: str, now: datetime,
    subject: str = "",
) -> ImportResult:  # fmt: skip
    """Writes what was read as artefacts, with a ledger row an account, and commits the run."""
    store = Store(workspace.store)
    fitter = Fitter(store.commitment_key())
    accounts: dict[str, list[dict[str, Any]]] = {}
    for account, resource, region, item, read in _items(imported):
        lines = accounts.setdefault(account, [])
        lines.append({"line": len(lines), "resource": resource, "region": region, "tags": {}, "item": fitter.raw(item),
                      "details": {}, "read": {ITEM: str(ReadState.READ), **read}})  # fmt: skip
    parts, coverage = [], []
    for account, lines in sorted(accounts.items() or {NO_ACCOUNT: []}.items()):
        with store.writer(kind="items", table=imported.table, account=account, region=_PLACE) as writer:
            for line in lines:
                writer.write(line)
            parts.append(writer.close())
        coverage.append(_coverage(imported, account, len(lines)))
    with store.writer(kind="coverage") as writer:
        for row in coverage:
            writer.write(asdict(row))
        parts.append(writer.close())
    digest, length = _digest_of(path)
    rule_map = content.rule_maps.get(imported.tool)
    at = format_instant(now)
    named = ", ".join(sorted(set(accounts) - {NO_ACCOUNT}))
    about = imported.about or (path.name if imported.table == RESULT and not named else "")
    rows = sum(map(len, accounts.values()))
    if about and not subject:
        imported.notes.append(f"a later file of this name takes its place ({about}): say of what it speaks with "
                              "--subject to keep others apart")  # fmt: skip
    subject = subject or " ".join(part for part in (imported.table, named, about) if part)
    beside = _beside(store, imported, subject)
    if beside:
        imported.notes.append(
            f"it does not speak of all that {len(beside)} earlier files of {imported.tool} do; what these say of the "
            "rest still stands"
        )
    facts = {
        "tool": imported.tool, "title": rule_map.title if rule_map else imported.tool, "version": imported.version,
        "ran_at": imported.ran_at, "file": path.name, "sha256": digest, "length": length, "imported_by": imported_by,
        "subject": subject, "rows": rows, "beside": [run.id for run in beside], "is_whole": imported.is_whole,
        "gaps": imported.gaps, "notes": imported.notes,
    }  # fmt: skip
    run = store.commit(
        {
            "started_at": at, "ended_at": at, "accounts": {}, "calls": 0, "calls_failed": 0, "import": facts,
            "tool": {"proveonce": proveonce.__version__}, "completeness": "an import: what the file says",
        },
        parts,
    )  # fmt: skip
    rules = Counter(result.rule for result in imported.results)
    unmapped = {rule: count for rule, count in sorted(rules.items()) if not (rule_map and rule_map.controls_of(rule))}
    return ImportResult(
        run=run,
        tool=imported.tool,
        outcomes=Counter(str(result.outcome) for result in imported.results),
        rows=rows,
        unmapped=unmapped,
        gaps=tuple(imported.gaps),
        notes=tuple(imported.notes),
    )


Place = tuple[str, str, str]
"""Rule, account and region."""


def _beside(store: Store, imported: Imported, subject: str) -> list[Run]:
    """Earlier imports that tell of places of which this one says nothing, oldest first.

    A file of failures only says by its silence that there are none; a file with passes says nothing by it.
    """
    if imported.table != RESULT or not imported.is_whole:
        return []
    runs = {run.id: run for run in store.runs() if run.is_import}
    same = [run for run in runs.values() if _is_of(run, imported.tool, subject)]
    if not same:
        return []
    latest = same[-1]
    earlier = [runs[name] for name in latest.manifest["predicate"]["import"].get("beside", [])]
    covered = {(r.rule, r.account or NO_ACCOUNT, r.region or _PLACE) for r in imported.results}
    kept = []
    for run in [latest, *reversed(earlier)]:
        places = _places(store, run)
        if places - covered:
            kept.append(run)
        covered |= places
    return kept[::-1]


def _is_of(run: Run, tool: str, subject: str) -> bool:
    facts = run.manifest["predicate"]["import"]
    return bool(facts["tool"] == tool and facts["subject"] == subject)


def _places(store: Store, run: Run) -> set[Place]:
    """What an import speaks of."""
    return {
        (line["item"]["rule"], artefact.account, line["region"])
        for artefact in run.of_kind("items")
        for line in map(json.loads, store.lines(artefact))
    }


def _items(imported: Imported) -> Iterator[tuple[str, str, str, dict[str, Any], dict[str, str]]]:
    """Account, resource, region, columns of each row and how they were read, in the file's order."""
    for result in imported.results:
        yield result.account or NO_ACCOUNT, result.resource, result.region or _PLACE, _result_item(imported, result), {}
    for record in imported.records:
        name = record.values.get("id") or record.values.get("person") or record.pointer
        yield NO_ACCOUNT, str(name), _PLACE, dict(record.values), {k: str(v) for k, v in record.read.items()}


def _result_item(imported: Imported, result: Result) -> dict[str, Any]:
    observed = result.observed_at or imported.ran_at
    return {
        "tool": imported.tool, "rule": result.rule, "title": result.title, "outcome": str(result.outcome),
        "said": result.said, "severity": result.severity, "resource_type": result.resource_type,
        "observed_at": format_instant(parse_instant(observed)) if observed else None,
        "message": result.message[:_MESSAGE], "suppressed": result.suppressed, "suppression": result.suppression,
        "template": result.template, "is_whole": imported.is_whole, "pointer": result.pointer,
    }  # fmt: skip


def _coverage(imported: Imported, account: str, rows: int) -> Coverage:
    """One ledger row: the file was read; a gap is something it should have told and did not."""
    is_whole = not imported.gaps
    return Coverage(
        account=account, region=_PLACE, service=_PLACE, operation=imported.tool, tables=(imported.table,), detail="",
        state=ReadState.READ if is_whole else ReadState.ERROR, planned=1, read=int(is_whole), rows=rows, pages=1,
        code="" if is_whole else "Incomplete", message="; ".join(imported.gaps)[:300],
    )  # fmt: skip


def _digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 and length of a file; of a folder, those of its files' names, lengths and digests."""
    if path.is_dir():
        files = {p.relative_to(path).as_posix(): _digest_of(p) for p in sorted(path.rglob("*")) if p.is_file()}
        return hashlib.sha256(canonical({k: list(v) for k, v in files.items()})).hexdigest(), sum(
            length for _, length in files.values()
        )
    state, length = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            state.update(chunk)
            length += len(chunk)
    return state.hexdigest(), length
