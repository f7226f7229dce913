"""A collection as a whole: what is read, what is not, and that either way the run stands and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.awsrequest import AWSResponse

from awslab import faults
from awslab.cloud import Cloud, new_account
from awslab.collected import Collected, collect
from awslab.faults import Asked, Wire, aws_error, body, response
from awslab.seed import CORE, ENDPOINT_PASSWORD, MASTER_PASSWORD, TAG_PASSWORD
from awslab.tape import Tape
from proveonce.collect import session as sessions
from proveonce.collect.calls import MAX_ATTEMPTS
from proveonce.collect.engine import Collector
from proveonce.kernel.errors import CollectionError
from proveonce.model.evidence import ReadState
from proveonce.model.workspace import Account, Workspace
from proveonce.store import Store
from proveonce.tables.declared import ORGANIZATION_OPERATIONS, declared_operations
from proveonce.tables.spec import Scope

SPECS = CORE
DETAILS = [
    (call.service, table.name, detail.name, detail.operation)
    for call in SPECS.calls
    for table in call.tables
    for detail in table.details
]
LISTINGS = [call.key for call in SPECS.calls]
UNREACHABLE_ATTEMPTS = 3


@pytest.fixture(scope="module")
def whole(tape: Tape, cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Collected:
    """The seeded account, read without any trouble."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        cloud.enter(monkeypatch, tape.account)
        faults.attach(monkeypatch).faults.append(tape.play)
        return collect(tmp_path_factory.mktemp("whole"))


def of_service(collected: Collected, service: str) -> dict[str, str]:
    tables = {table.name for call in SPECS.calls if call.service == service for table in call.tables}
    return {a.name: a.digest for a in collected.run.of_kind("items") if a.table in tables}


# What is read


def test_every_planned_call_is_in_the_ledger_and_read(whole: Collected) -> None:
    planned = {call.key for call in SPECS.calls} | {f"{service}:{operation}" for service, _, _, operation in DETAILS}
    assert {f"{row.service}:{row.operation}" for row in whole.coverage} == planned
    assert whole.lost() == []


