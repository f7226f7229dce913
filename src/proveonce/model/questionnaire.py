"""Questionnaires: what others ask, where its answer goes, and what we answer with what behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from proveonce.model.control import ControlId


class Format(StrEnum):
    """A family of questionnaires."""

    CAIQ = "caiq"
    CAIQ_LITE = "caiq_lite"
    AI_CAIQ = "ai_caiq"
    """Shaped as a CAIQ, but its ids name the controls of another matrix."""
    HECVAT = "hecvat"
    VSAQ = "vsaq"
    SIG = "sig"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that an answer may be written to."""

    sheet: str
    """Empty in files without sheets."""
    cell: str
    """A1 reference; in CSV too, counted as a spreadsheet would; in JSON a JSON pointer."""
    choices: tuple[str, ...] = ()
    """The sheet's own vocabulary, from data validation or the format; empty: free text."""
    current: str = ""
    """What stands there."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a questionnaire."""

    key: str
    """Unique in the questionnaire: its id, or sheet and row."""
    id: str
    """As the questionnaire gives it; may be empty, may repeat."""
    text: str
    section: str = ""
    answer: Slot | None = None
    """None: the sheet has nowhere to answer it."""
    comment: Slot | None = None
    ownership: Slot | None = None
    place: str = ""
    """`Sheet!B12`, for people."""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire as read."""

    format: Format
    title: str
    edition: str
    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()
    """What a person must know: macros, external links, hidden sheets, rows that looked like questions and are none."""


class Verdict(StrEnum):
    """What we answer, before it is put in the sheet's own words."""

    YES = "yes"
    PARTIAL = "partial"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"
    TEXT = "text"
    """An approved answer in words."""
    NEEDS_REVIEW = "needs_review"


class Origin(StrEnum):
    """Where an answer comes from."""

    EVIDENCE = "evidence"
    LIBRARY = "library"
    PERSON = "person"
    """Needs one."""


@dataclass(frozen=True, slots=True)
class Match:
    """Why a question was taken to ask for some controls."""

    controls: tuple[ControlId, ...]
    confidence: float
    """0 to 1; ids of a known questionnaire are 1."""
    how: str
    """id, library, text or none."""
    is_full: bool = False
    """Whether these controls, all passing, answer the whole of the question."""
    is_inverted: bool = False
    """Whether the question asks for what the controls prevent: all passing means No."""
    words: tuple[str, ...] = ()
    """The words that matched."""
    residual: str = ""
    """What of the question they leave open."""
    doubts: tuple[str, ...] = ()
    """Why it was sent to a person: negated, compound, below the threshold."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What we answer to one question, and why."""

    question: Question
    verdict: Verdict
    origin: Origin
    match: Match
    written: str = ""
    """In the sheet's own vocabulary; empty: the cell is left as it was."""
    comment: str = ""
    ownership: str = ""
    reasons: tuple[str, ...] = ()
    """Why it needs a person, or why not Yes."""
    evidence: tuple[str, ...] = ()
    """References: attestation ids, `run digest control`, record ids."""


@dataclass(frozen=True, slots=True)
class LibraryAnswer:
    """An answer that somebody approved, and until when."""

    id: str
    question: str
    """The wording it was approved for."""
    verdict: Verdict
    text: str
    owner: str
    approved_by: str
    approved_on: str
    expires_on: str
    controls: tuple[ControlId, ...] = ()
    """What it rests on; withdrawn once their evidence no longer supports it."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """Format → question id it also answers."""
