"""Words that table, events, workbook and page share."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

from proveonce.model.calendar import Calendar
from proveonce.model.duty import Duty, DutyKind, DutyState
from proveonce.present.workbook.facts import short_title, some_of

_SERVED = 2
"""Requirements of a framework that a printed cell names."""
_DURATION = re.compile(r"\bP\d+[YMWD]\b")
_FRAMEWORK = re.compile(r"\b(soc2|pci_dss|hipaa)\b")

STATES = {
    DutyState.OVERDUE: "Overdue",
    DutyState.NEVER: "Never done",
    DutyState.DUE: "Due",
    DutyState.UPCOMING: "Upcoming",
    DutyState.DONE: "Done, next not near",
}
"""Most urgent first."""
KINDS = {
    DutyKind.CONTROL: "control",
    DutyKind.ATTESTATION: "attestation",
    DutyKind.VENDOR: "vendor",
    DutyKind.RISK_ACCEPTANCE: "risk acceptance",
    DutyKind.LIBRARY: "approved answer",
}


def plain(text: str) -> str:
    """`text` on one line, without characters that are not seen."""
    spaced = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join(spaced.split())


def served_short(duty: Duty) -> str:
    """`SOC 2 CC6.1, CC6.2 and 4 more; HIPAA 164.312(d)`: what a printed cell holds."""
    parts = []
    for framework, names in groupby(duty.requirements, key=lambda name: name.partition(" ")[0]):
        ids = [name.partition(" ")[2] for name in names]
        parts.append(f"{short_title(framework)} {some_of(list(filter(None, ids)), _SERVED)}".rstrip())
    return "; ".join(parts)


def cut(text: str, longest: int) -> str:
    """`text` on one line of at most so many characters."""
    line = plain(text)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def role(owner: str) -> str:
    """An owner role for people: `it operations`."""
    return plain(owner.replace("_", " "))


def who(duty: Duty) -> str:
    """`Ada Byron (security)`, or the role alone, with that nobody is named."""
    return f"{plain(duty.person)} ({role(duty.owner)})" if duty.person else f"{role(duty.owner)}, nobody named"


def served(duty: Duty, comma: str, semicolon: str) -> str:
    """`SOC 2 CC6.3; PCI DSS 7.2.4, 8.3.9`: by framework."""
    parts = []
    for framework, names in groupby(duty.requirements, key=lambda name: name.partition(" ")[0]):
        ids = [name.partition(" ")[2] for name in names]
        parts.append(f"{short_title(framework)} {comma.join(filter(None, ids))}".rstrip())
    return semicolon.join(parts)


def span(duration: str) -> str:
    """`6 months`, `1 day`: a duration of one part as a length of time."""
    number, unit = int(duration[1:-1]), {"Y": "year", "M": "month", "W": "week", "D": "day"}[duration[-1]]
    return f"{number} {unit}{'' if number == 1 else 's'}"


def why(duty: Duty) -> str:
    """The reason of a duty with frameworks and durations in words."""
    spelt = _DURATION.sub(lambda found: span(found[0]), plain(duty.reason))
    return _FRAMEWORK.sub(lambda found: short_title(found[0]), spelt)


def headline(calendar: Calendar) -> str:
    """The finding in a sentence with its numbers."""
    states = ((DutyState.OVERDUE, "overdue"), (DutyState.NEVER, "never done"), (DutyState.DUE, "due"))
    parts = [f"{number:,} {word}" for state, word in states if (number := calendar.count(state))]
    return ", ".join(parts) or "Nothing is due"


TABLE_HEAD = ("due", "state", "what", "owner", "last done", "serves")


def table_row(duty: Duty, longest: int) -> tuple[str, ...]:
    """A duty as a row under `TABLE_HEAD`; titles beyond `longest` are cut."""
    name = f"{' '.join(duty.controls)} {plain(duty.title)}" if duty.kind is DutyKind.CONTROL else plain(duty.title)
    title = cut(name, longest)
    serves = ", ".join(short_title(framework) for framework in duty.frameworks)
    state = "done" if duty.state is DutyState.DONE else STATES[duty.state].lower()
    return (duty.due_on, state, title, plain(duty.person or role(duty.owner)), duty.last_done_on or "never", serves)
