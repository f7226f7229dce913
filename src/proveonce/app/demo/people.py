"""Who works at Example Health, and which identities machines and vendors have.

What a record does not say is the good practice, so each deliberate mistake stands out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proveonce.app.demo.places import AUDIT, DATA, PROD

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class User:
    """An IAM user."""

    name: str
    groups: tuple[str, ...] = ()
    console: bool = True
    mfa: bool = True
    created_days: int = 400
    """Days ago, as are the two below."""
    signed_in_days: int | None = 1
    key_rotated_days: int | None = None
    """None: no access key."""
    inline: Document | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role: who may assume it, and its inline policy or attached policy."""

    name: str
    trusts: Document
    allows: Document | None = None
    attached: str | None = None


def allow(*actions: str, resource: str = "*") -> Document:
    """A policy document that allows the actions."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}],
    }


def trust(kind: str, principal: str, **condition: Document) -> Document:
    """A trust policy for one principal."""
    action = "sts:AssumeRoleWithWebIdentity" if kind == "Federated" else "sts:AssumeRole"
    statement: Document = {"Effect": "Allow", "Principal": {kind: principal}, "Action": action}
    return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}


def _service(name: str) -> Document:
    return trust("Service", f"{name}.amazonaws.com")


def _outside(account: str, external_id: str = "") -> Document:
    condition = {"StringEquals": {"sts:ExternalId": external_id}} if external_id else {}
    return trust("AWS", f"arn:aws:iam::{account}:root", **condition)


_READER = _outside(AUDIT, "ehi-proveonce-7f3a")
_READS = allow(
    "iam:Get*", "iam:List*", "iam:GenerateCredentialReport", "s3:GetBucket*", "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration", "s3:ListAllMyBuckets", "s3:GetAccountPublicAccessBlock", "ec2:Describe*",
    "ec2:GetEbsEncryptionByDefault", "rds:Describe*", "kms:Describe*", "kms:List*", "kms:GetKeyRotationStatus",
    "cloudtrail:Describe*", "cloudtrail:Get*", "logs:Describe*", "cloudwatch:Describe*", "sns:List*",
    "sns:GetTopicAttributes",
)  # fmt: skip
_GITHUB = trust(
    "Federated",
    f"arn:aws:iam::{PROD}:oidc-provider/token.actions.githubusercontent.com",
    StringEquals={"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
    StringLike={"token.actions.githubusercontent.com:sub": "repo:example-health/careloop:ref:refs/heads/main"},
)
FULL_ACCESS = allow("*")

PASSWORD_POLICIES: dict[str, dict[str, Any]] = {
    # The mistake: too short, and nothing said of reuse or expiry.
    PROD: {"MinimumPasswordLength": 8, "RequireNumbers": True, "RequireLowercaseCharacters": True,
           "AllowUsersToChangePassword": True},
    DATA: {"MinimumPasswordLength": 14, "RequireSymbols": True, "RequireNumbers": True,
           "RequireUppercaseCharacters": True, "RequireLowercaseCharacters": True, "MaxPasswordAge": 90,
           "PasswordReusePrevention": 24, "AllowUsersToChangePassword": True},
}  # fmt: skip

POLICIES: dict[str, dict[str, Document]] = {
    PROD: {
        "proveonce-reader": _READS,
        "careloop-developer": allow("ecs:*", "ecr:*", "logs:Get*", "logs:FilterLogEvents", "cloudwatch:Get*"),
        "careloop-operator": allow("ec2:Describe*", "rds:Describe*", "ssm:StartSession", "ecs:UpdateService"),
        "ehi-read-only": allow("ec2:Describe*", "rds:Describe*", "s3:GetBucket*", "cloudtrail:LookupEvents"),
        "ehi-migration-admin": FULL_ACCESS,  # left over from a migration
    },
    DATA: {
        "proveonce-reader": _READS,
        "data-analyst": allow("athena:*", "glue:Get*", "s3:GetObject", resource="arn:aws:s3:::ehi-data-lake-curated/*"),
        "data-engineer": allow("glue:*", "athena:*", "rds:Describe*", "logs:FilterLogEvents"),
    },
}

GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    PROD: {
        "developers": ("careloop-developer",),
        "operations": ("careloop-operator",),
        "auditors": ("ehi-read-only",),
        "integrations": (),
    },
    DATA: {"analysts": ("data-analyst",), "engineers": ("data-engineer",)},
}
GROUP_INLINE: dict[str, dict[str, Document]] = {
    PROD: {"integrations": allow("s3:PutObject", resource="arn:aws:s3:::careloop-partner-drop/*")},
    DATA: {},
}

USERS: dict[str, tuple[User, ...]] = {
    PROD: (
        User("priya.shah", ("auditors",)),
        User("marcus.adeyemi", ("auditors", "operations"), signed_in_days=3),
        User("elena.garcia", ("developers",)),
        User("tom.becker", ("operations",), signed_in_days=2),
        User("wei.zhang", ("developers",), signed_in_days=6),
        User("aisha.khan", ("operations",), created_days=120),
        User("jonas.lindqvist", ("developers",), mfa=False, created_days=35),
        User("contractor.rivas", ("developers",), signed_in_days=203),
        User("svc-billing-export", console=False, mfa=False, signed_in_days=None, key_rotated_days=412,
             inline=FULL_ACCESS, created_days=900),
        User("svc-claims-sftp", ("integrations",), console=False, mfa=False, signed_in_days=None, key_rotated_days=41),
    ),
    DATA: (
        User("hanna.novak", ("analysts",)),
        User("david.osei", ("analysts",), signed_in_days=4),
        User("lucia.ferrari", ("engineers",)),
        User("noah.williams", ("engineers",), mfa=False, created_days=60),
    ),
}  # fmt: skip

ROLES: dict[str, tuple[Role, ...]] = {
    PROD: (
        Role("ProveonceReader", _READER, attached="proveonce-reader"),
        Role("careloop-api-task", _service("ecs-tasks"), allow("s3:GetObject", "s3:PutObject",
             resource="arn:aws:s3:::careloop-claims-documents/*")),
        Role("careloop-worker-task", _service("ecs-tasks"), allow("sqs:ReceiveMessage", "sqs:DeleteMessage",
             resource=f"arn:aws:sqs:us-east-1:{PROD}:careloop-jobs")),
        Role("careloop-bastion", _service("ec2"), allow("ssm:UpdateInstanceInformation")),
        Role("rds-enhanced-monitoring", _service("monitoring.rds"), allow("logs:PutLogEvents")),
        Role("vpc-flow-logs", _service("vpc-flow-logs"), allow("logs:PutLogEvents", "logs:CreateLogStream")),
        Role("cloudtrail-to-logs", _service("cloudtrail"), allow("logs:PutLogEvents", "logs:CreateLogStream")),
        Role("github-deploy", _GITHUB, allow("ecs:UpdateService", "ecr:PutImage")),
        Role("vendor-backupguard", _outside("222233334444", "ehi-5b1c"), allow("rds:CreateDBSnapshot")),
        # A vendor that anybody who is its customer could be talked into misusing: no external id.
        Role("vendor-datapulse", _outside("999900001111"), allow("cloudwatch:GetMetricData", "ec2:Describe*")),
    ),
    DATA: (
        Role("ProveonceReader", _READER, attached="proveonce-reader"),
        Role("glue-etl", _service("glue"),
             allow("s3:GetObject", "s3:PutObject", resource="arn:aws:s3:::ehi-data-lake-raw/*")),
        Role("vpc-flow-logs", _service("vpc-flow-logs"), allow("logs:PutLogEvents", "logs:CreateLogStream")),
        Role("careloop-export", trust("AWS", f"arn:aws:iam::{PROD}:role/careloop-worker-task"),
             allow("s3:PutObject", resource="arn:aws:s3:::ehi-data-lake-raw/*")),
    ),
}  # fmt: skip
