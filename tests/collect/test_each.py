"""Listings asked once for each row of another: every row asked for, in order; a question lost is never read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from hypothesis import given
from hypothesis import strategies as st

from awslab.cloud import Cloud, new_account
from awslab.collected import Collected, collect
from awslab.faults import Asked, Fault, Wire, aws_error, body, error_response
from proveonce.collect.questions import Lost, Question, questions
from proveonce.model.evidence import Coverage, ReadState
from proveonce.tables.spec import Each, load_specs

DESCRIBE = next(call for call in load_specs().calls if call.key == "ecs:DescribeServices")
REGION = "us-east-1"


def _seed(cloud: Cloud, account: str, *, clusters: int, services: int) -> None:
    ecs = cloud.client("ecs", account)
    definition = ecs.register_task_definition(
        family="web",
        containerDefinitions=[
            {
                "name": "web",
                "image": "web:1",
                "memory": 64,
                "environment": [{"name": "DB_PASSWORD", "value": "hunter2hunter2"}],
            }
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    for cluster in range(clusters):
        ecs.create_cluster(clusterName=f"cluster-{cluster}")
        for service in range(services):
            ecs.create_service(
                cluster=f"cluster-{cluster}", serviceName=f"service-{cluster}-{service:02d}",
                taskDefinition=definition, desiredCount=1,
            )  # fmt: skip


@pytest.fixture
def account(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> str:
    account = new_account()
    cloud.enter(monkeypatch, account)
    _seed(cloud, account, clusters=3, services=12)
    return account


def _coverage(collected: Collected, operation: str) -> Coverage:
    return next(row for row in collected.coverage if row.operation == operation and not row.detail)


def _named(collected: Collected, table: str) -> list[str]:
    return [str(line["resource"]) for line in collected.rows(table)]


def test_every_row_is_asked_for_in_batches_and_in_order(account: str, wire: Wire, tmp_path: Path) -> None:
    collected = collect(tmp_path, services=["ecs"], regions=[REGION])
    clusters = _named(collected, "aws_ecs_cluster_arn")
    assert len(clusters) == 3
    assert _named(collected, "aws_ecs_cluster") == clusters
    services = _named(collected, "aws_ecs_service_arn")
    assert len(services) == 36
    assert _named(collected, "aws_ecs_service") == services
    described = _coverage(collected, "DescribeServices")
    assert (described.planned, described.read, described.rows, described.state) == (6, 6, 36, ReadState.READ)
    assert _coverage(collected, "DescribeClusters").planned == 1
    for line in collected.rows("aws_ecs_service"):
        assert line["asked"]["cluster"] in clusters
        assert line["asked"]["cluster"].split("-")[-1] in line["resource"]


def test_an_account_without_clusters_is_read_to_its_end_without_a_further_call(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cloud.enter(monkeypatch, new_account())
    collected = collect(tmp_path, services=["ecs"], regions=[REGION])
    assert all(row.is_complete for row in collected.coverage)
    assert _coverage(collected, "DescribeServices").planned == 0
    assert [call["operation"] for call in collected.calls() if call["service"] == "ecs"] == ["ListClusters"]


def test_the_record_of_a_call_names_the_lines_that_it_returned(account: str, tmp_path: Path) -> None:
    collected = collect(tmp_path, services=["ecs"], regions=[REGION])
    lines = [
        range(first, first + count)
        for call in collected.calls()
        if call["operation"] == "DescribeServices"
        for first, count in call["lines"].values()
    ]
    assert [line for part in lines for line in part] == list(range(36))


def test_settings_of_containers_leave_no_value(account: str, tmp_path: Path) -> None:
    collected = collect(tmp_path, services=["ecs"], regions=[REGION])
    rows = list(collected.rows("aws_ecs_service"))
    assert rows
    assert "hunter2" not in str(rows)


def _denied_for(number: int, code: str, status: int = 400) -> Fault:
    """One cluster's services cannot be listed."""
    fault = aws_error(code, status)

    def answer(asked: Asked) -> AWSResponse | None:
        body: Any = asked.request.body
        return fault(asked) if f"cluster-{number}" in str(body) else None

    return answer


