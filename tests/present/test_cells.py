"""What may enter a cell, and what a cell makes of it."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from xlsxwriter.workbook import Workbook

from present.sample_facts import HOSTILE
from proveonce.kernel.errors import ProveonceError
from proveonce.present.workbook import cells, measure
from proveonce.present.workbook.cells import MAX_UNITS, clean

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
"""Every code point, lone surrogates included."""
_XML_REFUSES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(ANY_TEXT)
def test_a_clean_text_fits_xml_and_keeps_what_can_be_seen(text: str) -> None:
    shown = clean(text)
    assert not _XML_REFUSES.search(shown)
    assert "\u202e" not in shown
    assert not (shown.startswith("<r>") and shown.endswith("</r>"))
    assert clean(shown) == shown
    if text.isprintable() and not text.startswith("<r>"):
        assert shown == text


@given(ANY_TEXT)
def test_a_marked_text_can_be_told_back(text: str) -> None:
    back = re.sub(r"\[U\+([0-9A-F]{4,6})\]", lambda match: chr(int(match[1], 16)), clean(text))
    assert back == text or "[U+" in text


@settings(max_examples=40, deadline=None)
@given(st.lists(ANY_TEXT, min_size=1, max_size=25))
def test_a_clean_text_is_read_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    shown = [clean(text) for text in texts]
    read = _write_and_read(tmp_path_factory.mktemp("cells") / "cells.xlsx", shown)
    assert read == shown


def test_hostile_texts_are_read_back_as_texts(tmp_path: Path) -> None:
    shown = [clean(text) for text in HOSTILE]
    assert _write_and_read(tmp_path / "cells.xlsx", shown) == shown


def _write_and_read(path: Path, texts: list[str]) -> list[str]:
    with Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet()
        style = workbook.add_format()
        for row, text in enumerate(texts):
            cells.write_text(sheet, row, 0, text, style)
    read = openpyxl.load_workbook(path).worksheets[0]
    found = [read.cell(row + 1, 1) for row in range(len(texts))]
    assert all(cell.data_type != "f" and cell.hyperlink is None for cell in found)
    # XlsxWriter writes a literal `_x0041_` as `_x005F_x0041_`, as Excel does; openpyxl hands that over as it stands.
    return [unescape(str(cell.value or "")) for cell in found]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bell\x07", "bell[U+0007]"),
        ("\ud83d alone", "[U+D83D] alone"),
        ("\ufffe", "[U+FFFE]"),
        ("a\r\nb\tc", "a[U+000D]\nb\tc"),
        ("\u202efdp.exe", "[U+202E]fdp.exe"),
        ("zero\u200bwidth", "zero[U+200B]width"),
        ("\U000e0001", "[U+E0001]"),
        ("\ufffd stays", "\ufffd stays"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
        ('=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
        ("<r><t>x</t></r>", "[U+003C]r><t>x</t></r>"),
        ("<r>x", "<r>x"),
        ("", ""),
    ],
)
def test_unseen_characters_are_spelt_out_and_others_stay(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize("character", ["a", "\x07", "\U0001f4a9", "\u672c", "\ud800"])
@pytest.mark.parametrize("length", [MAX_UNITS // 8, MAX_UNITS - 1, MAX_UNITS, MAX_UNITS + 1, 40_000])
def test_a_long_text_is_cut_with_how_much_is_missing(character: str, length: int) -> None:
    text = character * length
    shown = clean(text)
    assert _units(shown) <= MAX_UNITS
    unit = clean(character)
    if _units(unit) * length <= MAX_UNITS:
        assert shown == unit * length
        return
    match = re.fullmatch(rf"(?:{re.escape(unit)})+\[cut: ([\d,]+) characters; whole in findings\.json\]", shown)
    assert match
    kept = shown.index("[cut:") // len(unit)
    assert kept + int(match[1].replace(",", "")) == length


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1"])
def test_what_excel_would_take_for_a_formula_is_quoted(text: str) -> None:
    assert cells.needs_quote(text)
    assert not cells.needs_quote(f"a{text}")


def test_a_refused_cell_is_an_error_and_never_lost(tmp_path: Path) -> None:
    with Workbook(str(tmp_path / "cells.xlsx")) as workbook:
        sheet = workbook.add_worksheet("Findings")
        with pytest.raises(ProveonceError, match="code -2") as caught:
            cells.write_text(sheet, 4, 2, "a" * (MAX_UNITS + 1), workbook.add_format())
    assert caught.value.where == "workbook sheet Findings, row 5, column 3"


def test_lines_grow_with_the_text_and_never_shrink_with_the_column() -> None:
    text = "Only intended traffic crosses the boundary of the system"
    widths = [60, 30, 15, 8]
    lines = [measure.line_count(text, width) for width in widths]
    assert lines[0] == 1
    assert lines == sorted(lines)
    assert measure.line_count("a\nb\n\nc", 40) == 4
    assert measure.line_count("x" * 200, 20, is_mono=True) >= 10
    assert measure.line_count("\u672c" * 30, 20) > measure.line_count("a" * 30, 20)


@given(st.text(max_size=120), st.floats(min_value=3, max_value=90), st.booleans())
def test_any_text_has_a_height(text: str, width: float, is_mono: bool) -> None:
    lines = measure.line_count(text, width, is_mono=is_mono)
    assert lines >= 1 + text.count("\n")
    assert 15 <= measure.height_of(lines) <= measure.MAX_HEIGHT
