"""The IAM credential report, a CSV inside an answer, as typed rows.

Source: AWS IAM User Guide, "Get credential reports for your AWS account". `N/A`, `no_information`
and `not_supported` mean that there is no value.
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from proveonce.derive.underivable import Underivable
from proveonce.kernel.errors import UsageError
from proveonce.kernel.instants import format_instant, parse_instant

_NOTHING = frozenset({"", "N/A", "no_information", "not_supported"})
_ROOT = "<root_account>"

_COLUMNS = {
    "user_created_at": "user_creation_time",
    "password_last_used_at": "password_last_used",
    "password_last_changed_at": "password_last_changed",
    "access_key_1_rotated_at": "access_key_1_last_rotated",
    "access_key_1_last_used_at": "access_key_1_last_used_date",
    "access_key_2_rotated_at": "access_key_2_last_rotated",
    "access_key_2_last_used_at": "access_key_2_last_used_date",
}
_FLAGS = {
    "password_enabled": "password_enabled",
    "mfa_active": "mfa_active",
    "access_key_1_active": "access_key_1_active",
    "access_key_2_active": "access_key_2_active",
}

_NEEDED = frozenset({"user", "arn", *_COLUMNS.values(), *_FLAGS.values()})


def credential_report_rows(line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row a user."""
    content = line["item"].get("Content")
    if not isinstance(content, str):
        raise Underivable("the credential report has no content")
    try:
        text = base64.b64decode(content, validate=True).decode("utf-8")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = list(reader)
    except (ValueError, csv.Error) as error:
        raise Underivable(f"the credential report cannot be read: {error}") from error
    if missing := _NEEDED - set(reader.fieldnames or ()):
        raise Underivable(f"the credential report has no column {min(missing)}")
    if not rows:
        raise Underivable("the credential report names nobody, not even the root user")
    for row in rows:
        if None in row or None in row.values():
            raise Underivable("a row of the credential report has not as many cells as its header")
        if not row.get("user") or not row.get("arn"):
            raise Underivable("a row of the credential report names no user")
        yield {
            "resource": row["arn"],
            "user_name": row["user"],
            "arn": row["arn"],
            "is_root": row["user"] == _ROOT,
            "generated_at": line["item"].get("GeneratedTime"),
            **{name: _instant(row.get(column)) for name, column in _COLUMNS.items()},
            **{name: _flag(row.get(column)) for name, column in _FLAGS.items()},
        }


def _instant(text: str | None) -> str | None:
    if text is None or text in _NOTHING:
        return None
    try:
        return format_instant(parse_instant(text))
    except UsageError as error:
        raise Underivable(str(error)) from error


def _flag(text: str | None) -> bool | None:
    if text is None or text in _NOTHING:
        return None
    if text.lower() not in ("true", "false"):
        raise Underivable(f"{text!r} is neither true nor false")
    return text.lower() == "true"
