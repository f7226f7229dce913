"""Sealing a catalog: only the seal is written, edits are seen at their line, and a new seal names their source."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from content import tiny
from proveonce.app.sealing import seal
from proveonce.cli.sealing import seal as command
from proveonce.content.crosswalk_lint import lint
from proveonce.content.files import shipped_root
from proveonce.content.loader import load_content, read_gathered
from proveonce.kernel.errors import InputError, Problem, UsageError

TODAY = date(2026, 11, 24)
SOURCE = "Tiny standard, second printing"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a framework of its own, not sealed yet."""
    monkeypatch.chdir(tmp_path)
    texts = {
        tiny.FRAMEWORK: tiny.framework(["A", "B", "C"]) + "\n# the end\n",
        tiny.CROSSWALK: tiny.crosswalk([("LOG-06", name, "superset-of") for name in "ABC"]),
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _seal(root: Path, *, source: str = SOURCE, retrieved: str = "2026-11-20", framework: str = "tiny") -> Path:
    return seal(root, framework, source=source, retrieved=retrieved, today=TODAY)


def _problems(root: Path, must_be_sealed: tuple[str, ...] = ()) -> list[Problem]:
    content, gathered, found = read_gathered(root)
    return [*found, *lint(content, gathered, must_be_sealed)]


def _edit(root: Path, old: str, new: str) -> None:
    path = root / tiny.FRAMEWORK
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_framework_of_a_workspace_needs_no_seal_but_one_that_we_ship_does(root: Path) -> None:
    assert _problems(root) == []
    (problem,) = _problems(root, ("tiny",))
    assert (problem.line, problem.column, problem.what) == (
        1, 5, "we ship the catalog 'tiny' sealed, and this one has no seal",
    )  # fmt: skip


def test_sealing_writes_nothing_but_the_seal(root: Path) -> None:
    before = (root / tiny.FRAMEWORK).read_bytes()
    assert _seal(root) == root / tiny.FRAMEWORK
    after = (root / tiny.FRAMEWORK).read_bytes()
    assert after.startswith(
        before + b'sealed:\n  source: "Tiny standard, second printing"\n  retrieved: "2026-11-20"\n'
    )
    assert _problems(root, ("tiny",)) == []
    assert [path.name for path in (root / tiny.FRAMEWORK).parent.iterdir()] == ["tiny.yaml"]


def test_sealing_twice_gives_the_same_bytes(root: Path) -> None:
    once = _seal(root).read_bytes()
    assert _seal(root).read_bytes() == once


def test_comments_and_spacing_are_no_edits(root: Path) -> None:
    _seal(root)
    _edit(root, "title: Tiny\n", "title:    Tiny  # a remark\n")
    assert _problems(root, ("tiny",)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("edition: '1'", "edition: '2'", 3, "'edition' was edited"),
        ('title: "Title B"', 'title: "Title b"', 13, "'title' of requirement 'B' was edited"),
        (
            "\n# the end",
            "  - {id: D, group: G, title: D, paraphrase: x, kind: x, owner: hr}\n",
            15,
            "requirement 'D' was added",
        ),
    ],
)
def test_an_edit_since_is_a_problem_at_its_line(root: Path, old: str, new: str, line: int, what: str) -> None:
    _seal(root)
    _edit(root, old, new)
    found = [p for p in _problems(root) if "since the catalog was sealed" in p.what]
    assert [(p.line, p.what) for p in found] == [(line, f"{what} since the catalog was sealed")]


def test_a_new_seal_takes_an_edit_in(root: Path) -> None:
    _seal(root)
    _edit(root, 'title: "Title B"', 'title: "Title b"')
    _seal(root, source="Tiny standard, third printing")
    assert _problems(root, ("tiny",)) == []
    assert (root / tiny.FRAMEWORK).read_text("utf-8").count("sealed:") == 1


