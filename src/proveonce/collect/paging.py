"""An answer in all its pages, by botocore's own paging rules.

Nothing transient reaches the paginator, which would lose the listing: it is given a method that
answers or raises `CallFailed` for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import PaginationError
from botocore.paginate import Paginator

from proveonce.collect.calls import CallFailed
from proveonce.collect.classify import Failure
from proveonce.collect.rows import dig
from proveonce.model.evidence import ReadState
from proveonce.tables import models

Answer = Mapping[str, Any] | None
"""AWS's answer; None where AWS says that there is none."""


def pages(ask: Callable[..., Answer], service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Answer]:
    """Each page in turn. Raises: CallFailed, also where the pages do not end as AWS's rules say."""
    config = models.paging(service, operation)
    if config is None:
        yield from _unmodelled(ask, service, operation, params)
        return
    paginator: Any = Paginator  # its stubs ask for a string where botocore calls a function
    answer: Answer = None
    try:
        for answer in paginator(ask, config, models.operation_model(service, operation)).paginate(**params):
            yield answer
    except PaginationError as error:
        raise _broken(str(error)) from error
    if answer is not None and (more := config.get("more_results")) and dig(answer, more):
        raise _broken(f"{more}, and no token to go on with")  # botocore ends there as if all was well


def _unmodelled(
    ask: Callable[..., Answer], service: str, operation: str, params: Mapping[str, Any]
) -> Iterator[Answer]:
    """The pages of an operation for which botocore has no rules (wafv2:ListWebACLs), by the tokens it answers with."""
    members = models.input_members(service, operation)
    given, seen = dict(params), set()
    while True:
        answer = ask(**given)
        yield answer
        out, token = next(((out, answer[out]) for out, _ in TOKENS if answer and answer.get(out)), ("", None))
        if not token:
            return
        name = next((into for said, into in TOKENS if said == out and into in members), None)
        if name is None:
            raise _broken(f"{out} says that there is more, and nothing takes it")
        if token in seen:
            raise _broken(f"the same {out} came twice")
        seen.add(token)
        given[name] = token


TOKENS = (
    ("NextToken", "NextToken"), ("nextToken", "nextToken"), ("NextMarker", "NextMarker"), ("NextMarker", "Marker"),
    ("Marker", "Marker"), ("nextMarker", "marker"), ("NextPageToken", "PageToken"), ("nextPageToken", "pageToken"),
)  # fmt: skip
"""Member of an answer that says there is more → parameter that takes it."""


def whole(ask: Callable[..., Answer], service: str, operation: str, params: Mapping[str, Any]) -> Answer:
    """The pages as one answer: the first one, its lists carried on. Raises: CallFailed."""
    config = models.paging(service, operation)
    keys = config["result_key"] if config else list(models.output_members(service, operation))
    result: dict[str, Any] | None = None
    for page in pages(ask, service, operation, params):
        if page is None:
            return None
        if result is None:
            result = dict(page)
            continue
        for key in [keys] if isinstance(keys, str) else keys:
            *above, last = key.split(".")
            held = dig(result, ".".join(above)) if above else result
            more = dig(page, key)
            if isinstance(more, list) and isinstance(held, dict):
                held[last] = [*(held.get(last) or []), *more]
    return result


def _broken(message: str) -> CallFailed:
    return CallFailed(Failure(ReadState.ERROR, "PaginationError", message))
