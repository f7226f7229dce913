"""Every problem of a workspace's content, in one run."""

from __future__ import annotations

from pathlib import Path

from proveonce.assess.lint import workbench
from proveonce.content import load_workspace
from proveonce.content.answering import read_answering
from proveonce.content.crosswalk_lint import lint
from proveonce.content.files import shipped_root
from proveonce.content.library import library_problems
from proveonce.content.loader import WORKSPACE_FILE, read_gathered, workspace_problems
from proveonce.content.manual import read_manual
from proveonce.content.registers import read_registers
from proveonce.kernel.errors import InputError, Problem
from proveonce.model.content import Content


def validate(root: Path) -> tuple[Content, list[Problem]]:
    """The content as far as it can be read, and every problem of it and of the workspace's own files, in order."""
    problems: list[Problem] = []
    try:
        load_workspace(root)
    except InputError as error:
        problems += error.problems
    content, found = lint_content(root)
    problems += found
    if (root / WORKSPACE_FILE).is_file():
        problems += workspace_problems(root, content)
    problems += read_manual(root, content)[1]
    problems += workbench().lint(content.checks.values())
    problems += read_registers(root, content)[1]
    problems += read_answering(root, content.controls)[1]
    problems += library_problems(root, content.controls)
    return content, sorted(set(problems))


def lint_content(root: Path) -> tuple[Content, list[Problem]]:
    """The content as far as it can be read, and every problem of catalogs, controls, crosswalks and their links."""
    content, gathered, problems = read_gathered(root)
    shipped = {path.stem for path in (shipped_root() / "controls" / "frameworks").glob("*.yaml")}
    return content, sorted({*problems, *lint(content, gathered, shipped)})
