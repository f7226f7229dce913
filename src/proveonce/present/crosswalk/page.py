"""The crosswalk as one HTML file: opens from disk, asks for nothing, works without JavaScript.

The only script is ours and allowed by its digest, so no text of a catalog can run; the fonts are in
the file. Equal views give equal bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from proveonce.content.files import templates_root
from proveonce.model.catalog import Framework
from proveonce.model.control import Domain
from proveonce.present.crosswalk import charts, words
from proveonce.present.crosswalk.view import ControlRow, Coverage, CrosswalkView, MappedEdge, Strength
from proveonce.present.report import text
from proveonce.present.view import FOOT
from proveonce.present.workbook.facts import cadence, count

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_ALONE = 12
"""Rows of the table of controls on which most rests; the others fold."""
_FONTS = (
    ("Plex", 400, "IBMPlexSans-Regular"),
    ("Plex", 600, "IBMPlexSans-SemiBold"),
    ("Plex Condensed", 400, "IBMPlexSansCondensed-Regular"),
    ("Plex Condensed", 600, "IBMPlexSansCondensed-SemiBold"),
    ("Plex Mono", 400, "IBMPlexMono-Regular"),
)
_CLASSES = {Strength.FULL: "full", Strength.JOINT: "joint", Strength.PARTIAL: "partial"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One big number."""

    value: str
    what: str
    of: str


def page(view: CrosswalkView) -> str:
    """The page of `view`, whole."""
    folder = templates_root() / "crosswalk"
    script = (folder / "page.js").read_text("utf-8")
    context: dict[str, object] = {
        "view": view,
        "words": words,
        "title": headline(view),
        "figures": tuple(figures(view)),
        "coverages": tuple(coverage_rows(view)),
        "total": coverage_counts(view, view.frameworks),
        "alone": tuple(most_alone(view)),
        "most": MOST_ALONE,
        "unmapped": [row for row in view.requirements if row.coverage is Coverage.UNMAPPED],
        "alone_count": sum(1 for row in view.requirements if row.is_alone),
        "domains": [(domain, _controls_of(view, domain)) for domain in view.domains],
        "strengths": [(name, words.STRENGTHS[strength], _rows_with(view, strength))
                      for strength, name in _CLASSES.items()],
        "pictures": [charts.overlap_chart(view, charts.WIDE, "wide"),
                     charts.overlap_chart(view, charts.NARROW, "small"),
                     charts.depth_chart(view, charts.WIDE, "wide"),
                     charts.depth_chart(view, charts.NARROW, "small")],
        "shares": column_shares(view),
        "Coverage": Coverage,
        "foot": FOOT,
        # Our own files; nothing in them comes from data.
        "css": Markup(font_faces() + (folder / "page.css").read_text("utf-8")),  # noqa: S704 - ours
        "script": Markup(script),  # noqa: S704 - ours
        "script_digest": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii"),
    }  # fmt: skip
    return _environment().get_template("page.html.j2").render(context)


def headline(view: CrosswalkView) -> str:
    """The result in a sentence with its numbers."""
    names = text.listed([words.short(framework).replace(" ", "\u00a0") for framework in view.frameworks])
    serving = view.serving(len(view.frameworks))
    verb = "serves" if serving == 1 else "serve"
    together = " at once" if len(view.frameworks) > 1 else ""
    return f"{serving:,} of {count(len(view.controls), 'control')} {verb} {names}{together}"


def figures(view: CrosswalkView) -> Iterator[Figure]:
    """The big numbers, each saying what it is a part of."""
    for number in range(len(view.frameworks), -1, -1):
        serving = view.serving(number)
        if number or serving:
            yield Figure(f"{serving:,}", f"serve {count(number, 'framework')}", f"of {len(view.controls):,} controls")
    whole = f"of {count(len(view.requirements), 'requirement')}"
    covered = sum(1 for row in view.requirements if row.coverage in (Coverage.ONE, Coverage.JOINT))
    yield Figure(f"{covered:,}", "mapped in full", whole)
    yield Figure(f"{sum(1 for row in view.requirements if row.is_alone):,}", "rest on one control", whole)
    yield Figure(f"{view.reviewed:,}", "reviewed by a person", f"of {count(len(view.edges), 'mapping')}")


