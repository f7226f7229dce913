"""The details of a listing's items: asked of each, tallied for the ledger, asked again where that may help."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from proveonce.collect.calls import Caller, CallFailed, Target
from proveonce.collect.classify import Failure
from proveonce.collect.paging import whole
from proveonce.collect.rows import Asked, RowBuilder, dig, filled, told
from proveonce.model.evidence import Coverage, ReadState
from proveonce.tables.schema import ASKED
from proveonce.tables.spec import ITEM, Detail, Each, Table

Answers = Mapping[str, tuple[ReadState, Any]]
"""Detail name → how it was read, and the answer."""


@dataclass(slots=True)
class _Tally:
    """What became of one detail over all items."""

    planned: int = 0
    states: Counter[ReadState] = field(default_factory=Counter)
    first: Failure | None = None


class Details:
    """The details of one table of one listing; thread-safe."""

    def __init__(self, table: Table, target: Target, caller: Caller) -> None:
        self.table = table
        self._target = target
        self._caller = caller
        self._lock = threading.Lock()
        self._tallies = {detail.name: _Tally() for detail in table.details}

    @property
    def wants_second_pass(self) -> bool:
        """Whether a fresh attempt may read more."""
        return any(state.is_retryable for tally in self._tallies.values() for state in tally.states)

    def of(self, item: Any, asked: Asked) -> Answers:
        """Every detail of one item; the one that tells its region first."""
        answers: dict[str, tuple[ReadState, Any]] = {}
        region_of = self.table.region_of
        region = self._target.endpoint_region
        if region_of is not None:
            if found := item.get(region_of.field):
                region = found
                answers[region_of.detail] = (ReadState.NOT_NEEDED, None)
            elif (first := self.table.detail(region_of.detail)) is not None:
                answers[first.name] = self._ask(first, item, asked, region, answers, is_last=False)
                state, value = answers[first.name]
                if state is ReadState.READ:
                    found = dig(value, region_of.path) or region_of.default
                    region = region_of.aliases.get(found, found)
        for detail in self.table.details:
            if detail.name not in answers:
                answers[detail.name] = self._ask(detail, item, asked, region, answers, is_last=False)
        return answers

    def _ask(
        self, detail: Detail, item: Any, asked: Asked, region: str, answers: Answers, *, is_last: bool
    ) -> tuple[ReadState, Any]:
        """One detail of an item; `answers` are those of the details above it.

        Where one that it hangs on may be read by a second pass, it waits for that.
        """
        if not is_last and (above := _retryable_above(detail, answers)) is not None:
            self._note(detail, above, Failure(above, "NotAsked", "it hangs on a detail that was not read"))
            return above, None
        if not is_needed(detail, item, answers, self._target.account):
            return ReadState.NOT_NEEDED, None
        if is_absent(detail, item, answers, self._target.account):
            return ReadState.ABSENT, None
        target, failure, value = self._target, None, None
        given = filled(detail.constants, target.account)
        params = {**given, **{name: told(path, item, asked) for name, path in detail.params.items()}}
        target = Target(target.account, target.region, region, target.service, target.per_second)

        def ask(**given: Any) -> Mapping[str, Any] | None:
            return self._caller.call(
                target, detail.operation, given, absent=detail.absent, note={"detail": detail.name}
            )

        try:
            value = whole(ask, target.service, detail.operation, params)
            state = ReadState.READ if value is not None else ReadState.ABSENT
        except CallFailed as failed:
            failure, state = failed.failure, failed.failure.state
        self._note(detail, state, failure)
        return state, value

    def _note(self, detail: Detail, state: ReadState, failure: Failure | None) -> None:
        with self._lock:
            tally = self._tallies[detail.name]
            tally.planned += 1
            tally.states[state] += 1
            tally.first = tally.first or failure

    def note_misfits(self, row: Mapping[str, Any]) -> None:
        """A detail that was answered and does not fit AWS's model was not read: the ledger says so."""
        for detail in self.table.details:
            if row["read"].get(detail.name) == ReadState.QUARANTINED:
                with self._lock:
                    tally = self._tallies[detail.name]
                    tally.states[ReadState.READ] -= 1
                    tally.states[ReadState.QUARANTINED] += 1
                    tally.first = tally.first or Failure(ReadState.QUARANTINED, "Misfit", row["misfit"])

    def forget_retryable(self) -> None:
        """Takes out of the tallies what is about to be asked again."""
        for tally in self._tallies.values():
            for state in [state for state in tally.states if state.is_retryable]:
                tally.planned -= tally.states.pop(state)
            tally.first = tally.first if any(not s.is_read for s in tally.states) else None

    def repair(self, builder: RowBuilder, line: dict[str, Any]) -> dict[str, Any]:
        """The line, each detail that was throttled out or failed asked again, every other byte kept."""
        if line["read"].get(ITEM) != ReadState.READ:
            return line
        for detail in self.table.details:
            if ReadState(line["read"][detail.name]).is_retryable:
                region = self._target.endpoint_region
                if self.table.region_of and line["region"] != "global":
                    region = line["region"]
                answer = self._ask(detail, line["item"], line.get(ASKED, {}), region, answered(line), is_last=True)
                builder.set_detail(line, detail, *answer)
                builder.place(line)
                self.note_misfits({**line, "read": {detail.name: line["read"][detail.name]}})
        return line

    def coverage(self) -> list[Coverage]:
        """The ledger's rows, one a detail that was asked at all."""
        return [self._coverage(detail) for detail in self.table.details if self._tallies[detail.name].planned]

    def _coverage(self, detail: Detail) -> Coverage:
        tally = self._tallies[detail.name]
        read = sum(count for state, count in tally.states.items() if state.is_read)
        lost = [state for state, count in tally.states.items() if count and not state.is_read]
        state = max(lost, key=lambda s: (tally.states[s], s), default=ReadState.READ)
        return Coverage(
            account=self._target.account, region=self._target.region, service=self._target.service,
            operation=detail.operation, tables=(self.table.name,), detail=detail.name, state=state,
            planned=tally.planned, read=read, rows=tally.planned, pages=0,
            code=tally.first.code if tally.first and lost else "",
            message=tally.first.message if tally.first and lost else "",
        )  # fmt: skip


