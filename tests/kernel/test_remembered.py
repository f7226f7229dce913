"""The cache: what it gives is what the function gives, whatever stands in its folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proveonce.kernel.remembered import remembered


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own."""
    monkeypatch.setenv("PROVEONCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Asked:
    """Counts how often it is asked."""

    def __init__(self, value: Any = None) -> None:
        self.times = 0
        self._value = value

    def __call__(self) -> Any:
        self.times += 1
        return self._value or {"asked": self.times, "ß": [1, None, True, "\ud800"]}


@pytest.mark.usefixtures("folder")
def test_a_value_is_asked_once_for_equal_facts_and_anew_for_others() -> None:
    asked = Asked()
    first = remembered("thing", {"a": 1}, asked)
    assert first == {"asked": 1, "ß": [1, None, True, "\ud800"]}
    assert remembered("thing", {"a": 1}, asked) == first
    assert remembered("thing", {"a": 2}, asked)["asked"] == 2
    assert remembered("other", {"a": 1}, asked)["asked"] == 3


def test_what_is_kept_under_other_code_is_not_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()
    remembered("thing", {}, asked)
    monkeypatch.setattr("proveonce.kernel.remembered._code", lambda: "other")
    remembered("thing", {}, asked)
    assert asked.times == len(list(folder.iterdir())) == 2


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _change(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"asked": 1', b'"asked": 7'))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _not_text(path: Path) -> None:
    path.write_bytes(b"\xff\n{}")


def _open(path: Path) -> None:
    path.chmod(0o666)


def _open_folder(path: Path) -> None:
    path.parent.chmod(0o777)


@pytest.mark.parametrize("spoil", [_cut, _change, _empty, _not_text, _open, _open_folder])
def test_what_is_damaged_or_open_to_others_is_asked_anew(folder: Path, spoil: Callable[[Path], None]) -> None:
    if spoil in (_open, _open_folder) and os.name != "posix":
        pytest.skip("modes are POSIX")
    asked = Asked()
    remembered("thing", {}, asked)
    (path,) = folder.iterdir()
    spoil(path)
    assert remembered("thing", {}, asked)["asked"] == 2


def test_where_nothing_can_be_kept_the_value_is_given_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("PROVEONCE_CACHE", str(tmp_path / "file" / "cache"))
    asked = Asked()
    assert [remembered("thing", {}, asked)["asked"] for _ in range(2)] == [1, 2]


def test_an_error_is_not_kept(folder: Path) -> None:
    def fail() -> Any:
        raise LookupError("no")

    for _ in range(2):
        with pytest.raises(LookupError):
            remembered("thing", {}, fail)
    assert not folder.exists()


def test_few_values_of_a_name_are_kept(folder: Path) -> None:
    for number in range(12):
        remembered("thing", {"number": number}, Asked())
    remembered("other", {}, Asked())
    assert len(list(folder.glob("thing-*.json"))) == 8
    assert len(list(folder.iterdir())) == 9


def test_a_user_without_a_home_is_given_the_value_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose user has no entry and no HOME."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("PROVEONCE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    asked = Asked()
    assert [remembered("thing", {}, asked)["asked"] for _ in range(2)] == [1, 2]
