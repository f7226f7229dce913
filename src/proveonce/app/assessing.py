"""A run → findings, control and requirement status, an order of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from proveonce.assess.assessment import assessed
from proveonce.content import load_content
from proveonce.kernel.instants import format_instant, parse_instant
from proveonce.model.assessment import Assessment
from proveonce.model.content import Content
from proveonce.model.workspace import Workspace
from proveonce.store import Store


@contextmanager
def assess(
    workspace: Workspace, *, run_id: str | None = None, as_of: str | None = None, frameworks: tuple[str, ...] = ()
) -> Iterator[tuple[Assessment, Content]]:
    """The assessment of a run, the latest by default, as of its end by default.

    Raises: InputError, UsageError, EvidenceError.
    """
    content = load_content(workspace.root)
    store = Store(workspace.store)
    run = store.run(run_id)
    instant = format_instant(parse_instant(as_of)) if as_of else run.ended_at
    chosen = frameworks or workspace.frameworks
    with assessed(store, run, content, workspace, as_of=instant, frameworks=chosen) as assessment:
        yield assessment, content
