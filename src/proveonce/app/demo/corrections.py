"""Where moto's answer is not what AWS would say, the answer is corrected on its way out.

- Snapshots: moto does not know the question who may restore them.
- Buckets: AWS tells the region of each in the list, moto does not.
- The credential report: AWS lists the root user, and its dates are older than this process.
- The account summary: moto cannot give the root user an MFA device; ours has one.
- Subscriptions: moto confirms an e-mail address by itself, AWS waits for its owner; moto counts none.
- Trails: moto does not say when a trail last delivered to CloudWatch Logs, nor when its last digest came.
- Regions: moto knows every region; our organisation's world has three.
- Aurora: moto never says that members stand in several zones; those of both our clusters do.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from proveonce.app.demo.logs import TOPICS
from proveonce.app.demo.people import USERS, User
from proveonce.app.demo.places import REGIONS
from proveonce.app.demo.requests import Request

Correction = Callable[[Request, bytes], bytes]

_CONTENT = re.compile(rb"(<Content>)(.*?)(</Content>)", re.DOTALL)
_ROOT_MFA = re.compile(rb"(<key>AccountMFAEnabled</key>\s*<value>)0(</value>)")
_MEMBER = re.compile(rb"<member>.*?</member>", re.DOTALL)
_SUBSCRIPTION_ARN = re.compile(rb"(<SubscriptionArn>).*?(</SubscriptionArn>)", re.DOTALL)
_REGION = re.compile(rb"<item>(?:(?!</item>).)*<regionName>([^<]+)</regionName>.*?</item>", re.DOTALL)
_BUCKET = re.compile(rb"<Name>([^<]+)</Name><CreationDate>[^<]+</CreationDate>")
_SNAPSHOT = re.compile(rb"<item>(?:(?!</item>).)*<snapshotId>([^<]+)</snapshotId>.*?</item>", re.DOTALL)
_COUNT = rb"(<key>%s</key>\s*<value>)0(</value>)"
_ROOT_CREATED_DAYS = 2200


def bucket_regions(request: Request, body: bytes) -> bytes:
    """The list of buckets with the region of each, which AWS tells and moto does not."""
    from moto.s3.models import s3_backends

    buckets = s3_backends[request.account]["aws"].buckets

    def tell(found: re.Match[bytes]) -> bytes:
        return found[0] + b"<BucketRegion>" + buckets[found[1].decode()].region_name.encode() + b"</BucketRegion>"

    return _BUCKET.sub(tell, body)


def snapshots(request: Request, body: bytes) -> bytes:
    """The list of snapshots without those that nobody made everyone's, where AWS is asked for everyone's."""
    if request.form.get("RestorableBy.1") != ["all"]:
        return body
    from moto.ec2.models import ec2_backends

    held = ec2_backends[request.account][request.region].snapshots

    def keep(found: re.Match[bytes]) -> bytes:
        return found[0] if "all" in held[found[1].decode()].create_volume_permission_groups else b""

    return _SNAPSHOT.sub(keep, body)


def credential_report(request: Request, body: bytes) -> bytes:
    """The report with a root user, and with each user's dates."""

    def rewrite(found: re.Match[bytes]) -> bytes:
        text = base64.b64decode(found[2]).decode()
        return found[1] + base64.b64encode(_report(request.account, text).encode()) + found[3]

    return _CONTENT.sub(rewrite, body)


def _report(account: str, text: str) -> str:
    rows = list(csv.DictReader(io.StringIO(text)))
    users = {user.name: user for user in USERS.get(account, ())}
    for row in rows:
        if user := users.get(row["user"]):
            row.update(_dates(user))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    if rows:
        writer.writerow(_root(account, list(rows[0])))
    writer.writerows(rows)
    return out.getvalue()


def _dates(user: User) -> dict[str, str]:
    dates = {"user_creation_time": _ago(user.created_days)}
    if user.console:
        dates["password_last_changed"] = _ago(min(user.created_days, 60))
        dates["password_last_used"] = "no_information" if user.signed_in_days is None else _ago(user.signed_in_days)
    if user.key_rotated_days is not None:
        dates["access_key_1_last_rotated"] = _ago(user.key_rotated_days)
        dates["access_key_1_last_used_date"] = _ago(0)
    return dates


def _root(account: str, columns: list[str]) -> dict[str, str]:
    known = {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{account}:root",
        "user_creation_time": _ago(_ROOT_CREATED_DAYS),
        "password_enabled": "not_supported",
        "password_last_used": _ago(_ROOT_CREATED_DAYS),
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": "true",
    }
    flags = {column: "false" for column in columns if column.endswith("_active")}
    return {column: {**flags, **known}.get(column, "N/A") for column in columns}


def _ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def account_summary(_request: Request, body: bytes) -> bytes:
    """The summary of an account whose root user has MFA."""
    return _ROOT_MFA.sub(rb"\g<1>1\g<2>", body)


def subscriptions(_request: Request, body: bytes) -> bytes:
    """The list with every e-mail subscription pending."""

    def pending(found: re.Match[bytes]) -> bytes:
        if b"<Protocol>email</Protocol>" not in found[0]:
            return found[0]
        return _SUBSCRIPTION_ARN.sub(rb"\g<1>PendingConfirmation\g<2>", found[0])

    return _MEMBER.sub(pending, body)


def topic_attributes(_request: Request, body: bytes) -> bytes:
    """The attributes with the subscription counted."""
    topic = next((topic for topic in TOPICS if f":{topic.name}</value>".encode() in body), None)
    if topic is None:
        return body
    counter = b"SubscriptionsPending" if topic.protocol == "email" else b"SubscriptionsConfirmed"
    return re.sub(_COUNT % counter, rb"\g<1>1\g<2>", body)


def trail_status(_request: Request, body: bytes) -> bytes:
    """The status with deliveries; every trail of ours that records delivers to CloudWatch Logs."""
    status = json.loads(body)
    if status.get("IsLogging"):
        now = datetime.now(UTC).timestamp()
        status |= {"LatestCloudWatchLogsDeliveryTime": now - 240, "LatestDigestDeliveryTime": now - 1800}
    return json.dumps(status).encode()


def clusters(_request: Request, body: bytes) -> bytes:
    """The clusters with members in several zones."""
    return body.replace(b"<MultiAZ>false</MultiAZ>", b"<MultiAZ>true</MultiAZ>")


def regions(_: Request, body: bytes) -> bytes:
    """Only the organisation's own regions, so that a run over them leaves no enabled region unread."""
    return _REGION.sub(lambda item: item[0] if item[1].decode() in REGIONS else b"", body)


COMPLETIONS: dict[str, Correction] = {"s3:ListBuckets": bucket_regions, "ec2:DescribeSnapshots": snapshots}
"""What every account needs to be asked as AWS would be, whatever is planted in it."""

CORRECTIONS: dict[str, Correction] = {
    "iam:GetCredentialReport": credential_report,
    "iam:GetAccountSummary": account_summary,
    "sns:ListSubscriptions": subscriptions,
    "sns:GetTopicAttributes": topic_attributes,
    "cloudtrail:GetTrailStatus": trail_status,
    "rds:DescribeDBClusters": clusters,
    "ec2:DescribeRegions": regions,
}
