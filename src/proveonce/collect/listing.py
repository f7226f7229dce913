"""One planned listing: followed to its end, each item's details asked, each row written with how it was read.

A listing that breaks keeps the rows it has and is not read; a detail that fails marks its fact on
its row; an item that does not fit AWS's model is quarantined in its raw form. Nothing is dropped.
A listing asked once for each row of another goes on with the next question when one breaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

from proveonce.collect.calls import Caller, CallFailed, Target
from proveonce.collect.classify import Failure
from proveonce.collect.details import Details
from proveonce.collect.paging import Answer, pages
from proveonce.collect.questions import Lost, Question, questions
from proveonce.collect.rows import Asked, RowBuilder, dig, filled
from proveonce.collect.session import Clients
from proveonce.kernel.canonical import decode
from proveonce.model.evidence import Artefact, Coverage, ReadState
from proveonce.store import Store
from proveonce.store.journal import Done, Place
from proveonce.tables.fit import Fitter
from proveonce.tables.spec import ITEM, Call, Scope, Table

_PREPARE_ATTEMPTS = 20
_PREPARE_SECONDS = 3.0
_WINDOW = 32
"""Questions of an `each` listing whose answers may wait to be written."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One planned listing of one account and region."""

    account: str
    region: str
    """`global` for a global listing, `organization` for one of the organisation."""
    call: Call
    per_second: float


