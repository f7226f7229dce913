"""The workbook: every requirement, test, finding and call of a package, for people who work in Excel.

Holds no formula, no outside link and no name made from data; equal views give equal bytes.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.workbook import Workbook

from proveonce.kernel.errors import ProveonceError
from proveonce.present.calendar.book import write_duties, write_recurring
from proveonce.present.view import PackageView
from proveonce.present.workbook import mapping, reading, registers, results, testing
from proveonce.present.workbook.book import Book
from proveonce.present.workbook.cells import clean
from proveonce.present.workbook.cover import Cover, write_legend
from proveonce.present.workbook.origins import write_sources
from proveonce.present.workbook.procedural import write_procedural
from proveonce.present.workbook.reading import Calls

_OPTIONS: dict[str, Any] = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # A million rows are more than 2 GiB of XML before compression.
    "use_zip64": True,
    "default_format_properties": {"font_name": "Arial", "font_size": 9, "font_scheme": "none"},
}


def write_workbook(
    view: PackageView,
    path: Path,
    *,
    created: datetime,
    calls: Calls | None = None,
) -> None:
    """Write the package's workbook to `path`.

    `created` is the instant written into the file; with an equal view it gives equal bytes. `calls` gives the records
    of the run's calls artefact; without it the sheet Calls says where they are.
    Raises: ProveonceError when findings do not add up to the counts of the view, or `path` cannot be written; a file
    that was there before is then left as it was.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        _write_file(view, part, created, calls)
        _put(part, path)
    except XlsxFileError as error:
        raise _unwritable(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def _put(part: Path, path: Path) -> None:
    try:
        part.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: Exception) -> ProveonceError:
    return ProveonceError(
        f"the workbook cannot be written: {error}", where=str(path), fix="close it in Excel, or check the folder"
    )


def _write_file(view: PackageView, path: Path, created: datetime, calls: Calls | None) -> None:
    with tempfile.TemporaryDirectory(prefix="proveonce-workbook-") as folder:
        workbook = Workbook(str(path), {**_OPTIONS, "tmpdir": folder})
        try:
            _write(Book(workbook, view, created), calls)
            workbook.close()
        finally:
            # Each sheet streams through a file of its own; XlsxWriter closes them only when all went well.
            for sheet in workbook.worksheets():
                sheet.row_data_fh.close()


def _write(book: Book, calls: Calls | None) -> None:
    view = book.view
    book.set_properties(f"{view.package} workbook")
    cover = Cover(book)
    results.write_summary(book)
    results.write_matrix(book)
    results.write_controls(book)
    testing.write_tests(book)
    testing.write_findings(book)
    testing.write_deviations(book)
    write_procedural(book)
    registers.write_decisions(book)
    mapping.write_priorities(book)
    if view.calendar:
        write_recurring(book, view.recurring, {sheet.control.id: sheet.control.title for sheet in view.sheets})
        write_duties(book, view.calendar)
    reading.write_coverage(book)
    write_sources(book)
    reading.write_calls(book, calls)
    reading.write_evidence(book)
    registers.write_documents(book)
    mapping.write_crosswalk(book)
    write_legend(book)
    cover.write()


__all__ = ["clean", "write_workbook"]
