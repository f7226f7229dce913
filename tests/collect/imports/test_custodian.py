"""Cloud Custodian's folders: each trap of the format."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from collect.imports.reading import DATA, WRONG, counts, of, outcomes, put, read, try_to_read
from proveonce.kernel.errors import InputError, UsageError
from proveonce.model.imported import Imported, Outcome, RuleMap

SAMPLES = DATA / "custodian"
VOLUME = "vol-d0ddb3d08e95aaf23"


def rule_map(**polarity: str) -> RuleMap:
    return RuleMap(tool="custodian", title="", rules={}, fresh_for_days=7,
                   polarity={name.replace("_", "-"): what for name, what in polarity.items()})  # fmt: skip


def run(folder: Path, resources: Any, **metadata: Any) -> Path:
    """A folder of one policy, as Custodian writes it."""
    sample = json.loads((SAMPLES / "run-one-region" / "ebs-unencrypted" / "metadata.json").read_text())
    policy = folder / "run" / "policy"
    policy.mkdir(parents=True, exist_ok=True)
    put(policy, "metadata.json", sample | metadata)
    if resources is not None:
        put(policy, "resources.json", resources)
    return folder / "run"


def account_policy(matches: list[Any], **policy: Any) -> dict[str, Any]:
    """Metadata of a policy over the account itself."""
    return {
        "policy": {"name": "macie-on", "resource": "aws.account", "filters": [{"type": "check-macie"}], **policy},
        "metrics": [{"MetricName": "ResourceCount", "Value": len(matches)}],
    }


def test_a_match_is_an_observation_until_its_polarity_is_declared() -> None:
    found = read(SAMPLES / "run-one-region")
    assert {result.outcome for result in found.results} == {Outcome.UNKNOWN}
    assert any("is not declared" in note for note in found.notes)
    assert not counts(found)


def test_the_rule_map_declares_it() -> None:
    found = read(SAMPLES / "run-one-region", rules=rule_map(sg_open_ssh="fail"))
    assert [r.outcome for r in of(found, "sg-open-ssh")] == [Outcome.FAIL]
    assert [r.outcome for r in of(found, "ebs-unencrypted")] == [Outcome.UNKNOWN]


def test_the_policy_declares_it_and_the_rule_map_overrides_it(tmp_path: Path) -> None:
    path = run(tmp_path, [{"VolumeId": "v"}], policy={
        "name": "ebs-unencrypted", "resource": "aws.ebs", "metadata": {"proveonce": "fail", "severity": "high"},
    })  # fmt: skip
    [result] = read(path).results
    assert (result.outcome, result.severity) == (Outcome.FAIL, "high")
    assert read(path, rules=rule_map(ebs_unencrypted="pass")).results[0].outcome is Outcome.PASS


def test_resources_are_named_as_in_aws() -> None:
    assert {resource for _, resource in outcomes(read(SAMPLES / "run-one-region"))} == {
        VOLUME, "arn:aws:iam::123456789012:user/alice", "arn:aws:s3:::acme-demo-logs", "arn:aws:s3:::acme-demo-data",
        "arn:aws:ec2:us-east-1:123456789012:security-group/sg-b4c2525412b643641",
    }  # fmt: skip
    [volume] = of(read(SAMPLES / "run-one-region"), "ebs-unencrypted")
    assert (volume.account, volume.region) == ("123456789012", "us-east-1")
    assert volume.pointer == "ebs-unencrypted/resources.json#/0"


def test_a_list_may_come_from_the_cache_and_is_dated_so() -> None:
    """The run began at 03:04:26; its cache holds for 15 minutes."""
    [volume] = of(read(SAMPLES / "run-one-region"), "ebs-unencrypted")
    assert volume.observed_at.startswith("2026-11-24T02:49:26")


def test_matches_that_are_good_prove_nothing_of_what_is_not_listed(tmp_path: Path) -> None:
    """A policy of encrypted volumes does not list the others."""
    found = read(run(tmp_path, [{"VolumeId": "v"}]), rules=rule_map(ebs_unencrypted="pass"))
    assert not counts(found)
    assert any("list only what is good" in note for note in found.notes)


def test_nothing_matched_is_no_pass(tmp_path: Path) -> None:
    found = read(run(tmp_path, [], metrics=[{"MetricName": "ResourceCount", "Value": 0}]),
                 rules=rule_map(ebs_unencrypted="fail"))  # fmt: skip
    assert not found.results
    assert "policy: nothing matched; what it looked at does not stand in the folder" in found.notes


@pytest.mark.parametrize(("polarity", "matches", "outcome"), [
    ("pass", [{"account_id": "123456789012"}], Outcome.PASS),
    ("pass", [], Outcome.FAIL),
    ("fail", [{"account_id": "123456789012"}], Outcome.FAIL),
    ("fail", [], Outcome.PASS),
])  # fmt: skip
def test_of_the_account_itself_both_outcomes_are_proven(
    tmp_path: Path, polarity: str, matches: list[Any], outcome: Outcome
) -> None:
    found = read(run(tmp_path, matches, **account_policy(matches, metadata={"proveonce": polarity})))
    [result] = found.results
    assert (result.outcome, result.resource) == (outcome, "arn:aws:iam::123456789012:root")
    assert counts(found) == (outcome is Outcome.PASS)


def test_of_the_account_nothing_is_proven_without_polarity_or_run(tmp_path: Path) -> None:
    assert read(run(tmp_path, [], **account_policy([]))).results[0].outcome is Outcome.UNKNOWN
    failed = account_policy([], metadata={"proveonce": "fail"}) | {"metrics": [{"MetricName": "PolicyException"}]}
    assert read(run(tmp_path, [], **failed)).results[0].outcome is Outcome.ERROR


def test_a_failed_policy_is_an_error_and_a_gap() -> None:
    found = read(SAMPLES / "run-with-error")
    [result] = of(found, "bad-op")
    assert result.outcome is Outcome.ERROR
    assert found.gaps == ["bad-op: the policy failed"]


def test_what_an_older_run_left_behind_is_not_read() -> None:
    found = read(SAMPLES / "run-stale", rules=rule_map(bad_op="fail"))
    assert [(r.outcome, r.resource) for r in found.results] == [(Outcome.ERROR, "")]
    assert "of an older run and is not read" in found.gaps[0]


@pytest.mark.parametrize("resources", [[], [{"VolumeId": "a"}, {"VolumeId": "b"}], None])
def test_counts_that_disagree_are_of_two_runs(tmp_path: Path, resources: Any) -> None:
    found: Imported = read(run(tmp_path, resources), rules=rule_map(ebs_unencrypted="fail"))
    assert [result.outcome for result in found.results] == [Outcome.ERROR]
    assert found.gaps


def test_regions_and_accounts_above_the_policies_are_read() -> None:
    found = read(SAMPLES / "run-two-regions")
    assert {(r.rule, r.region, r.pointer.partition("/")[0]) for r in found.results} == {
        ("ebs-unencrypted", "us-east-1", "us-east-1"), ("sg-open-ssh", "us-east-1", "us-east-1"),
    }  # fmt: skip
    assert found.about == (
        "ebs-unencrypted eu-west-1, ebs-unencrypted us-east-1, sg-open-ssh eu-west-1, sg-open-ssh us-east-1"
    )


def test_gzipped_files_of_a_bucket_are_read(tmp_path: Path) -> None:
    copytree(SAMPLES / "run-one-region" / "ebs-unencrypted", tmp_path / "ebs" / "2026" / "11" / "24" / "03")
    for path in tmp_path.rglob("*.json"):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert [result.resource for result in read(tmp_path).results] == [VOLUME]


def test_a_match_without_a_known_name_keeps_its_place(tmp_path: Path) -> None:
    policy = {"name": "p", "resource": "aws.thing-of-tomorrow"}
    [result] = read(run(tmp_path, [{"Colour": "red"}], policy=policy)).results
    assert (result.resource, result.pointer) == ("", "policy/resources.json#/0")


def test_no_value_of_a_resource_is_carried_over(tmp_path: Path) -> None:
    path = run(tmp_path, [{"VolumeId": "v", "UserData": "hunter2", "c7n:MatchedFilters": ["Encrypted"]}])
    assert "hunter2" not in str(read(path))


def test_a_broken_file_is_named_by_its_place(tmp_path: Path) -> None:
    path = run(tmp_path, [{"VolumeId": "v"}])
    (path / "policy" / "resources.json").write_text('[{"VolumeId": "v"}')
    with pytest.raises(InputError, match=r"run/policy/resources\.json:1"):
        read(path)


@pytest.mark.parametrize("wrong", WRONG)
def test_metadata_of_another_shape_is_refused_or_read(tmp_path: Path, wrong: Any) -> None:
    for name in ("policy", "execution", "config", "metrics", "version"):
        for found in try_to_read(run(tmp_path, [{"VolumeId": "v"}], **{name: wrong}), "custodian"):
            assert not counts(found)
    for found in try_to_read(run(tmp_path, [wrong]), "custodian"):
        assert not counts(found)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "metadata.json", {"name": "x"})
    with pytest.raises(UsageError, match="no format that we know"):
        read(tmp_path)
