"""What the simulator completes: answered as AWS would, whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from proveonce.app.demo.server import Complete

KEYS: dict[str, Any] = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-west-1"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A completed simulator on loopback."""
    application: Any = Complete(DomainDispatcherApplication(create_backend_app), get_account_id_from)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)


def test_only_what_everyone_may_restore_is_listed_as_such(url: str) -> None:
    ec2: Any = boto3.client("ec2", endpoint_url=url, **KEYS)
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
    first, second = (ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(2))
    ec2.modify_snapshot_attribute(
        SnapshotId=second, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )

    def listed(**asked: Any) -> set[str]:
        return {snapshot["SnapshotId"] for snapshot in ec2.describe_snapshots(OwnerIds=["self"], **asked)["Snapshots"]}

    assert listed() >= {first, second}
    assert listed(RestorableByUserIds=["all"]) & {first, second} == {second}


def test_each_bucket_is_listed_with_its_region(url: str) -> None:
    s3: Any = boto3.client("s3", endpoint_url=url, **KEYS)
    s3.create_bucket(Bucket="completed", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert {b["Name"]: b["BucketRegion"] for b in s3.list_buckets()["Buckets"]}["completed"] == "eu-west-1"
