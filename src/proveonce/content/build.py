"""Parsed files → model, with every name resolved; what does not resolve is a problem at its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proveonce.content.parsing import Listed, validate
from proveonce.content.schema import (
    CHECK_ID,
    CalendarModel,
    CheckModel,
    ControlFileModel,
    CrosswalkModel,
    EdgeModel,
    FrameworkModel,
    WorkspaceModel,
)
from proveonce.kernel.located import Document, Path_, Place
from proveonce.kernel.naming import nearest
from proveonce.model.catalog import Framework, FrameworkId, Group, Requirement, RequirementId
from proveonce.model.check import Check, CheckId
from proveonce.model.control import CommonControl, ControlId, Domain
from proveonce.model.crosswalk import Crosswalk, Edge, JointCoverage, Relation, Review, edge_digest
from proveonce.model.imported import TableMap
from proveonce.model.planning import Planning
from proveonce.model.workspace import Account, Organization, Person, ScopeRule, Workspace


@dataclass(slots=True)
class Gathered:
    """Files as parsed, before their names are linked."""

    documents: list[Document] = field(default_factory=list)
    frameworks: list[Listed[FrameworkModel]] = field(default_factory=list)
    controls: list[Listed[ControlFileModel]] = field(default_factory=list)
    crosswalks: list[Listed[CrosswalkModel]] = field(default_factory=list)
    checks: list[tuple[Document, int, CheckModel]] = field(default_factory=list)


@dataclass(slots=True)
class Parts:
    """The linked parts of a content."""

    frameworks: dict[FrameworkId, Framework] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    controls: dict[ControlId, CommonControl] = field(default_factory=dict)
    crosswalks: dict[FrameworkId, Crosswalk] = field(default_factory=dict)
    checks: dict[CheckId, Check] = field(default_factory=dict)
    named_requirements: dict[str, list[str]] = field(default_factory=dict)
    """Framework → ids of its requirements; with those that did not parse, whose problem is noted already."""
    named_controls: set[str] = field(default_factory=set)
    """Ids of controls, likewise."""


def check_entries(document: Document, model: type[CheckModel]) -> list[tuple[Document, int, CheckModel]]:
    """The checks of a file, each parsed by itself, so that one bad check hides no other."""
    if document.value is None and document.problems:
        return []
    if not isinstance(document.value, list):
        document.problem((), "a check file is a list of checks", fix="begin each check with '- id:'")
        return []
    entries = []
    for index, value in enumerate(document.value):
        if (parsed := validate(document, model, value, (index,))) is not None:
            entries.append((document, index, parsed))
    return entries


def link(gathered: Gathered) -> Parts:
    """The model, every reference resolved; problems are noted on the documents."""
    parts = Parts()
    for framework in gathered.frameworks:
        _add_framework(parts, framework)
    for controls in gathered.controls:
        _add_controls(parts, controls)
    for crosswalk in gathered.crosswalks:
        _add_crosswalk(parts, crosswalk)
    for document, index, check in gathered.checks:
        _add_check(parts, document, index, check)
    parts.checks = dict(sorted(parts.checks.items()))
    parts.controls = dict(sorted(parts.controls.items()))
    return parts


def _defined_twice(document: Document, path: Path_, what: str, first: Place) -> None:
    document.problem(path, f"{what} is already defined at {first}", fix="give it an id of its own, or delete one")


def _add_framework(parts: Parts, listed: Listed[FrameworkModel]) -> None:
    document, model = listed.document, listed.model
    named = listed.ids("requirements")
    parts.named_requirements.setdefault(model.id if model else _named_id(document), named)
    if model is None:
        return
    groups = listed.ids("groups")
    seen: dict[str, int] = {}
    located = list(zip(listed.kept["requirements"], model.requirements, strict=True))
    for index, requirement in located:
        path: Path_ = ("requirements", index)
        if requirement.id in seen:
            first = document.place(("requirements", seen[requirement.id]))
            _defined_twice(document, (*path, "id"), f"requirement {requirement.id!r}", first)
        seen.setdefault(requirement.id, index)
        if requirement.group not in groups:
            _unknown(document, (*path, "group"), "group", requirement.group, groups)
    for index, requirement in located:
        if requirement.parent is not None and requirement.parent not in named:
            _unknown(document, ("requirements", index, "parent"), "parent requirement", requirement.parent, named)
    identifier = FrameworkId(model.id)
    if identifier in parts.frameworks:
        _defined_twice(document, ("id",), f"framework {model.id!r}", parts.frameworks[identifier].place)
        return
    parts.frameworks[identifier] = Framework(
        id=identifier,
        title=model.title,
        edition=model.edition,
        publisher=model.publisher,
        source=model.source,
        retrieved=model.retrieved,
        licence=model.licence,
        requirement_word=model.requirement_word,
        groups=tuple(Group(g.id, g.title, g.category) for g in model.groups),
        requirements=tuple(
            Requirement(
                id=RequirementId(r.id), group=r.group, title=r.title, paraphrase=r.paraphrase, kind=r.kind,
                parent=r.parent, facts=r.facts, focus=tuple(r.focus), test=_texts(r.test), owner=r.owner,
            )
            for r in model.requirements
        ),
        place=document.place(("id",)),
    )  # fmt: skip


def _named_id(document: Document) -> str:
    """The id of a framework whose file did not parse: as it says, or as its file is called."""
    said = document.value.get("id") if isinstance(document.value, dict) else None
    return said if isinstance(said, str) else Path(document.file).stem


def _add_controls(parts: Parts, listed: Listed[ControlFileModel]) -> None:
    document, model = listed.document, listed.model
    parts.named_controls.update(listed.ids("controls"))
    if model is None:
        return
    parts.domains.setdefault(model.domain, Domain(model.domain, model.title))
    for index, control in zip(listed.kept["controls"], model.controls, strict=True):
        path: Path_ = ("controls", index, "id")
        identifier = ControlId(control.id)
        if not control.id.startswith(f"{model.domain}-"):
            document.problem(path, f"control {control.id!r} is not of domain {model.domain!r}", fix="move or rename it")
        if identifier in parts.controls:
            _defined_twice(document, path, f"control {control.id!r}", parts.controls[identifier].place)
            continue
        parts.controls[identifier] = CommonControl(
            id=identifier, domain=model.domain, title=control.title, statement=control.statement,
            objective=control.objective, type=control.type, nature=control.nature, cadence=control.cadence,
            owner=control.owner, procedures=_texts(control.procedures), evidence=tuple(control.evidence),
            place=document.place(path),
        )  # fmt: skip


def _add_crosswalk(parts: Parts, listed: Listed[CrosswalkModel]) -> None:
    document, model = listed.document, listed.model
    if model is None:
        return
    framework = FrameworkId(model.framework)
    if framework not in parts.named_requirements:
        _unknown(document, ("framework",), "framework", framework, parts.named_requirements)
        return
    if framework in parts.crosswalks:
        document.problem(("framework",), f"{framework!r} already has a crosswalk", fix="keep one file a framework")
        return
    requirements = set(parts.named_requirements[framework])
    edges: list[Edge] = []
    seen: dict[tuple[str, str], tuple[Place, Relation]] = {}
    for index, edge in zip(listed.kept["edges"], model.edges, strict=True):
        path: Path_ = ("edges", index)
        known = _resolve_control(
            parts, document, (*path, "control"), edge.control, f"in requirement {edge.requirement}"
        )
        if requirements and edge.requirement not in requirements:
            _unknown_requirement(parts, document, (*path, "requirement"), edge.requirement, requirements)
            known = False
        place = document.place((*path, "control"))
        first, relation = seen.setdefault((edge.control, edge.requirement), (place, edge.relation))
        if first != place:
            _edge_twice(document, (*path, "control"), edge, first, relation)
        if edge.relation.is_full and edge.residual:
            document.problem((*path, "residual"), f"{edge.relation} leaves nothing open, yet a residual is given",
                             fix="weaken the relation, or remove the residual")  # fmt: skip
        if not edge.relation.is_full and not edge.residual:
            document.problem(path, f"{edge.relation} is partial, yet no residual says what stays open", fix="add it")
        if known:
            current, stale = _review(parts, framework, edge)
            edges.append(Edge(ControlId(edge.control), RequirementId(edge.requirement), edge.relation, edge.rationale,
                              edge.residual, current, document.place(path), stale))  # fmt: skip
    joint = [
        _joint(parts, document, index, entry, requirements)
        for index, entry in zip(listed.kept.get("jointly_complete", ()), model.jointly_complete, strict=True)
    ]
    _check_not_mapped(document, model, requirements, {edge.requirement for edge in edges})
    parts.crosswalks[framework] = Crosswalk(framework, tuple(edges), tuple(joint), model.not_mapped)


def _edge_twice(document: Document, path: Path_, edge: EdgeModel, first: Place, relation: Relation) -> None:
    what = f"the edge {edge.control} → {edge.requirement}"
    if edge.relation is relation:
        _defined_twice(document, path, what, first)
    else:
        document.problem(path, f"{what} is already defined at {first}, there as {relation}",
                         fix="decide which relation is true, and delete the other edge")  # fmt: skip


def _review(parts: Parts, framework: FrameworkId, edge: EdgeModel) -> tuple[Review | None, Review | None]:
    """The edge's review when it is of what stands there now, and when it is of something else."""
    if edge.reviewed is None:
        return None, None
    said = edge.reviewed
    review = Review(said.name, said.credential, said.date, said.of or "")
    control = parts.controls.get(ControlId(edge.control))
    catalog = parts.frameworks.get(framework)
    requirement = catalog.requirement(edge.requirement) if catalog else None
    if control is None or requirement is None:  # did not parse, which is a problem already
        return None, review
    now = edge_digest(control.statement, requirement.paraphrase, edge.relation, edge.rationale, edge.residual)
    return (review, None) if review.of in ("", now) else (None, review)


