"""Sealing a catalog: its present text gets a source, and edits since are no longer problems."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from proveonce.content.files import ContentFile, content_files
from proveonce.content.loader import load_framework
from proveonce.content.schema import SealModel
from proveonce.content.sealing import KEY, seal_problems, sealed_text
from proveonce.kernel import located
from proveonce.kernel.errors import UsageError
from proveonce.kernel.files import write_atomically
from proveonce.kernel.naming import nearest


def seal(root: Path, framework: str, *, source: str, retrieved: str, today: date) -> Path:
    """The workspace's file of `framework`, sealed anew: only its end is written, all other bytes stay.

    Raises: UsageError when the workspace has no such file, the date is none or lies ahead, or the source says nothing;
    InputError when the file is no sound catalog.
    """
    _must_be_past(retrieved, today)
    file = _file_of(root, framework)
    load_framework(file.path)
    text = file.path.read_bytes().decode("utf-8")
    before = located.parse(text, file.shown)
    after = sealed_text(text, before, source, retrieved)
    again = located.parse(after, file.shown)
    kept = {key: value for key, value in again.value.items() if key != KEY}
    if again.problems or kept != {key: value for key, value in before.value.items() if key != KEY}:
        raise UsageError("the seal cannot be written without changing the catalog", where=file.shown,
                         fix=f"put `{KEY}:` on a line of its own at the end")  # fmt: skip
    left = [*seal_problems(again, SealModel.model_validate(again.value[KEY]), is_required=True)]
    assert not left, left  # noqa: S101 - a seal that does not hold is our fault, not the user's
    write_atomically(file.path, after.encode("utf-8"))
    return file.path


def _must_be_past(retrieved: str, today: date) -> None:
    try:
        day = date.fromisoformat(retrieved)
    except ValueError as error:
        raise UsageError(f"{retrieved!r} is no date", fix="write it as 2026-11-24") from error
    if day > today or retrieved != day.isoformat():
        raise UsageError(f"{retrieved} lies ahead or is not written as a plain date", fix="name the day of retrieval")


def _file_of(root: Path, framework: str) -> ContentFile:
    files = [file for file in content_files(root) if file.name.startswith("controls/frameworks/")]
    named = {str(value.get("id")): file for file in files if isinstance(value := located.read(file.path).value, dict)}
    if framework not in named:
        near = nearest(framework, named)
        raise UsageError(f"no framework {framework!r}", fix=f"did you mean {near}?" if near else "name one of the list")
    file = named[framework]
    if root.resolve() not in file.path.resolve().parents:
        raise UsageError(f"the catalog {framework!r} is the one we ship, which is sealed", where=file.shown,
                         fix=f"copy it to {file.name} of the workspace and edit that")  # fmt: skip
    return file
