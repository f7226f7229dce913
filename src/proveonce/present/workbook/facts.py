"""Words and numbers of a view that several sheets print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from proveonce.kernel.instants import format_instant
from proveonce.model.assessment import Counts
from proveonce.model.workspace import Person
from proveonce.present.view import PackageView, Test
from proveonce.present.workbook.style import LOOKS, NO_OCCURRENCE, Look

_SHORT = {"soc2": "SOC 2", "pci_dss": "PCI DSS", "hipaa": "HIPAA"}
_PLURALS = {"criterion": "criteria", "standard or specification": "standards and specifications"}
_DURATION = re.compile(r"P(?P<day>\d+)([YMWD])\Z|PT(?P<hour>\d+)([HM])\Z")
_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_TIME_UNITS = {"H": "hour", "M": "minute"}
_WORDS = {"P1D": "daily", "P7D": "weekly", "P1W": "weekly", "P1M": "monthly", "P3M": "quarterly",
          "P6M": "half-yearly", "P12M": "yearly", "P1Y": "yearly", "PT1H": "hourly"}  # fmt: skip


def short_title(framework: str, title: str = "") -> str:
    """What people call the framework."""
    return _SHORT.get(framework, title or framework)


def plural_of(view: PackageView) -> str:
    """The framework's word for its requirements."""
    word = view.framework.requirement_word
    return _PLURALS.get(word, f"{word}s")


def cadence(duration: str) -> str:
    """An ISO 8601 duration in words: `quarterly`, `every 45 days`; itself where it has several parts."""
    if duration in _WORDS:
        return _WORDS[duration]
    match = _DURATION.match(duration)
    if match is None:
        return duration
    number, unit = (match[1], _UNITS[match[2]]) if match["day"] else (match[3], _TIME_UNITS[match[4]])
    return f"every {unit}" if number == "1" else f"every {number} {unit}s"


def minute(instant: str) -> str:
    """`2026-11-24 03:20`, of a stored instant."""
    return instant[:16].replace("T", " ")


def second(instant: str) -> str:
    """`2026-11-24 03:20:05`, of a stored instant."""
    return instant[:19].replace("T", " ")


def count(value: int, singular: str, plural: str = "") -> str:
    """`3 rows`, `1 row`, `no rows`."""
    shown = f"{value:,}" if value else "no"
    return f"{shown} {singular if value == 1 else plural or singular + 's'}"


def sentence(text: str) -> str:
    """`text` with a capital first letter."""
    return text[:1].upper() + text[1:]


def person(who: Person | None, missing: str) -> str:
    """`Pat Sato, compliance manager, 2026-11-24`."""
    return ", ".join(filter(None, (who.name, who.role, who.date))) if who else missing


def header_facts(view: PackageView) -> str:
    """Row 2 of every sheet: the facts of the PDF's header."""
    workspace, framework = view.workspace, view.framework
    prepared, reviewed = workspace.prepared_by, workspace.reviewed_by
    parts = (
        workspace.organisation,
        workspace.system,
        f"{short_title(framework.id, framework.title)}, {framework.edition}",
        f"as of {minute(view.assessment.as_of)} UTC",
        f"Prepared {prepared.name} {prepared.date}".rstrip() if prepared else "Preparer not named",
        f"Reviewed {reviewed.name} {reviewed.date}".rstrip() if reviewed else "Not reviewed",
        "PBC",
    )
    return " · ".join(part for part in parts if part)


def observed(facts: Mapping[str, Any]) -> str:
    """`Engine = postgres, StorageEncrypted = false`, in the words of the evidence."""
    return ", ".join(f"{name} = {value_text(value)}" for name, value in facts.items())


def value_text(value: Any) -> str:
    """A value as evidence writes it: texts bare unless they would read as another type, all else as JSON."""
    if isinstance(value, str) and value and value not in ("true", "false", "null") and not value[0].isdigit():
        return value
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    # A FindingSource reads from DuckDB, which knows more types than JSON.
    if isinstance(value, datetime):
        return format_instant(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def shortened(text: str, limit: int, where: str) -> str:
    """`text`, beyond `limit` cut with how much is missing and where the whole stands: print has no room for more."""
    return text if len(text) <= limit else f"{text[:limit]} [{len(text) - limit:,} more characters in {where}]"


def some_of(items: Sequence[str], limit: int) -> str:
    """`a, b, c`, beyond `limit` `a, b and 7 more`."""
    rest = len(items) - limit
    return ", ".join(items) if rest <= 0 else f"{', '.join(items[:limit])} and {rest:,} more"


def test_look(test: Test) -> Look:
    """A test's result; an empty population is no pass."""
    status = test.counts.status
    return LOOKS[status] if status else NO_OCCURRENCE


def total(counts: Iterable[Counts]) -> Counts:
    """Their sum."""
    return sum(counts, Counts())


def own_tests(view: PackageView) -> list[Test]:
    """The tests of the package, each once: where a check supports several controls, its first appearance."""
    return [test for sheet in view.sheets for test in sheet.tests if view.references[test.check.id] == test.reference]


def in_words(counts: Counts) -> str:
    """`2 fail, 5 undetermined, 30 pass, 1 not applicable`; what is none is left out."""
    parts = (
        (counts.failed, "fail" if counts.failed != 1 else "fails"),
        (counts.undetermined, "undetermined"),
        (counts.passed, "pass" if counts.passed != 1 else "passes"),
        (counts.not_applicable, "not applicable"),
    )
    return ", ".join(f"{number:,} {word}" for number, word in parts if number) or "none"
