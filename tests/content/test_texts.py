"""Licensed texts: matched by id, everything not taken told, and no part of the content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter
import yaml

from proveonce.content.files import content_files, shipped_root
from proveonce.content.loader import load_content
from proveonce.content.texts import Matched, load_texts, match_file, texts_path
from proveonce.kernel.errors import InputError, UsageError
from proveonce.kernel.located import Place
from proveonce.model.catalog import Framework, FrameworkId, Group, Requirement, RequirementId

IDS = ("1.1", "1.2", "1.10", "A1.1")


@pytest.fixture
def framework() -> Framework:
    return Framework(
        id=FrameworkId("tiny"), title="Tiny", edition="1", publisher="Us", source="-", retrieved="-", licence="-",
        requirement_word="requirement", groups=(Group("1", "One"),),
        requirements=tuple(Requirement(RequirementId(i), "1", i, "ours", "requirement") for i in IDS),
        place=Place("tiny.yaml", 1, 1),
    )  # fmt: skip


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def matched(folder: Path, framework: Framework, written: str, **columns: str) -> Matched:
    return match_file(file(folder, "texts.csv", written), framework, columns)


def test_everything_of_a_file_is_accounted_for(tmp_path: Path, framework: Framework) -> None:
    rows = "1.1,t,First\n1.2,t,\n1.10,t,One way\n1.10,t,Another\n1.1,u,First\n1.11,t,Stray\n,,no id\n"
    found = matched(tmp_path, framework, f"Ref,Title,Requirement Text\n{rows}")
    assert found.texts == {"1.1": "First"}
    assert found.missing == ("1.2", "1.10", "A1.1")
    assert found.blank == (("row 3", "1.2"),)
    assert found.contradicting == {"1.10": ("row 4", "row 5")}
    assert found.repeated == (("row 6", "1.1"),)
    assert found.unknown == (("row 7", "1.11", "1.1"),)
    assert found.read == (("", "Ref", "Requirement Text"),)


@pytest.mark.parametrize("written", ["a1.1", "A1.1.", "Requirement A1.1", "PCI DSS Req. A1.1", " A 1.1 ", "\uff211.1"])
def test_an_id_matches_however_it_is_dressed(tmp_path: Path, framework: Framework, written: str) -> None:
    assert matched(tmp_path, framework, f"id,text\n{written},Words\n").texts == {"A1.1": "Words"}


def test_ids_that_only_begin_alike_are_not_confused(tmp_path: Path, framework: Framework) -> None:
    assert matched(tmp_path, framework, "id,text\n1.1,one\n1.10,ten\n").texts == {"1.1": "one", "1.10": "ten"}


def test_the_header_may_stand_below_a_title_and_the_ids_in_any_column(tmp_path: Path, framework: Framework) -> None:
    text = "Export,2026\n\nOwner,Description,Number\nPart one,,\nMe,Words,1.2\nMe,More,1.1\n"
    assert matched(tmp_path, framework, text).texts == {"1.1": "More", "1.2": "Words"}


def test_without_a_header_the_only_other_column_is_the_text(tmp_path: Path, framework: Framework) -> None:
    assert matched(tmp_path, framework, "1.1,First\n1.2,Second\n").texts == {"1.1": "First", "1.2": "Second"}


def test_columns_may_be_named_by_header_or_letter(tmp_path: Path, framework: Framework) -> None:
    text = "Old,New,Alpha,Beta\n1.1,1.2,left,right\n"
    with pytest.raises(UsageError, match="which column holds the text") as unclear:
        matched(tmp_path, framework, text)
    assert "'Alpha', 'Beta'" in unclear.value.fix
    assert matched(tmp_path, framework, text, id="new", text="Beta").texts == {"1.2": "right"}
    assert matched(tmp_path, framework, text, id="A", text="c").texts == {"1.1": "left"}
    with pytest.raises(UsageError, match="is no column") as misspelt:
        matched(tmp_path, framework, text, text="Betta")
    assert "did you mean 'Beta'" in misspelt.value.fix


def test_a_file_of_another_framework_is_refused(tmp_path: Path, framework: Framework) -> None:
    with pytest.raises(UsageError, match="no id in it is one of the framework's"):
        matched(tmp_path, framework, "id,text\nCC6.1,Words\n")


@pytest.mark.parametrize(
    "value",
    [
        {"1.1": "First", "1.2": "Second"},
        [{"id": "1.1", "text": "First"}, {"id": "1.2", "text": "Second", "extra": [1]}],
        {"meta": {"a": "b"}, "objects": {"nodes": [{"ref_id": "1.1", "description": "First", "depth": 2},
                                                   {"ref_id": "1.2", "description": "Second"}]}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_json_and_yaml_are_read_in_their_usual_shapes(
    tmp_path: Path, framework: Framework, value: object, kind: str
) -> None:
    text = json.dumps(value) if kind == "json" else yaml.safe_dump(value, sort_keys=False)
    found = match_file(file(tmp_path, f"a.{kind}", text), framework, {})
    assert found.texts == {"1.1": "First", "1.2": "Second"}


def test_a_json_key_given_twice_is_not_decided_by_the_last(tmp_path: Path, framework: Framework) -> None:
    found = match_file(file(tmp_path, "a.json", '{"1.1": "one", "1.1": "two", "1.2": "x"}'), framework, {})
    assert found.texts == {"1.2": "x"}
    assert list(found.contradicting) == ["1.1"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"1.1": ', "\ufeff"])
def test_json_that_is_none_is_refused(tmp_path: Path, framework: Framework, text: str) -> None:
    with pytest.raises(UsageError):
        match_file(file(tmp_path, "a.json", text), framework, {})


def test_yaml_aliases_are_refused_at_their_line(tmp_path: Path, framework: Framework) -> None:
    with pytest.raises(InputError, match="anchors are not allowed"):
        match_file(file(tmp_path, "a.yaml", '"1.1": &a x\n"1.2": *a\n'), framework, {})


def test_other_sheets_with_ids_are_told_and_read_when_named(tmp_path: Path, framework: Framework) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        for name, ids in (("Cover", ()), ("One", ("1.1", "1.2")), ("Annex", ("A1.1",))):
            sheet = made.add_worksheet(name)
            for row, cells in enumerate([("Id", "Text"), *((each, f"text of {each}") for each in ids)]):
                sheet.write_row(row, 0, cells)
    found = match_file(path, framework, {})
    assert set(found.texts) == {"1.1", "1.2"}
    assert found.other_sheets == ("Annex",)
    assert set(match_file(path, framework, {}, ["One", "Annex"]).texts) == {"1.1", "1.2", "A1.1"}
    with pytest.raises(UsageError, match="no sheet 'Anex'"):
        match_file(path, framework, {}, ["Anex"])


def test_texts_are_no_content_neither_file_nor_digest(tmp_path: Path) -> None:
    before = load_content(tmp_path)
    path = texts_path(tmp_path, "pci_dss")
    path.parent.mkdir(parents=True)
    path.write_text("framework: pci_dss\n", encoding="utf-8")
    assert [f for f in content_files(tmp_path) if "texts" in f.name] == []
    assert load_content(tmp_path).digest == before.digest
    assert load_content(tmp_path).files.keys() == before.files.keys()


def test_we_ship_no_licensed_text_and_keep_it_out_of_our_repository() -> None:
    assert not list(shipped_root().glob("controls/texts/*"))
    ignored = shipped_root() / ".gitignore"
    assert not ignored.is_file() or "/controls/texts/" in ignored.read_text().splitlines()


def test_a_damaged_texts_file_is_told_at_its_line(tmp_path: Path) -> None:
    assert load_texts(tmp_path, "tiny") is None
    path = texts_path(tmp_path, "tiny")
    path.parent.mkdir(parents=True)
    path.write_text('framework: tiny\nedition: "1"\ntexts: {}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"tiny\.yaml:"):
        load_texts(tmp_path, "tiny")
