"""Controls of assessments: one row each, of every control set, and none made up."""

from __future__ import annotations

from typing import Any

import pytest

from proveonce.derive.audit_manager import assessment_controls


def _line(**contents: Any) -> dict[str, Any]:
    return {"item": {"id": "a-1", "status": "ACTIVE"}, "details": {"contents": contents} if contents else {}}


def test_each_control_of_each_set_is_a_row_that_names_its_set_and_assessment() -> None:
    one = {"id": "c-1", "name": "Keys", "status": "REVIEWED", "response": "AUTOMATE", "evidenceSources": ["AWS Config"],
           "evidenceCount": 3, "assessmentReportEvidenceCount": 1}  # fmt: skip
    sets = [{"id": "CC6", "status": "ACTIVE", "controls": [one, {"id": "c-2"}]}, {"id": "CC7", "controls": [one]}]
    rows = list(assessment_controls(_line(assessment={"framework": {"controlSets": sets}})))
    assert [(row["control_set"], row["control_id"]) for row in rows] == [("CC6", "c-1"), ("CC6", "c-2"), ("CC7", "c-1")]
    assert rows[0] == {
        "assessment_id": "a-1", "assessment_status": "ACTIVE", "control_set": "CC6", "control_set_status": "ACTIVE",
        "control_id": "c-1", "name": "Keys", "status": "REVIEWED", "response": "AUTOMATE",
        "evidence_sources": ["AWS Config"], "evidence_count": 3, "report_evidence_count": 1,
    }  # fmt: skip
    assert rows[1]["evidence_count"] is None


@pytest.mark.parametrize(
    "line",
    [_line(), _line(assessment={}), _line(assessment={"framework": {}}), _line(assessment={"framework": {"id": "f"}})],
)
def test_an_assessment_without_controls_has_no_row(line: dict[str, Any]) -> None:
    assert list(assessment_controls(line)) == []
