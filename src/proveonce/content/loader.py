"""Loads a workspace's content, reporting every problem at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from proveonce.content import build
from proveonce.content.files import OVERLAY, ContentFile, content_files
from proveonce.content.imports import check_headings, link_rule_maps
from proveonce.content.parsing import Listed, parse_listed, parse_model
from proveonce.content.recurrence import link_recurrence
from proveonce.content.schema import (
    CheckModel,
    ControlFileModel,
    ControlModel,
    CrosswalkModel,
    DutyModel,
    EdgeModel,
    FrameworkModel,
    GroupModel,
    JointModel,
    ObligationModel,
    RecurrenceModel,
    RequirementModel,
    ResponsibilityFileModel,
    RuleMapModel,
    ServiceClassModel,
    ServiceFileModel,
    ServiceModel,
    SplitExceptionModel,
    WorkspaceModel,
)
from proveonce.content.services import link_services
from proveonce.kernel import located
from proveonce.kernel.calendar import is_country
from proveonce.kernel.errors import InputError, Problem, UsageError
from proveonce.kernel.files import shown_path
from proveonce.kernel.naming import nearest
from proveonce.model.catalog import Framework
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
    document = located.read(path, name=shown_path(path))
    model = parse_model(document, WorkspaceModel)
    if model is not None:
        check_headings(document, model)
        _check_country(document, model)
    if document.problems or model is None:
        raise InputError(document.problems)
    return build.workspace(model, root)


def _check_country(document: located.Document, model: WorkspaceModel) -> None:
    said = model.calendar
    if said.country and not is_country(said.country):
        document.problem(("calendar", "country"), f"the public holidays of {said.country!r} are not known",
                         fix="write the ISO 3166-1 code of a country, or leave it out")  # fmt: skip
    elif said.subdivision and not is_country(said.country, said.subdivision):
        whole = said.country or "no country"
        document.problem(("calendar", "subdivision"), f"{whole} has no part {said.subdivision!r}",
                         fix="write its ISO 3166-2 code without the country, or leave it out")  # fmt: skip


def workspace_problems(root: Path, content: Content) -> list[Problem]:
    """What `proveonce.yaml` names that the content does not have, at its place."""
    document = located.read(root / WORKSPACE_FILE, name=shown_path(root / WORKSPACE_FILE))
    value = document.value if isinstance(document.value, dict) else {}
    listed = value.get("frameworks")
    named: list[tuple[located.Path_, Any]] = [
        (("frameworks", n), name) for n, name in enumerate(listed if isinstance(listed, list) else [])
    ]
    named += [((key, name), name) for key in ("scope", "audits", "weights") for name in _mapping(value.get(key))]
    document.problems = []
    for path, name in named:
        _must_be_known(document, path, "framework", name, content.frameworks)
    for name in _mapping(value.get("effort")):
        known = content.checks if "." in name else content.controls
        _must_be_known(document, ("effort", name), "check" if "." in name else "control", name, known)
    for framework in content.frameworks.values():
        valid = {requirement.id for requirement in framework.requirements}
        for name in _mapping(_mapping(value.get("weights")).get(framework.id)):
            _must_be_known(document, ("weights", framework.id, name), f"{framework.id} requirement", name, valid)
    return document.problems


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _must_be_known(document: located.Document, path: located.Path_, kind: str, name: Any, valid: Iterable[str]) -> None:
    if name not in (names := list(valid)):
        near = nearest(str(name), names)
        document.problem(path, f"unknown {kind} {name!r}", closest=repr(near) if near else "", fix="correct it")


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
    content, _, problems = read_gathered(workspace)
    return content, problems


def read_gathered(workspace: Path) -> tuple[Content, build.Gathered, list[Problem]]:
    """As `read_content`, with the files that it was read from, for what needs the place of each word."""
    loader = _Loader()
    for file in content_files(workspace):
        loader.add(file)
    content, problems = loader.finish()
    return content, loader.gathered, problems


def load_framework(path: Path) -> Framework:
    """The framework in one file, which need not be in force. Raises: InputError with every problem of it."""
    document = located.read(path, name=shown_path(path))
    lists: dict[str, type[BaseModel]] = {"groups": GroupModel, "requirements": RequirementModel}
    gathered = build.Gathered(frameworks=[parse_listed(document, FrameworkModel, lists)])
    frameworks = build.link(gathered).frameworks
    if document.problems:
        raise InputError(document.problems)
    return next(iter(frameworks.values()))


class _Loader:
    """Gathers files by kind; links them at the end, when every name is known."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._files: dict[str, bytes] = {}
        self.gathered = build.Gathered()
        self._services: list[Listed[ServiceFileModel]] = []
        self._responsibilities: list[Listed[ResponsibilityFileModel]] = []
        self._rule_maps: list[Listed[RuleMapModel]] = []
        self._recurrence: list[Listed[RecurrenceModel]] = []

    def add(self, file: ContentFile) -> None:
        document = located.read(file.path, name=file.shown)
        try:
            self._files[file.name] = file.path.read_bytes()
        except OSError:
            self._files[file.name] = b""  # the document already says that it cannot be read
        gathered = self.gathered
        lists: dict[str, type[BaseModel]]
        name = file.name.removeprefix(OVERLAY)
        if name.startswith("controls/frameworks/"):
            lists = {"groups": GroupModel, "requirements": RequirementModel}
            gathered.frameworks.append(parse_listed(document, FrameworkModel, lists))
        elif name.startswith("controls/common/"):
            gathered.controls.append(parse_listed(document, ControlFileModel, {"controls": ControlModel}))
        elif name.startswith("controls/services/"):
            self._services.append(parse_listed(document, ServiceFileModel, {"services": ServiceModel}))
        elif name.startswith("controls/imports/"):
            self._rule_maps.append(parse_listed(document, RuleMapModel, {}))
        elif name.startswith("controls/recurrence/"):
            self._recurrence.append(parse_listed(document, RecurrenceModel, {"obligations": ObligationModel}))
        elif name.startswith("controls/responsibilities/"):
            lists = {"duties": DutyModel, "classes": ServiceClassModel, "exceptions": SplitExceptionModel}
            self._responsibilities.append(parse_listed(document, ResponsibilityFileModel, lists))
        elif name.startswith("mappings/"):
            lists = {"edges": EdgeModel, "jointly_complete": JointModel}
            gathered.crosswalks.append(parse_listed(document, CrosswalkModel, lists))
        else:
            gathered.checks += build.check_entries(document, CheckModel)
        gathered.documents.append(document)

    def finish(self) -> tuple[Content, list[Problem]]:
        parts = build.link(self.gathered)
        services = link_services(self._services, self._responsibilities, parts.named_controls)
        rule_maps = link_rule_maps(self._rule_maps, parts.named_controls)
        recurrence = link_recurrence(self._recurrence, parts.frameworks, parts.named_requirements)
        for document in self.gathered.documents:
            self._problems += document.problems
        content = Content(
            frameworks=parts.frameworks,
            domains=parts.domains,
            controls=parts.controls,
            crosswalks=parts.crosswalks,
            checks=parts.checks,
            services=services,
            rule_maps=rule_maps,
            recurrence=recurrence,
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