def coverage_counts(view: CrosswalkView, frameworks: tuple[Framework, ...]) -> dict[str, int]:
    """Column → how many requirements, over these frameworks; the four coverages add up to `all`."""
    rows = [row for framework in frameworks for row in view.of(framework)]
    return {
        **{coverage.name: sum(1 for row in rows if row.coverage is coverage) for coverage in Coverage},
        "all": len(rows),
        "people": sum(1 for row in rows if row.is_by_people),
        "alone": sum(1 for row in rows if row.is_alone),
        "mappings": sum(len(row.edges) for row in rows),
        "controls": len({edge.control.id for row in rows for edge in row.edges}),
    }


def coverage_rows(view: CrosswalkView) -> Iterator[tuple[Framework, dict[str, int]]]:
    """Each framework with its counts."""
    for framework in view.frameworks:
        yield framework, coverage_counts(view, (framework,))


def most_alone(view: CrosswalkView) -> list[ControlRow]:
    """The controls on which requirements rest alone, most first."""
    return sorted((row for row in view.controls if row.alone), key=lambda row: (-len(row.alone), row.control.id))


def _controls_of(view: CrosswalkView, domain: Domain) -> list[ControlRow]:
    return [row for row in view.controls if row.control.domain == domain.id]


def _rows_with(view: CrosswalkView, strength: Strength) -> int:
    return sum(1 for row in view.controls if any(edge.strength is strength for edge in row.edges))


def _keys(view: CrosswalkView, row: ControlRow) -> str:
    """`0:full 1:partial`: what the filter of the page looks for."""
    places = {framework.id: place for place, framework in enumerate(view.frameworks)}
    found = {(places[edge.framework.id], _CLASSES[edge.strength]) for edge in row.edges}
    return " ".join(f"{place}:{name}" for place, name in sorted(found))


def column_shares(view: CrosswalkView) -> list[float]:
    """Per cent of the matrix's width for each framework: the longer its ids, the more."""
    longest = [max((len(r.id) for r in framework.requirements), default=1) for framework in view.frameworks]
    return [round(67 * (0.5 / len(longest) + 0.5 * length / sum(longest)), 1) for length in longest]


def _chip(mapped: MappedEdge, label: str, target: str) -> Markup:
    title = (
        f"{words.short(mapped.framework)} {mapped.requirement.id} {mapped.requirement.title}: {mapped.edge.relation}"
    )
    if mapped.edge.residual:
        title += f". Stays open: {text.cut(text.prose(mapped.edge.residual), 240)}"
    return Markup('<a class="chip {}" href="#{}" title="{}">{}</a>').format(
        _CLASSES[mapped.strength], text.anchor(target), text.printable(title), text.printable(label)
    )


def _bare_chip(mapped: MappedEdge) -> Markup:
    """For places where title and residual stand beside it."""
    return Markup('<a class="chip {}" href="#{}">{}</a>').format(
        _CLASSES[mapped.strength],
        text.anchor(f"{mapped.framework.id}-{mapped.requirement.id}"),
        text.printable(words.requirement_label(mapped)),
    )


def _requirement_chip(mapped: MappedEdge) -> Markup:
    return _chip(mapped, words.requirement_label(mapped), f"{mapped.framework.id}-{mapped.requirement.id}")


def _control_chip(mapped: MappedEdge) -> Markup:
    return _chip(mapped, words.control_label(mapped), mapped.control.id)


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates_root() / "crosswalk"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=text.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., object]] = {
        "anchor": text.anchor,
        "bare_chip": _bare_chip,
        "cadence": cadence,
        "control_chip": _control_chip,
        "count": count,
        "ends": text.ends_of_digest,
        "key": charts.key,
        "keys": _keys,
        "listed": text.listed,
        "number": text.number,
        "plain": text.plain_number,
        "requirement_chip": _requirement_chip,
        "sentence": text.sentence,
        "short": words.short,
        "strength": lambda mapped: _CLASSES[mapped.strength],
    }
    environment.filters.update(filters)
    return environment


def font_faces() -> str:
    """The bundled fonts as rules of a stylesheet, their bytes inside."""
    faces = []
    for family, weight, name in _FONTS:
        data = base64.b64encode((text.fonts_root() / f"{name}.woff2").read_bytes()).decode("ascii")
        source = f'url("data:font/woff2;base64,{data}") format("woff2")'
        faces.append(f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: {source} }}\n')
    return "".join(faces)
