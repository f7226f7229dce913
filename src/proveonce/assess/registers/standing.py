"""All registers on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb

from proveonce.assess.registers import acceptances, documents, vendors
from proveonce.model.content import Content
from proveonce.model.register import Registers
from proveonce.model.standing import RegisterStanding


def standing(registers: Registers, content: Content, day: date) -> RegisterStanding:
    """How the registers stand on `day`; which failures an acceptance is about takes an assessment to know."""
    return RegisterStanding(
        day=day.isoformat(),
        attestations=documents.stand(registers.attestations, day),
        continuity=documents.continuity(registers.attestations, day),
        vendors=tuple(vendors.stand(vendor, content, day) for vendor in registers.vendors),
        acceptances=acceptances.stand(registers.acceptances, day),
        files=registers.files,
        digest=registers.digest,
    )


def with_failures(connection: duckdb.DuckDBPyConnection, found: RegisterStanding, content: Content) -> RegisterStanding:
    """The registers, each acceptance with the failures among the judged `findings` that it is about."""
    if not found.acceptances:
        return found
    covered, accepted = acceptances.cover(connection, found.acceptances, content)
    held = tuple(replace(entry, covered=covered[entry.acceptance.id]) for entry in found.acceptances)
    return replace(found, acceptances=held, accepted=accepted)
