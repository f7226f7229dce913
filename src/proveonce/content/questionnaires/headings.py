"""Which columns of a row are headed as question, answer, comment, ownership, id or section.

A heading is read as English is: of `Question ID` and `Answer details` the last word that names a role decides.
Words of an evaluator, of an earlier answer or of scoring take a heading out of the running.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_HEADING = 120


class Role(StrEnum):
    """What a column is for."""

    QUESTION = "question"
    ANSWER = "answer"
    COMMENT = "comment"
    OWNERSHIP = "ownership"
    ID = "id"
    SECTION = "section"


_WEIGHTS = {
    Role.QUESTION: 3.0,
    Role.ANSWER: 3.0,
    Role.COMMENT: 1.5,
    Role.OWNERSHIP: 1.0,
    Role.ID: 1.0,
    Role.SECTION: 0.5,
}
_STRONG: Mapping[Role, tuple[str, ...]] = {
    Role.QUESTION: ("question", "questions", "inquiry", "query", "frage"),
    Role.ANSWER: (
        "answer", "answers", "response", "responses", "reply", "yes/no", "y/n", "yes/no/na", "yes no", "antwort",
    ),
    Role.COMMENT: (
        "comment", "comments", "explain", "details", "detail", "notes", "note", "explanation", "explanations",
        "remarks", "remark", "additional information", "further information", "additional info", "justification",
        "rationale", "implementation description", "implementation details", "narrative", "evidence",
        "supporting evidence", "supporting documentation", "clarification", "elaboration", "bemerkung",
    ),
    Role.OWNERSHIP: ("ownership", "responsibility", "responsibilities", "responsible party"),
    Role.ID: (
        "id", "ids", "#", "no", "nr", "num", "ref", "reference", "number", "q#", "q no", "q id", "s no", "sr no",
        "item no", "key",
    ),
    Role.SECTION: ("domain", "category", "section", "area", "topic", "family", "chapter", "theme", "subject", "group"),
}  # fmt: skip
_WEAK: Mapping[Role, tuple[str, ...]] = {
    Role.QUESTION: (
        "control", "controls", "requirement", "requirements", "request", "criteria", "criterion", "statement",
        "specification",
        "item", "description", "text", "title", "measure", "safeguard", "ask", "assessment",
    ),
    Role.ANSWER: ("compliant", "compliance", "in place", "implemented", "met", "status", "compliance status",
        "result", "state"),
    Role.COMMENT: ("description", "information", "documentation", "attachment", "proof", "observations"),
    Role.OWNERSHIP: ("owner",),
}  # fmt: skip
_BARRED = frozenset({
    "score", "scoring", "weight", "points", "previous", "prior", "expected", "preferred", "sample", "example",
    "options",
    "allowed", "possible", "type", "format", "date", "deadline", "due", "guidance", "guideline", "guidelines",
    "instructions", "help", "csc", "ccm", "mapping", "importance", "priority", "severity", "length", "mandatory", "old",
    "count",
})  # fmt: skip
"""Words of columns that are not ours to fill, whatever else the heading says."""
_BARRED_OF_ANSWERS = _BARRED | {
    "analyst", "evaluator", "reviewer", "assessor", "auditor", "customer", "internal", "risk", "last", "email", "name",
    "required", "follow-up",
}  # fmt: skip
"""Words of columns that an answer never goes into; a question may hold them."""
_WORD = re.compile(r"[^\W_]+|#")
_WORDS = frozenset(
    word
    for table in (_STRONG, _WEAK)
    for phrases in table.values()
    for phrase in phrases
    for word in _WORD.findall(phrase)
)
"""Without one of these a text is no heading; most cells of a large sheet are told by this alone."""
_PARENTHESIS = re.compile(r"\s*[\(\[][^()\[\]]*[\)\]]\s*$")
_CHOICE = re.compile(r"[\(\[]([^()\[\]]*)[\)\]]\s*$")
_KNOWN_CHOICES = frozenset({
    "yes", "no", "na", "n/a", "y", "n", "partial", "partially", "not applicable", "compliant", "non-compliant",
    "not compliant",
    "partially compliant", "in place", "not in place", "unknown", "in progress", "planned", "other", "true",
    "false", "none",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """The role that a text gives its column, and how sure that is."""

    role: Role
    score: float
    word: str
    """The word that decided."""


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one table, from one row of headings."""

    row: int
    columns: Mapping[Role, int]
    words: Mapping[Role, str] = field(default_factory=dict)
    """The heading of each column, as it stands."""
    choices: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    """Words that a heading's parenthesis allows."""
    section: str = ""
    """A text in the row that heads no column: HECVAT puts a section's name there."""
    score: float = 0.0

    @property
    def layout(self) -> tuple[int | None, ...]:
        """Where question, answer and comment stand."""
        return tuple(self.columns.get(role) for role in (Role.QUESTION, Role.ANSWER, Role.COMMENT))


