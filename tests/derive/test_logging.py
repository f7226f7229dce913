"""What a trail records and what a metric filter watches: only what it does for certain."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.derive import Underivable, filter_pattern
from proveonce.derive.logging import metric_filter_watches, trail_records_management_events


def trail(**selectors: Any) -> bool:
    return trail_records_management_events({"item": {}, "details": {"selectors": selectors}})


def advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"Name": "x", "FieldSelectors": list(fields)}


MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
READS = {"Field": "readOnly", "Equals": ["true"]}
WRITES = {"Field": "readOnly", "Equals": ["false"]}
DATA = advanced(
    {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}
)


@pytest.mark.parametrize(
    "selectors",
    [
        {},
        {"EventSelectors": []},
        {"EventSelectors": None, "AdvancedEventSelectors": None},
        {"EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "All"}]},
        {"EventSelectors": [{}]},
        {
            "EventSelectors": [
                {"IncludeManagementEvents": True, "ReadWriteType": "All", "ExcludeManagementEventSources": []}
            ]
        },
        {
            "EventSelectors": [
                {"IncludeManagementEvents": False},
                {"IncludeManagementEvents": True, "ReadWriteType": "All"},
            ]
        },
        {"AdvancedEventSelectors": [advanced(MANAGEMENT)]},
        {"AdvancedEventSelectors": [DATA, advanced(MANAGEMENT)]},
        # An event is recorded when any selector matches it: two halves are a whole.
        {"EventSelectors": [{"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "WriteOnly"}]},
        {"AdvancedEventSelectors": [advanced(MANAGEMENT, READS), advanced(MANAGEMENT, WRITES)]},
        {"AdvancedEventSelectors": [DATA, advanced(WRITES, MANAGEMENT), advanced(READS, MANAGEMENT)]},
    ],
)
def test_a_trail_that_records_every_management_event(selectors: dict[str, Any]) -> None:
    assert trail(**selectors) is True


@pytest.mark.parametrize(
    "selectors",
    [
        {"EventSelectors": [{"IncludeManagementEvents": False, "ReadWriteType": "All"}]},
        {"EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "WriteOnly"}]},
        {"EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "ReadOnly"}]},
        {"EventSelectors": [{"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]},
        {"AdvancedEventSelectors": [DATA]},
        {"AdvancedEventSelectors": [advanced()]},
        {"AdvancedEventSelectors": [{}]},
        # Advanced selectors replace the basic ones.
        {
            "AdvancedEventSelectors": [DATA],
            "EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "All"}],
        },
        {"AdvancedEventSelectors": [advanced(MANAGEMENT, {"Field": "readOnly", "Equals": ["false"]})]},
        {
            "AdvancedEventSelectors": [
                advanced(MANAGEMENT, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]})
            ]
        },
        {"AdvancedEventSelectors": [advanced({"Field": "eventCategory", "Equals": ["Data"]})]},
        {"AdvancedEventSelectors": [advanced({"Field": "eventCategory", "NotEquals": ["Management"]})]},
        {"AdvancedEventSelectors": [advanced(READS)]},
        {"AdvancedEventSelectors": [advanced(READS), advanced(WRITES)]},
        {"AdvancedEventSelectors": [advanced(MANAGEMENT, READS)]},
        {"AdvancedEventSelectors": [advanced(MANAGEMENT, READS), advanced(MANAGEMENT, READS)]},
        {"AdvancedEventSelectors": [advanced(MANAGEMENT, READS), DATA]},
        {"AdvancedEventSelectors": [advanced(MANAGEMENT, READS), advanced(MANAGEMENT, {"Field": "readOnly"})]},
        {
            "AdvancedEventSelectors": [
                advanced(MANAGEMENT, READS),
                advanced(MANAGEMENT, WRITES, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}),
            ]
        },
        {"EventSelectors": [{"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "ReadOnly"}]},
        {"EventSelectors": [{"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "Unheard"}]},
        {
            "EventSelectors": [
                {"ReadWriteType": "ReadOnly"},
                {"ReadWriteType": "WriteOnly", "ExcludeManagementEventSources": ["kms.amazonaws.com"]},
            ]
        },
        {
            "EventSelectors": [
                {"ReadWriteType": "ReadOnly"},
                {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": False},
            ]
        },
    ],
)
def test_a_trail_that_leaves_some_out(selectors: dict[str, Any]) -> None:
    assert trail(**selectors) is False


# Metric filters. The patterns of the CIS AWS Foundations Benchmark, section 4, and what looks like them.


def watches(pattern: str) -> list[str]:
    return metric_filter_watches({"item": {"filterPattern": pattern}, "details": {}})


def events(*names: str) -> str:
    return " || ".join(f"($.eventName = {name})" for name in names)


TRAIL = ("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging")
IAM = (
    *tuple(
        f"{verb}{holder}Policy"
        for verb in ("Delete", "Put", "Attach", "Detach")
        for holder in ("Group", "Role", "User")
    ),
    "CreatePolicy",
    "DeletePolicy",
    "CreatePolicyVersion",
    "DeletePolicyVersion",
)
GROUPS = (
    "AuthorizeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
    "CreateSecurityGroup",
    "DeleteSecurityGroup",
)
CONFIG = ("StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder")
CIS = {
    "unauthorized_api_calls": [
        '{($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*")}',
        (
            '{ ($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*") && '
            '($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket") }'
        ),
    ],
    "sign_in_without_mfa": [
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }',
        (
            '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && '
            '($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }'
        ),
    ],
    "root_usage": [
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
        "{$.userIdentity.type=Root}",
    ],
    "iam_policy_changes": ["{" + events(*IAM) + "}", "{($.eventSource = iam.amazonaws.com) && (" + events(*IAM) + ")}"],
    "cloudtrail_changes": [
        "{ " + events(*TRAIL) + " }",
        "{" + " || ".join(f'($.eventName="{n}")' for n in TRAIL) + "}",
    ],
    "kms_key_removal": [
        "{($.eventSource = kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion)) }"
    ],
    "s3_policy_changes": [
        "{ ($.eventSource = s3.amazonaws.com) && ("
        + events(
            "PutBucketAcl",
            "PutBucketPolicy",
            "PutBucketCors",
            "PutBucketLifecycle",
            "PutBucketReplication",
            "DeleteBucketPolicy",
            "DeleteBucketCors",
        )
        + ") }"
    ],
    "security_group_changes": ["{ " + events(*GROUPS) + " }"],
    "config_changes": ["{ ($.eventSource = config.amazonaws.com) && (" + events(*CONFIG) + ") }"],
}


@pytest.mark.parametrize(("name", "pattern"), [(name, p) for name, patterns in CIS.items() for p in patterns])
def test_the_pattern_of_the_benchmark_watches_its_class_and_no_other(name: str, pattern: str) -> None:
    assert watches(pattern) == [name]


SOURCES = {
    "cloudtrail_changes": "cloudtrail", "iam_policy_changes": "iam", "kms_key_removal": "kms",
    "s3_policy_changes": "s3", "security_group_changes": "ec2", "config_changes": "config",
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_a_pattern_may_ask_for_what_each_event_of_the_class_is(name: str) -> None:
    what = f"($.eventSource = {SOURCES[name]}.amazonaws.com) && ($.eventType = AwsApiCall)"
    what += " && ($.eventCategory = Management) && ($.managementEvent IS TRUE) && ($.eventType != AwsServiceEvent)"
    assert watches("{ (" + CIS[name][0][1:-1] + ") && " + what + " }") == [name]


@pytest.mark.parametrize("name", SOURCES)
def test_a_pattern_that_asks_for_another_service_watches_nothing(name: str) -> None:
    assert watches("{ (" + CIS[name][0][1:-1] + ") && ($.eventSource = sns.amazonaws.com) }") == []


def test_a_pattern_may_name_each_code_of_a_refusal() -> None:
    codes = ("Client.UnauthorizedOperation", "AccessDenied", "AccessDeniedException")
    pattern = " || ".join(f'($.errorCode = "{code}")' for code in codes)
    assert watches(f"{{{pattern}}}") == ["unauthorized_api_calls"]


def test_a_pattern_may_ask_that_no_second_factor_was_used() -> None:
    assert watches('{ $.eventName = "ConsoleLogin" && $.additionalEventData.MFAUsed = "No" }') == [
        "sign_in_without_mfa"
    ]


def test_one_pattern_may_watch_several_classes() -> None:
    assert watches("{" + events(*TRAIL, *CONFIG) + " || ($.userIdentity.type = Root) }") == [
        "cloudtrail_changes",
        "config_changes",
        "root_usage",
    ]


@pytest.mark.parametrize("names", [TRAIL, CONFIG, GROUPS, ("DisableKey", "ScheduleKeyDeletion")])
def test_a_pattern_without_one_event_of_the_class_does_not_watch_it(names: tuple[str, ...]) -> None:
    for left_out in names:
        assert watches("{" + events(*(n for n in names if n != left_out)) + "}") == []


@pytest.mark.parametrize(
    "pattern",
    [
        "{" + " && ".join(f"($.eventName = {name})" for name in TRAIL) + "}",  # no event has five names
        "{(" + events(*TRAIL) + ') && ($.awsRegion = "us-east-1")}',
        "{(" + events(*TRAIL) + ') && ($.userIdentity.userName = "bob")}',
        "{(" + events(*TRAIL) + ') && ($.userIdentity.arn = "arn:aws:iam::1:user/*")}',
        "{(" + events(*TRAIL) + ") && ($.eventSource = ec2.amazonaws.com)}",
        "{(" + events(*TRAIL) + ") && ($.errorCode EXISTS)}",
        # Leaving one out is as bad as asking for one.
        "{(" + events(*TRAIL) + ') && ($.awsRegion != "us-east-1")}',
        "{(" + events(*TRAIL) + ') && ($.userIdentity.userName != "bob")}',
        "{(" + events(*TRAIL) + ') && ($.userIdentity.arn != "*assumed-role/deploy*")}',
        "{(" + events(*TRAIL) + ') && ($.recipientAccountId != "111122223333")}',
        "{(" + events(*TRAIL) + ") && ($.sourceIPAddress != 10.*)}",
        "{(" + events(*TRAIL) + ") && ($.userAgent != Terraform*)}",
        '{ $.userIdentity.type = "Root" && $.eventName != "ConsoleLogin" }',
        '{ $.userIdentity.type = "Root" && $.eventSource != "s3.amazonaws.com" }',
        '{ (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) && ($.awsRegion != "x") }',
        # (userName is a field that such an event has; one it lacks would fail for another reason)
        '{ $.eventName = "ConsoleLogin" && $.additionalEventData.MFAUsed != "Yes" && $.userIdentity.userName != a }',
        "{ $.awsRegion != x }",
        "{ $.eventName != x }",
        "{(" + events(*TRAIL) + ") && ($.sourceIPAddress = 10.*)}",
        "{" + events(*TRAIL).replace("=", "!=") + "}",
        events(*TRAIL),  # without braces these are terms of a text
        "[" + events(*TRAIL) + "]",
        " ".join(f'"$.eventName = {name}"' for name in TRAIL),
        "{" + events(*TRAIL).replace("CreateTrail", "CreateTrail2") + "}",
        "{" + events(*TRAIL).replace("$.eventName = CreateTrail", "$.requestParameters.eventName = CreateTrail") + "}",
        "{" + events(*TRAIL).replace("CreateTrail", "createtrail") + "}",
        '{ $.userIdentity.type = "RootUser" }',
        '{ $.userIdentity.type != "Root" }',
        '{ $.userIdentity.type = "root" }',
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy EXISTS }',
        '{ $.userIdentity.type = "Root" && $.eventName = "ConsoleLogin" }',
        '{ $.userIdentity.type = "Root" && $.userIdentity.type = "IAMUser" }',
        '{ ($.errorCode = "*UnauthorizedOperation") && ($.errorCode = "AccessDenied*") }',
        '{ ($.errorCode = "*UnauthorizedOperation") }',
        '{ ($.errorCode = "AccessDenied*") }',
        '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied") }',
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed = "Yes") }',
        '{ ($.eventName = "ConsoleLogin") && ($.errorMessage = "Failed authentication") }',
        "",
        "ERROR",
        "{ $.nothing NOT EXISTS }",
        "{ $.eventName = * }",
        "{ $.eventName EXISTS }",
        '"CreateTrail"',
        "-CreateTrail",
        "?CreateTrail ?DeleteTrail",
    ],
)
def test_a_pattern_that_only_looks_like_it_watches_nothing(pattern: str) -> None:
    assert watches(pattern) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "{",
        "{}",
        "{ $ }",
        "{ $.a }",
        "{ $.a = }",
        "{ = x }",
        "{ $.a = x",
        "{ $.a = xy",
        "{ $.a = x } y",
        "{ ($.a = x }",
        "{ $.a = x) }",
        "{ $.a = x && }",
        "{ $.a = x $.b = y }",
        "{ $.a NOT }",
        "{ $.a IS MAYBE }",
        "{ $.a == x }",
        '{ $.a = "x }',
        "{" + "(" * 900 + "}",
        "{ $.a = %[% }",
        "{ $.a && $.b = x }",
        "{ a = x }",
    ],
)
def test_a_pattern_that_aws_would_refuse_is_underivable(pattern: str) -> None:
    with pytest.raises(Underivable):
        watches(pattern)


def test_a_filter_without_a_pattern_watches_nothing_and_one_that_is_no_text_is_underivable() -> None:
    assert metric_filter_watches({"item": {}, "details": {}}) == []
    with pytest.raises(Underivable):
        metric_filter_watches({"item": {"filterPattern": 5}, "details": {}})


@given(st.text(alphabet='{}()$.=!&|"%[]ab*\\ NOTEXISTS<>0', max_size=30))
@settings(max_examples=200, deadline=None)
def test_no_pattern_whatsoever_ends_in_another_error(pattern: str) -> None:
    for text in (pattern, "{" + pattern + "}"):
        with contextlib.suppress(Underivable):
            assert watches(text) is not None


EVENT = {
    "a": "x",
    "b": {"c": "long text"},
    "yes": True,
    "no": False,
    "none": None,
    "list": ["p", {"q": "r"}],
    "q": 'a"b',
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("$.a = x", True),
        ("$.a = y", False),
        ("$.a != y", True),
        ("$.a != x", False),
        ('$.b.c = "long text"', True),
        ("$.b.c = long*", True),
        ("$.b.c = *text", True),
        ("$.b.c = l*t*t", True),
        ("$.b.c = ong*", False),
        ("$.b.c = *", True),
        ("$.b.c = %o.g%", True),
        ("$.b.c = %^text%", False),
        ("$.missing = x", False),
        ("$.missing != x", False),
        ("$.missing NOT EXISTS", True),
        ("$.a NOT EXISTS", False),
        ("$.a EXISTS", True),
        ("$.none NOT EXISTS", False),
        ("$.yes IS TRUE", True),
        ("$.no IS TRUE", False),
        ("$.no is false", True),
        ("$.none IS NULL", True),
        ("$.missing IS NULL", False),
        ("$.list[0] = p", True),
        ("$.list[1].q = r", True),
        ("$.list[7] NOT EXISTS", True),
        ("$.list[2] NOT EXISTS", True),
        ("$['a'] = x", True),
        ('$["a"] = x', True),
        ("$['a'] = y", False),
        (r'$.q = "a\"b"', True),
        ("$.a > 5", False),
        ("$.a = x.", False),
        ("$.a = .", False),
        # && binds closer than ||, and parentheses closer than both.
        ("$.a = x || $.a = y && $.a = z", True),
        ("($.a = x || $.a = y) && $.a = z", False),
        ("$.a = z && $.a = y || $.a = x", True),
        ("$.a = z && ($.a = y || $.a = x)", False),
    ],
)
def test_a_pattern_matches_as_the_user_guide_says(pattern: str, expected: bool) -> None:
    matches = filter_pattern.parse(f"{{ {pattern} }}")
    assert matches is not None
    assert matches(EVENT) is expected


@given(
    st.recursive(
        st.sampled_from(["$.a = x", "$.a = y", "$.b NOT EXISTS", "$.a != x"]),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
            inner.map(lambda p: f"({p})"),
        ),
        max_leaves=8,
    )
)
@settings(max_examples=150, deadline=None)
def test_and_and_or_mean_what_they_mean_elsewhere(pattern: str) -> None:
    truth = {"$.a = x": "True", "$.a = y": "False", "$.b NOT EXISTS": "True", "$.a != x": "False"}
    python = pattern.replace("&&", " and ").replace("||", " or ")
    python = re.sub("|".join(re.escape(term) for term in truth), lambda m: truth[m[0]], python)
    matches = filter_pattern.parse("{" + pattern + "}")
    assert matches is not None
    assert matches({"a": "x"}) is eval(python)  # noqa: S307 - made of True, False, and, or
