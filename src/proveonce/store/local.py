"""A store in a local folder.

    artefacts/ab/<sha256>.jsonl.zst   immutable, by digest of the plain bytes
    runs/<run id>.json                manifests; a run exists from the moment its file does
    commitment.key                    key of the commitments; never leaves the workspace

Writing the manifest is the only commit point: artefacts and their folders are made durable first,
then the manifest is written aside, synced and linked into `runs/` in one step. Killed before that,
the run never happened; after it, nothing is lost.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.errors import EvidenceError, UsageError
from proveonce.kernel.naming import nearest
from proveonce.model.evidence import Artefact, Run
from proveonce.store import artefacts
from proveonce.store.artefacts import ArtefactWriter, fsync_folder, writing

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://proveonce.dev/evidence-run/v1"
_KEY_BYTES = 32
_RUN_ID = re.compile(r"run-[0-9A-Za-z-]{1,60}")


class Store:
    """Guards one store folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def commitment_key(self) -> bytes:
        """The store's secret key for commitments, made at first use, readable by its owner only."""
        path = self.root / "commitment.key"
        with writing(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                self._put(path, secrets.token_bytes(_KEY_BYTES))
            key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise EvidenceError("the commitment key is damaged", where=str(path),
                                fix="restore it from a copy; a new one would hide what changed since")  # fmt: skip
        return key

    def _put(self, path: Path, data: bytes) -> bool:
        """Puts a whole, durable file at `path` in one step; False when there is one already, which is kept."""
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            # link(2) is atomic and refuses to replace.
            os.link(temporary, path)
        except FileExistsError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
        fsync_folder(path.parent)
        return True

    def writer(self, *, kind: str, table: str = "", account: str = "", region: str = "") -> ArtefactWriter:
        """A writer for a new artefact."""
        return ArtefactWriter(self.root, kind=kind, table=table, account=account, region=region)

    def lines(self, artefact: Artefact) -> Iterator[bytes]:
        """The artefact's lines, checked. Raises: EvidenceError."""
        return artefacts.read_lines(self.root, artefact)

    def verified(self, artefact: Artefact) -> Path:
        """The artefact's compressed file, its content checked. Raises: EvidenceError."""
        return artefacts.verify(self.root, artefact)

    def commit(self, predicate: Mapping[str, Any], parts: list[Artefact]) -> Run:
        """The run, committed: from here on it exists, whole.

        `predicate` holds started_at, ended_at, accounts, tool, endpoint, completeness.
        Raises: StoreError when it cannot be written; EvidenceError when an artefact is missing or the
        run is committed already.
        """
        manifest = {
            "_type": STATEMENT_TYPE,
            "subject": [
                {"name": artefact.name, "digest": {"sha256": artefact.digest}}
                for artefact in sorted(parts, key=lambda a: a.name)
            ],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                **predicate,
                "artefacts": [asdict(artefact) for artefact in sorted(parts, key=lambda a: a.name)],
            },
        }
        with writing(self.root):
            for artefact in parts:
                if not artefacts.artefact_path(self.root, artefact.digest).is_file():
                    raise EvidenceError(f"the artefact {artefact.name} vanished before its run was committed",
                                        where=str(self.root), fix="collect again")  # fmt: skip
        data = canonical(manifest)
        run = _run(data)
        folder = self.root / "runs"
        with writing(self.root):
            folder.mkdir(parents=True, exist_ok=True)
            for durable in (self.root / "artefacts", self.root, self.root.parent):
                with suppress(FileNotFoundError, PermissionError):  # a parent may be traversable only
                    fsync_folder(durable)
            is_new = self._put(folder / f"{run.id}.json", data)
        if not is_new:
            raise EvidenceError(f"{run.id} is committed already", where=str(folder))
        return run

    def runs(self) -> list[Run]:
        """Every committed run, oldest first. Raises: EvidenceError when a manifest was changed or cannot be read."""
        folder = self.root / "runs"
        try:
            # Not `glob`: it takes a folder that it may not read for an empty one.
            names = sorted(
                name
                for name in os.listdir(folder)  # noqa: PTH208 - names are all it needs
                if fnmatchcase(name, "run-*.json")
            )
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unreadable(folder, error) from error
        return sorted((self._read(folder / name) for name in names), key=lambda run: (run.started_at, run.id))

    def run(self, identifier: str | None = None) -> Run:
        """That run, or the latest that read AWS.

        Raises: UsageError when there is none; EvidenceError when its manifest was changed.
        """
        if identifier is None:
            runs = [run for run in self.runs() if not run.is_import]
            if not runs:
                raise UsageError("no evidence was collected yet", where=str(self.root), fix="run: proveonce collect")
            return runs[-1]
        path = self.root / "runs" / f"{identifier}.json"
        try:
            is_there = _RUN_ID.fullmatch(identifier) is not None and path.is_file()
        except OSError as error:
            raise _unreadable(path, error) from error
        if not is_there:
            near = nearest(identifier, (run.id for run in self.runs()))
            raise UsageError(
                f"no run {identifier!r}", where=str(self.root), fix=f"did you mean {near}?" if near else ""
            )
        return self._read(path)

    def _read(self, path: Path) -> Run:
        try:
            data = path.read_bytes()
            if path.stem.endswith(digest(data)[:8]) and (run := _run(data)).id == path.stem:
                return run
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise EvidenceError(f"the manifest cannot be read: {error}", where=str(path)) from error
        raise EvidenceError("the manifest was changed since it was committed", where=str(path),
                            fix="restore the store from a copy, or collect again")  # fmt: skip


def _unreadable(path: Path, error: OSError) -> EvidenceError:
    return EvidenceError(f"the runs cannot be read: {error.strerror or error}", where=str(path),
                         fix="make the store readable, or restore it from a copy")  # fmt: skip


def _run(data: bytes) -> Run:
    """The run that a manifest describes; its id carries the manifest's digest."""
    manifest = json.loads(data)
    predicate = manifest["predicate"]
    checksum = digest(data)
    stamp = predicate["started_at"].replace("-", "").replace(":", "")[:15]
    return Run(
        id=f"run-{stamp}Z-{checksum[:8]}",
        digest=checksum,
        started_at=predicate["started_at"],
        ended_at=predicate["ended_at"],
        artefacts=tuple(Artefact(**artefact) for artefact in predicate["artefacts"]),
        accounts=predicate["accounts"],
        tool=predicate["tool"],
        endpoint=predicate.get("endpoint", ""),
        completeness=predicate["completeness"],
        manifest=manifest,
    )
