"""What a pure function gave, kept between runs in the user's cache folder (`PROVEONCE_CACHE` names another).

A value is found again only under the digest of everything it came from: the facts that the caller names, and
our own code. So a change of any of these asks the function anew. The file carries the digest of its own bytes:
what is damaged is asked anew too. A folder that others can write to is not trusted, and nothing depends on it:
where it cannot be read or written, the function is asked each time. Only JSON is kept, never code.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import proveonce
from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.errors import ProveonceError
from proveonce.kernel.files import write_atomically

_KEPT = 8
"""Values of one name that are kept: of the versions, and of the workspaces, in use."""


def remembered(name: str, facts: Mapping[str, Any], make: Callable[[], Any]) -> Any:
    """What `make` gives, in JSON's own types, from the cache where it holds it for these `facts`.

    `make` must give the same for the same `facts` and code.
    """
    folder = _folder()
    if folder is None:
        return json.loads(json.dumps(make()))
    path = folder / f"{name}-{digest(canonical({'facts': facts, 'code': _code()}))}.json"
    with suppress(OSError, ValueError):
        return _read(path)
    body = json.dumps(make()).encode()
    with suppress(OSError, ProveonceError):  # a cache that cannot be kept is none
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, digest(body).encode() + b"\n" + body)
        _forget(name, path.parent)
    return json.loads(body)


def _folder() -> Path | None:
    """Where values are kept; None for a user without a home, as in some containers."""
    if chosen := os.environ.get("PROVEONCE_CACHE"):
        return Path(chosen)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "proveonce"
    except RuntimeError:
        return None


def _read(path: Path) -> Any:
    """The value in a file. Raises: OSError where there is none, ValueError where it is not as we wrote it."""
    said, _, body = path.read_bytes().partition(b"\n")
    if said.decode() != digest(body):
        raise ValueError("damaged")
    if os.name == "posix" and any(_is_open(place.stat()) for place in (path.parent, path)):
        raise ValueError("written by others, perhaps")
    return json.loads(body)


def _is_open(status: os.stat_result) -> bool:
    return status.st_uid != os.getuid() or bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def _forget(name: str, folder: Path) -> None:
    """Removes all but the newest values of a name."""
    found = sorted(folder.glob(f"{name}-*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in found[_KEPT:]:
        path.unlink(missing_ok=True)


@cache
def _code() -> str:
    """Digest of every module of ours."""
    root = Path(proveonce.__file__).parent
    return digest(canonical({str(path.relative_to(root)): digest(path.read_bytes()) for path in root.rglob("*.py")}))
