"""A small account with a spread of resources: every listing of the specs has something to list."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from awslab.cloud import Cloud
from proveonce.tables.spec import Specs, load_specs

SERVICES = frozenset(
    {"cloudtrail", "cloudwatch", "ec2", "iam", "kms", "logs", "organizations", "rds", "s3", "s3control", "sns", "sts"}
)
"""What is seeded here and answered by moto; the rest is made from AWS's models."""

LISTINGS = frozenset({
    "cloudtrail:DescribeTrails",
    "cloudwatch:DescribeAlarms",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeInstances",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSnapshots",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcs",
    "ec2:GetEbsEncryptionByDefault",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetAccountPasswordPolicy",
    "iam:GetAccountSummary",
    "iam:GetCredentialReport",
    "kms:ListKeys",
    "logs:DescribeLogGroups",
    "logs:DescribeMetricFilters",
    "rds:DescribeDBClusterSnapshots",
    "rds:DescribeDBClusters",
    "rds:DescribeDBInstances",
    "rds:DescribeDBSnapshots",
    "s3:ListBuckets",
    "s3control:GetPublicAccessBlock",
    "sns:ListSubscriptions",
    "sns:ListTopics",
    "sts:GetCallerIdentity",
})  # fmt: skip
"""Listings of which the seeded account has rows, each asked once a region; what paging and repair are tried on."""

_SPECS = load_specs()
CORE = Specs(
    tuple(
        replace(
            service,
            calls=calls,
            children=tuple(
                child
                for child in service.children
                if set(child.parents) <= {table.name for call in calls for table in call.tables}
            ),
        )
        for service in _SPECS.services
        if (calls := tuple(call for call in service.calls if call.key in LISTINGS or service.name == "ecs"))
    ),
    _SPECS.digest,
)
"""The specs on which the engine's own truth is tried: every kind of listing there is, few of each."""
CORE_TABLES = frozenset(CORE.tables())

MASTER_PASSWORD = "Sup3rS3cretMaster"  # noqa: S105 - planted, to be looked for
TAG_PASSWORD = "tag-S3cret-value"  # noqa: S105 - planted, to be looked for
ENDPOINT_PASSWORD = "endp0int-S3cret"  # noqa: S105 - planted, to be looked for


def _policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def seed(cloud: Cloud, account: str) -> None:
    """Fills `account`, most of it in us-east-1."""
    _iam(cloud, account)
    _s3(cloud, account)
    _kms(cloud, account)
    _ec2(cloud, account)
    _rds(cloud, account)
    _logging(cloud, account)


def _iam(cloud: Cloud, account: str) -> None:
    iam = cloud.client("iam", account)
    for name in ("ada", "grace", "edsger"):
        iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": name}])
    iam.create_login_profile(UserName="ada", Password="Initial-Pa55word-1")
    iam.create_access_key(UserName="grace")
    iam.put_user_policy(UserName="grace", PolicyName="inline", PolicyDocument=_policy(Action="s3:*", Resource="*"))
    for name in ("admins", "readers"):
        iam.create_group(GroupName=name)
    iam.put_group_policy(GroupName="admins", PolicyName="all", PolicyDocument=_policy(Action="*", Resource="*"))
    iam.add_user_to_group(GroupName="readers", UserName="ada")
    for name, principal in (
        ("app", {"Service": "ec2.amazonaws.com"}),
        ("partner", {"AWS": "arn:aws:iam::999988887777:root"}),
        ("open", {"AWS": "*"}),
    ):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(Action="sts:AssumeRole", Principal=principal))
    for name, action in (("narrow", "s3:GetObject"), ("wide", "*")):
        iam.create_policy(PolicyName=name, PolicyDocument=_policy(Action=action, Resource="*"))
    iam.update_account_password_policy(MinimumPasswordLength=14, RequireSymbols=True, RequireNumbers=True)


