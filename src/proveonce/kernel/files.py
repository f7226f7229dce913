"""Files as wholes: their digests, and writing one so that it is the old or the new, never a part."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from proveonce.kernel.errors import ProveonceError

_NEW = 0o644


def file_digest(path: Path) -> str:
    """SHA-256 of the file's bytes, 64 lower-case hex digits. Raises: OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, data: bytes) -> None:
    """`path` holds `data`, or what it held before: never a part. Its folder is made, its mode kept.

    Raises: ProveonceError when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else _NEW
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".tmp")
        aside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.chmod(mode)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise ProveonceError(f"cannot be written: {error.strerror}", where=str(path), fix="check the folder") from error


def shown_path(path: Path) -> str:
    """The path as a person in the current folder would write it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
