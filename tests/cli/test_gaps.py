"""What was not read, on the terminal: short lists row by row, long ones grouped, nothing uncounted."""

from __future__ import annotations

from dataclasses import replace

from proveonce.cli.gaps import gap_table
from proveonce.model.evidence import Coverage, ReadState

ROW = Coverage(
    "111122223333", "us-east-1", "macie2", "ListFindings", ("aws_macie2_finding_id",), "", ReadState.DENIED,
    1, 0, 0, 0, "AccessDenied", "not authorized to perform: macie2:ListFindings on resource: arn:aws:x with a deny",
)  # fmt: skip


def test_a_short_list_names_every_row() -> None:
    rows = [replace(ROW, region=f"r{n}") for n in range(12)]
    lines = gap_table(rows, indent="  ").splitlines()
    assert len(lines) == 13
    assert lines[1].startswith("  111122223333  r0")
    assert lines[1].endswith("denied: AccessDenied with a deny")


def test_a_long_list_is_one_row_an_operation_and_state_most_unread_first() -> None:
    many = [replace(ROW, region=f"r{n}", planned=3, read=1) for n in range(13)]
    other = replace(ROW, account="444455556666", operation="GetKey", service="kms", state=ReadState.THROTTLED)
    lines = gap_table([other, *many]).splitlines()
    assert len(lines) == 3
    assert lines[1].split()[:6] == ["111122223333", "13", "regions", "macie2:ListFindings", "13", "of"]
    assert "13 of 39" in lines[1]
    assert "444455556666" in lines[2]
    assert "throttled: " in lines[2]


def test_states_of_one_operation_stay_apart_and_long_words_are_cut() -> None:
    rows = [replace(ROW, region=f"r{n}", state=state, message="x" * 500) for n in range(9) for state in ReadState][:20]
    lines = gap_table(rows).splitlines()
    assert len(lines) == 1 + len({row.state for row in rows})
    assert all(line.endswith("…") for line in lines[1:])
