"""OSCAL catalogs: every requirement and control once, in our words, nothing invented."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from present.oscal_cases import (
    HIPAA,
    HOSTILE,
    PCI,
    SOC2,
    TESTS,
    controls,
    files,
    hostile_content,
    hostile_framework,
    props,
    real_content,
    walk,
)  # fmt: skip
from proveonce.kernel.errors import InputError, UsageError
from proveonce.kernel.located import Place
from proveonce.model.catalog import FrameworkId
from proveonce.present import oscal
from proveonce.present.oscal.names import NAMESPACE, RMF
from proveonce.present.oscal.pieces import line


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = files()[f"catalog-{name}.json"]
    return found


def methods(control: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Our word → method of SP 800-53A and text."""
    return {part["class"]: (part["props"][0]["value"], part["prose"])
            for part in control["parts"] if part["name"] == "assessment-method"}  # fmt: skip


def prose(control: dict[str, Any], name: str) -> str:
    return next(str(part["prose"]) for part in control["parts"] if part["name"] == name)


@pytest.mark.parametrize("framework", [SOC2, PCI, HIPAA])
def test_a_catalog_has_every_requirement_once_and_none_besides(framework: FrameworkId) -> None:
    expected = (TESTS / "data" / "ids" / f"{framework}.txt").read_text().split("\n")
    assert sorted(controls(document(framework))) == sorted(filter(None, expected))


@pytest.mark.parametrize("framework", [SOC2, PCI, HIPAA])
def test_a_requirement_says_what_ours_says_and_no_more(framework: FrameworkId) -> None:
    found = controls(document(framework))
    for requirement in real_content().frameworks[framework].requirements:
        control = found[requirement.id]
        assert control["title"] == requirement.title
        assert prose(control, "statement") == requirement.paraphrase
        hints = [part["prose"] for value in control["parts"] if value["name"] == "guidance" for part in value["parts"]]
        assert hints == list(requirement.focus)
        assert {word: text for word, (_, text) in methods(control).items()} == requirement.test
        facts = {p["name"]: p["value"] for p in control["props"] if p.get("ns") == NAMESPACE}
        expected = {"kind": requirement.kind, "owner": requirement.owner, **requirement.facts}
        assert facts == {name: line(value) for name, value in expected.items()}


@pytest.mark.parametrize("framework", [SOC2, PCI, HIPAA])
def test_requirements_stand_in_their_group_or_below_their_parent(framework: FrameworkId) -> None:
    requirements = {r.id: r for r in real_content().frameworks[framework].requirements}
    for group in document(framework)["catalog"]["groups"]:
        for control in group["controls"]:
            head = requirements[props(control)["label"]]  # type: ignore[index]  # a plain text is as good
            assert (head.group, head.parent) == (props(group)["label"], None)
    for label, control in controls(document(framework)).items():
        children = [props(child)["label"] for child in control.get("controls", ())]
        assert children == [r.id for r in requirements.values() if r.parent == label]


def test_a_requirement_of_pci_dss_as_it_is_written() -> None:
    control = controls(document("pci_dss"))["8.3.10"]
    assert control["id"] == "pci_dss-8.3.10"
    assert control["links"] == [{"href": "#pci_dss-8.3.10.1", "rel": "superseded-by"}]
    assert {"name": "status", "value": "superseded"} in control["props"]
    assert {"name": "customized_approach_eligible", "ns": NAMESPACE, "value": "true"} in control["props"]
    examine = next(part for part in control["parts"] if part.get("class") == "examine")
    assert examine["id"] == "pci_dss-8.3.10_asm-examine"
    assert examine["props"] == [{"name": "method", "ns": RMF, "value": "EXAMINE"}]


def test_only_what_is_superseded_has_a_status() -> None:
    found = [label for name in ("soc2", "pci_dss", "hipaa") for label, control in controls(document(name)).items()
             if "status" in props(control)]  # fmt: skip
    assert sorted(found) == ["10.7.1", "6.4.1", "8.3.10"]


def test_a_specification_of_hipaa_is_named_as_a_token_and_labelled_as_in_the_rule() -> None:
    control = controls(document("hipaa"))["164.308(a)(1)(ii)(D)"]
    assert control["id"] == "hipaa-164.308.a.1.ii.D"
    assert props(control)["designation"] == "required"


def test_watching_is_a_way_of_examining_and_doing_again_a_test() -> None:
    content = hostile_content()
    words = {"inquiry": "a", "inspection": "b", "observation": "c", "reperformance": "d"}
    name, control = next(iter(content.controls.items()))
    catalog = oscal.common_controls_catalog(replace(content, controls={name: replace(control, procedures=words)}))
    assert methods(controls(catalog)[name]) == {
        "inquiry": ("INTERVIEW", "a"), "inspection": ("EXAMINE", "b"),
        "observation": ("EXAMINE", "c"), "reperformance": ("TEST", "d"),
    }  # fmt: skip
    odd = controls(files(hostile=True)["catalog-odd.json"])["0(a)"]
    assert {word: method for word, (method, _) in methods(odd).items()} == {"examine": "EXAMINE", "observe": "EXAMINE"}


