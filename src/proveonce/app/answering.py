"""A questionnaire and a run → answers, each with what it rests on; and what people taught us → the library."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from proveonce.app.assessing import assess
from proveonce.assess.answering import answer_all
from proveonce.assess.answering.answer import map_of, match_question
from proveonce.assess.answering.match import DEFAULT_THRESHOLD, Matcher
from proveonce.assess.answering.vocabulary import is_placeholder, verdict_of
from proveonce.assess.answering.words import normal
from proveonce.content import load_content
from proveonce.content.answering import load_answering
from proveonce.content.library import load_library, write_library
from proveonce.kernel.errors import UsageError
from proveonce.kernel.instants import format_instant, parse_instant
from proveonce.kernel.naming import nearest
from proveonce.model.answering import ControlState, Deviation, Situation
from proveonce.model.assessment import Assessment, ControlResult
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.questionnaire import Answer, LibraryAnswer, Question, Questionnaire, Verdict
from proveonce.model.workspace import Workspace
from proveonce.store import Store

MAX_AGE_DAYS = 7
"""Beyond which a run supports no answer, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A questionnaire answered."""

    questionnaire: Questionnaire
    answers: tuple[Answer, ...]
    situation: Situation


@dataclass(frozen=True, slots=True)
class Options:
    """How a questionnaire is answered."""

    run_id: str | None = None
    as_of: str | None = None
    """Instant to answer at; None: now."""
    threshold: float = DEFAULT_THRESHOLD
    max_age_days: int = MAX_AGE_DAYS
    overwrite: bool = False


def answer(
    workspace: Workspace, questionnaire: Questionnaire, options: Options = Options(), *, now: datetime | None = None
) -> Answered:
    """The questionnaire answered from the latest run, or the one named, as of now or the instant named.

    Raises: InputError, UsageError, EvidenceError.
    """
    situation = situation_of(workspace, options, now or datetime.now(UTC))
    return Answered(questionnaire, answer_all(questionnaire, situation), situation)


def situation_of(workspace: Workspace, options: Options, now: datetime) -> Situation:
    """All that answers rest on, at an instant."""
    at = parse_instant(options.as_of) if options.as_of else now
    if not options.run_id and not any(not run.is_import for run in Store(workspace.store).runs()):
        return _bare(workspace, options, load_content(workspace.root), at)
    with assess(workspace, run_id=options.run_id, as_of=format_instant(at)) as (assessment, content):
        return replace(
            _bare(workspace, options, content, at),
            states=states_of(assessment, content, workspace.owners),
            run=assessment.run.digest[:16],
            read_at=assessment.run.ended_at,
            age_days=(at.date() - parse_instant(assessment.run.ended_at).date()).days,
            attestations=tuple(held.attestation for held in assessment.registers.attestations if held.state.counts),
        )


def _bare(workspace: Workspace, options: Options, content: Content, at: datetime) -> Situation:
    """What there is without an assessment."""
    return Situation(
        content=content,
        answering=load_answering(workspace.root, content.controls),
        day=at.date().isoformat(),
        max_age_days=options.max_age_days,
        library=load_library(workspace.root, content.controls),
        threshold=options.threshold,
        overwrite=options.overwrite,
    )


def states_of(assessment: Assessment, content: Content, owners: Mapping[str, str]) -> dict[ControlId, ControlState]:
    """Every control as the assessment shows it, over the whole system."""
    frameworks: dict[ControlId, set[str]] = {}
    for crosswalk in content.crosswalks.values():
        for edge in crosswalk.edges:
            frameworks.setdefault(edge.control, set()).add(crosswalk.framework)
    return {
        result.control: _state(result, assessment, content, owners, sorted(frameworks.get(result.control, ())))
        for result in assessment.controls.values()
    }


def _state(
    result: ControlResult, assessment: Assessment, content: Content, owners: Mapping[str, str], frameworks: list[str]
) -> ControlState:
    control = content.controls[result.control]
    person = owners.get(control.owner, "")
    deviations = [
        Deviation(check, content.checks[check].title, counts.failed, counts.total)
        for check in result.checks
        if (counts := assessment.checks[check].counts).failed
    ]
    return ControlState(
        control=result.control,
        title=control.title,
        status=result.status,
        passed=result.counts.passed,
        total=result.counts.total,
        reasons=result.reasons,
        deviations=tuple(sorted(deviations, key=lambda d: (-d.failed, d.check))),
        acceptances=tuple(
            standing.acceptance.id
            for standing in assessment.registers.acceptances
            if standing.is_in_force
            and standing.covered is not None
            and any(deviation.check in standing.covered.by_check for deviation in deviations)
        ),
        owner=f"{control.owner} ({person})" if person else control.owner,
        frameworks=tuple(frameworks),
    )


def learn(root: Path, answered: Answered, *, owner: str = "") -> list[LibraryAnswer]:
    """The answers that people gave in a returned questionnaire, as proposals in the library; those added.

    `answered` is the same questionnaire as we answer it now, over what stands there. What we would write ourselves,
    and what the library knows, is not proposed. A proposal counts only once approved.
    """
    situation, form = answered.situation, answered.questionnaire
    matcher = Matcher(situation.content, situation.answering)
    known_ids = map_of(form, situation)
    known = {normal(entry.question): entry for entry in situation.library}
    taken = {entry.id for entry in situation.library}
    added: dict[str, LibraryAnswer] = {}
    for said in answered.answers:
        slot = said.question.answer
        if slot is None or is_placeholder(slot.current) or slot.current == said.written:
            continue
        match = match_question(said.question, known_ids, matcher, situation.threshold)
        controls = () if match.doubts and match.how != "id" else match.controls
        proposal = _proposal(said.question, form, controls, owner)
        before = known.get(normal(said.question.text))
        is_news = before is None or (before.verdict, before.text) != (proposal.verdict, proposal.text)
        if is_news and proposal.id not in taken:
            added.setdefault(proposal.id, proposal)
    if added:
        write_library(root, [*situation.library, *added.values()])
    return list(added.values())


def _proposal(
    question: Question, questionnaire: Questionnaire, controls: Iterable[ControlId], owner: str
) -> LibraryAnswer:
    said = question.answer.current.strip() if question.answer else ""
    beside = question.comment.current.strip() if question.comment else ""
    verdict = verdict_of(said) or Verdict.TEXT
    text = beside if verdict is not Verdict.TEXT else said
    mark = hashlib.sha256("\0".join([normal(question.text), verdict, text]).encode()).hexdigest()[:8]
    ids = {str(questionnaire.format): question.id} if question.id else {}
    return LibraryAnswer(f"L-{mark}", question.text, verdict, text, owner, "", "", "", tuple(controls), ids)


def approve(
    root: Path,
    known: Collection[str],
    identifier: str,
    *,
    by: str,
    expires_on: str,
    today: str,
    controls: tuple[str, ...] = (),
) -> LibraryAnswer:
    """The answer of that id, approved by a named person until a day; `known` are the ids of all controls.

    Raises: UsageError, InputError.
    """
    library = load_library(root, known)
    found = next((entry for entry in library if entry.id == identifier), None)
    if found is None:
        near = nearest(identifier, [entry.id for entry in library])
        raise UsageError(f"no answer {identifier!r} in the library", fix=f"did you mean {near}?" if near else
                         "proveonce answers list")  # fmt: skip
    until = parse_instant(expires_on).date().isoformat()
    if until <= today:
        raise UsageError(f"{until} is not after today", fix="name the first day on which the answer no longer counts")
    if not by.strip():
        raise UsageError("an approval needs a name", fix="--by NAME")
    for control in controls:
        if control not in known:
            near = nearest(control, known)
            raise UsageError(
                f"no control {control!r}", fix=f"did you mean {near}?" if near else "proveonce controls list"
            )
    rests_on = tuple(ControlId(control) for control in controls) or found.controls
    if found.verdict in (Verdict.YES, Verdict.PARTIAL) and not rests_on:
        raise UsageError(f"{identifier} says {found.verdict} and names no control that it rests on",
                         fix="--control ID, as often as needed")  # fmt: skip
    approved = replace(found, approved_by=by.strip(), approved_on=today, expires_on=until, controls=rests_on)
    write_library(root, [approved if entry.id == identifier else entry for entry in library])
    return approved
