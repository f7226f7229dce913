"""AWS's own service models, as botocore ships them, through one shared loader.

The loader caches each service's JSON, so that the ten-thousandth client costs little.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import botocore
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import Loader, create_loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape


@cache
def shared_loader() -> Loader:
    """The one loader of this process."""
    return create_loader()


@cache
def service_model(service: str) -> ServiceModel:
    """The model of a service."""
    return ServiceModel(shared_loader().load_service_model(service, "service-2"), service)


def operation_model(service: str, operation: str) -> OperationModel:
    """The model of an operation. Raises: botocore's OperationNotFoundError."""
    return service_model(service).operation_model(operation)


def output_members(service: str, operation: str) -> dict[str, Shape]:
    """Top-level members of an operation's answer; empty when it answers nothing."""
    shape = operation_model(service, operation).output_shape
    return dict(shape.members) if isinstance(shape, StructureShape) else {}


def input_members(service: str, operation: str) -> dict[str, Shape]:
    """Parameters of an operation; empty when it takes none."""
    shape = operation_model(service, operation).input_shape
    return dict(shape.members) if isinstance(shape, StructureShape) else {}


def paging(service: str, operation: str) -> dict[str, Any] | None:
    """Botocore's own paging rules for the operation; None where it has no pages."""
    try:
        model = shared_loader().load_service_model(service, "paginators-1")
    except (UnknownServiceError, DataNotFoundError):
        return None
    found: dict[str, Any] | None = model["pagination"].get(operation)
    return found


def item_shape(service: str, operation: str, items: str, inner: str = "") -> Shape:
    """The shape of one item of a listing."""
    if items == ".":
        whole: Any = operation_model(service, operation).output_shape
        return cast("Shape", whole)
    first, *rest = items.split(".")
    shape: Any = output_members(service, operation)[first]
    for step in rest:
        shape = shape.members[step]
    shape = shape.member if isinstance(shape, ListShape) else shape
    if inner:
        shape = shape.members[inner].member
    return cast("Shape", shape)


def botocore_version() -> str:
    """The version whose models name every column."""
    return botocore.__version__


_IDENTIFIERS = frozenset({"SSEKMSKeyId"})
"""Shapes that AWS marks sensitive though they hold the name of a key, never the key: auditors need it."""


def is_sensitive(shape: Shape) -> bool:
    """Whether AWS marks it so: a commitment is kept in place of its value."""
    return bool(shape.metadata.get("sensitive")) and shape.name not in _IDENTIFIERS


def is_recursive(shape: Shape, above: tuple[str, ...] = ()) -> bool:
    """Whether `shape` contains itself."""
    if shape.name in above:
        return True
    path = (*above, shape.name)
    if isinstance(shape, StructureShape):
        return any(is_recursive(member, path) for member in shape.members.values())
    if isinstance(shape, ListShape):
        return is_recursive(shape.member, path)
    return isinstance(shape, MapShape) and is_recursive(shape.value, path)
