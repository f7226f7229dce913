"""A request workbook that came back → records, row by row; what is refused is told with its words.

A row is recorded whole or not at all. Nothing is invented: no day, name or conclusion stands in for one that is
missing. A row that says what a record says already makes no second one, so that a workbook may be read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from proveonce.app import replying
from proveonce.app.manual_files import append, as_yaml, keep_attachment, writing
from proveonce.app.recording import Draft, attachment_path, entry_of, next_ids
from proveonce.app.replying import Refusal
from proveonce.content.manual import load_manual, read_record
from proveonce.content.replies import Replies, Reply, read_replies
from proveonce.kernel.errors import ProveonceError
from proveonce.kernel.files import file_digest
from proveonce.model.content import Content
from proveonce.model.manual import ManualRecord, RecordId
from proveonce.model.request import ANSWERED, ASKED

_Key = tuple[object, ...]
"""What makes two records one."""


class Outcome(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    RECEIVED = "already received"
    REFUSED = "refused"
    UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row."""

    row: int
    request: str
    outcome: Outcome
    record: str = ""
    """Its record: the new one, or the one that says the same already."""
    refusals: tuple[Refusal, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    """What a refused row says, whole."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a workbook."""

    file: str
    is_dry_run: bool
    results: tuple[Result, ...]
    written: str = ""
    """The file of the new records; empty where there is none."""

    @property
    def refused(self) -> tuple[Result, ...]:
        """The rows that were refused."""
        return tuple(result for result in self.results if result.outcome is Outcome.REFUSED)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows had each outcome."""
        found = Counter(result.outcome for result in self.results)
        return {str(outcome): found[outcome] for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class _Good:
    """A row that can be recorded."""

    reply: Reply
    draft: Draft
    digests: tuple[str, ...]


def receive(
    root: Path,
    content: Content,
    file: Path,
    *,
    now: datetime,
    attachments: Path | None = None,
    recorded_by: str = "",
    is_dry_run: bool = False,
) -> Received:
    """Takes in the rows of `file`. Raises: UsageError, InputError when the workbook or the workspace cannot be read."""
    replies = read_replies(file)
    if is_dry_run:
        return _take_in(root, content, file, replies, now, attachments, recorded_by, None)
    with writing(root) as folder:
        return _take_in(root, content, file, replies, now, attachments, recorded_by, folder)


def _take_in(
    root: Path, content: Content, file: Path, replies: Replies, now: datetime, attachments: Path | None,
    recorded_by: str, folder: Path | None,
) -> Received:  # fmt: skip
    """Judges every row, then writes what is new; a dry run has no `folder` and writes nothing."""
    records = load_manual(root, content)
    known = {key: record for record in records for key in _samenesses(record)}
    judged = list(_judge(root, content, replies, now, attachments, recorded_by.strip()))
    new: dict[_Key, _Good] = {}
    for row in judged:
        if isinstance(row, _Good) and (key := _likeness(row)) not in known:
            new.setdefault(key, row)
    identifiers = dict(zip(new, next_ids(records, now.year, len(new)), strict=True))
    written = ""
    if folder is not None and new:
        written = str(_write(root, content, folder, {identifiers[key]: good for key, good in new.items()}, now))
    results = tuple(_result(row, known, identifiers, new) for row in judged)
    return Received(str(file), folder is None, results, written)


def _result(
    row: Result | _Good, known: Mapping[_Key, ManualRecord], identifiers: Mapping[_Key, RecordId],
    new: Mapping[_Key, _Good],
) -> Result:  # fmt: skip
    if isinstance(row, Result):
        return row
    key, request = _likeness(row), _text(row.reply, ASKED[0])
    if key in known:
        unsaid = _unsaid_review(row, known[key])
        outcome = Outcome.REFUSED if unsaid else Outcome.RECEIVED
        words = _words(row.reply) if unsaid else {}
        return Result(row.reply.number, request, outcome, str(known[key].id), unsaid, words)
    outcome = Outcome.ACCEPTED if new[key] is row else Outcome.RECEIVED
    return Result(row.reply.number, request, outcome, identifiers[key])


def _unsaid_review(good: _Good, record: ManualRecord) -> tuple[Refusal, ...]:
    """That a row names a review which its record does not, so that it is not lost."""
    draft = good.draft
    if (draft.reviewed_by, draft.reviewed_on) in {("", ""), (record.reviewed_by, record.reviewed_on)}:
        return ()
    stands = f"reviewed by {record.reviewed_by} on {record.reviewed_on}" if record.reviewed_by else "without a review"
    fix = f"proveonce evidence review {record.id} --by NAME --on {draft.reviewed_on}"
    return (replying.refusal(good.reply, "reviewed_by", f"was received already as {record.id}, {stands}",
                             "keep the review on record" if record.reviewed_by else fix),)  # fmt: skip


def _words(reply: Reply) -> dict[str, str]:
    return {head: cell.text for head, cell in reply.cells.items()}


def _judge(
    root: Path, content: Content, replies: Replies, now: datetime, attachments: Path | None, recorded_by: str
) -> Iterator[Result | _Good]:
    rows = [reply for reply in replies.rows if reply.cells]
    twice = _contradicting(rows)
    for reply in rows:
        request = _text(reply, ASKED[0])
        if not any(head in reply.cells for head in ANSWERED):
            yield Result(reply.number, request, Outcome.UNTOUCHED)
            continue
        refusals = replying.why_not_asked(reply, replies.bound, content, twice.get(request, ()))
        draft, wrong = replying.draft_of(reply, content, now.date(), attachments)
        refusals += wrong
        if draft is not None and not refusals:
            draft = replace(draft, recorded_by=recorded_by)
            refusals += _problems(reply, draft, root, content, now)
        digests: tuple[str, ...] = ()
        if draft is not None and not refusals:
            try:
                digests = tuple(file_digest(source) for source in draft.attachments)
            except OSError as error:
                refusals.append(replying.refusal(reply, "attachments", f"a file cannot be read: {error.strerror}"))
        if draft is None or refusals:
            yield Result(reply.number, request, Outcome.REFUSED, refusals=tuple(refusals), words=_words(reply))
        else:
            yield _Good(reply, draft, digests)


def _text(reply: Reply, head: str) -> str:
    return reply.cells[head].text if head in reply.cells else ""


def _contradicting(rows: Sequence[Reply]) -> dict[str, tuple[int, ...]]:
    """Request → the rows that answer it, where there are several and they do not say the same."""
    found: dict[str, dict[int, tuple[str, ...]]] = {}
    for reply in rows:
        said = tuple(_text(reply, head) for head in ANSWERED)
        if any(said):
            found.setdefault(_text(reply, ASKED[0]), {})[reply.number] = said
    return {request: tuple(said) for request, said in found.items() if len(set(said.values())) > 1}


def _problems(reply: Reply, draft: Draft, root: Path, content: Content, now: datetime) -> list[Refusal]:
    """What the loader of records has against the row, each at the cell that it comes from."""
    entry = entry_of(draft, RecordId("received"), now, ["0" * 64] * len(draft.attachments))
    try:
        _, document = read_record(as_yaml([entry]), root, content)
    except ProveonceError as error:
        return [Refusal(f"row {reply.number}", error.what, error.fix)]
    fields = {place: str(path[1]) for path, place in sorted(document.places.items(), key=lambda item: len(item[0]))
              if len(path) > 1}  # fmt: skip
    return [
        replying.refusal(reply, fields.get((problem.line, problem.column), "facts"), problem.what, problem.fix)
        for problem in document.problems
    ]


def _samenesses(record: ManualRecord) -> Iterator[_Key]:
    """What makes a row of each control the same as the record: all that is said of the work, not of its review."""
    facts = tuple(sorted((name, str(value)) for name, value in record.facts.items()))
    files = tuple(sorted(attachment.sha256 for attachment in record.attachments))
    for control in record.controls:
        yield (str(control), str(record.kind), record.performed_on, record.performed_by, record.statement,
               str(record.conclusion), facts, files)  # fmt: skip


def _likeness(good: _Good) -> _Key:
    draft = good.draft
    facts = tuple(sorted((name, str(value)) for name, value in draft.facts.items()))
    return (draft.controls[0], draft.kind, draft.performed_on, draft.performed_by, draft.statement, draft.conclusion,
            facts, tuple(sorted(good.digests)))  # fmt: skip


def _write(root: Path, content: Content, folder: Path, new: Mapping[RecordId, _Good], now: datetime) -> Path:
    entries = []
    for identifier, good in new.items():
        sources = good.draft.attachments
        digests = [keep_attachment(folder, source, attachment_path(identifier, source.name)) for source in sources]
        entries.append(entry_of(good.draft, identifier, now, digests))
    return append(root, content, f"{now.year}.yaml", entries)
