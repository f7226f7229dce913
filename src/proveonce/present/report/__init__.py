"""The PDF report: from a finished view to pages, judging nothing and fetching nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from proveonce.present.report.render import compose, stylesheet, to_pdf
from proveonce.present.view import PackageView

__all__ = ["write_report"]


def write_report(view: PackageView, path: Path, *, created: datetime, paper: str = "A4") -> int:
    """Write the report of `view` to `path` as PDF/A-3u and return its page count.

    `created` is the instant printed and embedded; with equal views it gives equal bytes.
    `paper` is A4 or Letter. Memory: some 10 MB a page, in a child process.
    Raises: UsageError for another paper, ProveonceError when rendering fails.
    """
    return to_pdf(compose(view, created), stylesheet(paper), path, created=created)
