"""Instants are aware UTC datetimes with microseconds; periods are half-open `[start, end)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from proveonce.kernel.errors import UsageError


def format_instant(at: datetime) -> str:
    """`2026-11-24T03:20:00.000000Z`: the only form in which we store an instant.

    A naive datetime is taken as UTC, as botocore's own parsers do.
    """
    aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return aware.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def parse_instant(text: str) -> datetime:
    """The aware UTC instant that `text` names: ISO 8601, a bare date means its first moment.

    Raises: UsageError when it is neither.
    """
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the year 1 or 9999 may have no UTC form
        raise UsageError(f"{text!r} is not an instant", fix="write it as 2026-11-24 or 2026-11-24T03:20:00Z") from error


@dataclass(frozen=True, slots=True)
class Period:
    """A period of review, half-open."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise UsageError("the period ends before it starts", fix="write it as START..END, END excluded")

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period written `2026-01-01..2026-07-01`."""
        start, separator, end = text.partition("..")
        if not separator:
            raise UsageError(f"{text!r} is not a period", fix="write it as 2026-01-01..2026-07-01, end excluded")
        return cls(parse_instant(start), parse_instant(end))
