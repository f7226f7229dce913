"""The view: every edge once from either side, and each figure as a recount of the content finds it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from present.crosswalk.small import edge, small_content
from present.sample_content import REPOSITORY
from proveonce.content.loader import read_content
from proveonce.model.catalog import FrameworkId
from proveonce.model.content import Content
from proveonce.model.control import Nature
from proveonce.model.crosswalk import Crosswalk, Relation, Review
from proveonce.present.crosswalk import frames
from proveonce.present.crosswalk.view import Coverage, CrosswalkView, Strength, view_of


@pytest.fixture(scope="module", params=["small", "shipped"])
def content(request: pytest.FixtureRequest) -> Content:
    return small_content() if request.param == "small" else read_content(REPOSITORY)[0]


@pytest.fixture(scope="module")
def view(content: Content) -> CrosswalkView:
    return view_of(content)


def _edges(content: Content) -> Counter[tuple[str, str, str]]:
    return Counter((w.framework, e.control, e.requirement) for w in content.crosswalks.values() for e in w.edges)


def test_every_edge_stands_once_under_its_control_and_once_under_its_requirement(
    content: Content, view: CrosswalkView
) -> None:
    by_control = Counter(
        (framework, row.control.id, m.requirement.id)
        for row in view.controls for framework, edges in row.served.items() for m in edges
    )  # fmt: skip
    by_requirement = Counter(
        (r.framework.id, m.control.id, r.requirement.id) for r in view.requirements for m in r.edges
    )
    assert by_control == by_requirement == _edges(content)


def test_every_control_and_requirement_is_there_once(content: Content, view: CrosswalkView) -> None:
    assert sorted(row.control.id for row in view.controls) == sorted(content.controls)
    assert [(r.framework.id, r.requirement.id) for r in view.requirements] == [
        (f.id, r.id) for f in view.frameworks for r in content.frameworks[f.id].requirements
    ]


def test_controls_are_counted_by_the_frameworks_they_serve(content: Content, view: CrosswalkView) -> None:
    serves: dict[str, set[str]] = {name: set() for name in content.controls}
    for framework, control, _ in _edges(content):
        serves[control].add(framework)
    recount = Counter(frozenset(served) for served in serves.values())
    assert {frozenset(f.id for f in o.frameworks): len(o.controls) for o in view.overlaps} == recount
    for number in range(len(content.frameworks) + 1):
        assert view.serving(number) == sum(1 for served in serves.values() if len(served) == number)


def test_what_rests_on_one_control_is_what_has_one_edge(content: Content, view: CrosswalkView) -> None:
    depth = Counter((framework, requirement) for framework, _, requirement in _edges(content))
    alone = {key for key, number in depth.items() if number == 1}
    assert {(r.framework.id, r.requirement.id) for r in view.requirements if r.is_alone} == alone
    assert sum(len(row.alone) for row in view.controls) == len(alone)


def test_coverage_is_what_the_crosswalk_claims(content: Content, view: CrosswalkView) -> None:
    for row in view.requirements:
        crosswalk = content.crosswalks[row.framework.id]
        edges = [e for e in crosswalk.edges if e.requirement == row.requirement.id]
        if any(e.relation in ("equal-to", "equivalent-to", "superset-of") for e in edges):
            expected = Coverage.ONE
        elif any(j.requirement == row.requirement.id for j in crosswalk.joint):
            expected = Coverage.JOINT
        else:
            expected = Coverage.PARTIAL if edges else Coverage.UNMAPPED
        assert row.coverage is expected
        assert row.why_unmapped == crosswalk.not_mapped.get(row.requirement.id, "")
        natures = {content.controls[e.control].nature for e in edges}
        assert row.is_by_people == (natures == {Nature.MANUAL})


def test_the_pivots_count_every_edge(view: CrosswalkView) -> None:
    heat = frames.heat(view)
    assert list(heat) == [row.control.id for row in view.controls]
    for row in view.controls:
        for framework in view.frameworks:
            edges = row.served.get(framework.id, ())
            full = sum(1 for m in edges if m.edge.relation.is_full)
            assert heat[row.control.id][framework.id, True] == full
            assert heat[row.control.id][framework.id, False] == len(edges) - full
    for framework in view.frameworks:
        cells = frames.matrix(view, framework)
        assert all(m.control.domain == domain for (_, domain), found in cells.items() for m in found)
        assert sum(map(len, cells.values())) == sum(len(row.edges) for row in view.of(framework))


def test_a_partial_edge_is_joint_only_in_the_declared_set() -> None:
    view = view_of(small_content())
    strengths = {f"{m.control.id} {m.requirement.id}": m.strength for m in view.edges}
    assert strengths["AAA-02 1.2"] is Strength.JOINT
    assert strengths["AAA-02 CC1.1"] is Strength.PARTIAL
    assert strengths["AAA-01 CC1.1"] is Strength.FULL


def test_frameworks_stand_in_the_order_people_name_them_and_a_fourth_follows() -> None:
    view = view_of(small_content({"a_fourth": ("4.1",)}))
    assert [f.id for f in view.frameworks] == ["soc2", "pci_dss", "hipaa", "a_fourth"]
    assert view.serving(4) == 0
    assert [row.coverage for row in view.of(view.frameworks[3])] == [Coverage.UNMAPPED]


def test_nothing_is_reviewed_until_every_edge_has_a_person() -> None:
    content = small_content()
    person = Review("Pat Sato", "CPA", "2026-11-24")
    reviewed = {
        name: replace(w, edges=tuple(replace(e, reviewed=person) for e in w.edges))
        for name, w in content.crosswalks.items()
    }
    assert view_of(replace(content, crosswalks=reviewed)).is_reviewed
    reviewed[FrameworkId("hipaa")] = content.crosswalks[FrameworkId("hipaa")]
    mixed = view_of(replace(content, crosswalks=reviewed))
    assert (mixed.is_reviewed, mixed.reviewed) == (False, 6)
    assert not view_of(replace(content, crosswalks={})).is_reviewed


def test_more_edges_take_a_requirement_off_the_list_of_those_that_rest_on_one() -> None:
    content = small_content()
    more = Crosswalk(FrameworkId("hipaa"), (*content.crosswalks[FrameworkId("hipaa")].edges,
                                            edge("BBB-01", "164.1", Relation.SUBSET_OF)))  # fmt: skip
    view = view_of(replace(content, crosswalks={**content.crosswalks, FrameworkId("hipaa"): more}))
    assert {r.requirement.id for r in view.requirements if r.is_alone} == {"CC1.2", "1.1"}


def test_pandas_is_imported_only_for_a_pivot() -> None:
    code = "import sys, proveonce.present.crosswalk; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
