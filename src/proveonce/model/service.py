"""The provider's services: what its published lists said of each and when, and who has which duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from proveonce.kernel.located import Place
from proveonce.model.control import ControlId

ServiceId = NewType("ServiceId", str)


class ListName(StrEnum):
    """The provider's lists that we keep."""

    HIPAA_ELIGIBLE = "hipaa_eligible"
    PCI_IN_SCOPE = "pci_in_scope"
    SOC_IN_SCOPE = "soc_in_scope"


class ListState(StrEnum):
    """What a dated list said of a service."""

    YES = "yes"
    NO = "no"
    """A source says so; never concluded from a list that does not name the service."""
    UNKNOWN = "unknown"
    """Never eligible: someone has to decide."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What one list said of one service."""

    state: ListState = ListState.UNKNOWN
    as_of: str = ""
    """Day of the list; empty when no dated list was looked at."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ServiceList:
    """One of the provider's lists."""

    title: str
    short: str
    """For a column head."""
    framework: str
    check: str
    """Address of the provider's live page."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service."""

    id: ServiceId
    title: str
    botocore: tuple[str, ...]
    """Its names in AWS's SDK; several services may share one."""
    service_class: str
    listings: Mapping[ListName, Listing]
    """One of every list."""
    limits: str = ""
    """What the lists except."""
    place: Place = Place("", 1, 1)


class Share(StrEnum):
    """Who carries a duty."""

    CUSTOMER = "customer"
    SHARED = "shared"
    INHERITED = "inherited"
    """The provider's; relied on through its reports."""


@dataclass(frozen=True, slots=True)
class Split:
    """Who carries a duty, and how it divides."""

    share: Share
    how: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that somebody has to do for a service."""

    id: str
    title: str
    controls: tuple[ControlId, ...]
    """Common controls that it touches."""


@dataclass(frozen=True, slots=True)
class ServiceClass:
    """Services whose duties divide alike."""

    id: str
    title: str
    meaning: str
    splits: Mapping[str, Split]
    """Duty → split, of every duty."""


@dataclass(frozen=True, slots=True)
class SplitException:
    """Where a service, or one way of running it, divides a duty otherwise than its class."""

    service: ServiceId
    duty: str
    split: Split
    variant: str = ""
    """The way of running it; empty for the service as a whole."""


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One duty of one service."""

    duty: Duty
    split: Split
    variants: Mapping[str, Split] = field(default_factory=dict)
    """Way of running the service → how it divides there."""


@dataclass(frozen=True, slots=True)
class ServiceCatalog:
    """Every service, the lists and the division of duties."""

    lists: Mapping[ListName, ServiceList] = field(default_factory=dict)
    services: Mapping[ServiceId, Service] = field(default_factory=dict)
    duties: Mapping[str, Duty] = field(default_factory=dict)
    classes: Mapping[str, ServiceClass] = field(default_factory=dict)
    exceptions: tuple[SplitException, ...] = ()

    def named(self, name: str) -> list[Service]:
        """The service of that id or title; else every service that the SDK knows by that name."""
        wanted = name.casefold()
        exact = [s for s in self.services.values() if wanted in (s.id, s.title.casefold())]
        return exact or self.named_in_sdk(wanted)

    def named_in_sdk(self, botocore: str) -> list[Service]:
        """Every service that the SDK knows by that name."""
        return [service for service in self.services.values() if botocore in service.botocore]

    def responsibilities(self, service: Service) -> list[Responsibility]:
        """Who does what for `service`, in order of duty; its exceptions replace what its class says."""
        splits = dict(self.classes[service.service_class].splits)
        variants: dict[str, dict[str, Split]] = {}
        for exception in self.exceptions:
            if exception.service != service.id:
                continue
            if exception.variant:
                variants.setdefault(exception.duty, {})[exception.variant] = exception.split
            else:
                splits[exception.duty] = exception.split
        return [Responsibility(duty, splits[duty.id], variants.get(duty.id, {})) for duty in self.duties.values()]
