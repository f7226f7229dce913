"""Records of evidence by people: read whole, or every problem at its place."""

from __future__ import annotations

import hashlib
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proveonce.content import load_content
from proveonce.content.manual import load_manual, read_manual, read_record
from proveonce.content.manual_schema import fact_of, facts_model
from proveonce.kernel.errors import InputError
from proveonce.model.content import Content
from proveonce.model.manual import AttachmentState, FactField, Kind
from proveonce.model.manual_fields import FIELDS

RECORD = """\
- id: ME-2026-001
  kind: access_review
  controls: [IAM-03]
  title: Review of access in October
  statement: Every identity was compared with the list of staff.
  conclusion: effective
  performed_on: 2026-10-12
  recorded_at: 2026-10-14T09:30:00Z
  performed_by: Jo Field
  reviewed_by: Ann Marsh
  reviewed_on: 2026-10-13
  facts:
    system: AWS IAM Identity Center
    population: 40
    reviewed: 40
    to_remove: 2
    removed: null
    source: export of 2026-10-12
"""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return load_content(tmp_path_factory.mktemp("empty"))


def workspace(root: Path, text: str, name: str = "2026.yaml") -> Path:
    path = root / "evidence" / "manual" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return root


def problems(root: Path, content: Content) -> list[str]:
    return [str(problem) for problem in read_manual(root, content)[1]]


def test_a_workspace_without_records_has_none(tmp_path: Path, content: Content) -> None:
    assert load_manual(tmp_path, content) == ()


def test_a_record_is_read_with_its_facts_as_said(tmp_path: Path, content: Content) -> None:
    (record,) = load_manual(workspace(tmp_path, RECORD), content)
    assert (record.id, record.kind, record.controls) == ("ME-2026-001", Kind.ACCESS_REVIEW, ("IAM-03",))
    assert record.facts["population"] == 40
    assert record.facts["removed"] is None  # said that there is none
    assert "removed_on" not in record.facts  # not said
    assert record.valid_for == ""
    assert (record.place.line, record.place.column) == (1, 3)


MISTAKES = {
    "kind: access_review": ("kind: acess_review", ":2:9: 'acess_review' is not one of", "closest: 'access_review'"),
    "[IAM-03]": ("[IAM-3]", ":3:14: unknown common control 'IAM-3'", "closest: 'IAM-"),
    "system: AWS": ("sistem: AWS", ":13:5: unknown key 'sistem'", "closest: 'system'"),
    "    reviewed: 40\n": ("", ":13:5: 'reviewed' is missing", "fix: add it"),
    "population: 40": ("population: forty", ":14:17: input should be a valid integer", "'forty'"),
    "to_remove: 2": ("to_remove: -2", ":16:16: input should be greater than or equal to 0", ""),
    "performed_on: 2026-10-12": ("performed_on: 2026-10-15", ":7:17: performed after it was recorded", "2026-10-14"),
    "performed_on: 2026-10": ("performed_on: 2026-13", ":7:17:", "month"),
    "reviewed_by: Ann Marsh": ("reviewed_by: ' jo  FIELD '", ":10:16: reviewed by who performed it", "another person"),
    "  reviewed_by: Ann Marsh\n": ("", ":10:16: reviewed on a day, and by nobody", "add reviewed_by"),
    "reviewed_on: 2026-10-13": ("reviewed_on: 2026-10-11", ":11:16: reviewed before it was performed", "swapped"),
    "  facts:": ("  valid_for: P2Y\n  facts:", ":12:14: P2Y is longer than IAM-03 allows", "at most P"),
    "conclusion: effective": ("conclusion: fine", ":6:15: 'fine' is not one of effective, not_effective", ""),
    "T09:30:00Z": ("T25:30:00Z", ":8:16:", "is not an instant"),
    "title: Review": ("titel: Review", ":4:3: unknown key 'titel'", "closest: 'title'"),
}


@pytest.mark.parametrize("right", MISTAKES)
def test_a_mistake_is_told_at_its_place(right: str, tmp_path: Path, content: Content) -> None:
    wrong, place, more = MISTAKES[right]
    assert right in RECORD
    found = "\n".join(problems(workspace(tmp_path, RECORD.replace(right, wrong, 1)), content))
    assert place in found
    assert more in found


def test_all_problems_come_in_one_run_and_good_records_stay(tmp_path: Path, content: Content) -> None:
    bad = RECORD.replace("conclusion: effective", "conclusion: fine").replace("-001", "-002")
    workspace(tmp_path, RECORD + bad)
    workspace(tmp_path, RECORD.replace("IAM-03", "XXX-99"), "more/2026.yaml")
    records, found = read_manual(tmp_path, content)
    assert {record.id for record in records} == {"ME-2026-001"}
    said = "\n".join(map(str, found))
    assert "is already defined at" in said
    assert "XXX-99" in said
    assert "'fine'" in said
    with pytest.raises(InputError, match="3 problems"):
        load_manual(tmp_path, content)


