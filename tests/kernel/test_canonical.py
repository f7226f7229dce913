"""Canonical JSON: RFC 8785, and one fixed encoding of what JSON lacks."""

from __future__ import annotations

import base64
import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from proveonce.kernel.canonical import MAX_SAFE_INTEGER, canonical, commitment, decode, digest, encode

ANY_TEXT = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from('"\\/\b\f\n\r\t\x00\x1f\x7f\x80\u2028\u2029\ue000\uffff\U00010000\U0010ffff\ud800\udfff'),
    ),
    max_size=8,
)
NUMBERS = st.one_of(
    st.integers(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [0.0, -0.0, 5e-324, 1e-7, 1e-6, 1e16, 1e20, 1e21, 2.0**53, 2.0**53 + 2, 2**53 - 1, 2**53, -(2**53)]
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, ANY_TEXT, st.binary(max_size=6), st.datetimes())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(ANY_TEXT, inner, max_size=4)),
    max_leaves=12,
)


def _encodable(value: Any) -> bool:
    """Whether no mapping has two keys that are written alike (a lone surrogate and its escape)."""
    try:
        encode(value)
    except ValueError:
        return False
    return True


@given(VALUES.filter(_encodable))
@example({"\U0001f600": 1, "\ufb33": 2, "a": 3})  # UTF-16 order differs from code point order
@example([1.5, {"a": "\ud800"}])
@settings(max_examples=300, deadline=None)
def test_bytes_are_those_of_the_rfc8785_package(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(encode(value))


@given(VALUES.filter(_encodable))
@example(1e16)
@settings(max_examples=200, deadline=None)
def test_reading_and_writing_again_changes_no_byte(value: Any) -> None:
    data = canonical(value)
    assert canonical(decode(data)) == data


@given(st.dictionaries(ANY_TEXT, SCALARS, max_size=6).filter(_encodable))
@settings(max_examples=50, deadline=None)
def test_order_of_insertion_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_rfc8785_section_3_2_2_vector() -> None:
    value = json.loads(
        r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    )
    assert (
        canonical(value)
        == (
            r'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            r'"string":"€$\u000f\nA'
            r"'"
            r'B\"\\\\\"/"}'
        ).encode()
    )


def test_rfc8785_section_3_2_3_keys_sort_by_utf16_units() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    assert list(decode(canonical(dict.fromkeys(keys)))) == [
        "\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (MAX_SAFE_INTEGER, "9007199254740991"),
        (-MAX_SAFE_INTEGER, "-9007199254740991"),
        (MAX_SAFE_INTEGER + 1, '"9007199254740992"'),
        (-(10**30), f'"-1{"0" * 30}"'),
        (True, "true"),
        (1.0, "1"),
        (-0.0, "0"),
        ("\ud800x", r'"\\ud800x"'),
        ({"\udfff": 1}, r'{"\\udfff":1}'),
        ("\U0001f600", '"\U0001f600"'),
        (b"\x00\xff", '"AP8="'),
        (date(2026, 11, 24), '"2026-11-24"'),
        (datetime(2026, 11, 24, 3, 20), '"2026-11-24T03:20:00.000000Z"'),  # noqa: DTZ001 - naive means UTC
        (datetime(2026, 11, 24, 3, 20, 0, 7, tzinfo=timezone(timedelta(hours=5))), '"2026-11-23T22:20:00.000007Z"'),
        (datetime(99, 1, 1, tzinfo=UTC), '"0099-01-01T00:00:00.000000Z"'),
        ({"b", "a"}, '["a","b"]'),
        ((1, 2), "[1,2]"),
        ({1: None}, '{"1":null}'),
    ],
)
def test_what_json_lacks_has_one_fixed_form(value: Any, text: str) -> None:
    assert canonical(value) == text.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, [1, {"a": math.nan}]])
def test_a_float_without_json_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="no JSON form"):
        canonical(value)


@pytest.mark.parametrize("value", [object(), 1j, {"a": [object()]}, range(3)])
def test_a_type_without_encoding_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="no canonical encoding"):
        canonical(value)


@pytest.mark.parametrize("value", [{1: "a", "1": "b"}, {"\ud800": 1, "\\ud800": 2}, [{"x": {None: 1, "None": 2}}]])
def test_keys_written_alike_are_refused_rather_than_dropped(value: Any) -> None:
    with pytest.raises(ValueError, match="written alike"):
        canonical(value)


def test_digest_is_sha256_in_lower_case_hex() -> None:
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(VALUES.filter(_encodable), VALUES.filter(_encodable))
@settings(max_examples=50, deadline=None)
def test_commitments_are_equal_exactly_when_the_values_are(one: Any, other: Any) -> None:
    key = b"k" * 32
    assert (commitment(key, one) == commitment(key, other)) is (canonical(one) == canonical(other))


def test_a_commitment_depends_on_the_key_and_hides_the_value() -> None:
    assert commitment(b"1", "hunter2") != commitment(b"2", "hunter2")
    for shown in ("hunter2", base64.b64encode(b"hunter2").decode(), digest(canonical("hunter2"))):
        assert shown not in commitment(b"1", "hunter2")
