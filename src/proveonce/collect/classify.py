"""What an error means for coverage: one table of AWS codes, one of botocore's own exceptions.

An error that no row names is `error`: unknown is never read, and never absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from proveonce.model.evidence import ReadState

MESSAGE_LIMIT = 300
_SERVER_ERROR = 500
_TOO_MANY_REQUESTS = 429

_DENIED = {
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "Forbidden", "403",
    "AuthorizationErrorException", "NotAuthorized", "UnauthorizedAccess", "AllAccessDisabled", "UnauthorizedException",
    "ForbiddenException", "InsufficientPrivilegesException", "InvalidAccessException", "Blocked", "PendingVerification",
}  # fmt: skip
_THROTTLED = {
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "EC2ThrottledException",
    "ProvisionedThroughputExceededException", "LimitExceededException", "PriorRequestNotComplete",
    "TransactionInProgressException", "Throttled", "503 Slow Down", "DependencyThrottle", "KmsThrottlingException",
    "CallRateLimitExceededException",
}  # fmt: skip
_TRANSIENT = {
    "InternalError", "InternalFailure", "InternalServerError", "InternalServiceError", "ServiceUnavailable",
    "ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException", "ServerException", "Unavailable",
    "ServiceException", "InternalServiceException", "KMSInternalException", "DependencyTimeoutException",
}  # fmt: skip
# A region that the account never enabled rejects its credentials as if they were bad (botocore #2022). One that it did
# enable rejects bad credentials so, and good ones that STS gave for the regions enabled by default only.
_NOT_ACCEPTED = {"UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"}
# Elsewhere: "needs a subscription for the service" (Common Errors of every API reference).
_NOT_SUBSCRIBED = {"SubscriptionRequiredException", "OptInRequired"}
_NOT_OPTED_IN = _NOT_ACCEPTED | {"OptInRequired"}
_NOT_ENABLED = (
    "AWSOrganizationsNotInUseException", "AccessDeniedException: Macie is not enabled",
    "AccessDeniedException: complete AWS Audit Manager setup",
    "InvalidAccessException: not subscribed to AWS Security Hub",
)  # fmt: skip
"""As the `absent` of specs: a code, or `Code: words` where the code alone means something else."""
# What AWS's own model names and this endpoint does not know is not there (SageMaker, SNS and SES say so of regions).
_NOT_HERE = {"UnknownOperationException", "InvalidAction"}
_NOT_IN_REGION = re.compile(r"\bnot (?:yet )?(?:supported|available)\b[^.]*\bregion\b", re.IGNORECASE)
_GONE = {
    "NoSuchBucket", "InvalidSnapshot.NotFound", "DBSnapshotNotFound", "DBClusterSnapshotNotFoundFault",
    "DBSnapshotNotFoundFault", "NotFoundException", "TrailNotFoundException", "NotFound", "ResourceNotFoundException",
}  # fmt: skip

_TRANSPORT = (
    exceptions.HTTPClientError,
    exceptions.ConnectionError,
    exceptions.EndpointConnectionError,
    HTTPError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call was not read."""

    state: ReadState
    code: str
    message: str
    status: int = 0
    request_id: str = ""
    is_transient: bool = False
    """Whether the same call may succeed a moment later."""

    def is_among(self, codes: tuple[str, ...]) -> bool:
        """Whether one of `codes` names it: by its code, or by `Code: words` that its message has."""
        for entry in codes:
            code, _, words = entry.partition(": ")
            if self.code == code and words.lower() in self.message.lower():
                return True
        return False


def classify(error: BaseException, *, is_detail: bool = False, is_optional: bool = True) -> Failure | None:
    """What `error` means; None for an error that is no answer of AWS or of the transport.

    `is_optional`: whether it was asked of a region that the account is not known to have enabled.
    """
    if isinstance(error, ClientError):
        return _client_error(error, is_detail=is_detail, is_optional=is_optional)
    name, text = type(error).__name__, _cut(str(error))
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return Failure(ReadState.DENIED, name, text)
    if isinstance(error, ResponseParserError | exceptions.IncompleteReadError):
        return Failure(ReadState.ERROR, name, text, is_transient=True)
    if isinstance(error, exceptions.PaginationError):
        return Failure(ReadState.ERROR, name, text)
    if isinstance(error, exceptions.EndpointConnectionError):
        return Failure(ReadState.UNAVAILABLE, name, text, is_transient=True)
    if isinstance(error, _TRANSPORT):
        return Failure(ReadState.UNAVAILABLE, name, text, is_transient=True)
    if isinstance(error, exceptions.BotoCoreError):
        return Failure(ReadState.ERROR, name, text)
    return None


def _client_error(error: ClientError, *, is_detail: bool, is_optional: bool) -> Failure:
    detail = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    code = str(detail.get("Code", "Unknown"))
    status = int(metadata.get("HTTPStatusCode", 0))
    message = _cut(str(detail.get("Message", "")))
    bare = Failure(ReadState.ERROR, code, message, status, str(metadata.get("RequestId", "")))
    is_transient = code in _TRANSIENT or status >= _SERVER_ERROR
    meanings = (
        (code in _THROTTLED or status == _TOO_MANY_REQUESTS, ReadState.THROTTLED),
        (bare.is_among(_NOT_ENABLED), ReadState.NOT_ENABLED),
        (code in _DENIED, ReadState.DENIED),
        (is_optional and code in _NOT_OPTED_IN, ReadState.REGION_NOT_OPTED_IN),
        (code in _NOT_ACCEPTED, ReadState.DENIED),
        (code in _NOT_SUBSCRIBED, ReadState.NOT_SUBSCRIBED),
        (is_detail and code in _GONE, ReadState.GONE),
        (not is_transient and (code in _NOT_HERE or _NOT_IN_REGION.search(message)), ReadState.UNAVAILABLE),
    )
    state = next((state for holds, state in meanings if holds), ReadState.ERROR)
    is_transient = state is ReadState.THROTTLED or (state is ReadState.ERROR and is_transient)
    return replace(bare, state=state, is_transient=is_transient)


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MESSAGE_LIMIT else flat[: MESSAGE_LIMIT - 1] + "…"
