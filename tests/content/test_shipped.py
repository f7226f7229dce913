"""The content we ship: sound, and with every requirement of the reference lists exactly once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from proveonce.content.files import content_files, shipped_root
from proveonce.content.loader import load_content
from proveonce.model.catalog import FrameworkId
from proveonce.model.content import Content

IDS = Path(__file__).parents[1] / "data" / "ids"
"""Copies of the `id` columns of the reference id lists."""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """What a workspace without content of its own has in force."""
    return load_content(tmp_path_factory.mktemp("empty-workspace"))


@pytest.mark.parametrize(("framework", "count"), [("soc2", 61), ("pci_dss", 280), ("hipaa", 184)])
def test_every_reference_id_is_a_requirement_exactly_once(content: Content, framework: str, count: int) -> None:
    expected = (IDS / f"{framework}.txt").read_text().split()
    found = [requirement.id for requirement in content.frameworks[FrameworkId(framework)].requirements]
    assert len(expected) == count
    assert Counter(found) == Counter(expected)


def test_the_shipped_files_make_three_frameworks_each_with_its_crosswalk(content: Content) -> None:
    assert set(content.frameworks) == set(content.crosswalks) == {"soc2", "pci_dss", "hipaa"}
    for crosswalk in content.crosswalks.values():
        assert crosswalk.edges


def test_a_framework_file_is_named_after_its_id(content: Content) -> None:
    names = {name for name in content.files if name.startswith("controls/frameworks/")}
    assert names == {f"controls/frameworks/{framework}.yaml" for framework in content.frameworks}


def test_requirements_that_are_mapped_exist_and_groups_are_all_used(content: Content) -> None:
    for framework in content.frameworks.values():
        ids = {requirement.id for requirement in framework.requirements}
        assert {edge.requirement for edge in content.crosswalks[framework.id].edges} <= ids
        assert {requirement.group for requirement in framework.requirements} == {g.id for g in framework.groups}


def test_every_control_is_mapped_somewhere_and_is_of_a_known_domain(content: Content) -> None:
    mapped = {edge.control for crosswalk in content.crosswalks.values() for edge in crosswalk.edges}
    assert set(content.controls) <= mapped
    assert {control.domain for control in content.controls.values()} == set(content.domains)


def test_nobody_has_reviewed_a_crosswalk_that_no_person_has(content: Content) -> None:
    """Only a human fills `reviewed`; until one does, nothing we ship may claim it."""
    assert not [edge for crosswalk in content.crosswalks.values() for edge in crosswalk.edges if edge.reviewed]


def test_the_content_files_are_carried_byte_for_byte(content: Content, tmp_path: Path) -> None:
    assert content.files == {file.name: file.path.read_bytes() for file in content_files(tmp_path)}
    assert all((shipped_root() / name).is_file() for name in content.files)


def test_every_requirement_has_an_edge_or_the_reason_why_none_applies() -> None:
    content = load_content(shipped_root())
    for framework in content.frameworks.values():
        crosswalk = content.crosswalks[framework.id]
        mapped = {edge.requirement for edge in crosswalk.edges}
        assert {r.id for r in framework.requirements} == mapped | set(crosswalk.not_mapped)
        assert not mapped & set(crosswalk.not_mapped)
