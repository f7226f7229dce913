"""Making a workspace."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from proveonce.kernel.errors import UsageError

IGNORED = ("/evidence/store/", "/reports/out/", "/controls/texts/")
"""What of a workspace belongs in no repository: evidence, packages, licensed texts."""
FOLDERS = ("controls", "mappings", "evidence/manual", "reports")

EXAMPLE = """\
# Whose controls these are, and what is in scope. Everything but organisation has a default.
organisation:
  name: Example Inc.
  system: Example platform
  description: What the system does, in a sentence or two.
frameworks: [soc2, pci_dss, hipaa]
# soc2_categories: [security, availability, confidentiality]   # default: all five
# accounts:                          # default: the account of the credentials
#   - {id: "111122223333", name: production, role: ProveonceReader}
# regions: enabled                   # or: all, or a list such as [us-east-1, eu-west-1]
# prepared_by: {name: A Name, role: Compliance officer}
# reviewed_by: {name: A Name, role: CISO}
# calendar: {country: US, notice: P30D}   # public holidays are free; without a country only weekends are
# scope:                             # the first rule that matches decides; none means in scope
#   pci_dss:
#     - {state: out, reason: No account data, accounts: ["111122223333"]}
"""


def init_workspace(folder: Path) -> list[Path]:
    """The paths made. Raises: UsageError when there is a workspace already."""
    target = folder / "proveonce.yaml"
    if target.exists():
        raise UsageError("there is a workspace already", where=str(target), fix="edit it, or name another folder")
    made = []
    for name in FOLDERS:
        path = folder / name
        path.mkdir(parents=True, exist_ok=True)
        made.append(path)
    target.write_text(EXAMPLE, encoding="utf-8")
    made.append(target)
    if ignore(folder, IGNORED):
        made.append(folder / ".gitignore")
    return made


def ignore(folder: Path, lines: Iterable[str]) -> bool:
    """Adds to the folder's .gitignore what of `lines` it does not have; False when it has them all."""
    path = folder / ".gitignore"
    written = path.read_text(encoding="utf-8") if path.is_file() else ""
    missing = [line for line in lines if line not in written.splitlines()]
    if missing:
        head = written if written.endswith("\n") or not written else written + "\n"
        path.write_text(head + "".join(f"{line}\n" for line in missing), encoding="utf-8")
    return bool(missing)


def is_in_git(folder: Path) -> bool:
    """Whether the folder is, or may become, part of a git repository: one is around it, or it has a .gitignore."""
    return (folder / ".gitignore").is_file() or any((f / ".git").exists() for f in (folder, *folder.parents))
