"""Status: what nobody collected is not good, what is old is stale, and kept verdicts are those of the same inputs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from content import tiny
from proveonce.app.status import NOT_ASSESSED, status
from proveonce.app.verdicts import FILE, key_of
from proveonce.content import files, load_content, load_workspace
from proveonce.model.duty import DutyState
from proveonce.model.finding import Status
from proveonce.model.status import Gate, Standing
from proveonce.model.workspace import Workspace
from proveonce.store import Store
from store.evidence import predicate

DAY = date(2026, 11, 24)
CHECK = """\
- id: aws.s3.bucket.named
  title: Buckets have names
  supports: [LOG-01]
  population: aws_s3_bucket
  passes_when: Name is not null
  shows: [Name]
  severity: low
  remediation: Name it.
"""
DOCUMENTS = """\
- {id: old, kind: hipaa_evaluation, title: Old one, scope: A, issued_on: 2025-01-10, valid_to: 2026-01-10}
- {id: new, kind: hipaa_evaluation, title: New one, scope: A, issued_on: 2025-12-01, valid_to: 2026-12-01}
- {id: gone, kind: hipaa_evaluation, title: Ended one, scope: B, issued_on: 2025-01-10, valid_to: 2026-11-20}
- {id: ever, kind: other, title: Endless one, scope: C, issued_on: 2025-01-10}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace whose content is two controls, one with a check."""
    empty = tmp_path / "shipped"
    empty.mkdir()
    monkeypatch.setattr(files, "shipped_root", lambda: empty)
    for name, text in {
        "proveonce.yaml": "organisation: {name: A, system: B}\nframeworks: [tiny]\n",
        tiny.FRAMEWORK: tiny.framework(["1", "2"]),
        tiny.CONTROLS: tiny.controls({"LOG-01": "P1D", "LOG-02": "P12M"}),
        tiny.CROSSWALK: tiny.crosswalk([("LOG-01", "1", "equal-to"), ("LOG-02", "2", "equal-to")]),
        "controls/checks/aws/s3.yaml": CHECK,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return load_workspace(tmp_path)


@pytest.fixture
def collected(workspace: Workspace) -> Callable[[str], None]:
    """Commits a run that ended at an instant and planned nothing."""

    def commit(ended_at: str) -> None:
        Store(workspace.store).commit(predicate(ended_at, endpoint="", ended_at=ended_at), [])

    return commit


def missed(standing: Standing) -> list[Gate]:
    return standing.missed(frozenset(Gate))


def test_without_a_run_nothing_is_known_and_every_gate_is_missed(workspace: Workspace) -> None:
    standing = status(workspace, DAY)
    assert standing.controls is None
    assert standing.notes == (NOT_ASSESSED,)
    assert missed(standing) == [Gate.STALE, Gate.OVERDUE, Gate.FAILING, Gate.UNDETERMINED]
    assert standing.missed(frozenset()) == []


def test_a_run_after_the_day_does_not_count(workspace: Workspace, collected: Callable[[str], None]) -> None:
    collected("2026-11-25T00:00:00.000000Z")
    assert status(workspace, DAY).controls is None


def test_what_nobody_showed_is_no_pass(workspace: Workspace, collected: Callable[[str], None]) -> None:
    collected("2026-11-24T09:00:00.000000Z")
    standing = status(workspace, DAY)
    assert standing.controls == {"LOG-01": Status.UNDETERMINED, "LOG-02": Status.UNDETERMINED}
    assert standing.sources[0].age_days == 0
    assert missed(standing) == [Gate.OVERDUE, Gate.UNDETERMINED]


def test_a_run_older_than_the_cadence_makes_its_controls_stale(
    workspace: Workspace, collected: Callable[[str], None]
) -> None:
    collected("2026-11-23T09:00:00.000000Z")
    assert status(workspace, DAY).stale == ()
    later = status(workspace, date(2026, 11, 25))
    assert (later.stale, later.sources[0].age_days) == (("LOG-01",), 2)


def test_documents_are_the_newest_of_each_line_with_days_left(workspace: Workspace) -> None:
    (workspace.root / "attestations.yaml").write_text(DOCUMENTS, encoding="utf-8")
    standing = status(workspace, DAY)
    assert [(d.id, d.days_left) for d in standing.documents] == [("gone", -4), ("new", 7), ("ever", None)]
    assert standing.calendar.count(DutyState.OVERDUE) == 1
    assert [gap.opens_on for gap in standing.calendar.gaps] == ["2026-11-20", "2026-12-01"]


def test_verdicts_are_kept_until_a_key_no_longer_fits(workspace: Workspace, collected: Callable[[str], None]) -> None:
    collected("2026-11-24T09:00:00.000000Z")
    judged = status(workspace, DAY).controls
    path = workspace.out / FILE
    planted = {**json.loads(path.read_bytes()), "controls": {"LOG-01": "pass"}}
    path.write_text(json.dumps(planted), encoding="utf-8")
    assert status(workspace, DAY).controls == {"LOG-01": Status.PASS}
    path.write_text(json.dumps({**planted, "key": "another"}), encoding="utf-8")
    assert status(workspace, DAY).controls == judged


def test_a_key_changes_with_each_input(workspace: Workspace, collected: Callable[[str], None]) -> None:
    collected("2026-11-24T09:00:00.000000Z")
    (run,) = Store(workspace.store).runs()

    def key(as_of: str = "2026-11-24T23:59:59.999999Z") -> str:
        return key_of(workspace, load_content(workspace.root), run, as_of)

    assert key() == key()
    keys = [key(), key("2026-11-25T23:59:59.999999Z")]
    for name, text in {
        "attestations.yaml": DOCUMENTS,
        "evidence/manual/a.yaml": "[]\n",
        "evidence/manual/scan.pdf": "x",
        "controls/checks/aws/s3.yaml": CHECK.replace("low", "high"),
    }.items():
        (workspace.root / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.root / name).write_text(text, encoding="utf-8")
        keys.append(key())
    assert len(set(keys)) == len(keys)
