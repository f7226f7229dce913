"""Paging truth: whatever the pages, every item once, in order; a listing cut short is never read to its end.

Every paged listing of the specs is cut into pages by botocore's own paging rules, after the seeded
account's real answer was parsed. Faults are put at each page in turn.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jmespath
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from awslab import faults
from awslab.cloud import Cloud, new_account
from awslab.collected import Collected, collect, read_listing
from awslab.faults import Asked, Wire, aws_error, response
from awslab.seed import LISTINGS
from awslab.tape import Tape
from proveonce.collect import paging as pager
from proveonce.collect import session as sessions
from proveonce.collect.calls import CallFailed
from proveonce.collect.paging import TOKENS, pages
from proveonce.model.evidence import ReadState
from proveonce.tables import models
from proveonce.tables.spec import Call, load_specs, operations_of


def paging(call: Call) -> Mapping[str, Any] | None:
    try:
        rules = models.shared_loader().load_service_model(call.service, "paginators-1")["pagination"]
    except Exception:  # noqa: BLE001 - botocore's two ways to say that a service has no pages
        return None
    found: Mapping[str, Any] | None = rules.get(call.operation)
    return found


PAGED = [call for call in load_specs().calls if paging(call) and call.key in LISTINGS]
"""A listing asked for each row of another goes through the same code; tests/collect/test_each.py has its own faults."""

Lie = Callable[[int, dict[str, Any]], None]
"""Page number from 0, and the page, to be changed or refused."""


@dataclass
class Pager:
    """Cuts the answers of one operation into pages."""

    call: Call
    size: int
    lie: Lie = lambda _number, _page: None
    asked: list[int] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, operation: str, params: dict[str, Any], ask: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
        rules = paging(self.call)
        if operation != self.call.operation or rules is None:
            return ask(params)
        number = int(params.pop(rules["input_token"], "page-0").removeprefix("page-"))
        with self._lock:
            self.asked.append(number)
        page = ask(params)
        keys = rules["result_key"] if isinstance(rules["result_key"], list) else [rules["result_key"]]
        longest = max(len(page.get(key) or []) for key in keys)
        for key in keys:
            page[key] = (page.get(key) or [])[number * self.size : (number + 1) * self.size]
        is_last = (number + 1) * self.size >= longest
        if not is_last:
            page[rules["output_token"]] = f"page-{number + 1}"
        if (flag := rules.get("more_results")) is not None:
            page[flag] = not is_last
        self.lie(number, page)
        return page


class _Client:
    def __init__(self, real: Any, pager: Pager) -> None:
        self._real = real
        self._pager = pager

    def _make_api_call(self, operation: str, params: dict[str, Any]) -> Any:
        return self._pager.answer(operation, params, lambda p: self._real._make_api_call(operation, p))  # noqa: SLF001 - botocore's call by AWS's name of the operation


@pytest.fixture
def paged(monkeypatch: pytest.MonkeyPatch) -> Callable[[Pager], None]:
    """Puts a pager, in place of any before it, between the collector and every client of its service."""
    real = sessions.Clients.get

    def put(pager: Pager) -> None:
        def get(self: sessions.Clients, service: str, region: str) -> Any:
            client = real(self, service, region)
            return _Client(client, pager) if service == pager.call.service else client

        monkeypatch.setattr(sessions.Clients, "get", get)

    return put


@pytest.fixture(scope="session")
def whole(tape: Tape, cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Collected:
    """The seeded account, read without any trouble."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        cloud.enter(monkeypatch, tape.account)
        faults.attach(monkeypatch).faults.append(tape.play)
        return collect(tmp_path_factory.mktemp("whole"))


def digests(collected: Collected, call: Call) -> dict[str, str]:
    tables = {table.name for table in call.tables}
    return {a.name: a.digest for a in collected.run.of_kind("items") if a.table in tables}


