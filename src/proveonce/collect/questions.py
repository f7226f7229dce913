"""What a listing asks: one question, or for an `each` listing one for each row of another.

A row of the other listing that was not read, or whose detail with a parameter was not, cannot be asked
for: that is a question lost, and the listing is not read to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape

from proveonce.collect.classify import Failure
from proveonce.collect.details import answered, is_needed
from proveonce.collect.rows import dig
from proveonce.model.evidence import ReadState
from proveonce.tables import models
from proveonce.tables.schema import ASKED
from proveonce.tables.spec import ITEM, Call, Each


@dataclass(frozen=True, slots=True)
class Question:
    """One call to make, in all its pages."""

    params: Mapping[str, Any]
    asked: Mapping[str, Any]
    """What its rows keep of the parameters."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A question that cannot be asked, and why."""

    failure: Failure


def questions(call: Call, each: Each, rows: Iterable[Mapping[str, Any]], account: str) -> Iterator[Question | Lost]:
    """The questions that an `each` listing asks of `account`, in order of the other listing's rows."""
    members = models.input_members(call.service, call.operation)
    listed = {name for name in each.params if isinstance(members[name], ListShape)}
    group: list[dict[str, Any]] = []
    known: set[tuple[Any, ...]] = set()
    for row in rows:
        found = _params(each, row, account)
        if isinstance(found, Lost):
            yield found
        elif found is not None and (key := tuple(found.values())) not in known:  # two rows may lead to one question
            known.add(key)
            fresh = group and any(found[name] != group[0][name] for name in found if name not in listed)
            if fresh or len(group) == each.batch:
                yield _question(call, group, listed)
                group = []
            group.append(found)
    if group:
        yield _question(call, group, listed)


def _question(call: Call, group: list[dict[str, Any]], listed: set[str]) -> Question:
    asked = {name: value for name, value in group[0].items() if name not in listed}
    return Question({**call.params, **asked, **{name: [one[name] for one in group] for name in listed}}, asked)


def _params(each: Each, row: Mapping[str, Any], account: str) -> dict[str, Any] | Lost | None:
    """The parameters that a row gives; None where it is not to be asked for."""
    state = ReadState(row["read"][ITEM])
    if state is ReadState.ABSENT:
        return None
    if state is not ReadState.READ:
        return Lost(Failure(state, "ParentNotRead", f"a row of {each.table} does not fit AWS's model"))
    if not is_needed(each, row["item"], answered(row), account):
        return None
    found: dict[str, Any] = {}
    for name, path in each.params.items():
        first, _, rest = path.partition(".")
        how = ReadState(row["read"].get(first, ReadState.READ)) if first != ITEM else ReadState.READ
        if not (how.is_read or how is ReadState.NOT_NEEDED):
            return Lost(Failure(how, "ParentNotRead", f"the {first} of a row of {each.table} was not read"))
        if first == ASKED:
            value = dig(row.get(ASKED, {}), rest)
        elif first in row["read"] and first != ITEM:
            value = dig(row["details"].get(first), rest)
        else:
            value = dig(row["item"], path)
        if value is None:
            return None
        found[name] = value
    return found
