"""Which controls pay most: the score of each, as a sum of terms that a reader can recompute.

What pays is a requirement covered by proof. Its points go to the controls whose proof would complete the cover
(`coverage.shares`); what passes already, or is covered already, pays nothing more. Points that failures hold
back, severity and reach of what fails, the next audit and known effort come on top. Missing data never raises a
score: it widens the interval [score, upper] or is told as a doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from proveonce.assess.priority.coverage import shares
from proveonce.assess.priority.situation import Situation, Standing
from proveonce.assess.priority.weights import FRAMEWORK_POINTS, SUPPORT, failing_weight, judged
from proveonce.model.check import Check
from proveonce.model.control import ControlId, Nature
from proveonce.model.crosswalk import Edge
from proveonce.model.finding import Status, worst
from proveonce.model.priority import Points, Priority, Role, Served, Term

_NOTHING_ASSESSED = "nothing was assessed: what fails is unknown"


def rank(known: Situation) -> tuple[Priority, ...]:
    """Every common control that serves a requirement in scope, most urgent first; ties by id."""
    served = _served(known)
    priorities = [_priority(known, control, rows) for control, rows in served.items()]
    return tuple(sorted(priorities, key=lambda priority: (-priority.score, priority.control)))


def framework_points(known: Situation) -> tuple[Points, ...]:
    """What of each framework's 100 points is covered by proof, open to it, or beyond it."""
    return tuple(_points(standing) for standing in known.standings)


def _points(standing: Standing) -> Points:
    covered = open_ = failing = 0.0
    for requirement, points in standing.points.items():
        if standing.requirements[requirement].status is Status.FAIL:
            failing += points
        groups = standing.mapped[requirement].groups
        if any(group <= standing.passing for group in groups):
            covered += points
        elif groups:
            open_ += points
    rest = sum(standing.points.values()) - covered - open_
    when = standing.deadline
    return Points(
        standing.framework, len(standing.points), covered, open_, max(0.0, rest), failing,
        audit=when.date, urgency=when.urgency,
    )  # fmt: skip


def _served(known: Situation) -> Mapping[ControlId, list[Served]]:
    """Control → what it serves, in scope, in order of framework and catalog."""
    served: dict[ControlId, list[Served]] = {}
    for standing in known.standings:
        proven = standing.passing
        for requirement, points in standing.points.items():
            entry = standing.mapped[requirement]
            share = shares(entry.groups, proven)
            is_covered = any(group <= proven for group in entry.groups)
            members = frozenset[ControlId]().union(*entry.groups)
            for edge in entry.edges:
                role = _role(edge, members)
                part = float(share.get(edge.control, 0))
                if role is Role.SUPPORT and not is_covered and edge.control not in proven:
                    part = SUPPORT
                row = Served(standing.framework, edge.requirement, edge.relation, role, points, part)
                served.setdefault(edge.control, []).append(row)
    return served


def _role(edge: Edge, members: frozenset[ControlId]) -> Role:
    if edge.relation.is_full:
        return Role.ALONE
    return Role.JOINT if edge.control in members else Role.SUPPORT


def _priority(known: Situation, control: ControlId, served: list[Served]) -> Priority:
    proof = _by_framework((row.framework, row.value) for row in served)
    blocked = _by_framework(_blocked(known, control, served))
    if_failed = _by_framework(_blocked(known, control, served, is_hypothetical=True))
    checks = known.content.checks_of(control)
    failing, failing_at_most = _failing(known, checks)
    urgency: dict[str, float] = {standing.framework: standing.deadline.urgency for standing in known.standings}
    hastened = sum((proof.get(f, 0.0) + blocked.get(f, 0.0)) * rate for f, rate in urgency.items())
    terms = [
        _proof_term(proof, served),
        _overlap_term(proof),
        _blocked_term(known, blocked),
        failing,
        Term("deadline", round(hastened, 2), _deadline_words(known)),
    ]
    effort = known.workspace.effort.get(control)
    terms.append(_ease_term(sum(term.value for term in terms), effort))
    score = round(sum(term.value for term in terms), 2)
    gain = sum(value * (1 + urgency[f]) for f, value in if_failed.items()) + failing_at_most - failing.value
    by_framework: dict[str, tuple[str, ...]] = {}
    for row in served:
        by_framework[row.framework] = (*by_framework.get(row.framework, ()), row.requirement)
    return Priority(
        control=control, score=score, terms=tuple(terms), requirements=by_framework,
        upper=round(score + max(0.0, gain) * (1 + _ease(effort)), 2), doubts=tuple(_doubts(known, control, checks)),
        status=_status(known, control), effort=effort, served=tuple(served),
    )  # fmt: skip


