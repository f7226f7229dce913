"""Networks, instances, volumes and snapshots. What a record does not say is the good practice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from proveonce.app.demo.cloud import Cloud, Tags, tag_list
from proveonce.app.demo.places import (
    DATA_EAST,
    DATA_EUROPE,
    PLACES,
    PROD_EAST,
    PROD_EUROPE,
    PROD_WEST,
    US_EAST,
    Place,
)

_IMAGE = "ami-12c6146b"  # one that the simulator knows
ANYWHERE = "0.0.0.0/0"
ANYWHERE_6 = "::/0"


@dataclass(frozen=True, slots=True)
class Network:
    """A VPC with two private subnets and one public one."""

    place: Place
    name: str
    block: str
    """First two octets."""
    flow_group: str | None
    """Log group of its flow logs; None: no flow logs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Inbound TCP; the peer is a range or the name of a group of the same VPC."""

    port: int
    peer: str
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """A security group."""

    network: Network
    name: str
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance with its root volume, by default encrypted, private and IMDSv2 only."""

    network: Network
    name: str
    group: str
    is_imdsv2_only: bool = True
    is_public: bool = False
    is_encrypted: bool = True
    size_gib: int = 40
    tags: Tags = field(default_factory=lambda: {"Owner": "platform", "Environment": "production"})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot of an instance's root volume."""

    place: Place
    of: str
    name: str
    is_public: bool = False


_PROD = Network(PROD_EAST, "careloop-prod", "10.20", "/ehi/vpc-flow/careloop-prod")
_DR = Network(PROD_WEST, "careloop-dr", "10.21", "/ehi/vpc-flow/careloop-dr")
_EU = Network(PROD_EUROPE, "careloop-eu", "10.22", None)  # the mistake: nobody would see who called whom
_LAKE = Network(DATA_EAST, "analytics", "10.30", "/ehi/vpc-flow/analytics")
NETWORKS = (_PROD, _DR, _EU, _LAKE)
KEEPS_DEFAULT_NETWORK = (DATA_EUROPE,)
"""Where nobody removed the VPC that AWS makes; its default group admits traffic, it has no flow logs."""

GROUPS = (
    Group(_PROD, "web-alb", (Rule(443, ANYWHERE, "Patients and payers"), Rule(443, ANYWHERE_6, "Patients and payers"))),
    Group(_PROD, "careloop-api", (Rule(8443, "web-alb", "From the load balancer"),)),
    Group(_PROD, "careloop-worker"),
    Group(_PROD, "careloop-db", (Rule(5432, "careloop-api", "API"), Rule(5432, "careloop-worker", "Workers"))),
    Group(_PROD, "sftp-legacy", (Rule(22, ANYWHERE, "Clearing house, temporary"),)),  # temporary since 2023
    Group(_PROD, "billing-db", (Rule(3306, "careloop-worker", "Billing export"),)),
    Group(_DR, "careloop-db", (Rule(5432, "10.21.0.0/16", "Recovery drills"),)),
    Group(_DR, "careloop-api", (Rule(8443, "10.21.0.0/16", "Recovery drills"),)),
    Group(_EU, "web-alb", (Rule(443, ANYWHERE, "Patients and payers"),)),
    Group(_EU, "careloop-api", (Rule(8443, "web-alb", "From the load balancer"),)),
    Group(_EU, "careloop-db", (Rule(5432, "careloop-api", "API"),)),
    Group(_EU, "jump-windows", (Rule(3389, ANYWHERE_6, "Support desk"),)),  # closed for IPv4, forgotten for IPv6
    Group(_LAKE, "airflow", (Rule(8443, "10.20.0.0/16", "From production"),)),
    Group(_LAKE, "warehouse-db", (Rule(5432, "airflow", "Pipelines"),)),
)

_SANDBOX = {"Owner": "engineering", "Environment": "sandbox"}
INSTANCES = (
    Instance(_PROD, "careloop-api-1", "careloop-api"),
    Instance(_PROD, "careloop-api-2", "careloop-api"),
    Instance(_PROD, "careloop-worker-1", "careloop-worker"),
    Instance(_PROD, "careloop-worker-2", "careloop-worker"),
    Instance(_PROD, "sftp-legacy-1", "sftp-legacy", is_imdsv2_only=False, is_public=True, is_encrypted=False),
    Instance(_PROD, "sandbox-agent-1", "careloop-worker", is_imdsv2_only=False, tags=_SANDBOX),
    Instance(_DR, "careloop-api-dr-1", "careloop-api"),
    Instance(_EU, "careloop-eu-api-1", "careloop-api"),
    Instance(_EU, "jump-windows-1", "jump-windows", size_gib=80),
    Instance(_LAKE, "airflow-scheduler-1", "airflow", tags={"Owner": "data", "Environment": "production"}),
    Instance(_LAKE, "airflow-worker-1", "airflow", tags={"Owner": "data", "Environment": "production"}),
)

SNAPSHOTS = (
    Snapshot(PROD_EAST, "careloop-api-1", "careloop-api-golden-2026-10"),
    Snapshot(PROD_EAST, "careloop-worker-1", "careloop-worker-golden-2026-10"),
    Snapshot(PROD_EAST, "sftp-legacy-1", "sftp-legacy-before-patch"),
    Snapshot(PROD_EAST, "sftp-legacy-1", "sftp-legacy-for-vendor", is_public=True),
    Snapshot(PROD_WEST, "careloop-api-dr-1", "careloop-api-dr-drill"),
    Snapshot(PROD_EUROPE, "careloop-eu-api-1", "careloop-eu-api-golden-2026-10"),
    Snapshot(DATA_EAST, "airflow-scheduler-1", "airflow-before-upgrade"),
)

