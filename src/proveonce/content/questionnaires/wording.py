"""Telling questions from section names, notes, examples, ends and placeholders by their words."""

from __future__ import annotations

import re

_ASKING = re.compile(
    r"(do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|shall|may|must|how|what|which|who|"
    r"whom|whose|"
    r"when|where|why|describe|please|provide|list|explain|state|specify|indicate|confirm|identify|detail|outline|name|"
    r"upload|attach|select|if|in what|to what|for how|within|under|by)\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"\W*(end of (the )?(standard|document|questionnaire|section|survey|file|assessment)\b|\(?end\)?\W*$)",
    re.IGNORECASE,
)
_LEGAL = re.compile(r"(©|\(c\)\s*(copyright|\d{4})|\bcopyright\b.{0,40}\d{4}|\ball rights reserved\b)", re.IGNORECASE)
_NOTE = re.compile(
    r"\W*(notes?|instructions?|disclaimer|legend|hint|tip|important|reminder)\b\s*[:\-–.]|"
    r"\W*(thank you\b|please (complete|fill|return|answer (all|each|every)|use (the|this)|do not|send|submit)\b)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"\W*(example|sample|e\.?g\.?)(\W|$)", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"\W*(please\s+)?(select|choose|pick|click|enter|type|insert|drop ?down)\b.{0,60}|"
    r"<[^<>]{1,60}>|\[[^\[\]]{1,60}\]|[-–_.…\s]+",
    re.IGNORECASE | re.DOTALL,
)
_SECTION_WORDS = 8
_SECTION_LENGTH = 90


def asks(text: str) -> bool:
    """Whether a text asks or demands something."""
    return "?" in text or "？" in text or "؟" in text or _ASKING.match(text.lstrip(" •-*\"'")) is not None


def ends(text: str) -> bool:
    """Whether a text says that the questions are over, or whose they are."""
    return _END.match(text) is not None or (_LEGAL.search(text) is not None and "?" not in text)


def instructs(text: str) -> bool:
    """Whether a text tells how to fill the sheet."""
    return _NOTE.match(text) is not None and not text.rstrip().endswith("?")


def is_example(*texts: str) -> bool:
    """Whether a row shows how to answer."""
    return any(_EXAMPLE.match(text) is not None for text in texts)


def is_section(text: str) -> bool:
    """Whether a text is short enough, and says little enough, to name a section."""
    return (
        len(text) <= _SECTION_LENGTH
        and len(text.split()) <= _SECTION_WORDS
        and not asks(text)
        and not text.rstrip().endswith((".", ";"))
    )


def is_placeholder(text: str) -> bool:
    """Whether a cell holds only what the sender put there to be replaced: `Please select`, `<answer>`, `-`."""
    return _PLACEHOLDER.fullmatch(text.strip()) is not None