def _by_framework(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for framework, value in pairs:
        totals[framework] = totals.get(framework, 0.0) + value
    return totals


def _status(known: Situation, control: ControlId) -> Status | None:
    found = [standing.controls[control].status for standing in known.standings]
    return worst([status for status in found if status])


def _blocked(
    known: Situation, control: ControlId, served: list[Served], *, is_hypothetical: bool = False
) -> Iterable[tuple[str, float]]:
    """Points of requirements that the control holds in fail, shared with the other controls that fail there.

    Clearing one takes all of them, so each has an equal share. Hypothetical: what it would hold back if what is
    undetermined about it turned out to fail.
    """
    standings = {standing.framework: standing for standing in known.standings}
    for row in served:
        standing = standings[row.framework]
        status = standing.controls[control].status
        if status is not (Status.UNDETERMINED if is_hypothetical else Status.FAIL):
            continue
        failing = {edge.control for edge in standing.mapped[row.requirement].edges} & standing.failing | {control}
        yield row.framework, row.points / len(failing)


def _failing(known: Situation, checks: list[Check]) -> tuple[Term, float]:
    """The term, and what it would be if every undetermined finding failed.

    Checks of one control mostly fail for one reason, so the gravest counts whole, the next half, the third a third.
    """
    weights: list[tuple[float, str]] = []
    at_most: list[float] = []
    for check in checks:
        counts = known.counts(check.id)
        total = judged(counts)
        weight = round(failing_weight(check.severity, counts.failed, total), 2)
        at_most.append(failing_weight(check.severity, counts.failed + counts.undetermined, total))
        if counts.failed:
            words = (
                f"{check.id} ({check.severity} {check.severity.weight}) {counts.failed:,} of {total:,} = {weight:.2f}"
            )
            weights.append((weight, words))
    weights.sort(key=lambda pair: (-pair[0], pair[1]))
    if not known.is_assessed:
        words = _NOTHING_ASSESSED
    elif weights:
        words = (
            "severity × (1 + share failing) × log10(1 + number failing), the gravest whole, the next ÷ 2, then ÷ 3: "
            + "; ".join(words for _, words in weights)
        )
    else:
        words = "no failure found" if checks else "no automated check: no failure can be found"
    return Term("failing", round(_graded(weight for weight, _ in weights), 2), words), round(_graded(at_most), 2)


def _graded(weights: Iterable[float]) -> float:
    return sum((weight / place for place, weight in enumerate(sorted(weights, reverse=True), 1)), 0.0)


def _proof_term(proof: Mapping[str, float], served: list[Served]) -> Term:
    parts = []
    for framework, value in proof.items():
        roles = [row.role for row in served if row.framework == framework]
        counted = [
            f"{roles.count(role)} {word}"
            for role, word in ((Role.ALONE, "alone"), (Role.JOINT, "jointly"), (Role.SUPPORT, "in part"))
            if role in roles
        ]
        parts.append(f"{framework} {value:.2f} of {FRAMEWORK_POINTS:g} points (serves {', '.join(counted)})")
    words = "points of requirements that proving it covers: " + " + ".join(parts)
    return Term("proof", round(sum(proof.values()), 2), words)


def _overlap_term(proof: Mapping[str, float]) -> Term:
    paid = {framework: value for framework, value in proof.items() if value > 0}
    value = sum(paid.values()) - max(paid.values(), default=0.0)
    if len(paid) < 2:  # noqa: PLR2004 - overlap takes two
        return Term("overlap", 0.0, "its proof pays in one framework" if paid else "its proof pays nothing more")
    words = f"one proof pays in {len(paid)} frameworks: what it pays beyond the largest of them, once more"
    return Term("overlap", round(value, 2), words)


def _blocked_term(known: Situation, blocked: Mapping[str, float]) -> Term:
    if not known.is_assessed:
        return Term("blocked", 0.0, _NOTHING_ASSESSED)
    parts = " + ".join(f"{framework} {value:.2f}" for framework, value in blocked.items())
    words = f"points of requirements that fail because of it, shared with other controls failing there: {parts}"
    return Term(
        "blocked", round(sum(blocked.values(), 0.0), 2), words if blocked else "it holds no requirement in fail"
    )


def _deadline_words(known: Situation) -> str:
    parts = []
    for standing in known.standings:
        when = standing.deadline
        if not when.date:
            parts.append(f"{standing.framework} no audit date")
        elif when.days is None:
            parts.append(f"{standing.framework} × 0, audit {when.date}, no --as-of to count from")
        elif when.days < 0:
            parts.append(f"{standing.framework} × 0, audit {when.date} is past")
        else:
            parts.append(f"{standing.framework} × {when.urgency:.3f}, audit {when.date} in {when.days} days")
    return "(proof + blocked) × (1 − days to the audit ÷ 365, at least 0): " + "; ".join(parts)


def _ease(effort: float | None) -> float:
    return 0.0 if effort is None else 1 / (1 + effort)


def _ease_term(before: float, effort: float | None) -> Term:
    if effort is None:
        return Term("ease", 0.0, "effort not known")
    words = f"the terms above ÷ (1 + {effort:g} person-days)"
    return Term("ease", round(before * _ease(effort), 2), words)


def _doubts(known: Situation, control: ControlId, checks: list[Check]) -> Iterable[str]:
    if known.content.controls[control].nature is not Nature.AUTOMATED:
        yield "whether people do their part is not shown"
    if not checks:
        yield "no automated check"
    elif not known.is_assessed:
        yield "nothing was assessed"
    else:
        unread = sum(known.counts(check.id).undetermined for check in checks)
        if unread:
            yield f"{unread:,} finding{'' if unread == 1 else 's'} undetermined"
        if uncollected := sum(not known.results[check.id].listings_planned for check in checks):
            yield f"{uncollected} of {len(checks)} checks not collected"
    if known.workspace.effort and control not in known.workspace.effort:
        yield "effort not known"
