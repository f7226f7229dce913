"""Attachments of evidence by people: plain files below `evidence/manual/`, hashed and never interpreted."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from proveonce.kernel.files import file_digest
from proveonce.model.manual import AttachmentState

MAX_ATTACHMENT_BYTES = 512 * 1024 * 1024


def why_refused(folder: Path, file: str) -> str:
    """Why `file` is no path of a plain file below `folder`, whether or not it is there; empty when it is."""
    path = PurePosixPath(file)
    if not file or not file.isprintable() or "\\" in file:
        return "is no path: write it with / and without control characters"
    if path.is_absolute() or path.parts[0].endswith(":"):
        return "is absolute"
    if ".." in path.parts:
        return "leads out of the folder"
    steps = [folder.joinpath(*path.parts[:end]) for end in range(1, len(path.parts) + 1)]
    try:
        if any(step.is_symlink() for step in steps):
            return "is a link, or in a folder that is one"
        if steps[-1].exists() and not steps[-1].is_file():
            return "is no file"
        if steps[-1].is_file() and steps[-1].stat().st_size > MAX_ATTACHMENT_BYTES:
            return f"is larger than {MAX_ATTACHMENT_BYTES >> 20} MiB"
    except OSError as error:
        return f"cannot be looked at: {error.strerror}"
    return ""


def state_of(folder: Path, file: str, sha256: str) -> AttachmentState:
    """How the file, which `why_refused` lets pass, was found. What cannot be read is missing."""
    try:
        found = file_digest(folder / file)
    except OSError:
        return AttachmentState.MISSING
    return AttachmentState.KEPT if found == sha256 else AttachmentState.ALTERED
