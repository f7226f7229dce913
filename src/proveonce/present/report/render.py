"""From a view to HTML, and from HTML to PDF in a process of its own.

The child gets `SOURCE_DATE_EPOCH` before it imports WeasyPrint, so that font subsets carry no clock
and two renders give the same bytes; its memory (some 10 MB a page) is given back when it ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import proveonce
from proveonce.content.files import templates_root
from proveonce.kernel.errors import ProveonceError, UsageError
from proveonce.model.finding import Status
from proveonce.present.report import (
    back,
    charts,
    controls,
    front,
    glance,
    marks,
    matrix,
    recurring,
    registers,
    responsibility,
    scope,
    text,
)
from proveonce.present.report.facts import Facts
from proveonce.present.view import FOOT, UNREVIEWED_BANNER, PackageView

if TYPE_CHECKING:
    from jinja2 import Environment

PAPERS = {
    "A4": "@page { size: A4; margin: 27mm 18mm 19mm 22mm } @page cover { margin: 16mm 18mm 14mm 22mm }",
    "Letter": "@page { size: Letter; margin: 27mm 21.9mm 19mm 24mm } @page cover { margin: 16mm 21.9mm 14mm 24mm }",
}
"""The text block is 170 mm wide on both."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the contents."""

    number: str
    title: str
    anchor: str


def contents(facts: Facts) -> list[Entry]:
    """The sheets of this package, in order."""
    entries = [
        ("1", "Document control"),
        ("2", "How to read and verify"),
        ("3.1", "Results at a glance"),
        ("3.2", "Coverage"),
        ("4", "Scope and coverage"),
        ("5", "Requirement matrix"),
        ("6", "Tests of controls"),
        ("7", "Deviations"),
        ("8", "Procedural controls"),
        ("9", "Evidence index"),
        ("10", "Tick marks and glossary"),
    ]
    if facts.view.framework.id == "pci_dss":
        entries += [("P1", "PCI DSS summary by requirement"), ("P2", "Responsibility matrix")]
    elif facts.view.recurring:
        entries.append(("11", "Recurring work"))
    kept = facts.view.assessment.registers
    entries += [("R1", "Attestation register")] if kept.attestations else []
    entries += [("R2", "Vendors")] if kept.vendors else []
    return [Entry(number, title, text.anchor(number)) for number, title in entries]


def compose(view: PackageView, created: datetime) -> str:
    """The report as one HTML document without any reference to outside."""
    facts = Facts(view)
    page: dict[str, object] = {
        "facts": facts,
        "view": view,
        "contents": contents(facts),
        "sheet": {entry.number: entry for entry in contents(facts)},
        "cover": front.cover(facts, created),
        "control": front.control(facts, created),
        "reading": front.reading(facts),
        "glance": glance.glance(facts),
        "heat": glance.heat(facts),
        "scope": scope.scope(facts),
        "matrix": matrix.matrix(facts),
        "controls": controls.controls(facts),
        "deviations": back.deviations(facts),
        "procedural": back.procedural(facts),
        "index": back.index(facts),
        "pci": matrix.pci_summary(facts) if view.framework.id == "pci_dss" else None,
        "recurring": recurring.recurring(facts) if "11" in {entry.number for entry in contents(facts)} else None,
        "responsibility": responsibility.matrix(facts) if view.framework.id == "pci_dss" else None,
        "attestations": registers.attestations(facts),
        "vendors": registers.vendors(facts),
        "ticks": back.TICKS,
        "glossary": back.GLOSSARY,
        "foot": FOOT,
        "banner": "" if facts.is_reviewed else UNREVIEWED_BANNER,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Status": Status,
    }
    return _environment().get_template("report.html.j2").render(page)


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates_root() / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=text.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., object]] = {
        "identifier": text.identifier,
        "number": text.number,
        "plain": text.plain_number,
        "minute": text.minute,
        "day": text.day,
        "ends": text.ends_of_digest,
        "digest": text.digest_blocks,
        "status": marks.labelled,
        "narrow": marks.narrow,
        "mark": marks.mark,
        "flag": marks.flag,
        "anchor": text.anchor,
        "words": text.words,
        "cut": text.cut,
        "sentence": text.sentence,
        "key": charts.key_cell,
        "word": marks.WORDS.__getitem__,
    }
    environment.filters.update(filters)
    return environment


def stylesheet(paper: str) -> str:
    """The CSS for `paper`, nothing of which comes from data."""
    if paper not in PAPERS:
        raise UsageError(f"there is no paper {paper!r}", fix=f"use one of {', '.join(PAPERS)}")
    return (templates_root() / "report" / "report.css").read_text("utf-8") + PAPERS[paper]


def to_pdf(html: str, css: str, path: Path, *, created: datetime) -> int:
    """Write `html` as PDF/A-3u to `path` and return its page count.

    Raises: ProveonceError when the child process fails, with what it said.
    """
    partial = path.with_name(path.name + ".part")
    task = {"html": html, "css": css, "fonts": str(text.fonts_root()), "path": str(partial)}
    source = str(Path(proveonce.__file__).parents[1])
    environment = {
        **os.environ,
        "SOURCE_DATE_EPOCH": str(int(created.timestamp())),
        "PYTHONPATH": os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")])),
        "PYTHONHASHSEED": "0",
    }
    child = subprocess.run(
        [sys.executable, "-P", "-m", "proveonce.present.report.child"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    if child.returncode:
        partial.unlink(missing_ok=True)
        raise ProveonceError(
            "the report could not be rendered",
            where=str(path),
            fix=f"see what the renderer said:\n{child.stderr.strip()[-2000:]}",
        )
    partial.replace(path)
    return int(child.stdout)
