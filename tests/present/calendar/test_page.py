"""The page and the workbook: every duty once, nothing executed, equal calendars equal bytes."""

from __future__ import annotations

import re
from io import BytesIO

from defusedxml import ElementTree
from openpyxl import load_workbook

from assess.duties.desks import desk
from present.calendar.calendars import HOSTILE, hostile, of, year
from proveonce.model.duty import DutyState
from proveonce.present.calendar import chart, words
from proveonce.present.calendar.book import calendar_workbook
from proveonce.present.calendar.page import page


def test_every_duty_is_a_row_of_the_page_and_each_link_has_its_place() -> None:
    calendar = year()
    html = page(calendar)
    assert len(re.findall(r'<tr id="', html)) == len(calendar.duties)
    targets = set(re.findall(r' id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= targets


def test_the_page_runs_nothing_and_asks_for_nothing() -> None:
    html = page(hostile())
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "default-src 'none'" in html
    assert not re.findall(r'(?:src|href)="(?!#|data:)', html)


def test_the_year_view_is_a_row_a_month_with_each_dated_duty_or_its_count() -> None:
    calendar = year()
    drawn = str(chart.year_view(calendar))
    ElementTree.fromstring(drawn)
    assert drawn.count('class="month"') == len(chart.months(calendar)) == 12
    dated = [duty for duty in calendar.duties if duty.state is not DutyState.NEVER]
    counted = sum(int(number) for number in re.findall(r">\+(\d+) more<", drawn))
    assert drawn.count('class="mark ') + counted == len(dated)


def test_shared_work_stands_once_with_a_part_for_each_framework() -> None:
    calendar = year()
    (shared,) = [duty for duty in calendar.duties if duty.uid == "control.IAM-06.2"]
    drawn = str(chart.year_view(calendar))
    (own,) = [part for part in drawn.split("<a ") if "2026-06-10" in part]
    assert own.count("lane on") == len(shared.frameworks) == 3
    assert drawn.count("2026-06-10") == 1


def test_what_was_never_done_is_counted_at_the_as_of_and_listed() -> None:
    calendar = of(desk())
    assert f">{calendar.count(DutyState.NEVER)} never<" in str(chart.year_view(calendar))
    assert "Never done: 5 duties, due at once" in page(calendar)


def test_a_binding_interval_that_nothing_proves_is_said_on_every_form() -> None:
    calendar = of(desk())
    assert "pci_dss 11.3.2, P3M" in page(calendar)
    sheet = load_workbook(BytesIO(calendar_workbook(calendar)))["Calendar"]
    assert "pci_dss 11.3.2, P3M" in str(sheet["A4"].value)


def test_the_workbook_has_every_duty_and_no_formula() -> None:
    calendar = hostile()
    book = load_workbook(BytesIO(calendar_workbook(calendar)))
    sheet = book["Calendar"]
    assert sheet.max_row - 5 == len(calendar.duties)
    cells = [cell for name in book.sheetnames for row in book[name].iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("=cmd") for cell in cells)


def test_equal_calendars_give_equal_bytes() -> None:
    assert calendar_workbook(year()) == calendar_workbook(year())
    assert page(year()) == page(year())


def test_reasons_are_in_words() -> None:
    (duty,) = [duty for duty in year().duties if duty.uid == "control.IAM-06.2"]
    assert words.why(duty) == "PCI DSS 7.2.4 every 6 months"
    assert words.served(duty, ", ", "; ") == "SOC 2 CC6.3; PCI DSS 7.2.4, 8.3.9, A3.4.1; HIPAA 164.308(a)(8)"
    assert words.served_short(duty) == "SOC 2 CC6.3; PCI DSS 7.2.4, 8.3.9 and 1 more; HIPAA 164.308(a)(8)"
    assert HOSTILE not in words.plain(HOSTILE)
