"""What commands share: the workspace option, formats, progress and tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from proveonce.model.workspace import Workspace

F = TypeVar("F", bound=Callable[..., Any])

GATE_NOT_MET = 3
INCOMPLETE = 4

format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)

oscal_option = click.option(
    "--format", "form", type=click.Choice(["text", "json", "oscal"]), default="text", show_default=True,
    help="Output format; oscal is an OSCAL 1.2 catalog.",
)  # fmt: skip


def workspace_option(command: F) -> F:
    """Adds `--workspace`: by default the nearest folder upwards with a `proveonce.yaml`, else this folder."""
    return click.option(
        "--workspace",
        "-w",
        "workspace_path",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        help="Workspace folder. Default: the nearest folder upwards with a proveonce.yaml, else this folder.",
    )(command)


def workspace_root(path: Path | None) -> Path:
    """The root of the workspace that the option names. Raises: UsageError when it is no folder."""
    from proveonce.content.loader import find_root
    from proveonce.kernel.errors import UsageError

    if path and not path.is_dir():
        raise UsageError(f"{path} is not a folder", fix="name a workspace folder, or make one with proveonce init")
    return path.resolve() if path else find_root(Path.cwd())


def open_workspace(path: Path | None) -> Workspace:
    """The workspace that the option names. Raises: InputError, UsageError."""
    from proveonce.content import load_workspace

    return load_workspace(workspace_root(path))


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar on a terminal, nothing in a pipe; gives the function that moves it."""
    if not sys.stderr.isatty():
        yield lambda _done, _planned, _what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
               TextColumn("{task.fields[what]}"))  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, what="")
        yield lambda done, planned, what: bar.update(task, completed=done, total=planned, what=what)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """A plain text table, columns as wide as their content, the last one wrapped by the terminal."""
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    lines = []
    for row in [head, *rows]:
        cells = [str(cell).rjust(widths[i]) if i in right else str(cell).ljust(widths[i]) for i, cell in enumerate(row)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def write_output(data: bytes, out: Path | None) -> None:
    """To the file, or to standard output unless it is a terminal and the data is a workbook."""
    from proveonce.kernel.errors import ProveonceError, UsageError

    if out is None:
        if data[:2] == b"PK" and sys.stdout.isatty():
            raise UsageError("a workbook is not for a terminal", fix="name a file: --out FILE.xlsx")
        click.echo(data, nl=False)
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise ProveonceError(f"cannot be written: {error.strerror}", where=str(out), fix="check the folder") from error
    click.echo(f"written: {out}", err=True)


def echo_json(value: Any) -> None:
    """Prints `value` as JSON."""
    from proveonce.present.machine import dumps

    click.echo(dumps(value))
