"""The calendar as one HTML file: opens from disk, asks for nothing, runs nothing, prints on A4 landscape."""

from __future__ import annotations

from itertools import groupby

from markupsafe import Markup

from proveonce.content.files import templates_root
from proveonce.model.calendar import Calendar
from proveonce.model.duty import DutyState
from proveonce.present.calendar import chart, words
from proveonce.present.crosswalk.page import font_faces
from proveonce.present.report import text
from proveonce.present.view import FOOT
from proveonce.present.workbook.facts import count


def page(calendar: Calendar) -> str:
    """The page; equal calendars give equal bytes."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates_root() / "calendar"), autoescape=True, undefined=StrictUndefined,
        finalize=text.finalize, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(anchor=text.anchor, count=count, plain=text.plain_number, sentence=text.sentence)
    never = [duty for duty in calendar.duties if duty.state is DutyState.NEVER]
    dated = [duty for duty in calendar.duties if duty.state is not DutyState.NEVER]
    sheets = [(templates_root() / name / "page.css").read_text("utf-8") for name in ("crosswalk", "calendar")]
    return environment.get_template("page.html.j2").render(
        calendar=calendar,
        words=words,
        title=words.headline(calendar),
        year=chart.year_view(calendar),
        never=never,
        by_month=[(month, list(found)) for month, found in groupby(dated, key=lambda duty: duty.due_on[:7])],
        shared=sum(len(duty.frameworks) > 1 for duty in calendar.duties),
        foot=FOOT,
        # Our own files; nothing in them comes from data.
        css=Markup(font_faces() + "".join(sheets)),  # noqa: S704 - ours
    )
