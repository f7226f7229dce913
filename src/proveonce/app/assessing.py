"""A run, what was imported and what people recorded → findings, control and requirement status, an order of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from proveonce.assess.assessment import assessed
from proveonce.assess.imported import import_checks
from proveonce.assess.manual import manual_checks
from proveonce.content import load_content
from proveonce.content.manual import load_manual
from proveonce.content.registers import load_registers
from proveonce.kernel.errors import EvidenceError
from proveonce.kernel.instants import format_instant, parse_instant
from proveonce.model.assessment import Assessment
from proveonce.model.content import Content
from proveonce.model.evidence import Run
from proveonce.model.workspace import Workspace
from proveonce.store import Store


@contextmanager
def assess(
    workspace: Workspace, *, run_id: str | None = None, as_of: str | None = None, frameworks: tuple[str, ...] = ()
) -> Iterator[tuple[Assessment, Content]]:
    """The assessment of a run, the latest by default, as of its end by default; with the content that it used.

    Without an `as_of`, what was imported after the run counts too, and the later instant is the as-of.
    Raises: InputError, UsageError, EvidenceError.
    """
    content = load_content(workspace.root)
    records = load_manual(workspace.root, content)
    registers = load_registers(workspace.root, content)
    store = Store(workspace.store)
    run = store.run(run_id)
    until = format_instant(parse_instant(as_of)) if as_of else None
    imports = in_force(store, until)
    instant = until or max([run.ended_at, *(brought.ended_at for brought in imports)])
    tools = {brought.manifest["predicate"]["import"]["tool"] for brought in imports}
    made = {**import_checks(content, tools), **manual_checks(content)}
    checks = dict(sorted({**content.checks, **made}.items()))
    content = replace(content, checks=checks)
    chosen = frameworks or workspace.frameworks
    with assessed(
        store,
        run,
        content,
        workspace,
        as_of=instant,
        frameworks=chosen,
        imports=imports,
        records=records,
        registers=registers,
    ) as assessment:
        yield assessment, content


def in_force(store: Store, as_of: str | None) -> list[Run]:
    """The imports that count at an instant: of each tool and subject the latest, and those it leaves standing.

    Oldest first.
    """
    latest: dict[tuple[str, str], Run] = {}
    every: dict[str, Run] = {}
    for run in store.runs():
        if run.is_import and (as_of is None or run.ended_at <= as_of):
            facts = run.manifest["predicate"]["import"]
            latest[facts["tool"], facts["subject"]] = run
            every[run.id] = run
    standing = []
    for run in latest.values():
        for name in run.manifest["predicate"]["import"].get("beside", []):
            if name not in every:
                raise EvidenceError(
                    f"the import {name} is gone, and {run.id} does not speak of all that it did", where=str(store.root),
                    fix="bring it back, or import its file again",
                )  # fmt: skip
            standing.append(every[name])
    return sorted([*latest.values(), *standing], key=lambda run: (run.started_at, run.id))
