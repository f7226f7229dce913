"""Audit Manager: read with all that hangs on it where it is on; said to be off, and asked nothing, where it is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from awslab.cloud import Cloud, new_account
from awslab.collected import Collected, collect
from awslab.faults import Asked, Wire, error_response
from awslab.synthetic import wire_answer
from proveonce.model.evidence import Coverage, ReadState
from proveonce.tables.spec import load_specs

TABLES = [name for name in load_specs().tables() if name.startswith("aws_auditmanager_")]
ID = "0f9d4a2e-5b7c-4d11-9a3e-6c1b2d3e4f50"
NAME = "SOC 2, 2026"
COMMENT = "ask Grace about the lost laptop"
CONTENTS: dict[str, Any] = {
    "metadata": {
        "name": NAME, "id": ID, "scope": {"awsAccounts": [{"id": "111122223333"}]},
        "roles": [{"roleType": "PROCESS_OWNER", "roleArn": "arn:aws:iam::111122223333:role/audit"}],
    },
    "framework": {
        "metadata": {"name": "SOC 2"},
        "controlSets": [{
            "id": "CC6", "status": "ACTIVE", "systemEvidenceCount": 4,
            "controls": [{"id": "c-1", "name": "Keys", "status": "REVIEWED", "evidenceCount": 4,
                          "comments": [{"authorName": "ada", "commentBody": COMMENT}]}],
        }],
    },
}  # fmt: skip
FOLDER = {
    "assessmentId": ID, "controlSetId": "CC6", "controlId": "c-1", "date": datetime(2026, 11, 23, tzinfo=UTC),
    "totalEvidence": 2, "evidenceByTypeComplianceCheckIssuesCount": 1,
}  # fmt: skip


def _on(asked: Asked) -> AWSResponse | None:
    """An account with one assessment, whose folders take two pages."""
    if asked.service != "auditmanager":
        return None
    second = "nextToken=" in asked.request.url
    answers: dict[str, dict[str, Any]] = {
        "GetAccountStatus": {"status": "ACTIVE"},
        "GetSettings": {"settings": {"deregistrationPolicy": {"deleteResources": "ALL"}}},
        "GetInsights": {"insights": {"activeAssessmentsCount": 1}},
        "ListAssessmentReports": {"assessmentReports": [{"id": "r-1", "status": "COMPLETE"}]},
        "ListAssessments": {"assessmentMetadata": [{"name": NAME, "id": ID, "status": "ACTIVE"}]},
        "GetAssessment": {"assessment": CONTENTS},
        "GetEvidenceFoldersByAssessment": {
            "evidenceFolders": [{**FOLDER, "id": "f-2" if second else "f-1"}],
            **({} if second else {"nextToken": "more"}),
        },
    }
    return wire_answer(asked, answers[asked.operation])


@pytest.fixture
def read(cloud: Cloud, wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Collected]:
    cloud.enter(monkeypatch, new_account())
    wire.add(_on)
    return lambda **more: collect(tmp_path, services=["auditmanager"], tables=TABLES, **more)


def _ledger(collected: Collected) -> dict[str, Coverage]:
    return {row.operation: row for row in collected.coverage if row.service == "auditmanager"}


def test_assessments_are_read_with_their_contents_and_every_page_of_their_folders(
    read: Callable[..., Collected], wire: Wire
) -> None:
    found = read()
    assert found.lost() == []
    (assessment,) = found.rows("aws_auditmanager_assessment")
    assert assessment["resource"].endswith(f":assessment/{ID}")
    contents = assessment["details"]["contents"]["assessment"]
    assert contents["framework"]["controlSets"][0]["controls"][0]["evidenceCount"] == 4
    folders = found.rows("aws_auditmanager_evidence_folder")
    assert [row["resource"] for row in folders] == [f"{ID}/CC6/f-1", f"{ID}/CC6/f-2"]
    asked = Counter({name: count for (service, name), count in wire.asked.items() if service == "auditmanager"})
    assert asked == Counter(dict.fromkeys(_ledger(found), 1)) + Counter(["GetEvidenceFoldersByAssessment"])
    assert len(asked) == 7


def test_names_scope_and_roles_are_kept_and_what_people_wrote_is_not(read: Callable[..., Collected]) -> None:
    found = read()
    (assessment,) = found.rows("aws_auditmanager_assessment")
    metadata = assessment["details"]["contents"]["assessment"]["metadata"]
    assert (assessment["item"]["name"], metadata["scope"], metadata["roles"]) == (
        NAME, CONTENTS["metadata"]["scope"], CONTENTS["metadata"]["roles"],
    )  # fmt: skip
    assert COMMENT.encode() not in found.everything()


@pytest.mark.parametrize("status", ["INACTIVE", "PENDING_ACTIVATION"])
def test_where_it_is_not_on_the_ledger_says_so_of_each_listing_and_nothing_more_is_asked(
    read: Callable[..., Collected], wire: Wire, status: str
) -> None:
    wire.fail("auditmanager:GetAccountStatus", lambda asked: wire_answer(asked, {"status": status}))
    found = read()
    ledger = _ledger(found)
    assert ledger.pop("GetAccountStatus").state is ReadState.READ
    assert len(ledger) == 5
    for row in ledger.values():
        assert (row.state, row.code, row.planned, row.read, row.rows) == (ReadState.NOT_ENABLED, "NotEnabled", 0, 0, 0)
        assert row.is_off
        assert "auditmanager:GetAccountStatus" in row.message
    assert found.lost() == []
    assert {name for service, name in wire.asked if service == "auditmanager"} == {"GetAccountStatus"}


def test_where_its_state_was_denied_nothing_says_that_it_is_off(read: Callable[..., Collected], wire: Wire) -> None:
    wire.fail("auditmanager:GetAccountStatus", lambda asked: error_response(asked, "AccessDeniedException", 403))
    found = read()
    assert {row.state for row in _ledger(found).values()} == {ReadState.DENIED}
    assert not any(row.is_complete for row in _ledger(found).values())


def test_an_account_without_an_assessment_is_on_and_read(read: Callable[..., Collected], wire: Wire) -> None:
    wire.fail("auditmanager:ListAssessments", lambda asked: wire_answer(asked, {"assessmentMetadata": []}))
    folders = _ledger(read())["GetEvidenceFoldersByAssessment"]
    assert (folders.state, folders.planned, folders.is_off) == (ReadState.READ, 0, False)
    assert folders.is_complete


def test_contents_that_were_denied_leave_the_assessment_and_say_what_is_lost(
    read: Callable[..., Collected], wire: Wire
) -> None:
    wire.fail("auditmanager:GetAssessment", lambda asked: error_response(asked, "AccessDeniedException", 403))
    found = read()
    (row,) = found.rows("aws_auditmanager_assessment")
    assert row["read"] == {"item": "read", "contents": "denied"}
    assert [(row.operation, row.state) for row in found.lost()] == [("GetAssessment", ReadState.DENIED)]


def test_a_stopped_collection_that_goes_on_still_knows_where_it_is_not_on(
    read: Callable[..., Collected], wire: Wire
) -> None:
    def off_in_ireland(asked: Asked) -> AWSResponse | None:
        return wire_answer(asked, {"status": "INACTIVE"}) if asked.region == "eu-west-1" else None

    def stop(_asked: Asked) -> AWSResponse | None:
        raise KeyboardInterrupt

    wire.fail("auditmanager:GetAccountStatus", off_in_ireland)
    wire.fail("auditmanager:GetEvidenceFoldersByAssessment", stop)
    with pytest.raises(KeyboardInterrupt):
        read(regions=["eu-west-1", "us-east-1"])
    wire.faults.pop(0)
    found = read(regions=["eu-west-1", "us-east-1"], resumes=True)
    assert found.lost() == []
    folders = [row for row in found.coverage if row.operation == "GetEvidenceFoldersByAssessment"]
    assert {(row.region, row.is_off) for row in folders} == {("eu-west-1", True), ("us-east-1", False)}
