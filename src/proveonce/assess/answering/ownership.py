"""Who has the controls of an answer, in the words of CAIQ's ownership column, where it is certain."""

from __future__ import annotations

from collections.abc import Iterable

from proveonce.model.content import Content
from proveonce.model.control import ControlId
from proveonce.model.service import Share

_WORDS = {
    frozenset({Share.CUSTOMER}): "CSP-owned",
    frozenset({Share.INHERITED}): "3rd-party outsourced",
    frozenset({Share.SHARED}): "Shared CSP and 3rd-party",
}
"""We are AWS's customer, and the provider of whoever asks."""


def ownership_of(controls: Iterable[ControlId], content: Content) -> str:
    """The ownership that every duty touching every control has in every class of service; empty where they differ."""
    shares: set[Share] = set()
    for control in controls:
        duties = [duty.id for duty in content.services.duties.values() if control in duty.controls]
        found = {kind.splits[duty].share for kind in content.services.classes.values() for duty in duties}
        if not found:
            return ""
        shares |= found
    return _WORDS.get(frozenset(shares), "")
