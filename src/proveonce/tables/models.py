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


_IDENTIFIERS = {
    "cognito-idp": ("ClientIdType",),
    "organizations": ("Email",),
    "s3": ("SSEKMSKeyId",),
}
"""Service → shapes that AWS marks sensitive though they name and do not open anything: auditors need them.

An app client's id stands in every log-in page's address, an account's e-mail address is what a common control is
about (who can reset the root password), and the key's id is not the key.
"""


@cache
def service_model(service: str) -> ServiceModel:
    """The model of a service, identifiers not marked sensitive."""
    model = shared_loader().load_service_model(service, "service-2")
    shapes = model["shapes"]
    for name in _IDENTIFIERS.get(service, ()):
        shapes = {**shapes, name: {key: value for key, value in shapes[name].items() if key != "sensitive"}}
    return ServiceModel({**model, "shapes": shapes}, service)


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


_SETTINGS = frozenset({
    "env", "environment", "environmentvariables", "variables", "envvars", "userdata", "stagevariables",
    "stagevariableoverrides", "searchstring",
})  # fmt: skip
"""Members by which programs are handed their settings, in lower case: their values are secrets too often to be kept."""


def is_sensitive(shape: Shape) -> bool:
    """Whether AWS marks it so: a commitment is kept in place of its value."""
    return bool(shape.metadata.get("sensitive"))


def are_settings(name: str, shape: Shape) -> bool:
    """Whether a member holds settings: a map or list of them, or a text. Names are kept, each value is committed.

    Also where AWS marks the map or list as a whole sensitive, for a check can judge settings by their names only.
    """
    return name.lower() in _SETTINGS and (
        isinstance(shape, ListShape | MapShape) or shape.type_name in ("string", "blob")
    )


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
