"""RDS instances, Aurora clusters and their snapshots. What a record does not say is the good practice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from proveonce.app.demo.cloud import Cloud, Tags, tag_list
from proveonce.app.demo.compute import NETWORKS, Network
from proveonce.app.demo.places import DATA_EAST, DATA_EUROPE, PROD_EAST, PROD_EUROPE, PROD_WEST, Place

_PASSWORD = "demo-Only-9!"  # noqa: S105 - a simulator's
_VERSIONS = {"postgres": "16.4", "mysql": "8.0.39", "aurora-postgresql": "16.4"}


def _care() -> Tags:
    return {"Owner": "platform", "Environment": "production", "DataClass": "ephi"}


@dataclass(frozen=True, slots=True)
class Database:
    """An instance; by default encrypted, in two zones, private, backed up and patched."""

    place: Place
    name: str
    key: str | None
    """None: not encrypted."""
    engine: str = "postgres"
    is_multi_zone: bool = True
    is_public: bool = False
    is_protected: bool = True
    backup_days: int = 14
    is_patched: bool = True
    exports: tuple[str, ...] = ("postgresql",)
    group: str = "careloop-db"
    """Security group, where the place has a network of ours."""
    tags: Tags = field(default_factory=_care)


@dataclass(frozen=True, slots=True)
class Cluster:
    """An Aurora cluster with members in two zones."""

    place: Place
    name: str
    key: str
    group: str = "careloop-db"
    tags: Tags = field(default_factory=_care)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A manual snapshot of an instance or of a cluster."""

    place: Place
    of: str
    name: str
    is_public: bool = False


DATABASES = (
    Database(PROD_EAST, "careloop-claims", "careloop-data"),
    Database(PROD_EAST, "careloop-portal", "careloop-data"),
    Database(PROD_EAST, "careloop-payments", "careloop-data", tags={"Owner": "platform", "Environment": "production",
             "DataClass": "cardholder"}),
    # Bought with a company in 2021: never encrypted, one zone, no protection, hardly backed up.
    Database(PROD_EAST, "legacy-billing", None, engine="mysql", is_multi_zone=False, is_protected=False, backup_days=1,
             is_patched=False, exports=(), group="billing-db"),
    Database(PROD_EAST, "sandbox-fixtures", "careloop-data", is_multi_zone=False, is_protected=False, backup_days=0,
             exports=(), tags={"Owner": "engineering", "Environment": "sandbox", "DataClass": "synthetic"}),
    Database(PROD_WEST, "careloop-claims-dr", "careloop-dr-data"),
    Database(PROD_EUROPE, "careloop-eu", "careloop-eu-data"),
    Database(DATA_EAST, "warehouse-meta", "lake-data", group="warehouse-db"),
    Database(DATA_EUROPE, "research-eu", "research-eu-data"),
)  # fmt: skip

CLUSTERS = (
    Cluster(PROD_EAST, "careloop-ledger", "careloop-data"),
    Cluster(DATA_EAST, "warehouse", "lake-data", group="warehouse-db", tags={"Owner": "data",
            "Environment": "production", "DataClass": "ephi"}),
)  # fmt: skip

SNAPSHOTS = (
    Snapshot(PROD_EAST, "careloop-claims", "careloop-claims-before-release-41"),
    Snapshot(PROD_EAST, "careloop-portal", "careloop-portal-before-release-41"),
    Snapshot(PROD_EAST, "legacy-billing", "legacy-billing-year-end"),
    Snapshot(PROD_EAST, "legacy-billing", "legacy-billing-for-vendor", is_public=True),
    Snapshot(PROD_EUROPE, "careloop-eu", "careloop-eu-before-release-41"),
    Snapshot(DATA_EAST, "warehouse-meta", "warehouse-meta-before-upgrade"),
    Snapshot(DATA_EUROPE, "research-eu", "research-eu-wave-3"),
)

CLUSTER_SNAPSHOTS = (
    Snapshot(PROD_EAST, "careloop-ledger", "careloop-ledger-quarter-end"),
    Snapshot(DATA_EAST, "warehouse", "warehouse-before-upgrade"),
)


def seed_databases(cloud: Cloud) -> None:
    """Instances, clusters, then their snapshots."""
    for network in NETWORKS:
        _subnets(cloud, network)
    for database in DATABASES:
        _database(cloud, database)
    for cluster in CLUSTERS:
        _cluster(cloud, cluster)
    for snapshot in SNAPSHOTS:
        _snapshot(cloud, snapshot)
    for snapshot in CLUSTER_SNAPSHOTS:
        made = cloud.client(snapshot.place, "rds").create_db_cluster_snapshot(
            DBClusterIdentifier=snapshot.of, DBClusterSnapshotIdentifier=snapshot.name
        )["DBClusterSnapshot"]
        cloud.remember(snapshot.place, snapshot.name, made["DBClusterSnapshotArn"])


