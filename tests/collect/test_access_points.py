"""Access points: few calls, each made only where it can tell something, multi-region ones where AWS answers."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from awslab.cloud import Cloud, new_account
from awslab.collected import Collected, collect
from awslab.faults import Asked, Wire, error_response

REGION = "eu-west-1"
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
OPEN = dict.fromkeys(BLOCKED, False)
TABLES = ("aws_s3_access_point", "aws_s3_multi_region_access_point")


@pytest.fixture
def account(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> str:
    """Three access points: one public and open, one without a policy, one of a VPC with a policy; and one of many."""
    account = new_account()
    cloud.enter(monkeypatch, account)
    cloud.client("s3", account).create_bucket(Bucket=f"data-{account}")
    control = cloud.client("s3control", account, REGION)
    for name, vpc, block in (("open", "", OPEN), ("quiet", "", BLOCKED), ("inner", "vpc-1a2b", BLOCKED)):
        control.create_access_point(
            AccountId=account, Name=name, Bucket=f"data-{account}", PublicAccessBlockConfiguration=block,
            **({"VpcConfiguration": {"VpcId": vpc}} if vpc else {}),
        )  # fmt: skip
    for name in ("open", "inner"):
        statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
        control.put_access_point_policy(
            AccountId=account, Name=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
    cloud.client("s3control", account, "us-west-2").create_multi_region_access_point(
        AccountId=account, ClientToken="once",
        Details={"Name": "everywhere", "PublicAccessBlock": OPEN, "Regions": [{"Bucket": f"data-{account}"}]},
    )  # fmt: skip
    return account


def _collected(tmp_path: Path) -> Collected:
    return collect(tmp_path, services=["s3control"], regions=[REGION], tables=TABLES)


def test_each_access_point_is_read_with_its_block_policy_and_verdict(account: str, tmp_path: Path) -> None:
    rows = {row["item"]["Name"]: row for row in _collected(tmp_path).rows("aws_s3_access_point")}
    assert set(rows) == {"open", "quiet", "inner"}
    assert rows["open"]["resource"] == rows["open"]["item"]["AccessPointArn"]
    assert rows["open"]["details"]["access_point"]["PublicAccessBlockConfiguration"] == OPEN
    assert rows["open"]["details"]["policy_status"] == {"PolicyStatus": {"IsPublic": True}}
    assert rows["quiet"]["read"] == {
        "item": "read", "access_point": "read", "policy": "absent", "policy_status": "absent"
    }  # fmt: skip
    assert rows["inner"]["item"]["VpcConfiguration"] == {"VpcId": "vpc-1a2b"}


def test_the_verdict_is_asked_only_of_what_the_internet_reaches(account: str, wire: Wire, tmp_path: Path) -> None:
    found = _collected(tmp_path)
    rows = {row["item"]["Name"]: row for row in found.rows("aws_s3_access_point")}
    assert rows["inner"]["read"]["policy_status"] == "not_needed"
    assert found.lost() == []
    assert Counter({name: count for (service, name), count in wire.asked.items() if service == "s3control"}) == {
        "ListAccessPoints": 1, "GetAccessPoint": 3, "GetAccessPointPolicy": 3, "GetAccessPointPolicyStatus": 2,
        "ListMultiRegionAccessPoints": 1,
    }  # fmt: skip


def test_multi_region_access_points_are_asked_for_once_where_aws_answers(
    account: str, wire: Wire, tmp_path: Path
) -> None:
    asked: list[Asked] = []
    wire.fail("s3control:ListMultiRegionAccessPoints", asked.append)
    found = _collected(tmp_path)
    assert [one.region for one in asked] == ["us-west-2"]
    assert "x-amz-account-id" in {name.lower() for name in asked[0].request.headers}
    (row,) = found.rows("aws_s3_multi_region_access_point")
    assert (row["region"], row["item"]["Name"], row["item"]["PublicAccessBlock"]) == ("global", "everywhere", OPEN)
    assert row["resource"] == f"arn:aws:s3::{account}:accesspoint/{row['item']['Alias']}"


def test_a_verdict_that_was_denied_is_lost_and_nothing_else(account: str, wire: Wire, tmp_path: Path) -> None:
    wire.fail("s3control:GetAccessPointPolicyStatus", lambda one: error_response(one, "AccessDenied", 403))
    found = _collected(tmp_path)
    (lost,) = found.lost()
    assert (lost.detail, lost.planned, lost.read, lost.state) == ("policy_status", 2, 0, "denied")
    assert len(found.rows("aws_s3_access_point")) == 3
