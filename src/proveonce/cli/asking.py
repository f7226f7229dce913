"""Options that a person is asked for on a terminal, and that must be given everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click

from proveonce.kernel.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """One fact that an entry needs."""

    key: str
    question: str
    is_day: bool = False
    choices: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """`--issued-on`."""
        return f"--{self.key.replace('_', '-')}"


def ask(questions: Sequence[Question], given: Mapping[str, str | None]) -> dict[str, str]:
    """Every question answered, by what was given or by the person at the terminal.

    Raises: UsageError without a terminal, naming every option that is missing.
    """
    missing = [question for question in questions if not given.get(question.key)]
    if missing and not sys.stdin.isatty():
        raise UsageError(
            f"not said: {', '.join(question.option for question in missing)}",
            fix="give these options, or run it on a terminal, where it asks",
        )
    asked = {question.key: _prompt(question) for question in missing}
    return {question.key: given.get(question.key) or asked[question.key] for question in questions}


def _prompt(question: Question) -> str:
    if question.choices:
        return str(click.prompt(question.question, type=click.Choice(question.choices)))
    return str(click.prompt(question.question, value_proc=day_of if question.is_day else _words))


def _words(text: str) -> str:
    if not text.strip():
        raise click.UsageError("it cannot be empty")
    return text.strip()


def day_of(text: str) -> str:
    """An ISO day, as written. Raises: click.UsageError."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise click.UsageError(f"{text!r} is no day: write it as 2026-11-24") from error


def pick(identifier: str, entries: Mapping[str, T], what: str) -> T:
    """The entry of that id. Raises: UsageError with the nearest one."""
    from proveonce.kernel.naming import nearest

    if identifier not in entries:
        near = nearest(identifier, entries)
        raise UsageError(f"no {what} {identifier!r}", fix=f"did you mean {near}?" if near else "see the list of them")
    return entries[identifier]


def described(facts: Mapping[str, Any]) -> Iterator[str]:
    """A line for each fact that there is, names to the left."""
    width = max(map(len, facts))
    for name, value in facts.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if value not in (None, "", []):
            yield f"{name.replace('_', ' ').ljust(width)}  {shown}"


def chosen_day(as_of: str | None) -> date:
    """The day that `--as-of` names; without it, today in UTC. Raises: UsageError."""
    from proveonce.kernel.instants import parse_instant

    return parse_instant(as_of).date() if as_of else datetime.now(UTC).date()
