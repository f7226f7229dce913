"""A verdict in the sheet's own words, and back; words that are not certain are no choice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from proveonce.model.questionnaire import Verdict

_MEANINGS: dict[Verdict, str] = {
    Verdict.YES: (
        "yes|y|yes fully|yes full|yes fully implemented|yes implemented|fully implemented|implemented|"
        "implemented fully|in place|fully in place|yes in place|"
        "compliant|fully compliant|yes compliant|met|fully met|true|fully|full|"
        "conforms|conformant|satisfied|pass|passed"
    ),
    Verdict.PARTIAL: (
        "partial|partially|partly|yes partially|yes partial|yes partly|partially yes|partial yes|no partially|in part|"
        "partially implemented|implemented partially|partly implemented|partially compliant|partially in place|"
        "partially met"
    ),
    Verdict.NO: (
        "no|n|not implemented|not in place|non compliant|not compliant|noncompliant|not met|false|not satisfied|fail|"
        "failed|no not implemented|no not in place|does not conform"
    ),
    Verdict.NOT_APPLICABLE: "na|n a|not applicable|not applicable na|na not applicable",
}
_VERDICT = {word: verdict for verdict, words in _MEANINGS.items() for word in words.split("|")}
_PLAIN = {Verdict.YES: "Yes", Verdict.NO: "No", Verdict.PARTIAL: "Partially", Verdict.NOT_APPLICABLE: "N/A"}
"""For cells that take free text."""
_PLACEHOLDER = re.compile(r"^\W*(?:select|choose|please|pick|click|answer here|tbd|to be completed)\b", re.IGNORECASE)


def verdict_of(word: str) -> Verdict | None:
    """What a sheet's word means; None where it is none that we are sure of."""
    return _VERDICT.get(_key(word))


def word_for(verdict: Verdict, choices: Sequence[str]) -> str | None:
    """The choice that says `verdict`, its spelling kept; None where none, or more than one, does.

    Without choices, a plain word.
    """
    if not choices:
        return _PLAIN.get(verdict)
    fitting = list(dict.fromkeys(choice for choice in choices if verdict_of(choice) is verdict))
    if len(fitting) > 1:
        plainest = [choice for choice in fitting if _key(choice) == _key(_PLAIN[verdict])]
        return plainest[0] if len(plainest) == 1 else None
    return fitting[0] if fitting else None


def has_partial(choices: Sequence[str]) -> bool:
    """Whether the sheet can say that something is partly so."""
    return bool(choices) and word_for(Verdict.PARTIAL, choices) is not None


def is_placeholder(text: str) -> bool:
    """Whether a cell holds an invitation to answer, or nothing."""
    return not text.strip() or _PLACEHOLDER.match(text) is not None


def ownership_word(meaning: str, choices: Sequence[str]) -> str:
    """The sheet's word for an ownership in CAIQ's words; empty where its list has none."""
    if not choices:
        return meaning
    return next((choice for choice in choices if _key(choice) == _key(meaning)), "")


def _key(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold().replace("n/a", "na")).split())
