"""`answer`: a vendor's questionnaire filled from evidence; `answers`: the library of what people approved."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proveonce.cli.common import echo_json, open_workspace, table, workspace_option

if TYPE_CHECKING:
    from proveonce.app.answering import Answered, Options
    from proveonce.app.questionnaires import Written
    from proveonce.model.questionnaire import Answer, LibraryAnswer

_WIDE = 56
"""Columns for a question, or a reason, in a table."""
_form = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Output format."
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@workspace_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Default: FILE's name with .answered.")
@click.option("--columns", help="Where things stand: id=A,question=B,answer=C,comment=D,ownership=E.")
@click.option("--sheet", help="Only this sheet.")
@click.option("--threshold", type=click.FloatRange(0, 1), help="Confidence below which a person answers.")
@click.option("--max-age", type=click.IntRange(min=0), help="Days after which evidence is stale. Default: 7.")
@click.option("--run", "run_id", help="Run id. Default: the latest.")
@click.option("--as-of", help="Instant to answer at. Default: now.")
@click.option("--overwrite", is_flag=True, help="Write over answers that the sheet holds, and a copy that was changed.")
@click.option("--dry-run", is_flag=True, help="Show the answers, write nothing.")
@click.option("--learn", is_flag=True, help="Read a corrected FILE: its answers become proposals in the library.")
@_form
def answer(
    file: Path,
    workspace_path: Path | None,
    out: Path | None,
    columns: str | None,
    sheet: str | None,
    threshold: float | None,
    max_age: int | None,
    run_id: str | None,
    as_of: str | None,
    overwrite: bool,
    dry_run: bool,
    learn: bool,
    form: str,
) -> None:
    """Answer a questionnaire (xlsx, csv, VSAQ) from evidence and the answer library.

    Yes only where the controls answer the whole question, all pass and were read lately; what is unknown stays open,
    with the reason. Writes a filled copy beside FILE, a one-page summary (pdf) and every answer with its evidence
    (json). FILE itself is never changed.
    """
    from proveonce.app import questionnaires

    workspace = open_workspace(workspace_path)
    options = _options(run_id, as_of, threshold, max_age, overwrite=overwrite)
    if learn:
        _print_proposals(
            questionnaires.learn_from(workspace, file, columns=columns, sheet=sheet, options=options), form
        )
        return
    answered = questionnaires.answer_file(workspace, file, columns=columns, sheet=sheet, options=options)
    written = None if dry_run else questionnaires.write(workspace, answered, file, out=out)
    if form == "json":
        from proveonce.present.answers import answers_json

        echo_json(answers_json(answered.questionnaire, answered.answers, answered.situation))
        return
    _print(answered, written, every=dry_run)


def _options(
    run_id: str | None, as_of: str | None, threshold: float | None, max_age: int | None, *, overwrite: bool
) -> Options:
    from proveonce.app.answering import Options

    default = Options()
    return Options(
        run_id=run_id,
        as_of=as_of,
        threshold=default.threshold if threshold is None else threshold,
        max_age_days=default.max_age_days if max_age is None else max_age,
        overwrite=overwrite,
    )


def _print(answered: Answered, written: Written | None, *, every: bool) -> None:
    from proveonce.model.questionnaire import Origin
    from proveonce.present.answers import named, tally

    counted = tally(answered.answers)
    form = answered.questionnaire
    click.echo(f"{named(form) or form.format}: {counted.questions:,} questions")
    for note in form.notes:
        click.echo(f"note: {note}")
    situation = answered.situation
    if situation.states is None:
        click.echo("There is no assessment: every question needs a person. Collect evidence first: proveonce collect")
    else:
        stale = "" if situation.is_fresh else " (stale: it supports no answer)"
        click.echo(f"run {situation.run}, {situation.age_days} days old on {situation.day}{stale}")
    if every:
        click.echo(table(["question", "answer", "from", "sure", "controls", "why, or what it asks"],
                         [_row(one) for one in answered.answers]))  # fmt: skip
    said = ", ".join(f"{n:,} {str(v).replace('_', ' ')}" for v, n in counted.verdicts.items() if n)
    click.echo(f"{counted.origins[Origin.EVIDENCE]:,} from evidence, {counted.origins[Origin.LIBRARY]:,} from the "
               f"library, {counted.origins[Origin.PERSON]:,} need a person: {said}")  # fmt: skip
    for kind, count in counted.reasons:
        click.echo(f"  {count:>5,}  {kind}")
    for one in counted.withdrawn:
        click.echo(f"withdrawn: {one.question.id or one.question.place}: {one.reasons[0]}")
    if written:
        for note in written.notes:
            click.echo(f"note: {note}")
        for path in (written.filled, written.summary, written.table):
            click.echo(str(path))


def _row(one: Answer) -> list[str]:
    match = one.match
    why = one.reasons[0] if one.reasons else one.question.text
    return [one.question.id or one.question.place, one.written or str(one.verdict).replace("_", " "), str(one.origin),
            f"{match.confidence:.2f}", ", ".join(match.controls[:3]), _cut(why)]  # fmt: skip


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _WIDE else f"{plain[: _WIDE - 1]}…"


def _print_proposals(proposals: list[LibraryAnswer], form: str) -> None:
    if form == "json":
        echo_json([_library_json(entry) for entry in proposals])
        return
    click.echo(f"{len(proposals)} proposals added to answers.yaml; none counts before it is approved")
    for entry in proposals:
        click.echo(f"  {entry.id}  {entry.verdict}  {_cut(entry.question)}")
    if proposals:
        click.echo("proveonce answers approve ID --by NAME --expires DAY")


@click.group()
def answers() -> None:
    """The answer library: what people approved, until when, and on which controls it rests."""


@answers.command("list")
@workspace_option
@_form
def answers_list(workspace_path: Path | None, form: str) -> None:
    """Every answer of the library and how it stands today."""
    from proveonce.content import load_content
    from proveonce.content.library import load_library

    workspace = open_workspace(workspace_path)
    entries = load_library(workspace.root, load_content(workspace.root).controls)
    if form == "json":
        echo_json([{**_library_json(entry), "state": _standing(entry)} for entry in entries])
        return
    if not entries:
        click.echo("the library is empty: proveonce answer FILLED.xlsx --learn")
        return
    rows = [[e.id, _standing(e), str(e.verdict), e.approved_by, e.expires_on, ", ".join(e.controls), _cut(e.question)]
            for e in entries]  # fmt: skip
    click.echo(table(["id", "state", "answer", "approved by", "expires", "controls", "question"], rows))


@answers.command("approve")
@click.argument("identifier", metavar="ID")
@click.option("--by", required=True, help="Who approves.")
@click.option("--expires", required=True, help="First day on which it no longer counts.")
@click.option("--control", "controls", multiple=True, help="A control that it rests on, repeatable.")
@workspace_option
def answers_approve(
    identifier: str, by: str, expires: str, controls: tuple[str, ...], workspace_path: Path | None
) -> None:
    """Approve a proposal under a person's name, until a day."""
    from proveonce.app.answering import approve
    from proveonce.content import load_content

    root = open_workspace(workspace_path).root
    today = datetime.now(UTC).date().isoformat()
    known = load_content(root).controls
    entry = approve(root, known, identifier, by=by, expires_on=expires, controls=controls, today=today)
    click.echo(f"{entry.id} is approved by {entry.approved_by} until {entry.expires_on}")


