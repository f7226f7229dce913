"""The KMS keys. What a record does not say is the good practice."""

from __future__ import annotations

from dataclasses import dataclass

from proveonce.app.demo.cloud import Cloud
from proveonce.app.demo.places import DATA_EAST, DATA_EUROPE, PROD_EAST, PROD_EUROPE, PROD_WEST, Place


@dataclass(frozen=True, slots=True)
class Key:
    """A customer-managed key and its alias."""

    place: Place
    name: str
    use: str
    rotates: bool = True
    spec: str = "SYMMETRIC_DEFAULT"
    is_leaving: bool = False
    """Whether its deletion is scheduled."""
    owner: str = "platform"


KEYS = (
    Key(PROD_EAST, "careloop-data", "Claims and portal databases, documents"),
    Key(PROD_EAST, "careloop-volumes", "EBS volumes and snapshots"),
    Key(PROD_EAST, "careloop-logs", "Trails, log groups and alert topics", owner="security"),
    Key(PROD_EAST, "careloop-exports", "Partner exports", rotates=False),  # forgotten when it was made by hand
    Key(PROD_EAST, "careloop-signing", "Signs claim receipts", rotates=False, spec="RSA_2048"),
    Key(PROD_EAST, "careloop-retired-portal", "Portal before 2024", is_leaving=True),
    Key(PROD_WEST, "careloop-dr-data", "Recovery copies of databases and documents"),
    Key(PROD_WEST, "careloop-dr-volumes", "EBS volumes in the recovery region"),
    Key(PROD_EUROPE, "careloop-eu-data", "Databases and documents of the EU service"),
    Key(DATA_EAST, "lake-data", "Data lake and warehouse", owner="data"),
    Key(DATA_EUROPE, "research-eu-data", "Pseudonymised research extracts", owner="data"),
)


def seed_keys(cloud: Cloud) -> None:
    """Every key; its ARN is remembered under its alias."""
    for key in KEYS:
        kms = cloud.client(key.place, "kms")
        is_symmetric = key.spec == "SYMMETRIC_DEFAULT"
        made = kms.create_key(
            Description=key.use, KeySpec=key.spec, KeyUsage="ENCRYPT_DECRYPT" if is_symmetric else "SIGN_VERIFY",
            Tags=[{"TagKey": "Owner", "TagValue": key.owner}],
        )["KeyMetadata"]  # fmt: skip
        cloud.remember(key.place, key.name, made["Arn"])
        kms.create_alias(AliasName=f"alias/{key.name}", TargetKeyId=made["KeyId"])
        if key.rotates and is_symmetric:
            kms.enable_key_rotation(KeyId=made["KeyId"])
        if key.is_leaving:
            kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=30)
