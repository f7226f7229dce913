"""The command group, its errors and exit codes.

Exit codes: 0 done; 1 error; 2 bad usage or bad input; 3 a gate (`--fail-on`) was not met; 4 evidence
incomplete (collect and assess only); 5 verification failed.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from proveonce import __version__

_COMMANDS = {
    "demo": "a simulated AWS organisation, end to end, no account needed",
    "init": "make a workspace",
    "validate": "every content problem, with file:line:column",
    "frameworks": "look at the catalogs",
    "import-text": "your licensed requirement texts, into your workspace alone",
    "controls": "look at the common controls",
    "checks": "look at the checks",
    "tables": "look at the evidence tables",
    "services": "AWS's service lists with their dates, and who has which duty",
    "map": "edges of a requirement or a control, derived overlap, reviews",
    "prioritize": "the common controls, most urgent first, each score explained",
    "plan": "which AWS calls a collection makes",
    "iam-policy": "the exact read-only policy for those calls",
    "collect": "live AWS to evidence",
    "import": "results of other tools, and tables, as evidence",
    "evidence": "evidence by people: records, requests, what came back",
    "runs": "the committed evidence runs",
    "assess": "findings, control and requirement status",
    "calendar": "what is due, for whom, for which requirement",
    "status": "attestations, failing controls, evidence age, what is due next",
    "attestations": "our reports, AOC and letters: what counts, and what ends",
    "vendors": "third parties: their documents, and the duties left to us",
    "risks": "risk acceptances: beside the results, never instead",
    "package": "the attestation package: PDF, workbook, evidence, one zip",
    "answer": "fill a vendor's questionnaire from attestations",
    "answers": "the answer library: proposals, approvals, what expires",
}
_MODULES = {
    "demo": "demo",
    "init": "workspace",
    "validate": "workspace",
    "frameworks": "content",
    "import-text": "import_text",
    "controls": "content",
    "checks": "content",
    "tables": "tables",
    "services": "services",
    "map": "mapping",
    "prioritize": "prioritize",
    "plan": "collect",
    "iam-policy": "iam_policy",
    "collect": "collect",
    "import": "import_",
    "evidence": "evidence",
    "runs": "collect",
    "assess": "assess",
    "calendar": "calendar",
    "status": "status",
    "attestations": "registers",
    "vendors": "registers",
    "risks": "risks",
    "package": "package",
    "answer": "answer",
    "answers": "answer",
}


_TAKEN = ("map", "import")
"""Commands whose names Python has taken; their functions carry an underscore."""


class _Commands(click.Group):
    """Imports a command's module only when the command is used, so that `--help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _MODULES:
            return None
        module = importlib.import_module(f"proveonce.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_" if cmd_name in _TAKEN else cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from proveonce.kernel.naming import nearest

            near = nearest(args[0], _COMMANDS) if args else None
            if near is None:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near!r}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="proveonce")
def commands() -> None:
    """Prove a control once, attest to it everywhere: SOC 2, PCI DSS and HIPAA from live AWS evidence."""


def main(arguments: list[str] | None = None) -> Any:
    """Runs a command line; exits with its code."""
    from proveonce.kernel.errors import ProveonceError

    try:
        code = commands.main(args=arguments, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped: nothing was committed; a collection goes on with: proveonce collect --resume", err=True)
        sys.exit(1)
    except ProveonceError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)
