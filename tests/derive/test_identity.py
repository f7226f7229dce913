"""The credential report: every user a row, and a report that is not whole is no report."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.derive import Underivable
from proveonce.derive.identity import credential_report_rows
from proveonce.tables.spec import load_specs

HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,"
    "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,"
    "cert_2_last_rotated"
)
ROOT = (
    "<root_account>,arn:aws:iam::111122223333:root,2020-01-02T03:04:05+00:00,not_supported,2026-11-01T00:00:00+00:00,"
    "not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
)
USER = (
    "ann,arn:aws:iam::111122223333:user/ann,2024-05-06T07:08:09+00:00,true,no_information,2024-05-06T07:08:09+00:00,N/A,"
    "false,true,2025-01-01T00:00:00+00:00,2026-11-23T10:00:00+00:00,us-east-1,s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
)
GENERATED = "2026-11-24T00:00:00.000000Z"


def line(text: str | bytes) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    return {"item": {"Content": base64.b64encode(data).decode(), "GeneratedTime": GENERATED}, "details": {}}


def rows(*lines: str) -> list[dict[str, Any]]:
    return list(credential_report_rows(line("\n".join((HEADER, *lines)) + "\n")))


def cells(row: str, **changes: str) -> str:
    """The row with some cells changed, by column."""
    values = dict(zip(HEADER.split(","), row.split(","), strict=True)) | changes
    return ",".join(values.values())


def test_the_root_user_is_a_row_of_its_own() -> None:
    (row,) = rows(ROOT)
    assert row == {
        "resource": "arn:aws:iam::111122223333:root",
        "user_name": "<root_account>",
        "arn": "arn:aws:iam::111122223333:root",
        "is_root": True,
        "generated_at": GENERATED,
        "user_created_at": "2020-01-02T03:04:05.000000Z",
        "password_enabled": None,
        "password_last_used_at": "2026-11-01T00:00:00.000000Z",
        "password_last_changed_at": None,
        "mfa_active": True,
        "access_key_1_active": False,
        "access_key_1_rotated_at": None,
        "access_key_1_last_used_at": None,
        "access_key_2_active": False,
        "access_key_2_rotated_at": None,
        "access_key_2_last_used_at": None,
    }


def test_each_cell_goes_to_its_own_column() -> None:
    (row,) = rows(
        cells(
            USER,
            access_key_2_active="true",
            access_key_2_last_rotated="2025-02-02T00:00:00+00:00",
            access_key_2_last_used_date="2025-03-03T00:00:00Z",
            password_last_used="2026-04-04T00:00:00+00:00",
            password_last_changed="2026-05-05T02:00:00+02:00",
        )
    )
    assert {k: v for k, v in row.items() if k.endswith("_at") and k != "generated_at"} == {
        "user_created_at": "2024-05-06T07:08:09.000000Z",
        "password_last_used_at": "2026-04-04T00:00:00.000000Z",
        "password_last_changed_at": "2026-05-05T00:00:00.000000Z",
        "access_key_1_rotated_at": "2025-01-01T00:00:00.000000Z",
        "access_key_1_last_used_at": "2026-11-23T10:00:00.000000Z",
        "access_key_2_rotated_at": "2025-02-02T00:00:00.000000Z",
        "access_key_2_last_used_at": "2025-03-03T00:00:00.000000Z",
    }
    flags = ("password_enabled", "mfa_active", "access_key_1_active", "access_key_2_active")
    assert [row[flag] for flag in flags] == [True, False, True, True]
    assert (row["user_name"], row["is_root"]) == ("ann", False)


@pytest.mark.parametrize("nothing", ["N/A", "no_information", "not_supported", ""])
def test_what_aws_writes_for_nothing_is_null(nothing: str) -> None:
    (row,) = rows(cells(USER, password_last_used=nothing, password_enabled=nothing, mfa_active=nothing))
    assert (row["password_last_used_at"], row["password_enabled"], row["mfa_active"]) == (None, None, None)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("mfa_active", "yes"),
        ("mfa_active", "1"),
        ("mfa_active", "tru"),
        ("access_key_1_active", "Inactive"),
        ("password_last_used", "yesterday"),
        ("password_last_used", "2026-13-01T00:00:00Z"),
        ("user", ""),
        ("arn", ""),
        ("user_creation_time", "0001-01-01T00:00:00+05:00"),
    ],
)
def test_a_cell_that_means_nothing_we_know_makes_the_report_underivable(column: str, value: str) -> None:
    with pytest.raises(Underivable):
        rows(ROOT, cells(USER, **{column: value}))


@pytest.mark.parametrize("column", ["mfa_active", "password_enabled", "arn", "user", "access_key_2_last_used_date"])
def test_a_report_without_a_column_is_underivable(column: str) -> None:
    index = HEADER.split(",").index(column)
    cut = [",".join(v for i, v in enumerate(text.split(",")) if i != index) for text in (HEADER, ROOT, USER)]
    with pytest.raises(Underivable):
        list(credential_report_rows(line("\n".join(cut))))


@pytest.mark.parametrize(
    "broken", [USER.rsplit(",", 1)[0], USER + ",more", "ann", '"ann', f'"{USER}', USER.replace("ann", 'a"n"n,', 1)]
)
def test_a_broken_row_makes_the_whole_report_underivable(broken: str) -> None:
    """A row less, or one moved by a column, would let a user go unjudged."""
    with pytest.raises(Underivable):
        rows(ROOT, broken)


def test_every_cut_within_a_row_is_noticed() -> None:
    whole = f"{HEADER}\n{ROOT}\n{USER}"
    start = len(HEADER) + len(ROOT) + 2
    for end in range(start + 1, len(whole)):
        try:
            found = list(credential_report_rows(line(whole[:end])))
        except Underivable:
            continue
        # Only the last cell, which no check reads, can be cut without notice.
        assert whole[:end].count(",") == whole.count(",")
        assert len(found) == 2


def test_a_report_that_names_nobody_is_underivable() -> None:
    """Each account has its root user: no rows would be an empty population, which nobody misses."""
    with pytest.raises(Underivable):
        rows()


@pytest.mark.parametrize("data", [b"", b"\n", b"\xff\xfe", b"no,header,of,ours\n1,2,3,4\n", ROOT.encode()])
def test_what_is_no_report_is_underivable(data: bytes) -> None:
    with pytest.raises(Underivable):
        list(credential_report_rows(line(data)))


@pytest.mark.parametrize("content", [None, 5, "not base64!", "QQ=", "é"])
def test_content_that_cannot_be_decoded_is_underivable(content: Any) -> None:
    with pytest.raises(Underivable):
        list(credential_report_rows({"item": {"Content": content}, "details": {}}))
    with pytest.raises(Underivable):
        list(credential_report_rows({"item": {}, "details": {}}))


def test_a_report_over_many_lines_has_as_many_rows() -> None:
    users = [USER.replace("ann", f"user-{n}") for n in range(500)]
    found = rows(ROOT, *users)
    assert [row["user_name"] for row in found] == ["<root_account>", *(f"user-{n}" for n in range(500))]
    assert found == list(credential_report_rows(line("\r\n".join((HEADER, ROOT, *users)) + "\r\n")))


@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60).map(lambda tail: f"{HEADER}\n{ROOT}\n{tail}".encode("utf-8", "ignore")),
    )
)
@settings(max_examples=150, deadline=None)
def test_no_content_whatsoever_ends_in_another_error(data: bytes) -> None:
    try:
        found = list(credential_report_rows(line(data)))
    except Underivable:
        return
    assert found[0]["is_root"]


def test_a_row_has_exactly_the_columns_of_its_table() -> None:
    columns = load_specs().children()["aws_iam_credential"].columns
    for row in rows(ROOT, USER):
        assert set(row) - {"resource"} == set(columns)
