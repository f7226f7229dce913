"""Request workbooks go out, come back filled in, and are taken in row by row: nothing lost, nothing invented."""

from __future__ import annotations

import hashlib
import io
import re
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from proveonce.app.receiving import Received, receive
from proveonce.app.recording import Draft, add
from proveonce.app.requesting import Wanted, requests
from proveonce.content import load_content
from proveonce.content.manual import load_manual
from proveonce.kernel.errors import UsageError
from proveonce.model.content import Content
from proveonce.model.request import ANSWERED, ASKED, seal
from proveonce.model.workspace import Workspace
from proveonce.present.request_book import request_workbook

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
CONTROLS = ("IAM-03", "IAM-06", "IAM-07")
FIRST = 6
"""Row of the first request: of IAM-07, then IAM-03 and IAM-06, since they are by owner."""
COLUMN = {head: number for number, head in enumerate((*ASKED, *ANSWERED), 1)}
GOOD: dict[str, Any] = {
    "Kind": "statement",
    "Performed on": date(2026, 11, 2),
    "Performed by": "Jo Field",
    "What was done": "Every identity was compared with the list of staff.",
    "Conclusion": "effective",
    "Facts, name=value": "about=access",
}

Sheet = Any
Edit = Callable[[Sheet], None]


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    return load_content(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def blank(content: Content, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    workspace = Workspace(root=tmp_path_factory.mktemp("blank"))
    found = requests(workspace, content, Wanted(controls=CONTROLS), NOW)
    return request_workbook(found, workspace, NOW)


def put(sheet: Sheet, row: int, values: Mapping[str, Any]) -> None:
    for head, value in values.items():
        sheet.cell(row, COLUMN[head]).value = value


def filled(blank: bytes, path: Path, *edits: Edit) -> Path:
    book = openpyxl.load_workbook(io.BytesIO(blank))
    for edit in edits:
        edit(book["Requests"])
    book.save(path)
    return path


def good(row: int = FIRST, **other: Any) -> Edit:
    names = {"on": "Performed on", "by": "Performed by", "reviewer": "Reviewed by", "reviewed": "Reviewed on",
             "done": "What was done", "facts": "Facts, name=value", "files": "Attachment files", "kind": "Kind",
             "conclusion": "Conclusion"}  # fmt: skip
    return lambda sheet: put(sheet, row, {**GOOD, **{names[name]: value for name, value in other.items()}})


def take(root: Path, content: Content, file: Path, **more: Any) -> Received:
    return receive(root, content, file, now=NOW, **more)


def reasons(received: Received) -> str:
    return "\n".join(f"{r.cell}: {r.what} ({r.fix})" for result in received.refused for r in result.refusals)


def test_a_row_filled_in_becomes_a_record_and_only_once(tmp_path: Path, content: Content, blank: bytes) -> None:
    file = filled(blank, tmp_path / "f.xlsx", good(), good(FIRST + 1, reviewer="Ann", reviewed="2026-11-20"))
    trial = take(tmp_path, content, file, is_dry_run=True)
    assert trial.counts == {"accepted": 2, "already received": 0, "refused": 0, "untouched": 1}
    assert not (tmp_path / "evidence").exists()
    first = take(tmp_path, content, file, recorded_by="Olga")
    assert [(r.outcome, r.record) for r in first.results] == [
        ("accepted", "ME-2026-001"), ("accepted", "ME-2026-002"), ("untouched", "")
    ]  # fmt: skip
    one, two = load_manual(tmp_path, content)
    assert (one.performed_on, one.performed_by, one.reviewed_by, one.recorded_by) == (
        "2026-11-02",
        "Jo Field",
        "",
        "Olga",
    )
    assert (two.reviewed_by, two.reviewed_on, two.controls) == ("Ann", "2026-11-20", ("IAM-03",))
    before = (tmp_path / "evidence/manual/2026.yaml").read_bytes()
    again = take(tmp_path, content, file)
    assert again.counts == {"accepted": 0, "already received": 2, "refused": 0, "untouched": 1}
    assert [r.record for r in again.results] == ["ME-2026-001", "ME-2026-002", ""]
    assert (tmp_path / "evidence/manual/2026.yaml").read_bytes() == before


def test_rows_sorted_otherwise_or_moved_down_are_still_known(tmp_path: Path, content: Content, blank: bytes) -> None:
    def sort(sheet: Sheet) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST, max_row=FIRST + 2)]
        for number, row in enumerate(reversed(rows)):
            for column, value in enumerate(row, 1):
                sheet.cell(FIRST + number, column).value = value

    file = filled(blank, tmp_path / "f.xlsx", good(), sort, lambda sheet: sheet.insert_rows(3, 2))
    received = take(tmp_path, content, file)
    assert received.counts["accepted"] == 1
    assert load_manual(tmp_path, content)[0].controls == ("IAM-07",)