class Listing:
    """Reads one planned listing; may be asked a second time for what was throttled out."""

    def __init__(
        self, plan: Plan, caller: Caller, store: Store, fitter: Fitter, pool: Executor, *, partition: str,
        home_region: str, parent: Listing | None = None,
    ) -> None:  # fmt: skip
        self.plan = plan
        self.parent = parent
        """For an `each` listing, the one whose rows it asks for."""
        self._caller = caller
        self._store = store
        self._pool = pool
        region = plan.region if plan.call.scope is Scope.REGIONAL else plan.call.endpoint_region or home_region
        self._target = Target(plan.account, plan.region, region, plan.call.service, plan.per_second)
        self._builders = {
            table.name: RowBuilder(plan.call, table, fitter, account=plan.account, region=plan.region,
                                   partition=partition)
            for table in plan.call.tables
        }  # fmt: skip
        self._details = self._fresh_details()
        self._failure: Failure | None = None
        self._asked = 0
        self._answered = 0
        self._pages = 0
        self._misfits: dict[str, tuple[int, str]] = {}
        """Table → items that do not fit, and why the first does not."""
        self.artefacts: dict[str, Artefact] = {}
        self._restored: Done | None = None

    @property
    def place(self) -> Place:
        """What tells it from the other listings of a run."""
        return self.plan.account, self.plan.region, self.plan.call.tables[0].name

    def restore(self, done: Done) -> None:
        """Takes what a stopped collection had read of it to the end."""
        self._restored = done
        self.artefacts = {artefact.table: artefact for artefact in done.artefacts}

    @property
    def done(self) -> Done | None:
        """All of it, where nothing is left to read; None else."""
        if self._restored is not None:
            return self._restored
        rows = self.coverage()
        whole = self._failure is None and self._asked == self._answered and all(row.is_complete for row in rows)
        return Done(tuple(self.artefacts.values()), tuple(rows)) if whole and self.artefacts else None

    def _fresh_details(self) -> dict[str, Details]:
        return {table.name: Details(table, self._target, self._caller) for table in self.plan.call.tables}

    @property
    def wants_second_pass(self) -> bool:
        """Whether a fresh attempt may read more."""
        if self._failure is not None:
            return self._failure.state.is_retryable
        return any(details.wants_second_pass for details in self._details.values())

    @property
    def clients(self) -> Clients:
        """The clients it asks with."""
        return self._caller.clients

    def run(self) -> None:
        """Reads the listing from its start; one that was restored has been read."""
        if self._restored is not None:
            return
        before = self.artefacts, self._details, self._asked, self._answered, self._pages, self._misfits
        before_rows = self._rows
        self._details, self._misfits = self._fresh_details(), {}
        self._failure, self._asked, self._answered, self._pages = None, 0, 0, 0
        writers = {
            table.name: self._store.writer(
                kind="items", table=table.name, account=self.plan.account, region=self.plan.region
            )
            for table in self.plan.call.tables
        }
        try:
            if self.plan.call.each is None:
                self._read_once(writers)
            else:
                self._read_each(writers)
            self.artefacts = {name: writer.close() for name, writer in writers.items()}
        finally:
            for writer in writers.values():
                writer.discard()
        if self._failure is not None and before_rows > self._rows:
            # A second pass never loses rows that the first one had, nor what was said of their details.
            self.artefacts, self._details, self._asked, self._answered, self._pages, self._misfits = before

    def repair(self) -> None:
        """The second pass: the whole listing if it broke, else the details that may now be read."""
        if self._failure is not None:
            self.run()
            return
        for table in self.plan.call.tables:
            if self._details[table.name].wants_second_pass:
                self._repair_details(table)

    def rows(self, table: str) -> Iterator[Mapping[str, Any]]:
        """The rows of one of its tables, as written."""
        if (artefact := self.artefacts.get(table)) is not None:
            for line in self._store.lines(artefact):
                yield decode(line)

    @property
    def failure(self) -> Failure | None:
        """Why it was not read to its end."""
        return self._failure

    @property
    def _rows(self) -> int:
        return sum(artefact.rows for artefact in self.artefacts.values())

    def _read_once(self, writers: Mapping[str, Any]) -> None:
        """Follows the listing page by page, each written before the next is asked."""
        call = self.plan.call
        self._asked = 1

        def returned_lines(answer: Answer) -> dict[str, Any]:
            """Table → first line and count of the rows that this answer becomes."""
            sizes = {t.name: 1 if answer is None else len(_items(answer, t)) for t in call.tables}
            return {"lines": {name: [writers[name].rows, size] for name, size in sizes.items()}}

        def ask(**params: Any) -> Answer:
            self._pages += 1
            note = {"page": self._pages}
            return self._caller.call(
                self._target, call.operation, params, absent=call.absent, note=note, complete=returned_lines
            )

        params = filled(call.params, self.plan.account)
        try:
            if call.prepare is not None:
                self._prepare()
            for answer in pages(ask, call.service, call.operation, params):
                self._write(answer, writers, {})
            self._answered = 1
        except CallFailed as failed:
            self._failure = failed.failure

    def _prepare(self) -> None:
        prepare = self.plan.call.prepare
        assert prepare is not None  # noqa: S101 - asked only where the spec has one
        for _ in range(_PREPARE_ATTEMPTS):
            answer = self._caller.call(self._target, prepare.operation, {}, note={"page": 0}) or {}
            if answer.get(prepare.member) == prepare.value:
                return
            self._caller.pause(_PREPARE_SECONDS)
        raise CallFailed(
            Failure(ReadState.UNAVAILABLE, "NotReady", f"{prepare.operation} did not reach {prepare.value} in time")
        )

    def _read_each(self, writers: Mapping[str, Any]) -> None:
        """Asks once for each row of the other listing, some at a time; rows are written in that listing's order."""
        each, parent = self.plan.call.each, self.parent
        assert each is not None  # noqa: S101 - asked only of such a listing
        assert parent is not None  # noqa: S101 - the engine gives each of them its parent
        if parent.failure is not None:
            self._lose(Failure(parent.failure.state, "ParentNotRead",
                               f"{parent.plan.call.key} was not read to its end: {parent.failure.code}"))  # fmt: skip
        for window in _windows(questions(self.plan.call, each, parent.rows(each.table), self.plan.account)):
            asked = [question for question in window if isinstance(question, Question)]
            for lost in window:
                if isinstance(lost, Lost):
                    self._lose(lost.failure)
            for question, (answers, failure) in zip(asked, self._pool.map(self._answers_to, asked), strict=True):
                for answer, record in answers:
                    sizes = {t.name: len(_items(answer, t)) if answer else 0 for t in self.plan.call.tables}
                    self._pages += 1
                    lines = {name: [writers[name].rows, size] for name, size in sizes.items()}
                    self._caller.record({**record, "lines": lines})
                    if answer is not None:
                        self._write(answer, writers, question.asked)
                if failure is None:
                    self._asked += 1
                    self._answered += 1
                else:
                    self._lose(failure)

    def _lose(self, failure: Failure) -> None:
        """Notes a question that was not answered to its end."""
        self._asked += 1
        if self._failure is None or (failure.state.is_retryable and not self._failure.state.is_retryable):
            self._failure = failure

    def _answers_to(self, question: Question) -> tuple[list[tuple[Answer, dict[str, Any]]], Failure | None]:
        """The pages of one question with the records of their calls, and what broke them off."""
        call = self.plan.call
        held: list[dict[str, Any]] = []

        def ask(**params: Any) -> Answer:
            note = {"page": len(held) + 1}
            return self._caller.call(self._target, call.operation, params, absent=call.absent, note=note, held=held)

        answers: list[Answer] = []
        failure = None
        try:
            answers.extend(pages(ask, call.service, call.operation, filled(question.params, self.plan.account)))
        except CallFailed as failed:
            failure = failed.failure
        return list(zip_longest(answers, held)), failure

    def _write(self, answer: Answer, writers: Mapping[str, Any], asked: Asked) -> None:
        for table in self.plan.call.tables:
            builder, writer, asker = self._builders[table.name], writers[table.name], self._details[table.name]
            if answer is None:
                writer.write(builder.absent(writer.rows))
                continue
            items = _items(answer, table)
            details = self._pool.map(lambda item, a=asker: a.of(item, asked), items) if table.details else None
            for item in items:
                row = builder.row(writer.rows, item, next(details) if details is not None else {}, asked)
                if row["read"][ITEM] == ReadState.QUARANTINED:
                    count, first = self._misfits.get(table.name, (0, row["misfit"]))
                    self._misfits[table.name] = (count + 1, first)
                asker.note_misfits(row)
                writer.write(row)

    def _repair_details(self, table: Table) -> None:
        """Asks again for each detail that was throttled out or failed, keeping every other byte."""
        details, builder = self._details[table.name], self._builders[table.name]
        details.forget_retryable()
        writer = self._store.writer(kind="items", table=table.name, account=self.plan.account, region=self.plan.region)
        with writer:
            for line in self._store.lines(self.artefacts[table.name]):
                writer.write(details.repair(builder, decode(line)))
            self.artefacts[table.name] = writer.close()

    def coverage(self) -> list[Coverage]:
        """The ledger's rows for this listing and each of its details."""
        if self._restored is not None:
            return list(self._restored.coverage)
        plan, failure = self.plan, self._failure or self._off()
        rows = [
            Coverage(
                account=plan.account, region=plan.region, service=plan.call.service, operation=plan.call.operation,
                tables=tuple(t.name for t in plan.call.tables), detail="",
                state=failure.state if failure else ReadState.READ, planned=self._asked, read=self._answered,
                rows=self._rows, pages=self._pages, code=failure.code if failure else "",
                message=failure.message if failure else "",
            )
        ]  # fmt: skip
        for table in plan.call.tables:
            rows += self._details[table.name].coverage()
            if misfits := self._misfits.get(table.name):
                rows.append(self._misfit_coverage(table, misfits))
        return rows

    def _off(self) -> Failure | None:
        """That the service is not on here, where the other listing's rows, or those that it hung on, say so."""
        each, parent = self.plan.call.each, self.parent
        if each is None or parent is None or self._asked:
            return None
        above = parent.coverage()[0]
        if above.is_off:
            return Failure(above.state, above.code, above.message)
        if each.is_switch:
            return Failure(ReadState.NOT_ENABLED, "NotEnabled", f"{parent.plan.call.key} says that it is not on here")
        return None

    def _misfit_coverage(self, table: Table, misfits: tuple[int, str]) -> Coverage:
        rows = self.artefacts[table.name].rows
        return Coverage(
            account=self.plan.account, region=self.plan.region, service=self.plan.call.service,
            operation=self.plan.call.operation, tables=(table.name,), detail=ITEM, state=ReadState.QUARANTINED,
            planned=rows, read=rows - misfits[0], rows=rows, pages=0, code="Misfit", message=misfits[1],
        )  # fmt: skip


def never_asked(plan: Plan, state: ReadState, code: str, message: str) -> Coverage:
    """The ledger's row for a planned listing that could not even be asked."""
    return Coverage(
        account=plan.account, region=plan.region, service=plan.call.service, operation=plan.call.operation,
        tables=tuple(table.name for table in plan.call.tables), detail="", state=state, planned=1, read=0, rows=0,
        pages=0, code=code, message=message,
    )  # fmt: skip


def _items(answer: Mapping[str, Any], table: Table) -> list[Any]:
    if table.items == ".":
        return [answer]
    found = dig(answer, table.items)
    if found is None:
        return []
    if isinstance(found, Mapping):
        return [found]
    if not table.inner:
        return list(found)
    return [item for outer in found for item in (outer.get(table.inner) or [])]


def _windows(found: Iterable[Question | Lost]) -> Iterator[list[Question | Lost]]:
    """`found` some at a time, so that few answers wait in memory."""
    rest = iter(found)
    while window := list(islice(rest, _WINDOW)):
        yield window
