"""OSCAL mapping-collections: every edge once, in the right direction, with what it leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from present.oscal_cases import HIPAA, PCI, SOC2, controls, errors, files, hostile_content, props, real_content
from proveonce.kernel.errors import InputError, UsageError
from proveonce.model.catalog import FrameworkId, RequirementId
from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.crosswalk import Crosswalk, Edge, Relation, Review
from proveonce.present import oscal

ANNE = Review("Anne Auditor", "CISA, CPA", "2026-12-31", "0123456789abcdef")


def labels(catalog: str) -> dict[str, str]:
    """Our ids by OSCAL's."""
    return {control["id"]: label for label, control in controls(files()[f"catalog-{catalog}.json"]).items()}


def of(content: Content, *frameworks: FrameworkId) -> dict[str, Any]:
    document = oscal.mapping_collection(content, frameworks)
    assert errors(document) == []
    collection: dict[str, Any] = document["mapping-collection"]
    return collection


def with_edges(*edges: Edge, not_mapped: tuple[str, ...] = ()) -> Content:
    """The hostile content, its PCI DSS crosswalk replaced."""
    crosswalk = Crosswalk(PCI, edges, (), dict.fromkeys(not_mapped, "Because."))
    return replace(hostile_content(), crosswalks={PCI: crosswalk})


def edge(requirement: str, relation: Relation = Relation.EQUAL_TO, **more: Any) -> Edge:
    return Edge(ControlId("AAA-01"), RequirementId(requirement), relation, "Why.", **more)


@pytest.mark.parametrize("framework", [SOC2, PCI, HIPAA])
def test_every_edge_is_one_map_from_control_to_requirement_and_none_besides(framework: FrameworkId) -> None:
    (mapping,) = files()[f"mapping-{framework}.json"]["mapping-collection"]["mappings"]
    sources, targets = labels("common-controls"), labels(framework)
    found = []
    for one in mapping["maps"]:
        (source,), (target,) = one["sources"], one["targets"]
        (gap,) = one.get("qualifiers", [{"description": ""}])
        found.append((sources[source["id-ref"]], targets[target["id-ref"]], one["relationship"], one["remarks"],
                      gap["description"], props(one)["coverage"] == "full"))  # fmt: skip
    edges = real_content().crosswalks[framework].edges
    assert found == [(e.control, e.requirement, e.relation, e.rationale, e.residual, e.relation.is_full) for e in edges]


def test_all_crosswalks_fit_one_collection() -> None:
    content = real_content()
    collection = of(content, SOC2, PCI, HIPAA)
    targets = [mapping["target-resource"]["href"] for mapping in collection["mappings"]]
    assert targets == ["catalog-soc2.json", "catalog-pci_dss.json", "catalog-hipaa.json"]
    assert {mapping["source-resource"]["href"] for mapping in collection["mappings"]} == {
        "catalog-common-controls.json"
    }
    maps = [one for mapping in collection["mappings"] for one in mapping["maps"]]
    assert len({one["uuid"] for one in maps}) == sum(len(c.edges) for c in content.crosswalks.values())


@pytest.mark.parametrize("relation", list(Relation))
def test_a_relation_keeps_its_word_with_the_control_as_source(relation: Relation) -> None:
    residual = "" if relation.is_full else "The rest."
    (mapping,) = of(with_edges(edge("1.1", relation, residual=residual)), PCI)["mappings"]
    (one,) = mapping["maps"]
    assert one["relationship"] == relation
    assert one["sources"] == [{"type": "control", "id-ref": "AAA-01"}]
    assert one["targets"] == [{"type": "control", "id-ref": "pci_dss-1.1"}]
    gap = {"subject": "target", "predicate": "has-requirement", "category": "restricted", "description": "The rest."}
    assert one.get("qualifiers", []) == ([] if relation.is_full else [gap])


@pytest.mark.parametrize("framework", [SOC2, PCI, HIPAA])
def test_what_no_edge_touches_is_a_gap_on_its_side_with_our_reason(framework: FrameworkId) -> None:
    content = real_content()
    crosswalk = content.crosswalks[framework]
    (mapping,) = files()[f"mapping-{framework}.json"]["mapping-collection"]["mappings"]
    touched = {e.control for e in crosswalk.edges}
    sources = {labels("common-controls")[name] for name in gap(mapping, "source")}
    assert sources == set(content.controls) - touched
    targets = labels(framework)
    assert {targets[name] for name in gap(mapping, "target")} == set(crosswalk.not_mapped)
    reasons = {targets[p["value"]]: p["remarks"] for p in mapping.get("props", ()) if p["name"] == "not_mapped"}
    assert reasons == crosswalk.not_mapped


def gap(mapping: dict[str, Any], side: str) -> list[str]:
    summary = mapping.get(f"{side}-gap-summary")
    if summary is None:
        return []
    (selection,) = summary["unmapped-controls"]
    assert selection["with-child-controls"] == "no"  # a section may be unmapped and its parts not
    found: list[str] = selection["with-ids"]
    return found


