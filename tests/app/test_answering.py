"""A questionnaire over a real store: answered, flipped by a bucket that lost its versions, learnt from and approved."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from assess.answering.desk import DAY, content, matcher, question, sheet
from assess.builders import ACCOUNT, REGION, line
from proveonce.app import questionnaires
from proveonce.app.answering import Answered, answer, approve, learn
from proveonce.assess.answering import answer_all
from proveonce.content.library import load_library
from proveonce.kernel.errors import UsageError
from proveonce.model.evidence import Coverage, ReadState
from proveonce.model.questionnaire import LibraryAnswer, Origin, Questionnaire, Verdict
from proveonce.model.workspace import Workspace
from proveonce.present.answers import answers_json, write_summary
from proveonce.store import Store
from proveonce.tables.spec import load_specs

ENDED = "2026-11-24T00:00:00.000000Z"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
VERSIONED = "Is versioning enabled on S3 buckets?"
FORM = sheet(
    question(VERSIONED, key="1"),
    question("Do you have an incident response plan?", key="2"),
    question("Do you offer a free trial?", key="3"),
)

ATTESTATIONS = """\
- {id: SOC2-2025, kind: soc2_type2, title: Report, scope: The platform, issued_on: 2025-12-01, valid_to: 2026-12-01,
   period_start: 2024-10-01, period_end: 2025-09-30, issuer: A Firm, opinion: unqualified}
"""
ACCEPTANCES = """\
- {id: RA-1, title: Two is emptied, reason: It goes, controls: [DAT-03], risk_owner: A, requested_by: A,
   requested_on: 2026-08-01, approved_by: B, approved_on: 2026-08-02, expires_on: 2027-02-01,
   compensating_control: Nobody reads it}
