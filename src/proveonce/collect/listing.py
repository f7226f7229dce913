"""One planned listing: followed to its end, each item's details asked, each row written with how it was read.

A listing that breaks keeps the rows it has and is not read; a detail that fails marks its fact on
its row; an item that does not fit AWS's model is quarantined in its raw form. Nothing is dropped.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import PaginationError
from botocore.paginate import Paginator

from proveonce.collect.calls import Caller, CallFailed, Target
from proveonce.collect.classify import Failure
from proveonce.collect.rows import RowBuilder, dig
from proveonce.collect.session import Clients
from proveonce.kernel.canonical import decode
from proveonce.model.evidence import Artefact, Coverage, ReadState
from proveonce.store import Store
from proveonce.tables import models
from proveonce.tables.fit import Fitter
from proveonce.tables.spec import ITEM, Call, Detail, Scope, Table

_PREPARE_ATTEMPTS = 20
_PREPARE_SECONDS = 3.0

Answers = dict[str, tuple[ReadState, Any]]
"""Detail name → how it was read, and the answer."""


@dataclass(slots=True)
class _Tally:
    """What became of one detail over all items."""

    planned: int = 0
    states: Counter[ReadState] = field(default_factory=Counter)
    first: Failure | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One planned listing of one account and region."""

    account: str
    region: str
    """`global` for a global listing."""
    call: Call
    per_second: float


