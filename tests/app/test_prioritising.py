"""The order of work over the shipped content: what is said without a run, and that it does not depend on chance."""

from __future__ import annotations

from pathlib import Path

import pytest

from proveonce.app.prioritising import prioritize
from proveonce.kernel.errors import InputError, UsageError
from proveonce.model.priority import OrderOfWork, Role
from proveonce.model.workspace import Workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> OrderOfWork:
    """Of the shipped content, in a bare folder: no run, no proveonce.yaml."""
    return prioritize(Workspace(root=tmp_path_factory.mktemp("bare")))[0]


def test_without_a_run_the_content_is_ranked_and_it_is_said(order: OrderOfWork) -> None:
    assert order.run == ""
    assert order.next_fixes is None
    assert order.notes[0].startswith("nothing was assessed")
    assert len(order.priorities) > 150
    assert all(not term.value for p in order.priorities for term in p.terms if term.name in ("failing", "blocked"))


def test_controls_that_overlap_come_first(order: OrderOfWork) -> None:
    """Of the first ten at least eight pay in several frameworks; of the last ten none covers anything in two."""
    overlap = {p.control: term.value for p in order.priorities for term in p.terms if term.name == "overlap"}
    assert sum(overlap[p.control] > 0 for p in order.priorities[:10]) >= 8
    covering = [{s.framework for s in p.served if s.role is not Role.SUPPORT and s.value} for p in order.priorities]
    assert all(len(frameworks) < 2 for frameworks in covering[-10:])


def test_every_requirement_is_covered_or_listed(order: OrderOfWork) -> None:
    for points in order.points:
        covered, beyond = order.cover.covered[points.framework], order.cover.not_coverable[points.framework]
        assert len(covered) + len(beyond) == points.requirements
        assert not set(covered) & set(beyond)
    assert order.cover.gap == 0
    assert order.cover.greedy_cost >= order.cover.cost


def test_the_set_covers_by_full_edges_or_whole_joint_sets(order: OrderOfWork) -> None:
    chosen = set(order.cover.controls)
    roles: dict[tuple[str, str], set[tuple[str, Role]]] = {}
    for priority in order.priorities:
        for served in priority.served:
            roles.setdefault((served.framework, served.requirement), set()).add((priority.control, served.role))
    for framework, requirements in order.cover.covered.items():
        for requirement in requirements:
            found = roles[framework, requirement]
            members = {c for c, role in found if role is Role.JOINT}
            assert chosen & {c for c, role in found if role is Role.ALONE} or (len(members) > 1 and members & chosen)


def test_an_unknown_framework_or_a_fix_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown framework 'soc3'") as refused:
        prioritize(Workspace(root=tmp_path), frameworks=("soc3",))
    assert "soc2" in refused.value.fix
    with pytest.raises(UsageError, match="nothing was assessed"):
        prioritize(Workspace(root=tmp_path), fix=["CRY-02"])


def test_names_that_the_content_does_not_have_are_refused_at_their_place(tmp_path: Path) -> None:
    (tmp_path / "proveonce.yaml").write_text(
        "organisation: {name: A, system: B}\naudits: {soc3: 2027-01-01}\neffort:\n  CRY-99: 2\n  aws.s3.bucket.tls: 1\n"
        "weights: {soc2: {CC6.11: 2}}\n"
    )
    with pytest.raises(InputError) as refused:
        prioritize(Workspace(root=tmp_path))
    assert [(p.line, p.what) for p in refused.value.problems] == [
        (2, "unknown framework 'soc3'"),
        (4, "unknown control 'CRY-99'"),
        (5, "unknown check 'aws.s3.bucket.tls'"),
        (6, "unknown soc2 requirement 'CC6.11'"),
    ]
