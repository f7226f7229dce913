"""One bucket per account, region and service; a fake clock tells what a caller would wait."""

from __future__ import annotations

import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.collect.pace import Pacer

KEY = ("111122223333", "us-east-1", "iam")


class Clock:
    """Seconds that move when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def paced(pacer: Pacer, clock: Clock, calls: int, rate: float, key: tuple[str, str, str] = KEY) -> float:
    """Seconds that `calls` calls one after the other take."""
    start = clock.seconds
    for _ in range(calls):
        clock.seconds += pacer.delay(key, rate)
    return clock.seconds - start


def test_the_first_burst_costs_nothing_and_the_call_after_it_waits() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    assert [pacer.delay(KEY, 2) for _ in range(10)] == [0.0] * 10
    assert pacer.delay(KEY, 2) > 0


def test_buckets_do_not_share_tokens() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    for _ in range(40):
        pacer.delay(KEY, 2)
    for other in (("9" * 12, *KEY[1:]), (KEY[0], "eu-west-1", KEY[2]), (*KEY[:2], "ec2")):
        assert pacer.delay(other, 2) == 0.0


def test_time_refills_a_bucket() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    while not pacer.delay(KEY, 2):
        pass
    clock.seconds += 60
    assert pacer.delay(KEY, 2) == 0.0


def test_rate_grows_while_aws_does_not_object_and_stops_at_sixteen_times() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    paced(pacer, clock, 2_000, 2)
    assert 500 / 33 <= paced(pacer, clock, 500, 2) <= 500 / 16


def test_a_throttle_halves_the_rate_and_takes_the_burst() -> None:
    clock = Clock()
    calm, throttled = Pacer(clock), Pacer(clock)
    for pacer in (calm, throttled):
        pacer.delay(KEY, 8)
    throttled.throttled(KEY)
    assert calm.delay(KEY, 8) == 0.0
    assert throttled.delay(KEY, 8) == 1 / 4  # half of eight a second, and nothing saved up


def test_many_throttles_never_stop_the_calls() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    pacer.delay(KEY, 8)
    for _ in range(200):
        pacer.throttled(KEY)
    assert pacer.delay(KEY, 8) == 1.0  # an eighth of eight a second


def test_a_throttle_of_a_bucket_that_was_never_used_is_nothing() -> None:
    Pacer(Clock()).throttled(KEY)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=80), st.floats(0.5, 100))
def test_a_delay_is_finite_and_never_negative(moves: list[tuple[float, bool]], rate: float) -> None:
    clock = Clock()
    pacer = Pacer(clock)
    for seconds, objected in moves:
        clock.seconds += seconds
        delay = pacer.delay(KEY, rate)
        assert 0.0 <= delay <= len(moves) / (rate / 8) + 1
        if objected:
            pacer.throttled(KEY)


def test_threads_together_get_no_more_than_one_would() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    delays: list[float] = []
    lock = threading.Lock()

    def take() -> None:
        for _ in range(50):
            delay = pacer.delay(KEY, 1)
            with lock:
                delays.append(delay)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = Pacer(clock)
    assert sorted(delays) == sorted(alone.delay(KEY, 1) for _ in range(400))
