"""The registers of a workspace as they stand on a day, and adding to them.

Adding appends to the YAML file, byte for byte what it was before, and refuses whatever `validate` would refuse, so
that a register never gets worse. A document is copied into the workspace and told by its digest.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from proveonce.assess.registers import standing
from proveonce.content import load_content
from proveonce.content.appending import Value, with_entry
from proveonce.content.register_files import MAX_DOCUMENT_BYTES
from proveonce.content.registers import ACCEPTANCES, ATTESTATIONS, load_registers, read_registers
from proveonce.kernel.errors import InputError, ProveonceError, UsageError
from proveonce.kernel.files import file_digest, write_atomically
from proveonce.model.content import Content
from proveonce.model.standing import RegisterStanding

DOCUMENTS = "evidence/documents"
"""Where added documents are copied to."""


@dataclass(frozen=True, slots=True)
class Added:
    """What was written."""

    id: str
    register: Path
    document: Path | None
    sha256: str


def registers_on(root: Path, day: date) -> RegisterStanding:
    """The registers at `root` as they stand on `day`. Raises: InputError."""
    content = load_content(root)
    return standing(load_registers(root, content), content, day)


def add_attestation(root: Path, entry: Mapping[str, Value], document: Path | None = None) -> Added:
    """Adds a document to `attestations.yaml`; its file is copied and digested.

    `entry` has the keys of the register. Raises: InputError, UsageError; nothing is written then.
    """
    content = load_content(root)
    if document is None:
        return _append(root, content, ATTESTATIONS, entry)
    copied = _copy(root, str(entry["id"]), document)
    try:
        file = copied.target.relative_to(root).as_posix()
        added = _append(root, content, ATTESTATIONS, {**entry, "file": file, "sha256": copied.sha256}, copied)
    finally:
        copied.part.unlink(missing_ok=True)
    return Added(added.id, added.register, copied.target, copied.sha256)


def add_acceptance(root: Path, entry: Mapping[str, Value]) -> Added:
    """Adds a decision to `risk_acceptances.yaml`. Raises: InputError, UsageError; nothing is written then."""
    return _append(root, load_content(root), ACCEPTANCES, entry)


def next_id(taken: Mapping[str, object], prefix: str) -> str:
    """`RA-2026-004`: the number after the highest with that prefix."""
    numbers = [int(name[len(prefix) :]) for name in taken if name.startswith(prefix) and name[len(prefix) :].isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1:03d}"


@dataclass(frozen=True, slots=True)
class _Copied:
    """A document beside its place, not yet in it."""

    part: Path
    target: Path
    sha256: str


def _copy(root: Path, identifier: str, document: Path) -> _Copied:
    """A copy of `document`, hashed as it was read. Raises: UsageError."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", identifier):
        raise UsageError(f"{identifier!r} is no id", fix="use letters, digits, dots, hyphens and underscores")
    if not document.is_file():
        raise UsageError("there is no such file", where=str(document), fix="name the document itself")
    if document.stat().st_size > MAX_DOCUMENT_BYTES:
        raise UsageError(f"it is larger than {MAX_DOCUMENT_BYTES:,} bytes", where=str(document),
                         fix="keep it elsewhere, and give its digest with --sha256")  # fmt: skip
    target = root / DOCUMENTS / f"{identifier}{document.suffix.lower()}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{identifier}.")
        with document.open("rb") as source, os.fdopen(handle, "wb") as out:
            shutil.copyfileobj(source, out)
        part = Path(name)
        part.chmod(0o644)
        sha256 = file_digest(part)
    except OSError as error:
        raise ProveonceError(f"it cannot be copied: {error.strerror}", where=str(document), fix="check both") from error
    if target.exists() and file_digest(target) != sha256:
        part.unlink()
        raise UsageError("another document has this place", where=str(target), fix="give it another --id")
    return _Copied(part, target, sha256)


def _append(
    root: Path, content: Content, register: str, entry: Mapping[str, Value], copied: _Copied | None = None
) -> Added:
    path = root / register
    old = path.read_bytes() if path.is_file() else b""
    try:
        text = old.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"is not UTF-8 at byte {error.start}", where=str(path), fix="save it as UTF-8") from error
    edited = with_entry(text, entry, file=register)
    problems = read_registers(root, content, instead={register: edited})[1]
    if problems:
        raise InputError(problems)
    if copied is not None:
        copied.part.replace(copied.target)
    write_atomically(path, edited.encode("utf-8"))
    return Added(str(entry["id"]), path, None, "")
