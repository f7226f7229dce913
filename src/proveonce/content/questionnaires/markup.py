"""The XML of a workbook, read with its byte offsets; a document type is refused, so no entity can be declared.

expat is used directly because an answer is put into the bytes of a sheet, and only expat tells where they are.
Prefixes of elements are left off: workbooks use `row`, `x:row` or `main:row` alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias
from xml.parsers import expat

from proveonce.kernel.errors import UsageError

Start: TypeAlias = Callable[[str, Mapping[str, str]], None]
End: TypeAlias = Callable[[str], None]

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MUST_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def walk(
    data: bytes, where: str, start: Start, end: End | None = None, text: Callable[[str], None] | None = None
) -> None:
    """Calls `start`, `end` and `text` over a part's elements, named without prefix; attributes as they stand.

    Raises: UsageError when the part is no XML or declares a document type.
    """
    parser = new_parser(where)
    parser.StartElementHandler = lambda name, attributes: start(local(name), attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(local(name))
    if text is not None:
        parser.CharacterDataHandler = text
    run(parser, data, where)


def new_parser(where: str) -> expat.XMLParserType:
    """A parser that refuses a document type."""

    def _refuse_doctype(*_declared: object) -> None:
        raise UsageError("the file declares an XML document type or entities", where=where,
                         fix="no questionnaire needs them: do not trust this file")  # fmt: skip

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def run(parser: expat.XMLParserType, data: bytes, where: str) -> None:
    """Parses the whole part. Raises: UsageError when it is no XML."""
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes it by position
    except expat.ExpatError as error:
        raise UsageError(f"the file is damaged: {error}", where=where,
                         fix="open it in a spreadsheet program and save it anew as .xlsx") from error  # fmt: skip


def local(name: str) -> str:
    """The name without its prefix."""
    return name.rpartition(":")[2] if ":" in name else name


def is_on(value: str | None) -> bool:
    """Whether an XML boolean says yes."""
    return value in {"1", "true", "on"}


def unescape(text: str) -> str:
    """What a stored string means: `_x000D_` is a carriage return (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def escape(text: str) -> str:
    """A text as it is stored: what XML cannot hold becomes `_xHHHH_`, and what looks like that is kept as itself."""
    escaped = _MUST_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
