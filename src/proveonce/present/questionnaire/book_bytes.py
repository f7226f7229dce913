"""A workbook's zip with some sheets changed: every other part keeps its bytes, its order and its date."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from proveonce.content.questionnaires.container import Container
from proveonce.content.questionnaires.markup import local, new_parser, run
from proveonce.present.questionnaire.sheet_bytes import apply_edits

_ATTRIBUTE = re.compile(rb"""\sfullCalcOnLoad\s*=\s*("[^"]*"|'[^']*')""")
_AFTER = ("oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing",
          "fileRecoveryPr", "webPublishObjects", "extLst")  # fmt: skip
"""What follows `calcPr` in a workbook (ECMA-376 part 1, 18.2.27)."""


def with_parts(container: Container, changed: Mapping[str, bytes]) -> bytes:
    """The zip with these parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.comment = container.archive.comment
        for held in container.archive.infolist():
            info = zipfile.ZipInfo(held.filename, held.date_time)
            info.compress_type, info.external_attr = held.compress_type, held.external_attr
            info.create_system, info.comment = held.create_system, held.comment
            data = changed[held.filename] if held.filename in changed else container.part(held.filename)
            target.writestr(info, data or b"")
    return out.getvalue()


def recalculated(data: bytes, where: str) -> bytes:
    """The workbook part that asks for its formulas to be computed when it is opened."""
    parser = new_parser(where)
    found: dict[str, tuple[int, str]] = {}

    def _start(name: str, _attributes: dict[str, str]) -> None:
        found.setdefault(local(name), (parser.CurrentByteIndex, name))

    def _end(name: str) -> None:
        if local(name) == "workbook":
            found["/"] = parser.CurrentByteIndex, name

    parser.StartElementHandler, parser.EndElementHandler = _start, _end
    run(parser, data, where)
    if "calcPr" in found:
        at, name = found["calcPr"]
        end = data.index(b">", at)
        tag = _ATTRIBUTE.sub(b"", data[at:end])
        head = b"<" + name.encode()
        return apply_edits(data, [(at, end, head + b' fullCalcOnLoad="1"' + tag[len(head) :])])
    at = next((found[name][0] for name in _AFTER if name in found), found["/"][0])
    prefix = found["/"][1][: -len("workbook")]
    return apply_edits(data, [(at, at, f'<{prefix}calcPr fullCalcOnLoad="1"/>'.encode())])