def refuse(code: str, status: int, *, page: int, times: int) -> Lie:
    """The page is refused that often."""
    left = [times]

    def lie(number: int, _: dict[str, Any]) -> None:
        if number == page and left[0]:
            left[0] -= 1
            response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
            raise ClientError(response, "listing")

    return lie


def test_an_answer_with_a_token_is_followed_by_rules_or_by_its_token() -> None:
    """No operation of the specs can be cut off after its first page without a word."""
    outputs = {out for out, _ in TOKENS}
    for service, operation in sorted(operations_of(load_specs().calls)):
        named = {name for name in models.output_members(service, operation) if _TOKEN.search(name)}
        assert models.paging(service, operation) or named <= outputs, (service, operation, named)


_TOKEN = re.compile(r"^(next)?(page)?(token|marker)$", re.IGNORECASE)


class Pages:
    """Answers of an operation without rules, page by page."""

    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self.pages = pages
        self.asked: list[dict[str, Any]] = []

    def __call__(self, **params: Any) -> dict[str, Any]:
        self.asked.append(params)
        return self.pages[len(self.asked) - 1]


def test_a_token_without_rules_is_followed_to_the_end() -> None:
    ask = Pages([{"WebACLs": [1], "NextMarker": "a"}, {"WebACLs": [2], "NextMarker": "b"}, {"WebACLs": [3]}])
    found = list(pages(ask, "wafv2", "ListWebACLs", {"Scope": "REGIONAL"}))
    assert [page["WebACLs"] for page in found if page] == [[1], [2], [3]]
    assert [params.get("NextMarker") for params in ask.asked] == [None, "a", "b"]
    whole_answer = pager.whole(Pages(ask.pages), "wafv2", "ListWebACLs", {"Scope": "REGIONAL"})
    assert whole_answer is not None
    assert whole_answer["WebACLs"] == [1, 2, 3]


@given(st.lists(st.lists(st.integers(), max_size=4), min_size=1, max_size=12))
def test_pages_without_rules_conserve_their_rows_in_order(rows: list[list[int]]) -> None:
    made: list[dict[str, Any]] = [{"WebACLs": page, "NextMarker": f"t{n}"} for n, page in enumerate(rows)]
    del made[-1]["NextMarker"]
    answer = pager.whole(Pages(made), "wafv2", "ListWebACLs", {})
    assert answer is not None
    assert answer["WebACLs"] == [row for page in rows for row in page]


def test_the_same_token_without_rules_twice_is_no_end() -> None:
    ask = Pages([{"NextMarker": "a"}, {"NextMarker": "a"}])
    with pytest.raises(CallFailed, match="came twice"):
        list(pages(ask, "wafv2", "ListWebACLs", {}))


def test_a_token_that_nothing_takes_is_no_end() -> None:
    with pytest.raises(CallFailed, match="nothing takes it"):
        list(pages(Pages([{"NextToken": "a"}]), "wafv2", "ListWebACLs", {}))


@pytest.mark.parametrize("call", PAGED, ids=lambda call: call.key)
@pytest.mark.parametrize("size", [1, 2])
def test_small_pages_give_the_same_bytes(
    call: Call, size: int, whole: Collected, paged: Callable[[Pager], None], played: Wire, tape: Tape, tmp_path: Path
) -> None:
    pager = Pager(call, size)
    paged(pager)
    found = read_listing(tmp_path, call, tape.account)
    assert digests(found, call) == digests(whole, call)
    row, expected = (run.ledger(call.key, table=call.tables[0].name) for run in (found, whole))
    assert (row.state, row.rows) == (ReadState.READ, expected.rows)
    assert row.pages == len(set(pager.asked)) == len(pager.asked) > (1 if expected.rows > size else 0)


