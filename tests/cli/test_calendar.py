"""`calendar` and `status` as a person meets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

Run = Callable[..., tuple[int, str, str]]
AS_OF = ("--as-of", "2026-11-24")


@pytest.fixture
def run(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command line in a bare folder."""
    monkeypatch.chdir(tmp_path)
    return run


def test_the_table_says_what_was_never_done_first_and_how_much_more_there_is(run: Run) -> None:
    code, out, err = run("calendar", *AS_OF)
    assert (code, err) == (0, "")
    assert out.startswith("as of 2026-11-24, until 2027-11-24: 144 never done; 144 in all\n")
    assert "and 104 more: --all" in out
    assert run("calendar", *AS_OF, "--all")[1].count("never done") == 145


def test_json_ties_to_the_table_and_days_are_given_by_the_window(run: Run) -> None:
    found = json.loads(run("calendar", *AS_OF, "--format", "json", "-f", "hipaa")[1])
    assert (found["as_of"], found["from"], found["to"]) == ("2026-11-24", "2026-11-24", "2027-11-24")
    assert all(any(name.startswith("hipaa ") for name in duty["requirements"]) for duty in found["duties"])


def test_files_are_what_their_names_say(run: Run, tmp_path: Path) -> None:
    for form in ("ics", "xlsx", "html"):
        code, _, err = run("calendar", *AS_OF, "--format", form, "--out", f"c.{form}")
        assert (code, err) == (0, f"written: c.{form}\n")
    assert len(list(Calendar.from_ical((tmp_path / "c.ics").read_bytes()).walk("VEVENT"))) == 144
    book = load_workbook(BytesIO((tmp_path / "c.xlsx").read_bytes()), read_only=True)
    assert book.sheetnames == ["Calendar", "Gaps"]
    assert (tmp_path / "c.html").read_text(encoding="utf-8").count('<tr id="') == 144


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--as-of", "today"), "'today' is not an instant"),
        (("--from", "2026-12-01", "--to", "2026-12-01"), "before it starts"),
        (("-f", "pci"), "did you mean pci_dss"),
        (("--owner", "nobody-at-all"), "unknown owner"),
        (("--format", "pdf"), "'pdf' is not one of"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_way_out(run: Run, arguments: tuple[str, ...], what: str) -> None:
    code, _, err = run("calendar", *arguments)
    assert code == 2
    assert what in err


def test_status_without_anything_says_so_and_meets_no_gate(run: Run) -> None:
    code, out, _ = run("status", *AS_OF)
    assert code == 0
    assert "none registered" in out
    assert "nothing was collected by that day" in out
    code, _, err = run("status", *AS_OF, "--fail-on", "stale,overdue,failing,undetermined")
    assert (code, err) == (3, "gate not met: stale, overdue, failing, undetermined\n")


def test_status_for_machines(run: Run) -> None:
    found = json.loads(run("status", *AS_OF, "--format", "json")[1])
    assert found["controls"] is None
    assert found["duties"]["never"] == 144
    assert found["next"] == found["gaps"] == found["evidence"] == []


def test_a_gate_that_is_none_is_refused(run: Run) -> None:
    code, _, err = run("status", "--fail-on", "stale,overdu")
    assert code == 2
    assert "did you mean overdue" in err
