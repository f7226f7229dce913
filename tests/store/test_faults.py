"""Committing is atomic: killed or refused at any step, a run is there wholly or not at all, earlier runs unharmed."""

from __future__ import annotations

import errno
import gc
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from proveonce.kernel.errors import EvidenceError, ProveonceError, StoreError
from proveonce.store import Store
from store import evidence

STEPS = ("fsync", "link", "replace", "rename", "unlink", "mkdir", "open", "write", "close")
"""What the system is asked to do; a run can be cut before each one and after the last."""


class Counter:
    """Stands before the system calls of this process: calls `at` in place of step number `stop`."""

    def __init__(self, stop: int, at: Callable[[str], Any]) -> None:
        self.stop = stop
        self.at = at
        self.seen: list[str] = []

    def install(self, patch: pytest.MonkeyPatch) -> None:
        for name in STEPS:
            patch.setattr(os, name, self._counted(name, getattr(os, name)))

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            self.seen.append(name)
            if len(self.seen) == self.stop:
                self.at(name)
            return real(*arguments, **named)

        return step


def _new_run(store: Store) -> None:
    """A run as a collection makes one: key, several artefacts, one of them stored before, commit."""
    store.commitment_key()
    parts = [evidence.write(store, [*evidence.ROWS, 0]), evidence.write(store, [99], table="aws_ec2_volume")]
    parts.append(evidence.write(store, [], table="aws_rds_db_instance"))
    store.commit(evidence.predicate("2026-11-24T00:00:59.000000Z"), parts)


def _in_child(work: Callable[[], Any]) -> int:
    """Runs `work` in a forked process; its wait status, exit code 1 for an exception."""
    child = os.fork()
    if child == 0:  # pragma: no cover - the child is not measured
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def _earlier(tmp_path: Path) -> tuple[Store, str]:
    store = Store(tmp_path / "store")
    return store, evidence.commit(store, 0).id


def test_killed_before_every_step_the_run_is_wholly_there_or_not_at_all(tmp_path: Path) -> None:
    def killed_at(store: Store, stop: int) -> Callable[[], None]:
        def work() -> None:
            Counter(stop, lambda _name: os.kill(os.getpid(), signal.SIGKILL)).install(pytest.MonkeyPatch())
            _new_run(store)

        return work

    outcomes: list[int] = []
    for stop in range(1, 200):
        store, earlier = _earlier(tmp_path / str(stop))
        status = _in_child(killed_at(store, stop))
        runs = evidence.sound(store)
        assert runs[0] == earlier
        outcomes.append(len(runs))
        if not os.WIFSIGNALED(status):
            assert os.WEXITSTATUS(status) == 0
            break
        # Killed, and then done again: the run is there, whatever was left behind.
        if len(runs) == 1:
            _new_run(store)
            assert len(evidence.sound(store)) == 2
        assert len(store.commitment_key()) == 32
    assert outcomes == sorted(outcomes), "once it is there it stays"
    assert set(outcomes) == {1, 2}
    assert 25 < len(outcomes) < 199


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EDQUOT])
def test_refused_at_every_step_the_error_is_clean_and_nothing_is_lost(tmp_path: Path, code: int) -> None:
    def refuse(_name: str) -> None:
        raise OSError(code, os.strerror(code))

    for stop in range(1, 200):
        store, earlier = _earlier(tmp_path / str(stop))
        counter = Counter(stop, refuse)
        with pytest.MonkeyPatch.context() as patch:
            counter.install(patch)
            refusal = _outcome(store)
        refused = isinstance(refusal, StoreError)
        assert refused is (refusal is not None)
        assert not refused or os.strerror(code) in str(refusal)
        assert evidence.sound(store)[0] == earlier
        if refused:  # and then done again: that it was committed after all is fine
            again = _outcome(store)
            assert again is None or "is committed already" in str(again)
        elif len(counter.seen) < stop:
            break
        assert len(evidence.sound(store)) == 2, f"step {stop}, {counter.seen[stop - 1]}"
    else:
        pytest.fail("the work never ended")
    assert stop > 25


def _outcome(store: Store) -> Exception | None:
    try:
        _new_run(store)
    except ProveonceError as error:
        return error
    return None