@pytest.mark.parametrize("call", PAGED, ids=lambda call: call.key)
def test_an_empty_page_with_a_token_is_not_the_end(
    call: Call, whole: Collected, paged: Callable[[Pager], None], played: Wire, tape: Tape, tmp_path: Path
) -> None:
    """AWS may answer an empty page and a token; the items then come one page later."""
    rules = paging(call)
    assert rules is not None
    keys = rules["result_key"] if isinstance(rules["result_key"], list) else [rules["result_key"]]
    kept: dict[str, Any] = {}

    def lie(number: int, page: dict[str, Any]) -> None:
        if number == 0:
            kept.update({key: page[key] for key in keys})
            page.update({key: [] for key in keys}, **{rules["output_token"]: "page-7"})
            if "more_results" in rules:
                page[rules["more_results"]] = True
        else:
            page.update(kept)

    paged(Pager(call, 10_000, lie))
    found = read_listing(tmp_path, call, tape.account)
    assert digests(found, call) == digests(whole, call)
    assert found.ledger(call.key, table=call.tables[0].name).pages == 2


@pytest.mark.parametrize("call", PAGED, ids=lambda call: call.key)
def test_the_same_token_twice_is_an_error_and_keeps_the_rows_it_has(
    call: Call, whole: Collected, paged: Callable[[Pager], None], played: Wire, tape: Tape, tmp_path: Path
) -> None:
    rules = paging(call)
    assert rules is not None

    def lie(_: int, page: dict[str, Any]) -> None:
        page[rules["output_token"]] = "page-0"
        if "more_results" in rules:
            page[rules["more_results"]] = True

    paged(Pager(call, 10_000, lie))
    row = read_listing(tmp_path, call, tape.account).ledger(call.key, table=call.tables[0].name)
    assert (row.state, row.code, row.read, row.is_complete) == (ReadState.ERROR, "PaginationError", 0, False)
    assert row.rows >= whole.ledger(call.key, table=call.tables[0].name).rows


@pytest.mark.parametrize("call", [c for c in PAGED if "more_results" in (paging(c) or {})], ids=lambda call: call.key)
def test_an_answer_that_is_truncated_without_a_token_is_not_read_to_its_end(
    call: Call, paged: Callable[[Pager], None], played: Wire, tape: Tape, tmp_path: Path
) -> None:
    rules = paging(call)
    assert rules is not None

    def lie(_: int, page: dict[str, Any]) -> None:
        page.pop(rules["output_token"], None)
        page[rules["more_results"]] = True

    paged(Pager(call, 1, lie))
    row = read_listing(tmp_path, call, tape.account).ledger(call.key, table=call.tables[0].name)
    assert (row.state, row.is_complete) == (ReadState.ERROR, False)


PASSING = {"throttled": ("ThrottlingException", 400), "500": ("InternalFailure", 500), "503": ("SlowDown", 503)}


@pytest.mark.parametrize(
    ("call", "code"),
    [(call, PASSING["throttled"]) for call in PAGED]
    + [
        (call, code) for call in PAGED if call.operation in ("ListKeys", "DescribeVolumes") for code in PASSING.values()
    ],
    ids=lambda value: value.key if isinstance(value, Call) else value[0],
)
def test_a_fault_at_any_page_loses_none_and_repeats_none(
    call: Call, code: tuple[str, int], whole: Collected, paged: Callable[[Pager], None], played: Wire, tape: Tape,
    tmp_path: Path,
) -> None:  # fmt: skip
    for page in range(max(table_rows(whole, call))):
        pager = Pager(call, 1, refuse(*code, page=page, times=2))
        paged(pager)
        found = read_listing(tmp_path / str(page), call, tape.account)
        assert digests(found, call) == digests(whole, call), f"page {page}"
        assert found.ledger(call.key, table=call.tables[0].name).is_complete
        assert pager.asked.count(page) == 3


def table_rows(collected: Collected, call: Call) -> list[int]:
    """Rows of each table of the listing, and at least one: an empty listing has one page."""
    tables = {table.name for table in call.tables}
    return [1, *(a.rows for a in collected.run.of_kind("items") if a.table in tables)]


