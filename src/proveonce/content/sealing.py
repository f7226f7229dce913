"""Seals of catalogs: a digest of every field, so that an edit without a source is seen at its line.

A framework file ends with `sealed:`, the source from which its present text was taken, when that was retrieved, and the
digests. An edit that is not followed by a new seal is a problem. A seal notices edits and asks where they come from; it
does not stop anyone who forges it, which is what signatures over the content digest are for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from proveonce.content.mapped import problem
from proveonce.content.schema import SealModel
from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.errors import Problem, UsageError
from proveonce.kernel.located import Document

KEY = "sealed"
DIGITS = 8
"""Hex digits of a digest: enough to tell an edit, short enough for a line a requirement."""

_PLAIN = re.compile(r"(?!(?:null|true|false)\Z)[a-z_]+\Z")
_COMMAND = "proveonce frameworks seal ID --source … --retrieved …"
_FIX = f"undo the edit, or name its source: {_COMMAND}"


def seal_problems(document: Document, seal: SealModel | None, *, is_required: bool) -> Iterator[Problem]:
    """What changed in a catalog since it was sealed, each at its line."""
    if seal is not None:
        yield from _changed_head(document, seal)
        yield from _changed_requirements(document, seal)
    elif is_required:
        what = f"we ship the catalog {document.value['id']!r} sealed, and this one has no seal"
        yield problem(document, ("id",), what, fix=f"restore it, or name the source: {_COMMAND}")


def _changed_head(document: Document, seal: SealModel) -> Iterator[Problem]:
    head = _head(document.value)
    for key in head:
        if seal.head.get(key) != head[key]:
            yield problem(document, (key,), f"{key!r} was edited since the catalog was sealed", fix=_FIX, at_key=True)
    for key in (key for key in seal.head if key not in head):
        what = f"{key!r} was removed since the catalog was sealed"
        yield problem(document, (KEY, "head", key), what, fix=_FIX, at_key=True)


def _changed_requirements(document: Document, seal: SealModel) -> Iterator[Problem]:
    requirements = _requirements(document.value)
    for index, (identifier, fields) in enumerate(requirements):
        path = ("requirements", index)
        sealed = seal.requirements.get(identifier)
        if sealed is None:
            what = f"requirement {identifier!r} was added since the catalog was sealed"
            yield problem(document, (*path, "id"), what, fix=_FIX)
            continue
        for key in (key for key in fields if sealed.get(key) != fields[key]):
            what = f"{key!r} of requirement {identifier!r} was edited since the catalog was sealed"
            yield problem(document, (*path, key), what, fix=_FIX, at_key=True)
        for key in (key for key in sealed if key not in fields):
            what = f"{key!r} of requirement {identifier!r} was removed since the catalog was sealed"
            yield problem(document, (*path, "id"), what, fix=_FIX)
    present = [identifier for identifier, _ in requirements]
    known = set(present)
    for identifier in (one for one in seal.requirements if one not in known):
        what = f"requirement {identifier!r} was removed since the catalog was sealed"
        yield problem(document, (KEY, "requirements", identifier), what, fix=_FIX, at_key=True)
    yield from _moved(document, seal, present)


def _moved(document: Document, seal: SealModel, present: list[str]) -> Iterator[Problem]:
    """The requirements that stand elsewhere than when sealed; those of one side only left out."""
    now = [one for one in dict.fromkeys(present) if one in seal.requirements]
    known = set(now)
    then = [one for one in seal.requirements if one in known]
    if now == then:
        return
    kept = SequenceMatcher(None, then, now, autojunk=False).get_matching_blocks()
    in_order = {now[block.b + offset] for block in kept for offset in range(block.size)}
    for identifier in (one for one in now if one not in in_order):
        yield problem(document, ("requirements", present.index(identifier), "id"),
                      f"requirement {identifier!r} was moved since the catalog was sealed", fix=_FIX)  # fmt: skip


def _short(value: Any) -> str:
    return digest(canonical(value))[:DIGITS]


def _head(value: Mapping[str, Any]) -> dict[str, str]:
    return {key: _short(item) for key, item in value.items() if key not in ("requirements", KEY)}


def _requirements(value: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """Each requirement as written: its id, and a digest of each further field."""
    entries = value.get("requirements")
    dicts = [entry for entry in (entries if isinstance(entries, list) else []) if isinstance(entry, dict)]
    return [
        (str(entry.get("id")), {key: _short(item) for key, item in entry.items() if key != "id"}) for entry in dicts
    ]


def sealed_text(text: str, document: Document, source: str, retrieved: str) -> str:
    """`text`, which is `document`, with a new seal at its end; every other byte as it was.

    Raises: UsageError when the source is no plain sentence, or something follows the present seal.
    """
    if not source.strip() or re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", source):
        raise UsageError("the source is empty or has control characters", fix="name it in a sentence")
    start = document.places.get((KEY, "<key>"))
    if start is not None:
        if any(place > start for path, place in document.places.items() if path and path[0] != KEY):
            where = f"{document.file}:{start[0]}:{start[1]}"
            raise UsageError("the seal is not at the end of the file", where=where, fix=f"move `{KEY}:` to the end")
        text = text[: text.rindex(f"\n{KEY}:") + 1]
    text += "" if text.endswith("\n") else "\n"
    return text + _block(document.value, source.strip(), retrieved)


def _block(value: Mapping[str, Any], source: str, retrieved: str) -> str:
    def pairs(digests: Mapping[str, str]) -> str:
        return ", ".join(f'{_quoted(key)}: "{item}"' for key, item in digests.items())

    requirements = "".join(f"    {_quoted(one)}: {{{pairs(fields)}}}\n" for one, fields in _requirements(value))
    head = "".join(f'    {_quoted(key)}: "{item}"\n' for key, item in _head(value).items())
    return (
        f"{KEY}:\n  source: {_quoted(source)}\n  retrieved: {_quoted(retrieved)}\n"
        f"  head:\n{head}  requirements:\n{requirements}"
    )


def _quoted(text: str) -> str:
    """`text` as YAML, plain where that cannot be mistaken."""
    return text if _PLAIN.match(text) else json.dumps(text, ensure_ascii=False)
