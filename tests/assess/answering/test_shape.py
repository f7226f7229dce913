"""The sort of a question, by its wording."""

from __future__ import annotations

import pytest

from assess.answering.desk import matcher
from proveonce.assess.answering.shape import Shape, is_opposed, shape_of


def shape(text: str) -> Shape:
    return shape_of(text, matcher().vocabulary)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("How often are logs reviewed?", "quantity"),
        ("Describe your backup process.", "description"),
        ("Do you train staff? If so, describe how.", "condition"),
        ("Who approves access?", "description"),
        ("Will you sign a BAA?", ""),
        ("Can you provide a copy of the report?", "intention"),
        ("Backups?", "no yes/no"),
    ],
)
def test_doubts(text: str, doubt: str) -> None:
    doubts = " ".join(shape(text).doubts)
    assert (doubt in doubts) if doubt else True


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Is data encrypted at rest and in transit?", 2),
        ("Do you have policies and procedures for access?", 1),
        ("Are logging, monitoring and alerting in place?", 3),
        ("Is MFA enforced (e.g. tokens, apps and keys)?", 1),
    ],
)
def test_parts_of_a_compound(text: str, parts: int) -> None:
    assert len(shape(text).parts) == parts, shape(text).parts


def test_a_short_part_takes_what_it_shares() -> None:
    first, second = shape("Is data encrypted at rest and in transit?").parts
    assert matcher().vocabulary.words(second) == ("=encryption", "=in-transit")
    backups, endpoints = shape("Are backups and laptops encrypted?").parts
    assert "=encryption" in matcher().vocabulary.words(backups)
    assert first != second
    assert backups != endpoints


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Are backups encrypted?", "Are backups not encrypted?"),
        ("Are logs kept for 12 months?", "Are logs kept for 13 months?"),
        ("Are stores encrypted?", "Are stores unencrypted?"),
    ],
)
def test_opposed_wordings(one: str, other: str) -> None:
    assert is_opposed(one, other)
    assert not is_opposed(one, one.upper())
