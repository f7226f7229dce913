"""Trails, log groups, metric filters, alarms and topics. What a record does not say is the good practice."""

from __future__ import annotations

from dataclasses import dataclass

from proveonce.app.demo.cloud import Cloud
from proveonce.app.demo.places import DATA_EAST, DATA_EUROPE, PROD_EAST, PROD_EUROPE, PROD_WEST, Place

TRAIL_GROUP = "/ehi/cloudtrail"


@dataclass(frozen=True, slots=True)
class Group:
    """A log group."""

    place: Place
    name: str
    key: str | None
    keep_days: int | None = 400


@dataclass(frozen=True, slots=True)
class Trail:
    """A CloudTrail trail."""

    place: Place
    name: str
    bucket: str
    is_multi_region: bool = True
    is_validated: bool = True
    is_logging: bool = True
    key: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """An SNS topic and its one subscription; an e-mail one is never confirmed here."""

    place: Place
    name: str
    protocol: str
    endpoint: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """A metric filter over the trail's log group, and the alarm on its metric."""

    name: str
    pattern: str
    topic: str = "careloop-security-alerts"


GROUPS = (
    Group(PROD_EAST, TRAIL_GROUP, "careloop-logs", keep_days=731),
    Group(PROD_EAST, "/careloop/api", "careloop-logs"),
    Group(PROD_EAST, "/careloop/worker", "careloop-logs"),
    Group(PROD_EAST, "/careloop/portal", "careloop-logs"),
    Group(PROD_EAST, "/careloop/debug", None, keep_days=None),  # switched on in an incident and kept
    Group(PROD_EAST, "/ehi/vpc-flow/careloop-prod", "careloop-logs"),
    Group(PROD_WEST, "/ehi/vpc-flow/careloop-dr", "careloop-dr-data"),
    Group(PROD_WEST, "/careloop/replication", "careloop-dr-data"),
    Group(PROD_EUROPE, "/careloop/eu-api", "careloop-eu-data", keep_days=30),
    Group(DATA_EAST, "/ehi/vpc-flow/analytics", "lake-data"),
    Group(DATA_EAST, "/data/airflow", None),
    Group(DATA_EUROPE, "/data/research-eu", "research-eu-data"),
)

TRAILS = (
    Trail(PROD_EAST, "ehi-prod-trail", "ehi-prod-cloudtrail", key="careloop-logs", group=TRAIL_GROUP),
    # Stopped during a cost review and never started again: the data account has no trail that records.
    Trail(DATA_EAST, "ehi-data-trail", "ehi-data-cloudtrail", is_multi_region=False, is_validated=False,
          is_logging=False),
)  # fmt: skip

TOPICS = (
    Topic(PROD_EAST, "careloop-security-alerts", "https", "https://events.pager.example.com/ehi", "careloop-logs"),
    Topic(PROD_EAST, "careloop-ops-oncall", "email", "oncall@example-health.example", "careloop-logs"),
    Topic(
        DATA_EAST, "data-pipeline-alerts", "sqs", f"arn:aws:sqs:us-east-1:{DATA_EAST.account}:data-alerts", "lake-data"
    ),
)


def _events(*names: str) -> str:
    return "{ " + " || ".join(f"($.eventName = {name})" for name in names) + " }"


ALARMS = (
    Alarm("unauthorized-api-calls", '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }'),
    Alarm("sign-in-without-mfa", '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }'),
    Alarm("root-usage", '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && '
          '$.eventType != "AwsServiceEvent" }'),
    Alarm("iam-policy-changes", _events(
        "DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy",
        "PutUserPolicy", "CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion",
        "AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy", "AttachGroupPolicy",
        "DetachGroupPolicy")),
    Alarm("cloudtrail-changes", _events("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging")),
    # Alarms whom nobody hears: the topic's only subscription was never confirmed.
    Alarm("kms-key-removal", "{ ($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) || "
          "($.eventName = ScheduleKeyDeletion)) }", topic="careloop-ops-oncall"),
)  # fmt: skip
"""Missing on purpose: changes of bucket policies, security groups and AWS Config."""


def seed_logs(cloud: Cloud) -> None:
    """Groups and topics first; trails and alarms refer to them."""
    for group in GROUPS:
        logs = cloud.client(group.place, "logs")
        key = {"kmsKeyId": cloud.known(group.place, group.key)} if group.key else {}
        logs.create_log_group(logGroupName=group.name, tags={"Owner": "platform"}, **key)
        arn = f"arn:aws:logs:{group.place.region}:{group.place.account}:log-group:{group.name}"
        cloud.remember(group.place, group.name, arn)
        if group.keep_days is not None:
            logs.put_retention_policy(logGroupName=group.name, retentionInDays=group.keep_days)
    for topic in TOPICS:
        _topic(cloud, topic)
    for trail in TRAILS:
        _trail(cloud, trail)
    for alarm in ALARMS:
        _alarm(cloud, PROD_EAST, alarm)


def _topic(cloud: Cloud, topic: Topic) -> None:
    sns = cloud.client(topic.place, "sns")
    attributes = {"KmsMasterKeyId": cloud.known(topic.place, topic.key)} if topic.key else {}
    arn = sns.create_topic(Name=topic.name, Attributes=attributes)["TopicArn"]
    cloud.remember(topic.place, topic.name, arn)
    sns.subscribe(TopicArn=arn, Protocol=topic.protocol, Endpoint=topic.endpoint)


def _trail(cloud: Cloud, trail: Trail) -> None:
    cloudtrail = cloud.client(trail.place, "cloudtrail")
    extra = {}
    if trail.key:
        extra["KmsKeyId"] = cloud.known(trail.place, trail.key)
    if trail.group:
        extra["CloudWatchLogsLogGroupArn"] = cloud.known(trail.place, trail.group) + ":*"
        extra["CloudWatchLogsRoleArn"] = cloud.known(trail.place, "cloudtrail-to-logs")
    made = cloudtrail.create_trail(
        Name=trail.name, S3BucketName=trail.bucket, IsMultiRegionTrail=trail.is_multi_region,
        IncludeGlobalServiceEvents=trail.is_multi_region, EnableLogFileValidation=trail.is_validated,
        TagsList=[{"Key": "Owner", "Value": "security"}], **extra,
    )  # fmt: skip
    cloud.remember(trail.place, trail.name, made["TrailARN"])
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
    if trail.is_multi_region:
        selector["DataResources"] = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]
    cloudtrail.put_event_selectors(TrailName=trail.name, EventSelectors=[selector])
    if trail.is_logging:
        cloudtrail.start_logging(Name=trail.name)


def _alarm(cloud: Cloud, place: Place, alarm: Alarm) -> None:
    cloud.client(place, "logs").put_metric_filter(
        logGroupName=TRAIL_GROUP, filterName=alarm.name, filterPattern=alarm.pattern,
        metricTransformations=[{"metricName": alarm.name, "metricNamespace": "EHI/Security", "metricValue": "1"}],
    )  # fmt: skip
    cloud.client(place, "cloudwatch").put_metric_alarm(
        AlarmName=alarm.name, AlarmDescription=f"CIS: {alarm.name.replace('-', ' ')}", MetricName=alarm.name,
        Namespace="EHI/Security", Statistic="Sum", Period=300, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold", TreatMissingData="notBreaching",
        AlarmActions=[cloud.known(place, alarm.topic)],
    )  # fmt: skip
    cloud.remember(place, f"filter {alarm.name}", alarm.name)
    cloud.remember(place, f"alarm {alarm.name}", alarm.name)
