"""What a new edition of a framework would change in a workspace."""

from __future__ import annotations

from pathlib import Path

from proveonce.content.impact import impact as compare
from proveonce.content.loader import load_content, load_framework
from proveonce.kernel.errors import InputError, Problem, UsageError
from proveonce.model.catalog import Framework
from proveonce.model.impact import Impact


def impact(root: Path, old_path: Path, new_path: Path) -> Impact:
    """What the catalog in `new_path` changes against the one in `old_path`, on the crosswalks of the workspace.

    Raises: InputError with every problem of both files, each at its line, or of the workspace's content; UsageError
    when the two are not editions of one framework.
    """
    read: list[Framework] = []
    problems: list[Problem] = []
    for path in (old_path, new_path):
        try:
            read.append(load_framework(path))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    old, new = read
    if old.id != new.id and not {r.id for r in old.requirements} & {r.id for r in new.requirements}:
        raise UsageError(f"{old.id!r} and {new.id!r} are two frameworks, not two editions of one",
                         where=str(new_path), fix="name the file of the new edition")  # fmt: skip
    return compare(old, new, load_content(root))
