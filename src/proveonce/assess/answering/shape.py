"""What sort of question it is: yes/no, a description, a quantity; negated, compound, conditional.

Recognised by its wording alone. Whatever is not certain counts against an answer, never for one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from proveonce.assess.answering.words import Vocabulary, normal


def _any(*alternatives: str, whole: bool = True) -> re.Pattern[str]:
    """Any of the alternatives, as whole words unless they say themselves where they begin and end."""
    joined = "|".join(alternatives)
    return re.compile(rf"\b(?:{joined})\b" if whole else joined)


_OPENING = re.compile(
    r"^(?:as an? [\w ]+, )?(?:please )?(?:confirm (?:that|whether|if) |(?:do|does|did|is|are|was|were|has|have|had|can"
    r"|could|will|would|should|must|may)\b)"
)
_DESCRIPTION = _any(
    r"^(?:please )?(?:list|name)\b",
    r"\b(?:describe|explain|elaborate|specify|summari[sz]e|attach|please provide|outline|comment on|indicate)\b",
    r"\bprovide (?:a|an|the|us|your|details|evidence|copies|documentation|information)\b",
    r"\bgive (?:a|an|the|us)\b|\bstate (?:the|your)\b|\bdetail (?:the|your|how)\b|\benumerate\b|\bidentify the\b",
    r"(?:^|[.?;,:] *)(?:how|what|which|who|whom|where|when|why)\b",
    whole=False,
)
_QUANTITY = _any(
    r"how (?:often|many|long|much|frequent(?:ly)?|soon|quickly|fast|old)",
    r"what (?:is the )?(?:frequency|percentage|number)",
    r"frequency of|(?<!\ba )number of|percentage|date of (?:the )?last|when (?:was|were|did)",
)
_CONDITION = _any(
    r"^if\b",
    r"[.?;,:(] *if (?:so|yes|no|not|applicable|any|you|the|your)\b",
    r"\bif (?:so|yes|no|not|applicable)\b|\bunless\b|\bexcept\b",
    whole=False,
)
_DOING = _any(
    r"^(?:can|could|may|are) (?:(?!you\b)[\w-]+ ){1,4}?(?:able to |allowed to |permitted to )?"
    r"(?:disable|bypass|delete|modify|change|alter|access|skip|override|log|use|see|view|read|share|copy|export)\b",
    r"\b(?:shares?|shared with|sells?|sold|allow(?:s|ed)?|permit(?:s|ted)?|outsourc\w*|offshor\w*)\b",
    r"\b(?:have|has) (?:\w+ )?access to\b|\bused (?:for|in|to) (?:test|train|develop)\w*",
    r"^do(?:es)? (?:you|your [\w-]+|the [\w-]+) (?:ever |also )?(?:store|collect|process|transmit|receive|hold|retain"
    r"|keep|access|transfer|disclose|sell|run|rely on|depend on|subcontract"
    r"|use (?:production|customer|live|personal|our|real|shared|default))\b",
    whole=False,
)
_FEATURE = _any(
    r"(?:your|the|this) (?:\w+ )?(?:product|solution|application|app|software|tool|portal|api|user interface)",
    r"supports?|offers?|available (?:to|for|in)",
)
_INTENT = _any(r"plan(?:s|ning)? to|intend\w*|willing|would you|will you|can you|able to|agree to|commit to|going to")
_DONE = "it asks what is done or can be done, which is no claim of a control"
_DOUBTS = (
    (_QUANTITY, "it asks for a quantity"),
    (_DESCRIPTION, "it asks for a description"),
    (_CONDITION, "it depends on a condition"),
    (_DOING, _DONE),
    (_FEATURE, "it asks for features of the product"),
    (_INTENT, "it asks for an intention or a promise"),
)
"""What no Yes or No of ours answers, in order."""
OPEN = ("it asks for a quantity", "it asks for a description")
"""Doubts that stand even where an id tells what is meant."""
_NEGATION = _any(
    r"\b(?:not|never|no|none|neither|nor|cannot|without|lack(?:s|ing)?|fail(?:s|ed)? to|absence of|refuse(?:s)? to)\b",
    r"\b(?:avoid(?:s|ed)?|exempt(?:ed)?|bypass(?:ed)?|unable)\b|n't\b",
    whole=False,
)
_BAD = _any(
    r"unencrypted|un-encrypted|clear ?text|clear-text|plain ?text|plain-text|in the clear|unprotected|insecure(?:ly)?",
    r"unpatched|unsupported|outdated|obsolete|end.of.life|default (?:passwords?|credentials)|hard-?coded",
    r"shared (?:accounts?|credentials?|passwords?|logins?)|generic accounts?|public(?:ly)?|exposed|unmanaged|unlogged",
    r"unmonitored|unauthenticated|anonymous(?:ly)?|unrestricted|unlimited|uncontrolled|unsegmented|disabled|weak",
    r"open to the internet|internet-facing|wildcards?|personal (?:devices?|phones?)|untested|undocumented",
)
_HARMLESS = _any(
    r"public (?:applications?|web\w*|networks?|key|sector|internet|apis?)",
    r"public access (?:is )?(?:blocked|denied|prohibited)",
    r"(?:shared|generic) accounts? (?:are |is )?(?:prohibited|forbidden|blocked)",
    r"default passwords? (?:are )?changed|(?:unused|inactive|dormant|stale) [\w ]*?(?:disabled|removed)",
    r"no later than|not only",
)
"""Where a word that mostly negates does not."""
PREVENTS = _any(
    r"block\w*|prohibit\w*|prevent\w*|(?:kept|keep) (?:out|off|away)|restrict\w*|limit\w*|clos\w+|den(?:y|ies|ied)",
    r"delet\w*|remov\w*|mask\w*|forbid\w*|disabl\w*|replac\w*|protected (?:from|against)|unreadable",
)
"""Words that turn a wording round without negating it."""
_PRONOUN = _any("it|they|them|these|those|its|their")
_NUMBERS = re.compile(r"\d+")
_ENCRYPTED = r"(?:unencrypted|un-encrypted|in (?:the clear|clear ?text|clear-text|plain ?text|plain-text))"
_INVERTIBLE = (
    (re.compile(rf"^(?:are|is) (?:there )?any (?:\w+ ){{0,2}}?{_ENCRYPTED}"), re.compile(_ENCRYPTED), "encrypted"),
    (re.compile(rf"^do you (?:store|keep|hold|leave|transmit|send) (?:any )?(?:[\w-]+ ){{1,4}}{_ENCRYPTED}"),
     re.compile(_ENCRYPTED), "encrypted"),
    (re.compile(r"^(?:are|is) (?:there )?any (?:of your )?(?:\w+ ){0,3}(?:buckets?|snapshots?|volumes?|images?) "
                r"(?:that are )?public(?:ly accessible)?\??$"), re.compile(r"public(?:ly accessible)?"), "public"),
    (re.compile(r"^(?:are|is) (?:there )?any (?:passwords?|secrets?|credentials?|keys?)(?: or \w+)? hard-?coded"
                r"|^are there any hard-?coded (?:passwords?|secrets?|credentials?|keys?)\b"),
     re.compile(r"hard-?coded"), "hard-coded"),
)  # fmt: skip
"""Patterns of a question whose No is the good answer, the words that make it so, and what stands for them when its
controls are sought. Only these are certain."""
_SEPARATOR = re.compile(r"\s*(?:\band/or\b|\bas well as\b|\band\b|\bor\b|;|\?|,|&)\s*")
_TAIL = re.compile(
    r"\((?:e\.?g\.?|i\.?e\.?|for example|such as)[^)]*\)|,? (?:e\.g\.|i\.e\.|for example,|such as) [^?]*"
)
_MAX_PARTS = 6
_ENOUGH = 2
"""Meaning words with which a part of a compound stands by itself."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A question as its wording shows it."""

    is_yes_no: bool
    is_negated: bool = False
    is_inverted: bool = False
    """Negated in a way that is certain: No is the good answer."""
    sought: str = ""
    """The text by which its controls are sought: without examples, and put the right way round."""
    parts: tuple[str, ...] = ()
    """Of a compound question, each part with what it shares with the first; one: it is not compound."""
    doubts: tuple[str, ...] = ()
    """Why only a person, or the library, can answer it."""


