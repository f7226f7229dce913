"""The zip of a workbook: bounded before anything in it is parsed, and what it carries besides cells.

Bounds are checked on the zip's own directory, and again on the bytes that a part really expands to, since a
directory may lie. Macros, embedded objects and links are reported, never opened; they stay in the file.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from proveonce.kernel.errors import UsageError

MAX_BYTES = 50 * 1024 * 1024
MAX_PARTS = 5_000
MAX_EXPANDED_BYTES = 500 * 1024 * 1024
MAX_RATIO = 200
"""Of expanded to stored bytes, of the file and of each part above a megabyte; small ones compress by chance."""
_MEGABYTE = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ARCHIVES = re.compile(r"\.(zip|xlsx|xlsm|docx|pptx|7z|rar|gz|tar|bz2|xz)$", re.IGNORECASE)
_CARRIED = (
    (re.compile(r"vbaproject[^/]*\.bin$", re.IGNORECASE), "macros"),
    (re.compile(r"(^|/)externallinks/[^/]+\.xml$", re.IGNORECASE), "links to other workbooks"),
    (re.compile(r"(^|/)(embeddings|activex|ctrlprops)/", re.IGNORECASE), "embedded objects or controls"),
    (re.compile(r"(^|/)(connections\.xml|querytables/)", re.IGNORECASE), "connections to outside data"),
    (re.compile(r"(^|/)_xmlsignatures/", re.IGNORECASE), "a digital signature, which any change makes void"),
)


@dataclass(frozen=True, slots=True)
class Container:
    """A zip within bounds."""

    archive: zipfile.ZipFile
    where: str
    notes: tuple[str, ...]

    def part(self, name: str) -> bytes | None:
        """The bytes of a part; None when there is none. Raises: UsageError when it is not what it says to be."""
        try:
            info = self.archive.getinfo(name)
        except KeyError:
            return None
        try:
            with self.archive.open(info) as file:
                data = file.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise UsageError(f"the file is damaged: {name} cannot be unpacked ({error})", where=self.where,
                             fix="ask for a whole copy") from error  # fmt: skip
        if len(data) != info.file_size:
            raise UsageError(f"{name} expands to another size than the file says", where=self.where,
                             fix="do not trust this file")  # fmt: skip
        return data


def read_bytes(path: Path) -> bytes:
    """The bytes of a file no larger than we read. Raises: UsageError."""
    try:
        if not path.is_file():
            raise UsageError("this is no file", where=str(path), fix="name the questionnaire's file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), fix="check the path") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"the file is larger than {MAX_BYTES // _MEGABYTE} MiB", where=str(path), fix="split it")
    if not data.strip():
        raise UsageError("the file is empty", where=str(path), fix="name the file that holds the questions")
    return data


def open_container(data: bytes, where: str) -> Container:
    """The zip of an OOXML workbook. Raises: UsageError when it is none, or grows beyond the bounds."""
    _refuse_ole(data, where)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise UsageError(f"this is no workbook: {error}", where=where, fix="save it anew as .xlsx") from error
    _refuse_growth(parts, len(data), where)
    _refuse_names(parts, where)
    container = Container(archive, where, _carried(parts))
    for part in parts:
        if "externallinks/" in part.filename.lower() and b"ddeLink" in (container.part(part.filename) or b""):
            raise UsageError("the workbook links to a program (DDE)", where=where,
                             fix="do not trust this file: remove the link, or ask for another")  # fmt: skip
    return container


def _refuse_ole(data: bytes, where: str) -> None:
    if not data.startswith(_OLE):
        return
    if _ENCRYPTED in data:
        raise UsageError("the workbook is protected with a password", where=where,
                         fix="open it with its password and save it without one")  # fmt: skip
    raise UsageError("this is an old .xls workbook (or another OLE file)", where=where, fix="save it as .xlsx")


def _refuse_growth(parts: list[zipfile.ZipInfo], size: int, where: str) -> None:
    if len(parts) > MAX_PARTS:
        raise UsageError(f"the file has {len(parts):,} parts, more than {MAX_PARTS:,}", where=where,
                         fix="do not trust this file, or save it anew as .xlsx")  # fmt: skip
    expanded = sum(part.file_size for part in parts)
    bombs = [p.filename for p in parts if p.file_size > _MEGABYTE and p.file_size > MAX_RATIO * max(p.compress_size, 1)]
    if expanded > MAX_EXPANDED_BYTES or (expanded > _MEGABYTE and expanded > MAX_RATIO * size) or bombs:
        raise UsageError(
            f"the file would expand to {expanded:,} bytes from {size:,}; the bounds are "
            f"{MAX_EXPANDED_BYTES // _MEGABYTE} MiB and {MAX_RATIO} times its size",
            where=where, fix="do not trust this file, or remove unused sheets and save it anew",
        )  # fmt: skip


def _refuse_names(parts: list[zipfile.ZipInfo], where: str) -> None:
    names = [part.filename for part in parts]
    if len({name.lower() for name in names}) != len(names):
        raise UsageError("two parts of the file have the same name", where=where, fix="do not trust this file")
    for part in parts:
        name = part.filename
        if name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in posixpath.normpath(name).split("/"):
            raise UsageError(f"a part of the file leaves it: {name!r}", where=where, fix="do not trust this file")
        if part.flag_bits & 1:
            raise UsageError("the file is encrypted", where=where, fix="save it without a password")
        if part.compress_type not in _METHODS:
            raise UsageError(f"{name!r} is packed in a way no workbook uses", where=where, fix="save it anew as .xlsx")
    if any(name.lower().endswith("workbook.bin") for name in names):
        raise UsageError("this is a binary .xlsb workbook", where=where, fix="save it as .xlsx")
    if "[Content_Types].xml" not in names:
        raise UsageError("this is a zip, but no workbook", where=where, fix="name the .xlsx file itself")


def _carried(parts: list[zipfile.ZipInfo]) -> tuple[str, ...]:
    """What the file carries besides cells, in words for people."""
    notes = []
    for pattern, what in _CARRIED:
        found = sorted(part.filename for part in parts if pattern.search(part.filename))
        if found:
            notes.append(f"the file holds {what} ({_named(found)}): not run, not followed, left as they are")
    nested = sorted(part.filename for part in parts if _ARCHIVES.search(part.filename))
    if nested:
        notes.append(f"the file holds other files ({_named(nested)}): not opened, left as they are")
    return tuple(notes)


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown  # noqa: PLR2004 - as many as are shown