def is_needed(asked: Detail | Each, item: Any, answers: Answers, account: str) -> bool:
    """Whether a call made of some items only is made of this one, by the item and by the details asked before.

    Where such a detail was not read, the call is made. `{account}` is the account that is asked.
    """
    return _hold(asked.only_when, item, answers, account, when_unread=True)


def is_absent(detail: Detail, item: Any, answers: Answers, account: str) -> bool:
    """Whether what was read says already that AWS would answer a detail with nothing."""
    return bool(detail.unless) and _hold(detail.unless, item, answers, account, when_unread=False)


def _hold(
    conditions: Mapping[str, tuple[str | None, ...]], item: Any, answers: Answers, account: str, *, when_unread: bool
) -> bool:
    """Whether all conditions hold; `when_unread` stands for one on a detail that was not read."""
    for path, values in conditions.items():
        first, _, rest = path.partition(".")
        state, value = answers.get(first, (ReadState.READ, None))
        if not (state.is_read or state is ReadState.NOT_NEEDED):
            if not when_unread:
                return False
        elif not _has(values, dig(value, rest) if first in answers else dig(item, path), account):
            return False
    return True


def _has(values: tuple[str | None, ...], found: Any, account: str) -> bool:
    """Whether a field has one of `values`; with none, whether it is missing."""
    return found in [filled(value, account) for value in values] if values else not found


def _retryable_above(detail: Detail, answers: Answers) -> ReadState | None:
    """How a detail that this one hangs on failed, where a second pass may read it."""
    paths = [*detail.only_when, *detail.unless]
    states = [answers[first][0] for first in (path.partition(".")[0] for path in paths) if first in answers]
    return next((state for state in states if state.is_retryable), None)


def answered(row: Mapping[str, Any]) -> Answers:
    """The details of a row as they were read."""
    return {name: (ReadState(how), row["details"].get(name)) for name, how in row["read"].items() if name != ITEM}