def _check_not_mapped(document: Document, model: CrosswalkModel, requirements: set[str], mapped: set[str]) -> None:
    for requirement in model.not_mapped:
        place = ("not_mapped", requirement)
        if requirements and requirement not in requirements:
            _unknown(document, place, "requirement", requirement, requirements)
        elif requirement in mapped:
            document.problem(place, f"{requirement} has an edge, yet a reason says that none applies", fix="keep one")


def _joint(parts: Parts, document: Document, index: int, entry: Any, requirements: set[str]) -> JointCoverage:
    path: Path_ = ("jointly_complete", index)
    if requirements and entry.requirement not in requirements:
        _unknown(document, (*path, "requirement"), "requirement", entry.requirement, requirements)
    mapped = {str(edge.get("control")) for edge in document.value["edges"]
              if isinstance(edge, dict) and edge.get("requirement") == entry.requirement}  # fmt: skip
    for position, control in enumerate(entry.controls):
        place = (*path, "controls", position)
        if _resolve_control(parts, document, place, control, "") and control not in mapped:
            document.problem(place, f"{control} has no edge to {entry.requirement}", fix="add the edge first")
    controls = tuple(ControlId(c) for c in entry.controls)
    return JointCoverage(RequirementId(entry.requirement), controls, entry.reason, document.place(path))


