"""Recurrence: every fact of the reference is shipped, agrees with the catalogs, and mistakes are told at their line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from content import tiny
from proveonce.content.loader import load_content, load_workspace, read_content
from proveonce.kernel.durations import days
from proveonce.kernel.errors import InputError
from proveonce.model.catalog import FrameworkId
from proveonce.model.content import Content

OWN = "controls/recurrence/we.yaml"
TINY = {
    tiny.FRAMEWORK: tiny.framework(
        {
            "11.3.2": "kind: requirement, facts: {interval: P3M}",
            "12.8.4": "kind: requirement, facts: {interval: P12M}",
        },
        name="pci_dss",
    ),
    "controls/recurrence/first.yaml": "obligations:\n  - {id: pci_dss.first, title: First, kind: event, "
    "basis: mandatory, after: change, source: us}\n",
}
SOUND = """\
obligations:
  - id: pci_dss.own
    title: Ours
    framework: pci_dss
    requirements: ["11.3.2"]
    kind: recurring
    basis: mandatory
    interval: P3M
    source: us
"""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return load_content(tmp_path_factory.mktemp("empty-workspace"))


def told(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> list[str]:
    found = tiny.problems(folder, monkeypatch, {**TINY, OWN: text})
    return [f"{p.line}:{p.column}: {p.what} | {p.closest}" for p in found if p.file == OWN]


def test_what_is_shipped_by_framework_and_basis(shipped: Content) -> None:
    assert Counter((o.framework, str(o.basis)) for o in shipped.recurrence) == {
        ("soc2", "convention"): 7, ("soc2", "entity_defined"): 1, ("soc2", "mandatory"): 1,
        ("pci_dss", "mandatory"): 29, ("pci_dss", "mandatory_without_interval"): 1, ("pci_dss", "convention"): 1,
        ("hipaa", "mandatory"): 7, ("hipaa", "mandatory_without_interval"): 5, ("hipaa", "convention"): 4,
        ("", "convention"): 2, ("", "mandatory"): 1,
    }  # fmt: skip


def test_every_interval_of_a_pci_catalog_that_binds_all_has_its_obligation(shipped: Content) -> None:
    of = {(r, o.interval) for o in shipped.recurrence for r in o.requirements if o.is_binding}
    for requirement in shipped.frameworks[FrameworkId("pci_dss")].requirements:
        facts = requirement.facts
        ends = facts.get("interval_kind") == "lifetime" or "superseded_by" in facts or facts["applicability"] == "DESV"
        if "interval" in facts and not ends:
            assert (requirement.id, facts["interval"]) in of


def test_nothing_of_hipaa_or_soc2_claims_a_mandatory_interval_of_recurrence(shipped: Content) -> None:
    assert not [o.id for o in shipped.recurrence if o.is_binding and o.framework in ("soc2", "hipaa")]


def test_retention_and_deadlines_never_recur(shipped: Content) -> None:
    kinds = {o.id: str(o.kind) for o in shipped.recurrence}
    assert kinds["pci_dss.log-retention"] == "retention"
    assert kinds["hipaa.breach-individuals"] == "deadline"
    assert all(days(o.interval) for o in shipped.recurrence if o.interval)


def test_a_workspace_file_beside_the_shipped_one_adds_to_it(tmp_path: Path, shipped: Content) -> None:
    (tmp_path / OWN).parent.mkdir(parents=True)
    (tmp_path / OWN).write_text(SOUND, encoding="utf-8")
    content, problems = read_content(tmp_path)
    assert problems == []
    assert len(content.recurrence) == len(shipped.recurrence) + 1
    assert content.digest != shipped.digest


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("framework: pci_dss", "framework: pci_ds", "4:16: unknown framework 'pci_ds' | 'pci_dss'"),
        ('"11.3.2"', '"11.3.22"', "5:20: unknown requirement '11.3.22' | '11.3.2'"),
        ("interval: P3M", "interval: P4M", "8:15: P4M is not what the catalog says of 11.3.2: P3M | "),
        ("    interval: P3M\n", "", "2:5: mandatory recurring, yet no interval | "),
        ("kind: recurring", "kind: event", "2:5: event does not say after what | "),
        ("    framework: pci_dss\n", "", "2:5: requirements are named, yet no framework | "),
        ("basis: mandatory", "basis: mandatry", "7:12: 'mandatry' is not one of mandatory, "),
        ("id: pci_dss.own", "id: pci_dss.first", "2:9: obligation 'pci_dss.first' is already defined at "),
        ("interval: P3M", "interval: P0M", "8:15: 'P0M' is no interval at all | "),
        ("source: us", "sauce: us", "9:5: unknown key 'sauce' | 'source'"),
    ],
)  # fmt: skip
def test_mistakes_are_told_at_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, problem: str
) -> None:
    assert old in SOUND
    assert any(found.startswith(problem) for found in told(tmp_path, monkeypatch, SOUND.replace(old, new)))


def test_a_year_and_twelve_months_are_the_same_interval(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SOUND.replace('"11.3.2"', '"12.8.4"').replace("P3M", "P1Y")
    assert told(tmp_path, monkeypatch, text) == []


def planned(folder: Path, calendar: str) -> Path:
    text = f"organisation: {{name: A, system: B}}\ncalendar: {{{calendar}}}\n"
    (folder / "proveonce.yaml").write_text(text, encoding="utf-8")
    return folder


def test_what_a_workspace_says_of_its_calendar_stands_and_the_rest_keeps_its_default(tmp_path: Path) -> None:
    planning = load_workspace(planned(tmp_path, "country: US, fieldwork_days: 0, applies_to: []")).planning
    assert (planning.country, planning.fieldwork_days, planning.applies_to) == ("US", 0, ())
    assert (planning.report_days, planning.notice) == (30, "P30D")


@pytest.mark.parametrize(
    ("calendar", "what"),
    [
        ("country: XX", "2:21: the public holidays of 'XX' are not known"),
        ("country: US, subdivision: BY", "2:38: US has no part 'BY'"),
        ("notice: 30 days", "2:20: '30 days' does not have the form"),
        ("fieldwork_days: 251", "2:28: input should be less than or equal to 250"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_at_its_place(tmp_path: Path, calendar: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        load_workspace(planned(tmp_path, calendar))
    assert what in str(caught.value)
