"""Adding to a register: what stands there stays byte for byte, or nothing is added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proveonce.content.appending import Value, with_entry
from proveonce.kernel import located
from proveonce.kernel.errors import UsageError

ENTRY: dict[str, Value] = {
    "id": "B-2",
    "title": 'a "title": # no comment',
    "issued_on": "2026-11-24",
    "checks": ["*", "a.b"],
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing yet\n",
        "[]\n",
        "# ours\n[]",
        "- id: A-1\n",
        "- id: A-1   # a remark",
        "  - id: A-1\n    title: indented\n\n# the end\n",
        "- {id: A-1, title: flow}\n",
        "-   id: A-1\n    title: far\n",
        "- id: A-1\r\n  title: from Windows\r\n",
        "- id: A-1\n  reason: |\n    two\n    lines\n",
    ],
)
def test_the_old_bytes_stay_and_the_entry_follows(text: str) -> None:
    edited = with_entry(text, ENTRY, file="x.yaml")
    assert edited.startswith(text.removesuffix("\n").removesuffix("[]"))
    before = located.parse(text, "x").value or []
    after = located.parse(edited, "x")
    assert after.problems == []
    assert after.value == [*before, ENTRY]


@pytest.mark.parametrize(
    "text", ["[{id: A-1}]\n", "entries: []\n", "- id: A-1\n...\n", "- &a {id: A-1}\n", "- id: ['\n"]
)
def test_an_odd_layout_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be added here"):
        with_entry(text, ENTRY, file="x.yaml")


@given(st.text(min_size=1), st.lists(st.text(min_size=1), max_size=3))
def test_any_words_come_back_as_they_were_or_are_refused(words: str, names: list[str]) -> None:
    entry: dict[str, Value] = {"id": "B-2", "title": words, "checks": names}
    try:
        edited = with_entry("- id: A-1\n", entry, file="x.yaml")
    except UsageError:
        return
    assert located.parse(edited, "x").value == [{"id": "A-1"}, entry]


@pytest.mark.parametrize(
    "word", ["true", "null", "~", "12", "1.5", "No", "x: y", "- a", "a #b", "", " a", "é", "\U0001f4a9"]
)
def test_words_that_yaml_would_read_otherwise_are_quoted(word: str) -> None:
    edited = with_entry("", {"id": "a", "title": word}, file="x.yaml")
    assert located.parse(edited, "x").value == [{"id": "a", "title": word}]
