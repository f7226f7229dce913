"""Cloud Custodian: the folder that a run wrote, one of several regions, or of c7n-org.

A match is no failure: `metadata: {proveonce: fail}` of a policy, or the polarity of the rule map, says what a
match means; until then it is an observation. Only policies over the account itself prove something by not
matching: there is always just one account. A policy ran if its metrics count the resources that its file
lists; a failed rerun leaves the file of an older run behind, and that is not read.
Source: outputs of c7n 0.9.53, and its c7n/output.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from proveonce.collect.imports.files import peek, read_json, refuse, text_at
from proveonce.collect.imports.values import aws_account, instant, list_at, objects_at
from proveonce.kernel.errors import InputError
from proveonce.model.imported import Imported, Outcome, Result, RuleMap
from proveonce.tables.imported import RESULT

TOOL = "custodian"
_METADATA, _RESOURCES = ("metadata.json", "metadata.json.gz"), ("resources.json", "resources.json.gz")
_DEEPEST = 8
"""ACCOUNT/REGION/POLICY under a folder, or POLICY/YEAR/MONTH/DAY/HOUR as in S3."""
_OUTCOMES = {"fail": Outcome.FAIL, "pass": Outcome.PASS}
_OPPOSITE = {Outcome.FAIL: Outcome.PASS, Outcome.PASS: Outcome.FAIL}
_ACCOUNT = "account"
_GLOBAL = ("account", "cloudfront", "distribution", "hostedzone", "iam-", "org-", "rrset", "s3")
_IDS = {
    "ami": "ImageId", "cache-cluster": "CacheClusterId", "distribution": "Id", "dynamodb-table": "TableName",
    "ebs": "VolumeId", "ebs-snapshot": "SnapshotId", "ec2": "InstanceId", "efs": "FileSystemId", "eni":
    "NetworkInterfaceId", "hostedzone": "Id", "iam-group": "GroupName", "iam-role": "RoleName", "iam-user": "UserName",
    "internet-gateway": "InternetGatewayId", "kms": "KeyId", "kms-key": "KeyId", "lambda": "FunctionName",
    "log-group": "logGroupName", "network-acl": "NetworkAclId", "rds": "DBInstanceIdentifier",
    "rds-cluster": "DBClusterIdentifier", "rds-snapshot": "DBSnapshotIdentifier", "redshift": "ClusterIdentifier",
    "security-group": "GroupId", "subnet": "SubnetId", "vpc": "VpcId",
}  # fmt: skip
"""Custodian's name of a resource → the field that names it in an account."""
_ARNS = ("Arn", "ARN", "arn", "SecurityGroupArn", "FunctionArn", "DBInstanceArn", "DBClusterArn", "DBSnapshotArn",
         "TableArn", "KeyArn", "FileSystemArn", "LoadBalancerArn", "TopicArn", "QueueArn", "CertificateArn",
         "TrailARN", "AutoScalingGroupARN", "ARNString")  # fmt: skip


def recognises(path: Path) -> bool:
    """Whether it is a folder that a run of policies wrote."""
    return path.is_dir() and any(
        all(f'"{name}"' in text for name in ("policy", "execution", "config"))
        for text in (peek(file) for file in _metadata_files(path))
    )


def read(path: Path, rules: RuleMap | None) -> Imported:
    """Every match of every policy in the folder. Raises: InputError."""
    imported = Imported(TOOL, RESULT)
    policies = set()
    for file in _metadata_files(path):
        place = file.parent.relative_to(path).as_posix()
        metadata = _json(path, file)
        if not isinstance(metadata, dict) or not isinstance(metadata.get("policy"), dict):
            _refuse(path, file, "is no metadata of a policy")
        imported.version = text_at(metadata, "version")
        policies.add(f"{text_at(metadata, 'policy', 'name')} {text_at(metadata, 'config', 'region')}".strip())
        imported.results.extend(_of_policy(path, file, metadata, place, rules, imported))
    imported.about = ", ".join(sorted(policies))
    imported.ran_at = max((result.observed_at for result in imported.results), default="")
    passes = [result for result in imported.results if result.outcome is Outcome.PASS]
    imported.is_whole = bool(passes) and all(result.resource_type == _ACCOUNT for result in passes)
    if passes and not imported.is_whole:
        imported.notes.append("policies whose match is good list only what is good: none of it counts as a pass")
    if any(result.outcome is Outcome.UNKNOWN for result in imported.results):
        imported.notes.append("what a match means is not declared for every policy: metadata: {proveonce: fail}")
    return imported


