"""Identifiers: what a thing is called in OSCAL, and the UUID that it keeps.

A requirement is `<framework>-<id>` with `(x)` written `.x` and all else that a token may not hold as `_`
(`pci_dss-10.2.1.1`, `hipaa-164.308.a.1.ii.D`), because tokens begin with a letter. Its own id is its
`label`. UUIDs are of version 5: a thing keeps its own through every revision, a document has a new one
with every change.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterable

from proveonce.kernel.canonical import canonical, digest, encode_text
from proveonce.model.catalog import Framework
from proveonce.model.content import Content

NAMESPACE = "https://proveonce.dev/ns/oscal"
RMF = "http://csrc.nist.gov/ns/rmf"
"""Where OSCAL keeps `method`, the one of SP 800-53A."""

COMMON_CONTROLS_FILE = "catalog-common-controls.json"
_UUIDS = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)


def catalog_file(framework: str) -> str:
    """The file of one framework's catalog."""
    return f"catalog-{framework}.json"


def mapping_file(framework: str) -> str:
    """The file of the crosswalk into one framework."""
    return f"mapping-{framework}.json"


def tokens(names: Iterable[str]) -> dict[str, str]:
    """Each name as an OSCAL token without its first letters, unlike every other's."""
    plain = {name: re.sub(r"[^A-Za-z0-9_.-]", "_", re.sub(r"\((\w+)\)", r".\1", name)) for name in names}
    uses = Counter(plain.values())
    return {
        name: token if uses[token] == 1 else f"{token}_{digest(canonical(name))[:8]}" for name, token in plain.items()
    }


def requirement_ids(framework: Framework) -> dict[str, str]:
    """The control id of each requirement."""
    found = tokens(requirement.id for requirement in framework.requirements)
    return {name: f"{framework.id}-{token}" for name, token in found.items()}


def control_ids(content: Content) -> dict[str, str]:
    """The control id of each common control, which is its own."""
    return tokens(content.controls)


def stable_uuid(*parts: str) -> str:
    """The UUID of the thing that these words name, the same in every revision."""
    return str(uuid.uuid5(_UUIDS, "/".join(map(encode_text, parts))))
