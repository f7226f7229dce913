"""The `oscal/` folder of a package: one name, one document's bytes."""

from __future__ import annotations

from collections.abc import Sequence

from proveonce.model.catalog import FrameworkId
from proveonce.model.content import Content
from proveonce.present.machine import dumps
from proveonce.present.oscal.catalogs import catalog, common_controls_catalog
from proveonce.present.oscal.mapping import mapping_collection
from proveonce.present.oscal.names import COMMON_CONTROLS_FILE, catalog_file, mapping_file
from proveonce.present.oscal.pieces import Json


def to_bytes(document: Json) -> bytes:
    """`document` as readable JSON that ends in a newline."""
    return f"{dumps(document)}\n".encode()


def package_files(content: Content, frameworks: Sequence[FrameworkId]) -> dict[str, bytes]:
    """File name → bytes: the common controls, and of each framework its catalog and its crosswalk.

    The names are those by which the documents refer to each other. A framework without any edge has no
    crosswalk file. Raises: InputError when a date that OSCAL asks for is none.
    """
    documents = {COMMON_CONTROLS_FILE: common_controls_catalog(content)}
    for name in frameworks:
        documents[catalog_file(name)] = catalog(content.frameworks[name], content.digest)
        if name in content.crosswalks and content.crosswalks[name].edges:
            documents[mapping_file(name)] = mapping_collection(content, [name])
    return {name: to_bytes(document) for name, document in sorted(documents.items())}
