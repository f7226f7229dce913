"""Our own pacing, one bucket per (account, region, service).

AWS throttles per account, region and service; botocore's retry quota is per client and runs dry
(shared reference, measured). A bucket starts at the spec's rate, doubles its rate while AWS does not
object, up to sixteen times, and halves it at each throttle.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

_CEILING = 16.0
_BURST_SECONDS = 5.0


@dataclass(slots=True)
class _Bucket:
    base: float
    rate: float
    tokens: float
    updated: float
    granted: int = 0


class Pacer:
    """Tells each caller how long to wait; thread-safe."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}

    def delay(self, key: tuple[str, str, str], per_second: float) -> float:
        """Takes one token of `key`; the seconds to wait before the call may be sent."""
        with self._lock:
            now = self._clock()
            bucket = self._buckets.get(key)
            if bucket is None:
                bucket = self._buckets[key] = _Bucket(per_second, per_second, per_second * _BURST_SECONDS, now)
            bucket.tokens = min(bucket.rate * _BURST_SECONDS, bucket.tokens + (now - bucket.updated) * bucket.rate)
            bucket.updated = now
            bucket.tokens -= 1
            bucket.granted += 1
            if bucket.granted >= bucket.rate * _BURST_SECONDS and bucket.rate < bucket.base * _CEILING:
                bucket.rate, bucket.granted = bucket.rate * 2, 0
            return max(0.0, -bucket.tokens / bucket.rate)

    def throttled(self, key: tuple[str, str, str]) -> None:
        """AWS objected: half the rate, and no saved-up burst."""
        with self._lock:
            if bucket := self._buckets.get(key):
                bucket.rate = max(bucket.rate / 2, bucket.base / 8)
                bucket.tokens = min(bucket.tokens, 0.0)
                bucket.granted = 0