def plain(text: str) -> str:
    """A heading in lower case, spaces collapsed, the trailing parenthesis off."""
    text = " ".join(text.lower().split()).rstrip(":*? ")
    return _PARENTHESIS.sub("", text).rstrip(":*? ") or text


def heading(text: str) -> Heading | None:
    """The role that a heading gives its column; None when it names none."""
    if len(text) > MAX_HEADING or _WORDS.isdisjoint(_WORD.findall(text.lower())):
        return None
    words = plain(text)
    if "compliant response" in words:
        return None
    tokens = re.sub(
        r"[^\w#&/ ]+", " ", words.replace("/", " / ") if words not in _STRONG[Role.ANSWER] else words
    ).split()
    found = _last_role(_before_of(tokens))
    if found is None:
        return None
    role, word, strength = found
    barred = _BARRED if role in {Role.QUESTION, Role.ID, Role.SECTION} else _BARRED_OF_ANSWERS
    if barred.intersection(re.findall(r"[a-z][a-z-]*", words)):
        return None
    # A heading is short; a long text that holds a role's word is a sentence.
    spare = max(len(tokens) - len(word.split()), 0)
    return Heading(role, strength * max(1 - 0.08 * spare, 0.2), word) if spare <= 7 else None  # noqa: PLR2004 - as said


def _before_of(tokens: list[str]) -> list[str]:
    """`Description of the control`: what stands before `of` is what the column holds."""
    for joint in ("of", "for", "to", "by", "if"):
        if joint in tokens[1:]:
            tokens = tokens[: tokens.index(joint, 1)]
    return tokens


def _last_role(tokens: list[str]) -> tuple[Role, str, float] | None:
    best: tuple[int, int, Role, str, float] | None = None
    for strength, table in ((1.0, _STRONG), (0.6, _WEAK)):
        for role, phrases in table.items():
            for phrase in phrases:
                parts = phrase.split()
                for at in range(len(tokens) - len(parts), -1, -1):
                    # `If no, explain` has no number.
                    is_last = phrase != "no" or at == len(tokens) - 1
                    if is_last and tokens[at : at + len(parts)] == parts:
                        # Strong words before weak ones; then the later; then the longer.
                        key = (int(strength), at + len(parts), role, phrase, strength)
                        if best is None or (key[0], key[1], len(phrase)) > (best[0], best[1], len(best[3])):
                            best = key
                        break
    if best is None:
        return None
    strong_id = best[2] is not Role.ID and tokens[-1] in _STRONG[Role.ID]
    return (Role.ID, tokens[-1], 1.0) if strong_id else (best[2], best[3], best[4])


def groups(row: int, texts: Mapping[int, str]) -> list[Group]:
    """The tables that a row heads, left to right; empty when it heads none.

    A role met again after an answer begins a second table beside the first.
    """
    found = [(column, heading(text)) for column, text in sorted(texts.items())]
    runs: list[dict[Role, tuple[int, Heading]]] = [{}]
    for column, named in found:
        if named is None:
            continue
        run = runs[-1]
        starts = (
            named.role in {Role.QUESTION, Role.ID} and named.role in run and {Role.QUESTION, Role.ANSWER} <= set(run)
        )
        if starts and named.score >= run[named.role][1].score:
            runs.append({})
        elif named.role in run and run[named.role][1].score >= named.score:
            continue
        runs[-1][named.role] = column, named
    runs = [run for run in runs if Role.ANSWER in run or Role.QUESTION in run]
    return [_group(row, run, texts) for run in runs]


def _group(row: int, run: Mapping[Role, tuple[int, Heading]], texts: Mapping[int, str]) -> Group:
    taken = {column for column, _ in run.values()}
    left = [text for column, text in sorted(texts.items()) if column not in taken and column < min(taken)]
    section = " ".join(left[0].split()) if left and Role.QUESTION not in run else ""
    return Group(
        row,
        {role: column for role, (column, _) in run.items()},
        {role: " ".join(texts[column].split()) for role, (column, _) in run.items()},
        {role: found for role, (column, _) in run.items() if (found := listed(texts[column]))},
        section,
        round(sum(_WEIGHTS[role] * named.score for role, (_, named) in run.items()), 2),
    )


def is_choice(text: str) -> bool:
    """Whether a text is an answer, as Yes, No and N/A are."""
    return text.strip().lower() in _KNOWN_CHOICES


def listed(text: str) -> tuple[str, ...]:
    """The words that a heading allows: of `Response (Yes/No/N/A)` Yes, No and N/A."""
    match = _CHOICE.search(text)
    inner = match[1] if match else text
    words = [word.strip().replace("\0", "/") for word in re.split(r"[/,;|]", re.sub(r"(?i)\bn/a\b", "N\0A", inner))]
    words = [re.sub(r"^or\s+", "", word, flags=re.IGNORECASE) for word in words]
    return tuple(words) if len(words) > 1 and all(word.lower() in _KNOWN_CHOICES for word in words) else ()