def test_an_attachment_is_kept_with_its_digest(tmp_path: Path, content: Content, blank: bytes) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "list.csv").write_bytes(b"a,b")
    file = filled(blank, tmp_path / "f.xlsx", good(files="list.csv"))
    assert take(tmp_path, content, file, attachments=folder).counts["accepted"] == 1
    (attachment,) = load_manual(tmp_path, content)[0].attachments
    assert attachment.sha256 == hashlib.sha256(b"a,b").hexdigest()
    assert attachment.state == "kept"
    assert (tmp_path / "evidence/manual" / attachment.file).read_bytes() == b"a,b"


def test_a_review_sent_later_is_not_lost(tmp_path: Path, content: Content, blank: bytes) -> None:
    take(tmp_path, content, filled(blank, tmp_path / "f.xlsx", good()))
    later = filled(blank, tmp_path / "g.xlsx", good(reviewer="Ann", reviewed="2026-11-20"))
    received = take(tmp_path, content, later)
    assert "was received already as ME-2026-001, without a review" in reasons(received)
    assert "evidence review ME-2026-001" in reasons(received)


def test_the_same_row_twice_is_one_record_and_the_good_rows_of_a_bad_book_stay(
    tmp_path: Path, content: Content, blank: bytes
) -> None:
    def copy(sheet: Sheet) -> None:
        for column in COLUMN.values():
            sheet.cell(FIRST + 9, column).value = sheet.cell(FIRST, column).value

    received = take(tmp_path, content, filled(blank, tmp_path / "f.xlsx", good(), copy, good(FIRST + 1, by=None)))
    assert [(r.row, r.outcome) for r in received.results] == [
        (6, "accepted"), (7, "refused"), (8, "untouched"), (15, "already received")
    ]  # fmt: skip
    assert received.refused[0].words["What was done"] == GOOD["What was done"]
    assert len(load_manual(tmp_path, content)) == 1


def cell(head: str, value: Any, row: int = FIRST) -> Edit:
    return lambda sheet: put(sheet, row, {head: value})


def hide(sheet: Sheet) -> None:
    sheet.row_dimensions[FIRST].hidden = True


def unbind(sheet: Sheet) -> None:
    sheet.parent["Binding"].cell(2, 2).value = "0" * 64


def copied(sheet: Sheet) -> None:
    for column in COLUMN.values():
        sheet.cell(FIRST + 9, column).value = sheet.cell(FIRST, column).value
    put(sheet, FIRST + 9, {"Performed by": "Somebody Else"})