class Listing:
    """Reads one planned listing; may be asked a second time for what was throttled out."""

    def __init__(
        self, plan: Plan, caller: Caller, store: Store, fitter: Fitter, pool: Executor, *, partition: str,
        home_region: str,
    ) -> None:  # fmt: skip
        self.plan = plan
        self._caller = caller
        self._store = store
        self._pool = pool
        region = home_region if plan.call.scope is Scope.GLOBAL else plan.region
        self._target = Target(plan.account, plan.region, region, plan.call.service, plan.per_second)
        self._builders = {
            table.name: RowBuilder(plan.call, table, fitter, account=plan.account, region=plan.region,
                                   partition=partition)
            for table in plan.call.tables
        }  # fmt: skip
        self._lock = threading.Lock()
        self._tallies: dict[str, _Tally] = {}
        self._failure: Failure | None = None
        self._pages = 0
        self._misfits: dict[str, tuple[int, str]] = {}
        """Table → items that do not fit, and why the first does not."""
        self.artefacts: dict[str, Artefact] = {}

    @property
    def wants_second_pass(self) -> bool:
        """Whether a fresh attempt may read more."""
        if self._failure is not None:
            return self._failure.state.is_retryable
        return any(state.is_retryable for tally in self._tallies.values() for state in tally.states)

    @property
    def clients(self) -> Clients:
        """The clients it asks with."""
        return self._caller.clients

    def run(self) -> None:
        """Reads the listing from its start."""
        before, before_rows = (self.artefacts, self._tallies, self._pages, self._misfits), self._rows
        self._tallies = {d.name: _Tally() for table in self.plan.call.tables for d in table.details}
        self._failure, self._pages, self._misfits = None, 0, {}
        writers = {
            table.name: self._store.writer(
                kind="items", table=table.name, account=self.plan.account, region=self.plan.region
            )
            for table in self.plan.call.tables
        }
        try:
            for answer in self._answers(writers):
                self._write(answer, writers)
            self.artefacts = {name: writer.close() for name, writer in writers.items()}
        finally:
            for writer in writers.values():
                writer.discard()
        if self._failure is not None and before_rows > self._rows:
            # A second pass never loses rows that the first one had, nor what was said of their details.
            self.artefacts, self._tallies, self._pages, self._misfits = before

    def repair(self) -> None:
        """The second pass: the whole listing if it broke, else the details that may now be read."""
        if self._failure is not None:
            self.run()
            return
        for table in self.plan.call.tables:
            if any(state.is_retryable for d in table.details for state in self._tallies[d.name].states):
                self._repair_details(table)

    @property
    def _rows(self) -> int:
        return sum(artefact.rows for artefact in self.artefacts.values())

    def _answers(self, writers: Mapping[str, Any]) -> Iterator[Mapping[str, Any] | None]:
        """The pages of the listing; a failure is noted and ends them."""
        call = self.plan.call

        def ask(**params: Any) -> dict[str, Any] | None:
            self._pages += 1
            note = {"page": self._pages}
            return self._caller.call(
                self._target, call.operation, params, absent=call.absent, note=note, complete=returned_lines
            )

        def returned_lines(answer: Mapping[str, Any] | None) -> dict[str, Any]:
            """Table → first line and count of the rows that this answer becomes."""
            sizes = {t.name: 1 if answer is None else len(_items(answer, t)) for t in call.tables}
            return {"lines": {name: [writers[name].rows, size] for name, size in sizes.items()}}

        try:
            if call.prepare is not None:
                self._prepare()
            params = {
                k: v.format(account=self.plan.account) if isinstance(v, str) else v for k, v in call.params.items()
            }
            config = _paging(call)
            if config is None:
                yield ask(**params)
            else:
                operation = models.operation_model(call.service, call.operation)
                paginator: Any = Paginator  # its stubs ask for a string where botocore calls a function
                answer = None
                for answer in paginator(ask, config, operation).paginate(**params):
                    yield answer
                if (more := config.get("more_results")) and dig(answer, more):
                    # botocore ends there as if all was well.
                    self._failure = Failure(ReadState.ERROR, "PaginationError", f"{more}, and no token to go on with")
        except CallFailed as failed:
            self._failure = failed.failure
        except PaginationError as error:
            self._failure = Failure(ReadState.ERROR, "PaginationError", str(error))

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

    def _write(self, answer: Mapping[str, Any] | None, writers: Mapping[str, Any]) -> None:
        for table in self.plan.call.tables:
            builder, writer = self._builders[table.name], writers[table.name]
            if answer is None:
                writer.write(builder.absent(writer.rows))
                continue
            items = _items(answer, table)
            details = self._pool.map(lambda item, t=table: self._details(t, item), items) if table.details else None
            for item in items:
                answers = next(details) if details is not None else {}
                row = builder.row(writer.rows, item, answers)
                if row["read"][ITEM] == ReadState.QUARANTINED:
                    count, first = self._misfits.get(table.name, (0, row["misfit"]))
                    self._misfits[table.name] = (count + 1, first)
                for detail in table.details:
                    self._note_misfit(detail, row)
                writer.write(row)

    def _note_misfit(self, detail: Detail, row: Mapping[str, Any]) -> None:
        """A detail that was answered and does not fit AWS's model was not read: the ledger says so."""
        if row["read"].get(detail.name) == ReadState.QUARANTINED:
            with self._lock:
                tally = self._tallies[detail.name]
                tally.states[ReadState.READ] -= 1
                tally.states[ReadState.QUARANTINED] += 1
                tally.first = tally.first or Failure(ReadState.QUARANTINED, "Misfit", row["misfit"])

    def _details(self, table: Table, item: Mapping[str, Any]) -> Answers:
        """Every detail of one item; the one that tells its region first."""
        answers: Answers = {}
        region_of = table.region_of
        region = self._target.endpoint_region
        if region_of is not None:
            if found := item.get(region_of.field):
                region = found
                answers[region_of.detail] = (ReadState.NOT_NEEDED, None)
            elif (first := table.detail(region_of.detail)) is not None:
                answers[first.name] = self._detail(first, item, region)
                state, value = answers[first.name]
                if state is ReadState.READ:
                    found = dig(value, region_of.path) or region_of.default
                    region = region_of.aliases.get(found, found)
        for detail in table.details:
            if detail.name not in answers:
                answers[detail.name] = self._detail(detail, item, region)
        return answers

    def _detail(self, detail: Detail, item: Mapping[str, Any], region: str) -> tuple[ReadState, Any]:
        if not _is_asked(detail, item):
            return ReadState.NOT_NEEDED, None
        plan, failure, value = self.plan, None, None
        params = {**detail.constants, **{name: dig(item, path) for name, path in detail.params.items()}}
        target = Target(plan.account, plan.region, region, plan.call.service, plan.per_second)
        try:
            value = self._caller.call(
                target, detail.operation, params, absent=detail.absent, note={"detail": detail.name}
            )
            state = ReadState.READ if value is not None else ReadState.ABSENT
        except CallFailed as failed:
            failure, state = failed.failure, failed.failure.state
        with self._lock:
            tally = self._tallies[detail.name]
            tally.planned += 1
            tally.states[state] += 1
            tally.first = tally.first or failure
        return state, value

    def _repair_details(self, table: Table) -> None:
        """Asks again for each detail that was throttled out or failed, keeping every other byte."""
        for detail in table.details:
            tally = self._tallies[detail.name]
            for state in [state for state in tally.states if state.is_retryable]:
                tally.planned -= tally.states.pop(state)
            tally.first = tally.first if any(not s.is_read for s in tally.states) else None
        builder = self._builders[table.name]
        writer = self._store.writer(kind="items", table=table.name, account=self.plan.account, region=self.plan.region)
        with writer:
            lines = (decode(line) for line in self._store.lines(self.artefacts[table.name]))
            for line in lines:
                writer.write(self._repaired(table, builder, line))
            self.artefacts[table.name] = writer.close()

    def _repaired(self, table: Table, builder: RowBuilder, line: dict[str, Any]) -> dict[str, Any]:
        if line["read"].get(ITEM) != ReadState.READ:
            return line
        for detail in table.details:
            if ReadState(line["read"][detail.name]).is_retryable:
                region = (
                    line["region"] if table.region_of and line["region"] != "global" else self._target.endpoint_region
                )
                builder.set_detail(line, detail, *self._detail(detail, line["item"], region))
                builder.place(line)
                self._note_misfit(detail, line)
        return line

    def coverage(self) -> list[Coverage]:
        """The ledger's rows for this listing and each of its details."""
        plan, failure = self.plan, self._failure
        rows = [
            Coverage(
                account=plan.account, region=plan.region, service=plan.call.service, operation=plan.call.operation,
                tables=tuple(t.name for t in plan.call.tables), detail="",
                state=failure.state if failure else ReadState.READ, planned=1, read=0 if failure else 1,
                rows=self._rows, pages=self._pages, code=failure.code if failure else "",
                message=failure.message if failure else "",
            )
        ]  # fmt: skip
        for table in plan.call.tables:
            rows += [self._detail_coverage(table, detail) for detail in table.details if self._tallies.get(detail.name)]
            if misfits := self._misfits.get(table.name):
                rows.append(self._misfit_coverage(table, misfits))
        return [row for row in rows if not row.detail or row.planned]

    def _misfit_coverage(self, table: Table, misfits: tuple[int, str]) -> Coverage:
        rows = self.artefacts[table.name].rows
        return Coverage(
            account=self.plan.account, region=self.plan.region, service=self.plan.call.service,
            operation=self.plan.call.operation, tables=(table.name,), detail=ITEM, state=ReadState.QUARANTINED,
            planned=rows, read=rows - misfits[0], rows=rows, pages=0, code="Misfit", message=misfits[1],
        )  # fmt: skip

    def _detail_coverage(self, table: Table, detail: Detail) -> Coverage:
        tally = self._tallies[detail.name]
        read = sum(count for state, count in tally.states.items() if state.is_read)
        lost = [state for state, count in tally.states.items() if count and not state.is_read]
        state = max(lost, key=lambda s: (tally.states[s], s), default=ReadState.READ)
        return Coverage(
            account=self.plan.account, region=self.plan.region, service=self.plan.call.service,
            operation=detail.operation, tables=(table.name,), detail=detail.name, state=state, planned=tally.planned,
            read=read, rows=tally.planned, pages=0, code=tally.first.code if tally.first and lost else "",
            message=tally.first.message if tally.first and lost else "",
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
    found = answer.get(table.items)
    if found is None:
        return []
    if isinstance(found, Mapping):
        return [found]
    if not table.inner:
        return list(found)
    return [item for outer in found for item in (outer.get(table.inner) or [])]


def _is_asked(detail: Detail, item: Mapping[str, Any]) -> bool:
    return all(item.get(name) in values if values else not item.get(name) for name, values in detail.only_when.items())


def _paging(call: Call) -> Mapping[str, Any] | None:
    """Botocore's own paging rules for the operation; None where it has no pages."""
    try:
        model = models.shared_loader().load_service_model(call.service, "paginators-1")
    except Exception:  # noqa: BLE001 - botocore raises UnknownServiceError or DataNotFoundError: no paginators
        return None
    config: Mapping[str, Any] | None = model["pagination"].get(call.operation)
    return config
