"""Which family a questionnaire is of, and the words that family answers in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from proveonce.model.questionnaire import Format

CAIQ_ID = re.compile(r"[A-Z&]{2,4}-\d{2}\.\d{1,2}")
HECVAT_ID = re.compile(r"[A-Z]{4}-\d{2}")
SIG_ID = re.compile(r"[A-Z]{1,2}(\.\d{1,3}){1,5}")
ANY_ID = re.compile(r"(?i)(?=.*\d)[a-z&]{0,8}[-._ #]{0,2}\d{1,4}([-._]\d{1,4}|[-._]?[a-z]{1,3}){0,5}\.?")
"""A text that numbers a question, whatever the scheme."""
EVALUATOR_SHEET = re.compile(r"(?i)evaluation|analyst|scoring|score ?card|crosswalk|\breport\b")
_EDITION = re.compile(r"(?i)(?:v|version|caiq|lite|full|hecvat)[ _.-]*(\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)")
_SHARE = 0.5
_CAIQ_OWNERS = ("CSP-owned", "CSC-owned", "3rd-party outsourced", "Shared CSP and CSC", "Shared CSP and 3rd-party")
_ANSWERS = {
    Format.CAIQ: ("Yes", "No", "NA"),
    Format.CAIQ_LITE: ("Yes", "No", "NA"),
    Format.AI_CAIQ: ("Yes", "No", "NA"),
    Format.SIG: ("Yes", "No", "N/A"),
}


def recognise(ids: Sequence[str], sheets: Sequence[str], titles: Iterable[str], headings: Iterable[str]) -> Format:
    """The family, from the questions' ids, the sheets' names, what stands above the tables, and their headings."""
    named = " ".join([*sheets, *titles, *headings]).lower()
    if re.search(r"ai[- ]?caiq", named):
        return Format.AI_CAIQ
    if _share(ids, CAIQ_ID) >= _SHARE:
        return Format.CAIQ_LITE if re.search(r"caiq[ _-]*(v?[\d.]+[ _-]*)?lite|lite[ _-]*caiq", named) else Format.CAIQ
    if _share(ids, HECVAT_ID) >= _SHARE and ("hecvat" in named or "analyst notes" in named):
        return Format.HECVAT
    if _share(ids, SIG_ID) >= _SHARE and re.search(r"\bques num\b|\bsig\b", named):
        return Format.SIG
    return Format.FREE


def _share(ids: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.fullmatch(name) is not None for name in ids) / len(ids) if ids else 0.0


def edition(texts: Iterable[str]) -> str:
    """The edition that a sheet's name or a title tells; empty when none does."""
    return next((match[1] for text in texts if (match := _EDITION.search(text))), "")


def answers(family: Format) -> tuple[str, ...]:
    """The words a family answers in where the file gives none; empty: free text."""
    return _ANSWERS.get(family, ())


def owners(family: Format) -> tuple[str, ...]:
    """The words of its ownership column."""
    return _CAIQ_OWNERS if family in {Format.CAIQ, Format.CAIQ_LITE, Format.AI_CAIQ} else ()
