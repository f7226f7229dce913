"""Controls of Audit Manager's assessments, which AWS nests in control sets of the assessment's framework.

Source: AWS Audit Manager API reference, AssessmentControlSet and AssessmentControl.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def assessment_controls(line: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row a control of each control set; none for an assessment without."""
    item, contents = line["item"], line["details"].get("contents") or {}
    framework = (contents.get("assessment") or {}).get("framework") or {}
    for control_set in framework.get("controlSets") or []:
        for control in control_set.get("controls") or []:
            yield {
                "assessment_id": item.get("id"), "assessment_status": item.get("status"),
                "control_set": control_set.get("id"), "control_set_status": control_set.get("status"),
                "control_id": control.get("id"), "name": control.get("name"), "status": control.get("status"),
                "response": control.get("response"), "evidence_sources": control.get("evidenceSources"),
                "evidence_count": control.get("evidenceCount"),
                "report_evidence_count": control.get("assessmentReportEvidenceCount"),
            }  # fmt: skip
