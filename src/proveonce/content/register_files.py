"""How a document's file in the workspace stands to what its register says. Its bytes are hashed, never interpreted."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from proveonce.kernel.files import file_digest
from proveonce.model.register import FileState

MAX_DOCUMENT_BYTES = 512 * 1024 * 1024


def is_inside(root: Path, file: str) -> bool:
    """Whether the relative path `file` leads, links followed, to a place below `root`."""
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or "\0" in file or "\\" in file:
        return False
    try:
        return (root / path).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a link that leads to itself
        return False


def state_of(root: Path, file: str, sha256: str) -> FileState:
    """How the file, which is inside `root`, was found; `sha256` may be empty."""
    path = root / file
    try:
        if not path.exists():
            return FileState.MISSING
        if not path.is_file() or path.stat().st_size > MAX_DOCUMENT_BYTES:
            return FileState.UNREAD
        found = file_digest(path)
    except OSError:
        return FileState.UNREAD
    if not sha256:
        return FileState.NO_DIGEST
    return FileState.PRESENT if found == sha256 else FileState.ALTERED
