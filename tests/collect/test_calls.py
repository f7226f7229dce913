"""One call: paced, retried, classified, recorded. Real clients; a wire answers in AWS's place."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from awslab import faults
from awslab.faults import Asked, Fault, Wire, aws_error, body
from awslab.timing import FakeTiming
from proveonce.collect import session as sessions
from proveonce.collect.calls import MAX_ATTEMPTS, Caller, CallFailed, CallLog, Target
from proveonce.collect.pace import Pacer
from proveonce.collect.session import UndeclaredOperationError
from proveonce.model.evidence import ReadState
from proveonce.tables.declared import declared_operations
from proveonce.tables.spec import load_specs

ACCOUNT = "111122223333"
KMS = Target(ACCOUNT, "eu-west-1", "eu-west-1", "kms", 100)
KEYS = body(b'{"Keys": [{"KeyId": "k-1"}], "Truncated": false}')
S3 = Target(ACCOUNT, "global", "us-east-1", "s3", 100)
BUCKETS = body(b"<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name></Bucket></Buckets></ListAllMyBucketsResult>")
VOLUMES = body(
    b"<DescribeVolumesResponse><requestId>r</requestId><volumeSet><item><volumeId>vol-1</volumeId></item></volumeSet>"
    b"</DescribeVolumesResponse>"
)
EC2 = Target(ACCOUNT, "us-east-1", "us-east-1", "ec2", 100)


class Desk:
    """A caller whose answers are scripted."""

    def __init__(self, wire: Wire) -> None:
        self.timing = FakeTiming()
        self.records: list[dict[str, Any]] = []
        session = sessions.base_session(None)
        clients = sessions.Clients(session, declared_operations(load_specs()), workers=4)
        self.pacer = Pacer(self.timing.monotonic)
        log = CallLog(lambda record: self.records.append(dict(record)))
        self.caller = Caller(clients, self.pacer, log, self.timing, "arn:aws:sts::1:x")
        self.log = log
        self._wire = wire
        self.requests = 0

    def script(self, *answers: Fault) -> None:
        """The n-th request gets the n-th answer; those beyond get the last."""

        def answer(asked: Asked) -> AWSResponse | None:
            self.requests += 1
            return answers[min(self.requests, len(answers)) - 1](asked)

        self._wire.add(answer)


@pytest.fixture
def desk(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return Desk(wire)


def test_an_answer_comes_without_its_envelope_and_is_recorded_whole(desk: Desk) -> None:
    desk.script(body(b'{"Keys": [], "Truncated": false}', {"x-amzn-RequestId": "req-7"}))
    assert desk.caller.call(KMS, "ListKeys", {"Limit": 7}, note={"page": 1}) == {"Keys": [], "Truncated": False}
    assert desk.records == [{
        "id": "c0000001", "account": ACCOUNT, "region": "eu-west-1", "endpoint_region": "eu-west-1", "service": "kms",
        "operation": "ListKeys", "params": {"Limit": 7}, "caller_arn": "arn:aws:sts::1:x",
        "started_at": "2026-11-24T03:20:00.000000Z", "ended_at": "2026-11-24T03:20:00.000000Z", "retries": 0,
        "request_id": "req-7", "http_status": 200, "state": "read", "code": "", "message": "", "detail": "", "page": 1,
        "lines": {},
    }]  # fmt: skip


TRANSIENT: dict[str, Fault] = {
    "throttled": aws_error("ThrottlingException"),
    "slow down": aws_error("SlowDown", 503),
    "500": aws_error("InternalFailure", 500),
    "503": aws_error("ServiceUnavailable", 503),
    "times out": faults.times_out,
    "resets": faults.resets,
    "cut JSON": body(b'{"Keys": [{"KeyId": "k-'),
    "a proxy's page": body(b"<html><body>Please sign in</body></html>"),
    "nothing at all": body(b""),
    "no object": body(b"[]"),
    "null": body(b"null"),
    "a list that is none": body(b'{"Keys": 7}'),
    "items that are no items": body(b'{"Keys": ["k-1"]}'),
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT.keys())
def test_a_passing_fault_is_retried_and_the_answer_read(desk: Desk, fault: Fault) -> None:
    desk.script(fault, fault, KEYS)
    assert desk.caller.call(KMS, "ListKeys", {}) == {"Keys": [{"KeyId": "k-1"}], "Truncated": False}
    assert [(r["state"], r["retries"]) for r in desk.records] == [("read", 2)]


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT.keys())
def test_a_lasting_fault_is_no_answer(desk: Desk, fault: Fault) -> None:
    desk.script(fault)
    with pytest.raises(CallFailed) as caught:
        desk.caller.call(KMS, "ListKeys", {})
    unreachable = fault in (faults.times_out, faults.resets)
    assert desk.requests == (3 if unreachable else MAX_ATTEMPTS)  # each costs a connection timeout
    assert not caught.value.failure.state.is_read
    assert [(r["state"], r["retries"]) for r in desk.records] == [(caught.value.failure.state, desk.requests - 1)]
    assert (desk.log.made, desk.log.failed) == (1, 1)


@pytest.mark.parametrize(
    ("target", "operation", "broken", "whole"),
    [
        (S3, "ListBuckets", b"", BUCKETS),
        (S3, "ListBuckets", b"<ListAllMyBucketsResult><Buckets><Bucket><Name>b", BUCKETS),
        (EC2, "DescribeVolumes", b"", VOLUMES),
        (EC2, "DescribeVolumes", b"<DescribeVolumesResponse><volumeSet><item><volumeId>vol", VOLUMES),
        (EC2, "DescribeVolumes", b"<html><body>Please sign in</body></html>", VOLUMES),
    ],
)
def test_a_broken_xml_body_is_never_an_empty_listing(
    desk: Desk, target: Target, operation: str, broken: bytes, whole: Fault
) -> None:
    desk.script(body(broken), whole)
    answer = desk.caller.call(target, operation, {})
    assert answer is not None
    assert desk.requests == 2
    assert len(answer.get("Buckets") or answer["Volumes"]) == 1


def test_an_instant_that_is_none_is_no_answer_rather_than_the_end_of_the_run(desk: Desk) -> None:
    desk.script(body(
        b"<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name><CreationDate>soon</CreationDate></Bucket></Buckets>"
        b"</ListAllMyBucketsResult>"
    ))  # fmt: skip
    with pytest.raises(CallFailed) as caught:
        desk.caller.call(S3, "ListBuckets", {})
    assert caught.value.failure.state is ReadState.ERROR


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("AccessDeniedException", ReadState.DENIED),
        ("UnrecognizedClientException", ReadState.REGION_NOT_OPTED_IN),
        ("OptInRequired", ReadState.REGION_NOT_OPTED_IN),
        ("SubscriptionRequiredException", ReadState.NOT_SUBSCRIBED),
        ("ValidationException", ReadState.ERROR),
    ],
)
def test_what_will_not_pass_is_asked_once(desk: Desk, code: str, state: ReadState) -> None:
    desk.script(aws_error(code))
    with pytest.raises(CallFailed) as caught:
        desk.caller.call(KMS, "ListKeys", {})
    assert (desk.requests, caught.value.failure.state, caught.value.failure.code) == (1, state, code)
    assert desk.timing.slept == []
    record = desk.records[0]
    assert (record["state"], record["code"], record["http_status"], record["request_id"]) == (
        state, code, 400, "fault-0001"
    )  # fmt: skip
    assert record["message"] == "by the test's fault layer"


def test_a_throttle_that_turns_into_a_denial_stops_there(desk: Desk) -> None:
    desk.script(aws_error("ThrottlingException"), aws_error("AccessDeniedException"))
    with pytest.raises(CallFailed) as caught:
        desk.caller.call(KMS, "ListKeys", {})
    assert (desk.requests, caught.value.failure.state) == (2, ReadState.DENIED)


def test_a_code_by_which_aws_says_there_is_none_is_absent(desk: Desk) -> None:
    completed: list[Any] = []

    def complete(answer: dict[str, Any] | None) -> dict[str, Any]:
        completed.append(answer)
        return {"lines": {"t": [0, 1]}}

    desk.script(aws_error("NotFoundException", 404))
    assert desk.caller.call(KMS, "ListKeys", {}, absent=("NotFoundException",), complete=complete) is None
    assert completed == [None]
    assert (desk.records[0]["state"], desk.records[0]["lines"]) == ("absent", {"t": [0, 1]})
    assert (desk.log.made, desk.log.failed) == (1, 0)


def test_absence_counts_only_by_the_codes_that_the_spec_names(desk: Desk) -> None:
    desk.script(aws_error("NotFoundException", 404))
    with pytest.raises(CallFailed):
        desk.caller.call(KMS, "ListKeys", {}, absent=("NoSuchEntity",))


def test_a_failed_call_says_nothing_of_lines(desk: Desk) -> None:
    desk.script(aws_error("AccessDeniedException"))
    with pytest.raises(CallFailed):
        desk.caller.call(KMS, "ListKeys", {}, complete=lambda _: {"lines": {"t": [0, 9]}})
    assert desk.records[0]["lines"] == {}


def test_waits_grow_with_jitter_and_stay_bounded(desk: Desk) -> None:
    desk.script(aws_error("InternalFailure", 500))
    with pytest.raises(CallFailed):
        desk.caller.call(KMS, "ListKeys", {})
    assert len(desk.timing.slept) == MAX_ATTEMPTS - 1
    assert all(0 <= slept <= 0.2 * 2**n for n, slept in enumerate(desk.timing.slept, 1))


def test_a_throttle_slows_only_its_own_account_region_and_service(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, str, str]] = []
    monkeypatch.setattr(desk.pacer, "throttled", heard.append)
    desk.script(aws_error("ThrottlingException"), aws_error("InternalFailure", 500), KEYS)
    desk.caller.call(KMS, "ListKeys", {})
    assert heard == [(ACCOUNT, "eu-west-1", "kms")]


def test_an_operation_that_no_spec_declares_is_refused_before_it_is_sent(desk: Desk) -> None:
    desk.script(KEYS)
    with pytest.raises(UndeclaredOperationError, match="kms:Decrypt"):
        desk.caller.call(KMS, "Decrypt", {"CiphertextBlob": b"x"})
    assert desk.requests == 0


def test_an_error_of_ours_is_not_taken_for_an_answer(desk: Desk) -> None:
    def broken(_: Asked) -> AWSResponse | None:
        raise AssertionError("ours")

    desk.script(broken)
    with pytest.raises(AssertionError, match="ours"):
        desk.caller.call(KMS, "ListKeys", {})


def test_each_call_has_its_own_id_whoever_calls(desk: Desk) -> None:
    desk.script(KEYS)
    call: Callable[[int], Any] = lambda _: desk.caller.call(KMS, "ListKeys", {})  # noqa: E731 - a thread's work
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(40)))
    assert sorted(r["id"] for r in desk.records) == [f"c{n:07d}" for n in range(1, 41)]


def test_credentials_that_cannot_be_got_deny_the_call(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    session = sessions.base_session(None)
    monkeypatch.setattr(session, "get_credentials", lambda: None)
    desk.caller.clients = sessions.Clients(session, declared_operations(load_specs()), workers=1)
    with pytest.raises(CallFailed) as caught:
        desk.caller.call(KMS, "ListKeys", {})
    assert (caught.value.failure.state, caught.value.failure.code) == (ReadState.DENIED, "NoCredentialsError")


def test_records_hold_nothing_of_the_credentials(desk: Desk) -> None:
    desk.script(aws_error("AccessDeniedException"))
    with pytest.raises(CallFailed):
        desk.caller.call(KMS, "ListKeys", {})
    assert "AKIA" not in json.dumps(desk.records)
