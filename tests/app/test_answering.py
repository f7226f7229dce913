"""A questionnaire over a real store: answered, flipped by a bucket that lost its versions, learnt from and approved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assess.answering.desk import question, sheet
from assess.builders import ACCOUNT, REGION, line
from proveonce.app.answering import Options, answer, approve, learn
from proveonce.content import load_content
from proveonce.content.library import load_library
from proveonce.kernel.errors import UsageError
from proveonce.model.evidence import Coverage, ReadState
from proveonce.model.questionnaire import Origin, Questionnaire, Verdict
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
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Workspace]]:
    """One whose buckets all keep versions, and one where a bucket lost them."""
    whole, broken = (Workspace(root=tmp_path_factory.mktemp(name), owners={"platform": "Ada Byron"})
                     for name in ("whole", "broken"))  # fmt: skip
    commit(whole, {"one": "Enabled", "two": "Enabled"})
    commit(broken, {"one": "Enabled", "two": "Suspended"})
    return iter([(whole, broken)])


@pytest.fixture(scope="module")
def pair(workspaces: Iterator[tuple[Workspace, Workspace]]) -> tuple[Workspace, Workspace]:
    return next(workspaces)


def test_the_same_questionnaire_flips_when_a_control_breaks(pair: tuple[Workspace, Workspace], tmp_path: Path) -> None:
    whole, broken = (answer(workspace, FORM, now=NOW) for workspace in pair)
    assert [a.verdict for a in whole.answers] == [Verdict.YES, Verdict.NEEDS_REVIEW, Verdict.NEEDS_REVIEW]
    assert whole.answers[0].evidence == (f"run {whole.situation.run} · DAT-03",)
    assert (broken.answers[0].verdict, broken.answers[0].written) == (Verdict.NO, "No")
    assert "1 of 2 fail" in broken.answers[0].reasons[0]
    assert "Ada Byron" in broken.answers[0].comment
    assert "INC-01 is undetermined" in whole.answers[1].reasons[0]
    page = tmp_path / "summary.pdf"
    assert write_summary(FORM, broken.answers, broken.situation, page, organisation="X", file="q.xlsx", created=NOW) == 1
    assert page.read_bytes().startswith(b"%PDF")
    told = json.loads(json.dumps(answers_json(FORM, broken.answers, broken.situation)))
    assert told["counts"]["by_origin"] == {"evidence": 1, "library": 0, "person": 2}
    assert sum(told["counts"]["by_verdict"].values()) == told["counts"]["questions"] == 3
    assert told["answers"][0]["match"]["controls"] == ["DAT-03"]
    assert told["answers"][0]["evidence"][0].startswith(f"run {told['run']}")


def test_old_evidence_answers_nothing(pair: tuple[Workspace, Workspace]) -> None:
    later = answer(pair[0], FORM, now=datetime(2026, 12, 2, tzinfo=UTC))
    assert all(a.verdict is Verdict.NEEDS_REVIEW for a in later.answers)
    assert "8 days old" in later.answers[0].reasons[0]
    assert answer(pair[0], FORM, Options(max_age_days=30, as_of="2026-12-02")).answers[0].verdict is Verdict.YES


def test_without_a_run_everything_needs_a_person(tmp_path: Path) -> None:
    bare = answer(Workspace(root=tmp_path), FORM, now=NOW)
    assert bare.situation.states is None
    assert {a.verdict for a in bare.answers} == {Verdict.NEEDS_REVIEW}
    assert all(a.written == a.comment == "" for a in bare.answers)


def returned(word: str, remark: str) -> Questionnaire:
    """FORM as a person sent it back, its second question answered."""
    first, second, third = FORM.questions
    assert second.answer and second.comment
    filled = replace(second, answer=replace(second.answer, current=word), comment=replace(second.comment, current=remark))
    return replace(FORM, questions=(first, filled, third))


def test_a_correction_becomes_a_proposal_and_counts_once_approved(tmp_path: Path) -> None:
    workspace = Workspace(root=tmp_path)
    commit(workspace, {"one": "Enabled"})
    options = Options(as_of="2026-11-25")
    proposals = learn(workspace, returned("No", "Being written"), options, owner="compliance")
    assert [(p.verdict, p.text, p.controls, p.approved_by) for p in proposals] == [
        (Verdict.NO, "Being written", ("INC-01",), "")
    ]
    assert learn(workspace, returned("No", "Being written"), options) == []
    assert answer(workspace, FORM, options).answers[1].origin is Origin.PERSON
    approve(workspace, proposals[0].id, by="Grace Hopper", expires_on="2027-05-01", today="2026-11-25")
    served = answer(workspace, FORM, options).answers[1]
    assert (served.origin, served.written) == (Origin.LIBRARY, "No")
    assert answer(workspace, FORM, Options(as_of="2027-05-01", max_age_days=999)).answers[1].origin is Origin.PERSON
    library = load_library(tmp_path, load_content(tmp_path).controls)
    assert [(entry.id, entry.approved_by, entry.expires_on) for entry in library] == [
        (proposals[0].id, "Grace Hopper", "2027-05-01")
    ]


def test_an_approved_yes_falls_with_its_control(tmp_path: Path) -> None:
    workspace = Workspace(root=tmp_path)
    commit(workspace, {"one": "Enabled"})
    options = Options(as_of="2026-11-25")
    proposal = learn(workspace, returned("Yes", "See the wiki"), options)[0]
    approve(workspace, proposal.id, by="G. Hopper", expires_on="2027-05-01", today="2026-11-25", controls=("DAT-03",))
    assert answer(workspace, FORM, options).answers[1].written == "Yes"
    commit(workspace, {"one": "Suspended"}, "2026-11-25T00:00:00.000000Z")
    fallen = answer(workspace, FORM, options).answers[1]
    assert (fallen.written, fallen.origin) == ("", Origin.PERSON)
    assert f"{proposal.id} is withdrawn: DAT-03 fails" in fallen.reasons[0]


@pytest.mark.parametrize(
    ("identifier", "changes"),
    [("L-0", {}), ("", {"expires_on": "2026-11-25"}), ("", {"by": " "}), ("", {"controls": ("INC-1",)})],
)
def test_an_approval_that_is_none_is_refused(identifier: str, changes: dict[str, str], tmp_path: Path) -> None:
    workspace = Workspace(root=tmp_path)
    commit(workspace, {"one": "Enabled"})
    proposal = learn(workspace, returned("No", "x"), Options(as_of="2026-11-25"))[0]
    facts = {"by": "A", "expires_on": "2027-01-01", "today": "2026-11-25", **changes}
    with pytest.raises(UsageError):
        approve(workspace, identifier or proposal.id, **facts)  # type: ignore[arg-type]
    assert load_library(tmp_path, load_content(tmp_path).controls)[0].approved_by == ""
