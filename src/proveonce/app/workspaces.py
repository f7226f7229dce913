"""Making a workspace."""

from __future__ import annotations

from pathlib import Path

from proveonce.kernel.errors import UsageError

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
    return [*made, target]
