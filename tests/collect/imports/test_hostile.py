"""Broken and hostile files, of every reader: refused with a reason, never half-read, never made a pass."""

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
    "prowler/v3.16.17.csv": "prowler",
    "prowler/v4.6.2.csv": "prowler",
    "prowler/v5.46.0.csv": "prowler",
    "prowler/v3.16.17.ocsf.json": "prowler",
    "prowler/v4.6.2.ocsf.json": "prowler",
    "prowler/v5.46.0.ocsf.json": "prowler",
    "prowler/v5.46.0.asff.json": "prowler",
    "securityhub/get-findings.json": "securityhub",
    "scoutsuite/scoutsuite_results_aws-123456789012.js": "scoutsuite",
    "powerpipe/powerpipe-benchmark.json": "powerpipe",
    "powerpipe/powerpipe-benchmark.csv": "powerpipe",
    "conformity/conformity-checks-page0.json": "conformity",
    "conformity/vision-one-checks.json": "conformity",
    "cloudguard/cloudguard-assessment.json": "cloudguard",
    "cloudguard/cloudguard-findings-search.json": "cloudguard",
}
JSON = sorted(name for name in FILES if not name.endswith(".csv"))


def _value(name: str) -> object:
    text = (DATA / name).read_text(encoding="utf-8")
    return json.loads(text.partition("\n")[2] if name.endswith(".js") else text)


def _text(name: str, value: object) -> str:
    return ("scoutsuite_results =\n" if name.endswith(".js") else "") + json.dumps(value)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_sample_is_of_its_tool_alone(name: str) -> None:
    recognised = recognised_by(DATA / name)
    assert recognised - {"securityhub"} == {FILES[name]} - {"securityhub"}
    assert read(DATA / name).tool == FILES[name]
    assert read(DATA / name).results


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_cut_short_is_refused_or_says_less(name: str, tmp_path: Path) -> None:
    whole = read(DATA / name)
    for path in cut(DATA / name, tmp_path):
        for found in try_to_read(path, FILES[name]):
            assert name.endswith(".csv"), f"{path.name}: JSON that is cut short is no JSON"
            assert len(found.results) < len(whole.results)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_doubled_file_is_refused(name: str, tmp_path: Path) -> None:
    data = (DATA / name).read_bytes()
    path = tmp_path / name.rpartition("/")[2]
    path.write_bytes(data + data)
    with pytest.raises(InputError):
        read(path, FILES[name])


@pytest.mark.parametrize("name", sorted(FILES))
def test_another_encoding_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name.rpartition("/")[2]
    path.write_bytes((DATA / name).read_text(encoding="utf-8").encode("utf-16"))
    with pytest.raises((InputError, UsageError)):
        read(path, FILES[name])
    assert not try_to_read(path, FILES[name])


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_byte_order_mark_and_carriage_returns_change_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / name.rpartition("/")[2]
    text = (DATA / name).read_text(encoding="utf-8")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert [r.rule for r in read(path).results] == [r.rule for r in read(DATA / name).results]


@pytest.mark.parametrize("name", JSON)
def test_a_name_that_stands_twice_is_refused(name: str, tmp_path: Path) -> None:
    text = _text(name, _value(name))
    at = text.index("{") + 1
    path = put(tmp_path, name.rpartition("/")[2], f'{text[:at]}"a": 1, "a": 2, {text[at:]}')
    with pytest.raises(InputError, match="stands twice"):
        read(path, FILES[name])


@pytest.mark.parametrize("name", JSON)
@given(seed=st.integers(0, 2**32))
def test_json_of_another_shape_is_refused_or_read(name: str, seed: int) -> None:
    with TemporaryDirectory() as folder:
        path = put(Path(folder), name.rpartition("/")[2], _text(name, mutated(_value(name), seed)))
        try_to_read(path, FILES[name])


@pytest.mark.parametrize("name", sorted(FILES))
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


@pytest.mark.parametrize("name", JSON)
def test_verdicts_in_words_that_nobody_knows_never_pass(name: str, tmp_path: Path) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    for word in ("PASSED", "PASS", "SUCCESS", "Success", '"ok"'):
        text = text.replace(f'"{word.strip(chr(34))}"', '"Compliant-ish"')
    if FILES[name] not in {"scoutsuite", "cloudguard"}:  # their verdicts are counts and flags
        assert not counts(read(put(tmp_path, name.rpartition("/")[2], text)))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "0", '"x"', "[[]]", "[" * 100_000, "a,b\n1,2\n", "\x00"])
def test_a_file_of_nobodys_is_refused(text: str, tmp_path: Path) -> None:
    path = put(tmp_path, "what.json", text)
    with pytest.raises(UsageError, match="no format that we know"):
        read(path)
    for tool in set(FILES.values()):
        assert not any(map(counts, try_to_read(path, tool)))
