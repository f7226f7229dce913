"""The impact of a new edition, on a PCI DSS 4.1 of our own invention made from the shipped 4.0.1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from proveonce.app.impact import impact as impact_of_files
from proveonce.cli.impact import show_impact, text
from proveonce.content.files import shipped_root
from proveonce.content.impact import impact
from proveonce.content.loader import load_content
from proveonce.kernel.errors import InputError, UsageError
from proveonce.model.catalog import Framework, FrameworkId, Requirement, RequirementId
from proveonce.model.content import Content
from proveonce.model.crosswalk import Crosswalk, Review
from proveonce.model.impact import Change, ChangeKind, FieldChange, Impact

PCI = FrameworkId("pci_dss")
SHIPPED = shipped_root() / "controls" / "frameworks"


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return load_content(tmp_path_factory.mktemp("empty-workspace"))


@pytest.fixture(scope="module")
def old(content: Content) -> Framework:
    return content.frameworks[PCI]


def _edition(old: Framework, changes: Mapping[str, Requirement | None], *added: Requirement) -> Framework:
    """`old` as edition 4.1: some requirements replaced or left out, others added at the end."""
    kept = [changes.get(r.id, r) for r in old.requirements]
    return replace(old, edition="4.1", requirements=(*(r for r in kept if r), *added))


def _of(old: Framework, identifier: str) -> Requirement:
    found = old.requirement(identifier)
    assert found is not None
    return found


def _only(found: Impact) -> Change:
    (change,) = found.changes
    return change


def _controls(content: Content, requirement: str) -> set[str]:
    return {edge.control for edge in content.crosswalks[PCI].edges if edge.requirement == requirement}


@pytest.mark.parametrize("framework", ["soc2", "pci_dss", "hipaa"])
def test_an_edition_against_itself_changes_nothing(content: Content, framework: str) -> None:
    same = content.frameworks[FrameworkId(framework)]
    found = impact(same, same, content)
    assert (found.changes, found.header, found.unchanged) == ((), (), len(same.requirements))


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    found = impact_of_files(tmp_path, SHIPPED / "hipaa.yaml", SHIPPED / "hipaa.yaml")
    assert (found.changes, found.unchanged) == ((), 184)


def test_a_changed_wording_has_each_of_its_edges_read_again(content: Content, old: Framework) -> None:
    one = _of(old, "11.3.2")
    found = impact(old, _edition(old, {one.id: replace(one, paraphrase=one.paraphrase + " And more.")}), content)
    change = _only(found)
    assert (change.kind, change.id, [f.field for f in change.fields]) == (ChangeKind.CHANGED, "11.3.2", ["paraphrase"])
    assert {edge.control for edge in change.edges} == _controls(content, "11.3.2") == set(found.controls)
    assert [step.split(":")[0] for step in change.todo] == [
        f"re-read the edge {edge.control} → 11.3.2" for edge in change.edges
    ]
    assert set(change.checks) == {
        check.id for check in content.checks.values() if set(check.supports) & _controls(content, "11.3.2")
    }
    assert found.unchanged == 279


def test_a_review_of_a_changed_requirement_is_to_be_done_again(content: Content, old: Framework) -> None:
    one = _of(old, "11.3.2")
    reviewed = replace(content, crosswalks={PCI: _reviewed(content.crosswalks[PCI])})
    change = _only(impact(old, _edition(old, {one.id: replace(one, title="Other")}), reviewed))
    assert all(edge.is_reviewed for edge in change.edges)
    assert change.todo[-1] == "have the edges reviewed again: their reviews are of the old edition"


def _reviewed(crosswalk: Crosswalk) -> Crosswalk:
    return replace(
        crosswalk, edges=tuple(replace(e, reviewed=Review("A", "CPA", "2026-01-31")) for e in crosswalk.edges)
    )


def test_a_stricter_interval_names_the_control_that_is_done_too_seldom(content: Content, old: Framework) -> None:
    one = _of(old, "11.3.2")
    monthly = replace(one, facts={**one.facts, "interval": "P1M"})
    change = _only(impact(old, _edition(old, {one.id: monthly}), content))
    assert change.fields == (FieldChange("facts.interval", "P3M", "P1M"),)
    assert "raise the cadence of VUL-05 from P3M to P1M, or weaken its relation" in change.todo
    assert not [step for step in change.todo if step.startswith("re-read")]


def test_a_change_of_milestone_asks_nothing_of_the_crosswalk(content: Content, old: Framework) -> None:
    one = _of(old, "11.3.2")
    change = _only(impact(old, _edition(old, {one.id: replace(one, facts={**one.facts, "milestone": 1})}), content))
    assert change.todo == ("nothing: no edge rests on this",)


def test_a_change_of_applicability_is_a_question_of_scope(content: Content, old: Framework) -> None:
    one = _of(old, "12.4.2")
    change = _only(
        impact(old, _edition(old, {one.id: replace(one, facts={**one.facts, "applicability": "all"})}), content)
    )
    assert change.todo == ("decide again from when and to whom it applies",)


def test_a_renumbered_requirement_is_said_to_be_probably_moved(content: Content, old: Framework) -> None:
    one = _of(old, "12.9.1")
    moved = replace(one, id=RequirementId("12.9.3"), paraphrase=one.paraphrase + " This also goes for subcontractors.")
    change = _only(impact(old, _edition(old, {one.id: None}, moved), content))
    assert change.kind is ChangeKind.MOVED
    assert change.likeness is not None
    assert change.likeness.requirement == "12.9.3"
    assert 0.8 < change.likeness.score < 1
    assert [field.field for field in change.fields] == ["paraphrase"]
    assert change.todo[0].startswith("decide whether 12.9.3 is 12.9.1 under a new id")
    assert {f"re-read the edge {c} → 12.9.1, then move it to 12.9.3" for c in _controls(content, "12.9.1")} < set(
        change.todo
    )


@pytest.mark.parametrize("says", ["old", "new"])
def test_what_a_catalog_says_of_succession_goes_before_words(content: Content, old: Framework, says: str) -> None:
    one, twin = _of(old, "12.9.1"), replace(_of(old, "12.9.1"), id=RequirementId("12.9.4"))
    successor = Requirement(RequirementId("12.9.3"), "12", "New", "Quite another text.", "requirement")
    before = old
    if says == "new":
        successor = replace(successor, facts={"supersedes": "12.9.1"})
    else:
        said = replace(one, facts={**one.facts, "superseded_by": "12.9.3"})
        before = replace(old, requirements=tuple(said if r.id == one.id else r for r in old.requirements))
    moved, added = impact(before, _edition(old, {one.id: None}, twin, successor), content).changes
    assert moved.likeness is not None
    assert (moved.likeness.requirement, moved.likeness.score) == ("12.9.3", 1.0)
    assert (added.kind, added.id) == (ChangeKind.ADDED, "12.9.4")


def test_one_new_requirement_is_the_successor_of_one_only(content: Content, old: Framework) -> None:
    one, other = _of(old, "12.9.1"), _of(old, "12.9.2")
    both: dict[str, None] = {one.id: None, other.id: None}
    heir = replace(one, id=RequirementId("12.9.9"))
    found = impact(old, _edition(old, both, heir), content)
    assert [(c.kind, c.id) for c in found.changes] == [(ChangeKind.MOVED, "12.9.1"), (ChangeKind.REMOVED, "12.9.2")]


def test_an_unlike_requirement_is_no_move(content: Content, old: Framework) -> None:
    new = Requirement(
        RequirementId("13.1.1"), "12", "Quantum", "Post-quantum cryptography is planned for.", "requirement"
    )
    found = impact(old, _edition(old, {"12.9.1": None}, new), content)
    assert [change.kind for change in found.changes] == [ChangeKind.REMOVED, ChangeKind.ADDED]


def test_a_removed_requirement_retires_its_edges(content: Content, old: Framework) -> None:
    change = _only(impact(old, _edition(old, {"8.3.6": None}), content))
    retired = {f"retire the edge {control} → 8.3.6" for control in _controls(content, "8.3.6")}
    assert change.kind is ChangeKind.REMOVED
    assert retired
    assert {step for step in change.todo if step.startswith("retire the")} == retired
    assert not [step for step in change.todo if "then serves no requirement" in step]
    assert change.todo[-1] == "never give the id to anything else"


def test_a_control_that_a_removed_requirement_leaves_without_an_edge_is_named(content: Content, old: Framework) -> None:
    crosswalk = content.crosswalks[PCI]
    edges = tuple(edge for edge in crosswalk.edges if edge.requirement == "8.3.6")
    alone = replace(content, crosswalks={PCI: replace(crosswalk, edges=edges)})
    change = _only(impact(old, _edition(old, {"8.3.6": None}), alone))
    left = [step.split(" ")[0] for step in change.todo if "then serves no requirement" in step]
    assert left == [edge.control for edge in edges]


def test_a_removed_requirement_takes_its_jointly_complete_set_along(content: Content) -> None:
    soc2 = content.frameworks[FrameworkId("soc2")]
    joint = content.crosswalks[soc2.id].joint[0]
    change = _only(impact(soc2, _edition(soc2, {joint.requirement: None}), content))
    assert change.sets[0] == joint.controls
    assert f"delete the jointly complete set {' + '.join(joint.controls)}" in change.todo


def test_a_removed_requirement_that_was_not_mapped_takes_its_reason_along(content: Content, old: Framework) -> None:
    change = _only(impact(old, _edition(old, {"6.4.1": None}), content))
    assert "delete the reason why 6.4.1 is not mapped" in change.todo
    assert "the old edition names 6.4.2 in its place: see that the same controls serve it" in change.todo


def test_an_added_requirement_is_to_be_mapped_beginning_with_the_nearest(content: Content, old: Framework) -> None:
    near = _of(old, "11.3.2")
    new = replace(near, id=RequirementId("11.3.9"), title="Scans of partners' systems")
    change = _only(impact(old, _edition(old, {}, new), content))
    assert change.kind is ChangeKind.ADDED
    assert change.likeness is not None
    assert change.likeness.requirement == "11.3.2"
    assert (change.edges, change.checks) == ((), ())
    assert change.todo[0] == "map 11.3.9: add its edges, or the reason why none applies"
    assert "VUL-05" in change.todo[1]


def test_every_requirement_of_both_editions_is_accounted_for(content: Content, old: Framework) -> None:
    soc2 = content.frameworks[FrameworkId("soc2")]
    new = replace(soc2, id=PCI, edition="nine")
    found = impact(old, new, content)
    moved = found.count(ChangeKind.MOVED)
    assert found.unchanged + found.count(ChangeKind.CHANGED) + found.count(ChangeKind.REMOVED) + moved == 280
    assert found.unchanged + found.count(ChangeKind.CHANGED) + found.count(ChangeKind.ADDED) + moved == 61


def _huge(old: Framework) -> Framework:
    one = old.requirements[0]
    return replace(old, requirements=tuple(replace(one, id=RequirementId(f"X.{n}")) for n in range(4_000)))


def test_catalogs_too_large_to_compare_by_words_say_so(content: Content, old: Framework) -> None:
    found = impact(old, _huge(old), content)
    assert not found.is_compared
    assert (found.count(ChangeKind.MOVED), found.count(ChangeKind.ADDED)) == (0, 4_000)
    assert "renumbered requirements were not looked for" in text(found)


def _write(path: Path, *edits: tuple[str, str]) -> Path:
    made = (SHIPPED / "pci_dss.yaml").read_text("utf-8")
    for before, after in edits:
        assert made.count(before) == 1, before
        made = made.replace(before, after)
    path.write_text(made, encoding="utf-8")
    return path


def test_the_text_and_the_json_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = _write(
        tmp_path / "new.yaml", ('edition: "4.0.1"', 'edition: "4.1"'), ('  - id: "12.9.1"', '  - id: "12.9.7"')
    )
    show_impact(tmp_path, SHIPPED / "pci_dss.yaml", new, "text")
    printed = capsys.readouterr().out
    assert printed.startswith("pci_dss 4.0.1 → 4.1: 0 added, 0 removed, 1 probably moved, 0 changed, 279 unchanged\n")
    assert "probably moved 12.9.1 → 12.9.7, 1.00 (words in common)" in printed
    show_impact(tmp_path, SHIPPED / "pci_dss.yaml", new, "json")
    parsed = json.loads(capsys.readouterr().out)
    assert parsed["counts"] == {"added": 0, "removed": 0, "moved": 1, "changed": 0, "unchanged": 279}
    assert parsed["changes"][0]["likeness"] == {"requirement": "12.9.7", "score": 1.0, "reason": "words in common"}


def test_control_characters_of_a_catalog_never_reach_the_terminal(content: Content, old: Framework) -> None:
    one = _of(old, "12.9.1")
    shown = text(impact(old, _edition(old, {one.id: replace(one, title="\x1b[31mred\u202e")}), content))
    assert "red" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_problems_of_both_files_come_in_one_run_at_their_lines(tmp_path: Path) -> None:
    old = _write(tmp_path / "old.yaml", ("requirement_word: requirement\n", ""))
    new = _write(tmp_path / "new.yaml", ('edition: "4.0.1"', "edition: 5"))
    with pytest.raises(InputError) as caught:
        impact_of_files(tmp_path, old, new)
    found = [(Path(p.file).name, p.line, p.what.split(" (")[0]) for p in caught.value.problems]
    assert found == [
        ("new.yaml", 3, "input should be a valid string"),
        ("old.yaml", 1, "'requirement_word' is missing"),
    ]


@pytest.mark.parametrize("hostile", [b"", b"\xff\xfe", b"- 1\n", b"a: &a [*a]\n", b"[" * 100_000, b"{}"])
def test_a_hostile_file_is_a_located_problem(tmp_path: Path, hostile: bytes) -> None:
    path = tmp_path / "new.yaml"
    path.write_bytes(hostile)
    with pytest.raises(InputError) as caught:
        impact_of_files(tmp_path, SHIPPED / "pci_dss.yaml", path)
    assert {Path(p.file).name for p in caught.value.problems} == {"new.yaml"}


def test_two_frameworks_are_no_two_editions(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two frameworks"):
        impact_of_files(tmp_path, SHIPPED / "pci_dss.yaml", SHIPPED / "hipaa.yaml")


def test_a_framework_that_the_workspace_does_not_map_says_so(content: Content, old: Framework) -> None:
    unmapped = replace(content, crosswalks={})
    found = impact(old, _edition(old, {"12.9.1": None}), unmapped)
    assert not found.is_mapped
    assert found.changes[0].edges == ()
    assert "no crosswalk of this workspace maps to pci_dss" in text(found)