BAD_ROWS: dict[str, tuple[list[Edit], str]] = {
    "only the kind": ([cell("Kind", "policy")], "J6 Performed on: is missing"),
    "only a name": ([cell("Performed by", "Jo")], "I6 Kind: is missing"),
    "only facts": ([cell("Facts, name=value", "about=x")], "N6 What was done: is missing"),
    "no day": ([good(on=None)], "J6 Performed on: is missing"),
    "no performer": ([good(by="  ")], "K6 Performed by: is missing"),
    "no conclusion": ([good(conclusion=None)], "O6 Conclusion: is missing"),
    "no facts": ([good(facts=None)], "Q6 Facts, name=value: about is missing"),
    "day first": ([good(on="02/11/2026")], "J6 Performed on: '02/11/2026' is no day that all read alike"),
    "a day in words": ([good(on="last week")], "'last week' is no day"),
    "a day that is not": ([good(on="2026-11-31")], "'2026-11-31' is no day"),
    "a serial number": ([good(on=46328)], "holds the number 46328, no day (if 2026-11-02 is meant, write that)"),
    "any number": ([good(on=7.5)], "holds the number 7.5, no day"),
    "a day to come": ([good(on=date(2026, 11, 25))], "2026-11-25 lies ahead of today"),
    "a year to come as text": ([good(on="2062-11-02")], "2062-11-02 lies ahead"),
    "a day of another age": ([good(on=date(1926, 11, 2))], "1926-11-02 is too long ago"),
    "days swapped": ([good(reviewer="Ann", reviewed=date(2026, 11, 1))], "reviewed before it was performed"),
    "a review to come": ([good(reviewer="Ann", reviewed="2027-01-01")], "M6 Reviewed on: 2027-01-01 lies ahead"),
    "reviewed by oneself": ([good(reviewer=" JO  field", reviewed="2026-11-03")], "L6 Reviewed by: reviewed by who"),
    "a reviewer without a day": ([good(reviewer="Ann")], "a review has a person and a day"),
    "a review without a person": ([good(reviewed="2026-11-03")], "a review has a person and a day"),
    "a kind unknown": ([good(kind="acces review")], "'acces review' is not on the list (did you mean access review?)"),
    "a conclusion unknown": ([good(conclusion="pass")], "O6 Conclusion: 'pass' is not on the list"),
    "a fact unknown": ([good(facts="abuot=x")], "'abuot=x' is no fact of statement (did you mean about?)"),
    "a fact twice": ([good(facts="about=x\nabout=y")], "stands twice"),
    "a fact without a sign": ([good(facts="about x")], "is not written as name=value"),
    "a fact of another type": ([good(facts="about=x\nperiod_start=May")], "period_start: 'May' is no day"),
    "a formula for a name": ([good(by="=CONCATENATE(A1,B1)")], "K6 Performed by: holds a formula"),
    "a formula for a day": ([good(on="=TODAY()")], "J6 Performed on: holds a formula"),
    "a DDE formula": ([good(done="=cmd|'/c calc'!A1")], "N6 What was done: holds a formula"),
    "an error": ([good(by="#REF!")], "K6 Performed by: holds the error #REF!"),
    "a number for a name": ([good(by=17)], "K6 Performed by: holds the number 17"),
    "a name without end": ([good(by="x" * 201)], "K6 Performed by:"),
    "a control unknown": ([good(), cell("Control", "IAM-99")], "B6 Control: unknown common control 'IAM-99'"),
    "another control": ([good(), cell("Control", "IAM-06")], "A6 Request: what is asked is not what was sent"),
    "a control done by machine": ([good(), cell("Control", "IAM-02")], "IAM-02 has no part by people"),
    "a request id changed": ([good(), cell("Request", "PBC-IAM-04-2026-11-24")], "was made in this workbook"),
    "a request id of another row": ([good(), cell("Request", "PBC-IAM-06-2026-11-24")], "not what was sent"),
    "what is asked made easier": ([good(), cell("What is asked", "Nothing much.")], "not what was sent"),
    "a due day moved": ([good(), cell("Due", "2027-11-24")], "not what was sent"),
    "a formula in what is asked": ([good(), cell("Due", "=A1")], "not what was sent"),
    "a binding changed": ([good(), unbind], "A6 Request: what is asked is not what was sent"),
    "facts without end": ([good(facts="about=x\n" * 101)], "has 101 lines"),
    "a row put in": ([good(20)], "A20 Request: the row has no request id"),
    "two answers to one request": ([good(), copied], "rows 6, 15 answer the same request differently"),
    "cells merged": ([good(), lambda sheet: sheet.merge_cells("K6:L6")], "row 6: cells of the row are merged"),
    "rows merged": ([good(), lambda sheet: sheet.merge_cells("I5:I7")], "row 6: cells of the row are merged"),
    "a row hidden": ([good(), hide], "row 6: the row is hidden"),
    "a file and no folder": ([good(files="a.pdf")], "P6 Attachment files: names files, and no folder"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_row_that_cannot_be_taken_is_refused_at_its_cell(
    name: str, tmp_path: Path, content: Content, blank: bytes
) -> None:
    edits, why = BAD_ROWS[name]
    received = take(tmp_path, content, filled(blank, tmp_path / "f.xlsx", *edits))
    assert why in reasons(received)
    assert received.counts["accepted"] == 0
    assert all(result.words for result in received.refused)
    assert load_manual(tmp_path, content) == ()


@pytest.mark.parametrize(
    ("named", "why"),
    [("b.pdf", "is not in sent"), ("../f.xlsx", "is in a folder"), ("/etc/passwd", "is in a folder"),
     ("..", "leads out"), ("link.pdf", "is a link"), ("sub", "is no file"), ("a.pdf\nA.PDF", "names a file twice"),
     ("a\\b", "is no path")],
)  # fmt: skip
def test_only_plain_files_of_the_folder_are_attached(
    named: str, why: str, tmp_path: Path, content: Content, blank: bytes
) -> None:
    folder = tmp_path / "sent"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.pdf").write_bytes(b"x")
    (folder / "link.pdf").symlink_to(folder / "a.pdf")
    received = take(tmp_path, content, filled(blank, tmp_path / "f.xlsx", good(files=named)), attachments=folder)
    assert why in reasons(received)
    assert load_manual(tmp_path, content) == ()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_sheet(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    parts = parts_of(data)
    parts["xl/worksheets/sheet1.xml"] = change(parts["xl/worksheets/sheet1.xml"])
    return zipped(parts)


def many_rows(data: bytes) -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(100, 100_100))
    return with_sheet(data, lambda sheet: sheet.replace(b"</sheetData>", rows + b"</sheetData>"))


def far_row(data: bytes) -> bytes:
    row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_sheet(data, lambda sheet: sheet.replace(b"</sheetData>", row + b"</sheetData>"))


def without_sheet(name: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(data))
        del book[name]
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return change


def renamed_head(data: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    book["Requests"].cell(5, COLUMN["Conclusion"]).value = "Result"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed_byte(data: bytes) -> bytes:
    at = data.index(b"xl/worksheets/sheet1.xml") + 200
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
HOSTILE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "is empty"),
    "no zip": (lambda _: b"id,answer\n1,yes\n", "no .xlsx"),
    "cut short": (lambda data: data[: len(data) // 2], "no .xlsx"),
    "a byte changed": (changed_byte, "damaged"),
    "password": (lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "an old xls": (lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "old .xls"),
    "macros": (lambda data: zipped({**parts_of(data), "xl/vbaProject.bin": b"x"}), "macros"),
    "a bomb": (lambda data: zipped({**parts_of(data), "xl/media/a.bin": bytes(40 << 20)}), "expands"),
    "an entity": (
        lambda data: with_sheet(data, lambda sheet: XXE + sheet.partition(b"?>")[2]),
        "XML entities or a document type",
    ),
    "100,000 rows": (many_rows, "more than 1,000 rows"),
    "a cell far out": (far_row, "more than 200 columns"),
    "no requests": (without_sheet("Requests"), "no sheet 'Requests'"),
    "no binding": (without_sheet("Binding"), "no sheet 'Binding'"),
    "a head renamed": (renamed_head, "Conclusion not there once"),
    "heads gone": (lambda data: with_sheet(data, lambda s: re.sub(rb'<row r="5".*?</row>', b"", s)), "heads is gone"),
    "another workbook": (lambda _: zipped({"a.txt": b"x"}), "damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_whole_and_soon(
    name: str, tmp_path: Path, content: Content, blank: bytes
) -> None:
    change, why = HOSTILE[name]
    file = filled(blank, tmp_path / "f.xlsx", good())
    file.write_bytes(change(file.read_bytes()))
    began = time.process_time()
    with pytest.raises(UsageError) as refused:
        take(tmp_path, content, file)
    assert time.process_time() - began < 10
    assert why in str(refused.value)
    assert "fix:" in str(refused.value)
    assert not (tmp_path / "evidence").exists()


def test_a_merge_over_the_whole_sheet_costs_nothing(tmp_path: Path, content: Content, blank: bytes) -> None:
    file = filled(blank, tmp_path / "f.xlsx", good())
    merge = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    data = with_sheet(file.read_bytes(), lambda sheet: re.sub(rb"<mergeCells.*?</mergeCells>", merge, sheet))
    assert merge in parts_of(data)["xl/worksheets/sheet1.xml"]
    file.write_bytes(data)
    assert "are merged" in reasons(take(tmp_path, content, file))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=st.text(min_size=1, max_size=60), about=st.text(min_size=1, max_size=60))
def test_any_words_are_kept_or_refused(
    done: str, about: str, tmp_path_factory: pytest.TempPathFactory, content: Content, blank: bytes
) -> None:
    root = tmp_path_factory.mktemp("any")
    plain = "".join(c for c in done if c.isprintable() and not (0xD800 <= ord(c) < 0xE000)).strip().lstrip("=") or "x"
    said = "".join(c for c in about if c.isprintable() and not (0xD800 <= ord(c) < 0xE000)).strip() or "x"
    received = take(root, content, filled(blank, root / "f.xlsx", good(done=plain, facts=f"about={said}")))
    if received.counts["accepted"]:
        (record,) = load_manual(root, content)
        assert record.facts == {"about": said}
        assert record.statement == plain.strip()
    else:
        assert received.refused[0].words["Facts, name=value"] == f"about={said}"


def test_the_workbook_asks_for_what_is_missing_stale_or_due(tmp_path: Path, content: Content) -> None:
    workspace = replace(Workspace(root=tmp_path), owners={"security": "Jane Doe"})
    draft = Draft("statement", ("IAM-03",), "t", "s", "effective", "2026-06-01", "Jo", facts={"about": "x"})
    day = datetime(2026, 6, 1, 12, tzinfo=UTC)
    add(tmp_path, content, draft, day)  # IAM-03 is due every six months: until 2026-12-01
    wanted = Wanted(controls=("IAM-03", "IAM-06"))

    def asked(found: Wanted, now: datetime = NOW) -> dict[str, str]:
        return {str(r.control): r.due for r in requests(workspace, content, found, now)}

    assert asked(wanted) == {"IAM-06": "2026-11-24"}
    assert asked(replace(wanted, due=date(2026, 11, 30))) == {"IAM-06": "2026-11-30"}
    assert asked(replace(wanted, due=date(2026, 12, 1))) == {"IAM-06": "2026-12-01", "IAM-03": "2026-12-01"}
    assert asked(replace(wanted, only_stale=True)) == {}
    assert asked(wanted, datetime(2026, 12, 1, 23, tzinfo=UTC)) == {"IAM-06": "2026-12-01"}
    late = datetime(2026, 12, 2, tzinfo=UTC)
    assert asked(replace(wanted, only_stale=True), late) == {"IAM-03": "2026-12-02"}
    found = requests(workspace, content, wanted, late)
    assert next(r.last for r in found if r.control == "IAM-03") == (
        "ME-2026-001, performed on 2026-06-01, lapsed on 2026-12-01; not reviewed"
    )
    assert any(r.owner == "security: Jane Doe" for r in requests(workspace, content, Wanted(), NOW))
    soc2 = requests(workspace, content, Wanted(frameworks=("soc2",)), NOW)
    assert all(r.serves.startswith("soc2: ") and "hipaa" not in r.serves for r in soc2)
    owners = {r.owner for r in requests(workspace, content, Wanted(owners=("hr",)), NOW)}
    assert owners == {"hr"}
    for wrong in (Wanted(frameworks=("soc3",)), Wanted(owners=("hrr",)), Wanted(due=date(2026, 1, 1))):
        with pytest.raises(UsageError):
            requests(workspace, content, wrong, NOW)


def test_the_workbook_locks_what_is_asked_and_opens_what_is_answered(content: Content, blank: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(blank))
    assert [(s.title, s.sheet_state) for s in book] == [
        ("Requests", "visible"), ("Facts", "visible"), ("How to fill", "visible"), ("Binding", "veryHidden")
    ]  # fmt: skip
    sheet: Sheet = book["Requests"]
    heads = [cell.value for cell in sheet[5]]
    assert heads == [*ASKED, *ANSWERED]
    assert sheet.protection.sheet
    for cell_ in sheet[FIRST]:
        assert cell_.protection.locked is (heads[cell_.column - 1] in ASKED)
        assert cell_.data_type != "f"
    bound = {row[0]: row[1] for row in book["Binding"].iter_rows(min_row=2, max_col=2, values_only=True) if row[0]}
    asked = [str(cell_.value) for cell_ in sheet[FIRST][: len(ASKED)]]
    assert bound[asked[0]] == seal(asked)
    assert {v.formula1 for v in sheet.data_validations.dataValidation if v.type == "list"} == {
        "Binding!$D$2:$D$18", '"effective,not effective"'
    }  # fmt: skip


def test_equal_requests_give_equal_bytes(tmp_path: Path, content: Content, blank: bytes) -> None:
    workspace = Workspace(root=tmp_path)
    found = requests(workspace, content, Wanted(controls=CONTROLS), NOW)
    assert request_workbook(found, workspace, NOW) == blank


def test_a_day_counts_from_the_epoch_of_its_workbook(tmp_path: Path, content: Content, blank: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(blank))
    book.epoch = CALENDAR_MAC_1904
    good()(book["Requests"])
    book.save(tmp_path / "f.xlsx")
    take(tmp_path, content, tmp_path / "f.xlsx")
    assert load_manual(tmp_path, content)[0].performed_on == "2026-11-02"
