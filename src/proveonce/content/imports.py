"""Rule maps, which say what controls somebody else's rules speak to, and headings of people's tables."""

from __future__ import annotations

from collections.abc import Iterable

from proveonce.content.parsing import Listed
from proveonce.content.schema import RuleMapModel, WorkspaceModel
from proveonce.kernel.durations import days
from proveonce.kernel.located import Document
from proveonce.kernel.naming import nearest
from proveonce.model.control import ControlId
from proveonce.model.imported import RECORDS, RuleMap


def link_rule_maps(listed: Iterable[Listed[RuleMapModel]], controls: Iterable[str]) -> dict[str, RuleMap]:
    """Tool → its map; an unknown control, or a second map of a tool, is a problem at its place."""
    known = list(controls)
    found: dict[str, RuleMap] = {}
    for entry in listed:
        document, model = entry.document, entry.model
        if model is None:
            continue
        if model.tool in found:
            document.problem(("tool",), f"{model.tool!r} already has a rule map", fix="keep one file a tool")
            continue
        for rule, named in model.rules.items():
            for index, control in enumerate(named):
                if control not in known:
                    near = nearest(control, known)
                    document.problem(("rules", rule, index), f"unknown common control {control!r}",
                                     closest=repr(near) if near else "", fix="correct the id")  # fmt: skip
        found[model.tool] = RuleMap(
            tool=model.tool,
            title=model.title,
            rules={rule: tuple(ControlId(control) for control in named) for rule, named in model.rules.items()},
            fresh_for_days=int(days(model.fresh_for) or 0),
            polarity=model.polarity,
        )
    return dict(sorted(found.items()))


def check_headings(document: Document, model: WorkspaceModel) -> None:
    """Notes each column that `imports` of a `proveonce.yaml` names and the records of its kind do not have."""
    for kind, headings in model.imports.tables.items():
        for column in headings:
            if column not in RECORDS[kind]:
                near = nearest(column, RECORDS[kind])
                document.problem(("imports", "tables", kind, column), f"a {kind} has no column {column!r}",
                                 closest=repr(near) if near else "", fix=f"one of {', '.join(RECORDS[kind])}",
                                 at_key=True)  # fmt: skip
