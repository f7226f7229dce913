"""A copy of the shipped content, edited entry by entry as a person would; marks say where a problem is due.

⁋ in what is planted stands before the column at which the problem is to be reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proveonce.content.files import shipped_root

MARK = "⁋"


@dataclass
class Draft:
    """The files changed so far, as lines."""

    files: dict[str, list[str]] = field(default_factory=dict)

    def apply(self, step: dict[str, Any], number: int) -> None:
        """Edits one entry; its marks get the plant's number."""
        lines = self.files.setdefault(step["in"], (shipped_root() / step["in"]).read_text("utf-8").split("\n"))
        if "drop_edges_to" in step:
            _drop_edges_to(lines, step["drop_edges_to"])
            return
        start, end = _entry(lines, step["entry"])
        entry = lines[start:end]
        for key, value in step.get("set", {}).items():
            entry = _set(entry, key, value)
        for key in step.get("remove", ()):
            entry = _without(entry, key)
        if step.get("mark") == "-":
            entry[0] = re.sub("^(  - )?", rf"\1{MARK}", entry[0])
        elif step.get("mark", "").endswith(":"):
            entry = [re.sub(f"^( *)({step['mark']})", rf"\1{MARK}\2", line) for line in entry]
        elif "mark" in step:
            entry = [re.sub(rf"({step['mark']}: )", rf"\1{MARK}", line, count=1) for line in entry]
        if "drop" in step:
            entry = []
        added = step.get("after", "").split("\n")[:-1]
        lines[start:end] = [line.replace(MARK, f"{MARK}{number}{MARK}") for line in [*entry, *added]]

    def write(self, root: Path) -> list[tuple[int, str, int, int]]:
        """Writes the files without their marks; (plant, file, line, column) of each mark."""
        places = []
        for name, lines in self.files.items():
            clean = []
            for row, line in enumerate(lines, 1):
                first, *rest = line.split(MARK)
                for number, after in zip(rest[::2], rest[1::2], strict=True):
                    places.append((int(number), name, row, len(first) + 1))
                    first += after
                clean.append(first)
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(clean), encoding="utf-8")
        return places


def _entry(lines: list[str], entry: str) -> tuple[int, int]:
    """The lines of `edge CONTROL REQUIREMENT`, `id ID`, `set REQUIREMENT`, `reason ID` or `key KEY`, end excluded."""
    kind, *names = entry.split(" ")
    quoted = [rf'"?{re.escape(name)}"?' for name in names]
    if kind == "edge":
        heads = [rf"  - control: {quoted[0]}$", rf"    requirement: {quoted[1]}$"]
    else:
        heads = [{"id": rf"  - id: {quoted[0]}$", "set": rf"  - requirement: {quoted[0]}$",
                  "reason": rf"  {quoted[0]}:", "key": rf"{names[0]}:"}[kind]]  # fmt: skip
    matches = [
        row for row in range(len(lines)) if all(re.match(h, line) for h, line in zip(heads, lines[row:], strict=False))
    ]
    if len(matches) != 1:
        raise LookupError(f"{entry} stands {len(matches)} times")
    start, indent = matches[0], len(heads[0]) - len(heads[0].lstrip())
    end = start + 1
    while end < len(lines) and lines[end].startswith(" " * (indent + 1)) and not lines[end].startswith("  - "):
        end += 1
    return start, end


def _drop_edges_to(lines: list[str], requirement: str) -> None:
    head = re.compile(rf'    requirement: "?{re.escape(requirement)}"?$')
    controls = [lines[row - 1].split(": ")[1] for row, line in enumerate(lines) if head.match(line)]
    for control in controls:
        start, end = _entry(lines, f"edge {control} {requirement}")
        del lines[start:end]


def _value(entry: list[str], key: str) -> tuple[int, int]:
    """The lines of a key of the entry, its continuation included."""
    row = next(row for row, line in enumerate(entry) if re.match(rf"(  - |    |  |){key}:", line))
    deeper = " " * (entry[row].index(key) + 1)
    end = row + 1
    while end < len(entry) and entry[end].startswith(deeper):
        end += 1
    return row, end


def _set(entry: list[str], key: str, value: str) -> list[str]:
    row, end = _value(entry, key)
    return [*entry[:row], f"{entry[row].split(key, maxsplit=1)[0]}{key}: {value}", *entry[end:]]


def _without(entry: list[str], key: str) -> list[str]:
    row, end = _value(entry, key)
    return [*entry[:row], *entry[end:]]


def draft(plants: Iterable[list[dict[str, Any]]]) -> Draft:
    """The shipped content with the steps of each plant."""
    made = Draft()
    for number, steps in enumerate(plants):
        for step in steps:
            made.apply(step, number)
    return made
