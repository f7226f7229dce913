"""What the organisation does not let the collector read, and how AWS words it in each protocol.

Only the collector is denied: it says `proveonce` in its user agent, the seeding does not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from proveonce.app.demo.places import DATA, EUROPE, PROD, READER_ROLE, US_WEST
from proveonce.app.demo.requests import Request

COLLECTOR = "proveonce"
_REQUEST_ID = "3f0c1f0e-demo-4c07-9d44-denied000000"


@dataclass(frozen=True, slots=True)
class Denial:
    """A rule; an empty field matches everything."""

    actions: tuple[str, ...]
    resource: str
    """As AWS names it in the message."""
    because: str
    account: str = ""
    region: str = ""
    bucket: str = ""

    def matches(self, request: Request) -> bool:
        """Whether the rule denies the request."""
        return (
            request.action in self.actions
            and self.account in ("", request.account)
            and self.region in ("", request.region)
            and self.bucket in ("", request.bucket)
        )


DENIALS = (
    Denial(
        ("rds:DescribeDBSnapshots",), f"arn:aws:rds:{EUROPE}:{DATA}:snapshot:*",
        "with an explicit deny in a service control policy", account=DATA, region=EUROPE,
    ),
    Denial(
        ("s3:GetBucketPolicy", "s3:GetBucketPolicyStatus"), "arn:aws:s3:::careloop-legal-hold",
        "with an explicit deny in a resource-based policy", bucket="careloop-legal-hold",
    ),
    Denial(
        ("kms:GetKeyRotationStatus",), f"arn:aws:kms:{US_WEST}:{PROD}:key/*",
        "because no resource-based policy allows the kms:GetKeyRotationStatus action", account=PROD, region=US_WEST,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of AWS that is an error."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def refusal(request: Request) -> Refusal | None:
    """AWS's answer where a rule denies the request; None where none does."""
    denial = next((denial for denial in DENIALS if denial.matches(request)), None)
    if denial is None:
        return None
    caller = f"arn:aws:sts::{request.account}:assumed-role/{READER_ROLE}/{COLLECTOR}"
    message = (
        f"User: {caller} is not authorized to perform: {request.action} on resource: {denial.resource} {denial.because}"
    )
    return _FORMATS[request.service](message)


def _query(message: str) -> Refusal:
    body = (
        '<ErrorResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><Error><Type>Sender</Type>'
        f"<Code>AccessDenied</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{_REQUEST_ID}</RequestId></ErrorResponse>"
    )
    return Refusal(403, (("Content-Type", "text/xml"),), body.encode())


def _rest_xml(message: str) -> Refusal:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code>'
        f"<Message>{escape(message)}</Message><RequestId>{_REQUEST_ID}</RequestId><HostId>demo</HostId></Error>"
    )
    return Refusal(403, (("Content-Type", "application/xml"), ("x-amz-request-id", _REQUEST_ID)), body.encode())


def _json(message: str) -> Refusal:
    body = json.dumps({"__type": "AccessDeniedException", "Message": message})
    headers = (("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", _REQUEST_ID))
    return Refusal(400, headers, body.encode())


_FORMATS = {"rds": _query, "s3": _rest_xml, "kms": _json}
"""The protocol of each service that a rule names."""
