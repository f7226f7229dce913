"""Duties: what is due, when and for whom, as a pure function of content, workspace, registers, records and a day."""

from __future__ import annotations

from proveonce.assess.duties.decisions import acceptance_duties, answer_duties
from proveonce.assess.duties.desk import Desk
from proveonce.assess.duties.documents import document_duties
from proveonce.assess.duties.vendors import vendor_duties
from proveonce.assess.duties.work import control_duties
from proveonce.model.duty import Duty


def duties(desk: Desk) -> tuple[Duty, ...]:
    """Every duty, by the day it is due, then by uid: of each thing the next one, and its repeats until `desk.until`."""
    found = [
        *control_duties(desk),
        *document_duties(desk),
        *vendor_duties(desk),
        *acceptance_duties(desk),
        *answer_duties(desk),
    ]
    return tuple(sorted(found, key=lambda duty: (duty.due_on, duty.uid)))


__all__ = ["Desk", "duties"]