ATTACHED = RECORD + "  attachments:\n    - {file: FILE, sha256: DIGEST}\n"


def attached(file: str, data: bytes = b"x") -> str:
    return ATTACHED.replace("FILE", repr(file)).replace("DIGEST", hashlib.sha256(data).hexdigest())


def test_a_missing_or_altered_attachment_is_a_state_and_no_problem(tmp_path: Path, content: Content) -> None:
    root = workspace(tmp_path, attached("attachments/a.pdf"))
    file = root / "evidence/manual/attachments/a.pdf"
    found = []
    for data in (None, b"x", b"y"):
        if data is not None:
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(data)
        (record,) = load_manual(root, content)
        found.append(record.attachments[0].state)
    assert found == [AttachmentState.MISSING, AttachmentState.KEPT, AttachmentState.ALTERED]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("../../proveonce.yaml", "leads out"), ("/etc/passwd", "is absolute"), ("a/../../../x", "leads out"),
        ("linked.pdf", "is a link"), ("linked/a.pdf", "is a link"), ("folder", "is no file"), ("a\\b", "is no path"),
    ],
)  # fmt: skip
def test_an_attachment_stays_below_its_folder(file: str, why: str, tmp_path: Path, content: Content) -> None:
    root = workspace(tmp_path, attached(file))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.pdf").write_bytes(b"x")
    (root / "evidence/manual/linked.pdf").symlink_to(outside / "a.pdf")
    (root / "evidence/manual/linked").symlink_to(outside)
    (root / "evidence/manual/folder").mkdir()
    assert why in "\n".join(problems(root, content))


def test_yaml_among_attachments_is_no_record_and_a_linked_file_is_refused(tmp_path: Path, content: Content) -> None:
    root = workspace(tmp_path, "not: a list\n", "attachments/export.yaml")
    assert load_manual(root, content) == ()
    (root / "evidence/manual/2025.yaml").symlink_to(root / "evidence/manual/attachments/export.yaml")
    assert "is a link" in problems(root, content)[0]


@pytest.mark.parametrize("text", ["id: x\n", "- 5\n", "- &a {id: x}\n", "[", "\x00", "- id: [1]\n", "--- []\n--- []\n"])
def test_what_is_no_list_of_records_is_told(text: str, tmp_path: Path, content: Content) -> None:
    assert problems(workspace(tmp_path, text), content)


def test_every_kind_has_fields_that_a_record_can_fill(tmp_path: Path, content: Content) -> None:
    samples = {"VARCHAR": "words", "DATE": "2026-10-01", "BOOLEAN": "true", "BIGINT": "3", "VARCHAR[]": "[a, b]"}
    head = RECORD.partition("  facts:")[0]
    for kind in Kind:
        facts = {
            name: field.choices[0] if field.choices else samples[field.type] for name, field in FIELDS[kind].items()
        }
        text = head.replace("access_review", kind) + "  facts:\n" + "".join(f"    {n}: {v}\n" for n, v in facts.items())
        record, document = read_record(text, tmp_path, content)
        assert record is not None, document.problems
        assert set(record.facts) == set(FIELDS[kind]) == set(facts_model(kind).model_fields)
        assert all(field.question.endswith("?") for field in FIELDS[kind].values())
        assert 1 <= len(facts) <= 10


@given(st.text(), st.sampled_from(["VARCHAR", "DATE", "BOOLEAN", "BIGINT", "VARCHAR[]"]), st.booleans())
def test_a_fact_in_words_is_its_type_or_refused(text: str, kind: str, required: bool) -> None:
    try:
        value = fact_of(FactField(kind, "?", is_required=required), text)
    except ValueError:
        return
    types: dict[str, type] = {"VARCHAR": str, "DATE": str, "BOOLEAN": bool, "BIGINT": int, "VARCHAR[]": list}
    assert value is None or type(value) is types[kind]
    assert value is not None or not required


def test_days_and_counts_are_not_guessed() -> None:
    for said in ("10/11/2026", "11.10.2026", "20261110", "2026-11-31", "2026-W46-2"):
        with pytest.raises(ValueError, match="is no day"):
            fact_of(FactField("DATE", "?"), said)
    for said in ("12.0", "1,200", "about 3", "-1", "٣", ""):
        with pytest.raises(ValueError, match="whole number"):
            fact_of(FactField("BIGINT", "?"), said)
    assert fact_of(FactField("VARCHAR[]", "?"), "1, 2;3\n4") == ["1", "2", "3", "4"]
    assert fact_of(FactField("VARCHAR", "?", choices=("all_staff",)), "All staff") == "all_staff"
