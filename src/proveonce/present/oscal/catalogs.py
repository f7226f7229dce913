"""Catalogs: one framework's requirements, or our common controls, as OSCAL controls.

Statements are our paraphrases, never the publisher's text. A way of testing is an `assessment-method`
part with the method of SP 800-53A that it belongs to; its class is our own, finer word.

Properties of our namespace. Document: framework, requirement_word, retrieved, source, content_digest.
Group: category. Requirement: kind, owner, and each fact by its name in the file. Control: type, nature,
cadence, owner, and one `evidence` and one `check` for each piece of evidence expected and check that supports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from proveonce.kernel.errors import UsageError
from proveonce.model.catalog import Framework, Requirement
from proveonce.model.content import Content
from proveonce.model.control import CommonControl
from proveonce.present.oscal.names import NAMESPACE, RMF, control_ids, requirement_ids, stable_uuid, tokens
from proveonce.present.oscal.pieces import (
    Json,
    content_version,
    document,
    facts,
    filled,
    line,
    markup,
    metadata,
    prop,
    retrieved,
    title,
)

METHODS = {
    "examine": "EXAMINE",
    "interview": "INTERVIEW",
    "observe": "EXAMINE",
    "inquiry": "INTERVIEW",
    "inspection": "EXAMINE",
    "observation": "EXAMINE",
    "reperformance": "TEST",
}
"""Our word for a way of testing → the method of SP 800-53A, where watching is a way of examining."""

_PUBLISHER = "framework-publisher"


def catalog(framework: Framework, content_digest: str) -> Json:
    """The OSCAL catalog of one framework: every requirement once, below its parent where it has one.

    Raises: InputError when the framework's `retrieved` is no date.
    """
    children = _children(framework)
    ids = requirement_ids(framework)
    groups = tokens(group.id for group in framework.groups)
    body = {
        "metadata": _framework_metadata(framework, content_digest),
        "groups": [
            filled({
                "id": f"{framework.id}_group-{groups[group.id]}",
                "title": title(group.title, group.id),
                "props": [*prop("label", group.id, ns=""), *prop("category", group.category)],
                "controls": [_requirement(r, ids, children) for r in children.get((group.id, None), ())],
            })
            for group in framework.groups
        ],
    }  # fmt: skip
    return document("catalog", framework.id, body)


def _children(framework: Framework) -> dict[tuple[str, str | None], list[Requirement]]:
    """The requirements at the head of each group, and those below each requirement, in the catalog's order."""
    known = {requirement.id for requirement in framework.requirements}
    found: dict[tuple[str, str | None], list[Requirement]] = {}
    for requirement in framework.requirements:
        below = requirement.parent if requirement.parent in known else None
        found.setdefault(("" if below else requirement.group, below), []).append(requirement)
    return found


def _framework_metadata(framework: Framework, content_digest: str) -> Json:
    party = stable_uuid("party", framework.publisher)
    publisher = line(framework.publisher)
    role = {"id": _PUBLISHER, "title": "Publisher of the framework, who neither wrote nor approved this catalog"}
    parties = {
        "roles": [role],
        "parties": [{"uuid": party, "type": "organization", "name": publisher}],
        "responsible-parties": [{"role-id": _PUBLISHER, "party-uuids": [party]}],
    }
    more = {
        "props": [
            *facts({"framework": framework.id, "requirement_word": framework.requirement_word}),
            *prop("retrieved", framework.retrieved),
            *prop("content_digest", content_digest),
            *prop("source", framework.source),
        ],
        **(parties if publisher else {}),
    }
    return metadata(
        framework.title,
        version=line(framework.edition) or "unstated",
        modified=retrieved(framework),
        remarks=markup(framework.licence),
        more=more,
    )


