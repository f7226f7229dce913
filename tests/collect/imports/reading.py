"""What the tests of all readers share: samples, short forms of what was read, files cut, doubled and mutated."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from proveonce.collect.imports import READERS, read_file
from proveonce.kernel.errors import InputError
from proveonce.model.imported import Imported, Outcome, Result, RuleMap

DATA = Path(__file__).parents[2] / "data" / "imports"
WRONG: tuple[Any, ...] = (None, True, -1, 10**30, 1e308, "", "x\x00\ud800", [], {}, [None], {"": [[]]}, [[1], "a"])
"""What stands where a reader looks for something else."""


def read(path: Path, tool: str | None = None, rules: RuleMap | None = None) -> Imported:
    """The file as its reader recognises it."""
    found = read_file(path, tool, {rules.tool: rules} if rules else {})
    assert tool in (None, found.tool)
    return found


def put(folder: Path, name: str, value: Any) -> Path:
    """A file of that JSON, or text."""
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def outcomes(imported: Imported) -> dict[tuple[str, str], Outcome]:
    """(rule, resource) → outcome."""
    return {(result.rule, result.resource): result.outcome for result in imported.results}


def of(imported: Imported, rule: str) -> list[Result]:
    """The results of a rule."""
    return [result for result in imported.results if result.rule == rule]


def counts(imported: Imported) -> bool:
    """Whether anything in it could make a control pass."""
    return imported.is_whole and any(result.outcome is Outcome.PASS for result in imported.results)


def recognised_by(path: Path) -> set[str]:
    """The tools whose reader takes the file for theirs."""
    return {reader.tool for reader in READERS if reader.recognises(path)}


def try_to_read(path: Path, tool: str) -> list[Imported]:
    """What every reader of a tool makes of a file, recognised or not; anything but InputError leaves."""
    found = []
    for reader in READERS:
        if reader.tool == tool:
            try:
                found.append(reader.read(path, None))
            except InputError:
                continue
    return found


def cut(sample: Path, folder: Path, pieces: int = 12) -> Iterator[Path]:
    """The sample cut short at several places, at a line's end too, and doubled."""
    data = sample.read_bytes()
    at_line = data.index(b"\n", len(data) // 2) + 1
    for number, end in enumerate([0, 1, at_line, *(len(data.rstrip()) * n // pieces for n in range(1, pieces))]):
        path = folder / f"{number}-{sample.name}"
        path.write_bytes(data[:end])
        yield path


def mutated(value: Any, seed: int) -> Any:
    """JSON with up to three places changed to what does not belong there."""
    dice, value = random.Random(seed), deepcopy(value)
    for _ in range(dice.randint(1, 3)):
        places = list(_places(value))
        if not places:
            return dice.choice(WRONG)
        parent, key = dice.choice(places)
        if dice.random() < 0.2:
            del parent[key]
        else:
            parent[key] = deepcopy(dice.choice(WRONG))
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(inner):
        yield value, key
        yield from _places(child)
