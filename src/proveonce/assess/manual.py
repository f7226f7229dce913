"""Evidence by people: what is on record for each control at an as-of, and the checks that judge it.

What is recorded after the as-of does not exist yet. Of a control the latest record is in force, whatever its kind: one
fresh record suffices. A record that concluded that the control is not effective stays in force until a later one of
its own kind takes its place, so no statement covers up a failed test. What was performed after the as-of takes no
record's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from proveonce.kernel.calendar import shift
from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.instants import format_instant, parse_instant
from proveonce.kernel.naming import is_same_person
from proveonce.model.check import Check, CheckId, Severity
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, Nature, recorded_every
from proveonce.model.evidence import ReadState
from proveonce.model.manual import AttachmentState, Conclusion, ManualEvidence, ManualRecord, OnRecord, check_of
from proveonce.model.manual_fields import FIELDS
from proveonce.tables import manual
from proveonce.tables.spec import ITEM

_AS_OF = "cast($as_of as timestamp)"
_WORDS = {name: f"cast({name} as varchar)" for name in ("performed_on", "reviewed_on", "valid_until")}

_CONDITIONS: tuple[tuple[str, str], ...] = (
    ("id is not null", "'no record of evidence by people'"),
    (
        f"cast(performed_on as timestamp) <= {_AS_OF}",
        f"'performed on ' || {_WORDS['performed_on']} || ', which lies ahead'",
    ),
    (
        f"{_AS_OF} < cast(valid_until as timestamp) + to_days(1)",
        f"'last performed ' || {_WORDS['performed_on']} || ', valid until ' || {_WORDS['valid_until']}",
    ),
    ("attachments > 0 or kind in ('statement', 'addressable_decision')", "'nothing is attached that shows it'"),
    ("len(attachments_missing) = 0", "'an attachment is missing: ' || attachments_missing[1]"),
    ("len(attachments_altered) = 0", "'an attachment is not the file recorded: ' || attachments_altered[1]"),
    ("reviewed_by is not null", "'not reviewed'"),
    ("is_reviewed_by_another", "'reviewed by who performed it'"),
    ("reviewed_on is not null", "'reviewed on no stated day'"),
    (
        f"reviewed_on >= performed_on and cast(reviewed_on as timestamp) <= {_AS_OF}",
        f"'not reviewed by then: reviewed on ' || {_WORDS['reviewed_on']}",
    ),
)  # fmt: skip
"""What has to hold of a record in force that concluded effective, and what is said where it does not, in this order."""

_SHOWS = (
    "id", "kind", "title", "conclusion", "performed_on", "performed_by", "reviewed_by", "reviewed_on", "valid_until",
    "attachments", "superseded_by",
)  # fmt: skip


def has_peoples_part(control: CommonControl) -> bool:
    """Whether a part of it can only be shown by people."""
    return control.nature is not Nature.AUTOMATED


def manual_checks(content: Content) -> dict[CheckId, Check]:
    """A check for each control with a part done by people, by id."""
    found = (_check(control) for control in content.controls.values() if has_peoples_part(control))
    return {check.id: check for check in found}


def _check(control: CommonControl) -> Check:
    holds = " and ".join(f"({condition})" for condition, _ in _CONDITIONS)
    says = " ".join(f"when not coalesce({condition}, false) then {words}" for condition, words in _CONDITIONS)
    return Check(
        id=check_of(control.id),
        title=f"Evidence by people for {control.id} is on record, fresh and reviewed",
        supports=(control.id,),
        population=manual.view_of(control.id),
        applies_when="superseded_by is null",
        passes_when=f"case when conclusion = '{Conclusion.NOT_EFFECTIVE}' then false when {holds} then true end",
        says="case when superseded_by is not null then 'a later record takes its place: ' || superseded_by "
        f"when conclusion = '{Conclusion.NOT_EFFECTIVE}' then 'concluded not effective on ' || "
        f"{_WORDS['performed_on']} {says} end",
        severity=Severity.MEDIUM,
        remediation="Do what the control says, record who did it, when and what shows it, and have another review it: "
        "proveonce evidence add.",
        shows=_SHOWS,
        rationale="A record counts until its own end or the control's cadence is over, whichever is sooner, from the "
        "day it was performed, a month for work done more often; a conclusion that the control is not effective "
        "counts until a later record of its kind.",
    )


def on_record(records: Iterable[ManualRecord], content: Content, as_of: str) -> ManualEvidence:
    """What of `records` exists at an instant, and how each stands for its controls."""
    instant = parse_instant(as_of)
    known = sorted((r for r in records if parse_instant(r.recorded_at) <= instant), key=lambda r: r.id)
    by_control = {
        control.id: _standing(control, [r for r in known if control.id in r.controls], instant.date())
        for control in content.controls.values()
        if any(control.id in r.controls for r in known)
    }
    digests = sorted(digest(record.data()) for record in known)
    return ManualEvidence(tuple(known), by_control, digest(canonical(digests)) if digests else "")


def _standing(control: CommonControl, records: Sequence[ManualRecord], day: date) -> tuple[OnRecord, ...]:
    latest = sorted(records, key=_when, reverse=True)
    return tuple(
        OnRecord(record, control.id, digest(record.data()), _valid_until(record, control).isoformat(),
                 next((later.id for later in latest[:place] if _takes_place(later, record, day)), None))
        for place, record in enumerate(latest)
    )  # fmt: skip


def _when(record: ManualRecord) -> tuple[str, str, str]:
    return record.performed_on, format_instant(parse_instant(record.recorded_at)), record.id


def _takes_place(later: ManualRecord, earlier: ManualRecord, day: date) -> bool:
    if date.fromisoformat(later.performed_on) > day:
        return False
    return earlier.conclusion is Conclusion.EFFECTIVE or later.kind is earlier.kind


def _valid_until(record: ManualRecord, control: CommonControl) -> date:
    """The last day on which the record counts for the control."""
    performed = date.fromisoformat(record.performed_on)
    return min(shift(performed, span) for span in (record.valid_for, recorded_every(control.cadence)) if span)


def rows(evidence: ManualEvidence, content: Content) -> Iterator[tuple[str, dict[str, Any]]]:
    """(table, row) of every table that records fill; each control with people's part has at least one row."""
    for control in content.controls.values():
        held = evidence.by_control.get(control.id, ())
        if has_peoples_part(control):
            for entry in held:
                yield manual.ON_RECORD, _row(entry.record, entry) | {manual.CONTROL: control.id}
            if not held:
                yield manual.ON_RECORD, _identity(control.id, "", {}) | {manual.CONTROL: control.id}
    for record in evidence.records:
        strictest = _strictest(record, evidence)
        if strictest is not None:
            yield manual.kind_table(record.kind), _row(record, strictest) | _facts(record)


