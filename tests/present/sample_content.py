"""Synthetic common controls, crosswalks and checks over the real catalogs, for renderer tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from proveonce.content.loader import read_content
from proveonce.kernel.canonical import digest
from proveonce.model.catalog import FrameworkId, RequirementId
from proveonce.model.check import Check, CheckId, Severity
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId, ControlType, Domain, Nature
from proveonce.model.crosswalk import Crosswalk, Edge, JointCoverage, Relation

REPOSITORY = Path(__file__).resolve().parents[2]

P, D, C = ControlType.PREVENTIVE, ControlType.DETECTIVE, ControlType.CORRECTIVE
A, M, H = Nature.AUTOMATED, Nature.MANUAL, Nature.HYBRID

CONTROLS: tuple[tuple[str, str, ControlType, Nature, str, str], ...] = (
    ("IAM-01", "People sign in with more than one factor", P, A, "P1D", "security"),
    ("IAM-02", "Access is reviewed, and removed when no longer needed", D, H, "P3M", "security"),
    ("IAM-03", "Password rules are set for every account", P, A, "P1D", "security"),
    ("CRY-01", "Stored objects are encrypted", P, A, "P1D", "platform"),
    ("CRY-02", "Databases and their snapshots are encrypted at rest", P, A, "P1D", "platform"),
    ("CRY-03", "Data in transit is encrypted", P, A, "P1D", "platform"),
    ("NET-01", "Only intended traffic crosses the boundary", P, A, "P1D", "platform"),
    ("LOG-01", "Activity is recorded in every account and region", D, A, "P1D", "security"),
    ("LOG-02", "Log files cannot be altered unnoticed", D, A, "P1D", "security"),
    ("MON-01", "Threats are detected and looked into", D, H, "P1D", "security"),
    ("BKP-01", "Backups are made, kept and tried", C, H, "P1Y", "platform"),
    ("VUL-01", "Vulnerabilities are found, ranked and mended in time", D, H, "P1M", "engineering"),
    ("CHG-01", "Changes are asked for, tested and approved", P, M, "P3M", "engineering"),
    ("HRS-01", "People are screened and trained before they get access", P, M, "P1Y", "hr"),
)

_DOMAINS = {
    "IAM": "Identity and access", "CRY": "Cryptography", "NET": "Networks", "LOG": "Logging", "MON": "Monitoring",
    "BKP": "Backup", "VUL": "Vulnerabilities", "CHG": "Change", "HRS": "People",
}  # fmt: skip

EQ, EV, SUP = Relation.EQUAL_TO, Relation.EQUIVALENT_TO, Relation.SUPERSET_OF
SUB, INT = Relation.SUBSET_OF, Relation.INTERSECTS_WITH

EDGES: dict[str, tuple[tuple[str, str, Relation], ...]] = {
    "soc2": (
        ("IAM-01", "CC6.1", SUB), ("CRY-01", "CC6.1", SUB), ("CRY-02", "CC6.1", SUB), ("IAM-03", "CC6.1", INT),
        ("IAM-02", "CC6.2", SUB), ("IAM-02", "CC6.3", EV), ("NET-01", "CC6.6", SUP), ("CRY-03", "CC6.7", EV),
        ("VUL-01", "CC7.1", SUB), ("LOG-01", "CC7.2", SUP), ("LOG-02", "CC7.2", INT), ("MON-01", "CC7.3", SUB),
        ("CHG-01", "CC8.1", EQ), ("BKP-01", "A1.2", SUB), ("BKP-01", "A1.3", INT), ("HRS-01", "CC1.4", EV),
    ),
    "pci_dss": (
        ("NET-01", "1.2.1", INT), ("NET-01", "1.2.6", SUB), ("CRY-02", "3.5.1", INT), ("CRY-01", "3.5.1", INT),
        ("CRY-03", "4.2.1", SUB), ("VUL-01", "6.3.1", EV), ("VUL-01", "11.3.1", SUB), ("IAM-03", "8.3.6", SUP),
        ("IAM-01", "8.4.2", SUB), ("IAM-02", "7.2.4", INT), ("LOG-01", "10.2.1", SUP), ("LOG-02", "10.3.2", SUP),
        ("LOG-02", "10.3.4", EQ), ("MON-01", "10.4.1.1", INT), ("CHG-01", "6.5.1", SUB), ("HRS-01", "12.6.1", SUB),
    ),
    "hipaa": (
        ("IAM-01", "164.312(d)", SUB), ("IAM-02", "164.308(a)(4)(ii)(C)", SUB), ("CRY-01", "164.312(a)(2)(iv)", SUB),
        ("CRY-02", "164.312(a)(2)(iv)", SUB), ("CRY-03", "164.312(e)(2)(ii)", EV), ("NET-01", "164.312(e)(1)", INT),
        ("LOG-01", "164.312(b)", SUP), ("LOG-02", "164.312(c)(2)", INT), ("MON-01", "164.308(a)(1)(ii)(D)", SUB),
        ("BKP-01", "164.308(a)(7)(ii)(A)", SUP), ("BKP-01", "164.308(a)(7)(ii)(D)", SUB),
        ("HRS-01", "164.308(a)(5)(i)", EV), ("IAM-03", "164.308(a)(5)(ii)(D)", SUP),
    ),
}  # fmt: skip

_RESIDUAL = {
    SUB: "What {control} does not reach: the parts of {requirement} that speak of people, places and records.",
    INT: "Most of {requirement}; {control} gives support only, and no conclusion may rest on it alone.",
}

CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW

CHECKS: tuple[tuple[str, str, tuple[str, ...], str, str, tuple[str, ...], Severity], ...] = (
    ("aws.iam.user.mfa-enabled", "IAM users with a console password have an MFA device", ("IAM-01",),
     "aws_iam_credential_report", "not password_enabled or mfa_active", ("password_enabled", "mfa_active"), CRITICAL),
    ("aws.iam.root.mfa-enabled", "The root user signs in with MFA", ("IAM-01",),
     "aws_iam_account_summary", "AccountMFAEnabled = 1", ("AccountMFAEnabled",), CRITICAL),
    ("aws.iam.user.used-within-90-days", "Credentials unused for 90 days are removed", ("IAM-02",),
     "aws_iam_credential_report", "password_last_used > $as_of - interval 90 day",
     ("password_last_used", "access_key_1_last_used_date"), MEDIUM),
    ("aws.iam.password-policy.minimum-length", "Passwords are at least 14 characters long", ("IAM-03",),
     "aws_iam_password_policy", "MinimumPasswordLength >= 14", ("MinimumPasswordLength",), MEDIUM),
    ("aws.s3.bucket.encrypted", "S3 buckets encrypt by default", ("CRY-01",),
     "aws_s3_bucket", "len(list_filter(Rules, r -> r.ApplyServerSideEncryptionByDefault.SSEAlgorithm is not null)) > 0",
     ("SSEAlgorithm", "KMSMasterKeyID"), HIGH),
    ("aws.s3.bucket.public-access-blocked", "S3 buckets block public access", ("CRY-01", "NET-01"),
     "aws_s3_bucket", "BlockPublicAcls and BlockPublicPolicy and IgnorePublicAcls and RestrictPublicBuckets",
     ("BlockPublicAcls", "BlockPublicPolicy"), CRITICAL),
    ("aws.rds.db-instance.storage-encrypted", "RDS DB instances are encrypted at rest", ("CRY-02",),
     "aws_rds_db_instance", "StorageEncrypted", ("Engine", "StorageEncrypted", "KmsKeyId"), HIGH),
    ("aws.rds.db-snapshot.encrypted", "RDS snapshots are encrypted at rest", ("CRY-02",),
     "aws_rds_db_snapshot", "Encrypted", ("Encrypted", "KmsKeyId"), HIGH),
    ("aws.rds.db-instance.backup-retention", "RDS keeps automated backups at least 7 days", ("BKP-01",),
     "aws_rds_db_instance", "BackupRetentionPeriod >= 7", ("BackupRetentionPeriod",), MEDIUM),
    ("aws.elbv2.listener.tls-policy", "Load balancer listeners ask for TLS 1.2 or later", ("CRY-03",),
     "aws_elbv2_listener", "Protocol in ('HTTPS', 'TLS') and regexp_matches(SslPolicy, 'TLS13|TLS-1-2')",
     ("Protocol", "SslPolicy"), HIGH),
    ("aws.ec2.security-group.no-open-admin-ports", "Security groups leave no administration port open to the world",
     ("NET-01",), "aws_ec2_security_group",
     ("not exists (select 1 from aws_ec2_security_group_rule r where r.account_id = account_id and r.region = region"
     " and r.GroupId = GroupId and r.CidrIpv4 = '0.0.0.0/0' and r.FromPort <= 22 and r.ToPort >= 22)"),
     ("GroupId", "VpcId"), CRITICAL),
    ("aws.cloudtrail.trail.multi-region", "A trail records every region", ("LOG-01",),
     "aws_cloudtrail_trail", "IsMultiRegionTrail and IsLogging", ("IsMultiRegionTrail", "IsLogging"), HIGH),
    ("aws.cloudtrail.trail.log-validation", "Trails produce signed digest files", ("LOG-02",),
     "aws_cloudtrail_trail", "LogFileValidationEnabled", ("LogFileValidationEnabled", "HomeRegion"), HIGH),
    ("aws.guardduty.detector.enabled", "GuardDuty detectors are enabled", ("MON-01",),
     "aws_guardduty_detector", "Status = 'ENABLED'", ("Status", "FindingPublishingFrequency"), HIGH),
    ("aws.ecr.repository.scan-on-push", "Images are scanned when pushed", ("VUL-01",),
     "aws_ecr_repository", "imageScanningConfiguration.scanOnPush", ("scanOnPush",), MEDIUM),
    ("aws.dynamodb.table.point-in-time-recovery", "DynamoDB tables can be restored to any point in time", ("BKP-01",),
     "aws_dynamodb_table", "PointInTimeRecoveryStatus = 'ENABLED'", ("PointInTimeRecoveryStatus",), LOW),
)  # fmt: skip

_APPLIES = {
    "aws.rds.db-instance.storage-encrypted": "Engine not in ('docdb', 'neptune')",
    "aws.elbv2.listener.tls-policy": "Port <> 80",
    "aws.ecr.repository.scan-on-push": "not starts_with(repositoryName, 'sandbox/')",
}


def _control(row: tuple[str, str, ControlType, Nature, str, str]) -> CommonControl:
    identifier, title, kind, nature, cadence, owner = row
    return CommonControl(
        id=ControlId(identifier),
        domain=identifier[:3],
        title=title,
        statement=f"The organisation sees to it that this holds at all times: {title[0].lower()}{title[1:]}.",
        objective=f"Reduce the risk that would follow if it were not so ({identifier}).",
        type=kind,
        nature=nature,
        cadence=cadence,
        owner=owner,
        procedures={
            "inquiry": f"Ask the {owner} owner how it is done.",
            "inspection": "Read the settings as exported.",
        },
        evidence=("Settings as read from AWS", "The owner's record of the last review"),
    )


def _check(row: tuple[str, str, tuple[str, ...], str, str, tuple[str, ...], Severity]) -> Check:
    identifier, title, supports, population, passes_when, shows, severity = row
    return Check(
        id=CheckId(identifier),
        title=title,
        supports=tuple(ControlId(control) for control in supports),
        population=population,
        passes_when=passes_when,
        severity=severity,
        remediation=f"Change the setting so that this is true: {title[0].lower()}{title[1:]}. Then read it again.",
        shows=shows,
        applies_when=_APPLIES.get(identifier),
    )


def _edge(control: str, requirement: str, relation: Relation) -> Edge:
    return Edge(
        ControlId(control),
        RequirementId(requirement),
        relation,
        f"{control} and {requirement} ask for the same safeguard, seen from the side of the resource and of the rule.",
        _RESIDUAL[relation].format(control=control, requirement=requirement) if relation in _RESIDUAL else "",
    )


@cache
def sample_content() -> Content:
    """The real catalogs, with 14 synthetic controls, their crosswalks and 16 checks."""
    real, problems = read_content(REPOSITORY)
    assert real.frameworks, problems
    joint = JointCoverage(
        RequirementId("164.312(a)(2)(iv)"),
        (ControlId("CRY-01"), ControlId("CRY-02")),
        "Objects and databases are all the places where ePHI is stored.",
    )
    crosswalks = {
        FrameworkId(name): Crosswalk(
            FrameworkId(name), tuple(_edge(*edge) for edge in edges), (joint,) if name == "hipaa" else ()
        )
        for name, edges in EDGES.items()
    }
    return Content(
        frameworks=real.frameworks,
        domains={key: Domain(key, title) for key, title in _DOMAINS.items()},
        controls={c.id: c for c in sorted(map(_control, CONTROLS), key=lambda c: c.id)},
        crosswalks=crosswalks,
        checks={c.id: c for c in sorted(map(_check, CHECKS), key=lambda c: c.id)},
        digest=digest(b"sample content"),
    )
