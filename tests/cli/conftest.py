"""The command line as a person meets it, for every test of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proveonce.cli.main import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line: its exit code and, by file descriptor, what it printed and said; never a traceback."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(list(arguments))
        said = capfd.readouterr()
        assert "Traceback" not in said.err + said.out
        return int(stopped.value.code or 0), said.out, said.err

    return run