def _add_check(parts: Parts, document: Document, index: int, model: CheckModel) -> None:
    identifier = CheckId(model.id)
    path: Path_ = (index, "id")
    if not CHECK_ID.match(model.id):
        document.problem(path, f"{model.id!r} is no check id", fix="<provider>.<service>.<resource>.<good-condition>")
    if identifier in parts.checks:
        _defined_twice(document, path, f"check {model.id!r}", parts.checks[identifier].place)
        return
    for position, control in enumerate(model.supports):
        _resolve_control(parts, document, (index, "supports", position), control, f"in check {model.id}")
    parts.checks[identifier] = Check(
        id=identifier, title=model.title, supports=tuple(ControlId(c) for c in model.supports),
        population=model.population, passes_when=model.passes_when, severity=model.severity,
        remediation=model.remediation, shows=tuple(model.shows), applies_when=model.applies_when,
        needs=tuple(model.needs), crosses_accounts=model.crosses_accounts, crosses_regions=model.crosses_regions,
        rationale=model.rationale, place=document.place(path),
    )  # fmt: skip


def _resolve_control(parts: Parts, document: Document, path: Path_, control: str, context: str) -> bool:
    if control in parts.controls or control in parts.named_controls:
        return True
    known = parts.controls
    near = nearest(control, known)
    closest = f"{near!r} ({known[ControlId(near)].place})" if near else ""
    document.problem(path, f"unknown common control {control!r} {context}".rstrip(), closest=closest,
                     fix="correct the id, or define it in controls/common/")  # fmt: skip
    return False


