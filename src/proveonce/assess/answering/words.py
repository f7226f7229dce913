"""The words of a text that carry meaning: phrases of the field made one word, endings cut, fillers dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_NO_WORD = "=data"
"""What customers call their data; as general as data itself."""
_WORD = re.compile(r"[a-z0-9][a-z0-9&./'-]*[a-z0-9&]|[a-z0-9]")
_ENDINGS = ("isations", "izations", "isation", "ization", "ations", "ation", "ments", "ment", "ings", "ing", "ies",
            "ed", "es", "s", "e")  # fmt: skip
_SHORTEST_STEM = 4


class Vocabulary:
    """The synonyms of the field, ready to be found in a text."""

    def __init__(self, groups: Iterable[tuple[str, ...]], fillers: frozenset[str] = frozenset()) -> None:
        self._fillers = fillers
        self._canonical = {word: f"={group[0]}" for group in groups for word in group}
        phrases = sorted(self._canonical, key=len, reverse=True)
        joined = "|".join(re.escape(phrase) for phrase in phrases)
        self._phrase = re.compile(rf"(?<![\w=-])(?:{joined})(?![\w-])") if phrases else None
        self.words = lru_cache(maxsize=4096)(self._words)

    def joined(self, text: str) -> str:
        """The text in lower case, each phrase of a group put as its one word, which begins with `=`."""
        plain = normal(text)
        if self._phrase is None:
            return plain
        return self._phrase.sub(lambda match: self._canonical[match.group()].replace(" ", "-"), plain)

    def _words(self, text: str) -> tuple[str, ...]:
        """The words of `text` that carry meaning, in order; the same meaning gives the same word."""
        found = []
        for piece in self.joined(text).split():
            marked = piece.find("=")
            if marked >= 0:
                word = re.sub(r"[^a-z0-9/=-]", "", piece[marked:])
                found += [word] if word != _NO_WORD else []
                continue
            found += [stem(word) for word in _WORD.findall(piece) if word not in self._fillers]
        return tuple(found)


def normal(text: str) -> str:
    """The text in lower case and one form of characters, white space single."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‑", "-").replace("–", "-")
    return " ".join(plain.split())


def stem(word: str) -> str:
    """The word without a common ending, as long as four letters stay."""
    word = word.removesuffix("'s").strip("'./-")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
