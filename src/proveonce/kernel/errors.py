"""One small hierarchy of errors; each message says what, where and how to fix it.

Libraries raise these; only `cli` turns them into exit codes.
"""

from __future__ import annotations

from dataclasses import dataclass


class ProveonceError(Exception):
    """Base of every error we raise on purpose."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  fix: {self.fix}" if self.fix else head


class UsageError(ProveonceError):
    """The command line, or a file it names, cannot be used as asked."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with input, at its place."""

    file: str
    line: int
    """1-based."""
    column: int
    """1-based."""
    what: str
    closest: str = ""
    """Nearest valid name and where it is defined, if one is near."""
    fix: str = ""

    def __str__(self) -> str:
        lines = [f"{self.file}:{self.line}:{self.column}: {self.what}"]
        if self.closest:
            lines.append(f"  closest: {self.closest}")
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)


class InputError(ProveonceError):
    """Input is refused; carries every problem found in one run, in file order."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(p) for p in self.problems))

    def __str__(self) -> str:
        count = len(self.problems)
        return f"{self.what}\n{count} problem{'s' if count != 1 else ''} found"


class EvidenceError(ProveonceError):
    """The evidence store does not hold what its manifest says."""

    exit_code = 5


class StoreError(ProveonceError):
    """The evidence store cannot be written: no space, no permission."""


class CollectionError(ProveonceError):
    """Collection could not begin at all (no credentials, no endpoint)."""
