"""Summaries, derived overlaps and a person's review, over a workspace with a small framework of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from proveonce.app.mapping import derived, derived_table, edges_of, record_review, resolve_requirement, summary
from proveonce.content import load_content
from proveonce.content.files import shipped_root
from proveonce.kernel.errors import UsageError
from proveonce.model.crosswalk import Relation, Review
from proveonce.present.overlap import review_words

TODAY = date(2026, 11, 24)
ANN = Review("Ann Auditor", "CPA, licence 12345 (NY)", "2026-11-23")
BOB = Review("Bob Assessor", "QSA 204-001", "2026-11-24")
TINY = "mappings/tiny.yaml"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the framework tiny, mapped to controls of its own; the current folder."""
    files = {
        "proveonce.yaml": "organisation: {name: x, system: y}\n",
        "controls/frameworks/tiny.yaml": """\
id: tiny
title: Tiny
edition: "1"
publisher: us
source: us
retrieved: "2026-11-24"
licence: ours
requirement_word: requirement
groups: [{id: T, title: all}]
requirements:
  - {id: T1, group: T, title: One, paraphrase: Do one., kind: requirement, owner: security}
  - {id: T2, group: T, title: Two, paraphrase: Do two., kind: requirement, owner: security}
  - {id: T3, group: T, title: Three, paraphrase: Do three., kind: requirement, owner: security}
  - {id: T4, group: T, title: Four, paraphrase: Do four., kind: requirement, owner: security}
  - {id: CC6.1, group: T, title: Clash, paraphrase: Do as they., kind: requirement, owner: security}
""",
        "controls/common/tiny.yaml": "domain: ZZZ\ntitle: Z\ncontrols:\n" + "".join(
            f"""\
  - id: ZZZ-0{number}
    title: Z{number}
    statement: Z{number} is done.
    objective: o
    type: preventive
    nature: manual
    cadence: P1Y
    owner: security
    procedures: {{inspection: look}}
    evidence: [record]
"""
            for number in (1, 2, 3)
        ),
        TINY: """\
framework: tiny   # ours
edges:
  - {control: ZZZ-01, requirement: T1, relation: superset-of, rationale: all of one}
  - control: ZZZ-01
    requirement: T2
    relation: intersects-with
    rationale: some of two
    residual: most
  - {control: ZZZ-02, requirement: T2, relation: intersects-with, rationale: the rest of two, residual: some}
  - {control: ZZZ-02, requirement: T3, relation: subset-of, rationale: in three, residual: more of three}
  - {control: ZZZ-03, requirement: CC6.1, relation: equal-to, rationale: the same}
  - {control: ZZZ-03, requirement: T1, relation: intersects-with, rationale: a bit of one, residual: most of one}
jointly_complete:
  - {requirement: T2, controls: [ZZZ-01, ZZZ-02], reason: the two halves}
  - {requirement: T1, controls: [ZZZ-01, ZZZ-03], reason: needless}
not_mapped: {T4: nobody can}
""",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def review(workspace: Path, *requirements: str, by: Review = ANN, may_replace: bool = False) -> None:
    record_review(workspace, "ZZZ-01", requirements, by, today=TODAY, may_replace=may_replace)


def test_every_requirement_is_counted_in_one_coverage(workspace: Path) -> None:
    rows = summary(load_content(workspace))
    assert all(row.full + row.jointly + row.partial + row.unmapped == row.requirements for row in rows)
    tiny = next(row for row in rows if row.framework == "tiny")
    assert (tiny.requirements, tiny.full, tiny.jointly, tiny.partial, tiny.unmapped) == (5, 2, 1, 1, 1)
    assert (tiny.unmapped_with_reason, tiny.edges, tiny.reviewed, tiny.stale) == (1, 6, 0, 0)


def test_an_id_of_two_frameworks_must_name_its_own(workspace: Path) -> None:
    content = load_content(workspace)
    with pytest.raises(UsageError) as refused:
        resolve_requirement(content, "CC6.1")
    assert "soc2:CC6.1" in refused.value.fix
    assert "tiny:CC6.1" in refused.value.fix
    assert str(resolve_requirement(content, "tiny:CC6.1")) == "tiny:CC6.1"
    assert [edge.control for _, edge in edges_of(content, "tiny:CC6.1")] == ["ZZZ-03"]


@pytest.mark.parametrize(
    ("name", "fix"), [("T11", "T1"), ("tiny:T11", "T1"), ("tinny:T1", "tiny"), ("ZZZ-1", "ZZZ-0"), ("pci-dss:1", "pci")]
)
def test_an_unknown_name_is_answered_with_the_nearest(workspace: Path, name: str, fix: str) -> None:
    with pytest.raises(UsageError) as refused:
        edges_of(load_content(workspace), name)
    assert f"did you mean {fix}" in refused.value.fix


def test_an_overlap_can_be_asked_of_one_requirement(workspace: Path) -> None:
    content = load_content(workspace)
    assert {str(overlap.second.id) for overlap in derived(content, "T2", "tiny")} == {"T1", "T3"}
    (overlap,) = derived(content, "T2", "tiny:T3")
    assert (overlap.relation, [shared.control for shared in overlap.shared]) == (None, ["ZZZ-02"])
    assert derived(content, "T1", "tiny:T3") == ()
    with pytest.raises(UsageError, match="no requirement 'hippa'"):
        derived(content, "T1", "hippa")


def test_a_framework_is_not_compared_with_itself(workspace: Path) -> None:
    content = load_content(workspace)
    with pytest.raises(UsageError):
        derived_table(content, "tiny", "tiny")
    assert {overlap.first.framework for overlap in derived_table(content, "soc2", "hipaa")} == {"soc2"}


def test_a_review_changes_its_edge_and_no_other_byte(workspace: Path) -> None:
    before = load_content(workspace)
    recorded = record_review(workspace, "ZZZ-01", ["T2"], ANN, today=TODAY)
    assert (recorded.files, recorded.copied) == ((workspace / TINY,), ())
    after = load_content(workspace)
    lines = (workspace / TINY).read_bytes().splitlines(keepends=True)
    (added,) = [line for line in lines if b"reviewed" in line]
    assert b"".join(line for line in lines if line != added) == before.files[TINY]
    ((_, edge),) = [one for one in edges_of(after, "ZZZ-01") if one[1].requirement == "T2"]
    assert edge.reviewed == replace(ANN, of=edge.reviewed.of if edge.reviewed else "")
    assert edge.reviewed.of
    assert [e.reviewed for e in after.crosswalks[recorded.edges[0][0]].edges if e != edge] == [None] * 5
    assert {name for name in after.files if after.files[name] != before.files.get(name)} == {TINY}


def test_a_shipped_crosswalk_is_copied_into_the_workspace_first(workspace: Path) -> None:
    shipped = (shipped_root() / "mappings/soc2.yaml").read_bytes()
    edges = [edge for crosswalk in load_content(workspace).crosswalks.values() if crosswalk.framework == "soc2"
             for edge in crosswalk.edges]  # fmt: skip
    first = edges[len(edges) // 2]
    recorded = record_review(workspace, first.control, [f"soc2:{first.requirement}"], ANN, today=TODAY)
    own = workspace / "mappings/soc2.yaml"
    assert recorded.copied == (own,)
    assert (shipped_root() / "mappings/soc2.yaml").read_bytes() == shipped
    lines = own.read_bytes().splitlines(keepends=True)
    assert b"".join(line for line in lines if b"Ann Auditor" not in line) == shipped
    again = record_review(workspace, first.control, [f"soc2:{first.requirement}"], ANN, today=TODAY)
    assert again.copied == ()
    assert own.read_bytes() == b"".join(lines)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (TINY, "all of one", "nearly all of one"),
        (TINY, "relation: superset-of", "relation: equal-to"),
        ("controls/frameworks/tiny.yaml", "Do one.", "Do one twice."),
        ("controls/common/tiny.yaml", "Z1 is done.", "Z1 is done at times."),
    ],
)
def test_a_review_is_stale_once_what_was_reviewed_has_changed(workspace: Path, file: str, old: str, new: str) -> None:
    review(workspace, "T1")
    path = workspace / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    ((_, edge),) = [one for one in edges_of(load_content(workspace), "T1") if one[1].control == "ZZZ-01"]
    assert edge.reviewed is None
    assert edge.stale_review is not None
    assert review_words(edge).startswith("review stale: edge changed since Ann Auditor (CPA, ")
    row = next(row for row in summary(load_content(workspace)) if row.framework == "tiny")
    assert (row.reviewed, row.stale) == (0, 1)
    review(workspace, "T1")
    row = next(row for row in summary(load_content(workspace)) if row.framework == "tiny")
    assert (row.reviewed, row.stale) == (1, 0)


