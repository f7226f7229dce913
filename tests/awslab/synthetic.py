"""Answers for what moto lacks, made from AWS's own models: every member filled, two items a list, equal each time.

moto's serialisers put them on the wire, so botocore parses them as it parses AWS. Nothing here knows
what an answer means; a test that needs meaning puts its own answer on the wire.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape
from moto.core.model import ServiceModel as MotoServiceModel
from moto.core.serialize import get_serializer_class

from awslab.faults import Asked, response
from proveonce.collect.paging import TOKENS
from proveonce.tables import models

ACCOUNT = "111122223333"
_POLICY = '{"Version":"2012-10-17","Statement":[]}'
_AT = datetime(2026, 11, 1, tzinfo=UTC)
_LACKING = 500


def build(operation: OperationModel, *, elements: int = 2, salt: str = "") -> dict[str, Any]:
    """An answer of `operation` with every member filled; `salt` makes another one."""
    output = operation.output_shape
    if not isinstance(output, StructureShape):
        return {}
    mark = f"{zlib.crc32(salt.encode()):08x}" if salt else "0"
    paging = _paging_members(operation)
    value = _Builder(operation, elements, mark).structure(output, (), skip=paging)
    for path in paging:
        *above, last = path.split(".")
        held = value
        for step in above:
            held = held.get(step, {})
        held.pop(last, None)
    return value


def _paging_members(operation: OperationModel) -> set[str]:
    """Members, dotted, that say that there is more: the last page has none."""
    rules = models.paging(operation.service_model.service_name, operation.name) or {}
    tokens = rules.get("output_token", [])
    named = {name.split("[")[0].split(" ")[0] for name in ([tokens] if isinstance(tokens, str) else tokens)}
    return named | {rules.get("more_results", ""), "IsTruncated", *(out for out, _ in TOKENS)}


@dataclass
class _Builder:
    operation: OperationModel
    elements: int
    mark: str
    counts: dict[str, int] = field(default_factory=dict)

    def structure(self, shape: StructureShape, above: tuple[str, ...], skip: set[str] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]  # never added to
        if shape.name in above:
            return {}
        members = {name: member for name, member in shape.members.items() if name not in skip}
        if getattr(shape, "is_tagged_union", False):
            members = dict(list(members.items())[:1])
        return {name: self.value(name, member, (*above, shape.name)) for name, member in members.items()}

    def value(self, name: str, shape: Shape, above: tuple[str, ...]) -> Any:
        if isinstance(shape, StructureShape):
            return {} if getattr(shape, "is_document_type", False) else self.structure(shape, above)
        if isinstance(shape, ListShape):
            if shape.name in above or shape.member.name in above:
                return []
            return [
                self.value(name, shape.member, (*above, shape.name))
                for _ in range(self.elements if len(above) == 1 else 1)
            ]
        if isinstance(shape, MapShape):
            return {"key": self.value(name, shape.value, (*above, shape.name))}
        if isinstance(shape, StringShape) and shape.enum:
            return shape.enum[0]
        plain: dict[str, Any] = {"boolean": False, "timestamp": _AT, "blob": b"blob", "float": 1.0, "double": 1.0}
        if shape.type_name in ("string", "character"):
            return self.text(name).ljust(int(shape.metadata.get("min", 0)), "0")
        return plain.get(shape.type_name, 1)

    def text(self, name: str) -> str:
        count = self.counts[name] = self.counts.get(name, 0) + 1
        if name.lower().endswith(("policy", "policydocument", "policytext")):
            return _POLICY
        if name.lower().endswith("arn"):
            service = self.operation.service_model.signing_name
            return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}/{self.mark}-{count}"
        return f"{name}-{self.mark}-{count}"


@cache
def _moto_model(service: str, operation: str) -> Any:
    """The operation in the subclasses of botocore's models that moto's serialisers ask for."""
    described = models.shared_loader().load_service_model(service, "service-2")
    return MotoServiceModel(described, service).operation_model(operation)


def wire_answer(asked: Asked, value: Mapping[str, Any]) -> AWSResponse:
    """`value` as the service's own protocol carries it."""
    protocol = models.service_model(asked.service).resolved_protocol
    serializer = get_serializer_class(asked.service, protocol)(_moto_model(asked.service, asked.operation))
    made: Any = serializer.serialize(value)
    body = made["body"]
    return response(asked.request.url, made["status_code"], body.encode() if isinstance(body, str) else body,
                    {str(k): str(v) for k, v in made["headers"].items()})  # fmt: skip


@dataclass
class Synthetic:
    """A fault layer's last resort: answers for the services given, and wherever moto has no answer."""

    real: frozenset[str]
    """Services that moto is asked first."""
    lacking: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, asked: Asked) -> AWSResponse | None:
        """Moto's answer where it has one."""
        key = asked.service, asked.operation
        if asked.service in self.real and key not in self.lacking:
            answer = URLLib3Session().send(asked.request)
            no_route = answer.status_code == 404 and b"<title>404" in answer.content
            if answer.status_code < _LACKING and not no_route:
                return answer
            self.lacking.add(key)
        operation = models.operation_model(*key)
        return wire_answer(asked, build(operation, salt=f"{asked.request.url} {asked.request.body!r}"))
