"""AWS's own service models, as botocore ships them, through one shared loader.

The loader caches each service's JSON, so that the ten-thousandth client costs little. Of a service that specs
name it keeps the declared operations and the shapes that these need: clients are made in a tenth of the time and
memory, and what no spec declares is not even there to be asked.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import botocore
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from proveonce.tables.declared import known_operations

_WHOLE = frozenset({"sts"})
"""Services that botocore's credential providers ask too, by operations that are none of ours."""


class _DeclaredOnly(Loader):
    """Loads a service's model without the operations that no spec declares, and without documentation."""

    def __init__(self) -> None:
        super().__init__()
        self._trimmed: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """The model of that type; the latest version of a service that specs name."""
        operations = known_operations().get(service_name) if type_name == "service-2" else None
        if operations is None or service_name in _WHOLE:
            return super().load_service_model(service_name, type_name, api_version)
        with self._lock:
            if service_name not in self._trimmed:
                cached: dict[tuple[str, ...], Any] = vars(self)["_cache"]
                held = list(cached)
                self._trimmed[service_name] = trimmed(super().load_service_model(service_name, type_name), operations)
                for key in [key for key in list(cached) if key not in held and key[0] in _OF_ONE_MODEL]:
                    del cached[key]  # the whole model, which nothing asks for again
            return self._trimmed[service_name]


_OF_ONE_MODEL = ("load_service_model", "load_data", "load_data_with_path")
"""Methods of botocore's loader whose results it caches, one a file."""


def trimmed(model: Mapping[str, Any], operations: Collection[str]) -> dict[str, Any]:
    """A service's model with `operations` only, and the shapes that they lead to."""
    kept = {name: _undocumented(model["operations"][name]) for name in model["operations"] if name in operations}
    shapes: dict[str, Any] = {}
    waiting = [ref["shape"] for operation in kept.values() for ref in _references(operation)]
    while waiting:
        if (name := waiting.pop()) not in shapes:
            shapes[name] = _undocumented(model["shapes"][name])
            waiting += [ref["shape"] for ref in _references(shapes[name])]
    return {
        **_undocumented(model),
        "operations": kept,
        "shapes": {n: shapes[n] for n in model["shapes"] if n in shapes},
    }


_REFERENCES = ("input", "output", "member", "key", "value")
"""Where an operation or a shape names one other shape."""


def _references(described: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Each reference to a shape in an operation (its input, output and errors) or in a shape (what it holds)."""
    single = [described[key] for key in _REFERENCES if key in described]
    return [*single, *described.get("errors", ()), *described.get("members", {}).values()]


def _undocumented(described: Mapping[str, Any]) -> dict[str, Any]:
    """An operation, shape or reference without its documentation; members keep their names, whatever these are."""
    kept = {key: value for key, value in described.items() if key != "documentation"}
    kept |= {key: _undocumented(kept[key]) for key in _REFERENCES if key in kept}
    if "members" in kept:
        kept["members"] = {name: _undocumented(member) for name, member in kept["members"].items()}
    if "errors" in kept:
        kept["errors"] = [_undocumented(error) for error in kept["errors"]]
    return kept


@cache
def shared_loader() -> Loader:
    """The one loader of this process."""
    return _DeclaredOnly()


_IDENTIFIERS = {
    "auditmanager": ("AWSAccounts", "AssessmentFramework", "AssessmentName", "ComplianceType", "Roles", "Scope"),
    "cognito-idp": ("ClientIdType",),
    "organizations": ("Email",),
    "s3": ("SSEKMSKeyId",),
}
"""Service → shapes that AWS marks sensitive though they name and do not open anything: auditors need them.

An app client's id stands in every log-in page's address, an account's e-mail address is what a common control is
about (who can reset the root password), and the key's id is not the key. Without framework, scope and roles an
assessment of Audit Manager says nothing; what people wrote about it stays sensitive.
"""


@cache
def service_model(service: str) -> ServiceModel:
    """The model of a service, with the declared operations, identifiers not marked sensitive."""
    return modelled(service, shared_loader().load_service_model(service, "service-2"))


def modelled(service: str, description: Mapping[str, Any]) -> ServiceModel:
    """The model that a description makes, identifiers not marked sensitive."""
    shapes = description["shapes"]
    for name in _IDENTIFIERS.get(service, ()):
        if name in shapes:
            shapes = {**shapes, name: {key: value for key, value in shapes[name].items() if key != "sensitive"}}
    return ServiceModel({**description, "shapes": shapes}, service)


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


def identity() -> list[str]:
    """What tells these models from others: the version, and the files that a user lays over them, with their ages."""
    own = sorted(path for path in Path(Loader.CUSTOMER_DATA_PATH).rglob("*") if path.is_file())
    return [botocore_version(), *(f"{path} {path.stat().st_mtime_ns}" for path in own)]


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
