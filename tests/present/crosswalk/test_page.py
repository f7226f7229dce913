"""The page: whole in one file, every control and requirement in it, its numbers those of the view."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser

import pytest

from present.crosswalk.small import SCRIPT, small_content
from present.sample_content import REPOSITORY
from proveonce.content.loader import read_content
from proveonce.model.crosswalk import Review
from proveonce.present.crosswalk import CrosswalkView, page, view_of
from proveonce.present.report.text import anchor

_VOID = {"meta", "link", "br", "col", "input"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Parsed:
    elements: list[Element] = field(default_factory=list)

    def of(self, tag: str, name: str = "") -> list[Element]:
        return [e for e in self.elements if e.tag == tag and name in ["", *e.attributes.get("class", "").split(" ")]]


class _Reader(HTMLParser):
    """Reads elements and refuses a page whose tags do not pair."""

    def __init__(self) -> None:
        super().__init__()
        self.found = Parsed()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.found.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def close(self) -> None:
        super().close()
        assert not self._open


def parsed(html: str) -> Parsed:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


@cache
def view_named(name: str) -> CrosswalkView:
    return view_of(small_content() if name == "small" else read_content(REPOSITORY)[0])


@cache
def html_of(name: str) -> str:
    return page(view_named(name))


@pytest.fixture(scope="module", params=["small", "shipped"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def view(name: str) -> CrosswalkView:
    return view_named(name)


@pytest.fixture(scope="module")
def found(name: str) -> Parsed:
    return parsed(html_of(name))


def test_equal_views_give_equal_text(name: str) -> None:
    assert page(view_named(name)) == html_of(name)


def test_nothing_is_asked_of_any_network(name: str, found: Parsed) -> None:
    wanted = [e.attributes.get("src", "") for e in found.elements if "src" in e.attributes]
    assert wanted == []
    assert [e.attributes["href"] for e in found.of("link")] == ["data:,"]
    assert all(e.attributes["href"].startswith("#") for e in found.of("a"))
    style = found.of("style")[0].text
    assert set(re.findall(r"url\(\"?([a-z]+:)", style)) == {"data:"}
    assert "@import" not in style


def test_only_our_own_script_may_run(found: Parsed) -> None:
    (script,) = found.of("script")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    policy = next(e for e in found.of("meta") if "http-equiv" in e.attributes).attributes["content"]
    assert policy.endswith(f"script-src 'sha256-{digest}'")
    assert "default-src 'none'" in policy
    assert not [name for e in found.elements for name in e.attributes if name.startswith("on")]


def test_every_control_and_every_requirement_has_its_place(view: CrosswalkView, found: Parsed) -> None:
    ids = [e.attributes["id"] for e in found.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    assert {anchor(row.control.id) for row in view.controls} <= set(ids)
    assert {anchor(f"{r.framework.id}-{r.requirement.id}") for r in view.requirements} <= set(ids)


def test_every_link_leads_somewhere(found: Parsed) -> None:
    ids = {e.attributes["id"] for e in found.elements if "id" in e.attributes}
    assert {e.attributes["href"][1:] for e in found.of("a")} <= ids


def test_the_pictures_have_a_cell_for_each_control_and_requirement(view: CrosswalkView, found: Parsed) -> None:
    # Each picture is drawn wide and small; the key has a cell a coverage.
    boxes = found.of("rect", "box")
    key = 2 * 4
    assert len(boxes) == 2 * len(view.controls) + 2 * len(view.requirements) + key
    unmapped = sum(1 for row in view.requirements if not row.edges)
    assert len(found.of("rect", "unmapped")) == 2 * unmapped + key // 4


def test_the_matrix_shows_every_edge_by_its_strength(view: CrosswalkView, found: Parsed) -> None:
    rows = found.of("tr", "row")
    assert len(rows) == len(view.controls)
    for element, row in zip(rows, view.controls, strict=True):
        shown = re.findall(r"[=≈≥≤×]†? (\S+?)¹?(?=\s|$)", element.text.partition(row.control.nature)[2])
        assert shown == [m.requirement.id for m in row.edges]
        kinds = {"full": 3, "joint": 2, "partial": 1}
        wanted = {(i, m.strength) for i, f in enumerate(view.frameworks) for m in row.served.get(f.id, ())}
        keys = {(int(k.split(":")[0]), kinds[k.split(":")[1]]) for k in element.attributes["data-keys"].split()}
        assert keys == {(place, int(strength)) for place, strength in wanted}


def test_each_control_unfolds_to_its_rationale_and_residual(view: CrosswalkView, found: Parsed) -> None:
    sections = found.of("details", "control")
    for element, row in zip(sections, view.controls, strict=True):
        for mapped in row.edges:
            assert mapped.edge.rationale in element.text
            assert mapped.edge.residual in element.text


def test_the_title_and_the_figures_are_the_views(name: str, view: CrosswalkView, found: Parsed) -> None:
    (title,) = found.of("h1")
    serving = sum(1 for row in view.controls if len(row.served) == 3)
    assert title.text.replace("\xa0", " ").startswith(f"{serving} of {len(view.controls)} controls serve")
    counts = Counter(len(row.served) for row in view.controls)
    by_frameworks = [counts[n] for n in range(len(view.frameworks), -1, -1) if n or counts[0]]
    full = sum(1 for row in view.requirements if "full" in row.coverage)
    alone = sum(1 for row in view.requirements if len(row.edges) == 1)
    figures = re.findall(r"<div><b>([^<]+)</b><span>", html_of(name))
    assert figures == [f"{number:,}" for number in (*by_frameworks, full, alone, 0)]
    assert f"0 of {len(view.edges):,} mappings have a reviewer" in found.of("p", "banner")[0].text


def test_the_coverage_table_adds_up(name: str, view: CrosswalkView) -> None:
    table = html_of(name).partition('<table class="coverage">')[2].partition("</tbody>")[0].partition("<tbody>")[2]
    numbers = [
        [int(shown.replace(",", "").replace("–", "0")) for shown in re.findall(r'<td class="n[^"]*">([^<]+)', row)]
        for row in table.split("</tr>")[:-1]
    ]
    assert len(numbers) == len(view.frameworks) + 1
    assert all(sum(row[:4]) == row[4] for row in numbers)
    assert [sum(column) for column in zip(*numbers[:-1], strict=True)] == numbers[-1]
    assert (numbers[-1][4], numbers[-1][-1]) == (len(view.requirements), len(view.edges))


def test_hostile_texts_stay_texts() -> None:
    html = html_of("small")
    assert SCRIPT not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "[U+1F4A9] [U+202E]gnp" in html
    assert "\u202e" not in html


def test_a_reviewed_crosswalk_carries_no_banner() -> None:
    content = small_content()
    person = Review("Pat Sato", "CPA", "2026-11-24")
    crosswalks = {name: replace(w, edges=tuple(replace(e, reviewed=person) for e in w.edges))
                  for name, w in content.crosswalks.items()}  # fmt: skip
    html = page(view_of(replace(content, crosswalks=crosswalks)))
    assert "not independently reviewed" not in html
    assert "Pat Sato, CPA, 2026-11-24" in html


def test_a_review_of_earlier_words_counts_for_nothing() -> None:
    content = small_content()
    person = Review("Pat Sato", "CPA", "2026-11-24")
    crosswalks = {name: replace(w, edges=tuple(replace(e, stale_review=person) for e in w.edges))
                  for name, w in content.crosswalks.items()}  # fmt: skip
    html = page(view_of(replace(content, crosswalks=crosswalks)))
    assert "0 of 7 mappings have a reviewer" in html
    assert html.count("not reviewed since it changed (Pat Sato, 2026-11-24)") == 7


def test_a_fourth_framework_needs_no_code() -> None:
    html = page(view_of(small_content({"a_fourth": ("4.1",)})))
    assert html.count('data-framework="3"') == 1
    assert "0 of 4 controls serve SOC\xa02, PCI\xa0DSS, HIPAA and The\xa0a_fourth at once" in html


def test_content_without_any_mapping_still_makes_a_page() -> None:
    html = page(view_of(replace(small_content(), crosswalks={})))
    assert "0 of 7 requirements are mapped in full, 0 in part and 7 not at all" in html
    parsed(html)
