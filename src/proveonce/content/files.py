"""Which content files are in force: the ones we ship, overlaid by the workspace's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import proveonce
from proveonce.kernel.files import shown_path

PATTERNS = (
    "controls/frameworks/*.yaml",
    "controls/common/*.yaml",
    "controls/checks/aws/*.yaml",
    "controls/checks/process/*.yaml",
    "controls/imports/*.yaml",
    "controls/recurrence/*.yaml",
    "controls/responsibilities/*.yaml",
    "mappings/*.yaml",
)
OVERLAID = ("controls/services/*.yaml",)
"""Files that the workspace's own are laid over, entry by entry; both are in force."""
OVERLAY = "workspace/"
"""Prefix of the package path of a workspace file laid over a shipped one."""


@dataclass(frozen=True, slots=True)
class ContentFile:
    """One content file: its package path, where it really is, and how messages call it."""

    name: str
    path: Path
    shown: str


def shipped_root() -> Path:
    """The folder that holds the shipped `controls/` and `mappings/`: in the wheel, or the repository."""
    package = Path(proveonce.__file__).parent
    bundled = package / "_data"
    return bundled if bundled.is_dir() else package.parents[1]


def templates_root() -> Path:
    """The folder of report templates."""
    root = shipped_root()
    return root / "templates" if root.name == "_data" else root / "reports" / "templates"


def content_files(workspace: Path) -> list[ContentFile]:
    """The files in force, by package path; a workspace file of the same path replaces the shipped one.

    Of `OVERLAID` both stay, the shipped one first. Nothing else of a workspace is content: `controls/texts/`,
    the licensed texts, never is.
    """
    files: dict[str, ContentFile] = {}
    for root in (shipped_root(), workspace):
        for pattern in (*PATTERNS, *OVERLAID):
            prefix = OVERLAY if pattern in OVERLAID and root.resolve() != shipped_root().resolve() else ""
            for path in sorted(root.glob(pattern)):
                if path.is_file() and not path.name.startswith("."):
                    name = prefix + path.relative_to(root).as_posix()
                    files[name] = ContentFile(name, path, _shown(path, root, workspace))
    return [files[name] for name in sorted(files)]


def _shown(path: Path, root: Path, workspace: Path) -> str:
    """How messages call it: the shipped ones by package path."""
    return path.relative_to(root).as_posix() if root != workspace else shown_path(path)