def _s3(cloud: Cloud, account: str) -> None:
    s3 = cloud.client("s3", account)
    hardened, plain, public = (f"{name}-{account}" for name in ("hardened", "plain", "public"))
    for name in (hardened, plain, public):
        s3.create_bucket(Bucket=name)
    frankfurt = f"frankfurt-{account}"
    cloud.client("s3", account, "eu-central-1").create_bucket(
        Bucket=frankfurt, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    blocked = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_bucket_encryption(
        Bucket=hardened,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        },
    )
    s3.put_public_access_block(Bucket=hardened, PublicAccessBlockConfiguration=blocked)
    s3.put_bucket_versioning(Bucket=hardened, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(
        Bucket=hardened,
        Tagging={"TagSet": [{"Key": "system", "Value": "ledger"}, {"Key": "db_password", "Value": TAG_PASSWORD}]},
    )
    s3.put_bucket_policy(
        Bucket=hardened,
        Policy=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{hardened}", f"arn:aws:s3:::{hardened}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }],
        }),
    )  # fmt: skip
    s3.put_bucket_lifecycle_configuration(
        Bucket=hardened,
        LifecycleConfiguration={
            "Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 400}}]
        },
    )
    s3.put_bucket_ownership_controls(
        Bucket=hardened, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    s3.put_bucket_policy(
        Bucket=public, Policy=_policy(Principal="*", Action="s3:GetObject", Resource=f"arn:aws:s3:::{public}/*")
    )
    cloud.client("s3control", account).put_public_access_block(
        AccountId=account, PublicAccessBlockConfiguration={**blocked, "BlockPublicPolicy": False}
    )


def _kms(cloud: Cloud, account: str) -> None:
    kms = cloud.client("kms", account)
    keys = [kms.create_key(Description=name)["KeyMetadata"]["KeyId"] for name in ("data", "logs", "idle")]
    kms.enable_key_rotation(KeyId=keys[0])


def _ec2(cloud: Cloud, account: str) -> None:
    ec2 = cloud.client("ec2", account)
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    cloud.client("iam", account).create_role(
        RoleName="flow", AssumeRolePolicyDocument=_policy(
            Action="sts:AssumeRole", Principal={"Service": "vpc-flow-logs.amazonaws.com"})
    )  # fmt: skip
    for kind in ("ALL", "REJECT"):
        cloud.client("logs", account).create_log_group(logGroupName=f"flow-{kind}")
        ec2.create_flow_logs(
            ResourceIds=[vpc], ResourceType="VPC", TrafficType=kind, LogGroupName=f"flow-{kind}",
            DeliverLogsPermissionArn=f"arn:aws:iam::{account}:role/flow",
        )  # fmt: skip
    volumes = [
        ec2.create_volume(AvailabilityZone="us-east-1a", Size=8, Encrypted=encrypted)["VolumeId"]
        for encrypted in (True, True, False)
    ]
    snapshots = [ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for volume in volumes]
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshots[2], Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    for port, cidr in ((22, "0.0.0.0/0"), (443, "10.0.0.0/8")):
        ec2.authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}],
        )
    ec2.enable_ebs_encryption_by_default()
    for tokens in ("required", "required", "optional"):
        ec2.run_instances(
            ImageId="ami-12c6146b", MinCount=1, MaxCount=1, InstanceType="t3.micro",
            MetadataOptions={"HttpTokens": tokens},
        )  # fmt: skip


def _rds(cloud: Cloud, account: str) -> None:
    rds = cloud.client("rds", account)
    for name, encrypted in (("orders", True), ("legacy", False), ("reports", True)):
        rds.create_db_instance(
            DBInstanceIdentifier=name, Engine="postgres", DBInstanceClass="db.t3.micro", AllocatedStorage=10,
            MasterUsername="root", MasterUserPassword=MASTER_PASSWORD, StorageEncrypted=encrypted,
            BackupRetentionPeriod=14, Tags=[{"Key": "password", "Value": TAG_PASSWORD}],
        )  # fmt: skip
        rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-snap")
    for name in ("wide", "narrow"):
        rds.create_db_cluster(
            DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="root",
            MasterUserPassword=MASTER_PASSWORD, StorageEncrypted=name == "wide",
        )  # fmt: skip
        rds.create_db_cluster_snapshot(DBClusterIdentifier=name, DBClusterSnapshotIdentifier=f"{name}-snap")


def _logging(cloud: Cloud, account: str) -> None:
    logs, cloudwatch, sns = (cloud.client(name, account) for name in ("logs", "cloudwatch", "sns"))
    topics = [sns.create_topic(Name=name)["TopicArn"] for name in ("alerts", "builds", "idle")]
    for protocol, endpoint in (
        ("https", f"https://hook:{ENDPOINT_PASSWORD}@example.com/x"),
        ("email", "ops@example.com"),
        ("sms", "+15005550006"),
    ):
        sns.subscribe(TopicArn=topics[0], Protocol=protocol, Endpoint=endpoint)
    for name in ("app", "audit"):
        logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName="audit", retentionInDays=400)
    for name, pattern in (
        ("root", '{ $.userIdentity.type = "Root" }'),
        ("trail", "{ ($.eventName = CreateTrail) || ($.eventName = StopLogging) }"),
    ):
        logs.put_metric_filter(
            logGroupName="audit", filterName=name, filterPattern=pattern,
            metricTransformations=[{"metricName": name, "metricNamespace": "audit", "metricValue": "1"}],
        )  # fmt: skip
        cloudwatch.put_metric_alarm(
            AlarmName=name, MetricName=name, Namespace="audit", Statistic="Sum", Period=300, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topics[0]],
        )  # fmt: skip
    bucket = f"trails-{account}"
    cloud.client("s3", account).create_bucket(Bucket=bucket)
    trails = cloud.client("cloudtrail", account)
    for name, everywhere in (("organisation", True), ("local", False)):
        trails.create_trail(
            Name=name, S3BucketName=bucket, IsMultiRegionTrail=everywhere, EnableLogFileValidation=everywhere,
            IncludeGlobalServiceEvents=everywhere,
        )  # fmt: skip
        trails.start_logging(Name=name)
