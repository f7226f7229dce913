"""What an error means for coverage: one table of AWS codes, one of botocore's own exceptions.

An error that no row names is `error`: unknown is never read, and never absent.
"""

from __future__ import annotations

from dataclasses import dataclass

from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from proveonce.model.evidence import ReadState

MESSAGE_LIMIT = 300
_SERVER_ERROR = 500

_DENIED = {
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "Forbidden", "403",
    "AuthorizationErrorException", "NotAuthorized", "UnauthorizedAccess", "AllAccessDisabled",
}  # fmt: skip
_THROTTLED = {
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "EC2ThrottledException",
    "ProvisionedThroughputExceededException", "LimitExceededException", "PriorRequestNotComplete",
    "TransactionInProgressException", "Throttled", "503 Slow Down",
}  # fmt: skip
_TRANSIENT = {
    "InternalError", "InternalFailure", "InternalServerError", "InternalServiceError", "ServiceUnavailable",
    "ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException", "ServerException", "Unavailable",
    "ServiceException", "InternalServiceException", "KMSInternalException", "DependencyTimeoutException",
}  # fmt: skip
# A region that the account never enabled rejects its credentials as if they were bad (botocore #2022).
_NOT_OPTED_IN = {"OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"}
_NOT_SUBSCRIBED = {"SubscriptionRequiredException"}
_NOT_ENABLED = {"AWSOrganizationsNotInUseException"}
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


def classify(error: BaseException, *, is_detail: bool = False, is_regional: bool = True) -> Failure | None:
    """What `error` means; None for an error that is no answer of AWS or of the transport."""
    if isinstance(error, ClientError):
        return _client_error(error, is_detail=is_detail, is_regional=is_regional)
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


def _client_error(error: ClientError, *, is_detail: bool, is_regional: bool) -> Failure:
    detail = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    code = str(detail.get("Code", "Unknown"))
    status = int(metadata.get("HTTPStatusCode", 0))
    state, transient = _state_of(code, status, is_detail=is_detail, is_regional=is_regional)
    return Failure(
        state, code, _cut(str(detail.get("Message", ""))), status, str(metadata.get("RequestId", "")), transient
    )


def _state_of(code: str, status: int, *, is_detail: bool, is_regional: bool) -> tuple[ReadState, bool]:
    if code in _THROTTLED or status == 429:  # noqa: PLR2004 - HTTP Too Many Requests
        return ReadState.THROTTLED, True
    if code in _DENIED:
        return ReadState.DENIED, False
    if code in _NOT_OPTED_IN:
        return (ReadState.REGION_NOT_OPTED_IN if is_regional else ReadState.DENIED), False
    if code in _NOT_SUBSCRIBED:
        return ReadState.NOT_SUBSCRIBED, False
    if code in _NOT_ENABLED:
        return ReadState.NOT_ENABLED, False
    if is_detail and code in _GONE:
        return ReadState.GONE, False
    if code in _TRANSIENT or status >= _SERVER_ERROR:
        return ReadState.ERROR, True
    return ReadState.ERROR, False


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MESSAGE_LIMIT else flat[: MESSAGE_LIMIT - 1] + "…"