def shape_of(text: str, vocabulary: Vocabulary) -> Shape:
    """The shape of a question."""
    plain = normal(text)
    sought, is_negated, is_inverted = _polarity(plain)
    parts = _parts(_TAIL.sub(" ", sought), vocabulary)
    doubts = [doubt for pattern, doubt in _DOUBTS if pattern.search(plain)]
    is_yes_no = bool(_OPENING.match(plain))
    if not is_yes_no and not doubts and plain.endswith("?"):
        doubts.append("it is no yes/no question")
    if is_inverted:
        doubts = [doubt for doubt in doubts if doubt != _DONE]
    elif is_negated:
        doubts.append("it is negated, and what its Yes would mean is not certain")
    if len(parts) > 1 and any(_PRONOUN.search(part) for part in parts[1:]):
        doubts.append("it asks for several things that refer to each other")
    return Shape(is_yes_no, is_negated, is_inverted, sought, parts, tuple(doubts))


def is_opposed(one: str, other: str) -> bool:
    """Whether two wordings may differ by a negation or a number, however alike they look."""
    return any(
        sorted(pattern.findall(normal(one))) != sorted(pattern.findall(normal(other)))
        for pattern in (_NEGATION, _BAD, _NUMBERS)
    )


def _polarity(plain: str) -> tuple[str, bool, bool]:
    """The text the right way round, whether it is negated, and whether that is certain."""
    judged = _HARMLESS.sub(" ", plain)
    negations = len(_NEGATION.findall(judged)) + len(_BAD.findall(judged))
    if not negations:
        return plain, False, False
    for pattern, words, meaning in _INVERTIBLE:
        if pattern.search(plain) and negations == 1:
            return words.sub(meaning, plain, count=1), True, True
    return plain, True, False


def _parts(plain: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The parts of a compound question; phrases that only look compound (policies and procedures) are one word."""
    pieces = [piece for piece in _SEPARATOR.split(vocabulary.joined(plain)) if vocabulary.words(piece)]
    if len(pieces) <= 1 or len(pieces) > _MAX_PARTS:
        return tuple(pieces[:1]) if len(pieces) <= 1 else (plain,)
    head, last = vocabulary.words(pieces[0]), vocabulary.words(pieces[-1])
    if len(head) < _ENOUGH and len(last) >= _ENOUGH and not _OPENING.match(pieces[-1]):
        shared = " ".join(last[1:])
        return tuple(p if len(vocabulary.words(p)) >= _ENOUGH else f"{p} {shared}" for p in pieces)
    shared = " ".join(head[:-1])
    return (pieces[0], *(p if _OPENING.match(p) else f"{shared} {p}".strip() for p in pieces[1:]))