def _metadata_files(path: Path) -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in os.walk(path):
        if len(Path(folder).relative_to(path).parts) >= _DEEPEST:
            folders.clear()
        found.extend(Path(folder) / name for name in files if name in _METADATA)
    return sorted(found)


def _refuse(root: Path, file: Path, what: str) -> NoReturn:
    refuse(root, f"{file.relative_to(root).as_posix()} {what}", fix="name the folder as Custodian wrote it")


def _json(root: Path, file: Path) -> Any:
    """The JSON of a file, refused by its place in the folder: every one of them is called the same."""
    try:
        return read_json(file)
    except InputError as error:
        problems = [replace(p, file=f"{root.name}/{file.relative_to(root).as_posix()}") for p in error.problems]
        raise InputError(problems) from error


def _of_policy(
    root: Path, file: Path, metadata: dict[str, Any], place: str, rules: RuleMap | None, imported: Imported
) -> Iterator[Result]:
    """A row for each match; one error where the policy failed."""
    name, kind = text_at(metadata, "policy", "name"), text_at(metadata, "policy", "resource").removeprefix("aws.")
    base = Result(
        rule=name,
        outcome=_polarity(metadata, name, rules),
        said="match",
        pointer=place,
        title=text_at(metadata, "policy", "description"),
        severity=text_at(metadata, "policy", "metadata", "severity"),
        account=aws_account(text_at(metadata, "config", "account_id")),
        region="" if kind.startswith(_GLOBAL) else text_at(metadata, "config", "region"),
        resource_type=kind,
        observed_at=_observed_at(metadata),
    )
    matches, fault = _matches(root, file, metadata)
    if fault:
        imported.gaps.append(f"{place}: {fault}")
        yield replace(base, outcome=Outcome.ERROR, said="failed", message=fault)
    elif kind == _ACCOUNT:
        outcome = base.outcome if matches else _OPPOSITE.get(base.outcome, base.outcome)
        resource = f"arn:aws:iam::{base.account}:root" if base.account else ""
        yield replace(base, outcome=outcome, said="match" if matches else "no match", resource=resource)
    else:
        if not matches:
            imported.notes.append(f"{place}: nothing matched; what it looked at does not stand in the folder")
        for index, match in enumerate(matches):
            yield replace(base, pointer=f"{place}/{_RESOURCES[0]}#/{index}", resource=_resource(kind, match),
                          message=", ".join(str(f) for f in list_at(match, "c7n:MatchedFilters")))  # fmt: skip


def _polarity(metadata: dict[str, Any], name: str, rules: RuleMap | None) -> Outcome:
    """What a match means: the rule map says it before the policy does."""
    said = (rules.polarity.get(name) if rules else None) or text_at(metadata, "policy", "metadata", "proveonce")
    return _OUTCOMES.get(said, Outcome.UNKNOWN)


def _observed_at(metadata: dict[str, Any]) -> str:
    """When the resources were listed, at the earliest: they may come from a cache."""
    start, period = _number(metadata, "execution", "start"), _number(metadata, "config", "cache_period")
    if start is None:
        return ""
    return instant(start - 60 * (period or 0) if text_at(metadata, "config", "cache") else start)


def _number(metadata: dict[str, Any], part: str, name: str) -> float | None:
    inner = metadata.get(part)
    value = inner.get(name) if isinstance(inner, dict) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _matches(root: Path, file: Path, metadata: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """The matches, or why they cannot be relied on."""
    metrics = {text_at(m, "MetricName"): m.get("Value") for m in objects_at(root, metadata, "metrics")}
    listed = next((p for name in _RESOURCES if (p := file.with_name(name)).is_file()), None)
    if "PolicyException" in metrics or "ResourceCount" not in metrics:
        stale = "; its resources.json is of an older run and is not read" if listed else ""
        return [], f"the policy failed{stale}"
    if listed is None:
        return [], "its resources.json is missing"
    matches = objects_at(root, {"resources": _json(root, listed)}, "resources")
    if len(matches) != metrics["ResourceCount"]:
        return [], f"it counts {metrics['ResourceCount']} resources and lists {len(matches)}: they are of two runs"
    return matches, ""


def _resource(kind: str, match: dict[str, Any]) -> str:
    """ARN or name of a match; empty where we do not know what names it."""
    arn = next((text for name in _ARNS if (text := text_at(match, name)).startswith("arn:")), "")
    if kind == "s3":
        return f"arn:aws:s3:::{text_at(match, 'Name')}" if text_at(match, "Name") else ""
    return arn or text_at(match, _IDS.get(kind, ""))
