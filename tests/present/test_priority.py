"""The order of work as tables and workbook: figures that tie, equal answers equal bytes, no formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from assess.priority.made import FULL, PART, made_content, made_results
from proveonce.assess.priority.cover import smallest_cover
from proveonce.assess.priority.fixes import next_fixes
from proveonce.assess.priority.overlap import framework_points, rank
from proveonce.assess.priority.situation import situation
from proveonce.assess.priority.whatif import what_if
from proveonce.model.assessment import Counts
from proveonce.model.content import Content
from proveonce.model.control import Nature
from proveonce.model.priority import OrderOfWork
from proveonce.model.workspace import Workspace
from proveonce.present import priority as present
from proveonce.present.priority_book import order_workbook

AS_OF = "2026-11-24T03:20:00.000000Z"
WORKSPACE = Workspace(root=Path("/nowhere"), organisation="=Example & Co.", audits={"soc2": "2027-01-01"})


@pytest.fixture(scope="module")
def content() -> Content:
    """Three controls; the shared one is partly done by people."""
    edges = {
        "soc2": {"CC1.1": {"CRY-01": FULL}, "CC1.2": {"CRY-02": PART}},
        "hipaa": {"164.1": {"CRY-01": FULL, "CRY-03": PART}},
    }
    return made_content(edges, nature={"CRY-01": Nature.HYBRID})


@pytest.fixture(scope="module")
def order(content: Content) -> OrderOfWork:
    """Two of the three controls fail."""
    results = made_results(content, {"CRY-01": Counts(failed=2), "CRY-03": Counts(failed=1, undetermined=1)})
    known = situation(content, results, WORKSPACE, content.frameworks, AS_OF)
    return OrderOfWork(
        as_of=AS_OF, run="run-1", frameworks=tuple(content.frameworks), points=framework_points(known),
        priorities=rank(known), cover=smallest_cover(known), next_fixes=next_fixes(known, limit=2),
        what_if=what_if(known, ["CRY-01"]), notes=("Simulated.",),
    )  # fmt: skip


def test_the_summary_tells_leaving_fail_from_being_satisfied(order: OrderOfWork) -> None:
    assert order.what_if
    soc2, hipaa = present.summaries(order.what_if)
    assert (soc2.satisfied, soc2.leave_fail, soc2.to_undetermined, soc2.still_fail) == (0, 1, 1, 0)
    assert (hipaa.satisfied, hipaa.leave_fail, hipaa.to_undetermined, hipaa.still_fail) == (0, 0, 0, 1)
    ((blocker, moves),) = present.holding(order.what_if)
    assert (blocker.control, blocker.is_procedural) == ("CRY-01", True)
    assert [move.requirement for move in moves] == ["CC1.1"]


def test_json_and_csv_tell_the_same(order: OrderOfWork, content: Content) -> None:
    found = present.order_json(order, content)
    rows = list(csv.DictReader(io.StringIO(present.to_csv(present.controls_sheet(order, content)))))
    assert [(row["control"], float(row["score"])) for row in rows] == [
        (control["control"], control["score"]) for control in found["controls"]
    ]
    assert found["cover"]["not_coverable"]["soc2"].keys() == {"CC1.2"}
    assert [fix["cleared_so_far"] for fix in found["next_fixes"]["fixes"]] == [1, 2]


def test_the_workbook_holds_each_answer_and_its_scores_add_up(order: OrderOfWork, content: Content) -> None:
    data = order_workbook(order, content, WORKSPACE)
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == [
        "Order of work", "Terms", "Points", "Inputs", "Covering set", "Not coverable", "Next fixes", "What they move",
        "What if",
    ]  # fmt: skip
    heads, *rows = (r for r in book["Order of work"].iter_rows(min_row=5, values_only=True) if r[0] is not None)
    assert len(rows) == len(order.priorities)
    first, last = heads.index("Proof"), heads.index("Ease")
    for row, priority in zip(rows, order.priorities, strict=True):
        assert row[heads.index("Control")] == priority.control
        assert row[heads.index("Score")] == pytest.approx(sum(float(str(v)) for v in row[first : last + 1]))
    assert book["What if"]["D6"].value == "Fail"
    assert data == order_workbook(order, content, WORKSPACE)


def test_nothing_in_the_workbook_is_a_formula(order: OrderOfWork, content: Content) -> None:
    book = load_workbook(io.BytesIO(order_workbook(order, content, WORKSPACE)))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert str(book["Points"]["A2"].value).startswith("=Example & Co.")
