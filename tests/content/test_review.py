"""A review is written into the crosswalk's text, and not a byte besides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proveonce.content.files import content_files
from proveonce.content.review import with_reviews
from proveonce.kernel import located
from proveonce.kernel.errors import UsageError
from proveonce.model.crosswalk import Review

REVIEW = Review('Ann "AB" Béla', "CPA, licence 12: it's", "2026-11-24", "0123456789abcdef")
ENTRY = (
    'reviewed: {name: "Ann \\"AB\\" Béla", credential: "CPA, licence 12: it\'s", date: "2026-11-24", '
    'of: "0123456789abcdef"}'
)
PAIR = ("LOG-01", "A.1")

HEAD = "# our crosswalk — mind the notes\nframework: tiny\nedges:\n\n  # first\n"
OTHER = "  - control: LOG-02\n    requirement: A.1\n    relation: subset-of\n    rationale: two\n    residual: some\n"
TAIL = "\njointly_complete:\n  - {requirement: A.1, controls: [LOG-01, LOG-02], reason: all}   # kept\n"


@pytest.mark.parametrize(
    "before",
    [
        "  - control: LOG-01\n    requirement: A.1\n    relation: equal-to\n    rationale: 'one'\n",
        '  - control: LOG-01\n    requirement: A.1\n    relation: equal-to\n    rationale: "one"  # see LOG\n',
        "  - control: LOG-01\n    requirement: A.1\n    relation: equal-to\n    rationale: >-\n      one\n      é 2\n",
        "  -   rationale: one\n      control: LOG-01\n      relation: equal-to\n      requirement: A.1\n",
    ],
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_block_edge_gets_one_more_line(before: str, line_break: str, mark: str) -> None:
    after = f"{' ' * before.index('control' if before[4] == 'c' else 'rationale')}{ENTRY}\n"
    for ahead, behind in ((HEAD, OTHER + TAIL), (HEAD + OTHER, "\n  # last\n" + TAIL), (HEAD + OTHER, "")):
        text = mark + (ahead + before + behind).replace("\n", line_break)
        expected = mark + (ahead + before + after + behind).replace("\n", line_break)
        assert with_reviews(text, {PAIR: REVIEW}, file="m.yaml").encode() == expected.encode()


def test_a_file_without_a_last_line_end_stays_so() -> None:
    edge = "  - control: LOG-01\n    requirement: A.1\n    relation: equal-to\n    rationale: one"
    assert with_reviews(HEAD + edge, {PAIR: REVIEW}, file="m.yaml") == f"{HEAD}{edge}\n    {ENTRY}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{control: LOG-01, requirement: A.1, relation: equal-to, rationale: one}",
         "{control: LOG-01, requirement: A.1, relation: equal-to, rationale: one, @}"),
        ("{control: LOG-01, requirement: A.1, relation: equal-to, rationale: one,}",
         "{control: LOG-01, requirement: A.1, relation: equal-to, rationale: one, @}"),
        ("{control: LOG-01, reviewed: {name: B, credential: c, date: today}, requirement: A.1,\n     rationale: one}",
         "{control: LOG-01, @, requirement: A.1,\n     rationale: one}"),
    ],
)  # fmt: skip
def test_a_flow_edge_stays_one(before: str, after: str) -> None:
    after = after.replace("@", ENTRY)
    text, expected = (f"{HEAD}  - {edge}  # note\n{OTHER}{TAIL}" for edge in (before, after))
    assert with_reviews(text, {PAIR: REVIEW}, file="m.yaml") == expected


@pytest.mark.parametrize(
    "old",
    [
        "reviewed:",
        "reviewed: null",
        "reviewed: ~  # nobody yet",
        "reviewed: {name: B, credential: c, date: 2026-01-01}",
        'reviewed:\n      name: "B"\n      credential: c\n      date: 2026-01-01  # new year',
    ],
)
def test_a_review_takes_the_place_of_an_older_one(old: str) -> None:
    for rest in ("", "    rationale: one\n"):
        ahead = HEAD + "  - control: LOG-01\n    requirement: A.1\n    relation: equal-to\n" + (
            "" if rest else "    rationale: one\n"
        )  # fmt: skip
        text = f"{ahead}    {old}\n{rest}{OTHER}{TAIL}"
        comment = old[old.index("  #") :] if "  #" in old else ""
        assert with_reviews(text, {PAIR: REVIEW}, file="m.yaml") == f"{ahead}    {ENTRY}{comment}\n{rest}{OTHER}{TAIL}"


def test_a_layout_that_would_change_is_refused() -> None:
    kept = "  - control: LOG-01\n    requirement: A.1\n    relation: equal-to\n    rationale: |+\n      one\n\n\n"
    with pytest.raises(UsageError, match=r"m\.yaml.*without changing something else"):
        with_reviews(HEAD + kept + OTHER, {PAIR: REVIEW}, file="m.yaml")


@pytest.mark.parametrize("name", ["hipaa", "pci_dss", "soc2"])
def test_every_edge_we_ship_can_be_reviewed(name: str, tmp_path: Path) -> None:
    (file,) = (file for file in content_files(tmp_path) if file.name == f"mappings/{name}.yaml")
    text = file.path.read_bytes().decode()
    edges = located.parse(text, name).value["edges"]
    edited = with_reviews(text, {(edge["control"], edge["requirement"]): REVIEW for edge in edges}, file=name)
    assert edited.count(ENTRY) == len(edges) > 100
    assert re.sub(r"\n    reviewed: \{.*\}(?=\n)", "", edited).encode() == text.encode()
