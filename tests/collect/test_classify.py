"""What an error means for coverage; unknown is never read and never absent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from botocore.retries import standard
from hypothesis import given
from hypothesis import strategies as st
from urllib3.exceptions import IncompleteRead, ProtocolError

from proveonce.collect.classify import MESSAGE_LIMIT, Failure, classify
from proveonce.model.evidence import ReadState
from proveonce.tables import models
from proveonce.tables.spec import load_specs, operations_of

_STANDARD: Any = standard  # its stubs hide the lists
_THROTTLING = _STANDARD.ThrottledRetryableChecker._THROTTLED_ERROR_CODES  # noqa: SLF001 - the lists have no public name
_TRANSIENT = _STANDARD.TransientRetryableChecker._TRANSIENT_ERROR_CODES  # noqa: SLF001 - same
"""What botocore itself holds for throttling, and retries."""


def client_error(code: str, status: int = 400, message: str = "why") -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "r-1"},
    }
    return ClientError(response, "Operation")


def meaning(error: BaseException, **how: bool) -> tuple[ReadState, bool]:
    failure = classify(error, **how)
    assert failure is not None
    return failure.state, failure.is_transient


@pytest.mark.parametrize(
    ("code", "status", "state", "transient"),
    [
        ("AccessDenied", 403, ReadState.DENIED, False),
        ("AccessDeniedException", 400, ReadState.DENIED, False),
        ("UnauthorizedOperation", 403, ReadState.DENIED, False),
        ("403", 403, ReadState.DENIED, False),
        ("SubscriptionRequiredException", 400, ReadState.NOT_SUBSCRIBED, False),
        ("AWSOrganizationsNotInUseException", 400, ReadState.NOT_ENABLED, False),
        ("InternalFailure", 500, ReadState.ERROR, True),
        ("ServiceUnavailable", 503, ReadState.ERROR, True),
        ("503", 503, ReadState.ERROR, True),
        ("SlowDown", 503, ReadState.THROTTLED, True),
        ("NobodyKnowsThisCode", 429, ReadState.THROTTLED, True),
        ("NobodyKnowsThisCode", 400, ReadState.ERROR, False),
        ("ValidationError", 400, ReadState.ERROR, False),
        ("ExpiredToken", 400, ReadState.ERROR, False),
        ("ExpiredTokenException", 400, ReadState.ERROR, False),  # a fresh client may have fresh ones
        ("RequestExpired", 400, ReadState.ERROR, False),
        ("Blocked", 400, ReadState.DENIED, False),
        ("NoSuchEntity", 404, ReadState.ERROR, False),
    ],
)
def test_aws_code_has_its_state(code: str, status: int, state: ReadState, transient: bool) -> None:
    assert meaning(client_error(code, status)) == (state, transient)


@pytest.mark.parametrize("code", _THROTTLING)
def test_every_code_that_botocore_holds_for_throttling_is_throttling(code: str) -> None:
    assert meaning(client_error(code)) == (ReadState.THROTTLED, True)


@pytest.mark.parametrize("code", _TRANSIENT)
def test_every_code_that_botocore_retries_is_retried(code: str) -> None:
    assert meaning(client_error(code))[1]


@pytest.mark.parametrize(
    ("code", "elsewhere"),
    [
        ("UnrecognizedClientException", ReadState.DENIED), ("InvalidClientTokenId", ReadState.DENIED),
        ("AuthFailure", ReadState.DENIED), ("OptInRequired", ReadState.NOT_SUBSCRIBED),
    ],
)  # fmt: skip
def test_refused_credentials_mean_a_region_not_opted_in_only_where_it_may_not_be(
    code: str, elsewhere: ReadState
) -> None:
    assert meaning(client_error(code, 401), is_optional=True) == (ReadState.REGION_NOT_OPTED_IN, False)
    assert meaning(client_error(code, 401), is_optional=False) == (elsewhere, False)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("UnknownOperationException", "The requested operation is not supported in the called region."),
        ("UnknownOperationException", ""),
        ("InvalidAction", "Operation (ListPlatformApplications) is not supported in this region"),
        ("InvalidAction", "Unavailable Operation"),
        ("UnsupportedOperation", "The functionality you requested is not available in this region."),
        ("ValidationException", "This operation is not supported in this region"),
    ],
)
def test_what_the_region_does_not_offer_is_unavailable_and_not_asked_again_at_once(code: str, message: str) -> None:
    assert meaning(client_error(code, 400, message)) == (ReadState.UNAVAILABLE, False)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("UnsupportedOperation", "The operation is not supported for this instance type."),
        ("ValidationException", "This is not supported. Give another region"),
        ("ValidationException", "1 validation error detected"),
    ],
)
def test_what_is_refused_for_another_reason_is_an_error(code: str, message: str) -> None:
    assert meaning(client_error(code, 400, message)) == (ReadState.ERROR, False)


def test_who_may_not_ask_is_denied_and_a_broken_server_broken_whatever_they_say_of_regions() -> None:
    said = "not supported in this region"
    assert meaning(client_error("AccessDeniedException", 403, said)) == (ReadState.DENIED, False)
    assert meaning(client_error("InternalFailure", 500, said)) == (ReadState.ERROR, True)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDeniedException", "Macie is not enabled."),
        ("AccessDeniedException",
         "Please complete AWS Audit Manager setup from home page to enable this action in this account."),
        ("InvalidAccessException", "Account 111122223333 is not subscribed to AWS Security Hub"),
    ],
)  # fmt: skip
def test_a_service_that_is_not_on_is_told_by_its_words_from_a_denial(code: str, message: str) -> None:
    assert meaning(client_error(code, 400, message)) == (ReadState.NOT_ENABLED, False)
    assert meaning(client_error(code, 400, "User x is not authorized")) == (ReadState.DENIED, False)
    assert meaning(client_error("ValidationException", 400, message)) == (ReadState.ERROR, False)


def _modelled() -> set[tuple[str, int]]:
    """Code and HTTP status of every error that AWS's models know of declared operations; 0 where they say none."""
    said = [
        (error.name, error.metadata.get("error", {}))
        for service, operation in operations_of(load_specs().calls)
        for error in models.operation_model(service, operation).error_shapes
    ]
    return {(error.get("code", name), error.get("httpStatusCode", 0)) for name, error in said}


