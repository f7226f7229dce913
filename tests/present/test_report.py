"""The PDF report: every number ties, every name is whole and harmless, equal input gives equal bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import pypdf
import pypdf.generic
import pytest

from present.sample import sample_view
from present.sample_facts import HOSTILE
from proveonce.model.assessment import Counts
from proveonce.model.finding import Finding, Status
from proveonce.present.report import tally, text, write_report
from proveonce.present.report.render import compose, stylesheet
from proveonce.present.view import FOOT, UNREVIEWED_BANNER, PackageView

ORDER = (Status.PASS, Status.FAIL, Status.UNDETERMINED, Status.NOT_APPLICABLE)
CREATED = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def squash(shown: str) -> str:
    """Text without white space and our invisible break points, as a reader of the PDF gets it."""
    return "".join(shown.replace("\u200b", "").split())


@dataclass(frozen=True)
class Rendered:
    view: PackageView
    count: int
    data: bytes
    again: bytes
    pages: tuple[str, ...]
    reader: pypdf.PdfReader

    @property
    def text(self) -> str:
        return "".join(self.pages)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    folder = tmp_path_factory.mktemp("report")
    view = sample_view("soc2")
    paths = (folder / "one.pdf", folder / "two.pdf")
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda path: write_report(view, path, created=CREATED), paths))
    reader = pypdf.PdfReader(paths[0])
    pages = tuple(squash(page.extract_text()) for page in reader.pages)
    return Rendered(view, counts[0], paths[0].read_bytes(), paths[1].read_bytes(), pages, reader)


class Dom(HTMLParser):
    """Element names, attributes and the text of a document."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.shown: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "style", "xlink:href")]

    def handle_data(self, data: str) -> None:
        self.shown.append(data)


# The rendered document ---------------------------------------------------------------------------


def test_two_renders_are_byte_identical(report: Rendered) -> None:
    assert report.data == report.again


def test_page_count_is_returned_and_printed(report: Rendered) -> None:
    assert report.count == len(report.reader.pages)
    assert all(f"Page{n}of{report.count}" in page for n, page in enumerate(report.pages, 1) if n > 1)


def test_every_page_but_the_cover_carries_root_and_foot(report: Rendered) -> None:
    digest = report.view.evidence_digest
    for page in report.pages[1:]:
        assert f"{digest[:8]}…{digest[-8:]}" in page
        assert squash(FOOT) in page
    assert digest in squash(report.pages[0])


def test_every_requirement_stands_in_the_matrix(report: Rendered) -> None:
    missing = [r.id for r in report.view.framework.requirements if squash(f"{r.id}{r.title}") not in report.text]
    assert missing == []


def test_arns_of_deviations_come_back_whole(report: Rendered) -> None:
    found = [finding for _, finding in report.view.deviations()]
    assert len(found) <= tally.LISTED
    missing = [f.resource for f in found if squash(text.printable(f.resource)) not in report.text]
    assert missing == []


def test_counts_of_each_control_tie_to_the_view(report: Rendered) -> None:
    for sheet in report.view.sheets:
        if sheet.tests:
            counts = [text.number(sheet.counts.of(status)) for status in ORDER]
            is_one = len(sheet.tests) == 1
            head = sheet.tests[0].check.title if is_one else f"Total, ties to P1 to P{len(sheet.tests)}"
            assert squash(f"{head}{''.join(counts)}={sheet.counts.total:,}") in report.text, sheet.reference
            results = [report.view.assessment.checks[test.check.id] for test in sheet.tests]
            rows, unread = sum(r.rows for r in results), sum(r.unread_listings for r in results)
            outside = sum(r.counts.total for r in results) - sheet.counts.total
            assert sheet.counts.total == rows + unread - outside
            read = f"{sheet.counts.total:,} = {text.count(rows, 'row')} + {text.count(unread, 'unread listing')}"
            assert squash(read) in report.text, sheet.reference