@answers.command("learn")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@workspace_option
@click.option("--columns", help="As for proveonce answer.")
@click.option("--sheet", help="Only this sheet.")
@click.option("--owner", default="", help="Who looks after these answers.")
@_form
def answers_learn(
    file: Path, workspace_path: Path | None, columns: str | None, sheet: str | None, owner: str, form: str
) -> None:
    """Answers that people gave in a returned questionnaire become proposals."""
    from proveonce.app.answering import Options
    from proveonce.app.questionnaires import learn_from

    workspace = open_workspace(workspace_path)
    _print_proposals(learn_from(workspace, file, columns=columns, sheet=sheet, options=Options(), owner=owner), form)


def _standing(entry: LibraryAnswer) -> str:
    if not entry.approved_by:
        return "proposed"
    return "approved" if datetime.now(UTC).date().isoformat() < entry.expires_on else "expired"


def _library_json(entry: LibraryAnswer) -> dict[str, object]:
    return {
        "id": entry.id, "question": entry.question, "verdict": str(entry.verdict), "text": entry.text,
        "owner": entry.owner, "approved_by": entry.approved_by, "approved_on": entry.approved_on,
        "expires_on": entry.expires_on, "controls": list(entry.controls), "ids": dict(entry.ids),
    }  # fmt: skip
