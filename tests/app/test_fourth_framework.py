"""A further framework takes two YAML files and no Python: catalog and crosswalk, and every command knows it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from awslab.collected import collect
from awslab.faults import Wire
from proveonce.app.mapping import derived
from proveonce.app.packaging import package
from proveonce.app.prioritising import prioritize
from proveonce.app.validating import validate
from proveonce.content import load_content, load_workspace
from proveonce.model.workspace import Workspace

CATALOG = """\
id: csf_mini
title: NIST CSF, three subcategories
edition: "2.0"
publisher: NIST
source: NIST CSWP 29, subcategory ids; texts are our own.
retrieved: "2026-11-24"
licence: Public domain; a sample for tests.
requirement_word: subcategory
groups:
  - {id: PR, title: Protect}
  - {id: DE, title: Detect}
requirements:
  - id: PR.AA-03
    group: PR
    title: Users are authenticated
    paraphrase: Who or what asks for access proves its identity first.
    kind: subcategory
    owner: security
  - id: PR.DS-01
    group: PR
    title: Data at rest is protected
    paraphrase: Stored data stays confidential and whole.
    kind: subcategory
    owner: platform
  - id: DE.CM-01
    group: DE
    title: Networks are monitored
    paraphrase: Networks are watched for what may be an attack.
    kind: subcategory
    owner: security
"""
CROSSWALK = """\
framework: csf_mini
edges:
  - control: AUT-01
    requirement: PR.AA-03
    relation: intersects-with
    rationale: "People prove who they are by a second factor at the AWS console."
    residual: "Devices, programs and every other way in."
  - control: CRY-02
    requirement: PR.DS-01
    relation: intersects-with
    rationale: "Stores of AWS are encrypted at rest, which keeps a stolen copy unreadable."
    residual: "Integrity, availability, and data outside AWS."
not_mapped:
  DE.CM-01: "Left out of this sample on purpose."
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "controls" / "frameworks").mkdir(parents=True)
    (tmp_path / "mappings").mkdir()
    (tmp_path / "controls" / "frameworks" / "csf_mini.yaml").write_text(CATALOG, encoding="utf-8")
    (tmp_path / "mappings" / "csf_mini.yaml").write_text(CROSSWALK, encoding="utf-8")
    (tmp_path / "proveonce.yaml").write_text(
        "organisation: {name: Acme, system: Shop}\nframeworks: [soc2, csf_mini]\n", encoding="utf-8"
    )
    return load_workspace(tmp_path)


def test_it_is_content_like_any_other(workspace: Workspace) -> None:
    content, problems = validate(workspace.root)
    assert problems == []
    assert [r.id for r in content.frameworks["csf_mini"].requirements] == ["PR.AA-03", "PR.DS-01", "DE.CM-01"]  # type: ignore[index]  # an id in plain words


def test_it_overlaps_with_the_others(workspace: Workspace) -> None:
    found = derived(load_content(workspace.root), "PR.DS-01", "pci_dss")
    assert "CRY-02" in {shared.control for overlap in found for shared in overlap.shared}


def test_it_is_put_in_the_order_of_work(workspace: Workspace) -> None:
    order, _ = prioritize(workspace)
    assert "csf_mini" in order.frameworks
    assert any("csf_mini" in priority.requirements for priority in order.priorities)


def test_it_has_a_package(workspace: Workspace, played: Wire) -> None:
    collect(workspace.root, workspace=workspace, services=["kms", "sns"])
    (made,) = package(workspace, frameworks=("csf_mini",))
    findings = json.loads((made.folder / "findings.json").read_text(encoding="utf-8"))
    assert {r["requirement"] for r in findings["requirements"]} >= {"PR.AA-03", "PR.DS-01", "DE.CM-01"}
    with zipfile.ZipFile(made.archive) as archive:
        assert any(name.endswith("content/controls/frameworks/csf_mini.yaml") for name in archive.namelist())
    assert made.pages > 0