@pytest.mark.parametrize("page", [0, 1, 2])
def test_a_listing_that_breaks_for_good_keeps_its_rows_and_says_so(
    page: int, whole: Collected, paged: Callable[[Pager], None], played: Wire, tape: Tape, tmp_path: Path
) -> None:
    call = next(c for c in PAGED if c.operation == "DescribeVolumes")
    paged(Pager(call, 2, refuse("AccessDenied", 403, page=page, times=10**6)))
    found = read_listing(tmp_path, call, tape.account)
    row = found.ledger("ec2:DescribeVolumes")
    assert (row.state, row.code, row.read, row.rows) == (ReadState.DENIED, "AccessDenied", 0, 2 * page)
    assert found.rows("aws_ec2_volume") == whole.rows("aws_ec2_volume")[: 2 * page]


def test_a_row_traces_to_the_page_that_returned_it(
    paged: Callable[[Pager], None], played: Wire, tape: Tape, tmp_path: Path
) -> None:
    call = next(c for c in PAGED if c.operation == "DescribeVolumes")
    paged(Pager(call, 2))
    found = read_listing(tmp_path, call, tape.account)
    lines = [c["lines"]["aws_ec2_volume"] for c in found.calls() if c["operation"] == "DescribeVolumes"]
    rows = len(found.rows("aws_ec2_volume"))
    covered = [line for first, count in lines for line in range(first, first + count)]
    assert covered == list(range(rows))
    assert [r["line"] for r in found.rows("aws_ec2_volume")] == list(range(rows))


def test_pages_on_the_wire_are_followed_by_each_protocols_own_token(played: Wire, tmp_path: Path) -> None:
    """The token is put into the real request and taken from the real answer, JSON and XML."""

    def keys(asked: Asked) -> Any:
        if asked.operation != "ListKeys":
            return None
        body: Any = asked.request.body
        marker = json.loads(body or b"{}").get("Marker", "")
        number = len(marker)
        page: dict[str, Any] = {
            "Keys": [{"KeyId": f"k-{number}", "KeyArn": f"arn:k-{number}"}],
            "Truncated": number < 4,
        }
        if number < 4:
            page["NextMarker"] = marker + "x"
        return response(asked.request.url, 200, json.dumps(page).encode())

    def topics(asked: Asked) -> Any:
        if asked.operation != "ListTopics":
            return None
        number = str(asked.request.body).count("NextToken=")
        token = "<NextToken>more</NextToken>" if number == 0 else ""
        return response(asked.request.url, 200, (
            f"<ListTopicsResponse><ListTopicsResult>{token}<Topics><member><TopicArn>arn:t-{number}</TopicArn></member>"
            "</Topics></ListTopicsResult></ListTopicsResponse>"
        ).encode())  # fmt: skip

    for operation in ("kms:DescribeKey", "kms:GetKeyRotationStatus", "sns:GetTopicAttributes"):
        played.fail(operation, aws_error("AccessDenied", 403))
    played.add(keys)
    played.add(topics)
    found = collect(tmp_path, services=["kms", "sns"])
    assert [row["resource"] for row in found.rows("aws_kms_key")] == [f"arn:k-{n}" for n in range(5)]
    assert [row["resource"] for row in found.rows("aws_sns_topic")] == ["arn:t-0", "arn:t-1"]


def test_moto_pages_are_followed_to_the_end(
    cloud: Cloud, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """sns:ListTopics is one of the few listings that moto pages by itself."""
    account = new_account()
    sns = cloud.client("sns", account)
    for number in range(130):
        sns.create_topic(Name=f"t{number}")
    cloud.enter(monkeypatch, account)
    found = collect(tmp_path, services=["sns"])
    assert found.ledger("sns:ListTopics").pages == 2
    assert len({row["resource"] for row in found.rows("aws_sns_topic")}) == 130


def test_jmespath_is_what_the_paginator_reads() -> None:
    """`more_results` is read as botocore reads it: a path, here always a plain member."""
    for call in PAGED:
        if flag := (paging(call) or {}).get("more_results"):
            assert jmespath.compile(flag).parsed["type"] == "field"
