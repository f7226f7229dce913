"""An account that has one of everything: each declared operation is asked, and answered from AWS's own models.

Where a spec asks for some items only, an item of each such kind is there. Answers are equal for every account
but for its id, and are made once a process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse

from awslab.cloud import OWN_ACCOUNT
from awslab.faults import Asked, response
from awslab.synthetic import ACCOUNT, build, wire_answer
from proveonce.collect.rows import dig
from proveonce.tables import models
from proveonce.tables.spec import Call, Detail, Each, Table, load_specs

SPECS = load_specs()
HOME = "us-east-1"

Condition = Mapping[str, tuple[Any, ...]]
"""Field → values that an item must have to be asked for; none: it must not have the field."""


@dataclass
class Everything:
    """A fault layer's last resort; who we are is left to the simulator."""

    kept: dict[tuple[str, ...], tuple[int, dict[str, str], bytes]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> AWSResponse | None:
        """The answer, as the asking account would hear it."""
        if asked.service == "sts":
            return None
        account = asked.account or OWN_ACCOUNT
        path = "/" + asked.request.url.split("/", 3)[3]
        body = asked.request.body
        text = body.decode(errors="replace") if isinstance(body, bytes | bytearray) else str(body or "")
        key = (asked.service, asked.operation, *(part.replace(account, ACCOUNT) for part in (path, text)))
        if key not in self.kept:
            made = wire_answer(asked, value_of(asked.service, asked.operation, " ".join(key)))
            self.kept[key] = made.status_code, dict(made.headers), made.content
        status, headers, content = self.kept[key]
        return response(asked.request.url, status, content.replace(ACCOUNT.encode(), account.encode()), headers)


def value_of(service: str, operation: str, salt: str) -> dict[str, Any]:
    """An answer of the operation with an item for each condition that specs put on items."""
    if operation == "DescribeRegions":
        return {"Regions": [{"RegionName": HOME, "OptInStatus": "opt-in-not-required"}]}
    model = models.operation_model(service, operation)
    value = build(model, elements=1, salt=salt)
    for call in SPECS.calls:
        if call.service == service:
            _put_in_details(value, call, operation)
        if call.service == service and call.prepare and call.prepare.operation == operation:
            value[call.prepare.member] = call.prepare.value
        if call.key != f"{service}:{operation}":
            continue
        for table in call.tables:
            for number, condition in enumerate(dict.fromkeys(map(_frozen, _conditions(call, table)))):
                more = build(model, elements=1, salt=f"{salt} {number}")
                _put(value, more, table, number, dict(condition))
    return value


def _frozen(condition: Condition) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple(condition.items())


def _conditions(call: Call, table: Table) -> Iterator[Condition]:
    """What the items of a table must have: for its details, and for the listings asked once for each of them."""
    for detail in table.details:
        if of_item := _of_item(detail.only_when, table):
            yield of_item
    for other in SPECS.calls:
        if other.each and other.each.table == table.name and (of_item := _of_item(other.each.only_when, table)):
            yield of_item


def _of_item(condition: Condition, table: Table) -> Condition:
    """What a condition asks of the item itself."""
    return {path: values for path, values in condition.items() if not table.detail(path.partition(".")[0])}


def _put_in_details(value: dict[str, Any], call: Call, operation: str) -> None:
    """Makes the answer to a detail such that the details below, which hang on it, are asked."""
    for table in call.tables:
        hanging: list[Detail | Each] = [
            *table.details,
            *(o.each for o in SPECS.calls if o.each and o.each.table == table.name),
        ]
        for path, values in (pair for asked in hanging for pair in asked.only_when.items()):
            first, _, rest = path.partition(".")
            if (above := table.detail(first)) and above.operation == operation:
                *steps, last = rest.split(".")
                held = dig(value, ".".join(steps)) if steps else value
                held[last] = values[0]


def _put(value: dict[str, Any], more: dict[str, Any], table: Table, number: int, condition: Condition) -> None:
    """Puts into `value`, as that item of the table, one that meets the condition."""
    if table.items == ".":
        item = value
    else:
        items, fresh = dig(value, table.items), dig(more, table.items)
        if number >= len(items):
            items.append(fresh[0])
        item = items[number]
    for name, values in condition.items():
        *above, last = name.split(".")
        held = dig(item, ".".join(above)) if above else item
        if values:
            held[last] = ACCOUNT if values[0] == "{account}" else values[0]
        else:
            held.pop(last, None)
