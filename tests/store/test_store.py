"""The store: what was written is read back, and any change to it is found and named."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.errors import EvidenceError, StoreError, UsageError
from proveonce.model.evidence import Artefact, Run
from proveonce.store import Store
from store import evidence

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=8,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "evidence" / "store")


# What is written is read back.


@given(st.lists(VALUES, max_size=6))
@settings(max_examples=40, deadline=None)
def test_lines_are_the_canonical_bytes_in_order(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    artefact = evidence.write(store, rows)
    assert list(store.lines(artefact)) == [canonical(row) for row in rows]
    plain = b"".join(canonical(row) + b"\n" for row in rows)
    assert (artefact.digest, artefact.length, artefact.rows) == (digest(plain), len(plain), len(rows))


def test_an_artefact_of_many_chunks_is_read_back_and_its_stored_bytes_are_recorded(store: Store) -> None:
    rows = [{"n": n, "noise": hashlib.sha256(str(n).encode()).hexdigest() * 8} for n in range(6000)]
    artefact = evidence.write(store, rows)
    stored = evidence.path_of(store, artefact).read_bytes()
    assert artefact.length > 3 * 2**20
    assert (digest(stored), len(stored)) == (artefact.stored_digest, artefact.stored_length)
    assert [json.loads(line)["n"] for line in store.lines(artefact)] == list(range(6000))
    assert zstandard.ZstdDecompressor().decompressobj().decompress(stored).count(b"\n") == 6000


def test_equal_data_has_an_equal_digest_and_is_stored_once(store: Store) -> None:
    one = evidence.write(store, [{"a": 1, "b": [2, 3]}])
    stored = evidence.path_of(store, one).stat()
    other = evidence.write(store, [{"b": [2, 3], "a": 1.0}], table="aws_ec2_volume")
    assert other == replace(one, table="aws_ec2_volume")
    assert evidence.path_of(store, one).stat().st_ino == stored.st_ino
    assert len(list(store.root.rglob("*.zst"))) == 1


@pytest.mark.parametrize("rows", [[{"a": 2, "b": [2, 3]}], [{"a": 1, "b": [3, 2]}], [{"a": 1}, {"b": [2, 3]}], []])
def test_other_data_has_another_digest(store: Store, rows: list[Any]) -> None:
    assert evidence.write(store, rows).digest != evidence.write(store, [{"a": 1, "b": [2, 3]}]).digest


def test_an_artefact_that_was_damaged_is_mended_when_the_same_data_is_collected_again(store: Store) -> None:
    run = evidence.commit(store)
    path = evidence.path_of(store, run.artefacts[0])
    path.write_bytes(b"damaged")
    with pytest.raises(EvidenceError):
        evidence.sound(store)
    evidence.write(store, [*evidence.ROWS, 0])
    evidence.write(store, [0], table="", kind="calls")
    assert evidence.sound(store) == [run.id]


def test_every_truncation_and_anything_appended_is_mended_when_the_same_data_is_collected_again(store: Store) -> None:
    """Also a frame without its end, which a lenient reader takes for a whole one."""
    artefact = evidence.write(store, [0])
    path = evidence.path_of(store, artefact)
    whole = path.read_bytes()
    without_end = whole[:6] + bytes([whole[6] ^ 1]) + whole[7:]  # RFC 8878 section 3.1.1.2: no last block
    assert zstandard.ZstdDecompressor().stream_reader(without_end).read() == b"0\n"
    other = zstandard.ZstdCompressor().compress(b"1\n")
    for damaged in (without_end, *(whole[:end] for end in range(len(whole))), whole + b"\0", whole + whole, other):
        path.write_bytes(damaged)
        assert evidence.write(store, [0]) == artefact
        assert path.read_bytes() == whole


def test_an_artefact_that_another_compressor_wrote_is_kept_as_it_is(store: Store) -> None:
    """A newer zstd may compress otherwise; the stored bytes that an older run recorded must not change."""
    artefact = evidence.write(store)
    path = evidence.path_of(store, artefact)
    plain = b"".join(line + b"\n" for line in store.lines(artefact))
    other = zstandard.ZstdCompressor(level=19, write_checksum=True).compress(plain)
    assert other != path.read_bytes()
    path.write_bytes(other)
    again = evidence.write(store)
    assert (again.stored_digest, path.read_bytes()) == (digest(other), other)
    assert len(list(store.lines(again))) == 2


def _breaks_off(store: Store) -> None:
    with store.writer(kind="items") as writer:
        writer.write({"a": 1})
        raise KeyError


def test_a_writer_that_is_left_without_closing_leaves_nothing(store: Store) -> None:
    with store.writer(kind="items") as writer:
        writer.write({"a": 1})
    with pytest.raises(KeyError):
        _breaks_off(store)
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_what_has_no_canonical_form_is_refused_and_leaves_nothing(store: Store) -> None:
    with pytest.raises(TypeError), store.writer(kind="items") as writer:
        writer.write({"a": object()})
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_a_committed_run_is_read_back_whole(store: Store) -> None:
    run = evidence.commit(store)
    assert store.runs() == [run]
    assert store.run() == store.run(run.id) == run
    data = (store.root / "runs" / f"{run.id}.json").read_bytes()
    assert (digest(data), canonical(json.loads(data))) == (run.digest, data)
    assert run.manifest["_type"] == "https://in-toto.io/Statement/v1"
    assert [s["digest"]["sha256"] for s in run.manifest["subject"]] == [a.digest for a in run.artefacts]
    assert run.id == f"run-20261124T000000Z-{run.digest[:8]}"


def test_runs_are_listed_oldest_first_and_the_latest_is_the_default(store: Store) -> None:
    runs = [evidence.commit(store, number) for number in (7, 3, 5)]
    assert [run.started_at[17:19] for run in store.runs()] == ["03", "05", "07"]
    assert store.run().id == runs[0].id


def test_the_order_of_the_parts_does_not_matter(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other")
    for target, step in ((store, 1), (other, -1)):
        parts = [evidence.write(target, [n], table=f"aws_s3_t{n}") for n in range(3)]
        target.commit(evidence.predicate(), parts[::step])
    assert store.run() == other.run()


def test_a_run_is_never_overwritten(store: Store) -> None:
    run = evidence.commit(store)
    path = store.root / "runs" / f"{run.id}.json"
    before = path.stat()
    with pytest.raises(EvidenceError, match="is committed already"):
        evidence.commit(store)
    assert path.stat() == before
    assert evidence.sound(store) == [run.id]


def test_a_run_whose_artefact_vanished_is_not_committed(store: Store) -> None:
    artefact = evidence.write(store)
    evidence.path_of(store, artefact).unlink()
    with pytest.raises(EvidenceError, match=r"aws_s3_bucket\.jsonl vanished"):
        store.commit(evidence.predicate(), [artefact])
    assert store.runs() == []


def test_without_runs_and_with_a_wrong_name_the_error_says_what_to_do(store: Store) -> None:
    assert store.runs() == []
    with pytest.raises(UsageError) as caught:
        store.run()
    assert caught.value.fix == "run: proveonce collect"
    run = evidence.commit(store)
    with pytest.raises(UsageError) as caught:
        store.run(run.id[:-1] + "x")
    assert run.id in caught.value.fix
    for name in ("../../etc/passwd", "", ".", "run-x/../" + run.id, "x" * 300):
        with pytest.raises(UsageError):
            store.run(name)


# Any change is found and named.


def _refused(store: Store, artefact: Artefact) -> None:
    """Both ways to read refuse it and name the file, before anything is made of it."""
    for read in (lambda: store.verified(artefact), lambda: list(store.lines(artefact))):
        with pytest.raises(EvidenceError) as caught:
            read()
        assert caught.value.where == str(evidence.path_of(store, artefact))


def test_every_flipped_bit_of_an_artefact_is_found(store: Store) -> None:
    artefact = evidence.write(store)
    path = evidence.path_of(store, artefact)
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[position] ^= 1 << bit
            path.write_bytes(changed)
            with pytest.raises(EvidenceError, match=r"aws_s3_bucket\.jsonl does not hold the bytes"):
                store.verified(artefact)
        _refused(store, artefact)
    path.write_bytes(whole)
    assert store.verified(artefact) == path


def test_every_truncation_and_anything_appended_is_found(store: Store) -> None:
    artefact = evidence.write(store)
    path = evidence.path_of(store, artefact)
    whole = path.read_bytes()
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        _refused(store, artefact)
    frame = zstandard.ZstdCompressor().compress(b'{"x":1}\n')
    for tail in (b"\0", b"\n", frame, whole, b"\x50\x2a\x4d\x18\x01\0\0\0x"):  # the last: a skippable frame
        path.write_bytes(whole + tail)
        _refused(store, artefact)


def _plain(store: Store, artefact: Artefact) -> bytes:
    return b"".join(line + b"\n" for line in store.lines(artefact))


def _compressed_anew(store: Store, artefact: Artefact) -> bytes:
    return zstandard.ZstdCompressor(level=19, write_checksum=True).compress(_plain(store, artefact))


def _other(store: Store, _artefact: Artefact) -> bytes:
    return evidence.path_of(store, evidence.write(store, [1])).read_bytes()


@pytest.mark.parametrize("make", [_plain, _compressed_anew, _other, lambda _store, _artefact: b""])
def test_other_bytes_in_an_artefacts_place_are_found(store: Store, make: Callable[[Store, Artefact], bytes]) -> None:
    artefact = evidence.write(store)
    evidence.path_of(store, artefact).write_bytes(make(store, artefact))
    _refused(store, artefact)


def test_a_missing_artefact_and_what_is_no_file_are_found(store: Store) -> None:
    artefact = evidence.write(store)
    path = evidence.path_of(store, artefact)
    path.unlink()
    _refused(store, artefact)
    path.symlink_to("nowhere")
    _refused(store, artefact)
    path.unlink()
    path.mkdir()
    _refused(store, artefact)


@pytest.mark.parametrize(
    "lie", [{"length": 1}, {"digest": "0" * 64}, {"stored_length": 1}, {"stored_digest": "0" * 64}]
)
def test_an_artefact_is_held_to_each_fact_recorded_of_it(store: Store, lie: dict[str, Any]) -> None:
    artefact = replace(evidence.write(store), **lie)
    for read in (lambda: store.verified(artefact), lambda: list(store.lines(artefact))):
        with pytest.raises(EvidenceError):
            read()


@pytest.mark.parametrize("junk", [b"", b"no frame", b"\x28\xb5\x2f\xfd\xff\xff\xff\xff", b'{"a":1}\n'])
def test_a_manifest_that_records_what_is_no_frame_is_refused_and_the_file_named(store: Store, junk: bytes) -> None:
    """The facts of the stored bytes agree, so the decompressor sees them."""
    artefact = evidence.write(store)
    evidence.path_of(store, artefact).write_bytes(junk)
    _refused(store, replace(artefact, stored_digest=digest(junk), stored_length=len(junk)))


def test_no_file_stays_open(store: Store) -> None:
    def handles() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names are enough

    gc.collect()
    before = handles()
    for number in range(5):
        evidence.commit(store, number)
        evidence.write(store)  # there already
        with pytest.raises(KeyError):
            _breaks_off(store)
        store.verified(store.run().artefacts[0])
        with contextlib.closing(store.lines(store.run().artefacts[0])) as lines:  # type: ignore[type-var]  # a generator can be closed
            next(lines)
    assert handles() == before


def test_every_changed_byte_of_a_manifest_is_found_and_named(store: Store) -> None:
    run = evidence.commit(store)
    evidence.commit(store, 1)
    path = store.root / "runs" / f"{run.id}.json"
    whole = path.read_bytes()
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << (position % 8)
        path.write_bytes(changed)
        with pytest.raises(EvidenceError) as caught:
            store.run(run.id)
        assert caught.value.where == str(path)
    with pytest.raises(EvidenceError, match=run.id):
        store.runs()
    path.write_bytes(whole)
    assert evidence.sound(store) == [run.id, store.run().id]


@pytest.mark.parametrize("end", [0, 1, 100, -1])
def test_a_truncated_manifest_is_found(store: Store, end: int) -> None:
    run = evidence.commit(store)
    path = store.root / "runs" / f"{run.id}.json"
    path.write_bytes(path.read_bytes()[:end])
    for read in (store.runs, store.run, lambda: store.run(run.id)):
        with pytest.raises(EvidenceError):
            read()


def test_swapped_and_renamed_manifests_are_found(store: Store) -> None:
    one, other = evidence.commit(store, 1), evidence.commit(store, 2)
    folder = store.root / "runs"
    paths = [folder / f"{run.id}.json" for run in (one, other)]
    data = [path.read_bytes() for path in paths]
    paths[0].write_bytes(data[1])
    with pytest.raises(EvidenceError, match="was changed"):
        store.run(one.id)
    paths[0].write_bytes(data[0])
    for name in ("run-20261124T000003Z-" + one.digest[:8], "run-" + one.digest[:8]):
        paths[0].rename(folder / f"{name}.json")
        with pytest.raises(EvidenceError, match="was changed"):
            store.run(name)
        (folder / f"{name}.json").rename(paths[0])
    assert evidence.sound(store) == [one.id, other.id]


HOSTILE = [
    b"", b"null", b"[]", b"{}", b"5", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"predicate":[]}',
    b'{"predicate":{"started_at":5}}', b'{"predicate":{"started_at":"","artefacts":[]}}',
    b'{"predicate":{"started_at":"2026","artefacts":[{"evil":1}]}}',
]  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: repr(data[:30]))
def test_a_forged_manifest_with_a_fitting_name_is_refused_without_a_traceback(store: Store, data: bytes) -> None:
    folder = store.root / "runs"
    folder.mkdir(parents=True)
    name = f"run-20261124T000000Z-{digest(data)[:8]}"
    (folder / f"{name}.json").write_bytes(data)
    with pytest.raises(EvidenceError):
        store.run(name)


def test_what_a_crash_leaves_in_the_folders_is_no_run(store: Store) -> None:
    run = evidence.commit(store)
    (store.root / "runs" / ".abc.tmp").write_text("{")
    (store.root / "tmp" / "x.zst").write_text("half")
    (store.root / "runs" / "notes.txt").write_text("mine")
    assert evidence.sound(store) == [run.id]


# The key of the commitments.


def test_the_commitment_key_is_made_once_and_is_for_its_owner_only(store: Store) -> None:
    key = store.commitment_key()
    assert len(key) == 32
    assert Store(store.root).commitment_key() == key
    assert Store(store.root.parent / "other").commitment_key() != key
    assert stat.S_IMODE((store.root / "commitment.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("data", [b"", b"short", b"x" * 31, b"x" * 33])
def test_a_damaged_commitment_key_is_never_used(store: Store, data: bytes) -> None:
    """An empty key would make commitments plain hashes, open to guessing."""
    store.root.mkdir(parents=True)
    (store.root / "commitment.key").write_bytes(data)
    with pytest.raises(EvidenceError, match="commitment key is damaged"):
        store.commitment_key()


# A store that cannot be written.


def _work(store: Store, number: int = 0) -> Run:
    store.commitment_key()
    return evidence.commit(store, number)


@pytest.mark.parametrize("taken", ["", "tmp", "artefacts", "runs", "commitment.key"])
def test_a_file_where_a_folder_belongs_is_a_clean_error(store: Store, taken: str) -> None:
    path = store.root / taken if taken else store.root
    path.parent.mkdir(parents=True)
    if taken == "commitment.key":
        path.mkdir()
    else:
        path.write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written") as caught:
        _work(store)
    assert str(store.root) in caught.value.where
    assert caught.value.fix
    assert caught.value.exit_code == 1


# Without the rights; in a child, because root may do anything until it gives that up.

NOBODY = 65534


def _as_nobody(work: Callable[[], Any]) -> str:
    """What `work` raises in a process without rights: the error's type and text, or nothing."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - the child is not measured
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
            work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent tells
            os.write(writer, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read().decode()
    os.waitpid(child, 0)
    return told


@pytest.fixture
def readable() -> Iterator[Store]:
    """A store of one run that anybody may read and write; pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        evidence.commit(store)
        store.commitment_key()
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        yield store
        for path in (Path(folder), *(p for p in Path(folder).rglob("*") if p.is_dir())):
            path.chmod(0o700)


def test_another_user_may_share_a_store_that_is_open_to_all(readable: Store) -> None:
    assert _as_nobody(lambda: (_work(readable, 1), evidence.sound(readable))) == ""
    assert len(readable.runs()) == 2


@pytest.mark.parametrize("closed", ["tmp", "artefacts", "runs"])
def test_a_folder_without_write_permission_is_a_clean_error(readable: Store, closed: str) -> None:
    folders = [readable.root / closed, *(p for p in (readable.root / closed).rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    told = _as_nobody(lambda: _work(readable, 1))
    assert told.startswith(f"StoreError: {readable.root / closed}")
    assert "Permission denied" in told
    assert len(evidence.sound(readable)) == 1


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o333], ids=oct)
@pytest.mark.parametrize("closed", ["", "runs", "artefacts"])
def test_a_store_that_may_not_be_read_is_never_taken_for_an_empty_one(readable: Store, closed: str, mode: int) -> None:
    known = readable.run().id
    reads: dict[str, Callable[[], Any]] = {
        "runs": readable.runs, "latest": readable.run, "named": lambda: readable.run(known),
        "unknown": lambda: readable.run("run-x"), "all": lambda: evidence.sound(readable),
    }  # fmt: skip
    (readable.root / closed).chmod(mode)
    told = {name: _as_nobody(read) for name, read in reads.items()}
    listable = closed != "runs" or mode == 0o444
    for name, text in told.items():
        assert text == "" or text.startswith(("EvidenceError", "UsageError: ")), (name, text)
        assert "no evidence was collected" not in text
    if closed == "runs":
        assert told["runs"].startswith("EvidenceError"), "a manifest of it cannot be opened, or none be listed"
        assert "cannot be read" in told["runs"]
        assert listable or "the runs cannot be read" in told["runs"]


def test_a_commit_that_may_not_look_at_its_artefacts_is_a_clean_error(readable: Store) -> None:
    parts = list(readable.run().artefacts)
    (readable.root / "artefacts").chmod(0o600)
    told = _as_nobody(lambda: readable.commit(evidence.predicate(), parts))
    assert told.startswith("StoreError")
    assert "Permission denied" in told
