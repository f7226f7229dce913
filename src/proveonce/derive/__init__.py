"""Pure functions from an evidence row to what a predicate cannot compute: columns and child rows.

Each takes a line of an artefact (see `collect.rows`) and reads facts that were read; it raises
`Underivable` for content it cannot understand, which leaves the value unread, never guessed.
"""

from proveonce.derive.registry import CHILDREN, COLUMNS
from proveonce.derive.underivable import Underivable

__all__ = ["CHILDREN", "COLUMNS", "Underivable"]