def test_a_gap_without_a_reason_says_so() -> None:
    (mapping,) = of(with_edges(edge("1.1"), not_mapped=("1.3",)), PCI)["mappings"]
    assert gap(mapping, "target") == ["pci_dss-1.2", "pci_dss-1.3"]
    assert [p["remarks"] for p in mapping["props"]] == [
        "No control is mapped to it and no reason is stated.", "Because.",
    ]  # fmt: skip
    assert gap(mapping, "source") == ["AAA-02", "BBB-01", "ODD"]


@pytest.mark.parametrize("framework", [SOC2, PCI, HIPAA])
def test_sets_that_cover_together_are_all_there(framework: FrameworkId) -> None:
    crosswalk = real_content().crosswalks[framework]
    (mapping,) = files()[f"mapping-{framework}.json"]["mapping-collection"]["mappings"]
    names = {**labels("common-controls"), **labels(framework)}
    found = [([names[i] for i in p["value"].split()], p["remarks"])
             for p in mapping.get("props", ()) if p["name"] == "jointly_complete"]  # fmt: skip
    assert found == [([j.requirement, *j.controls], j.reason) for j in crosswalk.joint]


def test_nothing_is_called_reviewed_that_no_person_reviewed() -> None:
    collection = of(real_content(), SOC2, PCI, HIPAA)
    assert not any(c.is_reviewed for c in real_content().crosswalks.values())
    assert collection["provenance"]["method"] == "automation"
    assert collection["provenance"]["status"] == "draft"
    assert collection["provenance"]["remarks"].startswith("Crosswalk not independently reviewed")
    reviews = {props(one)["review"] for mapping in collection["mappings"] for one in mapping["maps"]}
    assert reviews == {"not reviewed"}


def test_a_review_names_its_person_and_day_and_dates_the_document() -> None:
    content = with_edges(edge("1.1", reviewed=ANNE), not_mapped=("1.2", "1.3"))
    collection = of(content, PCI)
    (mapping,) = collection["mappings"]
    assert {"reviewer": ANNE.name, "credential": ANNE.credential, "reviewed_on": ANNE.date, "digest": ANNE.of,
            "review": "reviewed", "coverage": "full"} == props(mapping["maps"][0])  # fmt: skip
    assert collection["metadata"]["last-modified"] == "2026-12-31T00:00:00Z"
    assert (collection["provenance"]["method"], collection["provenance"]["status"]) == ("hybrid", "complete")
    assert (mapping["method"], mapping["status"]) == ("hybrid", "complete")


def test_a_stale_review_counts_for_nothing() -> None:
    collection = of(with_edges(edge("1.1", stale_review=ANNE), not_mapped=("1.2", "1.3")), PCI)
    (mapping,) = collection["mappings"]
    (review,) = (p for p in mapping["maps"][0]["props"] if p["name"] == "review")
    assert review["value"] == "stale"
    assert review["remarks"] == "Reviewed by Anne Auditor, CISA, CPA, on 2026-12-31; the words changed since."
    assert "reviewer" not in props(mapping["maps"][0])
    assert (mapping["method"], mapping["status"]) == ("automation", "draft")


def test_one_unreviewed_edge_or_unanswered_requirement_is_enough_to_say_so() -> None:
    half = of(with_edges(edge("1.1", reviewed=ANNE), edge("1.2"), not_mapped=("1.3",)), PCI)
    assert (half["provenance"]["method"], half["provenance"]["status"]) == ("automation", "draft")
    unanswered = of(with_edges(edge("1.1", reviewed=ANNE), not_mapped=("1.3",)), PCI)
    assert unanswered["provenance"]["status"] == "not-complete"


def test_a_collection_is_as_good_as_its_worst_mapping() -> None:
    reviewed = with_edges(edge("1.1", reviewed=ANNE), not_mapped=("1.2", "1.3"))
    content = replace(reviewed, crosswalks={**hostile_content().crosswalks, **reviewed.crosswalks})
    collection = of(content, PCI, HIPAA)
    assert [mapping["status"] for mapping in collection["mappings"]] == ["complete", "not-complete"]
    assert collection["provenance"]["status"] == "not-complete"
    assert collection["provenance"]["method"] == "automation"


def test_a_review_day_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="'2026-13-45' is no date"):
        oscal.mapping_collection(with_edges(edge("1.1", reviewed=replace(ANNE, date="2026-13-45"))), [PCI])


def test_a_framework_without_edges_is_named_and_alone_refused() -> None:
    content = hostile_content()
    odd = FrameworkId("odd")
    assert props(of(content, PCI, odd)["metadata"])["no_edges_into"] == "odd"
    with pytest.raises(UsageError, match="no crosswalk edge into odd"):
        oscal.mapping_collection(content, [odd])