def _unknown(document: Document, path: Path_, kind: str, name: str, valid: Iterable[str]) -> None:
    near = nearest(name, valid)
    document.problem(path, f"unknown {kind} {name!r}", closest=repr(near) if near else "", fix="correct the id")


def _unknown_requirement(parts: Parts, document: Document, path: Path_, name: str, valid: Iterable[str]) -> None:
    other = next((framework for framework, ids in parts.named_requirements.items() if name in ids), None)
    if other is None:
        _unknown(document, path, "requirement", name, valid)
    else:
        document.problem(path, f"unknown requirement {name!r}", closest=f"{name!r} of {other}",
                         fix=f"correct the id, or map it in the crosswalk of {other}")  # fmt: skip


def _texts(value: Mapping[Any, str]) -> dict[str, str]:
    return {str(key): text for key, text in value.items()}


def _organization(model: WorkspaceModel) -> Organization | None:
    """How the organisation is asked; its list says which accounts are read where the file names none."""
    if (said := model.organization) is None:
        return None
    seen_from = Account(said.account, role=said.role or model.role) if said.account else None
    return Organization(seen_from, not model.accounts, tuple(said.units), tuple(said.exclude))


def workspace(model: WorkspaceModel, root: Path) -> Workspace:
    """The workspace that a `proveonce.yaml` describes."""
    return Workspace(
        root=root,
        organisation=model.organisation.name,
        system=model.organisation.system,
        description=model.organisation.description,
        frameworks=tuple(model.frameworks),
        soc2_categories=tuple(model.soc2_categories),
        accounts=tuple(Account(a.id, a.name, a.role or model.role) for a in model.accounts),
        organization=_organization(model),
        regions=() if isinstance(model.regions, str) else tuple(model.regions),
        all_regions=model.regions == "all",
        role=model.role,
        external_id=model.external_id,
        prepared_by=Person(**model.prepared_by.model_dump()) if model.prepared_by else None,
        reviewed_by=Person(**model.reviewed_by.model_dump()) if model.reviewed_by else None,
        owners=_texts(model.owners),
        scope={
            framework: tuple(ScopeRule(r.state, r.reason, tuple(r.accounts), r.name, r.tag) for r in rules)
            for framework, rules in model.scope.items()
        },
        audits=model.audits,
        effort=model.effort,
        weights=model.weights,
        tables={
            kind: TableMap(model.imports.tables.get(kind, {}), model.imports.dates.get(kind, ""))
            for kind in sorted({*model.imports.tables, *model.imports.dates})
        },
        planning=Planning(**_given(model.calendar)),
        is_default=False,
    )


def _given(model: CalendarModel) -> dict[str, Any]:
    """What the file says of the calendar; the rest keeps its defaults."""
    said = model.model_dump(exclude_unset=True)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