VOLUME_KEYS = {
    PROD_EAST: "careloop-volumes",
    PROD_WEST: "careloop-dr-volumes",
    PROD_EUROPE: "careloop-eu-data",
    DATA_EAST: "lake-data",
}


def seed_compute(cloud: Cloud) -> None:
    """Networks, then what runs in them."""
    for place in PLACES:
        _defaults(cloud.client(place, "ec2"), place)
    for network in NETWORKS:
        _network(cloud, network)
    for group in GROUPS:
        _group(cloud, group)
    for instance in INSTANCES:
        _instance(cloud, instance)
    for snapshot in SNAPSHOTS:
        _snapshot(cloud, snapshot)


def _defaults(ec2: Any, place: Place) -> None:
    """Encryption by default in one region only, and no VPC but our own."""
    if place.region == US_EAST:
        ec2.enable_ebs_encryption_by_default()
    if place in KEEPS_DEFAULT_NETWORK:
        return
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    for vpc in ec2.describe_vpcs()["Vpcs"]:
        ec2.delete_vpc(VpcId=vpc["VpcId"])


def _named(kind: str, name: str, tags: Tags) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": tag_list({"Name": name, **tags})}]


def _network(cloud: Cloud, network: Network) -> None:
    ec2, tags = cloud.client(network.place, "ec2"), {"Owner": "platform", "Environment": "production"}
    vpc = ec2.create_vpc(
        CidrBlock=f"{network.block}.0.0/16", TagSpecifications=_named("vpc", network.name, tags)
    )["Vpc"]["VpcId"]  # fmt: skip
    cloud.remember(network.place, network.name, vpc)
    for number, (kind, zone) in enumerate((("private", "a"), ("private", "b"), ("public", "a"))):
        subnet = ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"{network.block}.{number}.0/24", AvailabilityZone=f"{network.place.region}{zone}",
            TagSpecifications=_named("subnet", f"{network.name}-{kind}-{zone}", tags),
        )["Subnet"]["SubnetId"]  # fmt: skip
        cloud.remember(network.place, f"{network.name} {kind} {zone}", subnet)
    default = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"][0]
    if default["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=default["GroupId"], IpPermissions=default["IpPermissions"])
    if default["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=default["GroupId"], IpPermissions=default["IpPermissionsEgress"])
    if network.flow_group:
        made = ec2.create_flow_logs(
            ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogGroupName=network.flow_group,
            DeliverLogsPermissionArn=cloud.known(Place(network.place.account, US_EAST), "vpc-flow-logs"),
        )  # fmt: skip
        cloud.remember(network.place, f"flow {network.name}", made["FlowLogIds"][0])


def _group(cloud: Cloud, group: Group) -> None:
    place = group.network.place
    ec2 = cloud.client(place, "ec2")
    made = ec2.create_security_group(
        GroupName=group.name, Description=f"{group.name} of {group.network.name}",
        VpcId=cloud.known(place, group.network.name),
        TagSpecifications=_named("security-group", group.name, {"Owner": "platform"}),
    )["GroupId"]  # fmt: skip
    cloud.remember(place, f"group {group.name}", made)
    if group.rules:
        permissions = [_permission(cloud, place, rule) for rule in group.rules]
        ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=permissions)


def _permission(cloud: Cloud, place: Place, rule: Rule) -> dict[str, Any]:
    permission: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": rule.port, "ToPort": rule.port}
    if ":" in rule.peer:
        return {**permission, "Ipv6Ranges": [{"CidrIpv6": rule.peer, "Description": rule.why}]}
    if "/" in rule.peer:
        return {**permission, "IpRanges": [{"CidrIp": rule.peer, "Description": rule.why}]}
    peer = {"GroupId": cloud.known(place, f"group {rule.peer}"), "Description": rule.why}
    return {**permission, "UserIdGroupPairs": [peer]}


def _instance(cloud: Cloud, instance: Instance) -> None:
    network = instance.network
    place = network.place
    disk: dict[str, Any] = {"VolumeSize": instance.size_gib, "VolumeType": "gp3", "DeleteOnTermination": True,
                            "Encrypted": instance.is_encrypted}  # fmt: skip
    if instance.is_encrypted:
        disk["KmsKeyId"] = cloud.known(place, VOLUME_KEYS[place])
    subnet = cloud.known(place, f"{network.name} {'public' if instance.is_public else 'private'} a")
    made = cloud.client(place, "ec2").run_instances(
        ImageId=_IMAGE, InstanceType="m6i.large", MinCount=1, MaxCount=1,
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": disk}],
        MetadataOptions={"HttpTokens": "required" if instance.is_imdsv2_only else "optional",
                         "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1},
        NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": instance.is_public,
                            "Groups": [cloud.known(place, f"group {instance.group}")]}],
        TagSpecifications=_named("instance", instance.name, instance.tags)
        + _named("volume", f"{instance.name}-root", instance.tags),
    )["Instances"][0]  # fmt: skip
    cloud.remember(place, instance.name, made["InstanceId"])
    volume = made["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    cloud.remember(place, f"volume {instance.name}", volume)


def _snapshot(cloud: Cloud, snapshot: Snapshot) -> None:
    ec2 = cloud.client(snapshot.place, "ec2")
    made = ec2.create_snapshot(
        VolumeId=cloud.known(snapshot.place, f"volume {snapshot.of}"), Description=snapshot.name,
        TagSpecifications=_named("snapshot", snapshot.name, {"Owner": "platform", "Environment": "production"}),
    )["SnapshotId"]  # fmt: skip
    cloud.remember(snapshot.place, snapshot.name, made)
    if snapshot.is_public:
        ec2.modify_snapshot_attribute(
            SnapshotId=made, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
        )