def test_totals_tie_between_glance_and_matrix(report: Rendered) -> None:
    total = sum((r.counts for r in report.view.requirements if r.in_scope), Counts())
    row = "".join(text.number(total.of(status)) for status in ORDER)
    assert f"Findings,allcategories{row}" in report.text
    automated = sum(r.automated for r in report.view.requirements)
    manual = sum(r.manual for r in report.view.requirements)
    assert f"61criteria,total{automated}+{manual}{row}" in report.text


def test_big_numbers_are_the_views_own(report: Rendered) -> None:
    counts = report.view.status_counts()
    words = {"Pass": Status.PASS, "Fail": Status.FAIL, "Undetermined": Status.UNDETERMINED}
    assert all(f"{counts[status]}{word}" in report.text for word, status in words.items())


def test_reads_tie_to_the_ledger(report: Rendered) -> None:
    coverage = report.view.assessment.coverage
    planned, read = sum(c.planned for c in coverage), sum(c.read for c in coverage)
    assert f"{read:,}of{planned:,}plannedreadsweredone" in report.text
    assert f"Totalnotread{planned - read:,}" in report.text


def test_header_names_first_and_last_control_once(report: Rendered) -> None:
    sheets = [sheet.reference for sheet in report.view.sheets if sheet.tests]
    assert any(f"{first}–{last}" in page for first, last in combinations(sheets, 2) for page in report.pages)
    assert not any(f"{reference}–{reference}" in page for page in report.pages for reference in sheets)


def test_unreviewed_crosswalk_and_custom_endpoint_are_said_on_the_cover(report: Rendered) -> None:
    assert squash(UNREVIEWED_BANNER) in report.pages[0]
    assert "customendpoint(http://127.0.0.1:5000):asimulatedaccount" in report.pages[0]
    assert "customendpoint(http://127.0.0.1:5000)" in report.pages[1]
    assert sum(squash(UNREVIEWED_BANNER) in page for page in report.pages) == 2


def test_nobody_signed_and_no_response_is_invented(report: Rendered) -> None:
    failed = sum(1 for sheet in report.view.sheets if sheet.status is Status.FAIL)
    assert report.text.count("Notsignedwhenissued") == 3
    assert report.text.count("Noresponserecorded.") == failed


def test_pdf_is_an_archive_file_with_our_fonts_only(report: Rendered) -> None:
    claim = stream(report.reader.root_object["/Metadata"])
    assert b'pdfaid:part="3"' in claim or b"<pdfaid:part>3" in claim
    names = {str(font["/BaseFont"]) for font in fonts(report.reader)}
    assert names
    assert all("Plex" in name for name in names)
    assert report.reader.metadata is not None
    assert report.reader.metadata.author == "Example Health Inc."


def stream(item: object) -> bytes:
    assert isinstance(item, pypdf.generic.StreamObject)
    return item.get_data()


def fonts(reader: pypdf.PdfReader) -> Iterator[Mapping[str, object]]:
    for page in reader.pages:
        for font in page["/Resources"].get_object()["/Font"].values():  # type: ignore[index]  # pypdf's own objects
            yield font.get_object()


def test_outline_leads_to_every_sheet_and_control(report: Rendered) -> None:
    titles = {str(entry["/Title"]) for entry in flat(report.reader.outline)}
    wanted = {f"{s.reference} {s.control.title}" for s in report.view.sheets if s.tests}
    assert wanted <= titles
    assert {"5 Requirement matrix", "10 Tick marks and glossary"} <= titles


def flat(outline: Sequence[object]) -> Iterator[Mapping[str, object]]:
    for entry in outline:
        if isinstance(entry, list):
            yield from flat(entry)
        else:
            yield entry  # type: ignore[misc] # a Destination is a mapping


def test_evidence_links_stay_relative(report: Rendered) -> None:
    targets = {
        str(annotation["/A"]["/URI"])
        for page in report.reader.pages
        for annotation in (a.get_object() for a in page.get("/Annots", []))
        if "/A" in annotation and "/URI" in annotation["/A"]
    }
    assert targets
    assert all(target.startswith("evidence/") for target in targets)


