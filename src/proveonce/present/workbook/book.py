"""The workbook under way: its sheets, formats, list of contents and print set-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from proveonce.kernel.instants import format_instant, parse_instant
from proveonce.model.assessment import Counts
from proveonce.model.finding import Finding
from proveonce.present.view import FOOT, UNREVIEWED_BANNER, PackageView
from proveonce.present.workbook import cells, facts
from proveonce.present.workbook.style import MONO, NAVY, RULE, SANS, THIN, Formats, Kind

_A4, _A3 = 9, 8
_MARGIN = 0.5
_HEADER_MARGIN = 0.28
_HEADER_TEXT = 40
"""Characters of a header's part; Excel takes 255 for all three parts with their codes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the Cover's list."""

    name: str
    reference: str
    holds: str
    rows: int


@dataclass(frozen=True, slots=True)
class Marking:
    """What every printed page of a workbook says of its origin; texts ready for a header."""

    head: str
    foot: str


def marking(names: tuple[str, str], package: str, root: str) -> Marking:
    """The two names above, the package and the ends of its root digest below."""
    return Marking("  ".join(filter(None, map(_safe, names))), f"{_safe(package)} · {root[:8]}…{root[-8:]}")


class SheetBook:
    """What the sheets of any workbook of ours share while they are written."""

    def __init__(self, workbook: Workbook, facts: str, printed: Marking) -> None:
        self._workbook = workbook
        self._marking = printed
        self.formats = Formats(workbook)
        self.facts = facts
        self.entries: list[Entry] = []
        self._references = 0

    def add_sheet(self, name: str) -> Worksheet:
        """A new sheet, without grid lines."""
        sheet = self._workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        return sheet

    def next_reference(self) -> str:
        """`W1`, `W2`: what the sheet is called in print."""
        self._references += 1
        return f"W{self._references}"

    def enter(self, name: str, reference: str, holds: str, rows: int) -> None:
        """Note a finished table for the Cover."""
        self.entries.append(Entry(name, reference, holds, rows))

    def link_style(self, kind: Kind) -> Format:
        """A link of ours inside a table."""
        font = MONO if kind is Kind.KEY else SANS
        return self.formats.plain(
            font_name=font, bold=kind is Kind.KEY, font_color=NAVY, underline=1, valign="top", text_wrap=True,
            bottom=THIN, bottom_color=RULE,
        )  # fmt: skip

    def set_up_print(self, sheet: Worksheet, reference: str, *, is_portrait: bool, is_large: bool = False) -> None:
        """One page wide on A4 (`is_large`: A3), margins half an inch, the PDF's header and footer."""
        sheet.set_paper(_A3 if is_large else _A4)
        if is_portrait:
            sheet.set_portrait()
        else:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=_MARGIN, right=_MARGIN, top=_MARGIN + 0.1, bottom=_MARGIN + 0.1)
        # A size code that runs into a digit is another size: a space ends it.
        font = f'&"{SANS},Regular"&7 '
        sheet.set_header(f"&L{font}{self._marking.head}&R{font}{reference}", {"margin": _HEADER_MARGIN})
        foot = f"&L{font}{self._marking.foot}&C{font}{FOOT}&R{font}Page &P of &N"
        sheet.set_footer(foot, {"margin": _HEADER_MARGIN})


class Book(SheetBook):
    """A package's workbook: what its sheets share while they are written."""

    def __init__(self, workbook: Workbook, view: PackageView, created: datetime) -> None:
        names = (view.workspace.organisation, view.package)
        super().__init__(workbook, facts.header_facts(view), marking(names, view.package, view.evidence_digest))
        self.view = view
        self.created = created

    @cached_property
    def banner(self) -> str:
        """The banner over everything that rests on this framework's crosswalk; empty once a person reviewed it."""
        return "" if self.view.crosswalk.is_reviewed else UNREVIEWED_BANNER

    @cached_property
    def findings(self) -> Counts:
        """Every finding in this framework's scope, each once however many controls its check supports."""
        return facts.total(test.counts for test in facts.own_tests(self.view))

    @cached_property
    def accounts(self) -> dict[str, str]:
        """Account id → name; accounts without a name are missing."""
        known = {account.id: account.name for account in self.view.workspace.accounts if account.name}
        read = self.view.assessment.run.accounts
        return known | {account: str(entry["name"]) for account, entry in read.items() if entry.get("name")}

    @cached_property
    def _files(self) -> dict[tuple[str, str, str], str]:
        return {(a.digest, a.account, a.region): path for path, a in self.view.artefacts}

    @cached_property
    def _files_by_digest(self) -> dict[str, str]:
        return {artefact.digest: path for path, artefact in reversed(self.view.artefacts)}

    def file_of(self, finding: Finding) -> str:
        """Package path of the artefact that holds the finding's row; empty where nothing was read."""
        # Equal data has an equal digest, so the digest alone may name another account's file.
        exact = self._files.get((finding.artefact, finding.account, finding.region))
        return exact or self._files_by_digest.get(finding.artefact, finding.artefact)

    def set_properties(self, title: str) -> None:
        """The file's own properties; the instant is the caller's, so that equal views give equal bytes."""
        created = parse_instant(format_instant(self.created)).replace(tzinfo=None)
        self._workbook.set_properties({
            "title": cells.clean(title)[:_HEADER_TEXT],
            "company": cells.clean(self.view.workspace.organisation)[:_HEADER_TEXT],
            "comments": FOOT,
            "author": self.view.tool,
            "created": created,
        })  # fmt: skip


def _safe(text: str) -> str:
    """`text` for a header, where `&` begins a code."""
    shown = cells.clean(" ".join(text.split()))
    cut = shown if len(shown) <= _HEADER_TEXT else f"{shown[:_HEADER_TEXT]}…"
    return cut.replace("&", "&&")
