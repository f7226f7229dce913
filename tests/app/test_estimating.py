"""Estimates of calls and cost: from what a run asked, else a floor that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from awslab.cloud import Cloud, new_account
from awslab.collected import collect
from proveonce.app.collecting import planned_calls
from proveonce.app.estimating import estimate
from proveonce.model.workspace import Workspace


def test_without_a_run_a_listing_is_one_call_and_the_figure_is_a_floor(tmp_path: Path) -> None:
    workspace = Workspace(root=tmp_path)
    plans = planned_calls(workspace, ["us-east-1"])
    expected = estimate(workspace, plans)
    assert (expected.calls, expected.is_floor) == (len(plans), True)
    assert "no run" in expected.basis


def test_a_run_tells_what_is_asked_for_each_item_in_each_place(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    account = new_account()
    for _ in range(3):
        cloud.client("kms", account).create_key()
    cloud.enter(monkeypatch, account)
    collect(tmp_path, services=["kms"])
    workspace = Workspace(root=tmp_path)
    plans = [p for p in planned_calls(workspace, ["us-east-1", "eu-west-1"]) if p.call.key == "kms:ListKeys"]
    expected = estimate(workspace, plans)
    assert expected.by_operation["kms:ListKeys"] == 2
    assert expected.by_operation["kms:DescribeKey"] == 3 * 2
    assert not expected.is_floor
    assert expected.usd == pytest.approx(expected.calls * 3e-6), "KMS charges three dollars a million requests"
    more = estimate(workspace, planned_calls(workspace, ["us-east-1"]))
    assert more.is_floor
    assert "counted once" in more.basis