# Hostile text --------------------------------------------------------------------------------------


def hostile_view(payload: str) -> PackageView:
    """A view in which people's and resources' names are `payload`."""
    view = sample_view("soc2")
    run = replace(
        view.assessment.run,
        accounts={a: {**facts, "name": payload} for a, facts in view.assessment.run.accounts.items()},
        endpoint=payload,
    )
    source = view.assessment.findings

    def findings(*, check: str | None = None, status: Status | None = None) -> Iterator[Finding]:
        for finding in source(check=check, status=status):
            yield replace(finding, resource=payload, region=payload, observed={payload: payload})

    assessment = replace(view.assessment, run=run, notes=(payload,), findings=findings)
    return replace(view, workspace=replace(view.workspace, organisation=payload, system=payload), assessment=assessment)


PAYLOADS = (
    "</td></table><style>.fail{display:none}</style>",
    "<script>alert(1)</script><img src=file:///etc/passwd>",
    "url(http://evil.example/x) ;} @import 'http://evil.example/y';",
    '" onload="x" style="background:url(//evil.example)',
    "{{ view }} {% include 'x' %}",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_names_is_shown_as_text(payload: str) -> None:
    benign = Dom(compose(hostile_view("name"), CREATED))
    dom = Dom(compose(hostile_view(payload), CREATED))
    # Long names break into more spans; nothing else of the document may change.
    assert [t for t in dom.tags if t != "span"] == [t for t in benign.tags if t != "span"]
    assert dom.links == benign.links
    assert squash(payload) in squash("".join(dom.shown))


def test_unprintable_characters_are_spelt_out(report: Rendered) -> None:
    html = compose(hostile_view("fdp\u202egnp.exe \ud83d \U0001f4a9 \u200b"), CREATED)
    assert "[U+202E]" in html
    assert "[U+D83D]" in html
    assert "[U+1F4A9]" in html
    assert "[U+200B]" in html
    assert not any(c in html for c in "\u202e\ud83d\U0001f4a9")
    assert "\u202e" not in report.text


def test_hostile_names_of_the_sample_are_printed(report: Rendered) -> None:
    listed = [finding.resource for _, finding in report.view.deviations() if finding.resource in HOSTILE]
    assert listed
    assert all(squash(text.printable(name)) in report.text for name in listed)


REFUSED = """
<link rel="stylesheet" href="{base}/a.css"><link rel="attachment" href="{base}/secret">
<style>@import url("{base}/b.css"); body {{ background: url("{base}/c.png") }}
@font-face {{ font-family: X; src: url("{base}/d.woff2") }}</style>
<img src="{base}/e.png"><object data="{base}/f.svg"></object><embed src="{base}/g.svg">
<svg><image href="{base}/h.png"/><use href="{base}/i.svg#x"/></svg><a rel="attachment" href="{base}/j">x</a>
"""

WATCH = """
import json, sys
seen = []
def watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__",):
        seen.append(event)
    if event == "open" and "secret" in str(arguments[0]):
        seen.append(str(arguments[0]))
from proveonce.present.report import child
import weasyprint
sys.addaudithook(watch)
child.render(json.load(sys.stdin))
print(json.dumps(seen))
"""


def test_nothing_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("do not read")
    bases = ("http://127.0.0.1:9", "ftp://127.0.0.1:9", tmp_path.as_uri())
    task = {
        "html": "<p>x</p>" + "".join(REFUSED.format(base=base) for base in bases),
        "css": stylesheet("Letter"),
        "fonts": str(text.fonts_root()),
        "path": str(tmp_path / "out.pdf"),
    }
    done = subprocess.run(
        [sys.executable, "-c", WATCH], input=json.dumps(task), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
    page = pypdf.PdfReader(tmp_path / "out.pdf").pages[0]
    assert [round(float(side)) for side in page.mediabox[2:]] == [612, 792]
    assert b"do not read" not in (tmp_path / "out.pdf").read_bytes()