def test_a_review_written_by_hand_counts_but_is_said_to_be_bound_to_no_wording(workspace: Path) -> None:
    path = workspace / TINY
    by_hand = "residual: most\n    reviewed: {name: Bob, credential: QSA 1, date: 2026-11-01}\n"
    path.write_text(path.read_text(encoding="utf-8").replace("residual: most\n", by_hand), encoding="utf-8")
    ((_, edge),) = [one for one in edges_of(load_content(workspace), "ZZZ-01") if one[1].requirement == "T2"]
    assert review_words(edge) == "reviewed by Bob (QSA 1) on 2026-11-01, not bound to a wording"


def test_a_change_elsewhere_leaves_a_review_in_force(workspace: Path) -> None:
    review(workspace, "T1")
    path = workspace / TINY
    path.write_text("# a note\n" + path.read_text(encoding="utf-8").replace("some of two", "part of two"))
    ((_, edge),) = [one for one in edges_of(load_content(workspace), "T1") if one[1].control == "ZZZ-01"]
    assert edge.reviewed is not None


def test_another_persons_review_is_replaced_only_when_asked(workspace: Path) -> None:
    review(workspace, "T1")
    with pytest.raises(UsageError, match="reviewed by Ann Auditor"):
        review(workspace, "T1", by=BOB)
    review(workspace, "T1", by=BOB, may_replace=True)
    text = (workspace / TINY).read_text(encoding="utf-8")
    assert "Bob Assessor" in text
    assert "Ann Auditor" not in text
    (workspace / TINY).write_text(text.replace("all of one", "nearly all of one"), encoding="utf-8")
    with pytest.raises(UsageError, match="reviewed by Bob Assessor"):
        review(workspace, "T1")


