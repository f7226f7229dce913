"""`evidence add`: one record, by options; on a terminal it asks for what is missing, one field after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from proveonce.cli.common import echo_json, format_option, workspace_option, workspace_root

if TYPE_CHECKING:
    from proveonce.model.content import Content
    from proveonce.model.manual import FactField


_FACT = "fact "
"""Begins the names of facts among those of the record's own fields."""


@dataclass(frozen=True, slots=True)
class _Question:
    """One thing that a record needs, as an option and as a question."""

    name: str
    option: str
    words: str
    check: Callable[[str], Any]
    """Its value, of a text. Raises: ValueError saying what fits."""
    is_required: bool = True
    default: str | None = None


@click.command("add")
@click.option("--kind", "-k", help="What was done: proveonce evidence kinds.")
@click.option("--control", "-c", "controls", multiple=True, metavar="ID", help="Control that it shows; repeatable.")
@click.option("--title", help="Default: made of the kind and the first control.")
@click.option("--statement", help="What was done and found.")
@click.option("--conclusion", help="effective or not_effective.")
@click.option("--performed-on", metavar="DAY", help="Day on which it was done, as 2026-11-24.")
@click.option("--performed-by", metavar="NAME", help="Who did it.")
@click.option("--reviewed-by", metavar="NAME", help="Who reviewed it; never who did it.")
@click.option("--reviewed-on", metavar="DAY", help="Day of the review.")
@click.option("--recorded-by", metavar="NAME", help="Who writes it down.")
@click.option("--valid-for", metavar="DURATION", help="Shorter than the control's cadence, as P90D.")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A fact of the kind; repeatable.")
@click.option("--attach", "attachments", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
              help="File that shows it; copied with its digest; repeatable.")  # fmt: skip
@workspace_option
@format_option
def add(workspace_path: Path | None, form: str, **said: Any) -> None:
    """Record what was done. On a terminal it asks for what is missing."""
    from proveonce.app.recording import Draft
    from proveonce.app.recording import add as record_it
    from proveonce.content import load_content

    root, now = workspace_root(workspace_path), datetime.now(UTC)
    content = load_content(root)
    values = _gather(said, content, now.date())
    draft = Draft(**values, attachments=said["attachments"] or tuple(_ask_for_files()))
    record = record_it(root, content, draft, now)
    if form == "json":
        from dataclasses import asdict

        echo_json({**asdict(record), "place": str(record.place)})
        return
    click.echo(f"{record.id} recorded: {record.place}")
    if not record.reviewed_by:
        click.echo(f"not reviewed yet, and undetermined until it is: proveonce evidence review {record.id} --by NAME")


def _gather(said: Mapping[str, Any], content: Content, today: date) -> dict[str, Any]:
    """The draft's values, each checked; asked for where missing on a terminal, else all told. Raises: UsageError."""
    from proveonce.kernel.errors import UsageError

    options, given = _options(said["facts"]), dict(said)
    asking = _is_terminal()
    values: dict[str, Any] = {}
    missing: list[str] = []
    wrong: list[str] = []
    for question in _questions(given, values, content, today):
        text = given.get(question.name) if question.name in given else options.pop(question.name, None)
        text = ",".join(text) if isinstance(text, tuple) else text
        if text:
            try:
                values[question.name] = question.check(text)
            except ValueError as error:
                wrong.append(f"{question.option.partition('=')[0]}: {error}")
        elif asking:
            values |= _ask(question)
        elif question.default is not None:
            values[question.name] = question.default
        elif question.is_required:
            missing.append(question.option)
    wrong += [f"--{name}: no fact of this kind" for name in options if "kind" in values]
    if missing or wrong:
        parts = [*(["missing: " + ", ".join(missing)] if missing else []), *wrong]
        raise UsageError("\n  ".join(["a record cannot be made of this", *parts]), fix="proveonce evidence kinds")
    return _shaped(values)


def _options(facts: tuple[str, ...]) -> dict[str, str]:
    from proveonce.kernel.errors import UsageError

    pairs = [fact.partition("=") for fact in facts]
    for name, sign, _ in pairs:
        if not sign or not name.strip():
            raise UsageError(f"--fact {name!r} is not understood", fix="write it as --fact name=value")
    found = {f"{_FACT}{name.strip()}": value for name, _, value in pairs}
    if len(found) != len(pairs):
        raise UsageError("a fact is given twice", fix="give each --fact once")
    return found


