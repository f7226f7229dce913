"""`import-text` and `frameworks show`: the customer's text beside ours, in the workspace and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]
SENTENCE = "Sentence that only the licensed file holds."


@pytest.fixture
def folder(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A workspace, the current folder, with a licensed file beside it."""
    monkeypatch.chdir(tmp_path)
    run("init", ".")
    (tmp_path / "mine.csv").write_text(f"id,text\n8.3.6,{SENTENCE}\n8.3.99,Stray\n", encoding="utf-8")
    return tmp_path


def show(run: Run, *arguments: str) -> dict[str, object]:
    code, out, _ = run("frameworks", "show", "pci_dss", *arguments, "--format", "json")
    assert code == 0
    value: dict[str, object] = json.loads(out)
    return value


def test_an_import_tells_what_matched_and_what_did_not(run: Run, folder: Path) -> None:
    code, out, _ = run("import-text", "mine.csv", "--framework", "pci_dss")
    assert code == 0
    assert "1 of 280 pci_dss requirements have a text" in out
    assert "no text: 279" in out
    assert "ids that are no requirement: 1: row 3 '8.3.99' (nearest: 8.3.9)" in out
    written = folder / "controls/texts/pci_dss.yaml"
    assert SENTENCE in written.read_text(encoding="utf-8")
    assert written.stat().st_mode & 0o077 == 0


def test_the_text_stands_beside_ours_marked_with_its_file(run: Run, folder: Path) -> None:
    run("import-text", "mine.csv", "-f", "pci_dss")
    _, out, _ = run("frameworks", "show", "pci_dss", "8.3.6")
    assert "Licensed text, from mine.csv (licensed to you: do not redistribute):" in out
    assert SENTENCE in out
    assert "AUT-03" in out
    assert "Licensed text" not in run("frameworks", "show", "pci_dss", "8.3.7")[1]


def test_json_gains_the_key_only_where_there_is_a_text(run: Run, folder: Path) -> None:
    one, every = show(run, "8.3.6"), show(run)
    run("import-text", "mine.csv", "-f", "pci_dss")
    after, all_after = show(run, "8.3.6"), show(run)
    assert after.pop("licensed_text") == SENTENCE
    source = after.pop("licensed_texts")
    assert isinstance(source, dict)
    assert source["file"] == "mine.csv"
    assert after == one
    assert all_after.pop("licensed_texts") == source
    requirements = all_after["requirements"]
    assert isinstance(requirements, list)
    assert [r["id"] for r in requirements if r.pop("licensed_text", None)] == ["8.3.6"]
    assert all_after == every
    assert "licensed_text" not in show(run, "8.3.7")


def test_texts_are_replaced_only_on_request_and_the_same_file_changes_nothing(run: Run, folder: Path) -> None:
    run("import-text", "mine.csv", "-f", "pci_dss")
    path = folder / "controls/texts/pci_dss.yaml"
    first = path.read_bytes()
    code, out, _ = run("import-text", "mine.csv", "-f", "pci_dss")
    assert (code, path.read_bytes()) == (0, first)
    assert "unchanged" in out
    (folder / "mine.csv").write_text("id,text\n8.3.6,Other words\n", encoding="utf-8")
    code, _, said = run("import-text", "mine.csv", "-f", "pci_dss")
    assert (code, path.read_bytes()) == (2, first)
    assert "--replace" in said
    assert run("import-text", "mine.csv", "-f", "pci_dss", "--replace")[0] == 0
    assert "Other words" in path.read_text(encoding="utf-8")


def test_texts_that_yaml_could_misread_come_back_the_same(run: Run, folder: Path) -> None:
    texts = ["yes", "8.10", "null", "- a: b # c\n\n  d", "'\"\\", "2026-01-01", "&x *y !z", "\u2028é\u0085".strip()]
    ids = ["1.1.1", "1.1.2", "1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.2.6"]
    (folder / "a.json").write_text(json.dumps(dict(zip(ids, texts, strict=True))), encoding="utf-8")
    assert run("import-text", "a.json", "-f", "pci_dss")[0] == 0
    assert [show(run, each)["licensed_text"] for each in ids] == texts


def test_a_repository_ignores_the_texts_before_they_are_there(run: Run, folder: Path) -> None:
    assert "/controls/texts/" in (folder / ".gitignore").read_text().splitlines()
    (folder / ".gitignore").write_text("*.tmp")
    assert "added it to" in run("import-text", "mine.csv", "-f", "pci_dss")[1]
    assert (folder / ".gitignore").read_text() == "*.tmp\n/controls/texts/\n"


def test_no_other_command_carries_the_text(run: Run, folder: Path) -> None:
    run("import-text", "mine.csv", "-f", "pci_dss")
    for command in (["map", "8.3.6"], ["controls", "list"], ["controls", "show", "AUT-03"], ["validate"],
                    ["frameworks", "list"]):  # fmt: skip
        assert SENTENCE not in run(*command, "--format", "json")[1]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["import-text", "mine.csv", "-f", "pci"], "did you mean pci_dss?"),
        (["import-text", "none.csv", "-f", "pci_dss"], "cannot be read"),
        (["import-text", "mine.csv", "-f", "soc2"], "no id in it is one of the framework's"),
        (["import-text", "mine.csv", "-f", "pci_dss", "--columns", "ids=a"], "id=NAME,text=NAME"),
        (["import-text", "mine.csv", "-f", "pci_dss", "--columns", "text=id"], "which column holds the text"),
        (["import-text", "mine.csv"], "--framework"),
        (["frameworks", "show", "pci_dss", "8.3.66"], "did you mean 8.3.6?"),
    ],
)
def test_a_bad_word_is_code_2_and_nothing_is_written(arguments: list[str], word: str, run: Run, folder: Path) -> None:
    code, _, said = run(*arguments)
    assert code == 2
    assert word in said
    assert not (folder / "controls/texts").exists()