def _subnets(cloud: Cloud, network: Network) -> None:
    cloud.client(network.place, "rds").create_db_subnet_group(
        DBSubnetGroupName=network.name, DBSubnetGroupDescription=f"Private subnets of {network.name}",
        SubnetIds=[cloud.known(network.place, f"{network.name} private {zone}") for zone in ("a", "b")],
    )  # fmt: skip


def _network(cloud: Cloud, place: Place, group: str) -> dict[str, Any]:
    """Where the database stands; without a network of ours, in the VPC that AWS made."""
    network = next((network for network in NETWORKS if network.place == place), None)
    if network is None:
        return {}
    return {"DBSubnetGroupName": network.name, "VpcSecurityGroupIds": [cloud.known(place, f"group {group}")]}


def _encryption(cloud: Cloud, place: Place, key: str | None) -> dict[str, Any]:
    return {"StorageEncrypted": True, "KmsKeyId": cloud.known(place, key)} if key else {"StorageEncrypted": False}


def _database(cloud: Cloud, database: Database) -> None:
    made = cloud.client(database.place, "rds").create_db_instance(
        DBInstanceIdentifier=database.name, Engine=database.engine, EngineVersion=_VERSIONS[database.engine],
        DBInstanceClass="db.m6g.large", AllocatedStorage=100, MasterUsername="careloop", MasterUserPassword=_PASSWORD,
        MultiAZ=database.is_multi_zone, PubliclyAccessible=database.is_public,
        DeletionProtection=database.is_protected, BackupRetentionPeriod=database.backup_days,
        AutoMinorVersionUpgrade=database.is_patched, CopyTagsToSnapshot=True,
        EnableIAMDatabaseAuthentication=database.is_protected,
        EnableCloudwatchLogsExports=list(database.exports), Tags=tag_list(database.tags),
        **_encryption(cloud, database.place, database.key), **_network(cloud, database.place, database.group),
    )["DBInstance"]  # fmt: skip
    cloud.remember(database.place, database.name, made["DBInstanceArn"])


def _cluster(cloud: Cloud, cluster: Cluster) -> None:
    rds = cloud.client(cluster.place, "rds")
    made = rds.create_db_cluster(
        DBClusterIdentifier=cluster.name, Engine="aurora-postgresql", EngineVersion=_VERSIONS["aurora-postgresql"],
        MasterUsername="careloop", MasterUserPassword=_PASSWORD, DeletionProtection=True, BackupRetentionPeriod=14,
        CopyTagsToSnapshot=True, EnableCloudwatchLogsExports=["postgresql"], EnableIAMDatabaseAuthentication=True,
        Tags=tag_list(cluster.tags), **_encryption(cloud, cluster.place, cluster.key),
        **_network(cloud, cluster.place, cluster.group),
    )["DBCluster"]  # fmt: skip
    cloud.remember(cluster.place, cluster.name, made["DBClusterArn"])
    for number, zone in ((1, "a"), (2, "b")):
        member = rds.create_db_instance(
            DBInstanceIdentifier=f"{cluster.name}-{number}", DBClusterIdentifier=cluster.name,
            Engine="aurora-postgresql", DBInstanceClass="db.r6g.large", PubliclyAccessible=False,
            AvailabilityZone=f"{cluster.place.region}{zone}", AutoMinorVersionUpgrade=True,
            Tags=tag_list(cluster.tags),
            **_network(cloud, cluster.place, cluster.group),
        )["DBInstance"]  # fmt: skip
        cloud.remember(cluster.place, f"{cluster.name}-{number}", member["DBInstanceArn"])


def _snapshot(cloud: Cloud, snapshot: Snapshot) -> None:
    rds = cloud.client(snapshot.place, "rds")
    made = rds.create_db_snapshot(DBInstanceIdentifier=snapshot.of, DBSnapshotIdentifier=snapshot.name)["DBSnapshot"]
    cloud.remember(snapshot.place, snapshot.name, made["DBSnapshotArn"])
    if snapshot.is_public:
        rds.modify_db_snapshot_attribute(
            DBSnapshotIdentifier=snapshot.name, AttributeName="restore", ValuesToAdd=["all"]
        )
