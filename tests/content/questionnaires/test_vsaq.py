"""VSAQ files are read as they are published: with comments and joined strings, never evaluated."""

from __future__ import annotations

from pathlib import Path

import pytest

from proveonce.content.questionnaires.parsing import parse_questionnaire
from proveonce.kernel.errors import UsageError
from proveonce.model.questionnaire import Format

VSAQ = r"""// A comment with "quotes" and {braces}
{"questionnaire": [
  {"type": "block", "text": "Keys &amp; secrets", "items": [
    {"type": "info", "text": "No question"},
    {"type": "yesno", "id": "rotate", "text": "Do you <b>rotate</b> " +
        "keys? // not a comment, \"really\"", "yes": "We do", "no": "We do not"},
    {"type": "radiogroup", "id": "", "text": "Which?", "choices": [{"kms": "KMS"}, {"hsm": "HSM"}]},
    {"type": "box", "id": "how", "text": "How? http://example.org", "cond": "rotate/yes"},
  ]}, /* more */
  {"type": "check", "id": "agree", "text": "We agree"}
]}
"""


def _read(tmp_path: Path, text: str = VSAQ, name: str = "q.json") -> object:
    (tmp_path / name).write_text(text)
    return parse_questionnaire(tmp_path / name)


def test_items_that_ask(tmp_path: Path) -> None:
    (tmp_path / "q.json").write_text(VSAQ.replace('"id": "", ', '"id": "which", '))
    read = parse_questionnaire(tmp_path / "q.json")
    assert read.format is Format.VSAQ
    assert [(q.id, q.text, q.section, q.answer and q.answer.choices) for q in read.questions] == [
        ("rotate", 'Do you rotate keys? // not a comment, "really"', "Keys & secrets", ("We do", "We do not")),
        ("which", "Which?", "Keys & secrets", ("KMS", "HSM")),
        ("how", "How? http://example.org", "Keys & secrets", ()),
        ("agree", "We agree", "", ("Yes",)),
    ]
    assert [q.answer and q.answer.cell for q in read.questions][1] == "/questionnaire/0/items/2"


def test_a_group_without_an_id_is_known_by_its_choices(tmp_path: Path) -> None:
    (tmp_path / "q.json").write_text(VSAQ)
    assert [q.id for q in parse_questionnaire(tmp_path / "q.json").questions] == ["rotate", "kms", "how", "agree"]


def test_an_expression_is_no_json(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no VSAQ"):
        _read(tmp_path, '{"questionnaire": [alert(1)]}')


def test_ids_must_tell_items_apart(tmp_path: Path) -> None:
    twice = '{"questionnaire": [{"type": "box", "id": "a", "text": "x"}, {"type": "box", "id": "a", "text": "y"}]}'
    with pytest.raises(UsageError, match="/questionnaire/1: the item has no id of its own"):
        _read(tmp_path, twice)
