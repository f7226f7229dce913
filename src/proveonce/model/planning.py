"""Planning: how long things take and how early they are announced, every default in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Planning:
    """What `calendar:` of a workspace may say."""

    country: str = ""
    """ISO 3166-1 alpha-2 code whose public holidays are free; empty: only weekends are."""
    subdivision: str = ""
    """Its state or province, ISO 3166-2 without the country."""
    notice: str = "P30D"
    """How long before a day it is announced; where the interval is short, a third of the interval."""
    observation: str = "P12M"
    """Length of the period that a SOC 2 Type II report observes."""
    fieldwork_days: int = 20
    """Business days from the auditor's first day of fieldwork to the last."""
    report_days: int = 30
    """Business days from the last day of fieldwork to the issued report."""
    bridge: str = "P3M"
    """How long after the end of a report's period a bridge letter is accepted."""
    bridge_days: int = 10
    """Business days that it takes to write and sign one."""
    vendor_review: str = "P12M"
    """Between two reviews of a third party."""
    gaps: str = "P90D"
    """How far ahead `status` looks for gaps that open."""
    applies_to: tuple[str, ...] = ("service_provider", "multi-tenant")
    """Which PCI DSS applicability counts besides `all`: service_provider, multi-tenant, issuer, DESV. The stricter
    ones stand here by default; an organisation that is no service provider says so with an empty list."""
