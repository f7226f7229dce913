"""Content: catalogs, controls, crosswalks and checks as loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from proveonce.model.catalog import Framework, FrameworkId
from proveonce.model.check import Check, CheckId
from proveonce.model.control import CommonControl, ControlId, Domain
from proveonce.model.crosswalk import Crosswalk
from proveonce.model.imported import RuleMap
from proveonce.model.recurrence import Obligation
from proveonce.model.service import ServiceCatalog


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that says what is right; with evidence, everything that decides a verdict."""

    frameworks: Mapping[FrameworkId, Framework]
    domains: Mapping[str, Domain]
    controls: Mapping[ControlId, CommonControl]
    crosswalks: Mapping[FrameworkId, Crosswalk]
    checks: Mapping[CheckId, Check]
    services: ServiceCatalog = field(default_factory=ServiceCatalog)
    rule_maps: Mapping[str, RuleMap] = field(default_factory=dict)
    """Tool whose results can be imported → the controls that its rules speak to."""
    recurrence: tuple[Obligation, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Package path (controls/…, mappings/…, workspace/… where both are in force) → bytes, exactly as used."""
    digest: str = ""
    """SHA-256 over the paths and bytes of `files`."""

    def checks_of(self, control: str) -> list[Check]:
        """The checks that support `control`, in order of id."""
        return [check for check in self.checks.values() if control in check.supports]
