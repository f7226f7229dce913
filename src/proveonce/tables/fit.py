"""One walk over an answer: does it fit AWS's model, how is it encoded, and what must not be kept.

Data is kept whole as modelled, except what botocore's model marks sensitive, what a spec's
allow-list leaves out and what looks like a secret: those leave a keyed commitment, so that a
change stays visible while the value does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from proveonce.kernel.canonical import commitment, encode_text
from proveonce.kernel.canonical import encode as encode_plain

_SECRET_NAME = re.compile(
    r"(pass(word|wd|phrase)|secret|token|api[_-]?key|private[_-]?key|credential)(?!s?(arn|id|name)\b)", re.IGNORECASE
)
_SECRET_VALUE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b.{0,40}?[A-Za-z0-9/+]{40}"
    r"|\b(gh[pousr]_[A-Za-z0-9]{36,}|xox[abpr]-[A-Za-z0-9-]{10,}|sk_live_[A-Za-z0-9]{16,}|AIza[A-Za-z0-9_-]{35})"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    re.DOTALL,
)
_ASSIGNED = re.compile(r"((?:pass(?:word|wd)?|secret|token|api[_-]?key)\s*[=:]\s*)([^\s,;&\"']{4,})", re.IGNORECASE)
_USERINFO = re.compile(r"(?<=://)[^/@\s]+:[^/@\s]+(?=@)")

_NUMBERS = frozenset({"integer", "long", "short", "byte"})
_FLOATS = frozenset({"float", "double", "bigdecimal"})


class Misfit(Exception):  # noqa: N818 - it is what the item is, raised and caught within collect
    """A value that does not fit its shape; carries the path to it."""

    def __init__(self, path: str, expected: str, found: Any) -> None:
        super().__init__(f"{path}: {expected} expected, {type(found).__name__} found")


class Fitter:
    """Fits and encodes answers; holds the key of the commitments."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def fit(self, value: Any, shape: Shape) -> Any:
        """`value` in canonical JSON's types.

        Raises: Misfit at the first member whose type AWS's model does not allow.
        """
        return self._fit(value, shape, shape.name)

    def fit_members(self, value: Mapping[str, Any], members: Mapping[str, Shape]) -> dict[str, Any]:
        """Only `members` of `value`, each fitted. Raises: Misfit."""
        return {name: self._fit(value[name], shape, name) for name, shape in members.items() if name in value}

    def raw(self, value: Any) -> Any:
        """A misfit's raw form, for quarantine: encoded, secrets by look only."""
        return self._scrub_plain(encode_plain(_stringify(value)))

    def _fit(self, value: Any, shape: Shape, path: str) -> Any:
        if value is None:
            return None
        if shape.metadata.get("sensitive") or shape.serialization.get("sensitive"):
            return commitment(self._key, _stringify(value))
        if isinstance(shape, StructureShape):
            return self._structure(value, shape, path)
        if isinstance(shape, ListShape):
            if not isinstance(value, list | tuple):
                raise Misfit(path, "list", value)
            return [self._fit(item, shape.member, f"{path}[{index}]") for index, item in enumerate(value)]
        if isinstance(shape, MapShape):
            if not isinstance(value, Mapping):
                raise Misfit(path, "map", value)
            return {
                encode_text(str(key)): self._named(str(key), item, shape.value, f"{path}.{key}")
                for key, item in value.items()
            }
        return self._scalar(value, shape, path)

    def _structure(self, value: Any, shape: StructureShape, path: str) -> Any:
        if getattr(shape, "is_document_type", False):
            return encode_plain(value)
        if not isinstance(value, Mapping):
            raise Misfit(path, "structure", value)
        members = shape.members
        if _is_tag(members):
            return self._tag(value)
        return {
            name: self._named(name, value[name], member, f"{path}.{name}")
            for name, member in members.items()
            if name in value
        }

    def _named(self, name: str, value: Any, shape: Shape, path: str) -> Any:
        """A member, committed when its name says that it is a secret."""
        if isinstance(value, str) and _SECRET_NAME.search(name) and _is_secret_member(name):
            return commitment(self._key, value)
        return self._fit(value, shape, path)

    def _tag(self, value: Mapping[str, Any]) -> dict[str, Any]:
        key = "Key" if "Key" in value else "key"
        content = "Value" if key == "Key" else "value"
        name, text = str(value.get(key, "")), value.get(content)
        if isinstance(text, str) and _SECRET_NAME.search(name):
            text = commitment(self._key, text)
        result = {k: encode_plain(v) for k, v in value.items() if k not in (key, content)}
        result[key] = encode_text(name)
        if text is not None:
            result[content] = self._text(str(text))
        return result

    def _scalar(self, value: Any, shape: Shape, path: str) -> Any:
        kind = shape.type_name
        check = _CHECKS.get(kind)
        if check is not None and not check(value):
            raise Misfit(path, kind, value)
        if kind in ("string", "character"):
            return self._text(value)
        if kind == "biginteger":
            return str(value)
        return encode_plain(value)

    def _text(self, text: str) -> str:
        if _SECRET_VALUE.search(text):
            return commitment(self._key, text)
        if "://" in text:
            text = _USERINFO.sub("[userinfo removed]", text)
        if "=" in text or ":" in text:
            text = _ASSIGNED.sub(lambda m: f"{m[1]}[{commitment(self._key, m[2])}]", text)
        return encode_text(text)

    def _scrub_plain(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: commitment(self._key, item) if _SECRET_NAME.search(key) else self._scrub_plain(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._scrub_plain(item) for item in value]
        return self._text(value) if isinstance(value, str) else value


def _is_secret_member(name: str) -> bool:
    """Names such as MasterUserPassword; not PasswordLastUsed, SecretArn, NextToken or PasswordEnabled."""
    return bool(
        re.search(r"(password|passphrase|secret|secret(string|key|value)|api_?key|private_?key)$", name, re.IGNORECASE)
    )


def _is_tag(members: Mapping[str, Shape]) -> bool:
    names = set(members)
    return names in ({"Key", "Value"}, {"key", "value"}) or ({"Key", "Value"} <= names and "ResourceType" in names)


def _stringify(value: Any) -> Any:
    """`value` with every leaf encodable, whatever a misfit holds."""
    if isinstance(value, Mapping):
        return {str(key): _stringify(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_stringify(item) for item in value]
    if value is None or isinstance(value, str | int | bool | bytes | datetime | date):
        return value
    return repr(value)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "character": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "timestamp": lambda value: isinstance(value, datetime),
    "blob": lambda value: isinstance(value, bytes | bytearray) or hasattr(value, "read"),
    **dict.fromkeys(_NUMBERS, _is_integer),
    **dict.fromkeys(_FLOATS, lambda value: _is_integer(value) or isinstance(value, float)),
}