def test_a_removed_requirement_is_a_problem_at_its_line_in_the_seal(root: Path) -> None:
    _seal(root)
    text = (root / tiny.FRAMEWORK).read_text("utf-8")
    line = next(line for line in text.split("\n") if 'id: "B"' in line)
    _edit(root, line + "\n", "")
    (problem,) = [p for p in _problems(root) if "removed" in p.what]
    sealed = (root / tiny.FRAMEWORK).read_text("utf-8").split("\n")
    assert problem.what == "requirement 'B' was removed since the catalog was sealed"
    assert sealed[problem.line - 1].strip().startswith('"B": {group: "')


def test_a_moved_requirement_is_a_problem_where_it_stands_now(root: Path) -> None:
    _seal(root)
    lines = (root / tiny.FRAMEWORK).read_text("utf-8").split("\n")
    first = next(row for row, line in enumerate(lines) if 'id: "A"' in line)
    lines.insert(first + 2, lines.pop(first))
    (root / tiny.FRAMEWORK).write_text("\n".join(lines), encoding="utf-8")
    (problem,) = _problems(root)
    assert (problem.what, problem.line) == ("requirement 'A' was moved since the catalog was sealed", first + 3)


@pytest.mark.parametrize(
    ("source", "retrieved", "framework", "message"),
    [
        (" ", "2026-11-20", "tiny", "the source is empty"),
        ("a\nb: c", "2026-11-20", "tiny", "control characters"),
        (SOURCE, "2026-11-25", "tiny", "lies ahead"),
        (SOURCE, "20261120", "tiny", "written as a plain date"),
        (SOURCE, "last week", "tiny", "is no date"),
        (SOURCE, "2026-11-20", "tinny", "no framework 'tinny'"),
        (SOURCE, "2026-11-20", "soc2", "is the one we ship"),
    ],
)
def test_what_cannot_be_sealed_is_refused_and_nothing_is_written(
    root: Path, source: str, retrieved: str, framework: str, message: str
) -> None:
    before = (root / tiny.FRAMEWORK).read_bytes()
    with pytest.raises(UsageError, match=message):
        _seal(root, source=source, retrieved=retrieved, framework=framework)
    assert (root / tiny.FRAMEWORK).read_bytes() == before


def test_a_seal_in_the_middle_of_a_file_is_refused(root: Path) -> None:
    _seal(root)
    text = (root / tiny.FRAMEWORK).read_text("utf-8")
    start = text.index("licence:")
    (root / tiny.FRAMEWORK).write_text(text.replace("licence: ours\n", "") + text[start : start + 14], encoding="utf-8")
    with pytest.raises(UsageError, match="not at the end"):
        _seal(root)


def test_a_catalog_that_is_not_sound_is_not_sealed(root: Path) -> None:
    _edit(root, "publisher: Us\n", "")
    with pytest.raises(InputError, match="'publisher' is missing"):
        _seal(root)


def test_quotes_and_other_scripts_survive_in_the_source(root: Path) -> None:
    _seal(root, source='The "Grundschutz" of the BSI: Anforderungen für Härtung \\ 第二版')
    assert _problems(root, ("tiny",)) == []
    content = load_content(root)
    assert "tiny" in content.frameworks


def test_a_workspace_copy_of_a_shipped_catalog_is_sealed_in_the_workspace(root: Path) -> None:
    copy = root / "controls" / "frameworks" / "soc2.yaml"
    text = (shipped_root() / "controls" / "frameworks" / "soc2.yaml").read_text("utf-8")
    copy.write_text(text.replace("title: SOC 2 Trust Services Criteria\n", "title: SOC 2\n"), encoding="utf-8")
    assert [p.what for p in _problems(root, ("soc2",))] == ["'title' was edited since the catalog was sealed"]
    assert _seal(root, framework="soc2") == copy
    assert _problems(root, ("soc2",)) == []


def test_the_command_says_what_it_sealed(root: Path) -> None:
    arguments = ["tiny", "--source", SOURCE, "--retrieved", "2026-11-20", "-w", str(root)]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.output == f"sealed {root / tiny.FRAMEWORK}: {SOURCE} (retrieved 2026-11-20)\n"
    assert result.exit_code == 0