def test_every_listing_has_its_artefacts_even_when_it_is_empty(cloud: Cloud, wire: Wire, tmp_path: Path,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    cloud.enter(monkeypatch, new_account())
    found = collect(tmp_path, services=["rds", "sns"])
    tables = {t.name for call in SPECS.calls if call.service in ("rds", "sns") for t in call.tables}
    assert {(a.table, a.rows) for a in found.run.of_kind("items")} == {(table, 0) for table in tables}
    assert found.lost() == []


def test_the_simulator_itself_is_read_as_it_answers(
    cloud: Cloud, tape: Tape, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: Collected
) -> None:
    """No tape: the same account over HTTP gives the same bytes, but for the report that AWS writes anew."""
    cloud.enter(monkeypatch, tape.account)
    found = collect(tmp_path, services=["iam", "s3", "kms", "sns", "s3control"]).artefacts()
    report = f"{tape.account}/global/aws_iam_credential_report.jsonl"
    assert found.pop(report)
    assert found == {name: digest for name, digest in whole.artefacts().items() if name in found}


def test_two_collections_of_an_unchanged_account_have_equal_artefacts(
    played: Wire, tmp_path: Path, whole: Collected
) -> None:
    found = collect(tmp_path)
    assert found.artefacts() == whole.artefacts()
    assert found.run.id != whole.run.id or found.run.digest == whole.run.digest


def test_rows_hold_nothing_of_the_call_that_read_them(whole: Collected) -> None:
    keys = {"line", "resource", "region", "tags", "item", "details", "read"}
    for call in SPECS.calls:
        for table in call.tables:
            for row in whole.rows(table.name):
                assert set(row) <= keys | ({"asked"} if call.each else set()), table.name


def test_call_records_name_caller_and_place(whole: Collected, tape: Tape) -> None:
    records = [c for c in whole.calls() if c["operation"] not in ("GetCallerIdentity", "DescribeRegions")]
    assert {c["account"] for c in records} == {tape.account}
    assert all(c["caller_arn"].startswith(f"arn:aws:sts::{tape.account}:assumed-role/") for c in records)
    assert len({c["id"] for c in whole.calls()}) == len(whole.calls()) == whole.run.manifest["predicate"]["calls"]


def test_only_declared_operations_are_asked_and_all_of_them(
    played: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect(tmp_path)
    discovering = {("organizations", operation) for operation in ORGANIZATION_OPERATIONS}
    assert set(played.asked) == declared_operations(SPECS) - {("sts", "AssumeRole")} - discovering


def test_each_listing_and_detail_is_asked_once(whole: Collected) -> None:
    asked = [
        (c["service"], c["operation"], json.dumps(c["params"], sort_keys=True), c["region"]) for c in whole.calls()
    ]
    twice = {call for call in asked if asked.count(call) > 1}
    # The report is generated until it is ready, and the caller is asked for before the account's table is.
    assert {operation for _, operation, _, _ in twice} <= {"GenerateCredentialReport", "GetCallerIdentity"}


def test_progress_ends_where_it_was_going(played: Wire, tmp_path: Path) -> None:
    moves: list[tuple[int, int, str]] = []
    workspace = Workspace(root=tmp_path)
    Collector(
        workspace, Store(workspace.store), regions=["us-east-1"], services=["kms", "iam"],
        progress=lambda *move: moves.append(move),
    ).run()  # fmt: skip
    total = len(moves)
    assert total > 1
    assert [done for done, _, _ in moves] == list(range(1, total + 1))
    assert {planned for _, planned, _ in moves} == {total}


# What passes: nothing lost, nothing twice


@pytest.mark.parametrize(
    ("service", "fault"),
    [("kms", aws_error("ThrottlingException")), ("iam", faults.resets), ("sns", aws_error("InternalFailure", 500))],
    ids=["kms throttled", "iam reset", "sns 500"],
)
def test_a_fault_at_any_request_of_a_run_changes_no_byte(
    service: str, fault: faults.Fault, played: Wire, tmp_path: Path, whole: Collected
) -> None:
    count, position = [0], [0]

    def at_position(asked: Asked) -> AWSResponse | None:
        count[0] += 1
        return fault(asked) if position[0] <= count[0] < position[0] + 2 else None

    played.add(at_position)
    for number in range(1, 13):
        count[0], position[0] = 0, number
        found = collect(tmp_path / str(number), services=[service])
        assert of_service(found, service) == of_service(whole, service), f"request {number}"
        assert found.lost() == []


@pytest.mark.parametrize(("service", "table", "detail", "operation"), DETAILS, ids=str)
def test_a_detail_throttled_out_in_the_first_pass_is_repaired_byte_for_byte(
    service: str, table: str, detail: str, operation: str, played: Wire, tmp_path: Path, whole: Collected
) -> None:
    items = whole.ledger(f"{service}:{operation}", table=table).planned
    played.fail(f"{service}:{operation}", aws_error("ThrottlingException"), last=items * MAX_ATTEMPTS)
    found = collect(tmp_path, services=[service])
    assert of_service(found, service) == of_service(whole, service)
    assert found.ledger(f"{service}:{operation}") == whole.ledger(f"{service}:{operation}")


@pytest.mark.parametrize("listing", LISTINGS)
def test_a_listing_unreachable_in_the_first_pass_is_read_in_the_second(
    listing: str, played: Wire, tmp_path: Path, whole: Collected
) -> None:
    service = listing.split(":", maxsplit=1)[0]
    # The caller's own account is named by sts before any listing is asked.
    first = 3 if listing == "sts:GetCallerIdentity" else 1
    played.fail(listing, faults.times_out, first=first, last=first + UNREACHABLE_ATTEMPTS - 1)
    found = collect(tmp_path, services=[service])
    assert of_service(found, service) == of_service(whole, service)
    assert found.lost() == []


def test_the_second_pass_asks_with_fresh_clients_and_only_what_was_lost(
    played: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: Collected
) -> None:
    renewed: list[int] = []
    fresh = sessions.Clients.fresh

    def counted(self: sessions.Clients) -> None:
        renewed.append(1)
        fresh(self)

    monkeypatch.setattr(sessions.Clients, "fresh", counted)
    first = whole.rows("aws_kms_key")[0]["item"]["KeyId"]
    refused = [0]

    def throttled(asked: Asked) -> AWSResponse | None:
        if asked.operation == "GetKeyRotationStatus" and in_body(asked, first) and refused[0] < MAX_ATTEMPTS:
            refused[0] += 1
            return aws_error("ThrottlingException")(asked)
        return None

    played.add(throttled)
    found = collect(tmp_path, services=["kms"])
    keys = len(whole.rows("aws_kms_key"))
    assert renewed == [1]
    assert played.asked["kms", "ListKeys"] == 1
    assert played.asked["kms", "DescribeKey"] == keys
    assert played.asked["kms", "GetKeyRotationStatus"] == keys + MAX_ATTEMPTS
    assert found.lost() == []


def test_there_is_no_second_pass_for_what_is_denied(played: Wire, tmp_path: Path) -> None:
    played.fail("kms:ListKeys", aws_error("AccessDeniedException"))
    collect(tmp_path, services=["kms"])
    assert played.asked["kms", "ListKeys"] == 1


# What does not


def test_throttled_for_good_is_said_after_two_whole_passes(played: Wire, tmp_path: Path) -> None:
    played.fail("sns:ListTopics", aws_error("ThrottlingException"))
    found = collect(tmp_path, services=["sns"])
    row = found.ledger("sns:ListTopics")
    assert (row.state, row.code, row.read, row.rows) == (ReadState.THROTTLED, "ThrottlingException", 0, 0)
    assert played.asked["sns", "ListTopics"] == 2 * MAX_ATTEMPTS


def test_a_detail_throttled_for_good_marks_its_fact_on_every_row(
    played: Wire, tmp_path: Path, whole: Collected
) -> None:
    played.fail("s3:GetBucketLogging", aws_error("SlowDown", 503))
    found = collect(tmp_path, services=["s3"])
    rows = found.rows("aws_s3_bucket")
    assert [row["read"]["logging"] for row in rows] == ["throttled"] * len(whole.rows("aws_s3_bucket"))
    lost = found.ledger("s3:GetBucketLogging")
    assert (lost.state, lost.planned, lost.read, lost.code) == (ReadState.THROTTLED, len(rows), 0, "SlowDown")


def test_a_half_read_bucket_keeps_the_facts_that_were_read(
    played: Wire, tmp_path: Path, whole: Collected, tape: Tape
) -> None:
    hardened = f"hardened-{tape.account}"

    def denied(asked: Asked) -> AWSResponse | None:
        mine = asked.operation in ("GetBucketPolicy", "GetBucketLogging") and f"/{hardened}?" in asked.request.url
        return aws_error("AccessDenied", 403)(asked) if mine else None

    played.add(denied)
    found = collect(tmp_path, services=["s3"])
    assert found.lost() == [found.ledger("s3:GetBucketLogging"), found.ledger("s3:GetBucketPolicy")]
    assert (found.ledger("s3:GetBucketLogging").planned, found.ledger("s3:GetBucketLogging").read) == (5, 4)
    half, full = (
        next(row for row in run.rows("aws_s3_bucket") if row["item"]["Name"] == hardened) for run in (found, whole)
    )
    assert half["read"] == full["read"] | {"policy": "denied", "logging": "denied"}
    assert half["details"] == {k: v for k, v in full["details"].items() if k not in ("policy", "logging")}
    assert [r for r in found.rows("aws_s3_bucket") if r["item"]["Name"] != hardened] == [
        r for r in whole.rows("aws_s3_bucket") if r["item"]["Name"] != hardened
    ]


def test_a_second_pass_that_reads_less_keeps_the_first_and_what_it_said(
    played: Wire, tmp_path: Path, tape: Tape
) -> None:
    """First pass: two pages of topics, attributes denied, then throttled out. Second pass: not even one page."""

    def topics(asked: Asked) -> AWSResponse | None:
        if asked.operation != "ListTopics":
            return None
        if asked.number > 2 + MAX_ATTEMPTS or asked.number > 2:
            return aws_error("ThrottlingException")(asked)
        return response(asked.request.url, 200, (
            f"<ListTopicsResponse><ListTopicsResult><NextToken>n{asked.number}</NextToken><Topics><member>"
            f"<TopicArn>arn:t-{asked.number}</TopicArn></member></Topics></ListTopicsResult></ListTopicsResponse>"
        ).encode())  # fmt: skip

    played.fail("sns:GetTopicAttributes", aws_error("AuthorizationError", 403))
    played.add(topics)
    found = collect(tmp_path, services=["sns"])
    assert [row["resource"] for row in found.rows("aws_sns_topic")] == ["arn:t-1", "arn:t-2"]
    listing, detail = found.ledger("sns:ListTopics"), found.ledger("sns:GetTopicAttributes")
    assert (listing.state, listing.rows, listing.is_complete) == (ReadState.THROTTLED, 2, False)
    assert (detail.state, detail.planned, detail.read) == (ReadState.DENIED, 2, 0)


def test_a_resource_deleted_between_listing_and_detail_is_gone(
    played: Wire, tmp_path: Path, tape: Tape, whole: Collected
) -> None:
    def deleted(asked: Asked) -> AWSResponse | None:
        mine = f"/plain-{tape.account}?" in asked.request.url
        return aws_error("NoSuchBucket", 404)(asked) if mine else None

    played.add(deleted)
    found = collect(tmp_path, services=["s3"])
    assert len(found.rows("aws_s3_bucket")) == len(whole.rows("aws_s3_bucket"))
    row = next(row for row in found.rows("aws_s3_bucket") if row["item"]["Name"] == f"plain-{tape.account}")
    assert set(row["read"].values()) == {"read", "gone"}
    assert found.ledger("s3:ListBuckets").is_complete
    assert found.ledger("s3:GetBucketAcl").state is ReadState.GONE


def test_an_item_that_does_not_fit_is_quarantined_and_its_neighbours_are_not(played: Wire, tmp_path: Path) -> None:
    groups = [
        {"logGroupName": "a", "logGroupArn": "arn:a", "retentionInDays": 30},
        {
            "logGroupName": "b",
            "logGroupArn": "arn:b",
            "retentionInDays": "thirty",
            "note": f"password={MASTER_PASSWORD}",
        },
        {"logGroupName": "c", "logGroupArn": "arn:c"},
    ]
    played.fail("logs:DescribeLogGroups", body(json.dumps({"logGroups": groups}).encode()))
    found = collect(tmp_path, services=["logs"])
    rows = found.rows("aws_logs_log_group")
    assert [(row["resource"], row["read"]["item"]) for row in rows] == [
        ("arn:a", "read"), ("arn:b", "quarantined"), ("arn:c", "read")
    ]  # fmt: skip
    assert rows[1]["item"] == {}
    assert rows[1]["raw"]["retentionInDays"] == "thirty"
    assert "retentionInDays" in rows[1]["misfit"]
    assert MASTER_PASSWORD.encode() not in found.everything()
    (lost,) = found.lost()
    assert (lost.detail, lost.state, lost.read, lost.planned) == ("item", ReadState.QUARANTINED, 2, 3)


def test_a_detail_that_does_not_fit_is_quarantined_alone(played: Wire, tmp_path: Path, whole: Collected) -> None:
    played.fail("kms:GetKeyRotationStatus", body(b'{"KeyRotationEnabled": "yes"}'))
    found = collect(tmp_path, services=["kms"])
    rows = found.rows("aws_kms_key")
    assert [row["read"] for row in rows] == [{"item": "read", "key": "read", "rotation": "quarantined"}] * len(rows)
    (lost,) = found.lost()
    assert (lost.detail, lost.state, lost.read, lost.planned) == ("rotation", ReadState.QUARANTINED, 0, len(rows))
    assert [row["details"]["key"] for row in rows] == [row["details"]["key"] for row in whole.rows("aws_kms_key")]
    assert rows[0]["raw_details"]["rotation"] == {"KeyRotationEnabled": "yes"}


def test_a_report_that_is_never_ready_is_unavailable(played: Wire, tmp_path: Path) -> None:
    played.fail("iam:GenerateCredentialReport", body(
        b"<GenerateCredentialReportResponse><GenerateCredentialReportResult><State>STARTED</State>"
        b"</GenerateCredentialReportResult></GenerateCredentialReportResponse>"
    ))  # fmt: skip
    found = collect(tmp_path, services=["iam"])
    row = found.ledger("iam:GetCredentialReport")
    assert (row.state, row.code) == (ReadState.UNAVAILABLE, "NotReady")
    assert played.asked["iam", "GetCredentialReport"] == 0
    assert [r.operation for r in found.lost()] == ["GetCredentialReport"]


# Secrets


def test_no_planted_secret_reaches_the_store(played: Wire, tmp_path: Path, tape: Tape) -> None:
    """Tag values named password, userinfo of an endpoint, and a pending master password, listed and quarantined."""

    def pending(asked: Asked) -> AWSResponse | None:
        if asked.operation != "DescribeDBInstances":
            return None
        text = tape.play(asked).content.decode()  # type: ignore[union-attr]  # the tape has the answer
        secret = (
            f"<PendingModifiedValues><MasterUserPassword>{MASTER_PASSWORD}</MasterUserPassword></PendingModifiedValues>"
        )
        return response(asked.request.url, 200, text.replace("<DBInstanceArn>", f"{secret}<DBInstanceArn>").encode())

    played.add(pending)
    found = collect(tmp_path)
    stored = found.everything() + json.dumps(found.run.manifest).encode()
    for secret in (TAG_PASSWORD, ENDPOINT_PASSWORD, MASTER_PASSWORD):
        assert secret.encode() not in stored
    instance = found.rows("aws_rds_db_instance")[0]
    assert instance["item"]["PendingModifiedValues"]["MasterUserPassword"].startswith("hmac-sha256:")
    assert instance["tags"]["password"].startswith("hmac-sha256:")
    endpoints = {row["item"]["Endpoint"] for row in found.rows("aws_sns_subscription")}
    assert any(e.startswith("https://") and e.endswith("@example.com/x") for e in endpoints)


def test_a_secret_that_changes_shows_that_it_changed(played: Wire, tmp_path: Path, tape: Tape) -> None:
    def topic_with(value: str) -> faults.Fault:
        return body((
            "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry><key>ApiKey</key>"
            f"<value>{value}</value></entry></Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>"
        ).encode())  # fmt: skip

    seen = []
    for number, value in enumerate(("first-value", "first-value", "other-value")):
        played.fail("sns:GetTopicAttributes", topic_with(value))
        found = collect(tmp_path / str(number), services=["sns"])
        assert value.encode() not in found.everything()
        seen.append(of_service(found, "sns"))
    assert seen[0] == seen[1] != seen[2]


# Regions of buckets


def bucket_regions(collected: Collected) -> dict[str, str]:
    return {row["item"]["Name"].split("-")[0]: row["region"] for row in collected.rows("aws_s3_bucket")}


def asked_regions(collected: Collected, bucket: str) -> dict[str, str]:
    return {c["operation"]: c["endpoint_region"] for c in collected.calls() if c["params"].get("Bucket") == bucket}


def test_a_bucket_is_asked_in_the_region_that_its_location_names(whole: Collected, tape: Tape) -> None:
    assert bucket_regions(whole) == {
        "frankfurt": "eu-central-1", "hardened": "us-east-1", "plain": "us-east-1", "public": "us-east-1",
        "trails": "us-east-1",
    }  # fmt: skip
    regions = asked_regions(whole, f"frankfurt-{tape.account}")
    assert regions.pop("GetBucketLocation") == "us-east-1"
    assert set(regions.values()) == {"eu-central-1"}


def with_bucket_region(tape: Tape, region: str) -> faults.Fault:
    def listed(asked: Asked) -> AWSResponse | None:
        if asked.operation != "ListBuckets":
            return None
        text = tape.play(asked).content.decode()  # type: ignore[union-attr]  # the tape has the answer
        named = text.replace("<Bucket>", f"<Bucket><BucketRegion>{region}</BucketRegion>")
        return response(asked.request.url, 200, named.encode())

    return listed


def test_a_region_that_the_listing_names_spares_the_location_call(played: Wire, tmp_path: Path, tape: Tape) -> None:
    played.add(with_bucket_region(tape, "us-east-1"))
    found = collect(tmp_path, services=["s3"])
    assert played.asked["s3", "GetBucketLocation"] == 0
    assert set(bucket_regions(found).values()) == {"us-east-1"}
    assert {row["read"]["location"] for row in found.rows("aws_s3_bucket")} == {"not_needed"}
    assert "GetBucketLocation" not in {row.operation for row in found.coverage}


@pytest.mark.parametrize(
    ("answer", "region"),
    [
        (b'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>', "us-east-1"),
        (b'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">EU</LocationConstraint>', "eu-west-1"),
        (b'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">ap-south-1</LocationConstraint>',
         "ap-south-1"),
    ],
)  # fmt: skip
def test_each_way_to_write_a_location_is_understood(answer: bytes, region: str, played: Wire, tmp_path: Path) -> None:
    for _, _, _, operation in [detail for detail in DETAILS if detail[0] == "s3"]:
        played.fail(f"s3:{operation}", aws_error("AccessDenied", 403))
    played.fail("s3:GetBucketLocation", body(answer))
    found = collect(tmp_path, services=["s3"])
    assert set(bucket_regions(found).values()) == {region}
    assert {c["endpoint_region"] for c in found.calls() if c["operation"] == "GetBucketAcl"} == {region}


def test_a_bucket_whose_location_is_denied_is_asked_all_the_same(
    played: Wire, tmp_path: Path, whole: Collected
) -> None:
    played.fail("s3:GetBucketLocation", aws_error("AccessDenied", 403))
    rows = collect(tmp_path, services=["s3"]).rows("aws_s3_bucket")
    assert {row["read"]["location"] for row in rows} == {"denied"}
    assert {row["region"] for row in rows} == {"global"}
    assert [{**row["details"], "location": None} for row in rows] == [
        {**row["details"], "location": None} for row in whole.rows("aws_s3_bucket")
    ]


@pytest.mark.parametrize("headers", [{"x-amz-bucket-region": "eu-central-1"}, {}], ids=["named", "not named"])
def test_a_bucket_that_answers_from_elsewhere_is_followed_or_unread(
    headers: dict[str, str], played: Wire, tmp_path: Path, whole: Collected
) -> None:
    """S3 answers 301 in the wrong region; where it does not say which is right, nothing undeclared is asked."""
    moved = b"<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>"

    def redirected(asked: Asked) -> AWSResponse | None:
        mine = "/frankfurt-" in asked.request.url and asked.region == "us-east-1"
        if not mine or asked.operation == "GetBucketLocation":
            return None
        return response(asked.request.url, 301, moved, {"Content-Type": "application/xml", **headers})

    played.fail("s3:GetBucketLocation", aws_error("AccessDenied", 403))
    played.add(redirected)
    rows = collect(tmp_path, services=["s3"]).rows("aws_s3_bucket")
    states = {row["item"]["Name"].split("-")[0]: row["read"]["logging"] for row in rows}
    assert states.pop("frankfurt") == ("read" if headers else "error")
    assert set(states.values()) == {"read"}


# Regions


@pytest.mark.parametrize("code", ["UnrecognizedClientException", "AuthFailure", "OptInRequired"])
def test_a_region_that_was_never_opted_in_is_named_and_stops_no_other(
    code: str, played: Wire, tmp_path: Path, whole: Collected
) -> None:
    refused = aws_error(code, 401)
    played.add(lambda asked: refused(asked) if asked.region == "ap-east-1" else None)
    found = collect(tmp_path, services=["ec2", "kms"], regions=["us-east-1", "ap-east-1"])
    there = [row for row in found.coverage if row.region == "ap-east-1"]
    regional = [call for call in SPECS.calls if call.service in ("ec2", "kms") and call.scope is Scope.REGIONAL]
    assert {row.operation for row in there} == {call.operation for call in regional}
    assert {(row.state, row.code, row.is_complete) for row in there} == {(ReadState.REGION_NOT_OPTED_IN, code, False)}
    for service in ("ec2", "kms"):
        assert of_service(whole, service).items() <= of_service(found, service).items()


def regions_answer(**status: str) -> faults.Fault:
    items = "".join(
        f"<item><regionName>{name.replace('_', '-')}</regionName><optInStatus>{how}</optInStatus></item>"
        for name, how in status.items()
    )
    return body(f"<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>".encode())


REGIONS = regions_answer(us_east_1="opt-in-not-required", me_south_1="opted-in", ap_east_1="not-opted-in")


def test_enabled_regions_are_planned_and_the_others_are_named(played: Wire, tmp_path: Path, tape: Tape) -> None:
    played.add(lambda a: aws_error("AccessDenied", 403)(a) if a.region == "me-south-1" else None)
    played.fail("ec2:DescribeRegions", REGIONS)
    found = collect(tmp_path, services=["kms"], regions=[])
    assert {row.region for row in found.coverage} == {"us-east-1", "me-south-1"}
    assert found.run.accounts[tape.account]["regions"] == ["me-south-1", "us-east-1"]
    assert found.run.accounts[tape.account]["regions_not_enabled"] == ["ap-east-1"]


def test_a_disabled_region_that_is_named_is_planned_whatever_aws_says(played: Wire, tmp_path: Path) -> None:
    played.fail("ec2:DescribeRegions", REGIONS)
    played.add(lambda a: aws_error("UnrecognizedClientException")(a) if a.region == "ap-east-1" else None)
    found = collect(tmp_path, services=["kms"], regions=["ap-east-1"])
    assert [(row.region, row.state) for row in found.coverage] == [("ap-east-1", ReadState.REGION_NOT_OPTED_IN)]


@pytest.mark.parametrize("region", ["us-east-1", "me-south-1"])
def test_credentials_that_an_enabled_region_refuses_are_a_denial_there(
    region: str, played: Wire, tmp_path: Path
) -> None:
    played.fail("ec2:DescribeRegions", REGIONS)
    played.add(lambda a: aws_error("UnrecognizedClientException")(a) if a.service == "kms" else None)
    found = collect(tmp_path, services=["kms"], regions=[region])
    assert [(row.region, row.state) for row in found.coverage] == [(region, ReadState.DENIED)]


def test_all_regions_of_the_workspace_include_the_disabled(played: Wire, tmp_path: Path) -> None:
    played.fail("ec2:DescribeRegions", REGIONS)
    played.add(lambda a: aws_error("UnrecognizedClientException")(a) if a.region == "ap-east-1" else None)
    played.add(lambda a: aws_error("AccessDenied", 403)(a) if a.region == "me-south-1" else None)
    found = collect(tmp_path, services=["kms"], regions=[], workspace=Workspace(root=tmp_path, all_regions=True))
    assert {row.region for row in found.coverage if not row.detail} == {"us-east-1", "me-south-1", "ap-east-1"}


def test_regions_that_cannot_be_discovered_leave_every_regional_listing_unread(
    played: Wire, tmp_path: Path, whole: Collected
) -> None:
    played.fail("ec2:DescribeRegions", aws_error("UnauthorizedOperation", 403))
    found = collect(tmp_path, services=["kms", "s3", "rds"], regions=[])
    unread = {(row.region, row.operation, row.state, row.code) for row in found.lost()}
    regional = [call for call in SPECS.calls if call.service in ("kms", "rds")]
    assert unread == {("all", call.operation, ReadState.DENIED, "UnauthorizedOperation") for call in regional}
    assert of_service(found, "s3") == of_service(whole, "s3")


def test_an_answer_without_regions_leaves_every_regional_listing_unread(played: Wire, tmp_path: Path) -> None:
    played.fail("ec2:DescribeRegions", regions_answer())
    found = collect(tmp_path, services=["kms"], regions=[])
    assert [(row.region, row.operation, row.state, row.code) for row in found.lost()] == [
        ("all", "ListKeys", ReadState.ERROR, "NoRegions")
    ]


def test_regions_that_cannot_be_discovered_do_not_matter_where_they_are_named(
    played: Wire, tmp_path: Path, whole: Collected
) -> None:
    played.fail("ec2:DescribeRegions", aws_error("UnauthorizedOperation", 403))
    found = collect(tmp_path, services=["kms"])
    assert of_service(found, "kms") == of_service(whole, "kms")
    assert found.lost() == []


# Accounts


def in_body(asked: Asked, text: str) -> bool:
    return text in str(asked.request.body)


@pytest.mark.parametrize(
    ("fault", "state", "code"),
    [
        (aws_error("AccessDenied", 403), ReadState.DENIED, "AccessDenied"),
        (faults.times_out, ReadState.UNAVAILABLE, "ReadTimeoutError"),
        (aws_error("Throttling"), ReadState.THROTTLED, "Throttling"),
    ],
    ids=["denied", "unreachable", "throttled"],
)
def test_an_account_whose_role_cannot_be_assumed_is_unread_and_stops_no_other(
    fault: faults.Fault, state: ReadState, code: str, played: Wire, tmp_path: Path
) -> None:
    good, bad = new_account(), new_account()
    played.add(lambda a: fault(a) if a.operation == "AssumeRole" and in_body(a, bad) else None)
    found = collect(tmp_path, services=["kms", "s3control"], accounts=[bad, good])
    assert {row.account for row in found.lost()} == {bad}
    assert {(row.state, row.code) for row in found.lost()} == {(state, code)}
    assert {row.operation for row in found.lost()} == {"ListKeys", "GetPublicAccessBlock"}
    assert {a.account for a in found.run.of_kind("items")} == {good}
    assert code in found.run.accounts[bad]["problem"]
    assert found.run.accounts[good]["problem"] == ""


def test_credentials_of_another_account_read_nothing_in_its_name(played: Wire, tmp_path: Path) -> None:
    right, wrong = new_account(), new_account()
    workspace = Workspace(root=tmp_path, accounts=(
        Account(right, role="Reader"), Account(wrong, role=f"arn:aws:iam::{right}:role/Reader"),
    ))  # fmt: skip
    played.add(lambda a: None if a.account != wrong or a.operation == "GetCallerIdentity" else aws_error("Never")(a))
    played.add(lambda a: identity(a, right) if a.account == wrong and a.operation == "GetCallerIdentity" else None)
    found = collect(tmp_path, services=["kms"], workspace=workspace)
    assert [(row.account, row.state, row.code) for row in found.lost()] == [(wrong, ReadState.ERROR, "WrongAccount")]
    assert right in found.lost()[0].message
    assert {a.account for a in found.run.of_kind("items")} == {right}


def identity(asked: Asked, account: str) -> AWSResponse:
    return response(asked.request.url, 200, (
        "<GetCallerIdentityResponse><GetCallerIdentityResult>"
        f"<Arn>arn:aws:sts::{account}:assumed-role/Reader/x</Arn><Account>{account}</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
    ).encode())  # fmt: skip


def test_each_account_is_read_by_its_own_credentials(played: Wire, tmp_path: Path) -> None:
    accounts = [new_account(), new_account()]
    found = collect(tmp_path, services=["kms"], accounts=accounts)
    for account in accounts:
        mine = [c for c in found.calls() if c["account"] == account and c["operation"] == "ListKeys"]
        assert [c["caller_arn"].split(":")[4] for c in mine] == [account]
        assert {row["item"]["KeyArn"].split(":")[4] for row in found.rows("aws_kms_key")} == set(accounts)


def test_the_workspaces_external_id_goes_with_every_role(played: Wire, tmp_path: Path) -> None:
    bodies: list[str] = []

    def listen(asked: Asked) -> AWSResponse | None:
        if asked.operation == "AssumeRole":
            bodies.append(str(asked.request.body))
        return None

    played.add(listen)
    workspace = Workspace(root=tmp_path, accounts=(Account(new_account(), role="R"),), external_id="ours-7")
    collect(tmp_path, services=["kms"], workspace=workspace)
    assert bodies
    assert all("ExternalId=ours-7" in text and "RoleSessionName=proveonce" in text for text in bodies)


@pytest.mark.parametrize("fault", [aws_error("InvalidClientTokenId", 403), faults.resets], ids=["refused", "reset"])
def test_a_caller_that_aws_does_not_know_stops_before_anything_is_committed(
    fault: faults.Fault, played: Wire, tmp_path: Path
) -> None:
    played.fail("sts:GetCallerIdentity", fault)
    with pytest.raises(CollectionError, match="AWS does not say who we are"):
        collect(tmp_path)
    assert Store(Workspace(root=tmp_path).store).runs() == []


def test_no_credentials_at_all_is_said_with_what_to_do(tmp_path: Path, cloud: Cloud,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    cloud.enter(monkeypatch)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(CollectionError, match="no AWS credentials") as caught:
        collect(tmp_path)
    assert "AWS_PROFILE" in caught.value.fix


def test_a_profile_that_does_not_exist_is_said(tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.enter(monkeypatch)
    workspace = Workspace(root=tmp_path)
    with pytest.raises(CollectionError, match="nobody"):
        Collector(workspace, Store(workspace.store), profile="nobody").run()


def test_an_error_of_ours_commits_nothing(played: Wire, tmp_path: Path) -> None:
    def broken(asked: Asked) -> AWSResponse | None:
        if asked.operation == "ListKeys":
            raise AssertionError("ours")
        return None

    played.add(broken)
    with pytest.raises(AssertionError, match="ours"):
        collect(tmp_path, services=["kms"])
    assert Store(Workspace(root=tmp_path).store).runs() == []
