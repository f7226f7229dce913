"""What sort of question it is: yes/no, a description, a quantity; negated, compound, conditional.

Recognised by its wording alone. Whatever is not certain counts against an answer, never for one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from proveonce.assess.answering.words import Vocabulary, normal

_OPENING = re.compile(
    r"^(?:as an? [\w ]+, )?(?:please )?(?:confirm (?:that|whether|if) |(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should"
    r"|must|may)\b)"
)
_DESCRIBES = re.compile(
    r"^(?:please )?(?:list|name)\b|\b(?:describe|explain|elaborate|specify|summari[sz]e|attach|please provide|provide (?:a|an|the|us|your|"
    r"details|evidence|copies|documentation|information)|give (?:a|an|the|us)|state (?:the|your)|outline|comment on|"
    r"indicate|detail (?:the|your|how)|enumerate|identify the)\b|^(?:how|what|which|who|whom|where|when|why)\b|"
    r"[.?;,:] *(?:how|what|which|who|where|when|why)\b"
)
_QUANTITY = re.compile(
    r"\bhow (?:often|many|long|much|frequent(?:ly)?|soon|quickly|fast|old)\b|\bwhat (?:is the )?(?:frequency|percentage|number)"
    r"|\bfrequency of\b|(?<!\ba )\bnumber of\b|\bpercentage\b|\bdate of (?:the )?last\b|\bwhen (?:was|were|did)\b"
)
_CONDITION = re.compile(
    r"^if\b|[.?;,:(] *if (?:so|yes|no|not|applicable|any|you|the|your)\b|\bif (?:so|yes|no|not|applicable)\b|\bunless\b"
    r"|\bexcept\b"
)
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|neither|nor|cannot|without|lack(?:s|ing)?|fail(?:s|ed)? to|absence of|refuse(?:s)? to|"
    r"avoid(?:s|ed)?|exempt(?:ed)?|bypass(?:ed)?|unable)\b|n't\b"
)
_BAD = re.compile(
    r"\b(?:unencrypted|un-encrypted|clear ?text|clear-text|plain ?text|plain-text|in the clear|unprotected|insecure(?:ly)?|"
    r"unpatched|unsupported|outdated|obsolete|end.of.life|default passwords?|default credentials|hard-?coded|"
    r"shared (?:accounts?|credentials?|passwords?|logins?)|generic accounts?|publicly|public access|public|exposed|unmanaged|unlogged|"
    r"unmonitored|unauthenticated|anonymous(?:ly)?|unrestricted|unlimited|uncontrolled|unsegmented|disabled|weak|"
    r"open to the internet|internet-facing|wildcards?|personal (?:devices?|phones?)|untested|undocumented)\b"
)
_HARMLESS = re.compile(
    r"\bpublic (?:applications?|web\w*|networks?|key|sector|internet|apis?)\b|\bpublic access (?:is )?(?:blocked|denied|prohibited)\b"
    r"|\b(?:shared|generic) accounts? (?:are |is )?(?:prohibited|forbidden|blocked)\b|\bdefault passwords? (?:are )?changed\b"
    r"|\b(?:unused|inactive|dormant|stale) [\w ]*?(?:disabled|removed)\b|\bno later than\b|\bnot only\b"
)
"""Where a word that mostly negates does not."""
_ABILITY = re.compile(
    r"^(?:can|could|may|are) (?:(?!you\b)[\w-]+ ){1,4}?(?:able to |allowed to |permitted to )?(?:disable|bypass|"
    r"delete|modify|change|alter|access|skip|override|log|use|see|view|read|share|copy|download|export)\b"
)
_DOING = re.compile(
    r"\b(?:share|shares|shared with|sell|sells|sold|allow|allows|allowed|permit|permits|permitted|outsourc\w*|offshor\w*)\b"
    r"|\b(?:have|has) (?:\w+ )?access to\b|\bused (?:for|in|to) (?:test|train|develop)\w*"
    r"|^do(?:es)? (?:you|your [\w-]+|the [\w-]+) (?:ever |also )?(?:store|collect|process|transmit|receive|hold|retain|keep|access|"
    r"transfer|disclose|sell|use (?:production|customer|live|personal|our|real|shared|default)|run|rely on|depend on|subcontract)\b"
)
_PRODUCT = re.compile(
    r"\b(?:your|the|this) (?:\w+ )?(?:product|solution|application|app|software|tool|portal|api|user interface)\b|\bsupports?\b"
    r"|\boffers?\b|\bavailable (?:to|for|in)\b"
)
_INTENT = re.compile(
    r"\b(?:plan(?:s|ning)? to|intend\w*|willing|would you|will you|can you|able to|agree to|commit to|going to)\b"
)
PREVENTS = re.compile(
    r"\b(?:block\w*|prohibit\w*|prevent\w*|kept (?:out|off|away)|keep (?:out|off|away)|restrict\w*|limit\w*|clos\w+|den(?:y|ies|ied)|"
    r"delet\w*|remov\w*|mask\w*|forbid\w*|disabl\w*|replac\w*|protected (?:from|against)|unreadable)\b"
)
"""Words that turn a wording round without negating it."""
_PRONOUN = re.compile(r"\b(?:it|they|them|these|those|its|their)\b")
_ENCRYPTED = r"(?:unencrypted|un-encrypted|in (?:the clear|clear ?text|clear-text|plain ?text|plain-text))"
_INVERTIBLE = (
    (re.compile(rf"^(?:are|is) (?:there )?any (?:\w+ )*?{_ENCRYPTED}"), re.compile(_ENCRYPTED), "encrypted"),
    (re.compile(rf"^do you (?:store|keep|hold|leave|transmit|send) (?:any )?(?:[\w-]+ ){{1,4}}{_ENCRYPTED}"),
     re.compile(_ENCRYPTED), "encrypted"),
    (re.compile(r"^(?:are|is) (?:there )?any (?:of your )?(?:\w+ ){0,3}(?:buckets?|snapshots?|volumes?|images?) "
                r"(?:that are )?public(?:ly accessible)?\??$"), re.compile(r"public(?:ly accessible)?"), "public"),
    (re.compile(r"^(?:are|is) (?:there )?any (?:passwords?|secrets?|credentials?|keys?)(?: or \w+)? hard-?coded"),
     re.compile(r"hard-?coded"), "hard-coded"),
)  # fmt: skip
"""Patterns of a question whose No is the good answer, the words that make it so, and what stands for them when its
controls are sought. Only these are certain."""
_SEPARATOR = re.compile(r"\s*(?:\band/or\b|\bas well as\b|\band\b|\bor\b|;|\?|,|&)\s*")
_TAIL = re.compile(
    r"\((?:e\.?g\.?|i\.?e\.?|for example|such as)[^)]*\)|,? (?:e\.g\.|i\.e\.|for example,|such as) [^?]*"
)
_DONE = "it asks what is done or can be done, which is no claim of a control"
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
    doubts = []
    if _QUANTITY.search(plain):
        doubts.append("it asks for a quantity")
    if _DESCRIBES.search(plain):
        doubts.append("it asks for a description")
    if _CONDITION.search(plain):
        doubts.append("it depends on a condition")
    if _ABILITY.search(plain) or _DOING.search(plain):
        doubts.append(_DONE)
    if _PRODUCT.search(plain):
        doubts.append("it asks for features of the product")
    if _INTENT.search(plain):
        doubts.append("it asks for an intention or a promise")
    is_yes_no = bool(_OPENING.match(plain))
    if not is_yes_no and not doubts and plain.endswith("?"):
        doubts.append("it is no yes/no question")
    sought, is_negated, is_inverted = _polarity(plain)
    if is_inverted:
        doubts = [doubt for doubt in doubts if doubt != _DONE]
    if is_negated and not is_inverted:
        doubts.append("it is negated, and what its Yes would mean is not certain")
    parts = _parts(_TAIL.sub(" ", sought), vocabulary)
    if len(parts) > 1 and any(_PRONOUN.search(part) for part in parts[1:]):
        doubts.append("it asks for several things that refer to each other")
    return Shape(is_yes_no, is_negated, is_inverted, sought, parts, tuple(doubts))


def is_opposed(one: str, other: str) -> bool:
    """Whether two wordings may differ by a negation or a number, however alike they look."""
    return any(
        sorted(pattern.findall(normal(one))) != sorted(pattern.findall(normal(other)))
        for pattern in (_NEGATION, _BAD, re.compile(r"\d+"))
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
