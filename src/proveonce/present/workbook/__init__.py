"""The workbook: every requirement, test, finding and call of a package, for people who work in Excel.

Holds no formula, no outside link and no name made from data; equal views give equal bytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from xlsxwriter.workbook import Workbook

from proveonce.present.view import PackageView
from proveonce.present.workbook import mapping, reading, results, testing
from proveonce.present.workbook.book import Book
from proveonce.present.workbook.cells import clean
from proveonce.present.workbook.cover import Cover, write_legend

_OPTIONS: dict[str, Any] = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Arial", "font_size": 9, "font_scheme": "none"},
}


def write_workbook(
    view: PackageView,
    path: Path,
    *,
    created: datetime,
    calls: Callable[[], Iterator[Mapping[str, object]]] | None = None,
) -> None:
    """Write the package's workbook to `path`.

    `created` is the instant written into the file; with an equal view it gives equal bytes. `calls` gives the records
    of the run's calls artefact; without it the sheet Calls says where they are.
    Raises: ProveonceError when findings do not add up to the counts of the view; OSError when `path` cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="proveonce-workbook-") as folder:
        workbook = Workbook(str(path), {**_OPTIONS, "tmpdir": folder})
        try:
            _write(Book(workbook, view, created), calls)
        except BaseException:
            # Its temporary files are open until it is closed, and half a workbook is none.
            for sheet in workbook.worksheets():
                sheet.row_data_fh.close()
            raise
        workbook.close()


def _write(book: Book, calls: Callable[[], Iterator[Mapping[str, object]]] | None) -> None:
    view = book.view
    book.set_properties(f"{view.package} workbook")
    cover = Cover(book)
    results.write_summary(book)
    results.write_matrix(book)
    results.write_controls(book)
    testing.write_tests(book)
    testing.write_findings(book)
    testing.write_deviations(book)
    mapping.write_priorities(book)
    reading.write_coverage(book)
    reading.write_calls(book, calls)
    reading.write_evidence(book)
    mapping.write_crosswalk(book)
    write_legend(book)
    cover.write()


__all__ = ["clean", "write_workbook"]
