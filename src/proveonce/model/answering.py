"""What questions are answered with: maps by id, words of the field, the state of the controls, the answer library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from proveonce.kernel.located import Place
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.finding import Status
from proveonce.model.questionnaire import Format, LibraryAnswer
from proveonce.model.register import Attestation


@dataclass(frozen=True, slots=True)
class MapEntry:
    """Which controls answer one question of a known questionnaire. A claim, like a crosswalk's edge."""

    id: str
    topic: str
    """What it is about, in our words; a question that shares no word of it is another question."""
    controls: tuple[ControlId, ...]
    is_full: bool
    """Whether these controls, all passing, answer the whole question."""
    rationale: str
    residual: str = ""
    is_inverted: bool = False
    """Whether the question asks for what the controls prevent: all passing means No."""
    place: Place = Place("", 1, 1)


@dataclass(frozen=True, slots=True)
class QuestionMap:
    """A known questionnaire, by the ids of its questions."""

    format: Format
    title: str
    edition: str
    """The edition, or the start of it, whose ids these are."""
    entries: Mapping[str, MapEntry]
    not_mapped: Mapping[str, str] = field(default_factory=dict)
    """Question id → why no control answers it."""


@dataclass(frozen=True, slots=True)
class Companion:
    """What a question in free text about a control also needs, because the control speaks of a part only."""

    controls: tuple[ControlId, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class AnsweringContent:
    """Everything that says which controls a question asks for."""

    maps: Mapping[Format, QuestionMap] = field(default_factory=dict)
    synonyms: tuple[tuple[str, ...], ...] = ()
    """Groups of words and phrases that mean the same; the first stands for the group."""
    fillers: frozenset[str] = frozenset()
    """Words that ask or join, and so carry nothing."""
    companions: Mapping[ControlId, Companion] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deviation:
    """A check that fails, as a comment tells it."""

    check: str
    title: str
    failed: int
    total: int


@dataclass(frozen=True, slots=True)
class ControlState:
    """One control as the evidence shows it."""

    control: ControlId
    title: str
    status: Status | None
    """None: no occurrence."""
    passed: int = 0
    total: int = 0
    reasons: tuple[str, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    owner: str = ""
    """Role, with the person where the workspace names one."""
    acceptances: tuple[str, ...] = ()
    """Ids of risk acceptances in force; they excuse nothing here."""
    frameworks: tuple[str, ...] = ()
    """Frameworks with a requirement that it serves."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that answers rest on. Finished facts: deciding on them reads nothing more."""

    content: Content
    answering: AnsweringContent
    day: str
    """Day on which we answer, ISO 8601."""
    states: Mapping[ControlId, ControlState] | None = None
    """None: there is no assessment, and everything needs a person."""
    run: str = ""
    """First 16 hex digits of the run's digest."""
    read_at: str = ""
    """Instant at which the reading of evidence ended."""
    age_days: int = 0
    """Age of that reading on `day`."""
    max_age_days: int = 7
    """Beyond which evidence is stale, and supports nothing."""
    attestations: tuple[Attestation, ...] = ()
    library: tuple[LibraryAnswer, ...] = ()
    threshold: float = 0.0
    """Confidence below which a match in free text is left to a person."""
    overwrite: bool = False
    """Whether cells that hold an answer already are written to."""

    @property
    def is_fresh(self) -> bool:
        """Whether the evidence is young enough to support an answer; from the future counts as unknown."""
        return 0 <= self.age_days <= self.max_age_days
