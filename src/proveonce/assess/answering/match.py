"""Which controls a question in free text asks for, by the words that it shares with them.

BM25 (bm25s) finds controls near to the question over their titles, statements, objectives, evidence and what the
requirements they cover say; each is then held to the words of the question, weighted by how rare they are, and to its
title (rapidfuzz). The confidence is between 0 and 1 and falls with every word that the control does not know, so that
what is off the topic stays low. A match is full only where the control's own words cover the whole question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from proveonce.assess.answering.shape import OPEN, PREVENTS, Shape, shape_of
from proveonce.assess.answering.words import Vocabulary
from proveonce.kernel.durations import days
from proveonce.model.answering import AnsweringContent
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId, Nature
from proveonce.model.questionnaire import Match

DEFAULT_THRESHOLD = 0.40
"""Measured on the labelled questions of the tests: the first control is right more than 19 times of 20 above it."""
_CANDIDATES = 12
_NEAR = 0.93
"""Share of the best score from which another control is asked for too."""
_RIVAL = 0.4
"""Share of the best score from which a control that is about another word of the question makes a match doubtful."""
_MAX_CONTROLS = 4
_TITLE_COUNTS = 3
INTERVALS = {"=yearly": 367, "=half-yearly": 184, "=quarterly": 93, "=monthly": 31, "=weekly": 7, "=daily": 1}
"""Word for an interval → its days at most."""
_NUMBER = re.compile(
    r"\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|hundred"
)
_FORBIDS = re.compile(r"\b(?:not|no|cannot|never|without|kept away)\b")
_NONE = Match((), 0.0, "none", doubts=("no common control shares enough of its words",))


@dataclass(frozen=True, slots=True)
class _Scored:
    control: ControlId
    confidence: float
    words: tuple[str, ...]
    unknown: tuple[str, ...]
    """Words of the question that neither title, statement nor objective of the control has."""


class Matcher:
    """Matches questions in free text; made once for a content."""

    def __init__(self, content: Content, answering: AnsweringContent) -> None:
        import bm25s

        self.vocabulary = Vocabulary(answering.synonyms, answering.fillers)
        self._answering = answering
        self._controls = list(content.controls.values())
        self._titles = [" ".join(self.vocabulary.words(control.title)) for control in self._controls]
        self._named = [frozenset(self.vocabulary.words(control.title)) for control in self._controls]
        self._pairs = [frozenset(pairwise(self.vocabulary.words(_own_text(control)))) for control in self._controls]
        self._own = [frozenset(self.vocabulary.words(_own_text(control))) for control in self._controls]
        said = _requirement_texts(content)
        documents = [
            [word for text in (*[c.title] * _TITLE_COUNTS, _own_text(c), *c.evidence, *said.get(c.id, ()))
             for word in self.vocabulary.words(text)]
            for c in self._controls
        ]  # fmt: skip
        self._known = [frozenset(document) for document in documents]
        self._rarity = _rarity(self._known)
        self._rarest = max(self._rarity.values(), default=1.0)
        self._index: Any = bm25s.BM25()
        self._index.index(documents, show_progress=False)

    def match(self, text: str, threshold: float = DEFAULT_THRESHOLD) -> Match:
        """The controls that `text` asks for, each part of a compound by itself; doubts say why not to rely on it."""
        shape = shape_of(text, self.vocabulary)
        parts = [self._one(part, threshold) for part in shape.parts or (shape.sought,)]
        found = parts[0] if len(parts) == 1 else _joined(parts)
        if shape.is_inverted:
            found = replace(found, is_inverted=True)
        doubts = [*shape.doubts, *_compound_doubts(shape, parts, threshold), *found.doubts]
        if not shape.is_negated and not PREVENTS.search(text.lower()):
            doubts += [f"{c} forbids something, and the question does not" for c in found.controls if self._forbids(c)]
        return replace(found, doubts=tuple(sorted(dict.fromkeys(doubts), key=_weight_of)))

    def _forbids(self, control: ControlId) -> bool:
        """Whether the control claims that something is not so, by its title."""
        return any(c.id == control and _FORBIDS.search(c.title.lower()) for c in self._controls)

    def _one(self, text: str, threshold: float) -> Match:
        words = tuple(dict.fromkeys(self.vocabulary.words(text)))
        pairs = dict(pairwise(words))
        known = [word for word in words if word in self._rarity]
        if not known:
            return _NONE
        scored = self._scored(words, known)
        best = scored[0]
        near = [s for s in scored if s.confidence >= best.confidence * _NEAR][:_MAX_CONTROLS]
        controls, notes = self._with_companions(tuple(s.control for s in near))
        unsaid = self._unsaid(best, words, pairs)
        rival = self._rival(scored, controls, words)
        is_full = best.confidence >= threshold and not unsaid and not rival and _is_specific(words)
        doubts = () if best.confidence >= threshold else (
            f"confidence {best.confidence:.2f} is below the threshold {threshold:.2f}",
        )  # fmt: skip
        residual = f"words that {best.control} does not speak of: {', '.join(unsaid)}" if unsaid else rival
        return Match(controls, round(best.confidence, 4), "text", is_full, words=best.words,
                     residual="; ".join([residual, *notes] if residual else notes), doubts=doubts)  # fmt: skip

    def _scored(self, words: Sequence[str], known: list[str]) -> list[_Scored]:
        """The candidates, best first."""
        from rapidfuzz import fuzz

        ranks = self._index.get_scores(known)
        order = sorted(range(len(self._controls)), key=lambda i: (-float(ranks[i]), self._controls[i].id))
        top = float(ranks[order[0]]) or 1.0
        total = sum(self._weight(word) for word in words)
        question = " ".join(words)
        scored = []
        for i in order[:_CANDIDATES]:
            covered = sum(self._weight(w) for w in words if w in self._known[i]) / total
            own = sum(self._weight(w) for w in words if w in self._own[i]) / total
            named = sum(self._weight(w) for w in words if w in self._named[i]) / total
            title = fuzz.token_set_ratio(question, self._titles[i]) / 100
            rank = float(ranks[i]) / top
            confidence = covered * (0.25 * own + 0.3 * named + 0.2 * title + 0.25 * rank) + (1 - covered) * 0.1 * rank
            scored.append(_Scored(
                self._controls[i].id, min(confidence, 1.0), tuple(_shown(w) for w in words if w in self._known[i]),
                tuple(_shown(w) for w in words if w not in self._own[i]),
            ))  # fmt: skip
        return sorted(scored, key=lambda s: (-s.confidence, s.control))

    def _unsaid(self, best: _Scored, words: Sequence[str], pairs: Mapping[str, str]) -> list[str]:
        """The words of the question that the control does not say.

        A number counts only with the word after it, an interval only where people do the control as often.
        """
        i = next(n for n, control in enumerate(self._controls) if control.id == best.control)
        control = self._controls[i]
        unsaid = list(best.unknown)
        for word in words:
            if _NUMBER.fullmatch(word) and (word, pairs.get(word, "")) not in self._pairs[i]:
                unsaid.append(word)
            is_manual = control.nature is not Nature.AUTOMATED
            if is_manual and word in INTERVALS and (days(control.cadence) or math.inf) > INTERVALS[word]:
                unsaid.append(_shown(word))
        return list(dict.fromkeys(unsaid))

    def _rival(self, scored: Sequence[_Scored], controls: Sequence[ControlId], words: Sequence[str]) -> str:
        """Another near control that is about a word of the question which those found only mention; empty if none.

        "Are vendors assessed?" is about vendors, whatever the control over risks says of them.
        """
        named = {control.id: self._named[n] for n, control in enumerate(self._controls)}
        mentioned = set(words) - set(INTERVALS) - frozenset().union(*(named[control] for control in controls))
        for other in scored:
            if other.confidence >= scored[0].confidence * _RIVAL and other.control not in controls:
                for word in words:
                    if word in mentioned & named[other.control]:
                        return f"{other.control} is about {_shown(word)}, which {controls[0]} only mentions"
        return ""

    def _with_companions(self, controls: tuple[ControlId, ...]) -> tuple[tuple[ControlId, ...], list[str]]:
        added: dict[ControlId, None] = dict.fromkeys(controls)
        notes = []
        for control in controls:
            if companion := self._answering.companions.get(control):
                added.update(dict.fromkeys(companion.controls))
                notes.append(companion.reason)
        return tuple(added), notes

    def _weight(self, word: str) -> float:
        return self._rarity.get(word, self._rarest)


def _is_specific(words: Sequence[str]) -> bool:
    """Whether the question says enough to be about one thing: two words, or one phrase of the field."""
    return len(words) > 1 or any("-" in word for word in words)


def _weight_of(doubt: str) -> int:
    """Order of doubts as a person reads them: what words must answer, what nothing is near to, the rest."""
    return 0 if doubt.startswith(OPEN) else 1 if doubt.startswith(("confidence", "no common")) else 2


def _own_text(control: CommonControl) -> str:
    return f"{control.title}. {control.statement} {control.objective}"


def _requirement_texts(content: Content) -> dict[ControlId, tuple[str, ...]]:
    """Control → the titles and paraphrases of the requirements that it covers in full."""
    said: dict[ControlId, list[str]] = {}
    for framework in content.frameworks.values():
        crosswalk = content.crosswalks.get(framework.id)
        texts = {r.id: (r.title, r.paraphrase) for r in framework.requirements}
        for edge in crosswalk.edges if crosswalk else ():
            if edge.relation.is_full:
                said.setdefault(edge.control, []).extend(texts[edge.requirement])
    return {control: tuple(texts) for control, texts in said.items()}


def _rarity(documents: Sequence[frozenset[str]]) -> Mapping[str, float]:
    """Word → its inverse document frequency."""
    counts: dict[str, int] = {}
    for document in documents:
        for word in document:
            counts[word] = counts.get(word, 0) + 1
    return {word: math.log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for word, n in counts.items()}


def _joined(parts: list[Match]) -> Match:
    """A compound: as sure as its weakest part, full only if every part is."""
    return Match(
        controls=tuple(dict.fromkeys(control for part in parts for control in part.controls)),
        confidence=min(part.confidence for part in parts),
        how="text" if all(part.how == "text" for part in parts) else "none",
        is_full=all(part.is_full for part in parts),
        words=tuple(dict.fromkeys(word for part in parts for word in part.words)),
        residual="; ".join(dict.fromkeys(part.residual for part in parts if part.residual)),
    )


def _compound_doubts(shape: Shape, parts: list[Match], threshold: float) -> tuple[str, ...]:
    if len(shape.parts) > 1 and any(part.confidence < threshold for part in parts):
        weak = [said for said, part in zip(shape.parts, parts, strict=True) if part.confidence < threshold]
        return (f"it asks for several things, and no control was found for: {'; '.join(weak)}".replace("=", ""),)
    return ()


def _shown(word: str) -> str:
    return word.removeprefix("=")
