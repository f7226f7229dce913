"""Lint of the content as a whole: what parses and resolves, yet contradicts itself, says nothing or serves nothing.

Pure over the content and the files that it was read from. Every finding is a problem at its line. A name that does
not resolve is reported where it is linked (`build`); here it counts as the name that it is nearest to, so that one
mistake is one problem. Absence (an orphan control, a requirement without an edge) is claimed only where everything that
could prove the contrary was read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from proveonce.content.build import Gathered
from proveonce.content.catalog_lint import catalog_problems, weak_cadences, weak_sets
from proveonce.content.mapped import MappedEdge, crosswalks, mapped_edges, meant, problem, raw_edges
from proveonce.content.relation_lint import contradictions, parts
from proveonce.content.schema import JointModel
from proveonce.content.sealing import seal_problems
from proveonce.kernel.errors import Problem
from proveonce.kernel.located import Document, Path_, Place
from proveonce.model.content import Content

MIN_WORDS = 6
"""Fewer words can hardly say what in a control meets what in a requirement."""
MIN_NEW_WORDS = 3
"""Words that a rationale has to add to the titles of its control and requirement."""

_PLACEHOLDER = re.compile(r"\b(todo|tbd|fixme|xxx|lorem ipsum|see above|same as above)\b")
_NOTHING = re.compile(r"(none|nothing|nil|no|n/?a|not applicable|see rationale|as above)?\W*\Z")
_COMMON = frozenset({
    "a", "an", "and", "are", "as", "at", "by", "control", "covers", "full", "fully", "in", "is", "it", "its", "meets",
    "of", "on", "requirement", "satisfies", "that", "the", "this", "to", "with",
})  # fmt: skip
_WORD = re.compile(r"[a-z0-9]+")


def lint(content: Content, gathered: Gathered, must_be_sealed: Collection[str] = ()) -> list[Problem]:
    """Every problem of the content as a whole, in file order.

    `must_be_sealed` names the frameworks that we ship: a file for one of these is not accepted without its seal.
    """
    edges = mapped_edges(content, gathered)
    found = [
        *catalog_problems(gathered),
        *contradictions(content, edges),
        *weak_cadences(content, gathered, edges),
        *weak_sets(content),
        *_empty_talk(content, edges),
        *_repeated(edges),
        *_crosswalk_texts(content, gathered, edges),
        *_unmapped(content, gathered),
        *_orphans(content, gathered),
        *_domains(gathered),
    ]
    for listed in gathered.frameworks:
        if listed.model is not None:
            found += seal_problems(listed.document, listed.model.sealed, is_required=listed.model.id in must_be_sealed)
    return sorted(set(found))


def _empty_talk(content: Content, edges: Sequence[MappedEdge]) -> Iterator[Problem]:
    """Rationales and residuals that say nothing."""
    titles: dict[tuple[str, str], str] = {
        (f.id, r.id): r.title for f in content.frameworks.values() for r in f.requirements
    }
    frameworks = {str(f.id): f"{f.id} {f.title}" for f in content.frameworks.values()}
    controls = {str(control.id): control.title for control in content.controls.values()}
    for mapped in edges:
        edge = mapped.edge
        names = f"{edge.control} {frameworks[mapped.framework]} {edge.requirement} {edge.relation}"
        known = f"{names} {controls[edge.control]} {titles[mapped.framework, edge.requirement]}"
        reason = _says_nothing(edge.rationale)
        if not reason and len(_words(edge.rationale) - _words(known) - _COMMON) < MIN_NEW_WORDS:
            reason = "says no more than the titles"
        if reason:
            yield mapped.problem("rationale", f"the rationale of {edge.control} → {edge.requirement} {reason}",
                                 fix="say what in the control meets what in the requirement")  # fmt: skip
        if not edge.relation.is_full and edge.residual:
            if _NOTHING.match(edge.residual.lower()) or _PLACEHOLDER.search(edge.residual.lower()):
                yield mapped.problem("residual", f"the residual {edge.residual!r} says not what stays open",
                                     fix="say what of the requirement stays open")  # fmt: skip
            elif _flat(edge.residual) == _flat(edge.rationale):
                yield mapped.problem("residual", "the residual repeats the rationale",
                                     fix="say what of the requirement stays open")  # fmt: skip


def _says_nothing(text: str) -> str:
    """Why `text` says nothing, as a predicate; empty when it may say something."""
    if _PLACEHOLDER.search(text.lower()):
        return "is a placeholder"
    return "is too short to say why" if len(text.split()) < MIN_WORDS else ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _flat(text: str) -> str:
    return " ".join(text.lower().split())


def _repeated(edges: Sequence[MappedEdge]) -> Iterator[Problem]:
    """Rationales used word for word before: one of them is not about its own edge."""
    first: dict[str, MappedEdge] = {}
    for mapped in edges:
        other = first.setdefault(_flat(mapped.edge.rationale), mapped)
        if other is not mapped:
            edge = f"{mapped.edge.control} → {mapped.edge.requirement}"
            what = f"the rationale of {edge} is word for word that of {other}"
            yield mapped.problem("rationale", what, fix="say what is particular to this edge")


def _crosswalk_texts(content: Content, gathered: Gathered, edges: Sequence[MappedEdge]) -> Iterator[Problem]:
    for listed, model in crosswalks(content, gathered):
        document = listed.document
        for requirement, text in model.not_mapped.items():
            if reason := _says_nothing(text):
                yield problem(document, ("not_mapped", requirement),
                              f"the reason why {requirement} is not mapped {reason}",
                              fix="say why no control applies")  # fmt: skip
        located = [
            (("jointly_complete", index), entry)
            for index, entry in zip(listed.kept.get("jointly_complete", ()), model.jointly_complete, strict=True)
        ]
        own = {(m.edge.control, m.edge.requirement): m for m in edges if m.framework == model.framework}
        served = {(str(edge.get("control")), str(edge.get("requirement"))) for edge in raw_edges(document)}
        within = parts(content)
        for number, (path, entry) in enumerate(located):
            yield from _joint_members(document, path, entry, own)
            yield from _joint_sets(document, path, entry, located[:number], located[number + 1 :])
            for part in within.get((model.framework, entry.requirement), ()):
                if part not in model.not_mapped and not any((control, part) in served for control in entry.controls):
                    what = (
                        f"the set is declared complete for {entry.requirement}, yet none of it has an edge to its part"
                    )
                    yield problem(document, (*path, "controls"), f"{what} {part}", fix="add it, or complete the set")


def _joint_members(
    document: Document, path: Path_, entry: JointModel, edges: dict[tuple[str, str], MappedEdge]
) -> Iterator[Problem]:
    if reason := _says_nothing(entry.reason):
        yield problem(document, (*path, "reason"), f"the reason why the set is complete {reason}",
                      fix="say which control does which part")  # fmt: skip
    for position, control in enumerate(entry.controls):
        place = (*path, "controls", position)
        mapped = edges.get((control, entry.requirement))
        if control in entry.controls[:position]:
            yield problem(document, place, f"{control} stands twice in the set", fix="name it once")
        elif mapped is not None and mapped.edge.relation.is_full:
            yield problem(document, place, f"the set needs no {control}: {mapped} is full by itself",
                          fix="delete the set, or weaken the edge")  # fmt: skip


def _joint_sets(
    document: Document,
    path: Path_,
    entry: JointModel,
    before: Sequence[tuple[Path_, JointModel]],
    after: Sequence[tuple[Path_, JointModel]],
) -> Iterator[Problem]:
    """A set that another makes needless: it holds all of the other, and more, or is the same again."""
    own = set(entry.controls)
    for is_before, others in ((True, before), (False, after)):
        for other_path, other in others:
            theirs = set(other.controls)
            if other.requirement == entry.requirement and (theirs < own or (is_before and theirs == own)):
                relation = "is" if theirs == own else "contains"
                place = document.place(other_path)
                what = f"this set {relation} the one declared complete at {place}"
                yield problem(document, (*path, "controls"), what, fix="keep the smaller one")
                return


def _unmapped(content: Content, gathered: Gathered) -> Iterator[Problem]:
    """Requirements with neither an edge nor a reason, and frameworks without a crosswalk."""
    read = {model.framework: (listed.document, model) for listed, model in crosswalks(content, gathered)}
    for listed in gathered.frameworks:
        framework = listed.model
        if framework is None or framework.id not in content.frameworks:
            continue
        if framework.id not in read:
            if not _is_blind(content, gathered):
                yield problem(listed.document, ("id",), f"no crosswalk maps to {framework.id!r}",
                              fix=f"add mappings/{framework.id}.yaml")  # fmt: skip
            continue
        document, model = read[framework.id]
        ids = listed.ids("requirements")
        mapped = meant([edge.get("requirement") for edge in raw_edges(document)], ids) | meant(model.not_mapped, ids)
        for index, requirement in zip(listed.kept["requirements"], framework.requirements, strict=True):
            if requirement.id not in mapped:
                yield problem(listed.document, ("requirements", index, "id"),
                              f"{requirement.id} has neither an edge nor a reason why none applies",
                              fix=f"add either to {document.file}")  # fmt: skip


def _is_blind(content: Content, gathered: Gathered) -> bool:
    """Whether a crosswalk file could not be read as one, so that what it serves is not known."""
    return len(list(crosswalks(content, gathered))) < len(gathered.crosswalks)


def _orphans(content: Content, gathered: Gathered) -> Iterator[Problem]:
    """Controls that serve no requirement; one problem for a domain of which none does."""
    if _is_blind(content, gathered):
        return
    names = [edge.get("control") for listed in gathered.crosswalks for edge in raw_edges(listed.document)]
    serving = meant(names, [str(control) for control in content.controls])
    for listed in gathered.controls:
        if listed.model is None:
            continue
        orphans = [control for control in listed.model.controls if control.id not in serving]
        ids = ", ".join(control.id for control in orphans)
        if len(orphans) > 1 and len(orphans) == len(listed.ids("controls")):
            what = f"no control of domain {listed.model.domain} serves a requirement ({ids})"
            yield problem(listed.document, ("domain",), what, fix="map them, or retire the domain")
            continue
        for index, control in zip(listed.kept["controls"], listed.model.controls, strict=True):
            if control in orphans:
                checks = ", ".join(check.id for check in content.checks_of(control.id))
                also = f", and so neither do its checks ({checks})" if checks else ""
                yield problem(listed.document, ("controls", index, "id"),
                              f"control {control.id} serves no requirement{also}",
                              fix="map it in mappings/, or retire it")  # fmt: skip


def _domains(gathered: Gathered) -> Iterator[Problem]:
    titles: dict[str, tuple[str, Place]] = {}
    for listed in gathered.controls:
        if listed.model is not None:
            place = listed.document.place(("title",))
            title, first = titles.setdefault(listed.model.domain, (listed.model.title, place))
            if title != listed.model.title:
                yield problem(listed.document, ("title",), f"domain {listed.model.domain} has another title at {first}",
                              fix="keep one title a domain")  # fmt: skip