def _strictest(record: ManualRecord, evidence: ManualEvidence) -> OnRecord | None:
    """How the record stands for the control for which it ends first, of those for which it is in force if for any."""
    standing = [e for c in record.controls for e in evidence.by_control.get(c, ()) if e.record is record]
    return min(standing, key=lambda e: (e.superseded_by is not None, e.valid_until, e.control), default=None)


def _identity(resource: str, artefact: str, read: Mapping[str, str]) -> dict[str, Any]:
    return {
        "account_id": manual.NOBODY, "region": manual.PEOPLE, "resource": resource, "_tags": {}, "out_of_scope": [],
        "_read": {ITEM: str(ReadState.READ), **read}, "_artefact": artefact, "_line": 0,
    }  # fmt: skip


def _row(record: ManualRecord, entry: OnRecord) -> dict[str, Any]:
    states: dict[AttachmentState, list[str]] = {state: [] for state in AttachmentState}
    for attachment in record.attachments:
        states[attachment.state].append(attachment.file)
    has_reviewer = bool(record.reviewed_by.strip())
    read = {name: str(ReadState.READ) for name, value in record.facts.items() if value is not None}
    read |= {name: str(ReadState.ABSENT) for name, value in record.facts.items() if value is None}
    return _identity(record.id, entry.digest, read) | {
        "id": record.id, "kind": record.kind, "title": record.title, "statement": record.statement,
        "conclusion": record.conclusion, "performed_on": record.performed_on,
        "recorded_at": format_instant(parse_instant(record.recorded_at)), "performed_by": record.performed_by,
        "reviewed_by": record.reviewed_by if has_reviewer else None, "reviewed_on": record.reviewed_on or None,
        "is_reviewed_by_another": has_reviewer and not is_same_person(record.reviewed_by, record.performed_by),
        "valid_until": entry.valid_until, "attachments": len(record.attachments),
        "attachments_missing": states[AttachmentState.MISSING], "attachments_altered": states[AttachmentState.ALTERED],
        "superseded_by": entry.superseded_by,
    }  # fmt: skip


def _facts(record: ManualRecord) -> dict[str, Any]:
    return {name: record.facts.get(name) for name in FIELDS[record.kind]}