def test_a_catalog_names_its_publisher_source_licence_and_content() -> None:
    framework = real_content().frameworks[PCI]
    metadata = document("pci_dss")["catalog"]["metadata"]
    (party,) = metadata["parties"]
    assert (party["name"], party["type"]) == (framework.publisher, "organization")
    assert metadata["responsible-parties"] == [{"role-id": "framework-publisher", "party-uuids": [party["uuid"]]}]
    assert metadata["remarks"] == framework.licence
    assert props(metadata)["source"] == line(framework.source)
    assert props(metadata)["content_digest"] == real_content().digest


def test_names_that_would_be_alike_stay_apart_and_keep_their_labels() -> None:
    found = controls(files(hostile=True)["catalog-odd.json"])
    assert set(found) == {requirement.id for requirement in hostile_framework().requirements}
    assert {found["1(a)"]["id"].split("_")[0], found["1.a"]["id"].split("_")[0]} == {"odd-1.a"}
    assert found["1(a)"]["id"] != found["1.a"]["id"]
    assert [props(child)["label"] for child in found["1(a)"]["controls"]] == ["child"]
    assert [props(child)["label"] for child in found["child"]["controls"]] == ["grandchild"]


def test_a_group_without_requirements_is_still_a_group() -> None:
    group = files(hostile=True)["catalog-odd.json"]["catalog"]["groups"][-1]
    assert (group["id"], group["title"]) == ("odd_group-.2", "(2)")
    assert props(group) == {"label": "(2)", "category": line(HOSTILE["lines"])}
    assert "controls" not in group


def test_facts_of_every_kind_are_plain_lines_and_the_empty_ones_are_left_out() -> None:
    found = controls(files(hostile=True)["catalog-odd.json"])
    assert props(found["child"])["truth"] == "false"
    assert props(found["child"])["_9_b_c"] == "x"
    assert "none" not in props(found["child"])
    assert props(found["grandchild"])["count"] == "0"
    assert "links" not in found["grandchild"]  # superseded by nothing that this catalog holds
    assert props(found["grandchild"])["superseded_by"] == "nowhere"
    assert found["grandchild"]["title"] == "grandchild"  # its own is blank
    assert props(found["0(a)"])["owner"] == line(HOSTILE["markdown"])


def test_a_retrieval_day_that_is_none_is_refused_at_its_place() -> None:
    framework = replace(real_content().frameworks[SOC2], retrieved="November", place=Place("mine.yaml", 3, 1))
    with pytest.raises(InputError, match=r"mine.yaml:3:1: .*'November' is no date(?s:.*)YYYY-MM-DD"):
        oscal.catalog(framework, "0" * 64)


def test_common_controls_are_all_there_once_in_our_words() -> None:
    content = real_content()
    found = controls(document("common-controls"))
    assert set(found) == set(content.controls)
    for name, control in content.controls.items():
        assert found[name]["id"] == name
        assert found[name]["title"] == control.title
        assert prose(found[name], "statement") == control.statement
        assert prose(found[name], "objective") == control.objective
        assert {word: text for word, (_, text) in methods(found[name]).items()} == control.procedures
        listed = [(p["name"], p["value"]) for p in found[name]["props"] if p.get("ns") == NAMESPACE]
        assert listed == [
            ("type", control.type), ("nature", control.nature), ("cadence", control.cadence), ("owner", control.owner),
            *(("evidence", line(text)) for text in control.evidence),
            *(("check", check.id) for check in content.checks_of(name)),
        ]  # fmt: skip


def test_common_controls_are_grouped_by_domain() -> None:
    groups = document("common-controls")["catalog"]["groups"]
    assert [props(group)["label"] for group in groups] == list(real_content().domains)
    assert all(props(c)["label"].startswith(props(group)["label"]) for group in groups for c in group["controls"])
    odd = files(hostile=True)["catalog-common-controls.json"]["catalog"]["groups"]
    assert [props(group)["label"] for group in odd] == ["AAA", "BBB", "ODD"]  # a domain that no file titles


def test_without_a_framework_nothing_dates_the_common_controls() -> None:
    with pytest.raises(UsageError, match="no framework is in force"):
        oscal.common_controls_catalog(replace(real_content(), frameworks={}))


def test_empty_texts_leave_no_empty_parts() -> None:
    for document_ in files(hostile=True).values():
        assert all(value.get("prose", "x") and value.get("value", "x") for value in walk(document_))
        assert all(value["parts"] for value in walk(document_) if "parts" in value)
