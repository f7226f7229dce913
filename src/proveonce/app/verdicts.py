"""The status of each control, kept from one look to the next.

An assessment is a pure function of evidence, content and as-of, so its verdicts may be kept under a digest of all
three. What is kept is a cache in `reports/out/`: whatever changes the key, or cannot be read, means judging anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import proveonce
from proveonce.app.assessing import assess, in_force
from proveonce.assess.assessment import content_digest
from proveonce.content.registers import load_registers
from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.errors import ProveonceError
from proveonce.kernel.files import write_atomically
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.evidence import Run
from proveonce.model.finding import Status
from proveonce.model.workspace import Workspace
from proveonce.store import Store

FILE = ".verdicts.json"
_NO_OCCURRENCE = "no occurrence"


def verdicts(workspace: Workspace, content: Content, run: Run, as_of: str) -> Mapping[ControlId, Status | None]:
    """Control with a check → its status as of an instant; None for no occurrence. Raises: EvidenceError."""
    key = key_of(workspace, content, run, as_of)
    path = workspace.out / FILE
    if (kept := _kept(path, key)) is not None:
        return kept
    with assess(workspace, run_id=run.id, as_of=as_of) as (assessment, _):
        found = {control: result.status for control, result in sorted(assessment.controls.items()) if result.checks}
    with suppress(ProveonceError):  # a cache that cannot be kept costs time and nothing else
        _keep(path, key, found)
    return found


def key_of(workspace: Workspace, content: Content, run: Run, as_of: str) -> str:
    """A digest of everything that can change a verdict."""
    manual = workspace.root / "evidence" / "manual"
    files = sorted(path for path in manual.rglob("*") if path.is_file()) if manual.is_dir() else []
    return digest(canonical({
        "tool": [proveonce.__version__, _source_state()],
        "run": run.digest,
        "imports": [brought.digest for brought in in_force(Store(workspace.store), as_of)],
        "content": content_digest(content, workspace, run),
        "frameworks": list(workspace.frameworks),
        "registers": {name: digest(data) for name, data in
                      load_registers(workspace.root, content).files.items()},
        "manual": {str(path.relative_to(manual)): [path.stat().st_size, path.stat().st_mtime_ns] for path in files},
        "as_of": as_of,
    }))  # fmt: skip


def _source_state() -> list[int]:
    """What changes with the program's own files, so that an upgrade judges anew."""
    found = [path.stat() for path in sorted(Path(proveonce.__file__).parent.rglob("*.py"))]
    return [len(found), max(stat.st_mtime_ns for stat in found)]


def _kept(path: Path, key: str) -> Mapping[ControlId, Status | None] | None:
    try:
        value: Any = json.loads(path.read_bytes())
        if value["key"] != key:
            return None
        return {
            ControlId(control): None if word == _NO_OCCURRENCE else Status(word)
            for control, word in value["controls"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _keep(path: Path, key: str, found: Mapping[ControlId, Status | None]) -> None:
    words = {control: str(status) if status else _NO_OCCURRENCE for control, status in found.items()}
    write_atomically(path, canonical({"key": key, "controls": words}))
