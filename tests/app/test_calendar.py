"""The calendar of a workspace: its registers are read, the choice is refused where it is unknown, exports are kept."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from proveonce.app.calendar import Choice, calendar, export, parse_day
from proveonce.app.exports import FILE, MAX_BYTES, read_exports, write_exports
from proveonce.content import load_workspace
from proveonce.kernel.errors import InputError, ProveonceError, UsageError
from proveonce.model.calendar import Exported, Exports
from proveonce.model.workspace import Workspace

DAY = date(2026, 11, 24)
AOC = """\
- id: aoc
  kind: pci_aoc
  title: AOC
  scope: The platform
  issued_on: 2026-01-20
  valid_to: 2027-01-20
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "proveonce.yaml").write_text("organisation: {name: A, system: B}\n", encoding="utf-8")
    (tmp_path / "attestations.yaml").write_text(AOC, encoding="utf-8")
    return load_workspace(tmp_path)


def test_registers_and_controls_become_duties_of_all_frameworks(workspace: Workspace) -> None:
    found = calendar(workspace, DAY, Choice())
    uids = {duty.uid for duty in found.duties}
    assert "attestation.aoc.report" in uids
    assert "control.VUL-05.1" in uids
    people = {control for duty in found.duties for control in duty.controls}
    assert len(people) == 144  # of 175 common controls 31 are done by machines alone
    assert found.unproven == ()


def test_every_binding_interval_that_is_shipped_stands_behind_a_duty(workspace: Workspace) -> None:
    held = {str(duty.controls[0]): duty for duty in calendar(workspace, DAY, Choice()).duties if duty.controls}
    assert (held["VUL-05"].interval, held["NET-04"].interval, held["LOG-06"].interval) == ("P3M", "P6M", "P1M")
    assert held["VUL-07"].reason.startswith("pci_dss 11.4.6, pci_dss A1.1.4 every P6M")


def test_choices_narrow_by_framework_owner_and_window(workspace: Workspace) -> None:
    only = calendar(workspace, DAY, Choice(framework="pci_dss"))
    assert all("pci_dss" in duty.frameworks for duty in only.duties)
    assert {duty.owner for duty in calendar(workspace, DAY, Choice(owner="security")).duties} == {"security"}
    window = calendar(workspace, DAY, Choice(start=date(2027, 1, 1), end=date(2027, 2, 1)))
    assert [duty.uid for duty in window.duties] == ["attestation.aoc.report"]
    whole = calendar(workspace, DAY, Choice())
    assert whole.every >= {duty.uid for duty in only.duties}


@pytest.mark.parametrize(
    ("choice", "what"),
    [
        (Choice(framework="pci"), "did you mean pci_dss"),
        (Choice(owner="securty"), "did you mean security"),
        (Choice(start=DAY, end=DAY), "before it starts"),
    ],
)
def test_what_cannot_be_chosen_is_refused(workspace: Workspace, choice: Choice, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        calendar(workspace, DAY, choice)
    assert what in str(caught.value)


def test_a_broken_register_is_told_with_its_line(workspace: Workspace) -> None:
    (workspace.root / "attestations.yaml").write_text(AOC.replace("pci_aoc", "pci_aco"), encoding="utf-8")
    with pytest.raises(InputError, match=r"attestations\.yaml:2:9"):
        calendar(workspace, DAY, Choice())


def test_export_keeps_what_it_gave_out_and_repeats_it_byte_for_byte(workspace: Workspace) -> None:
    first = export(workspace, DAY, Choice())
    kept = (workspace.root / FILE).read_bytes()
    assert export(workspace, date(2026, 11, 25), Choice()) == first
    assert (workspace.root / FILE).read_bytes() == kept
    assert [path.name for path in (workspace.root / "reports").iterdir()] == ["calendar.json"]


def test_a_narrow_export_cancels_nothing(workspace: Workspace) -> None:
    export(workspace, DAY, Choice(end=date(2029, 1, 1)))
    assert b"CANCELLED" not in export(workspace, DAY, Choice(framework="hipaa", end=date(2026, 12, 1)))


def test_a_document_that_was_replaced_is_cancelled_once(workspace: Workspace) -> None:
    export(workspace, DAY, Choice())
    path = workspace.root / "attestations.yaml"
    newer = AOC.replace("id: aoc", "id: aoc2").replace("2026-01", "2026-11").replace("2027-01", "2027-11")
    path.write_text(AOC + newer, encoding="utf-8")
    assert export(workspace, DAY, Choice()).count(b"STATUS:CANCELLED") == 1
    assert b"CANCELLED" not in export(workspace, DAY, Choice())


def test_what_was_exported_round_trips(tmp_path: Path) -> None:
    exports = Exports("d", {"u": Exported(3, "x", "2026-01-01", "2026-01-02", "T", is_cancelled=True)})
    write_exports(tmp_path, exports)
    assert read_exports(tmp_path) == exports
    assert read_exports(tmp_path / "elsewhere") == Exports()


ENTRY = b'{"sequence":1,"digest":"","on":"2026-01-01","stamp":"2026-01-01","title":"","is_cancelled":false}'


def kept(entry: bytes) -> bytes:
    return b'{"domain":"d","events":{"u":' + entry + b"}}"


@pytest.mark.parametrize(
    "damage",
    [
        b"", b"{}", b"[]", b"[" * 100_000, b'{"domain":1,"events":{}}', kept(b'{"sequence":1}'),
        kept(ENTRY.replace(b":1,", b":true,")), kept(ENTRY.replace(b"2026-01-01", b"x", 1)), b" " * (MAX_BYTES + 1),
    ],
)  # fmt: skip
def test_a_damaged_record_is_refused_and_kept(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / FILE).write_bytes(damage)
    with pytest.raises(UsageError, match="cannot be used"):
        read_exports(tmp_path)
    assert (tmp_path / FILE).read_bytes() == damage


def test_a_folder_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way", encoding="utf-8")
    with pytest.raises(ProveonceError):
        write_exports(tmp_path, Exports("d"))


def test_the_record_is_plain_json(workspace: Workspace) -> None:
    export(workspace, DAY, Choice())
    value = json.loads((workspace.root / FILE).read_text(encoding="utf-8"))
    assert value["events"]["attestation.aoc.report"]["on"] == "2027-01-19"


@pytest.mark.parametrize("text", ["2026-13-01", "tomorrow", "2026-11-24T00:00:00Z", ""])
def test_days_are_days(text: str) -> None:
    with pytest.raises(UsageError, match="is not a day"):
        parse_day(text)


RECORD = """\
- id: net-2026-09
  kind: statement
  controls: [NET-04]
  title: Rules reviewed
  statement: Every rule was read and six were removed.
  conclusion: effective
  performed_on: 2026-09-30
  recorded_at: 2026-10-01T09:00:00Z
  performed_by: Tom Becker
  reviewed_by: Marcus Adeyemi
  reviewed_on: 2026-10-02
  recorded_by: Tom Becker
  facts: {about: Rules of network security controls}
"""


def test_a_record_of_people_sets_the_next_day(workspace: Workspace) -> None:
    folder = workspace.root / "evidence" / "manual"
    folder.mkdir(parents=True)
    (folder / "reviews.yaml").write_text(RECORD, encoding="utf-8")
    found = {duty.uid: duty for duty in calendar(workspace, DAY, Choice()).duties}
    assert (found["control.NET-04.2"].due_on, found["control.NET-04.2"].proof) == ("2027-03-30", "net-2026-09")
    assert found["control.NET-04.3"].due_on == "2027-09-30"
    assert "control.NET-04.1" not in found
