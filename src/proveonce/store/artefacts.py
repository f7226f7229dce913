"""Artefacts: canonical JSON lines, addressed by the SHA-256 of their plain bytes, stored zstd-compressed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import zstandard

from proveonce.kernel.canonical import canonical
from proveonce.kernel.errors import EvidenceError, StoreError
from proveonce.kernel.files import file_digest
from proveonce.model.evidence import Artefact

_CHUNK = 1 << 20
_PROBE = 1 << 12
"""So small that no damaged frame unpacks into much memory at once."""


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


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Turns the system's refusal to write into a StoreError that names the place."""
    try:
        yield
    except OSError as error:
        raise unwritable(root, error) from error


def unwritable(root: Path, error: OSError) -> StoreError:
    """What to tell when the system refuses to write."""
    return StoreError(
        f"the evidence store cannot be written: {error.strerror or error}",
        where=str(error.filename or root),
        fix="make the folder writable and free some space; committed runs are unharmed",
    )


class ArtefactWriter:
    """Streams lines to a temporary file; `close` puts it in its place under its digest.

    Until closed it is invisible; a crash leaves at most a file in `tmp/`.
    """

    def __init__(self, root: Path, *, kind: str, table: str = "", account: str = "", region: str = "") -> None:
        self._root = root
        self._facts = {"kind": kind, "table": table, "account": account, "region": region}
        folder = root / "tmp"
        with writing(root):
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
        try:
            self._compressor.write(line)
        except OSError as error:
            raise unwritable(self._root, error) from error
        self.rows += 1

    def close(self) -> Artefact:
        """The artefact, now durable under its digest; one that is there already and sound is kept as it is.

        Raises: StoreError when it cannot be written.
        """
        digest = self._digest.hexdigest()
        target = artefact_path(self._root, digest)
        with writing(self._root):
            self._compressor.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(self._temporary, target)
            except FileExistsError:
                if not _holds(target, digest):
                    self._temporary.replace(target)
            self._temporary.unlink(missing_ok=True)
            fsync_folder(target.parent)
            stored_digest, stored_length = file_digest(target), target.stat().st_size
        return Artefact(
            digest=digest, length=self._length, stored_digest=stored_digest, stored_length=stored_length,
            rows=self.rows, **self._facts,
        )  # fmt: skip

    def discard(self) -> None:
        """Forgets what was written; never fails, for it runs while an error is on its way."""
        with suppress(OSError, zstandard.ZstdError):
            if not self._file.closed:
                self._compressor.close()
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.discard()


def _holds(path: Path, digest: str) -> bool:
    """Whether the compressed file is one whole frame of exactly the plain bytes of that digest."""
    state = hashlib.sha256()
    # The stream reader would take a frame without its end for a whole one; this says where it ends.
    frame: Any = zstandard.ZstdDecompressor().decompressobj()
    try:
        with path.open("rb") as file:
            while not frame.eof and (chunk := file.read(_PROBE)):
                state.update(frame.decompress(chunk))
            whole = frame.eof and not frame.unused_data and file.read(1) == b""
    except zstandard.ZstdError:
        return False
    return whole and state.hexdigest() == digest


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
    """The plain bytes; the stored ones are checked first, so that no changed byte reaches the decompressor."""
    path = artefact_path(root, artefact.digest)
    try:
        if path.stat().st_size != artefact.stored_length or file_digest(path) != artefact.stored_digest:
            raise _changed(root, artefact)
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as reader:
            while chunk := reader.read(_CHUNK):
                yield chunk
    except FileNotFoundError as error:
        raise EvidenceError("the artefact is missing", where=str(path), fix="restore the store from a copy") from error
    except OSError as error:
        raise EvidenceError(f"the artefact cannot be read: {error.strerror}", where=str(path)) from error
    except zstandard.ZstdError as error:
        raise _changed(root, artefact) from error


def _changed(root: Path, artefact: Artefact) -> EvidenceError:
    return EvidenceError(
        f"the artefact {artefact.name} does not hold the bytes that its run recorded",
        where=str(artefact_path(root, artefact.digest)),
        fix="restore the store from a copy, or collect again; a changed artefact is never used",
    )
