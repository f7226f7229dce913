"""The pieces that every OSCAL document is made of: texts, properties, metadata.

OSCAL's titles, prose and remarks are Markdown, its property values plain lines: a text of ours shows in
both as it was written, whatever it holds. Lists and texts are left out where they would be empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from proveonce.kernel.canonical import canonical, digest, encode_text
from proveonce.kernel.errors import InputError, Problem
from proveonce.kernel.located import Place
from proveonce.model.catalog import Framework
from proveonce.model.content import Content
from proveonce.present.oscal.names import NAMESPACE, stable_uuid, tokens

Json = dict[str, Any]

OSCAL_VERSION = "1.2.1"
"""The newest that compliance-trestle 5.2 declares; catalog and mapping are the same through 1.2.3."""

_MARKUP = re.compile(r"[\\`*\[\]<>&{}~]|(?<![^\W_])_|_(?![^\W_])")
_BLOCK = re.compile(r"^(?:[#+-]|(\d+)(?=[.)](?:\s|$)))")


def document(root: str, name: str, body: Json) -> Json:
    """A whole document under its root key, with a UUID that changes when anything in it does."""
    return {root: {"uuid": stable_uuid(root, name, digest(canonical(body))), **body}}


def line(text: object) -> str:
    """`text` as one line of plain characters, as property values and names are; truth as `true` and `false`."""
    return " ".join(encode_text(str(text).lower() if isinstance(text, bool) else str(text)).split())


def markup(text: str) -> str:
    """`text` as Markdown that shows it as it is, in paragraphs where blank lines part it."""
    paragraphs = (line(paragraph) for paragraph in re.split(r"\n\s*\n", text))
    return "\n\n".join(_BLOCK.sub(_escape_block, _MARKUP.sub(r"\\\g<0>", p)) for p in paragraphs if p)


def _escape_block(match: re.Match[str]) -> str:
    r"""`1\. x` is no list, and neither is `\- x`."""
    return f"{match[1]}\\" if match[1] else f"\\{match[0]}"


def title(text: str, otherwise: str) -> str:
    """`text` as a title of one line; OSCAL has none that are empty."""
    return markup(line(text)) or markup(line(otherwise))


def prop(name: str, value: object, *, remarks: str = "", ns: str = NAMESPACE) -> list[Json]:
    """One property, or none where the value is empty; `ns` is empty for OSCAL's own names."""
    if not (text := line(value)):
        return []
    found = {"name": name, **({"ns": ns} if ns else {}), "value": text}
    return [found | ({"remarks": markup(remarks)} if remarks.strip() else {})]


def facts(values: Mapping[str, object]) -> list[Json]:
    """Properties of our namespace by the names that the content files use."""
    return [found for name, value in values.items() for found in prop(_name(name), value)]


def _name(key: str) -> str:
    token = tokens([key])[key]
    return token if token[:1].isalpha() else f"_{token}"


def filled(value: Json) -> Json:
    """`value` without its empty lists and texts, which OSCAL does not allow."""
    return {key: item for key, item in value.items() if item not in ([], "", None)}


def instant(day: str, of: str, place: Place) -> str:
    """Midnight UTC of a calendar day. Raises: InputError when `day`, as said of `of` at `place`, is none."""
    try:
        return f"{date.fromisoformat(day).isoformat()}T00:00:00Z"
    except ValueError:
        problem = Problem(place.file, place.line, place.column, f"{of} {day!r} is no date, and OSCAL asks for one",
                          fix="write it YYYY-MM-DD")  # fmt: skip
        raise InputError([problem]) from None


def retrieved(framework: Framework) -> str:
    """When the framework's catalog was last taken from its source. Raises: InputError when that is no date."""
    return instant(framework.retrieved, f"retrieved of framework {framework.id}:", framework.place)


def metadata(name: str, *, version: str, modified: str, remarks: str, more: Json) -> Json:
    """What every document begins with; `more` holds properties, roles and parties."""
    head = {"title": title(name, "Untitled"), "last-modified": modified, "version": version}
    return filled({**head, "oscal-version": OSCAL_VERSION, **more, "remarks": remarks})


def content_version(content: Content) -> str:
    """The version of a document that has no edition: the content it was made from."""
    return f"content-{content.digest[:12]}"
