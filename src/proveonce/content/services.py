"""Service lists and the division of duties → model.

The workspace's list is laid over the shipped one entry by entry and key by key; what does not resolve
is a problem at its line. `yes` and `no` need a date and a source; what no dated list says is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from proveonce.content.parsing import Listed
from proveonce.content.schema import ListingModel, ResponsibilityFileModel, ServiceFileModel, ServiceModel, SplitModel
from proveonce.kernel.located import Document, Path_
from proveonce.kernel.naming import nearest
from proveonce.model.control import ControlId
from proveonce.model.service import (
    Duty,
    Listing,
    ListName,
    ListState,
    Service,
    ServiceCatalog,
    ServiceClass,
    ServiceId,
    ServiceList,
    Share,
    Split,
    SplitException,
)


@dataclass(slots=True)
class _Linked:
    """The catalog while it is put together."""

    lists: dict[ListName, ServiceList] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    services: dict[ServiceId, Service] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    classes: dict[str, ServiceClass] = field(default_factory=dict)
    exceptions: list[SplitException] = field(default_factory=list)


def link_services(
    lists: Iterable[Listed[ServiceFileModel]],
    responsibilities: Iterable[Listed[ResponsibilityFileModel]],
    controls: Iterable[str],
) -> ServiceCatalog:
    """The catalog from its files, in their order; `controls` are the ids that duties may name."""
    linked, known, found = _Linked(), set(controls), list(responsibilities)
    for duties in found:
        _add_duties(linked, duties, known)
    for services in lists:
        _add_list(linked, services)
    for duties in found:
        _add_exceptions(linked, duties)
    return ServiceCatalog(linked.lists, linked.services, linked.duties, linked.classes, tuple(linked.exceptions))


def _add_list(linked: _Linked, listed: Listed[ServiceFileModel]) -> None:
    document, model = listed.document, listed.model
    if model is None:
        return
    for name, entry in model.lists.items():
        linked.lists[name] = ServiceList(entry.title, entry.short, entry.framework, entry.check)
    linked.sources |= {key: source.title for key, source in model.sources.items()}
    seen: set[str] = set()
    for index, service in zip(listed.kept["services"], model.services, strict=True):
        path: Path_ = ("services", index)
        if service.id in seen:
            document.problem((*path, "id"), f"service {service.id!r} stands here twice", fix="delete one")
            continue
        seen.add(service.id)
        _add_service(linked, document, path, service)


def _add_service(linked: _Linked, document: Document, path: Path_, model: ServiceModel) -> None:
    identifier = ServiceId(model.id)
    listings = {
        name: _listing(linked, document, (*path, name.value), getattr(model, name.value))
        for name in ListName
        if name.value in model.model_fields_set
    }
    if model.service_class is not None and linked.classes and model.service_class not in linked.classes:
        _unknown(document, (*path, "class"), "class", model.service_class, linked.classes)
        return
    base = linked.services.get(identifier)
    if base is None:
        if model.title is None or model.botocore is None or model.service_class is None:
            near = nearest(model.id, linked.services)
            document.problem(path, f"{model.id!r} is a new service, yet has not all of title, botocore and class",
                             closest=repr(near) if near else "", fix="add them, or correct the id")  # fmt: skip
            return
        base = Service(identifier, model.title, (), model.service_class, dict.fromkeys(ListName, Listing()))
    linked.services[identifier] = replace(
        base,
        title=model.title or base.title,
        botocore=base.botocore if model.botocore is None else tuple(model.botocore),
        service_class=model.service_class or base.service_class,
        listings={**base.listings, **listings},
        limits=base.limits if model.limits is None else model.limits,
        place=document.place(path),
    )


def _listing(linked: _Linked, document: Document, path: Path_, model: ListingModel) -> Listing:
    if model.state is not ListState.UNKNOWN and not (model.as_of and model.source):
        document.problem(path, f"{model.state.value!r} needs as_of and source", fix="say which list of which day")
    if model.source is not None and model.source not in linked.sources:
        _unknown(document, (*path, "source"), "source", model.source, linked.sources)
    return Listing(model.state, model.as_of or "", linked.sources.get(model.source or "", ""))


def _add_duties(linked: _Linked, listed: Listed[ResponsibilityFileModel], controls: set[str]) -> None:
    document, model = listed.document, listed.model
    if model is None:
        return
    for index, duty in zip(listed.kept["duties"], model.duties, strict=True):
        for position, control in enumerate(duty.controls):
            if control not in controls:
                _unknown(document, ("duties", index, "controls", position), "common control", control, controls)
        linked.duties[duty.id] = Duty(duty.id, duty.title, tuple(ControlId(c) for c in duty.controls))
    for index, entry in zip(listed.kept["classes"], model.classes, strict=True):
        path: Path_ = ("classes", index, "split")
        for duty_id in entry.split:
            if duty_id not in linked.duties:
                _unknown(document, (*path, duty_id), "duty", duty_id, linked.duties)
        for duty_id in linked.duties:
            if duty_id not in entry.split:
                document.problem(path, f"class {entry.id!r} does not say who has the duty {duty_id!r}", fix="add it")
        splits = {key: _split(document, (*path, key), split) for key, split in entry.split.items()}
        linked.classes[entry.id] = ServiceClass(entry.id, entry.title, entry.meaning, splits)


def _add_exceptions(linked: _Linked, listed: Listed[ResponsibilityFileModel]) -> None:
    document, model = listed.document, listed.model
    if model is None:
        return
    for index, entry in zip(listed.kept["exceptions"], model.exceptions, strict=True):
        path: Path_ = ("exceptions", index)
        if entry.service not in linked.services:
            _unknown(document, (*path, "service"), "service", entry.service, linked.services)
        if entry.duty not in linked.duties:
            _unknown(document, (*path, "duty"), "duty", entry.duty, linked.duties)
        exception = SplitException(ServiceId(entry.service), entry.duty, Split(entry.share, entry.how), entry.variant)
        if any((e.service, e.duty, e.variant) == (exception.service, exception.duty, exception.variant)
               for e in linked.exceptions):  # fmt: skip
            document.problem(path, f"{entry.service} has this exception for {entry.duty} already", fix="delete one")
        linked.exceptions.append(exception)


def _split(document: Document, path: Path_, model: SplitModel) -> Split:
    if model.share is Share.SHARED and not model.how:
        document.problem(path, "a shared duty does not say how it divides", fix="add 'how' in a sentence")
    return Split(model.share, model.how)


def _unknown(document: Document, path: Path_, kind: str, name: str, valid: Iterable[str]) -> None:
    near = nearest(name, valid)
    document.problem(path, f"unknown {kind} {name!r}", closest=repr(near) if near else "", fix="correct it")
