"""All OSCAL documents: NIST's schema and constraints, identities, bytes, hostile texts."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import uuid
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from present.oscal_cases import HOSTILE, NAMES, PCI, SOC2, errors, files, hostile_content, real_content, validator, walk
from proveonce.present import oscal
from proveonce.present.oscal.names import NAMESPACE, RMF, tokens
from proveonce.present.oscal.pieces import line, markup

OSCAL_NAMES = {"label", "status"}
"""Of OSCAL's own property names for groups, controls and parts, those we use (its oscal-control-prop-name)."""
OSCAL_PARTS = {"statement", "guidance", "assessment-method"}
"""Of OSCAL's own part names for controls, those we use (its oscal-control-part-name)."""


def test_a_package_has_a_file_for_each_catalog_and_each_crosswalk() -> None:
    assert list(files()) == NAMES
    assert sorted(files(hostile=True)) == sorted([*NAMES, "catalog-odd.json"])  # no edge, no crosswalk


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_valid_by_nists_schema(name: str) -> None:
    assert errors(files()[name]) == []


@pytest.mark.parametrize("name", [*NAMES, "catalog-odd.json"])
def test_a_document_of_hostile_content_is_valid_by_nists_schema(name: str) -> None:
    assert errors(files(hostile=True)[name]) == []


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda control: control.update(id="1.1.1"), "does not match"),
        (lambda control: control.update(title="two\nlines"), "does not match"),
        (lambda control: control["props"][0].update(value="x\n"), "does not match"),
        (lambda control: control["props"][0].update(value="x\u2028y"), "does not match"),
        (lambda control: control.update(props=[]), "non-empty"),
        (lambda control: control.update(state="open"), "Additional properties"),
    ],
)  # fmt: skip
def test_the_schema_as_we_apply_it_notices_mistakes(break_it: Any, message: str) -> None:
    document = json.loads(json.dumps(files()["catalog-soc2.json"]))
    break_it(document["catalog"]["groups"][0]["controls"][0])
    assert any(message in error for error in validator_messages(document))


def validator_messages(document: dict[str, Any]) -> list[str]:
    """A group is an `anyOf`, so what is wrong inside stands in the context of its error."""

    def below(error: Any) -> list[str]:
        return [error.message, *(message for inner in error.context or () for message in below(inner))]

    return [message for error in validator("catalog").iter_errors(document) for message in below(error)]


@pytest.mark.parametrize("hostile", [False, True])
def test_names_of_oscals_own_are_those_that_its_constraints_allow(hostile: bool) -> None:
    for document in files(hostile=hostile).values():
        for value in walk(document):
            for prop in value.get("props", ()):
                namespace = prop.get("ns", "")
                assert namespace in ("", RMF, NAMESPACE)
                assert namespace == NAMESPACE or prop["name"] in (OSCAL_NAMES if not namespace else {"method"})
            for part in value.get("parts", ()):
                assert part.get("ns") == NAMESPACE or part["name"] in OSCAL_PARTS


@pytest.mark.parametrize("hostile", [False, True])
def test_every_identifier_is_used_once(hostile: bool) -> None:
    seen: list[str] = []
    for document in files(hostile=hostile).values():
        identifiers = [value["id"] for value in walk(document) if "id" in value]
        assert len(identifiers) == len(set(identifiers))
        seen += [value["uuid"] for value in walk(document) if "uuid" in value and value.get("type") != "organization"]
    assert len(seen) == len(set(seen))
    assert {uuid.UUID(one).version for one in seen} == {5}


def test_the_files_of_a_mapping_are_beside_it_and_hold_what_it_names() -> None:
    for name in (name for name in NAMES if name.startswith("mapping-")):
        (mapping,) = files()[name]["mapping-collection"]["mappings"]
        for side in ("source", "target"):
            catalog = files()[mapping[f"{side}-resource"]["href"]]
            known = {value["id"] for value in walk(catalog) if "id" in value and "name" not in value}
            named = [item["id-ref"] for one in mapping["maps"] for item in one[f"{side}s"]]
            named += [i for value in walk(mapping.get(f"{side}-gap-summary", {})) for i in value.get("with-ids", ())]
            assert named
            assert set(named) <= known


