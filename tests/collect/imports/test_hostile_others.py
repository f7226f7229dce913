"""Broken and hostile files of templates' tools and AWS's own answers: refused with a reason, never made a pass."""

from __future__ import annotations

import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.imports.reading import DATA, counts, cut, mutated, put, read, recognised_by, try_to_read
from proveonce.kernel.errors import InputError, UsageError

FILES = {
    "cfn_lint/cfn-lint.json": "cfn_lint",
    "cfn_lint/cfn-lint.sarif": "cfn_lint",
    "cfn_nag/three-files-one-broken.json": "cfn_nag",
    "cfn_nag/cfn_nag.sarif": "cfn_nag",
    "checkov/checkov.json": "checkov",
    "checkov/checkov.sarif": "checkov",
    "cdk_nag/AwsSolutions--DemoStack-NagReport.csv": "cdk_nag",
    "cdk_nag/AwsSolutions--DemoStack-NagReport.json": "cdk_nag",
    "cdk_nag/v3-validation-report.json": "cdk_nag",
    "guard/cfn-guard.sarif": "guard",
    "config/config-compliance-details.json": "config",
    "inspector2/inspector2-findings.json": "inspector2",
    "trustedadvisor/trustedadvisor-check-result.json": "trustedadvisor",
    "auditmanager/auditmanager-evidence.json": "auditmanager",
}
JSON = sorted(name for name in FILES if not name.endswith(".csv"))
EVERY = sorted(FILES)


@pytest.mark.parametrize("name", EVERY)
def test_a_sample_is_of_its_tool_alone(name: str) -> None:
    assert recognised_by(DATA / name) == {FILES[name]}
    assert read(DATA / name, FILES[name]).results


@pytest.mark.parametrize("name", EVERY)
def test_a_file_cut_short_is_refused_or_says_less(name: str, tmp_path: Path) -> None:
    whole = read(DATA / name)
    for path in cut(DATA / name, tmp_path):
        for found in try_to_read(path, FILES[name]):
            assert name.endswith(".csv"), f"{path.name}: JSON that is cut short is no JSON"
            assert len(found.results) < len(whole.results)


@pytest.mark.parametrize("name", EVERY)
def test_a_doubled_file_and_another_encoding_are_refused(name: str, tmp_path: Path) -> None:
    data, path = (DATA / name).read_bytes(), tmp_path / name.rpartition("/")[2]
    path.write_bytes(data + data)
    with pytest.raises(InputError):
        read(path, FILES[name])
    path.write_bytes(data.decode().encode("utf-16"))
    with pytest.raises((InputError, UsageError)):
        read(path, FILES[name])
    assert not try_to_read(path, FILES[name])


@pytest.mark.parametrize("name", EVERY)
def test_a_byte_order_mark_and_carriage_returns_change_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / name.rpartition("/")[2]
    path.write_bytes(b"\xef\xbb\xbf" + (DATA / name).read_text(encoding="utf-8").replace("\n", "\r\n").encode())
    assert [r.rule for r in read(path).results] == [r.rule for r in read(DATA / name).results]


@pytest.mark.parametrize("name", JSON)
def test_a_name_that_stands_twice_is_refused(name: str, tmp_path: Path) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    at = text.index("{") + 1
    with pytest.raises(InputError, match="stands twice"):
        read(put(tmp_path, name.rpartition("/")[2], f'{text[:at]}"a": 1, "a": 2, {text[at:]}'), FILES[name])


@pytest.mark.parametrize("name", JSON)
@given(seed=st.integers(0, 2**32))
def test_json_of_another_shape_is_refused_or_read(name: str, seed: int) -> None:
    value = json.loads((DATA / name).read_text(encoding="utf-8"))
    with TemporaryDirectory() as folder:
        path = put(Path(folder), name.rpartition("/")[2], json.dumps(mutated(value, seed)))
        recognised_by(path)
        try_to_read(path, FILES[name])


@pytest.mark.parametrize("name", EVERY)
@given(seed=st.integers(0, 2**32))
def test_bytes_of_another_kind_are_refused_or_read(name: str, seed: int) -> None:
    dice, data = random.Random(seed), bytearray((DATA / name).read_bytes())
    for _ in range(dice.randint(1, 8)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    with TemporaryDirectory() as folder:
        path = Path(folder) / name.rpartition("/")[2]
        path.write_bytes(data)
        recognised_by(path)
        try_to_read(path, FILES[name])


@pytest.mark.parametrize("name", EVERY)
def test_verdicts_in_words_that_nobody_knows_never_pass(name: str, tmp_path: Path) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    for word in ("PASSED", "Compliant", "COMPLIANT", "ok"):
        text = text.replace(f'"{word}"', '"fine"')
    assert not counts(read(put(tmp_path, name.rpartition("/")[2], text)))
