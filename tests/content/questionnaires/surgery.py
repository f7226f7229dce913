"""Workbooks changed behind the back of the library that made them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path


def parts(path: Path) -> dict[str, bytes]:
    """Every part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rebuilt(path: Path, changed: Mapping[str, bytes]) -> Path:
    """The workbook with these parts changed or added."""
    held = parts(path) | dict(changed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return path


def replaced(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """The workbook with some bytes of a part replaced; they must be there."""
    data = parts(path)[part]
    assert old in data
    return rebuilt(path, {part: data.replace(old, new)})
