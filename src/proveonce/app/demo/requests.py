"""What an HTTP request asks of AWS, read from its signature and its protocol.

Sources: AWS General Reference, "Signature Version 4"; botocore's protocols query, json and rest-xml.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

Environ = dict[str, Any]

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_S3_READS = {"policy": "GetBucketPolicy", "policyStatus": "GetBucketPolicyStatus"}
"""The sub-resources of a bucket that a rule names."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call of an AWS operation."""

    service: str
    operation: str
    account: str
    region: str
    bucket: str = ""
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Fields of the form, of the query protocol."""

    @property
    def action(self) -> str:
        """As IAM writes it."""
        return f"{self.service}:{self.operation}"


def signing_name(environ: Environ) -> str:
    """The service that a request is signed for; empty for an unsigned one."""
    signed = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    return signed[3] if signed else ""


def read_request(environ: Environ, account_of: Callable[[str], str]) -> Request | None:
    """The call that `environ` makes; None where it is unsigned or names no operation that we can tell.

    `account_of` gives the account of an access key id. A form body is read and put back.
    """
    signed = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if signed is None:
        return None
    key, region, service = signed.groups()
    form: Mapping[str, Sequence[str]] = {}
    bucket = ""
    if service == "s3":
        operation, bucket = _s3_operation(environ)
    elif not (operation := _target(environ)):
        form = _form(environ)
        operation = next(iter(form.get("Action", [])), "")
    return Request(service, operation, account_of(key), region, bucket, form) if operation else None


def _s3_operation(environ: Environ) -> tuple[str, str]:
    bucket, _, key = str(environ.get("PATH_INFO", "")).lstrip("/").partition("/")
    asked = parse_qs(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
    if environ.get("REQUEST_METHOD") != "GET" or key:
        return "", bucket
    if not bucket:
        return "ListBuckets", ""
    return next((name for sub, name in _S3_READS.items() if sub in asked), ""), bucket


def _target(environ: Environ) -> str:
    return str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]


def _form(environ: Environ) -> Mapping[str, Sequence[str]]:
    if not str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
        return {}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return parse_qs(body.decode("utf-8", "replace"))
