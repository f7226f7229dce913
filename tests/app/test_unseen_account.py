"""An account that no other code of ours knows: what the findings say is what it holds, resource by resource.

The truth is written down while the account is filled, from AWS's own semantics, not from our checks.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from awslab.cloud import Cloud, new_account
from awslab.collected import collect
from proveonce.app.assessing import assess
from proveonce.model.workspace import Workspace

REGIONS = ("us-east-1", "ap-southeast-2")

Truth = dict[tuple[str, str], bool]
"""(check, ARN) → whether it holds."""


class Filler:
    """Fills an account at random and writes down the truth."""

    def __init__(self, cloud: Cloud, account: str, seed: int) -> None:
        self._cloud = cloud
        self._account = account
        self._dice = random.Random(seed)
        self.truth: Truth = {}

    def _flip(self) -> bool:
        return self._dice.random() < 0.5

    def _client(self, service: str, region: str) -> Any:
        return self._cloud.client(service, self._account, region)

    def _holds(self, check: str, arn: str, holds: bool) -> None:
        self.truth[check, arn] = holds

    def buckets(self, count: int) -> None:
        for number in range(count):
            region = self._dice.choice(REGIONS)
            s3, name = self._client("s3", region), f"unseen-{self._account}-{number}"
            place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            s3.create_bucket(Bucket=name, **place)
            arn = f"arn:aws:s3:::{name}"
            if versioned := self._flip():
                s3.put_bucket_versioning(
                    Bucket=name, VersioningConfiguration={"Status": self._dice.choice(["Enabled", "Suspended"])}
                )
                versioned = s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
            self._holds("aws.s3.bucket.versioning-enabled", arn, versioned)
            self._holds("aws.s3.bucket.tls-only", arn, self._policy(s3, name, arn))

    def _policy(self, s3: Any, name: str, arn: str) -> bool:
        """One of several bucket policies; whether it denies everyone every action over plain HTTP, everywhere."""
        kind = self._dice.choice(["none", "whole", "prefix", "reads only", "one principal", "allow"])
        resources = [f"{arn}/logs/*"] if kind == "prefix" else [arn, f"{arn}/*"]
        statement = {
            "Effect": "Allow" if kind == "allow" else "Deny",
            "Principal": {"AWS": f"arn:aws:iam::{self._account}:root"} if kind == "one principal" else "*",
            "Action": "s3:GetObject" if kind == "reads only" else "s3:*",
            "Resource": resources,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        if kind != "none":
            s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        return kind == "whole"

    def storage(self, region: str, count: int) -> None:
        ec2, prefix = self._client("ec2", region), f"arn:aws:ec2:{region}:{self._account}"
        for _ in range(count):
            encrypted, public = self._flip(), self._flip()
            volume = ec2.create_volume(AvailabilityZone=f"{region}a", Size=1, Encrypted=encrypted)["VolumeId"]
            snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
            if public:
                ec2.modify_snapshot_attribute(
                    SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
                )
            self._holds("aws.ec2.volume.encrypted", f"{prefix}:volume/{volume}", encrypted)
            self._holds("aws.ec2.snapshot.not-public", f"{prefix}:snapshot/{snapshot}", not public)

    def groups(self, region: str, count: int) -> None:
        ec2 = self._client("ec2", region)
        for number in range(count):
            group = ec2.create_security_group(GroupName=f"unseen-{number}", Description="x")["GroupId"]
            low, high, source, is_open = self._dice.choice(
                [
                    (22, 22, {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, True),
                    (3380, 3400, {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, True),
                    (22, 22, {"IpRanges": [{"CidrIp": "128.0.0.0/1"}]}, True),
                    (22, 22, {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, False),
                    (443, 443, {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, False),
                ]
            )
            ec2.authorize_security_group_ingress(
                GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": low, "ToPort": high, **source}]
            )
            arn = f"arn:aws:ec2:{region}:{self._account}:security-group/{group}"
            self._holds("aws.ec2.security-group.no-internet-admin-ports", arn, not is_open)

    def databases(self, region: str, count: int) -> None:
        rds = self._client("rds", region)
        for number in range(count):
            encrypted, public, zones, kept = self._flip(), self._flip(), self._flip(), self._flip()
            arn = rds.create_db_instance(
                DBInstanceIdentifier=f"unseen-{number}", DBInstanceClass="db.t3.micro", Engine="postgres",
                MasterUsername="root", MasterUserPassword="not-a-secret", AllocatedStorage=20,
                StorageEncrypted=encrypted, PubliclyAccessible=public, MultiAZ=zones, DeletionProtection=kept,
            )["DBInstance"]["DBInstanceArn"]  # fmt: skip
            self._holds("aws.rds.db-instance.storage-encrypted", arn, encrypted)
            self._holds("aws.rds.db-instance.not-publicly-accessible", arn, not public)
            self._holds("aws.rds.db-instance.multi-az", arn, zones)
            self._holds("aws.rds.db-instance.deletion-protected", arn, kept)

    def keys_and_logs(self, region: str, count: int) -> None:
        kms, logs = self._client("kms", region), self._client("logs", region)
        for number in range(count):
            key, rotated = kms.create_key()["KeyMetadata"], self._flip()
            if rotated:
                kms.enable_key_rotation(KeyId=key["KeyId"])
            self._holds("aws.kms.customer-key.rotation-enabled", key["Arn"], rotated)
            name, days = f"/unseen/{number}", self._dice.choice([None, 7, 365, 400])
            logs.create_log_group(logGroupName=name)
            if days:
                logs.put_retention_policy(logGroupName=name, retentionInDays=days)
            arn = f"arn:aws:logs:{region}:{self._account}:log-group:{name}"
            self._holds("aws.logs.log-group.retention-one-year", arn, days is None or days >= 365)


@pytest.mark.parametrize("seed", [1, 2])
def test_findings_are_what_the_account_holds(
    cloud: Cloud, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = new_account()
    filler = Filler(cloud, account, seed)
    filler.buckets(12)
    for region in REGIONS:
        filler.storage(region, 8)
        filler.groups(region, 8)
        filler.databases(region, 6)
        filler.keys_and_logs(region, 6)
    cloud.enter(monkeypatch, account)
    collect(tmp_path, regions=REGIONS)

    with assess(Workspace(root=tmp_path)) as (assessment, _):
        found = {(str(f.check), f.resource): str(f.status) for f in assessment.findings()}

    told = {key: found.get(key) for key in filler.truth}
    assert told == {key: "pass" if holds else "fail" for key, holds in filler.truth.items()}
