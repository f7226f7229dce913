"""The process that parses a file from outside: it limits itself, then reads; `reading` starts it.

Prints one JSON object: {"questionnaire": …} or {"error": {what, where, fix}}.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from proveonce.content.questionnaires.parsing import parse_questionnaire
from proveonce.content.questionnaires.reading import CPU_SECONDS
from proveonce.kernel.errors import ProveonceError

MEMORY_BYTES = 3 * 1024**3


def main(arguments: list[str]) -> int:
    """Reads the file that the arguments name."""
    _limit()
    path = Path(arguments[0])
    told: dict[str, Any]
    try:
        told = {"questionnaire": asdict(parse_questionnaire(path, *arguments[1:2]))}
    except ProveonceError as error:
        told = {"error": {"what": error.what, "where": error.where, "fix": error.fix}}
    except (MemoryError, RecursionError):
        told = {"error": {"what": "reading the file takes more memory than a questionnaire can need",
                          "where": str(path), "fix": "do not trust this file"}}  # fmt: skip
    # ASCII alone: a lone surrogate of a hostile file passes as an escape.
    sys.stdout.write(json.dumps(told))
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has none: there the time that `reading` waits is the limit
        return
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
