"""Artefacts: canonical JSON lines, addressed by the SHA-256 of their plain bytes, stored zstd-compressed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import zstandard

from proveonce.kernel.canonical import canonical
from proveonce.kernel.errors import EvidenceError
from proveonce.model.evidence import Artefact

_CHUNK = 1 << 20


def artefact_path(root: Path, digest: str) -> Path:
    """Where an artefact of that digest stands below the store's root."""
    return root / "artefacts" / digest[:2] / f"{digest}.jsonl.zst"


def fsync_folder(folder: Path) -> None:
    """Makes renames in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class ArtefactWriter:
    """Streams lines to a temporary file; `close` puts it in its place under its digest.

    Until closed it is invisible; a crash leaves at most a file in `tmp/`.
    """

    def __init__(self, root: Path, *, kind: str, table: str = "", account: str = "", region: str = "") -> None:
        self._root = root
        self._facts = {"kind": kind, "table": table, "account": account, "region": region}
        folder = root / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".zst")
        self._temporary = Path(name)
        self._file = os.fdopen(handle, "wb")
        self._compressor: Any = zstandard.ZstdCompressor(level=3).stream_writer(self._file, closefd=False)
        self._digest = hashlib.sha256()
        self._length = 0
        self.rows = 0

    def write(self, value: Any) -> None:
        """Appends one item as a canonical line."""
        line = canonical(value) + b"\n"
        self._digest.update(line)
        self._length += len(line)
        self._compressor.write(line)
        self.rows += 1

    def close(self) -> Artefact:
        """The artefact, now durable under its digest."""
        self._compressor.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        stored = self._temporary.read_bytes() if self._temporary.stat().st_size < _CHUNK else None
        stored_digest = hashlib.sha256(stored).hexdigest() if stored is not None else _file_digest(self._temporary)
        stored_length = self._temporary.stat().st_size
        digest = self._digest.hexdigest()
        target = artefact_path(self._root, digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._temporary.replace(target)
        fsync_folder(target.parent)
        return Artefact(
            digest=digest, length=self._length, stored_digest=stored_digest, stored_length=stored_length,
            rows=self.rows, **self._facts,
        )  # fmt: skip

    def discard(self) -> None:
        """Forgets what was written."""
        if not self._file.closed:
            self._compressor.close()
            self._file.close()
        self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.discard()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_lines(root: Path, artefact: Artefact) -> Iterator[bytes]:
    """The lines of an artefact, without their newlines.

    Raises: EvidenceError, naming the file, when its bytes are not those the manifest names. The
    check completes with the last line: use `verify` first where a consumer may stop early.
    """
    digest, length, rest = hashlib.sha256(), 0, b""
    for chunk in _chunks(root, artefact):
        digest.update(chunk)
        length += len(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if digest.hexdigest() != artefact.digest or length != artefact.length or rest:
        raise _changed(root, artefact)


def verify(root: Path, artefact: Artefact) -> Path:
    """The artefact's file, its plain bytes checked against digest and length.

    Raises: EvidenceError, naming the file.
    """
    digest, length = hashlib.sha256(), 0
    for chunk in _chunks(root, artefact):
        digest.update(chunk)
        length += len(chunk)
    if digest.hexdigest() != artefact.digest or length != artefact.length:
        raise _changed(root, artefact)
    return artefact_path(root, artefact.digest)


def _chunks(root: Path, artefact: Artefact) -> Iterator[bytes]:
    path = artefact_path(root, artefact.digest)
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as reader:
            while chunk := reader.read(_CHUNK):
                yield chunk
    except FileNotFoundError as error:
        raise EvidenceError("the artefact is missing", where=str(path), fix="restore the store from a copy") from error
    except zstandard.ZstdError as error:
        raise _changed(root, artefact) from error


def _changed(root: Path, artefact: Artefact) -> EvidenceError:
    return EvidenceError(
        f"the artefact {artefact.name} does not hold the bytes that its run recorded",
        where=str(artefact_path(root, artefact.digest)),
        fix="restore the store from a copy, or collect again; a changed artefact is never used",
    )
