"""A moto server on loopback that counts calls and can add latency; seeds its accounts to a scale.

What moto lacks is answered as by accounts that use none of it, whoever asks.

python -m benchmarks.server SCALE LATENCY_MS ACCOUNTS   prints its address, serves until its standard input closes
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from typing import Any

os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
ROLE = "BenchmarkReader"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")


class Counting:
    """WSGI layer: `/_calls` gives the counts so far; every other request is counted and delayed."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.latency_s = 0.0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answers a request."""
        if environ["PATH_INFO"] == "/_calls":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps({"calls": sum(self._calls.values())}).encode()]
        with self._lock:
            self._calls[environ.get("HTTP_X_AMZ_TARGET", environ["REQUEST_METHOD"])] += 1
        if self.latency_s:
            time.sleep(self.latency_s)
        return self._app(environ, start_response)


def account_ids(count: int) -> list[str]:
    """The accounts of a benchmark."""
    return [f"{111122220000 + n}" for n in range(count)]


def seed(url: str, scale: int, accounts: int) -> None:
    """Fills accounts: buckets and users once, the rest in each of three regions. With one, it is the caller's own."""
    import boto3

    own = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    sts = boto3.client("sts", region_name=REGIONS[0], endpoint_url=url, **own)
    for account in account_ids(accounts):
        keys = own
        if accounts > 1:
            given = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/{ROLE}", RoleSessionName="seed")[
                "Credentials"
            ]
            keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"],
                    "aws_session_token": given["SessionToken"]}  # fmt: skip

        def client(service: str, region: str = REGIONS[0], keys: dict[str, str] = keys) -> Any:
            return boto3.client(service, region_name=region, endpoint_url=url, **keys)

        _seed_account(client, account, scale)


def _seed_account(client: Any, account: str, scale: int) -> None:
    s3, iam = client("s3"), client("iam")
    for n in range(20 * scale):
        s3.create_bucket(Bucket=f"bench-{account}-{n:05d}", ObjectOwnership="BucketOwnerEnforced")  # AWS's own default
    for n in range(10 * scale):
        iam.create_user(UserName=f"user-{n:05d}")
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=f"role-{n:05d}", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    for region in REGIONS:
        _seed_region(client, region, scale)


def _seed_region(client: Any, region: str, scale: int) -> None:
    ec2, rds, logs = client("ec2", region), client("rds", region), client("logs", region)
    sns, kms = client("sns", region), client("kms", region)
    for n in range(30 * scale):
        volume = ec2.create_volume(AvailabilityZone=f"{region}a", Size=1, Encrypted=bool(n % 3))["VolumeId"]
        ec2.create_snapshot(VolumeId=volume)
    for n in range(15 * scale):
        group = ec2.create_security_group(GroupName=f"group-{n:05d}", Description="bench")["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{
            "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
            "IpRanges": [{"CidrIp": "10.0.0.0/8" if n % 5 else "0.0.0.0/0"}]}])  # fmt: skip
        logs.create_log_group(logGroupName=f"/bench/{n:05d}")
    for n in range(5 * scale):
        rds.create_db_instance(DBInstanceIdentifier=f"db-{n:05d}", DBInstanceClass="db.t3.micro", Engine="postgres",
                               MasterUsername="root", MasterUserPassword="not-a-secret", AllocatedStorage=20,
                               StorageEncrypted=bool(n % 4))  # fmt: skip
        sns.create_topic(Name=f"topic-{n:05d}")
        kms.create_key()


def main() -> None:
    """Serves and seeds."""
    import logging

    from moto.iam.models import get_account_id_from
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    from proveonce.app.demo.server import Complete

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    app = Counting(Complete(DomainDispatcherApplication(create_backend_app), get_account_id_from))
    server = make_server("127.0.0.1", 0, app, threaded=True)  # type: ignore[arg-type]  # a WSGI callable
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    seed(url, int(sys.argv[1]), int(sys.argv[3]))
    app.latency_s = float(sys.argv[2]) / 1000
    print(url, flush=True)  # noqa: T201 - the parent reads it
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