def test_what_awss_own_models_call_unauthorised_is_a_denial() -> None:
    refused = {code for code, status in _modelled() if status in (401, 403)}
    assert {"AccessDeniedException", "ForbiddenException", "UnauthorizedException"} <= refused
    # What SNS says of a request that is not signed or encrypted as it wants.
    others = {code for code in refused if meaning(client_error(code, 403)) != (ReadState.DENIED, False)}
    assert others <= {"InvalidSecurity"}


def test_what_awss_own_models_call_throttling_is_throttling() -> None:
    slow = {code for code, _ in _modelled() if re.search("throttl|^TooManyRequests|RateLimit", code, re.IGNORECASE)}
    assert {"ThrottlingException", "KmsThrottlingException", "CallRateLimitExceededException"} <= slow
    assert {code for code in slow if meaning(client_error(code, 400)) != (ReadState.THROTTLED, True)} == set()


@pytest.mark.parametrize("code", ["NoSuchBucket", "InvalidSnapshot.NotFound", "NotFoundException"])
def test_not_found_means_gone_only_for_a_detail(code: str) -> None:
    assert meaning(client_error(code, 404), is_detail=True) == (ReadState.GONE, False)
    assert meaning(client_error(code, 404), is_detail=False) == (ReadState.ERROR, False)


@pytest.mark.parametrize(
    ("error", "state", "transient"),
    [
        (exceptions.NoCredentialsError(), ReadState.DENIED, False),
        (exceptions.PartialCredentialsError(provider="env", cred_var="x"), ReadState.DENIED, False),
        (exceptions.ReadTimeoutError(endpoint_url="u"), ReadState.UNAVAILABLE, True),
        (exceptions.ConnectTimeoutError(endpoint_url="u"), ReadState.UNAVAILABLE, True),
        (exceptions.ConnectionClosedError(endpoint_url="u"), ReadState.UNAVAILABLE, True),
        (exceptions.EndpointConnectionError(endpoint_url="u"), ReadState.UNAVAILABLE, True),
        (exceptions.SSLError(endpoint_url="u", error=OSError("e")), ReadState.UNAVAILABLE, True),
        (exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2), ReadState.ERROR, True),
        (ProtocolError("Connection broken", IncompleteRead(1, 2)), ReadState.UNAVAILABLE, True),
        (ConnectionResetError(104, "reset"), ReadState.UNAVAILABLE, True),
        (ResponseParserError("no XML"), ReadState.ERROR, True),
        (exceptions.PaginationError(message="twice"), ReadState.ERROR, False),
        (exceptions.ParamValidationError(report="r"), ReadState.ERROR, False),
        (exceptions.UnknownRegionError(region_name="x", error_msg="m"), ReadState.ERROR, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_transport_and_library_errors_have_their_state(error: Exception, state: ReadState, transient: bool) -> None:
    assert meaning(error) == (state, transient)


@pytest.mark.parametrize("error", [ValueError("ours"), KeyError("ours"), AssertionError(), KeyboardInterrupt()])
def test_an_error_that_is_no_answer_is_not_classified(error: BaseException) -> None:
    assert classify(error) is None


@given(code=st.text(max_size=40), status=st.integers(400, 599), is_detail=st.booleans(), is_optional=st.booleans())
def test_no_code_whatever_means_read_or_absent(code: str, status: int, is_detail: bool, is_optional: bool) -> None:
    state, _ = meaning(client_error(code, status), is_detail=is_detail, is_optional=is_optional)
    assert not state.is_read


@given(st.text())
def test_a_message_is_kept_flat_and_short(message: str) -> None:
    failure = classify(client_error("AccessDenied", 403, message))
    assert failure is not None
    assert len(failure.message) <= MESSAGE_LIMIT
    assert failure.message == " ".join(failure.message.split())


def test_a_failure_keeps_what_aws_said() -> None:
    assert classify(client_error("AccessDenied", 403, "User x may not")) == Failure(
        ReadState.DENIED, "AccessDenied", "User x may not", 403, "r-1", is_transient=False
    )


def test_an_error_without_code_or_metadata_is_an_error() -> None:
    bare: Any = {}
    assert classify(ClientError(bare, "Operation")) == Failure(ReadState.ERROR, "Unknown", "")
