"""Exact binary programs through HiGHS: objectives in order, then ties by name, so that the answer is unique.

Coefficients are integers. HiGHS finds a solution and a bound; the solution is then checked against every row and
its value computed in integers here, so no floating-point figure is ever believed. The answer depends neither on
threads nor on seeds, because only one solution meets all objectives and the order of names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proveonce.kernel.errors import ProveonceError

if TYPE_CHECKING:
    import highspy

_CHUNK = 10
"""Names decided in one solve of the tie-break: powers of two up to 2⁹ stay far from the solver's tolerances."""
_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Row:
    """Σ coefficient × variable ≥ least."""

    coefficients: Mapping[str, int]
    least: int


@dataclass(frozen=True, slots=True)
class Solution:
    """The one best choice, with the proof of the first objective."""

    chosen: frozenset[str]
    value: int
    """Of the first objective."""
    bound: int
    """No choice has less: equal to the value when the optimum is proven."""


def minimise(rows: Sequence[Row], objectives: Sequence[Mapping[str, int]], names: Sequence[str]) -> Solution:
    """The choice of least first objective, then of least second and so on; among equals, of first `names`.

    Among equals the choice that holds the first name wins, then the second, to the end. Variables are all that
    `rows`, `objectives` and `names` mention; only `names` are decided uniquely, the others are means to an end.
    Raises: ProveonceError when no choice meets the rows, or HiGHS does not prove the optimum.
    """
    variables = sorted({v for row in rows for v in row.coefficients} | {v for o in objectives for v in o} | set(names))
    held = list(rows)
    first: tuple[int, int] | None = None
    chosen: frozenset[str] = frozenset()
    for objective in objectives:
        chosen, bound = _solve(variables, held, objective, {})
        value = _value(objective, chosen)
        first = first or (value, bound)
        held.append(Row({variable: -weight for variable, weight in objective.items()}, -value))
    decided: dict[str, int] = {}
    for start in range(0, len(names), _CHUNK):
        chunk = names[start : start + _CHUNK]
        preference = {name: -(2 ** (len(chunk) - 1 - place)) for place, name in enumerate(chunk)}
        chosen, _ = _solve(variables, held, preference, decided)
        decided |= {name: int(name in chosen) for name in chunk}
    value, bound = first or (0, 0)
    return Solution(chosen, value, bound)


def _value(objective: Mapping[str, int], chosen: frozenset[str]) -> int:
    return sum(weight for variable, weight in objective.items() if variable in chosen)


def _solve(
    variables: Sequence[str], rows: Sequence[Row], objective: Mapping[str, int], decided: Mapping[str, int]
) -> tuple[frozenset[str], int]:
    """A proven least choice, and the solver's bound rounded up to the integer that it proves."""
    import highspy

    solver = _quiet_solver()
    for option, setting in (("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0), ("threads", 1), ("random_seed", 0)):
        solver.setOptionValue(option, setting)
    columns = {}
    for variable in variables:
        fixed = decided.get(variable)
        low, high = (0, 1) if fixed is None else (fixed, fixed)
        columns[variable] = solver.addVariable(
            lb=low, ub=high, obj=objective.get(variable, 0), type=highspy.HighsVarType.kInteger
        )
    for row in rows:
        terms = [weight * columns[variable] for variable, weight in row.coefficients.items()]
        if terms:
            solver.addConstr(solver.qsum(terms) >= row.least)
        elif row.least > 0:
            raise _unsolved("a row without variables asks for something")
    solver.minimize()
    status = solver.getModelStatus()
    if variables and status != highspy.HighsModelStatus.kOptimal:
        raise _unsolved(solver.modelStatusToString(status))
    values = solver.getSolution().col_value
    chosen = frozenset(variable for variable, value in zip(variables, values, strict=False) if value > 0.5)  # noqa: PLR2004 - 0 or 1
    for row in rows:
        if sum(weight for variable, weight in row.coefficients.items() if variable in chosen) < row.least:
            raise _unsolved("its solution breaks a row when checked in integers")
    bound = math.ceil(solver.getInfo().mip_dual_bound - _TOLERANCE) if objective and variables else 0
    value = _value(objective, chosen)
    if value > bound:
        raise _unsolved(f"its bound {bound} leaves a gap to {value}")
    return chosen, bound


def _quiet_solver() -> highspy.Highs:
    """A solver that says nothing: making one enables callbacks, which would write a banner to standard output."""
    import highspy

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802 - highspy's name
            self.silent()
            super().enableCallbacks()  # type: ignore[no-untyped-call] # nor does this

    return Quiet()  # type: ignore[no-untyped-call] # its constructor carries no types


def _unsolved(why: str) -> ProveonceError:
    return ProveonceError(
        f"the order of work could not be solved: {why}", where="HiGHS", fix="report this with the content digest"
    )
