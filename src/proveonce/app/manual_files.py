"""Files of evidence by people, written beside what people wrote in them.

What a file holds stays byte for byte; a text is put in, the whole is read back as the loader reads it, and
only when every record is as meant does it take the file's place, in one step. One process writes at a time.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from proveonce.content.attachments import why_refused
from proveonce.content.manual import FOLDER, read_manual
from proveonce.kernel.errors import InputError, ProveonceError, UsageError
from proveonce.kernel.files import file_digest, shown_path, write_atomically
from proveonce.model.content import Content
from proveonce.model.manual import ManualRecord

_HEAD = "# Evidence by people; proveonce evidence add goes on below, and changes nothing above.\n"
_ENTRY = re.compile(r"^( *)-(?: |$)", re.MULTILINE)
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")
_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Escapes the line breaks of Unicode, which PyYAML otherwise writes bare and reads back as white space."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _OTHER_BREAKS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(records: Sequence[Mapping[str, Any]], indent: str = "") -> str:
    """Records as entries of a block list."""
    lines = _dump(list(records), _WIDTH)
    return "".join(f"{indent}{line}\n" for line in lines)


def _dump(value: Any, width: int) -> list[str]:
    """The lines of a value."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=width)
    return text.rstrip("\n").split("\n")


@contextmanager
def writing(root: Path) -> Iterator[Path]:
    """The folder of records, made where it is missing, while no other process of ours writes to it."""
    folder = root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise ProveonceError(f"cannot be written to: {error.strerror}", where=str(folder), fix="check it") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(handle)


def append(root: Path, content: Content, name: str, records: Sequence[Mapping[str, Any]]) -> Path:
    """Adds records to the file `name` of the folder, after everything that it holds; while `writing`.

    Raises: InputError with what the records, or the file, have wrong; nothing is written then.
    """
    path = root / FOLDER / name
    before = _text_of(path)
    found = _ENTRY.search(before)
    added = as_yaml(records, found[1] if found else "")
    whole = (before + ("" if before.endswith("\n") else "\n") if before else _HEAD) + added
    _put(root, content, path, whole, {str(record["id"]): record for record in records})
    return path


def fill_in(root: Path, content: Content, record: ManualRecord, values: Mapping[str, str]) -> Path:
    """Adds keys to a record, in lines after the one of its id; while `writing`.

    Raises: InputError, UsageError when the record has them already or is not written a key a line.
    """
    path = next((p for p in sorted((root / FOLDER).rglob("*.yaml")) if shown_path(p) == record.place.file), None)
    if path is None:
        raise UsageError(f"record {record.id} is in no file", fix="proveonce evidence list")
    lines = _text_of(path).splitlines(keepends=True)
    at = next((n for n in range(record.place.line - 1, len(lines)) if _is_id(lines[n], record.id)), None)
    if at is None:
        raise UsageError(f"the id of {record.id} has no line of its own", where=str(record.place),
                         fix="write the record a key a line, or add reviewed_by and reviewed_on there")  # fmt: skip
    indent = " " * (record.place.column - 1)
    ending = "\r\n" if lines[at].endswith("\r\n") else "\n"
    lines[at] = lines[at].rstrip("\r\n") + ending
    lines[at + 1 : at + 1] = [f"{indent}{line}{ending}" for line in _dump(dict(values), 10_000)]
    _put(root, content, path, "".join(lines), {record.id: values})
    return path


def _is_id(line: str, identifier: str) -> bool:
    return re.fullmatch(rf"[ -]*id: *['\"]?{re.escape(identifier)}['\"]?\s*(#.*)?", line.rstrip("\r\n")) is not None


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ProveonceError(f"cannot be read: {error}", where=str(path), fix="save it as UTF-8") from error


def _put(root: Path, content: Content, path: Path, text: str, meant: Mapping[str, Mapping[str, Any]]) -> None:
    """Puts the text in place of the file, once it reads back as it was with what is meant. Raises: InputError."""
    earlier, _ = read_manual(root, content)
    records, problems = read_manual(root, content, instead={path: text})
    if problems:
        raise InputError(problems)
    kept = {r.id: r.data() for r in earlier if r.id not in meant}
    if {r.id: r.data() for r in records if r.id not in meant} != kept or not _says(records, meant):
        raise UsageError("the file would not read back as meant, and was left as it is", where=str(path),
                         fix="write it as a plain list, each entry beginning with '- id:'")  # fmt: skip
    write_atomically(path, text.encode("utf-8"))


def _says(records: Sequence[ManualRecord], meant: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether the records meant are there, with the plain texts meant."""
    found = {record.id: record for record in records}
    return all(
        identifier in found and getattr(found[identifier], name) == value  # type: ignore[index] # ids are texts
        for identifier, values in meant.items()
        for name, value in values.items()
        if isinstance(value, str)
    )


def keep_attachment(folder: Path, source: Path, file: str) -> str:
    """Copies a file to the path `file` below the folder of records; its SHA-256.

    Raises: UsageError when it is no plain file, or another one has that path.
    """
    target = folder / file
    if why := why_refused(folder, file) or ("" if source.is_file() else "is no file"):
        raise UsageError(f"the attachment {source.name!r} {why}", fix="attach a plain file, under a plain name")
    try:
        found = file_digest(source)
        if target.exists() and file_digest(target) != found:
            raise UsageError(f"there is another file at {file}", where=str(folder), fix="rename the attachment")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copyfile(source, target)
        if file_digest(target) != found:
            raise UsageError(f"the attachment {source.name!r} changed while it was copied", fix="try again")
    except OSError as error:
        raise ProveonceError(f"cannot be copied: {error.strerror}", where=str(source), fix="check it") from error
    return found
