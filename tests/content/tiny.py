"""A small sound workspace, made from what a test wants different, and linted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from proveonce.content import files
from proveonce.content.crosswalk_lint import lint
from proveonce.content.loader import read_gathered
from proveonce.kernel.errors import Problem

FRAMEWORK, CONTROLS, CROSSWALK = "controls/frameworks/tiny.yaml", "controls/common/logging.yaml", "mappings/tiny.yaml"

Edge = tuple[str, str, str]
"""Control, requirement, relation."""


def framework(requirements: Mapping[str, str] | Sequence[str], *, name: str = "tiny") -> str:
    """A catalog; values are further keys of the requirement, in flow style."""
    more = requirements if isinstance(requirements, Mapping) else dict.fromkeys(requirements, "")
    entries = "".join(
        f'  - {{id: "{identifier}", group: G, title: "Title {identifier}", paraphrase: x, owner: security, '
        f"{further or 'kind: requirement'}}}\n"
        for identifier, further in more.items()
    )
    return (
        f"id: {name}\ntitle: Tiny\nedition: '1'\npublisher: Us\nsource: our heads\nretrieved: '2026-11-24'\n"
        f"licence: ours\nrequirement_word: requirement\ngroups:\n  - {{id: G, title: Group}}\nrequirements:\n{entries}"
    )


def controls(cadences: Mapping[str, str]) -> str:
    """A file of controls, each with its cadence."""
    entries = "".join(
        f"  - id: {identifier}\n    title: Done\n    statement: It is done.\n    objective: So that it is.\n"
        f"    type: detective\n    nature: manual\n    cadence: {cadence}\n    owner: security\n"
        f"    procedures: {{inquiry: ask}}\n    evidence: [record]\n"
        for identifier, cadence in cadences.items()
    )
    return f"domain: LOG\ntitle: Logging\ncontrols:\n{entries}"


def crosswalk(edges: Iterable[Edge], more: str = "", *, name: str = "tiny") -> str:
    """A crosswalk whose rationales say enough."""
    entries = "".join(
        f"  - control: {control}\n    requirement: '{requirement}'\n    relation: {relation}\n"
        f"    rationale: 'What {control} does meets what {requirement} of {name} wants from this very side {number}.'\n"
        + ("" if relation in ("equal-to", "equivalent-to", "superset-of") else "    residual: The other side.\n")
        for number, (control, requirement, relation) in enumerate(edges)
    )
    return f"framework: {name}\nedges:{' []' if not entries else ''}\n{entries}{more}"


def problems(
    root: Path, monkeypatch: pytest.MonkeyPatch, texts: Mapping[str, str], must_be_sealed: Sequence[str] = ()
) -> list[Problem]:
    """Every problem of a workspace of these files alone."""
    empty = root / "shipped"
    empty.mkdir(exist_ok=True)
    monkeypatch.setattr(files, "shipped_root", lambda: empty)
    monkeypatch.chdir(root)
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    content, gathered, found = read_gathered(root)
    return sorted({*found, *lint(content, gathered, must_be_sealed)})
