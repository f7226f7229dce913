"""A simulated AWS organisation and the real road through it: collect, assess, package.

Only AWS is simulated. What is collected, judged and packaged goes through the same functions as for a
real account, and nothing of the user's own AWS settings is read.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from proveonce.app.collecting import collect
from proveonce.app.demo.organisation import seed
from proveonce.app.demo.places import ACCOUNTS
from proveonce.app.demo.process import check_installed, only_simulated_aws, simulator
from proveonce.app.demo.questionnaires import write_questionnaires
from proveonce.app.packaging import PackageResult, package
from proveonce.app.workspaces import FOLDERS
from proveonce.content import load_workspace
from proveonce.content.files import shipped_root
from proveonce.content.loader import WORKSPACE_FILE
from proveonce.content.manual import FOLDER as BY_PEOPLE
from proveonce.content.registers import REGISTERS
from proveonce.kernel.errors import UsageError
from proveonce.model.evidence import Coverage, Run
from proveonce.model.workspace import Workspace

__all__ = ["DemoResult", "run_demo"]

Stage = Callable[[str], AbstractContextManager[Callable[[int, int, str], None]]]
"""A stage's title → what its progress is told: done, planned, what."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo made."""

    workspace: Workspace
    resources: int
    """Seeded into the simulator."""
    run: Run
    coverage: list[Coverage]
    packages: list[PackageResult]


def run_demo(folder: Path, *, stage: Stage, frameworks: tuple[str, ...] = ()) -> DemoResult:
    """The packages of the simulated organisation, in the workspace `folder`, made if there is none.

    Raises: UsageError when the folder is somebody's real workspace; ProveonceError without moto.
    """
    check_installed()
    workspace = _workspace(folder)
    with simulator() as endpoint, only_simulated_aws(endpoint):
        with stage("simulating AWS") as progress:
            resources = seed(endpoint, progress)
        with stage("collecting") as progress:
            run, coverage = collect(workspace, progress=progress)
    with stage("packaging") as progress:
        packages = package(workspace, frameworks=frameworks, run_id=run.id, progress=progress)
    return DemoResult(workspace, resources, run, coverage, packages)


def _workspace(folder: Path) -> Workspace:
    """The workspace at `folder`; without a proveonce.yaml, it becomes the example organisation's.

    Registers, evidence by people and two customers' questionnaires come with it.
    """
    target = folder / WORKSPACE_FILE
    if not target.exists():
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in (*REGISTERS, WORKSPACE_FILE):
            shutil.copyfile(shipped_root() / name, folder / name)
        shutil.copytree(shipped_root() / BY_PEOPLE, folder / BY_PEOPLE, dirs_exist_ok=True)
    workspace = load_workspace(folder)
    named = {account.id for account in workspace.accounts}
    if not named or not named <= set(ACCOUNTS):
        # Simulated evidence beside real evidence would be a lie waiting to be told.
        raise UsageError(
            "this workspace is not the demo's: it names other accounts than the simulated ones",
            where=str(target),
            fix="name another folder: proveonce demo DIR",
        )
    write_questionnaires(folder)
    return workspace