def _shaped(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of a draft; the facts among them together."""
    facts = {name.removeprefix(_FACT): value for name, value in values.items() if name.startswith(_FACT)}
    return {**{name: value for name, value in values.items() if not name.startswith(_FACT)}, "facts": facts}


def _questions(
    given: Mapping[str, Any], values: Mapping[str, Any], content: Content, today: date
) -> Iterator[_Question]:
    """What a record needs, in order of asking; `values` fills up on the way."""
    from proveonce.app.recording import default_title
    from proveonce.model.manual import Kind
    from proveonce.model.manual_fields import FIELDS

    yield _Question("kind", "--kind", f"What was done ({', '.join(Kind)})", _one_of([str(kind) for kind in Kind]))
    yield _Question("controls", "--control", "For which controls, by id", _controls(content))
    kind, controls = values.get("kind", ""), values.get("controls", ())
    title = default_title(kind, controls, content) if kind and controls else given.get("title") or "record"
    yield _Question("title", "--title", "Title", _words, default=title)
    yield _Question("performed_on", "--performed-on", "On which day was it done (its last day)", _past_day(today))
    yield _Question("performed_by", "--performed-by", "Who did it", _words)
    yield _Question("reviewed_by", "--reviewed-by", "Who reviewed it (empty: nobody yet)", _words, is_required=False)
    if values.get("reviewed_by") or given.get("reviewed_on"):
        yield _Question("reviewed_on", "--reviewed-on", "On which day was it reviewed", _past_day(today))
    yield _Question("statement", "--statement", "What was done and found", _words)
    yield _Question("conclusion", "--conclusion", "Was the control effective (effective, not_effective)",
                    _one_of(["effective", "not_effective"]))  # fmt: skip
    yield from _fact_questions(FIELDS.get(Kind(kind), {}) if kind else {})
    for name in ("recorded_by", "valid_for"):
        if given.get(name):
            yield _Question(name, f"--{name.replace('_', '-')}", name, _words)


def _fact_questions(fields: Mapping[str, FactField]) -> Iterator[_Question]:
    for name, field in fields.items():
        hint = f" ({', '.join(field.choices)})" if field.choices else ""
        later = "" if field.is_required else " (empty: not known; none: there is none)"
        yield _Question(f"{_FACT}{name}", f"--fact {name}=…", f"{field.question}{hint}{later}", _fact(field),
                        is_required=field.is_required)  # fmt: skip


def _ask(question: _Question) -> dict[str, Any]:
    """The answer, by the question's name, asked for until it fits; nothing for an optional one left empty."""
    while True:
        text = click.prompt(question.words, default=question.default or "", show_default=bool(question.default))
        if not text.strip() and not question.is_required:
            return {}
        try:
            return {question.name: question.check(text)}
        except ValueError as error:
            click.echo(f"  {error}")


def _ask_for_files() -> Iterator[Path]:
    """The files that a person at a terminal names, one after the other; none in a pipe."""
    while _is_terminal():
        said = click.prompt("Which file shows it (empty: no more)", default="", show_default=False).strip()
        if not said:
            return
        if Path(said).is_file():
            yield Path(said)
        else:
            click.echo(f"  {said!r} is no file")


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("nothing is said")
    return text.strip()


def _one_of(valid: list[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        from proveonce.kernel.naming import nearest

        said = text.strip().casefold().replace(" ", "_")
        if said not in valid:
            near = nearest(said, valid)
            raise ValueError(
                f"{text[:60]!r} is not one of {', '.join(valid)}{f'; did you mean {near}?' if near else ''}"
            )
        return said

    return check


def _controls(content: Content) -> Callable[[str], tuple[str, ...]]:
    def check(text: str) -> tuple[str, ...]:
        from proveonce.kernel.naming import nearest

        names = tuple(dict.fromkeys(part.strip().upper() for part in text.replace(",", " ").split()))
        for name in names:
            if name not in content.controls:
                near = nearest(name, content.controls)
                raise ValueError(f"no control {name!r}{f'; did you mean {near}?' if near else ''}")
        if not names:
            raise ValueError("nothing is said")
        return names

    return check


def _past_day(today: date) -> Callable[[str], str]:
    def check(text: str) -> str:
        from proveonce.content.manual_schema import day_of

        day = day_of(text.strip())
        if day > today:
            raise ValueError(f"{day} lies ahead of today, {today}")
        return day.isoformat()

    return check


def _fact(field: FactField) -> Callable[[str], Any]:
    def check(text: str) -> Any:
        from proveonce.content.manual_schema import fact_of

        return fact_of(field, text)

    return check
