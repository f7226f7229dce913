r"""Canonical JSON and digests: equal data, equal bytes, everywhere.

RFC 8785 semantics with a fixed encoding of what JSON lacks: instants are UTC microsecond `Z`
strings, bytes are base64, integers beyond 2^53-1 are decimal strings, lone surrogates are escaped
as the text `\udXXX`. `canonical` is a fast path through the standard encoder; a
differential test holds it equal to the `rfc8785` package.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from proveonce.kernel.instants import format_instant

MAX_SAFE_INTEGER = 2**53 - 1
_BMP_END = 0xFFFF


def digest(data: bytes) -> str:
    """SHA-256 of `data`, 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def encode_text(text: str) -> str:
    r"""`text`, with every lone surrogate written as the six characters `\udXXX`, so that it is UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8") if not text.isascii() else text


def encode(value: Any) -> Any:  # noqa: PLR0911 - one return a type is the table itself
    """`value` in JSON's own types, by the fixed encoding above.

    Raises: TypeError for a type that has no encoding, ValueError for NaN, infinities and two keys that
    would be written alike.
    """
    match value:
        case None | bool():
            return value
        case str():
            return encode_text(value)
        case int():
            return value if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else str(value)
        case float():
            return _encode_float(value)
        case datetime():
            return format_instant(value)
        case date():
            return value.isoformat()
        case bytes() | bytearray():
            return base64.b64encode(value).decode("ascii")
        case Mapping():
            return _encode_mapping(value)
        case list() | tuple() | set() | frozenset():
            items = sorted(value) if isinstance(value, set | frozenset) else value
            return [encode(item) for item in items]
    raise TypeError(f"no canonical encoding for {type(value).__name__}")


def _encode_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    result = {encode_text(str(key)): encode(item) for key, item in value.items()}
    if len(result) != len(value):
        raise ValueError("two keys of a mapping would be written alike")
    return result


def _encode_float(value: float) -> float | int:
    if not math.isfinite(value):
        raise ValueError(f"{value} has no JSON form")
    # ES6 prints an integral double without a fraction (RFC 8785 section 3.2.2.3).
    return int(value) if value.is_integer() and abs(value) <= MAX_SAFE_INTEGER else value


def canonical(value: Any) -> bytes:
    """The canonical bytes of `value`, without a final newline."""
    encoded = encode(value)
    if _needs_slow_path(encoded):
        import rfc8785  # only for keys beyond the BMP and odd floats

        return rfc8785.dumps(encoded)
    return json.dumps(encoded, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def decode(data: bytes) -> Any:
    """The value of canonical bytes, such that `canonical` gives them back.

    An integer beyond 2^53-1 among them was a float: ES6 prints those below 1e21 without an exponent.
    """
    return json.loads(data, parse_int=_decode_integer)


def _decode_integer(digits: str) -> int | float:
    value = int(digits)
    return value if abs(value) <= MAX_SAFE_INTEGER else float(digits)


def _needs_slow_path(value: Any) -> bool:
    """Whether Python's encoder and RFC 8785 may differ.

    Floats print alike only for integers; keys sort by UTF-16 code units, which differs from code
    points only beyond the BMP.
    """
    if isinstance(value, dict):
        return any(
            (not key.isascii() and any(ord(c) > _BMP_END for c in key)) or _needs_slow_path(item)
            for key, item in value.items()
        )
    if isinstance(value, list):
        return any(_needs_slow_path(item) for item in value)
    return isinstance(value, float)


def commitment(key: bytes, value: Any) -> str:
    """A keyed commitment to `value`: hides it, yet shows that it changed.

    The key stays in the workspace (`evidence/store/commitment.key`), never in a package.
    """
    return "hmac-sha256:" + hmac.new(key, canonical(value), hashlib.sha256).hexdigest()