def _requirement(
    requirement: Requirement, ids: Mapping[str, str], children: Mapping[tuple[str, str | None], list[Requirement]]
) -> Json:
    identifier = ids[requirement.id]
    successor = str(requirement.facts.get("superseded_by", ""))
    return filled({
        "id": identifier,
        "title": title(requirement.title, requirement.id),
        "props": [
            *prop("label", requirement.id, ns=""),
            *(prop("status", "superseded", ns="") if successor else []),
            *facts({"kind": requirement.kind, **requirement.facts, "owner": requirement.owner}),
        ],
        "links": [{"href": f"#{ids[successor]}", "rel": "superseded-by"}] if successor in ids else [],
        "parts": [
            *_part(identifier, "smt", "statement", requirement.paraphrase),
            *_guidance(identifier, requirement.focus),
            *_methods(identifier, requirement.test),
        ],
        "controls": [_requirement(r, ids, children) for r in children.get(("", requirement.id), ())],
    })  # fmt: skip


def _part(identifier: str, suffix: str, name: str, text: str) -> list[Json]:
    prose = markup(text)
    return [{"id": f"{identifier}_{suffix}", "name": name, "prose": prose}] if prose else []


def _guidance(identifier: str, focus: Iterable[str]) -> list[Json]:
    """What an assessor looks for: hints, none of them a requirement."""
    hints = [
        {**part, "ns": NAMESPACE}
        for number, hint in enumerate(focus, 1)
        for part in _part(identifier, f"gdn.{number}", "focus", hint)
    ]
    return [{"id": f"{identifier}_gdn", "name": "guidance", "parts": hints}] if hints else []


def _methods(identifier: str, procedures: Mapping[str, str]) -> list[Json]:
    return [
        {**part, "class": word, "props": prop("method", METHODS[word], ns=RMF)}
        for word, text in procedures.items()
        for part in _part(identifier, f"asm-{word}", "assessment-method", text)
    ]


def common_controls_catalog(content: Content) -> Json:
    """Our common controls as an OSCAL catalog, one group a domain.

    They carry no date; the catalog's is that of the newest framework in force.
    Raises: UsageError without any framework, InputError when a framework's `retrieved` is no date.
    """
    if not content.frameworks:
        raise UsageError("no framework is in force, so nothing dates the common controls",
                         fix="add one to controls/frameworks/")  # fmt: skip
    ids = control_ids(content)
    domains = list(dict.fromkeys([*content.domains, *(control.domain for control in content.controls.values())]))
    groups = tokens(domains)
    body = {
        "metadata": metadata(
            "Proveonce common controls",
            version=content_version(content),
            modified=max(map(retrieved, content.frameworks.values())),
            remarks="What the organisation does once for several frameworks. The date is that of the newest framework "
            "catalog in force; the content digest says which content this is.",
            more={"props": prop("content_digest", content.digest)},
        ),
        "groups": [_domain(content, domain, f"domain-{groups[domain]}", ids) for domain in domains],
    }
    return document("catalog", "common-controls", body)


def _domain(content: Content, domain: str, identifier: str, ids: Mapping[str, str]) -> Json:
    known = content.domains.get(domain)
    return filled({
        "id": identifier,
        "title": title(known.title if known else domain, domain),
        "props": prop("label", domain, ns=""),
        "controls": [_control(content, c, ids[c.id]) for c in content.controls.values() if c.domain == domain],
    })  # fmt: skip


def _control(content: Content, control: CommonControl, identifier: str) -> Json:
    words = {"type": control.type, "nature": control.nature, "cadence": control.cadence, "owner": control.owner}
    return filled({
        "id": identifier,
        "title": title(control.title, control.id),
        "props": [
            *prop("label", control.id, ns=""),
            *facts(words),
            *(found for text in control.evidence for found in prop("evidence", text)),
            *(found for check in content.checks_of(control.id) for found in prop("check", check.id)),
        ],
        "parts": [
            *_part(identifier, "smt", "statement", control.statement),
            *({**part, "ns": NAMESPACE} for part in _part(identifier, "obj", "objective", control.objective)),
            *_methods(identifier, control.procedures),
        ],
    })  # fmt: skip