def test_nothing_is_left_aside_when_the_system_refuses_a_write(tmp_path: Path) -> None:
    store, _ = _earlier(tmp_path)
    before = {path for path in store.root.rglob("*") if path.is_file()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        with pytest.raises(StoreError):
            evidence.write(store, [1, 2, 3])
    gc.collect()
    assert {path for path in store.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("limit", [0, 100, 2_000, 40_000])
def test_a_full_disk_is_a_clean_error_and_earlier_runs_are_unharmed(tmp_path: Path, limit: int) -> None:
    """The system itself refuses to write beyond `limit` bytes."""
    store, earlier = _earlier(tmp_path)

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        noise = [os.urandom(64).hex() for _ in range(3_000)]
        with pytest.raises(StoreError, match="File too large"):
            evidence.write(store, noise)

    assert _in_child(work) == 0
    assert evidence.sound(store) == [earlier]
    assert list((store.root / "tmp").iterdir()) == []


def test_artefacts_and_folders_are_durable_before_the_manifest_is(tmp_path: Path) -> None:
    """Every file is synced before it gets its name, every folder after, and `runs/` last of all."""
    store = Store(tmp_path / "store")
    order: list[str] = []
    synced: dict[int, int] = {}
    real_fsync, real_link = os.fsync, os.link

    def fsync(handle: int) -> None:
        synced[os.fstat(handle).st_ino] = os.fstat(handle).st_size
        order.append("sync " + str(Path(f"/proc/self/fd/{handle}").readlink()).removeprefix(str(store.root)))
        real_fsync(handle)

    def link(source: Any, target: Any) -> None:
        order.append("name " + str(target).removeprefix(str(store.root)))
        real_link(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        patch.setattr(os, "link", link)
        run = evidence.commit(store)
    for file in (*(evidence.path_of(store, a) for a in run.artefacts), store.root / "runs" / f"{run.id}.json"):
        assert synced[file.stat().st_ino] == file.stat().st_size, "whole when it was synced, nothing left in a buffer"
    for artefact in run.artefacts:
        path = str(evidence.path_of(store, artefact)).removeprefix(str(store.root))
        named = order.index(f"name {path}")
        assert order[named - 1].startswith("sync /tmp/")
        assert order[named + 1] == f"sync {Path(path).parent}"
    manifest = order.index(f"name /runs/{run.id}.json")
    assert {"sync /artefacts", "sync "} <= set(order[:manifest])
    assert order[manifest - 1].startswith("sync /runs/.")
    assert order[manifest + 1 :] == ["sync /runs"]


# Several at once.


def test_concurrent_threads_lose_no_run(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    gate = threading.Barrier(8)

    def work(number: int) -> list[str]:
        gate.wait()
        keys = {store.commitment_key()}
        runs = [evidence.commit(store, number * 7 + n).id for n in range(7)]
        assert keys == {store.commitment_key()}
        return runs

    with ThreadPoolExecutor(8) as pool:
        made = [identifier for runs in pool.map(work, range(8)) for identifier in runs]
    assert sorted(evidence.sound(store)) == sorted(made)
    assert len(set(made)) == 56


def test_concurrent_processes_share_artefacts_and_lose_no_run(tmp_path: Path) -> None:
    root = tmp_path / "store"
    children = []
    for number in range(6):
        child = os.fork()
        if child == 0:  # pragma: no cover - the child is not measured
            code = 1
            try:
                store = Store(root)
                for n in range(8):
                    shared = evidence.write(store, evidence.ROWS)
                    store.commit(evidence.predicate(f"2026-11-24T00:{number:02d}:{n:02d}.000000Z"), [shared])
                (tmp_path / f"key-{number}").write_bytes(store.commitment_key())
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 6
    assert len(evidence.sound(Store(root))) == 48
    assert len({(tmp_path / f"key-{number}").read_bytes() for number in range(6)}) == 1
    assert len(list(root.rglob("*.zst"))) == 1


def test_of_many_that_commit_the_same_run_exactly_one_does(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    parts = [evidence.write(store)]
    gate = threading.Barrier(8)

    def work(_number: int) -> bool:
        gate.wait()
        try:
            store.commit(evidence.predicate(), parts)
        except EvidenceError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(8))) == [False] * 7 + [True]
    assert len(evidence.sound(store)) == 1
    assert [path.name for path in (store.root / "runs").iterdir()] == [f"{store.run().id}.json"]
