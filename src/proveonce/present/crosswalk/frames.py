"""The pivots of the crosswalk: frameworks × controls, requirements × domains.

pandas is imported when a pivot is made, never before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from proveonce.model.catalog import Framework
from proveonce.present.crosswalk.view import CrosswalkView, MappedEdge, Strength

if TYPE_CHECKING:
    import pandas as pd


def edge_frame(view: CrosswalkView) -> pd.DataFrame:
    """One row an edge: control, domain, framework, requirement, is_full, and the edge itself."""
    import pandas as pd

    columns = ["control", "domain", "framework", "requirement", "is_full", "edge"]
    rows = [
        (e.control.id, e.control.domain, e.framework.id, e.requirement.id, e.strength is Strength.FULL, e)
        for e in view.edges
    ]
    return pd.DataFrame(rows, columns=columns)


def heat(view: CrosswalkView) -> dict[str, dict[tuple[str, bool], int]]:
    """Control → (framework, whether full) → number of requirements; every control and column is there."""
    import pandas as pd

    columns = pd.MultiIndex.from_product([[f.id for f in view.frameworks], [True, False]])
    counts = (
        edge_frame(view)
        .pivot_table(index="control", columns=["framework", "is_full"], values="requirement", aggfunc="count")
        .reindex(index=[row.control.id for row in view.controls], columns=columns)
        .fillna(0)
        .astype(int)
    )
    return {str(control): dict(zip(columns, map(int, row), strict=True))
            for control, row in zip(counts.index, counts.to_numpy(), strict=True)}  # fmt: skip


def matrix(view: CrosswalkView, framework: Framework) -> dict[tuple[str, str], tuple[MappedEdge, ...]]:
    """(requirement, domain) → the edges in that cell; empty cells are missing."""
    frame = edge_frame(view)
    inside = frame[frame["framework"] == framework.id]
    cells = inside.groupby(["requirement", "domain"], sort=False)["edge"].agg(tuple)
    return {(str(key[0]), str(key[1])): edges for key, edges in cells.items() if isinstance(key, tuple)}