"""


def commit(workspace: Workspace, states: dict[str, str], ended_at: str = ENDED) -> None:
    """A run that read everything there is: buckets, each with its state of versioning."""
    store, parts = Store(workspace.store), []
    with store.writer(kind="items", table="aws_s3_bucket", account=ACCOUNT, region=REGION) as writer:
        for number, (name, state) in enumerate(states.items()):
            writer.write({**line(name, details={"versioning": {"Status": state}}, read={"versioning": "read"}),
                          "line": number})  # fmt: skip
        parts.append(writer.close())
    coverage = [
        Coverage(ACCOUNT, REGION, call.service, call.operation, (table.name,), "", ReadState.READ, 1, 1, 0, 1)
        for call in load_specs().calls
        for table in call.tables
    ]
    for kind, rows in (("coverage", [asdict(row) for row in coverage]), ("calls", [])):
        with store.writer(kind=kind) as writer:
            for row in rows:
                writer.write(row)
            parts.append(writer.close())
    facts = {"started_at": ended_at, "ended_at": ended_at, "accounts": {ACCOUNT: {}}, "tool": {}, "completeness": "x"}
    store.commit(facts, parts)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Answered:
    """Answered where every bucket keeps versions."""
    workspace = Workspace(root=tmp_path_factory.mktemp("whole"))
    (workspace.root / "attestations.yaml").write_text(ATTESTATIONS, encoding="utf-8")
    commit(workspace, {"one": "Enabled", "two": "Enabled"})
    return answer(workspace, FORM, now=NOW)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Answered:
    """Answered where a bucket lost its versions."""
    workspace = Workspace(root=tmp_path_factory.mktemp("broken"), owners={"platform": "Ada Byron"})
    (workspace.root / "risk_acceptances.yaml").write_text(ACCEPTANCES, encoding="utf-8")
    commit(workspace, {"one": "Enabled", "two": "Suspended"})
    return answer(workspace, FORM, now=NOW)


def again(answered: Answered, form: Questionnaire = FORM, **changes: Any) -> Answered:
    """The form once more over the same evidence, some of the situation changed."""
    situation = replace(answered.situation, **changes)
    return Answered(form, answer_all(form, situation, matcher()), situation)


def test_the_same_questionnaire_flips_when_a_control_breaks(whole: Answered, broken: Answered) -> None:
    assert [a.verdict for a in whole.answers] == [Verdict.YES, Verdict.NEEDS_REVIEW, Verdict.NEEDS_REVIEW]
    assert whole.answers[0].evidence == (f"run {whole.situation.run} · DAT-03", "SOC2-2025")
    assert "SOC 2 Type 2 report by A Firm, period 2024-10-01 to 2025-09-30" in whole.answers[0].comment
    assert (broken.answers[0].verdict, broken.answers[0].written) == (Verdict.NO, "No")
    assert "1 of 2 fail (risk acceptance RA-1)" in broken.answers[0].reasons[0]
    assert "Ada Byron" in broken.answers[0].comment
    assert "INC-01 is undetermined" in whole.answers[1].reasons[0]


def test_the_page_and_the_table_tell_the_same(broken: Answered, tmp_path: Path) -> None:
    page = tmp_path / "summary.pdf"
    facts = (FORM, broken.answers, broken.situation)
    assert write_summary(*facts, page, organisation="X", file="q.xlsx", created=NOW) == 1
    assert page.read_bytes().startswith(b"%PDF")
    told = json.loads(json.dumps(answers_json(*facts)))
    assert told["counts"]["by_origin"] == {"evidence": 1, "library": 0, "person": 2}
    assert sum(told["counts"]["by_verdict"].values()) == told["counts"]["questions"] == 3
    assert told["answers"][0]["match"]["controls"] == ["DAT-03"]
    assert told["answers"][0]["evidence"][0].startswith(f"run {told['run']}")


def test_old_evidence_answers_nothing(whole: Answered) -> None:
    assert whole.situation.age_days == 1
    stale = again(whole, age_days=8)
    assert all(a.verdict is Verdict.NEEDS_REVIEW for a in stale.answers)
    assert again(whole, age_days=8, max_age_days=30).answers[0].verdict is Verdict.YES


def returned(word: str, remark: str) -> Questionnaire:
    """FORM as a person sent it back, its second question answered."""
    first, second, third = FORM.questions
    assert second.answer
    assert second.comment
    said, beside = replace(second.answer, current=word), replace(second.comment, current=remark)
    return replace(FORM, questions=(first, replace(second, answer=said, comment=beside), third))


def library(root: Path) -> tuple[LibraryAnswer, ...]:
    return load_library(root, content().controls)


def test_a_correction_becomes_a_proposal_and_counts_once_approved(whole: Answered, tmp_path: Path) -> None:
    corrected = again(whole, returned("No", "Being written"), overwrite=True)
    proposals = learn(tmp_path, corrected, owner="compliance")
    assert [(p.verdict, p.text, p.controls, p.approved_by) for p in proposals] == [
        (Verdict.NO, "Being written", ("INC-01",), "")
    ]
    assert learn(tmp_path, replace(corrected, situation=replace(corrected.situation, library=library(tmp_path)))) == []
    assert again(whole, library=library(tmp_path)).answers[1].origin is Origin.PERSON
    approve(tmp_path, content().controls, proposals[0].id, by="Grace Hopper", expires_on="2027-05-01", today=DAY)
    served = again(whole, library=library(tmp_path))
    assert (served.answers[1].origin, served.answers[1].written) == (Origin.LIBRARY, "No")
    assert again(whole, library=library(tmp_path), day="2027-05-01").answers[1].origin is Origin.PERSON
    assert [(entry.id, entry.approved_by) for entry in library(tmp_path)] == [(proposals[0].id, "Grace Hopper")]


def test_an_approved_yes_falls_with_its_control(whole: Answered, broken: Answered, tmp_path: Path) -> None:
    proposal = learn(tmp_path, again(whole, returned("Yes", 'See "the wiki": #1'), overwrite=True))[0]
    approve(tmp_path, content().controls, proposal.id, by="G. Hopper", expires_on="2027-05-01", today=DAY,
            controls=("DAT-03",))  # fmt: skip
    assert again(whole, library=library(tmp_path)).answers[1].written == "Yes"
    fallen = again(broken, library=library(tmp_path)).answers[1]
    assert (fallen.written, fallen.origin) == ("", Origin.PERSON)
    assert f"{proposal.id} is withdrawn: DAT-03 fails" in fallen.reasons[0]


@pytest.mark.parametrize(
    ("identifier", "changes"),
    [("L-0", {}), ("", {"expires_on": DAY}), ("", {"by": " "}), ("", {"controls": ("INC-1",)})],
)
def test_an_approval_that_is_none_is_refused(
    identifier: str, changes: dict[str, Any], whole: Answered, tmp_path: Path
) -> None:
    proposal = learn(tmp_path, again(whole, returned("No", "x"), overwrite=True))[0]
    facts = {"by": "A", "expires_on": "2027-01-01", "today": DAY, **changes}
    with pytest.raises(UsageError):
        approve(tmp_path, content().controls, identifier or proposal.id, **facts)
    assert library(tmp_path)[0].approved_by == ""


def test_the_copy_gets_answers_and_the_file_stays_as_it_is(whole: Answered, tmp_path: Path) -> None:
    source = tmp_path / "form.xlsx"
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (["ID", "Question", "Response", "Comments"], ["Q1", VERSIONED], ["Q2", "Do you offer a free trial?"]):
        page.append(row)
    book.save(source)
    before = source.read_bytes()
    form = questionnaires.read(source, columns=None, sheet=None)
    workspace = Workspace(root=tmp_path)
    written = questionnaires.write(workspace, again(whole, form), source, out=None)
    assert source.read_bytes() == before
    assert [p.name for p in (written.filled, written.summary, written.table)] == [
        "form.answered.xlsx", "form.summary.pdf", "form.summary.json",
    ]  # fmt: skip
    cells = load_workbook(written.filled).active
    assert cells is not None
    assert cells["C2"].value == "Yes"
    assert f"run {whole.situation.run}" in str(cells["D2"].value)
    assert cells["C3"].value is None
    assert cells["D3"].value is None
    assert json.loads(written.table.read_text("utf-8"))["answers"][1]["reasons"]
    with pytest.raises(UsageError, match="never written over"):
        questionnaires.write(workspace, again(whole, form), source, out=source)
    with pytest.raises(UsageError, match="no sheet"):
        questionnaires.read(source, columns=None, sheet="Sheets")