@pytest.mark.parametrize(
    ("requirements", "by", "word"),
    [
        (["T1", "T3"], ANN, "ZZZ-01 has no edge to tiny:T3"),
        (["T1", "T99"], ANN, "no requirement 'T99'"),
        (["T1"], replace(ANN, name=" "), "name is empty"),
        (["T1"], replace(ANN, credential=""), "credential is empty"),
        (["T1"], replace(ANN, name="Ann\nreviewed: x"), "control characters"),
        (["T1"], replace(ANN, name="Ann \u202eelohw"), "control characters"),
        (["T1"], replace(ANN, credential="C" * 201), "over 200 characters"),
        (["T1"], replace(ANN, date="2026-11-25"), "in the future"),
        (["T1"], replace(ANN, date="2026-02-30"), "is no date"),
        (["T1"], replace(ANN, date="20261123"), "not written as year-month-day"),
    ],
)
def test_what_is_refused_writes_nothing(workspace: Path, requirements: list[str], by: Review, word: str) -> None:
    before = (workspace / TINY).read_bytes()
    with pytest.raises(UsageError, match=word):
        review(workspace, *requirements, by=by)
    assert (workspace / TINY).read_bytes() == before


def test_an_unknown_control_and_a_folder_that_is_no_workspace_are_refused(workspace: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no control 'ZZZ-1'"):
        record_review(workspace, "ZZZ-1", ["T1"], ANN, today=TODAY)
    bare = tmp_path / "bare"
    bare.mkdir()
    with pytest.raises(UsageError, match="no workspace"):
        record_review(bare, "ZZZ-01", ["T1"], ANN, today=TODAY)
    assert list(bare.iterdir()) == []


def test_a_reviewed_framework_carries_no_banner_until_an_edge_changes(workspace: Path) -> None:
    for control, requirements in (("ZZZ-01", ["T1", "T2"]), ("ZZZ-02", ["T2", "T3"]), ("ZZZ-03", ["T1", "tiny:CC6.1"])):
        record_review(workspace, control, requirements, BOB, today=TODAY)
    crosswalk = next(w for w in load_content(workspace).crosswalks.values() if w.framework == "tiny")
    assert crosswalk.is_reviewed
    path = workspace / TINY
    path.write_text(path.read_text(encoding="utf-8").replace("residual: more of three", "residual: little"))
    crosswalk = next(w for w in load_content(workspace).crosswalks.values() if w.framework == "tiny")
    assert not crosswalk.is_reviewed
    assert [edge.relation for edge in crosswalk.edges if edge.stale_review] == [Relation.SUBSET_OF]
