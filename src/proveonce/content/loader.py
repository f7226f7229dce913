"""Loads a workspace's content, reporting every problem at once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from proveonce.content import build
from proveonce.content.files import ContentFile, content_files
from proveonce.content.parsing import parse_listed, parse_model
from proveonce.content.schema import (
    CheckModel,
    ControlFileModel,
    ControlModel,
    CrosswalkModel,
    EdgeModel,
    FrameworkModel,
    GroupModel,
    JointModel,
    RequirementModel,
    WorkspaceModel,
)
from proveonce.kernel import located
from proveonce.kernel.errors import InputError, Problem, UsageError
from proveonce.kernel.naming import nearest
from proveonce.model.content import Content
from proveonce.model.workspace import Workspace

M = TypeVar("M", bound=BaseModel)

WORKSPACE_FILE = "proveonce.yaml"


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` with a `proveonce.yaml`; `start` itself when there is none."""
    for folder in (start, *start.parents):
        if (folder / WORKSPACE_FILE).is_file():
            return folder
    return start


def load_workspace(root: Path) -> Workspace:
    """The workspace at `root`; its defaults where it has no `proveonce.yaml`.

    Raises: InputError with every problem of the file; UsageError when `root` is no folder.
    """
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder", fix="name a workspace folder, or make one with proveonce init")
    path = root / WORKSPACE_FILE
    if not path.is_file():
        return Workspace(root=root)
    document = located.read(path, name=_near(path))
    model = parse_model(document, WorkspaceModel)
    if document.problems or model is None:
        raise InputError(document.problems)
    return build.workspace(model, root)


def workspace_problems(root: Path, content: Content) -> list[Problem]:
    """What `proveonce.yaml` names that the content does not have, at its place."""
    document = located.read(root / WORKSPACE_FILE, name=_near(root / WORKSPACE_FILE))
    value = document.value if isinstance(document.value, dict) else {}
    listed, scope = value.get("frameworks"), value.get("scope")
    named = [(("frameworks", n), name) for n, name in enumerate(listed if isinstance(listed, list) else [])]
    document.problems = []
    for path, name in [*named, *((("scope", name), name) for name in (scope if isinstance(scope, dict) else {}))]:
        if name not in content.frameworks:
            near = nearest(str(name), content.frameworks)
            document.problem(path, f"unknown framework {name!r}", closest=repr(near) if near else "", fix="correct it")
    return document.problems


def load_content(workspace: Path) -> Content:
    """All content in force for the workspace.

    Raises: InputError with every problem of every file, unknown names included.
    """
    content, problems = read_content(workspace)
    if problems:
        raise InputError(problems)
    return content


def read_content(workspace: Path) -> tuple[Content, list[Problem]]:
    """The content as far as it can be read, and every problem met."""
    loader = _Loader()
    for file in content_files(workspace):
        loader.add(file)
    return loader.finish()


def _near(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


class _Loader:
    """Gathers files by kind; links them at the end, when every name is known."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._files: dict[str, bytes] = {}
        self._gathered = build.Gathered()

    def add(self, file: ContentFile) -> None:
        document = located.read(file.path, name=file.shown)
        try:
            self._files[file.name] = file.path.read_bytes()
        except OSError:
            self._files[file.name] = b""  # the document already says that it cannot be read
        gathered = self._gathered
        lists: dict[str, type[BaseModel]]
        if file.name.startswith("controls/frameworks/"):
            lists = {"groups": GroupModel, "requirements": RequirementModel}
            gathered.frameworks.append(parse_listed(document, FrameworkModel, lists))
        elif file.name.startswith("controls/common/"):
            gathered.controls.append(parse_listed(document, ControlFileModel, {"controls": ControlModel}))
        elif file.name.startswith("mappings/"):
            lists = {"edges": EdgeModel, "jointly_complete": JointModel}
            gathered.crosswalks.append(parse_listed(document, CrosswalkModel, lists))
        else:
            gathered.checks += build.check_entries(document, CheckModel)
        gathered.documents.append(document)

    def finish(self) -> tuple[Content, list[Problem]]:
        parts = build.link(self._gathered)
        for document in self._gathered.documents:
            self._problems += document.problems
        content = Content(
            frameworks=parts.frameworks,
            domains=parts.domains,
            controls=parts.controls,
            crosswalks=parts.crosswalks,
            checks=parts.checks,
            files=self._files,
            digest=_digest_of(self._files),
        )
        return content, sorted(set(self._problems))


def _digest_of(files: dict[str, bytes]) -> str:
    """SHA-256 over `path NUL length NUL bytes` of each file, by path."""
    state = hashlib.sha256()
    for name in sorted(files):
        state.update(f"{name}\0{len(files[name])}\0".encode())
        state.update(files[name])
    return state.hexdigest()
