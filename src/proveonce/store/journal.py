"""What an unfinished collection has read so far, so that it can go on where it was stopped.

    pending/<plan digest>.jsonl   a head, then each call and each listing read to its end, as they happen

A journal is no evidence: nothing reads it but the collection that goes on with it, by the same plan. Its
artefacts are checked against their digests when they are loaded, as all are. A line torn by a kill is dropped.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from proveonce.kernel.canonical import canonical
from proveonce.model.evidence import Artefact, Coverage, ReadState
from proveonce.store.artefacts import artefact_path, writing

Place = tuple[str, str, str]
"""Account, region and first table of a listing."""


@dataclass(frozen=True, slots=True)
class Done:
    """A listing read to its end."""

    artefacts: tuple[Artefact, ...]
    coverage: tuple[Coverage, ...]


@dataclass(slots=True)
class Journal:
    """The journal of one plan in one store; held by one process at a time."""

    path: Path
    started_at: str
    listings: dict[Place, Done] = field(default_factory=dict)
    """Read by the collection that was stopped."""
    calls: list[dict[str, Any]] = field(default_factory=list)
    """Its calls."""
    _file: IO[bytes] | None = None

    def begin(self) -> None:
        """Starts writing, after what is there already; does nothing where another process holds the journal."""
        with writing(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return
        if not self.calls and not self.listings:
            file.truncate(0)
        self._file = file
        self._write({"started_at": self.started_at})

    def call(self, record: Mapping[str, Any]) -> None:
        """Notes a call."""
        self._write({"call": record})

    def listing(self, place: Place, done: Done) -> None:
        """Notes a listing read to its end."""
        facts = {"artefacts": [asdict(a) for a in done.artefacts], "coverage": [asdict(c) for c in done.coverage]}
        self._write({"place": list(place), **facts})

    def close(self, *, is_committed: bool) -> None:
        """Ends it: of no use once the run is committed, kept for going on otherwise."""
        if self._file is not None:
            self._file.close()
            self._file = None
            if is_committed:
                self.path.unlink(missing_ok=True)

    def _write(self, value: Mapping[str, Any]) -> None:
        if self._file is not None:
            with writing(self.path.parent):
                self._file.write(canonical(value) + b"\n")
                self._file.flush()


def journal_path(root: Path, plan: str) -> Path:
    """Where the journal of a plan stands in a store."""
    return root / "pending" / f"{plan[:32]}.jsonl"


def resume(root: Path, plan: str) -> Journal | None:
    """The journal that a stopped collection of the same plan left; None when there is none."""
    path = journal_path(root, plan)
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return None
    journal: Journal | None = None
    for line in lines[:-1]:  # what follows the last line end is torn, or nothing
        try:
            value = json.loads(line)
        except ValueError:
            break
        if "started_at" in value:
            journal = journal or Journal(path, value["started_at"])
        elif journal is not None and "call" in value:
            journal.calls.append(value["call"])
        elif journal is not None:
            done = _done(value)
            if all(artefact_path(root, artefact.digest).is_file() for artefact in done.artefacts):
                journal.listings[tuple(value["place"])] = done
    return journal


def _done(value: Mapping[str, Any]) -> Done:
    return Done(
        tuple(Artefact(**artefact) for artefact in value["artefacts"]),
        tuple(
            Coverage(**{**row, "tables": tuple(row["tables"]), "state": ReadState(row["state"])})
            for row in value["coverage"]
        ),
    )