def test_equal_content_gives_equal_bytes_whatever_the_order_of_hashes() -> None:
    script = (
        "from present.oscal_cases import real_content; from proveonce.present import oscal; from hashlib import sha256;"
        "c = real_content(); print(sha256(b''.join(oscal.package_files(c, tuple(c.frameworks)).values())).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)}
    other = subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True)
    here = b"".join(oscal.package_files(real_content(), tuple(real_content().frameworks)).values())
    assert other.stdout.strip() == sha256(here).hexdigest()


def test_a_document_is_a_new_one_with_every_change_and_its_maps_are_not() -> None:
    content = hostile_content()
    crosswalk = content.crosswalks[PCI]
    edges = (replace(crosswalk.edges[0], rationale="Another."), *crosswalk.edges[1:])
    changed = replace(content, crosswalks={**content.crosswalks, PCI: replace(crosswalk, edges=edges)})
    before, after = (oscal.mapping_collection(c, [PCI])["mapping-collection"] for c in (content, changed))
    assert before["uuid"] != after["uuid"]
    assert [m["uuid"] for m in before["mappings"][0]["maps"]] == [m["uuid"] for m in after["mappings"][0]["maps"]]


def test_dates_and_versions_are_those_of_the_content() -> None:
    metadata = files()["catalog-pci_dss.json"]["catalog"]["metadata"]
    assert metadata["version"] == "4.0.1"
    assert metadata["last-modified"] == "2026-11-24T00:00:00Z"
    assert metadata["oscal-version"] == "1.2.1"
    assert files(hostile=True)["catalog-common-controls.json"]["catalog"]["metadata"]["last-modified"].startswith(
        "2026-02-28"
    )


def shown(markdown: str) -> str:
    """What a reader of the Markdown sees."""
    rendered = MarkdownIt("commonmark").render(markdown)
    assert re.fullmatch(r"(<p>[^<]*</p>\n)*", rendered)  # paragraphs and nothing else
    return html.unescape(rendered.replace("</p>\n<p>", "\n\n").removeprefix("<p>").removesuffix("</p>\n"))


@example("__0__")
@example("0)")
@settings(deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="\\`*_[]()<>&{}~!#+-=|.1a \n:;")))
def test_markdown_shows_any_text_as_it_was_written(text: str) -> None:
    paragraphs = (line(paragraph) for paragraph in re.split(r"\n\s*\n", text))
    expected = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    assert shown(markup(text)).replace("\ufffd", "\0") == expected.replace("\ufffd", "\0")


@pytest.mark.parametrize("text", HOSTILE.values())
def test_hostile_texts_show_as_they_were_written(text: str) -> None:
    assert " ".join(shown(markup(text)).split()) == line(text)
    assert "{{" not in markup(text)  # OSCAL would insert a parameter


@settings(deadline=None)
@given(st.lists(st.text(), unique=True))
def test_tokens_are_as_different_as_their_names(names: list[str]) -> None:
    found = tokens(names)
    assert len(set(found.values())) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]*", token) for token in found.values())


def test_a_crosswalk_without_edges_makes_no_file() -> None:
    content = real_content()
    empty = replace(content, crosswalks={SOC2: replace(content.crosswalks[SOC2], edges=())})
    assert list(oscal.package_files(empty, [SOC2])) == ["catalog-common-controls.json", "catalog-soc2.json"]


def test_files_of_one_framework_hold_that_framework_alone() -> None:
    assert sorted(oscal.package_files(real_content(), [SOC2])) == [
        "catalog-common-controls.json", "catalog-soc2.json", "mapping-soc2.json",
    ]  # fmt: skip
