"""Maps, words and the library: what is wrong in them is told at its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.content.answering import read_answering
from proveonce.content.library import library_problems, load_library, write_library
from proveonce.kernel.errors import InputError
from proveonce.model.control import ControlId
from proveonce.model.questionnaire import LibraryAnswer, Verdict

CONTROLS = ["CRY-01", "CRY-02"]
MAP = """\
questionnaire: hecvat
title: T
edition: "4"
entries:
  - {id: A-1, topic: words, controls: [CRY-02], relation: full, rationale: A reason that says enough.}
  - {id: A-1, topic: words, controls: [CRY-20, CRY-02, CRY-02], relation: partial, rationale: A reason that is one.}
  - {id: A-2, topic: words, controls: [CRY-02], relation: full, rationale: short, residual: open}
  - {id: A-3, topic: words, controls: [CRY-02], relation: full, rationale: A reason that says enough., residual: open}
not_mapped: {A-3: both}
"""


def test_every_problem_of_a_map_has_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "mappings" / "questionnaires"
    folder.mkdir(parents=True)
    (folder / "hecvat_4.yaml").write_text(MAP, encoding="utf-8")
    content, problems = read_answering(tmp_path, CONTROLS)
    mine = [(p.line, p.what, p.closest) for p in problems if p.file.endswith("hecvat_4.yaml")]
    assert mine == [
        (6, "'A-1' is partial without a residual", ""),
        (6, "'A-1' is mapped twice", ""),
        (6, "'A-1' names a control twice", ""),
        (6, "unknown common control 'CRY-20'", "'CRY-02'"),
        (7, "string should have at least 20 characters (found 'short')", ""),
        (8, "'A-3' is also under not_mapped", ""),
        (8, "'A-3' is full and leaves something open", ""),
    ]
    assert {entry for known in content.maps.values() for entry in known.entries} >= {"A-1"}


def test_a_word_of_two_groups_and_an_unknown_companion(tmp_path: Path) -> None:
    folder = tmp_path / "mappings" / "questionnaires"
    folder.mkdir(parents=True)
    text = "fillers: [a]\ngroups:\n  - [x, y]\n  - [z, Y]\ncompanions:\n  CRY-1: {controls: [CRY-01], reason: r}\n"
    (folder / "synonyms.yaml").write_text(text, encoding="utf-8")
    problems = [p for p in read_answering(tmp_path, CONTROLS)[1] if p.file.endswith("synonyms.yaml")]
    assert [(p.line, p.what) for p in problems] == [
        (4, "'Y' is a synonym of 'x' already"), (6, "unknown common control 'CRY-1'"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ("verdict: maybe", "is not one of"),
        ("verdict: needs_review", "needs_review is no answer"),
        ("verdict: text", "is a text without text"),
        ("verdict: yes, approved_by: A, approved_on: 2026-01-01, expires_on: 2027-01-01", "names no control"),
        ("verdict: no, approved_by: A", "without approved_on or expires_on"),
        ("verdict: no, expires_on: 2027-02-30", "2027-02-30"),
        ("verdict: no, controls: [CRY-20]", "unknown common control"),
        ("verdict: no, ids: {caik: X-1}", "unknown questionnaire"),
    ],
)
def test_a_bad_library_entry_is_told(entry: str, what: str, tmp_path: Path) -> None:
    text = f"answers:\n  - {{id: L-1, question: Is it so?, {entry}}}\n"
    (tmp_path / "answers.yaml").write_text(text, encoding="utf-8")
    problems = library_problems(tmp_path, CONTROLS)
    assert any(what in p.what for p in problems), problems
    assert {(p.file, p.line) for p in problems} == {("answers.yaml", 2)}
    with pytest.raises(InputError):
        load_library(tmp_path, CONTROLS)


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp")), min_size=1
).filter(lambda text: bool(text.strip()) and text == text.strip() and text.isprintable())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=4))
def test_what_is_written_reads_back(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, str, str]]
) -> None:
    root = tmp_path_factory.mktemp("library")
    base = LibraryAnswer("", "", Verdict.YES, "", "", "A B", "2026-01-01", "2027-01-01", (ControlId("CRY-02"),),
                         {"caiq": "LOG-05.1"})  # fmt: skip
    answers = [replace(base, id=f"L-{n}", question=q, text=t, owner=o) for n, (q, t, o) in enumerate(entries)]
    write_library(root, answers)
    assert list(load_library(root, CONTROLS)) == answers


def test_control_characters_never_break_the_file(tmp_path: Path) -> None:
    hostile = LibraryAnswer("L-1", "a\x00\x1b\ud800\u2028: [b]\n# c", Verdict.NO, "t", "", "", "", "")
    write_library(tmp_path, [hostile])
    assert [entry.id for entry in load_library(tmp_path, CONTROLS)] == ["L-1"]
