"""Reading a questionnaire: the file is parsed in a process of its own, with limits, and comes back as JSON.

That process holds no credentials of its environment, writes nothing, and ends with an error in words when it
needs more time or memory than a questionnaire can.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from proveonce.content.questionnaires.columns import parse_columns
from proveonce.kernel.errors import ProveonceError, UsageError
from proveonce.model.questionnaire import Format, Question, Questionnaire, Slot

CPU_SECONDS = 45
WALL_SECONDS = 180
"""A busy machine gives a process less than it asks for."""
_KEPT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")
_OUT_OF_TIME = {-getattr(signal, name) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name)}


def read_questionnaire(path: Path, columns: str | None = None) -> Questionnaire:
    """The questionnaire in a file; `columns` says where things stand, as `question=B,answer=D`.

    Raises: UsageError naming the file, what is wrong with it and what to do.
    """
    if columns is not None:
        parse_columns(columns)
    told = _run([str(path), *([columns] if columns is not None else [])], str(path))
    if "error" in told:
        error = told["error"]
        raise UsageError(str(error["what"]), where=str(error["where"]), fix=str(error["fix"]))
    return _questionnaire(told["questionnaire"])


def _run(arguments: list[str], where: str) -> dict[str, Any]:
    # -P keeps the current folder, which is not ours, off the path of imports.
    command = [sys.executable, "-B", "-P", "-m", "proveonce.content.questionnaires.child", *arguments]
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the path is an argument, no shell sees it
            command, env=environment, capture_output=True, timeout=WALL_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise _too_long(where) from error
    if done.returncode in _OUT_OF_TIME:
        raise _too_long(where)
    try:
        told = json.loads(done.stdout)
    except ValueError as error:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise ProveonceError(f"the file could not be read ({' '.join(last) or f'exit {done.returncode}'})",
                             where=where, fix="report this, with the file if you may") from error  # fmt: skip
    return dict(told)


def _too_long(where: str) -> UsageError:
    return UsageError(f"reading the file takes more than {CPU_SECONDS} s", where=where,
                      fix="do not trust this file, or remove what asks nothing and save it anew")  # fmt: skip


def _questionnaire(told: dict[str, Any]) -> Questionnaire:
    return Questionnaire(
        Format(told["format"]), told["title"], told["edition"],
        tuple(
            Question(**{**one, **{name: _slot(one[name]) for name in ("answer", "comment", "ownership")}})
            for one in told["questions"]
        ),
        tuple(told["notes"]),
    )  # fmt: skip


def _slot(told: dict[str, Any] | None) -> Slot | None:
    return None if told is None else Slot(**{**told, "choices": tuple(told["choices"])})
