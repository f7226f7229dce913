"""The IAM policy that a collection needs: exactly the actions of its calls, and an explicit Deny on data.

IAM refuses a managed policy of more than 6,144 characters (white space aside), so it comes in parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from proveonce.tables.actions import action_of
from proveonce.tables.declared import ORGANIZATION_OPERATIONS
from proveonce.tables.spec import Call, operations_of

VERSION = "2012-10-17"
LIMIT = 6_144
"""IAM and STS quotas: characters of a managed policy, white space not counted."""
ROLE_PARTS = 10
"""IAM quota: managed policies a role may have by default."""

DENIED = (
    "athena:GetQueryResults", "athena:GetQueryResultsStream", "codecommit:GetBlob",
    "codecommit:GitPull", "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:PartiQLSelect",
    "dynamodb:Query", "dynamodb:Scan", "ec2:GetConsoleOutput", "ec2:GetConsoleScreenshot", "ec2:GetPasswordData",
    "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "kinesis:GetRecords", "kms:Decrypt", "lambda:GetFunction",
    "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetQueryResults", "logs:StartQuery",
    "rds:DownloadDBLogFilePortion", "s3:GetObject", "s3:GetObjectVersion", "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter", "ssm:GetParameterHistory",
    "ssm:GetParameters", "ssm:GetParametersByPath",
)  # fmt: skip
"""What holds customers' data, code or secrets: denied whatever else a role is granted."""


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """What a collection needs of IAM."""

    actions: tuple[str, ...]
    """Allowed, sorted."""
    unverified: tuple[str, ...]
    """Of those, names that no list of AWS's actions confirms."""
    operations: tuple[tuple[str, str], ...]
    """(service, operation) that they allow."""

    def documents(self) -> list[dict[str, Any]]:
        """The policy documents, each within IAM's limit; the Deny is in the first."""
        documents = [_document([_deny()])]
        for action in self.actions:
            grown = _with(documents[-1], action)
            if _size(grown) > LIMIT:
                documents.append(_document([]))
                grown = _with(documents[-1], action)
            documents[-1] = grown
        return documents

    def template(self, external_id: str) -> dict[str, Any]:
        """A CloudFormation template of the role that other accounts read this one by."""
        parts = {
            f"Read{number}": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"Description": "What Proveonce reads, part by part", "PolicyDocument": document},
            }
            for number, document in enumerate(self.documents(), 1)
        }
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": {"Ref": "TrustedPrincipal"}},
            "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}},
        }
        role = {
            "RoleName": {"Ref": "RoleName"},
            "MaxSessionDuration": 3600,
            "AssumeRolePolicyDocument": _document([trust]),
            "ManagedPolicyArns": [{"Ref": name} for name in parts],
        }
        return {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "The role by which Proveonce reads this account; read-only, by external id",
            "Parameters": {
                "TrustedPrincipal": {
                    "Type": "String",
                    "AllowedPattern": r"arn:aws[a-z-]*:(iam|sts)::\d{12}:.+",
                    "Description": "ARN of the role or user that collects",
                },
                "ExternalId": {"Type": "String", "MinLength": 16, "Default": external_id},
                "RoleName": {"Type": "String", "Default": "ProveonceReader"},
            },
            "Resources": {
                **parts,
                "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            },
            "Outputs": {"RoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}},
        }


def read_policy(calls: Iterable[Call], *, discovers: bool = False) -> ReadPolicy:
    """The policy for those listings, the discovery of regions, and of accounts where the organisation is asked."""
    operations = operations_of(calls) | {("sts", "GetCallerIdentity"), ("ec2", "DescribeRegions")}
    if discovers:
        operations |= {("organizations", operation) for operation in ORGANIZATION_OPERATIONS}
    found = {pair: action_of(*pair) for pair in operations}
    return ReadPolicy(
        actions=tuple(sorted({name for action in found.values() for name in action.actions})),
        unverified=tuple(sorted({n for action in found.values() if not action.is_verified for n in action.actions})),
        operations=tuple(sorted(operations)),
    )


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": VERSION, "Statement": statements}


def _deny() -> dict[str, Any]:
    return {
        "Sid": "NeverData",
        "Effect": "Deny",
        "Action": list(DENIED),
        "Resource": "*",
    }


def _with(document: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The document with one more action allowed. API Gateway's one action is held to what is no key."""
    statements = [dict(statement) for statement in document["Statement"]]
    if action == "apigateway:GET":
        apis = {"Sid": "Apis", "Effect": "Allow", "Action": action,
                "NotResource": [f"arn:aws*:apigateway:*::/apikeys{rest}" for rest in ("", "/*")]}  # fmt: skip
        return _document([*statements, apis])
    for statement in statements:
        if statement["Sid"] == "Read":
            statement["Action"] = [*statement["Action"], action]
            return _document(statements)
    return _document([*statements, {"Sid": "Read", "Effect": "Allow", "Action": [action], "Resource": "*"}])


def _size(document: Mapping[str, Any]) -> int:
    return len("".join(json.dumps(document, separators=(",", ":")).split()))
