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
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.errors import EvidenceError, UsageError
from proveonce.kernel.naming import nearest
from proveonce.model.evidence import Artefact, Run
from proveonce.store import artefacts
from proveonce.store.artefacts import ArtefactWriter, fsync_folder

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://proveonce.dev/evidence-run/v1"


class Store:
    """Guards one store folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def commitment_key(self) -> bytes:
        """The store's secret key for commitments, made at first use, readable by its owner only."""
        path = self.root / "commitment.key"
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        return path.read_bytes()

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
        data = canonical(manifest)
        run = _run(data)
        folder = self.root / "runs"
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            # link(2) is atomic and refuses to replace: a run is never overwritten.
            os.link(temporary, folder / f"{run.id}.json")
        except FileExistsError as error:
            raise EvidenceError(f"{run.id} is committed already", where=str(folder)) from error
        finally:
            temporary.unlink(missing_ok=True)
        fsync_folder(folder)
        return run

    def runs(self) -> list[Run]:
        """Every committed run, oldest first. Raises: EvidenceError when a manifest was changed."""
        paths = sorted((self.root / "runs").glob("run-*.json"))
        return sorted((self._read(path) for path in paths), key=lambda run: (run.started_at, run.id))

    def run(self, identifier: str | None = None) -> Run:
        """That run, or the latest.

        Raises: UsageError when there is none; EvidenceError when its manifest was changed.
        """
        if identifier is None:
            runs = self.runs()
            if not runs:
                raise UsageError("no evidence was collected yet", where=str(self.root), fix="run: proveonce collect")
            return runs[-1]
        path = self.root / "runs" / f"{identifier}.json"
        if "/" in identifier or not path.is_file():
            near = nearest(identifier, (run.id for run in self.runs()))
            raise UsageError(
                f"no run {identifier!r}", where=str(self.root), fix=f"did you mean {near}?" if near else ""
            )
        return self._read(path)

    def _read(self, path: Path) -> Run:
        try:
            run = _run(path.read_bytes())
        except (ValueError, KeyError, TypeError) as error:
            raise EvidenceError(f"the manifest cannot be read: {error}", where=str(path)) from error
        if run.id != path.stem:
            raise EvidenceError("the manifest was changed since it was committed", where=str(path),
                                fix="restore the store from a copy, or collect again")  # fmt: skip
        return run


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
