"""A customer's licensed requirement texts → the workspace, and nowhere else."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import yaml

from proveonce.app.workspaces import ignore, is_in_git
from proveonce.content import load_content
from proveonce.content.sheets import read_bounded
from proveonce.content.texts import FOLDER, LicensedTexts, Matched, load_texts, match_file, read_texts, texts_path
from proveonce.kernel.errors import InputError, UsageError
from proveonce.kernel.naming import nearest

_HEAD = "# The licensed text of this framework, for your own use. Do not redistribute; keep it out of repositories.\n"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    path: Path
    matched: Matched
    is_written: bool
    """False when the workspace had exactly these texts of this file."""
    ignores: Path | None
    """The .gitignore that now names the folder, when it did not before."""


def import_texts(
    root: Path,
    framework_id: str,
    file: Path,
    *,
    today: date,
    columns: Mapping[str, str],
    sheets: Sequence[str] = (),
    replace: bool = False,
) -> Imported:
    """The texts of `file`, written to the workspace at `root`; all or nothing.

    Raises: InputError, UsageError; when texts are there already and `replace` is false.
    """
    frameworks = {str(framework.id): framework for framework in load_content(root).frameworks.values()}
    framework = frameworks.get(framework_id)
    if framework is None:
        near = nearest(framework_id, frameworks)
        raise UsageError(f"no framework {framework_id!r}", fix=f"did you mean {near}?" if near else "frameworks list")
    matched = match_file(file, framework, columns, sheets)
    if not matched.texts:
        raise UsageError("no requirement got a text from it", where=str(file), fix="check the columns: --columns")
    texts = LicensedTexts(
        framework=framework.id, edition=framework.edition, file=file.name,
        sha256=hashlib.sha256(read_bounded(file)).hexdigest(), imported_on=today.isoformat(), texts=matched.texts,
    )  # fmt: skip
    path = texts_path(root, framework.id)
    before = _present(root, framework.id, replace=replace)
    is_same = before is not None and _facts(before) == _facts(texts)
    if before is not None and not is_same and not replace:
        raise UsageError(
            f"there are texts already: {len(before.texts)} from {before.file}, imported {before.imported_on}",
            where=str(path), fix="add --replace to put these in their place",
        )  # fmt: skip
    is_ignored_now = is_in_git(root) and ignore(root, [f"/{FOLDER}/"])  # before the texts are there
    if not is_same:
        _write(path, texts)
    return Imported(path, matched, not is_same, root / ".gitignore" if is_ignored_now else None)


def _facts(texts: LicensedTexts) -> tuple[str, str, Mapping[str, str]]:
    return texts.sha256, texts.edition, dict(texts.texts)


def _present(root: Path, framework: str, *, replace: bool) -> LicensedTexts | None:
    """The texts that are there; damaged ones count as none when they are to be replaced."""
    try:
        return load_texts(root, framework)
    except InputError:
        if replace:
            return None
        raise


def _write(path: Path, texts: LicensedTexts) -> None:
    """Puts the whole file in place in one step, readable by its owner alone, once it reads back the same."""
    facts = asdict(texts)
    words = facts.pop("texts")
    data = _HEAD + yaml.safe_dump({**facts, "texts": words}, sort_keys=False, allow_unicode=True, width=120)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(data)
        if read_texts(temporary) != texts:
            raise UsageError("the texts cannot be kept as they are", where=texts.file, fix="save it anew as .xlsx")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
