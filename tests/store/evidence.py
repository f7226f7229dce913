"""Small runs for the tests of the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from proveonce.model.evidence import Artefact, Run
from proveonce.store import Store
from proveonce.store.artefacts import artefact_path

ROWS: list[dict[str, Any]] = [
    {"line": 0, "resource": "arn:aws:s3:::a", "item": {"Name": "a", "é": "\ud800", "n": 2**60}},
    {"line": 1, "resource": "arn:aws:s3:::b", "item": {"Name": "b", "nested": [1, {"x": None}]}},
]


def predicate(started_at: str = "2026-11-24T00:00:00.000000Z", **more: Any) -> dict[str, Any]:
    return {
        "started_at": started_at, "ended_at": "2026-11-24T00:01:00.000000Z", "accounts": {"111122223333": {}},
        "tool": {"proveonce": "0"}, "completeness": "not independently established", **more,
    }  # fmt: skip


def write(store: Store, rows: list[Any] = ROWS, *, table: str = "aws_s3_bucket", kind: str = "items") -> Artefact:
    with store.writer(kind=kind, table=table, account="111122223333", region="global") as writer:
        for row in rows:
            writer.write(row)
        return writer.close()


def commit(store: Store, number: int = 0) -> Run:
    """A run of two artefacts that no other number has."""
    parts = [write(store, [*ROWS, number]), write(store, [number], table="", kind="calls")]
    return store.commit(predicate(f"2026-11-24T00:00:{number:02d}.000000Z", number=number), parts)


def path_of(store: Store, artefact: Artefact) -> Path:
    return artefact_path(store.root, artefact.digest)


def sound(store: Store) -> list[str]:
    """The ids of all runs, every artefact of each read and checked."""
    runs = store.runs()
    for run in runs:
        assert store.run(run.id) == run
        for artefact in run.artefacts:
            assert store.verified(artefact).is_file()
            assert len(list(store.lines(artefact))) == artefact.rows
    return [run.id for run in runs]
