"""`attestations`, `vendors`, `risks`: what ends is said, what is added is kept, gates are met or not."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from content.register_files import ACCEPTANCE, SOC2, VENDOR, shipped, write

Run = Callable[..., tuple[int, str, str]]
LETTER = (
    "attestations", "add", "--kind", "bridge_letter", "--id", "BL-1", "--title", "Bridge letter", "--scope",
    "The platform", "--issued-on", "2026-02-01", "--issuer", "Us", "--period-start", "2026-01-01",
    "--period-end", "2026-01-31",
)  # fmt: skip
RISK = (
    "risks", "add", "--control", "CRY-02", "--title", "Old database", "--reason", "It ends soon.", "--risk-owner",
    "Tom", "--requested-by", "Tom", "--requested-on", "2026-05-01", "--expires-on", "2027-01-01",
    "--compensating-control", "Watched.",
)  # fmt: skip


@pytest.fixture
def run(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command line in an empty folder. The content is read once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("proveonce.app.registers.load_content", lambda _: shipped())
    return run


def test_empty_registers_are_said_to_be_empty(run: Run) -> None:
    for name in ("attestations", "vendors", "risks"):
        code, out, _ = run(name, "list", "--fail-on", "expired")
        assert (code, "nothing in it" in out) == (0, True)


def test_days_left_and_the_gate(run: Run, tmp_path: Path) -> None:
    write(tmp_path, attestations=SOC2)
    code, out, _ = run("attestations", "list", "--as-of", "2026-12-31", "--fail-on", "expired")
    assert code == 0
    assert "2027-01-01          1  expiring" in out
    assert "Since 2025-12-31, 364 days, no report says anything." in out
    assert run("attestations", "list", "--as-of", "2026-12-31", "--fail-on", "expiring")[0] == 3
    code, out, _ = run("attestations", "list", "--as-of", "2027-01-01", "--fail-on", "expired", "--format", "json")
    assert code == 3
    (entry,) = json.loads(out)["attestations"]
    assert (entry["state"], entry["days_left"]) == ("expired", 0)


def test_one_document_of_ours_or_of_a_vendor(run: Run, tmp_path: Path) -> None:
    write(tmp_path, attestations=SOC2, vendors=VENDOR)
    assert "Hartwell & Lund LLP" in run("attestations", "show", "SOC2-2026")[1]
    assert json.loads(run("attestations", "show", "paylane-aoc", "--format", "json")[1])["kind"] == "pci_aoc"
    code, _, err = run("attestations", "show", "SOC2-2062")
    assert code == 2
    assert "did you mean SOC2-2026?" in err


def test_vendors_with_what_is_open(run: Run, tmp_path: Path) -> None:
    write(tmp_path, vendors=VENDOR)
    code, out, _ = run("vendors", "list", "--as-of", "2027-03-01", "--fail-on", "expired")
    assert code == 3
    assert "paylane: holds cardholder data, and no current PCI DSS attestation of compliance" in out
    plain = json.loads(run("vendors", "show", "paylane", "--format", "json", "--as-of", "2026-11-24")[1])
    assert [r["party"] for r in plain["responsibilities"]] == ["vendor", "shared"]
    assert "CHD-04" in plain["responsibilities"][0]["doubt"]
    assert run("vendors", "list", "--as-of", "2026-11-24", "--fail-on", "gaps")[0] == 3


def test_acceptances_in_force_or_why_not(run: Run, tmp_path: Path) -> None:
    write(tmp_path, acceptances=ACCEPTANCE)
    assert "RA-1        in force" in run("risks", "list", "--as-of", "2027-05-03")[1]
    code, out, _ = run("risks", "list", "--as-of", "2027-05-04", "--fail-on", "expired")
    assert code == 3
    assert "not in force: expired 2027-05-04" in out
    assert "not in force: approved on 2026-05-04 only" in run("risks", "list", "--as-of", "2026-05-03")[1]
    assert "compensating control  Reachable from one host only." in run("risks", "show", "RA-1")[1]


def test_adding_a_document_copies_and_digests_it(run: Run, tmp_path: Path) -> None:
    write(tmp_path, attestations=SOC2)
    (tmp_path / "signed.PDF").write_bytes(b"%PDF letter")
    code, out, _ = run(*LETTER, "--file", "signed.PDF")
    assert code == 0
    digest = sha256(b"%PDF letter").hexdigest()
    assert digest in out
    assert (tmp_path / "evidence" / "documents" / "BL-1.pdf").read_bytes() == b"%PDF letter"
    text = (tmp_path / "attestations.yaml").read_text()
    assert text.startswith(SOC2)
    listed = json.loads(run("attestations", "list", "--as-of", "2026-02-11", "--format", "json")[1])
    assert listed["attestations"][1]["sha256"] == digest
    assert listed["attestations"][1]["file_state"] == "present"
    assert listed["continuity"]["bridged_to"] == "2026-01-31"
    (tmp_path / "evidence" / "documents" / "BL-1.pdf").write_bytes(b"%PDF another")
    assert (
        "BL-1: its file evidence/documents/BL-1.pdf is another than its digest says" in run("attestations", "list")[1]
    )


def test_what_is_refused_leaves_no_trace(run: Run, tmp_path: Path) -> None:
    write(tmp_path, attestations=SOC2)
    (tmp_path / "x.pdf").write_bytes(b"x")
    bad = [part if part != "2026-01-01" else "2026-03-01" for part in LETTER]
    code, _, err = run(*bad, "--file", "x.pdf")
    assert code == 2
    assert "the period ends before it starts" in err
    assert (tmp_path / "attestations.yaml").read_text() == SOC2
    assert [path for path in tmp_path.rglob("*") if path.is_file() and "BL-1" in path.name] == []
    assert run(*LETTER, "--file", "nowhere.pdf")[0] == 2
    assert run(*(part if part != "BL-1" else "SOC2-2026" for part in LETTER))[0] == 2
    assert (tmp_path / "attestations.yaml").read_text() == SOC2


def test_without_a_terminal_every_missing_option_is_named(run: Run, tmp_path: Path) -> None:
    code, _, err = run("attestations", "add", "--kind", "soc3", "--title", "t")
    assert code == 2
    assert "--id, --scope, --issued-on, --issuer, --period-start, --period-end" in err
    code, _, err = run("risks", "add", "--check", "aws.*", "--title", "t", "--reason", "r")
    assert code == 2
    assert "--risk-owner, --requested-by, --requested-on, --expires-on, --compensating-control" in err
    assert not list(tmp_path.iterdir())


def test_on_a_terminal_it_asks_and_asks_again(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["Old", "It ends.", "Tom", "Tom", "soon", "2026-05-01", "2027-01-01", "Watched."])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(answers))
    code, out, _ = run("risks", "add", "--check", "aws.rds.*")
    assert code == 0
    assert "'soon' is no day" in out
    assert "added RA-2026-001" in out
    assert json.loads(run("risks", "show", "RA-2026-001", "--format", "json")[1])["requested_on"] == "2026-05-01"


def test_an_acceptance_is_unsigned_until_another_person_approves(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(*RISK)
    assert (code, "RA-2026-001" in out, "not signed, so not in force" in out) == (0, True, True)
    code, _, err = run(*RISK, "--approved-by", "tom ", "--approved-on", "2026-05-02")
    assert (code, "cannot approve it" in err) == (2, True)
    assert run(*RISK, "--approved-by", "Ada", "--approved-on", "2026-05-02")[0] == 0
    found = json.loads(run("risks", "list", "--as-of", "2026-06-01", "--format", "json")[1])["risk_acceptances"]
    assert [(entry["id"], entry["state"]) for entry in found] == [
        ("RA-2026-002", "in_force"), ("RA-2026-001", "unsigned"),
    ]  # fmt: skip
    assert run("risks", "list", "--as-of", "2026-06-01", "--fail-on", "unsigned")[0] == 3
    assert run("risks", "add", "--title", "t")[0] == 2


def test_problems_of_a_register_stop_every_command_with_their_place(run: Run, tmp_path: Path) -> None:
    write(tmp_path, acceptances=ACCEPTANCE.replace("CRY-02", "CRY-2"))
    for arguments in (("risks", "list"), ("attestations", "list"), ("validate",)):
        code, _, err = run(*arguments)
        assert code == 2
        assert "risk_acceptances.yaml:5:14: unknown common control 'CRY-2'" in err
