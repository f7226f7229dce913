"""compliance-trestle, a reader that is not ours, loads every document and finds in it what we put there."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from present.oscal_cases import NAMES, files, walk

REASON = "compliance-trestle, of the dev extra, is not installed"
catalogs = pytest.importorskip("trestle.oscal.catalog", reason=REASON)
mappings = pytest.importorskip("trestle.oscal.mapping", reason=REASON)
interface = pytest.importorskip("trestle.core.catalog.catalog_interface", reason=REASON)


def read(path: Path) -> Any:
    model = mappings.MappingCollection if path.name.startswith("mapping-") else catalogs.Catalog
    return model.oscal_read(path)


@pytest.mark.parametrize("hostile", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_trestle_reads_a_document_and_writes_back_the_same(name: str, hostile: bool, tmp_path: Path) -> None:
    document = files(hostile=hostile)[name]
    path = tmp_path / name
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    again = json.loads(read(path).oscal_serialize_json())
    (ours,), (theirs,) = document.values(), again.values()
    written = theirs["metadata"].pop("last-modified")
    assert datetime.fromisoformat(written) == datetime.fromisoformat(ours["metadata"]["last-modified"])
    theirs["metadata"]["last-modified"] = ours["metadata"]["last-modified"]
    assert again == document


@pytest.mark.parametrize("framework", ["soc2", "pci_dss", "hipaa", "common-controls"])
def test_trestle_finds_every_control(framework: str, tmp_path: Path) -> None:
    document = files()[f"catalog-{framework}.json"]
    path = tmp_path / f"catalog-{framework}.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    expected = {
        value["id"] for value in walk(document["catalog"]["groups"]) if "parts" in value and "name" not in value
    }
    assert set(interface.CatalogInterface(read(path)).get_control_ids()) == expected