@pytest.mark.parametrize(
    ("code", "state"), [("AccessDeniedException", ReadState.DENIED), ("ThrottlingException", ReadState.THROTTLED)]
)
def test_one_question_lost_costs_its_rows_and_no_other(
    account: str, wire: Wire, tmp_path: Path, code: str, state: ReadState
) -> None:
    wire.fail("ecs:ListServices", _denied_for(1, code))
    collected = collect(tmp_path, services=["ecs"], regions=[REGION])
    listed = _coverage(collected, "ListServices")
    assert (listed.state, listed.planned, listed.read, listed.rows) == (state, 3, 2, 24)
    described = _coverage(collected, "DescribeServices")
    assert described.state is state
    assert not described.is_complete
    assert described.rows == 24
    assert described.code == "ParentNotRead"


def test_what_is_deleted_meanwhile_is_no_loss(account: str, wire: Wire, tmp_path: Path) -> None:
    wire.fail("ecs:ListServices", _denied_for(1, "ClusterNotFoundException"))
    collected = collect(tmp_path, services=["ecs"], regions=[REGION])
    assert all(row.is_complete for row in collected.coverage)
    assert len(_named(collected, "aws_ecs_service")) == 24


def test_a_second_pass_reads_what_was_throttled_out_and_what_hung_on_it(
    account: str, wire: Wire, tmp_path: Path
) -> None:
    throttled = {"left": 6}

    def answer(asked: Asked) -> AWSResponse | None:
        if throttled["left"] and "cluster-1" in str(asked.request.body):
            throttled["left"] -= 1
            return error_response(asked, "ThrottlingException", 400)
        return None

    wire.fail("ecs:ListServices", answer)
    collected = collect(tmp_path, services=["ecs"], regions=[REGION])
    assert all(row.is_complete for row in collected.coverage)
    assert len(_named(collected, "aws_ecs_service")) == 36


DETECTING = {"GetDetector", "ListPublishingDestinations", "ListFindings", "GetFindings"}


@pytest.mark.parametrize("is_on", [True, False])
def test_a_service_that_is_not_on_is_said_of_all_that_hangs_on_it(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, wire: Wire, tmp_path: Path, *, is_on: bool
) -> None:
    account = new_account()
    cloud.enter(monkeypatch, account)
    wire.fail("guardduty:ListFindings", body(b'{"findingIds": []}'))  # moto has no route
    wire.fail("guardduty:ListPublishingDestinations", body(b'{"destinations": []}'))
    if is_on:
        cloud.client("guardduty", account).create_detector(Enable=True)
    tables = [name for name in load_specs().tables() if name.startswith("aws_guardduty_")]
    collected = collect(tmp_path, services=["guardduty"], regions=[REGION], tables=tables)
    assert collected.lost() == []
    assert wire.asked["guardduty", "ListDetectors"] == 1  # one answer, two tables
    hanging = {row.operation: (row.state, row.is_off) for row in collected.coverage if row.operation in DETECTING}
    assert set(hanging) == DETECTING
    assert set(hanging.values()) == ({(ReadState.READ, False)} if is_on else {(ReadState.NOT_ENABLED, True)})


ROW = st.builds(
    lambda state, cluster, name: {
        "read": {"item": state}, "item": {"value": name}, "details": {}, "asked": {"cluster": cluster},
    },
    st.sampled_from([ReadState.READ, ReadState.READ, ReadState.READ, ReadState.QUARANTINED]),
    st.sampled_from(["a", "b"]),
    st.text(min_size=1, max_size=3),
)  # fmt: skip


@given(rows=st.lists(ROW, max_size=30), batch=st.integers(1, 4))
def test_questions_conserve_rows(rows: list[dict[str, Any]], batch: int) -> None:
    each = Each("aws_ecs_service_arn", {"cluster": "asked.cluster", "services": "value"}, batch=batch)
    found = list(questions(DESCRIBE, each, rows, "1" * 12))
    asked = [question for question in found if isinstance(question, Question)]
    pairs = [(q.params["cluster"], name) for q in asked for name in q.params["services"]]
    readable = [row for row in rows if row["read"]["item"] is ReadState.READ]
    # Two rows that lead to one question are asked for once.
    assert pairs == list(dict.fromkeys((row["asked"]["cluster"], row["item"]["value"]) for row in readable))
    assert sum(isinstance(question, Lost) for question in found) == len(rows) - len(readable)
    assert all(1 <= len(question.params["services"]) <= batch for question in asked)
    assert all(dict(question.asked) == {"cluster": question.params["cluster"]} for question in asked)
