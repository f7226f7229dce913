"""Google VSAQ questionnaires: JSON with comments, and with strings joined by `+`; parsed, never evaluated.

Answers of VSAQ live in a map of their own, from item id to value; a choice of a group is an item `checked`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from proveonce.kernel.errors import UsageError
from proveonce.model.questionnaire import Format, Question, Questionnaire, Slot

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|[^"/]+|/', re.DOTALL)
_JOIN = re.compile(r"\s*\+\s*$")
_TRAILING = re.compile(r",(\s*[\]}])")
_TAG = re.compile(r"<[^<>]*>")
_ASKING = {"check", "radiogroup", "checkgroup", "yesno", "line", "box", "radio"}
MAX_DEPTH = 40
MAX_ITEMS = 20_000
CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class Item:
    """An item that asks, and where it stands."""

    pointer: str
    body: Mapping[str, Any]
    section: str

    @property
    def id(self) -> str:
        """Its id; a group without one is known by its first choice."""
        name = str(self.body.get("id") or "")
        return name or next((key for key, _ in self._choices()), "")

    def _choices(self) -> list[tuple[str, str]]:
        listed = self.body.get("choices", ())
        held = listed if isinstance(listed, list) else []
        return [(str(key), str(label)) for one in held if isinstance(one, dict) for key, label in one.items()]

    @property
    def values(self) -> dict[str, tuple[str, str]]:
        """Word of the sheet → the id and the value that stand for it; empty: any text."""
        name, kind = self.id, self.body.get("type")
        if kind == "yesno":
            return {
                _words(self.body.get("yes", "")) or "Yes": (name, "yes"),
                _words(self.body.get("no", "")) or "No": (name, "no"),
            }
        if kind in {"check", "radio"}:
            return {"Yes": (name, CHECKED)}
        if kind in {"radiogroup", "checkgroup"}:
            return {_words(label) or key: (key, CHECKED) for key, label in self._choices()}
        return {}


def is_vsaq(data: bytes) -> bool:
    """Whether a file reads as VSAQ at its beginning."""
    head = data[:20_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith((b"{", b"//", b"/*")) and b'"questionnaire"' in data[:100_000]


def read_vsaq(data: bytes, where: str) -> Questionnaire:
    """The questionnaire in a VSAQ file. Raises: UsageError when it is none."""
    body = load_vsaq(data, where)
    questions = []
    keys: set[str] = set()
    for item in items(body, where):
        name = item.id
        text = _words(item.body.get("text") or item.body.get("name") or "")
        if not name or name in keys:
            raise UsageError(f"{item.pointer}: the item has no id of its own", where=where, fix="give each item one")
        keys.add(name)
        questions.append(Question(name, name, text, item.section, Slot("", item.pointer, tuple(item.values)),
                                  place=item.pointer))  # fmt: skip
    if not questions:
        raise UsageError("no questions were found", where=where, fix="name a VSAQ questionnaire")
    notes = ["VSAQ keeps answers in a file of their own: a map from item id to value is written",
             "conditions between items (`cond`) are not evaluated: every item is read"]  # fmt: skip
    return Questionnaire(Format.VSAQ, "VSAQ", str(body.get("version", "")), tuple(questions), tuple(notes))


def load_vsaq(data: bytes, where: str) -> dict[str, Any]:
    """The JSON of a VSAQ file, comments off and joined strings whole. Raises: UsageError."""
    try:
        body = json.loads(_strict(data.decode("utf-8-sig")))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UsageError(f"this is no VSAQ questionnaire: {error}", where=where, fix="check its JSON") from error
    if not isinstance(body, dict) or not isinstance(body.get("questionnaire"), list):
        raise UsageError(
            "this JSON holds no questionnaire", where=where, fix="name a VSAQ questionnaire, .xlsx or .csv"
        )
    return body


def _strict(text: str) -> str:
    """The text as strict JSON."""
    out: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token.startswith(("//", "/*")):
            continue
        if token.startswith('"') and len(out) > 1 and _JOIN.fullmatch(out[-1]) and out[-2].endswith('"'):
            out.pop()
            out[-1] = out[-1][:-1] + token[1:]
        elif out and not token.startswith('"') and not out[-1].startswith('"'):
            out[-1] += token
        else:
            out.append(token)
    return "".join(piece if piece.startswith('"') else _TRAILING.sub(r"\1", piece) for piece in out)


def items(body: Mapping[str, Any], where: str) -> list[Item]:
    """Every item that asks, in order. Raises: UsageError over the bounds."""
    found: list[Item] = []
    _gather(body["questionnaire"], "/questionnaire", "", 0, found, where)
    return found


def _gather(listed: list[Any], pointer: str, section: str, depth: int, found: list[Item], where: str) -> None:
    if depth > MAX_DEPTH or len(found) > MAX_ITEMS:
        raise UsageError("the questionnaire has more items, or deeper ones, than are read", where=where, fix="split it")
    for index, one in enumerate(listed):
        if not isinstance(one, dict):
            continue
        if one.get("type") in _ASKING:
            found.append(Item(f"{pointer}/{index}", one, section))
        if isinstance(one.get("items"), list):
            named = _words(one.get("text") or "") or section
            _gather(one["items"], f"{pointer}/{index}/items", named, depth + 1, found, where)


def _words(html: object) -> str:
    """HTML as words."""
    return " ".join(unescape(_TAG.sub(" ", str(html))).split())
