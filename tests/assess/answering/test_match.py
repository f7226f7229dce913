"""The matcher on questions labelled before it was measured: precision, coverage, and nothing wrong but confident."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from assess.answering.desk import ROOT, matcher
from proveonce.model.questionnaire import Match

QUESTIONS: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/data/questions.yaml").read_text("utf-8"))


@cache
def matched() -> list[tuple[dict[str, Any], Match]]:
    return [(asked, matcher().match(asked["text"])) for asked in QUESTIONS]


def confident(kind: str) -> list[tuple[dict[str, Any], Match]]:
    """Those that a match would answer: above the threshold and free of doubt."""
    return [(asked, match) for asked, match in matched() if asked["kind"] == kind and not match.doubts]


def test_there_are_enough_questions_of_every_kind() -> None:
    kinds = [asked["kind"] for asked in QUESTIONS]
    assert len(QUESTIONS) >= 200
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "compound": 12, "negated": 16, "open": 12, "plain": 163, "stray": 28, "trap": 13,
    }  # fmt: skip
    assert len({asked["text"] for asked in QUESTIONS}) == len(QUESTIONS)


def test_the_first_control_is_right_19_times_of_20() -> None:
    found = [(asked, match) for asked, match in matched() if asked["kind"] == "plain" and match.confidence >= 0.40]
    right = [asked for asked, match in found if match.controls[0] in asked["controls"]]
    assert len(found) >= 140  # of 163: recall
    assert len(right) / len(found) >= 0.95


def test_nothing_is_wrong_but_confident() -> None:
    """Only a full match free of doubt is ever answered: each rests on a control that the question truly asks for."""
    answerable = [(a, m) for kind in ("plain", "negated", "compound") for a, m in confident(kind) if m.is_full]
    assert len(answerable) >= 85
    assert [(a["text"], m.controls) for a, m in answerable if not set(m.controls) & set(a["controls"])] == []


def test_what_is_free_of_doubt_is_right_19_times_of_20() -> None:
    found = [(a, m) for kind in ("plain", "negated", "compound") for a, m in confident(kind)]
    right = [a for a, m in found if set(m.controls) & set(a["controls"])]
    assert len(found) >= 125
    assert len(right) / len(found) >= 0.95


def test_a_full_match_asks_for_every_part() -> None:
    """Whatever could be answered Yes rests at least on the controls that the question truly asks for."""
    for asked, match in confident("compound"):
        if match.is_full:
            assert set(asked["controls"]) <= set(match.controls), asked["text"]


@pytest.mark.parametrize("kind", ["stray", "trap", "open"])
def test_nothing_off_the_topic_or_beyond_a_control_can_be_answered(kind: str) -> None:
    assert [(a["text"], m) for a, m in confident(kind) if m.is_full] == []


def test_a_negated_question_is_inverted_only_where_that_is_certain() -> None:
    answerable = {asked["text"] for asked, match in confident("negated") if match.is_full}
    assert answerable == {"Are there any unencrypted databases?", "Are any S3 buckets publicly accessible?",
                          "Are there any hard-coded passwords in your source code?"}  # fmt: skip
    assert all(match.is_inverted for asked, match in confident("negated") if match.is_full)


def test_the_words_that_matched_and_those_that_did_not_are_told() -> None:
    match = matcher().match("Is customer data encrypted at rest with keys that only the customer holds?")
    assert match.controls == ("CRY-02",)
    assert {"encryption", "at-rest"} <= set(match.words)
    assert "customer" in match.residual
    assert not match.is_full


def test_a_number_counts_only_with_what_it_numbers() -> None:
    assert matcher().match("Does an idle session time out after 15 minutes of inactivity?").is_full
    assert not matcher().match("Does an idle session time out after 5 minutes of inactivity?").is_full


def test_an_interval_counts_only_where_the_control_is_done_as_often() -> None:
    assert matcher().match("Do you perform penetration tests at least annually?").is_full
    assert not matcher().match("Do you perform penetration tests at least quarterly?").is_full


def test_what_a_control_only_mentions_is_not_what_it_is_about() -> None:
    """RSK-01 assesses risks, those of vendors too; whether vendors are assessed is VEN-02's to say."""
    match = matcher().match("Are your vendors assessed at least every 12 months?")
    assert match.controls == ("RSK-01",)
    assert "VEN-02 is about third-party" in match.residual
    assert not match.is_full
    assert matcher().match("Are backups tested yearly?").is_full, "an interval is no subject"


@pytest.mark.parametrize(
    "text",
    [
        "Do you store sensitive authentication data after authorization?",
        "Do employees have access to production databases?",
        "Can administrators delete audit logs?",
        "Do you share personal data with third parties?",
        "Does your product support MFA?",
        "Do you plan to encrypt databases at rest?",
        "Are secrets literal in source code?",
        "Is live data used in test environments?",
        "Are databases not encrypted at rest?",
        "Is data encrypted at rest unless the customer asks otherwise?",
        "Is access approved, and by whom?",
    ],
)
def test_what_a_control_forbids_or_does_not_claim_is_left_to_a_person(text: str) -> None:
    match = matcher().match(text)
    assert match.doubts, match
