"""What the simulator lacks, answered as by an account that has none of it: an empty list, in AWS's own protocol.

A service that AWS answers for with an error while it is switched off answers with that error here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

from botocore.model import OperationModel

from proveonce.app.demo.requests import Environ, Request
from proveonce.tables import models
from proveonce.tables.spec import load_specs, operations_of

_SERVER_ERROR = 500
_NOT_FOUND = 404

OFF: Mapping[str, tuple[str, str]] = {
    "securityhub": ("InvalidAccessException", "Account is not subscribed to AWS Security Hub"),
    "support": ("SubscriptionRequiredException", "Amazon Web Services Premium Support Subscription is required"),
}
"""Service → the error by which AWS says that the account does not use it."""

ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "auditmanager:GetAccountStatus": {"status": "INACTIVE"},
    "macie2:GetAutomatedDiscoveryConfiguration": {"status": "DISABLED"},
    "account:GetAccountInformation": {"AccountId": "111122223333", "AccountState": "ACTIVE"},
}
"""`service:Operation` → what it says of an account that uses none of it, where that is more than nothing."""

WRONG = frozenset({"memorydb:DescribeClusters", "rds:DescribeDBClusterParameters"})
"""What moto answers with an error that AWS would not give; it is answered as lacking."""


def is_lacking(status: str, body: bytes, request: Request | None) -> bool:
    """Whether moto answered that it does not know the operation, or answered it wrongly."""
    code = int(status.split(maxsplit=1)[0])
    if request is not None and request.action in WRONG:
        return True
    return code >= _SERVER_ERROR or (code == _NOT_FOUND and b"<title>404" in body)


def answer(
    environ: Environ, request: Request | None, signing_name: str
) -> tuple[str, list[tuple[str, str]], bytes] | None:
    """Status, headers and body for a call of an operation that a spec declares; None for any other."""
    operation = _operation(environ, request, signing_name)
    if operation is None:
        return None
    service = operation.service_model.service_name
    if service in OFF:
        return _error(*OFF[service])
    from moto.core.serialize import get_serializer_class

    protocol = operation.service_model.resolved_protocol
    made: Any = get_serializer_class(service, protocol)(_moto_model(service, operation.name)).serialize(
        dict(ANSWERS.get(f"{service}:{operation.name}", {}))
    )
    body = made["body"]
    headers = [(str(name), str(value)) for name, value in made["headers"].items()]
    return f"{made['status_code']} OK", headers, body.encode() if isinstance(body, str) else body


def _error(code: str, message: str) -> tuple[str, list[tuple[str, str]], bytes]:
    body = f'{{"__type": "{code}", "message": "{message}"}}'.encode()
    return "403 Forbidden", [("Content-Type", "application/json"), ("x-amzn-errortype", code)], body


@cache
def _moto_model(service: str, operation: str) -> Any:
    from moto.core.model import ServiceModel

    return ServiceModel(models.shared_loader().load_service_model(service, "service-2"), service).operation_model(
        operation
    )


@cache
def _declared() -> Mapping[str, list[OperationModel]]:
    """Signing name → the operations that specs declare."""
    found: dict[str, list[OperationModel]] = {}
    for service, operation in sorted(operations_of(load_specs().calls)):
        model = models.operation_model(service, operation)
        found.setdefault(model.service_model.signing_name, []).append(model)
    return found


def _operation(environ: Environ, request: Request | None, signing_name: str) -> OperationModel | None:
    candidates = _declared().get(signing_name, [])
    if request is not None:
        return next((model for model in candidates if model.name == request.operation), None)
    method, path = environ.get("REQUEST_METHOD"), str(environ.get("PATH_INFO", ""))
    matching = [m for m in candidates if m.http["method"] == method and _pattern(m.http["requestUri"]).fullmatch(path)]
    # The longest template is the most exact: /v1/clusters/{arn}/policy before /v1/clusters/{arn}.
    return max(matching, key=lambda m: (m.http["requestUri"].count("/"), len(m.http["requestUri"])), default=None)


@cache
def _pattern(uri: str) -> re.Pattern[str]:
    template = unquote(uri.partition("?")[0]).rstrip("/")
    parts = re.split(r"(\{[^}]+\})", template)
    return re.compile("".join(_part(part) for part in parts) + "/?")


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return ".+" if part.endswith("+}") else "[^/]+"
