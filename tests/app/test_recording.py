"""Records are added beside what people wrote, which stays byte for byte; a later review too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from proveonce.app.manual_files import as_yaml
from proveonce.app.recording import Draft, add, find, next_ids, review, standing
from proveonce.app.validating import validate
from proveonce.assess.lint import Workbench
from proveonce.content import load_content
from proveonce.content.manual import load_manual
from proveonce.kernel import located
from proveonce.kernel.errors import InputError, ProveonceError, UsageError
from proveonce.model.content import Content

NOW = datetime(2026, 11, 24, 13, 0, 5, tzinfo=UTC)
DRAFT = Draft(
    "statement", ("IAM-03",), "Title", "It: was 'done' # so\n\nand found.", "effective", "2026-11-02", "Jo Field",
    facts={"about": "yes", "period_end": None},
)  # fmt: skip
OWN = """\
# ours, kept by hand
-   id: ME-2026-041   # the old numbering
    kind: "statement"
    controls: [ IAM-03 ]
    title: Ours
    statement: >
        folded,
        by hand
    conclusion: effective
    performed_on: 2026-02-01
    recorded_at: 2026-02-02
    performed_by: Pat
    facts: {about: 'x'}
"""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return load_content(tmp_path_factory.mktemp("empty"))


def file_of(root: Path) -> Path:
    path = root / "evidence/manual/2026.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_ids_go_on_after_the_highest_and_the_record_reads_back(tmp_path: Path, content: Content) -> None:
    file_of(tmp_path).write_text(OWN, encoding="utf-8")
    record = add(tmp_path, content, DRAFT, NOW)
    assert (record.id, record.statement) == ("ME-2026-042", DRAFT.statement)
    assert record.recorded_at == "2026-11-24T13:00:05.000000Z"
    assert record.facts == {"about": "yes", "period_end": None}
    assert next_ids([record], 2027, 2) == ["ME-2027-001", "ME-2027-002"]


@pytest.mark.parametrize(
    "own", [OWN, OWN.rstrip("\n"), OWN.replace("\n", "\r\n"), "# only a word\n", "", "- " + OWN[2:]]
)
def test_what_a_file_holds_stays_byte_for_byte(own: str, tmp_path: Path, content: Content) -> None:
    path = file_of(tmp_path)
    path.write_bytes(own.encode())
    if own.startswith("- "):  # no record of ours: nothing is written to a file that does not read
        with pytest.raises(InputError):
            add(tmp_path, content, DRAFT, NOW)
        assert path.read_bytes() == own.encode()
        return
    add(tmp_path, content, DRAFT, NOW)
    add(tmp_path, content, replace(DRAFT, title="Second"), NOW)
    assert path.read_bytes().startswith(own.encode())
    assert [r.title for r in load_manual(tmp_path, content)][-2:] == ["Title", "Second"]


@pytest.mark.parametrize("own", ["[]\n", "[{id: a}]\n", "- id: [\n", "x: 1\n", "--- \n...\n"])
def test_a_file_that_takes_no_more_entries_is_left_alone(own: str, tmp_path: Path, content: Content) -> None:
    path = file_of(tmp_path)
    path.write_text(own, encoding="utf-8")
    with pytest.raises(ProveonceError):
        add(tmp_path, content, DRAFT, NOW)
    assert path.read_text(encoding="utf-8") == own
    assert [p.name for p in path.parent.iterdir()] == ["2026.yaml"]  # no half-written file is left


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"controls": ("IAM-3",)}, "unknown common control"), ({"valid_for": "P9Y"}, "longer than IAM-03 allows"),
        ({"performed_on": "2026-11-25"}, "after it was recorded"), ({"facts": {}}, "'about' is missing"),
        ({"reviewed_by": "JO FIELD", "reviewed_on": "2026-11-03"}, "reviewed by who performed it"),
        ({"conclusion": "fine"}, "is not one of"), ({"statement": "\ud800"}, "invalid Unicode"),
    ],
)  # fmt: skip
def test_a_bad_record_is_refused_and_nothing_is_written(
    change: dict[str, object], why: str, tmp_path: Path, content: Content
) -> None:
    with pytest.raises(InputError, match=why):
        add(tmp_path, content, replace(DRAFT, **change), NOW)  # type: ignore[arg-type] # values are of their fields
    assert list((tmp_path / "evidence/manual").iterdir()) == []


def test_attachments_are_copied_and_an_unlike_one_is_never_overwritten(tmp_path: Path, content: Content) -> None:
    source = tmp_path / "proof.pdf"
    source.write_bytes(b"one")
    record = add(tmp_path, content, replace(DRAFT, attachments=(source,)), NOW)
    assert [(a.file, a.state) for a in record.attachments] == [("attachments/ME-2026-001/proof.pdf", "kept")]
    taken = tmp_path / "evidence/manual/attachments/ME-2026-002/proof.pdf"
    taken.parent.mkdir()
    taken.write_bytes(b"another")
    with pytest.raises(UsageError, match="another file"):
        add(tmp_path, content, replace(DRAFT, attachments=(source,)), NOW)
    assert taken.read_bytes() == b"another"
    with pytest.raises(UsageError, match="is no file"):
        add(tmp_path, content, replace(DRAFT, attachments=(tmp_path / "gone.pdf",)), NOW)


@pytest.mark.parametrize("own", [OWN, OWN.replace("\n", "\r\n"), OWN.rstrip("\n") + "\n# the end"])
def test_a_later_review_adds_two_lines_and_changes_no_other(own: str, tmp_path: Path, content: Content) -> None:
    path = file_of(tmp_path)
    path.write_bytes(own.encode())
    record = review(tmp_path, content, "ME-2026-041", by="Ann: Marsh", on=date(2026, 11, 24))
    assert (record.reviewed_by, record.reviewed_on) == ("Ann: Marsh", "2026-11-24")
    before, after = own.encode().splitlines(keepends=True), path.read_bytes().splitlines(keepends=True)
    assert [line for line in after if b"reviewed_" not in line] == before
    assert len(after) == len(before) + 2


def test_a_review_that_cannot_be_is_refused(tmp_path: Path, content: Content) -> None:
    path = file_of(tmp_path)
    for own, by, on, why in (
        (OWN, " pat ", 24, "performed ME-2026-041"),
        (OWN + "    reviewed_by: Ann\n", "Eve", 24, "was reviewed already, by Ann"),
        (OWN.replace("-   id: ME-2026-041   # the old numbering\n", "-   title: T\n    id: \n      ME-2026-041\n")
         .replace("    title: Ours\n", ""), "Eve", 24, "has no line of its own"),
    ):  # fmt: skip
        path.write_text(own, encoding="utf-8")
        with pytest.raises(UsageError, match=why):
            review(tmp_path, content, "ME-2026-041", by=by, on=date(2026, 11, on))
        assert path.read_text(encoding="utf-8") == own
    path.write_text(OWN, encoding="utf-8")
    with pytest.raises(InputError, match="reviewed before it was performed"):
        review(tmp_path, content, "ME-2026-041", by="Eve", on=date(2026, 1, 1))
    with pytest.raises(UsageError, match="did you mean ME-2026-041"):
        find(load_manual(tmp_path, content), "ME-2026-14")


def test_two_who_add_at_once_both_stay(tmp_path: Path, content: Content) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: add(tmp_path, content, replace(DRAFT, title=f"T{n}"), NOW), range(6)))
    assert sorted(record.id for record in made) == [f"ME-2026-{n:03d}" for n in range(1, 7)]
    assert len(load_manual(tmp_path, content)) == 6


def test_the_latest_is_in_force_and_validity_is_the_cadence(tmp_path: Path, content: Content) -> None:
    add(tmp_path, content, replace(DRAFT, performed_on="2026-01-31"), NOW)
    add(tmp_path, content, DRAFT, NOW)
    found = [(e.record.id, e.valid_until, e.superseded_by) for e in standing(tmp_path, content, NOW)]
    assert found == [("ME-2026-002", "2027-05-02", None), ("ME-2026-001", "2026-07-31", "ME-2026-002")]


def test_validate_tells_problems_of_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workbench, "lint", lambda *_: [])  # the checks, which take their time elsewhere
    file_of(tmp_path).write_text(OWN.replace("IAM-03", "IAM-0"), encoding="utf-8")
    _, problems = validate(tmp_path)
    assert [p.what for p in problems] == ["unknown common control 'IAM-0'"]


@example(text="\x85a\u2028 b", indent="  ")
@example(text="a\n\n b\n", indent="    ")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(blacklist_categories=["Cs"]), min_size=1),
    indent=st.sampled_from(["", "  ", "    "]),
)
def test_any_text_in_an_entry_reads_back_as_it_was(text: str, indent: str) -> None:
    document = located.parse(as_yaml([{"id": "a", "statement": text, "facts": {"n": 5, "b": True}}], indent), "x")
    assert not document.problems
    assert document.value == [{"id": "a", "statement": text, "facts": {"n": 5, "b": True}}]
