"""One walk over an answer: does it fit AWS's model, how is it encoded, and what must not be kept.

Data is kept whole as modelled, except what botocore's model marks sensitive, what a spec's
allow-list leaves out and what looks like a secret: those leave a keyed commitment, so that a
change stays visible while the value does not. Settings of programs keep their names only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from proveonce.kernel.canonical import commitment, encode_text
from proveonce.kernel.canonical import encode as encode_plain
from proveonce.tables.models import are_settings, is_sensitive

_SECRET_NAME = re.compile(
    r"(pass(word|wd|phrase)|secret|token|api[_-]?key|private[_-]?key|credential)(?!s?(arn|id|name)\b)", re.IGNORECASE
)
_SECRET_MEMBER = re.compile(
    r"(password|passwd|passphrase|secret|secret_?(string|key|value|access_?key)|api_?key|private_?key|hec_?token"
    r"|(access|api|auth|bearer|id|refresh|security|session)_?token)$",
    re.IGNORECASE,
)
"""Members such as MasterUserPassword; not PasswordLastUsed, SecretArn, NextToken or PasswordEnabled."""
_SECRET_VALUE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b.{0,40}?[A-Za-z0-9/+]{40}"
    r"|\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}|xox[abpr]-[A-Za-z0-9-]{10,}"
    r"|[rs]k_live_[A-Za-z0-9]{16,}|AIza[A-Za-z0-9_-]{35})"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    re.DOTALL,
)
_ASSIGNED = re.compile(
    r"""(?P<arn>arn:[^\s"',;=&?]+)"""  # arn:aws:secretsmanager:…:secret:name names a secret and is none
    r"""|(?P<name>(?:pass(?:word|wd|phrase)?|pwd|secret(?:[_-]?(?:access[_-]?)?key)?|token|(?:api|private)[_-]?key)"""
    r"""(?P<key_quote>\\*["'])?\s*[=:]\s*)"""
    r"""(?:(?P<quote>\\*["'])(?P<quoted>(?:(?!(?P=quote))(?:\\.|.))+)"""
    r"""|(?P<bare>(?(key_quote)[^\s,}\]"']+|[^\s,;&"'\\]{4,})))""",
    re.IGNORECASE | re.DOTALL,
)
_JSON_WORDS = frozenset({"true", "false", "null"})
_USERINFO = re.compile(r"""(?<=://)(?:[^/?#\s"'<>@:]*:[^/?#\s"'<>]*|[^/?#\s"'<>@:]{16,})(?=@)""")
_PAIRS = (
    ("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"), ("tagKey", "tagValue"), ("Name", "Value"),
    ("name", "value"), ("ParameterKey", "ParameterValue"), ("OptionName", "Value"),
    ("OutputKey", "OutputValue"),
)  # fmt: skip
"""Members of tags, environment variables and the like: the first names what the second holds."""

_OPTION_SETTINGS = frozenset({"aws:elasticbeanstalk:application:environment", "EnvironmentVariables"})
"""Namespace and name of an Elastic Beanstalk option by which an application is handed its settings."""

_OF_A_SETTING = frozenset({"name", "key", "type"})
"""Members of a setting, in lower case, that hold no value."""

_HEADER_CONDITION = "HttpHeaderConfig"
"""Where a listener rule compares a header, often with the secret that CloudFront sends along."""

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
        return self._members(value, members, "")

    def raw(self, value: Any, members: Mapping[str, Shape] | None = None) -> Any:
        """A misfit's raw form, for quarantine: what fits as fitted, what does not by look.

        What is outside `members` leaves a commitment; without them, secrets are found by look only.
        """
        if members is None or not isinstance(value, Mapping):
            return self._by_look(value)
        return _Lenient(self._key).fit_members(value, members)

    def _by_look(self, value: Any) -> Any:
        return self._scrub_plain(encode_plain(_stringify(value)))

    def _misfit(self, path: str, expected: str, found: Any, *, is_hidden: bool = False) -> Any:  # noqa: ARG002 - for _Lenient
        raise Misfit(path, expected, found)

    def _fit(self, value: Any, shape: Shape, path: str) -> Any:
        if value is None:
            return None
        if is_sensitive(shape):
            return commitment(self._key, _stringify(value))
        if isinstance(shape, StructureShape):
            return self._structure(value, shape, path)
        if isinstance(shape, ListShape):
            if not isinstance(value, list | tuple):
                return self._misfit(path, "list", value)
            return [self._fit(item, shape.member, f"{path}[{index}]") for index, item in enumerate(value)]
        if isinstance(shape, MapShape):
            if not isinstance(value, Mapping):
                return self._misfit(path, "map", value)
            # A customer names the keys, so any that looks like a secret's is taken for one.
            return {
                encode_text(str(key)): self._committed(item)
                if _is_text(item) and (_SECRET_NAME.search(str(key)) or str(key).lower() == "environmentvariables")
                else self._fit(item, shape.value, f"{path}.{key}")
                for key, item in value.items()
            }
        return self._scalar(value, shape, path)

    def _structure(self, value: Any, shape: StructureShape, path: str) -> Any:
        if getattr(shape, "is_document_type", False):
            return self._by_look(value)
        if not isinstance(value, Mapping):
            return self._misfit(path, "structure", value)
        return self._members(value, shape.members, path)

    def _members(self, value: Mapping[str, Any], members: Mapping[str, Shape], path: str) -> dict[str, Any]:
        result = {
            name: self._committed(value[name])
            if _SECRET_MEMBER.search(name) and _is_text(value[name])
            else self._settings(value[name], member, f"{path}.{name}" if path else name)
            if are_settings(name, member) or (name == "Values" and path.endswith(_HEADER_CONDITION))
            else self._fit(value[name], member, f"{path}.{name}" if path else name)
            for name, member in members.items()
            if name in value
        }
        for name in _secret_halves(value):
            if name in members:
                result[name] = self._committed(value[name])
        return result

    def _committed(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._committed(item) for item in value]
        return commitment(self._key, value)

    def _settings(self, value: Any, shape: Shape, path: str) -> Any:
        """Settings with their names kept and their values committed."""
        if value is None:
            return None
        if isinstance(shape, ListShape):
            if not isinstance(value, list | tuple):
                return self._misfit(path, "list", value, is_hidden=True)
            return [self._settings(item, shape.member, f"{path}[{index}]") for index, item in enumerate(value)]
        if isinstance(shape, MapShape):
            if not isinstance(value, Mapping):
                return self._misfit(path, "map", value, is_hidden=True)
            return {encode_text(str(key)): self._settings(item, shape.value, path) for key, item in value.items()}
        if isinstance(shape, StructureShape):
            if not isinstance(value, Mapping):
                return self._misfit(path, "structure", value, is_hidden=True)
            return {
                name: (self._fit if name.lower() in _OF_A_SETTING else self._settings)(
                    value[name], member, f"{path}.{name}"
                )
                for name, member in shape.members.items()
                if name in value
            }
        return commitment(self._key, _stringify(value))

    def _scalar(self, value: Any, shape: Shape, path: str) -> Any:
        kind = shape.type_name
        check = _CHECKS.get(kind)
        if check is not None and not check(value):
            return self._misfit(path, kind, value)
        if kind in ("string", "character"):
            return self._text(value)
        if kind == "biginteger":
            return str(value)
        return encode_plain(value)

    def _text(self, text: str) -> str:
        if _SECRET_VALUE.search(text):
            return commitment(self._key, text)
        if "://" in text:
            text = _USERINFO.sub(lambda m: f"[userinfo {commitment(self._key, m[0])}]", text)
        if "=" in text or ":" in text:
            text = _ASSIGNED.sub(self._assigned, text)
        return encode_text(text)

    def _assigned(self, match: re.Match[str]) -> str:
        """What replaces `password=…`; JSON inside a text stays JSON."""
        if match["arn"]:
            return match[0]
        if match["quoted"] is not None:
            return f"{match['name']}{match['quote']}[{commitment(self._key, match['quoted'])}]"
        hidden = f"[{commitment(self._key, match['bare'])}]"
        quote = match["key_quote"]
        if quote is None:
            return match["name"] + hidden
        return match[0] if match["bare"].lower() in _JSON_WORDS else f"{match['name']}{quote}{hidden}{quote}"

    def _scrub_plain(self, value: Any) -> Any:
        if isinstance(value, dict):
            halves = _secret_halves(value)
            return {
                key: commitment(self._key, item)
                if key in halves or _SECRET_NAME.search(key)
                else self._scrub_plain(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._scrub_plain(item) for item in value]
        return self._text(value) if isinstance(value, str) else value


class _Lenient(Fitter):
    """Fits what fits, so that a sensitive member of a misfit is committed as in any other item."""

    def _misfit(self, path: str, expected: str, found: Any, *, is_hidden: bool = False) -> Any:  # noqa: ARG002 - the strict one tells them
        return commitment(self._key, _stringify(found)) if is_hidden else self._by_look(found)

    def _members(self, value: Mapping[str, Any], members: Mapping[str, Shape], path: str) -> dict[str, Any]:
        rest = {str(name): commitment(self._key, _stringify(item)) for name, item in value.items()
                if name not in members}  # fmt: skip
        return {**rest, **super()._members(value, members, path)}


def _secret_halves(value: Mapping[str, Any]) -> frozenset[str]:
    """The members whose sibling says that they hold a secret."""
    return frozenset(
        held
        for name, held in _PAIRS
        if _is_text(value.get(held))
        and isinstance(value.get(name), str)
        and (_SECRET_NAME.search(value[name]) or (name == "OptionName" and _hands_over_settings(value)))
    )


def _hands_over_settings(option: Mapping[str, Any]) -> bool:
    return not _OPTION_SETTINGS.isdisjoint(map(str, (option.get("Namespace"), option["OptionName"])))


def _is_text(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(item, str | bytes) for item in value)
    return isinstance(value, str | bytes)


def _stringify(value: Any) -> Any:
    """`value` with every leaf encodable, whatever a misfit holds."""
    if isinstance(value, Mapping):
        return {str(key): _stringify(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_stringify(item) for item in value]
    if value is None or isinstance(value, str | int | bool | bytes | datetime | date) or _is_number(value):
        return value
    return repr(value)


def _is_number(value: Any) -> bool:
    return _is_integer(value) or (isinstance(value, float) and math.isfinite(value))


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "character": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "timestamp": lambda value: isinstance(value, datetime),
    "blob": lambda value: isinstance(value, bytes | bytearray),
    **dict.fromkeys(_NUMBERS, _is_integer),
    **dict.fromkeys(_FLOATS, _is_number),
}
