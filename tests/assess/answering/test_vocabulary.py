"""A verdict in the sheet's own words."""

from __future__ import annotations

import pytest

from proveonce.assess.answering.vocabulary import has_partial, is_placeholder, ownership_word, verdict_of, word_for
from proveonce.model.questionnaire import Verdict


@pytest.mark.parametrize(
    ("choices", "yes", "no", "partial", "not_applicable"),
    [
        (("Yes", "No", "NA"), "Yes", "No", None, "NA"),
        (("Y", "N", "N/A"), "Y", "N", None, "N/A"),
        (("YES – fully", "Yes - partially", "NO"), "YES – fully", "NO", "Yes - partially", None),
        (("Implemented", "Partially Implemented", "Not Implemented"), "Implemented", "Not Implemented",
         "Partially Implemented", None),
        (("Compliant", "Not Compliant", "Not Applicable", "Legal Conflict"), "Compliant", "Not Compliant", None,
         "Not Applicable"),
        (("In place", "Not in place", "Not tested"), "In place", "Not in place", None, None),
        (("yes", "Yes - with exceptions", "no"), "yes", "no", None, None),
        (("High", "Medium", "Low"), None, None, None, None),
        (("Fully implemented", "Implemented", "No"), None, "No", None, None),
    ],
)  # fmt: skip
def test_words_of_sheets(
    choices: tuple[str, ...], yes: str | None, no: str | None, partial: str | None, not_applicable: str | None
) -> None:
    assert word_for(Verdict.YES, choices) == yes
    assert word_for(Verdict.NO, choices) == no
    assert word_for(Verdict.PARTIAL, choices) == partial
    assert word_for(Verdict.NOT_APPLICABLE, choices) == not_applicable
    assert has_partial(choices) is (partial is not None)


def test_a_free_cell_takes_a_plain_word_and_no_partial() -> None:
    assert word_for(Verdict.YES, ()) == "Yes"
    assert not has_partial(())


@pytest.mark.parametrize("word", ["Yes, planned", "Yes with compensating control", "Not yet", "In progress", ""])
def test_a_word_that_is_not_certain_is_no_verdict(word: str) -> None:
    assert verdict_of(word) is None


def test_an_invitation_is_no_answer() -> None:
    assert is_placeholder("Select…")
    assert is_placeholder("  ")
    assert not is_placeholder("Yes")


def test_ownership_in_the_sheets_own_spelling() -> None:
    assert (
        ownership_word("Shared CSP and 3rd-party", ("CSP-owned", "Shared CSP and 3rd-Party"))
        == "Shared CSP and 3rd-Party"
    )
    assert ownership_word("CSP-owned", ("Ours", "Theirs")) == ""
