"""Registers: read whole or refused with every problem at its place; a document's file is a state, not a problem."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from content.register_files import ACCEPTANCE, SOC2, VENDOR, shipped, write
from proveonce.app.validating import validate
from proveonce.content.registers import load_registers, read_registers
from proveonce.kernel.errors import InputError, Problem
from proveonce.kernel.naming import is_same_person
from proveonce.model.register import FileState, Registers, Tier


def read(root: Path, **files: str) -> tuple[Registers, list[Problem]]:
    return read_registers(write(root, **files), shipped())


def problems(root: Path, **files: str) -> list[str]:
    return [f"{Path(p.file).name}:{p.line}:{p.column}: {p.what}" for p in read(root, **files)[1]]


def test_a_workspace_without_registers_has_empty_ones(tmp_path: Path) -> None:
    assert load_registers(tmp_path, shipped()) == Registers()


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    registers = load_registers(write(tmp_path, attestations=SOC2, vendors=VENDOR, acceptances=ACCEPTANCE), shipped())
    (soc2,), (vendor,), (acceptance,) = registers.attestations, registers.vendors, registers.acceptances
    assert (soc2.period_start, soc2.period_end, soc2.valid_to) == ("2025-01-01", "2025-12-31", "2027-01-01")
    assert (soc2.tier, soc2.issuer, soc2.file_state) == (Tier.CUSTOMER_NDA, "Hartwell & Lund LLP", FileState.ELSEWHERE)
    assert [a.id for a in vendor.attestations] == ["paylane-aoc"]
    assert vendor.attestations[0].tier is Tier.RESTRICTED  # the narrowest, where nothing is said
    assert [(r.requirement, r.party) for r in vendor.responsibilities] == [("3.5.1", "vendor"), ("6.4.3", "shared")]
    assert vendor.user_controls[0].controls == ("KEY-01",)
    assert (acceptance.approved_by, acceptance.expires_on) == ("Marcus Adeyemi", "2027-05-04")
    assert set(registers.files) == {"attestations.yaml", "vendors.yaml", "risk_acceptances.yaml"}
    assert acceptance.place.line == 1


def test_every_problem_of_every_file_in_one_run(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        attestations=SOC2.replace("kind: soc2_type2", "kind: soc2_type22").replace("- id: SOC2-2026", "- id: '../x'"),
        vendors=VENDOR.replace("KEY-01", "KEY-99").replace("3.5.1", "3.5.111"),
        acceptances=ACCEPTANCE.replace("aws.rds.*", "aws.rsd.*").replace("CRY-02", "CRYY-02"),
    )
    assert [line.split(": ")[0] for line in found] == [
        "attestations.yaml:1:7", "attestations.yaml:2:9", "risk_acceptances.yaml:4:12", "risk_acceptances.yaml:5:14",
        "vendors.yaml:14:52", "vendors.yaml:16:21",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "word", "closest"),
    [
        ("CRY-02", "CRY-0", "unknown common control 'CRY-0'", "CRY-0"),
        ("aws.rds.*", "aws.rds.db-instance.storage-encryptd", "unknown check", "aws.rds.db-instance.storage-encrypted"),
        ("aws.rds.*", "aws.nothing.*", "no check matches", ""),
        ("Marcus Adeyemi", " TOM  becker ", "requested it, and cannot approve it", ""),
        ("Marcus Adeyemi", "Ｔom Becker", "requested it, and cannot approve it", ""),
        ("approved_on: 2026-05-04", "approved_on: 2026-04-30", "approved before it was requested", ""),
        ("  approved_on: 2026-05-04\n", "", "half signed: 'approved_on' is missing", ""),
        ("  approved_by: Marcus Adeyemi\n", "", "half signed: 'approved_by' is missing", ""),
        ("  expires_on: 2027-05-04\n", "", "'expires_on' is missing", ""),
        ("expires_on: 2027-05-04", "expires_on: 2026-05-04", "before the day on which it was approved", ""),
        ("expires_on: 2027-05-04", "expires_on: 2027-05-05", "more than 12 months", ""),
        ("expires_on: 2027-05-04", "expires_on: 2027-02-30", "day is out of range", ""),
        ("  checks: [aws.rds.*]\n  controls: [CRY-02]\n", "", "neither a check nor a control", ""),
        ('"111122223333"', "111122223333", "valid string", ""),
        ("  risk_owner: Tom Becker\n", "  risk_onwer: Tom Becker\n", "unknown key 'risk_onwer'", "risk_owner"),
        ("compensating_control: Reachable from one host only.", "compensating_control: ''", "at least 1", ""),
    ],
)  # fmt: skip
def test_an_acceptance_that_nobody_can_mean_is_refused(
    tmp_path: Path, old: str, new: str, word: str, closest: str
) -> None:
    assert old in ACCEPTANCE
    found = read(tmp_path, acceptances=ACCEPTANCE.replace(old, new))[1]
    matching = [problem for problem in found if word in problem.what]
    assert matching, [str(problem) for problem in found]
    assert closest in matching[0].closest


def test_an_unsigned_acceptance_is_read_and_its_year_counts_from_the_request(tmp_path: Path) -> None:
    unsigned = ACCEPTANCE.replace("  approved_by: Marcus Adeyemi\n  approved_on: 2026-05-04\n", "")
    assert problems(tmp_path, acceptances=unsigned) == [
        "risk_acceptances.yaml:11:15: it would last more than 12 months"
    ]
    registers, found = read(tmp_path, acceptances=unsigned.replace("2027-05-04", "2027-05-01"))
    assert not found
    assert registers.acceptances[0].approved_by == ""
    assert not registers.acceptances[0].is_in_force("2026-06-01")


def test_checks_that_an_assessment_makes_of_data_may_be_named(tmp_path: Path) -> None:
    named = ACCEPTANCE.replace("aws.rds.*", "import.prowler.cry-02, process.manual.cry-02, 'import.prowler.*'")
    assert problems(tmp_path, acceptances=named) == []
    assert len(problems(tmp_path, acceptances=ACCEPTANCE.replace("aws.rds.*", "import.prowlerr.cry-02"))) == 1


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("valid_to: 2027-01-01", "valid_to: 2026-02-10", "on or before the day of issue"),
        ("period_end: 2025-12-31", "period_end: 2026-02-11", "ends after the document was issued"),
        ("period_end: 2025-12-31", "period_end: 2024-12-31", "the period ends before it starts"),
        ("  period_end: 2025-12-31\n", "", "a period has a first and a last day"),
        ("  period_start: 2025-01-01\n  period_end: 2025-12-31\n", "", "a soc2_type2 is over a period"),
        ("  issued_on: 2026-02-10\n", "", "'issued_on' is missing"),
        ("opinion: unqualified", "opinion: splendid", "is not one of"),
        ("tier: customer_nda", "tier: secret", "is not one of"),
        ("tier: customer_nda", "file: ../outside.pdf", "is not inside the workspace"),
        ("tier: customer_nda", "file: /etc/passwd", "is not inside the workspace"),
        ("tier: customer_nda", "file: link/outside.pdf", "is not inside the workspace"),
        ("tier: customer_nda", "sha256: abc", "does not have the form"),
    ],
)
def test_an_attestation_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, word: str) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "outside.pdf").write_bytes(b"x")
    (tmp_path / "workspace" / "link").symlink_to(tmp_path)
    assert old in SOC2
    found = problems(tmp_path / "workspace", attestations=SOC2.replace(old, new))
    assert any(word in problem for problem in found), found


def test_a_draft_is_a_bridge_letter_without_a_day_of_issue(tmp_path: Path) -> None:
    draft = SOC2.replace("soc2_type2", "bridge_letter").replace("  issued_on: 2026-02-10\n", "")
    registers, found = read(tmp_path, attestations=draft)
    assert not found
    assert registers.attestations[0].issued_on == ""


def test_ids_are_unique_over_our_attestations_and_those_of_vendors(tmp_path: Path) -> None:
    found = problems(tmp_path, attestations=SOC2.replace("SOC2-2026", "paylane-aoc"), vendors=VENDOR + VENDOR)
    assert [problem.split(": ")[0] for problem in found] == [
        "vendors.yaml:7:11", "vendors.yaml:18:7", "vendors.yaml:24:11",
    ]  # fmt: skip
    assert "'paylane-aoc' is already defined at" in found[0]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("party: vendor", "party: them", "is not one of"),
        ("requirement: 6.4.3", "requirement: 3.5.1", "given to this vendor twice"),
        ("data: [cardholder_data]", "data: [cardholder_data, none]", "none of our data, and some"),
        ("data: [cardholder_data]", "data: []", "at least 1"),
        ("criticality: high", "criticality: extreme", "is not one of"),
    ],
)
def test_a_vendor_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, word: str) -> None:
    assert old in VENDOR
    assert any(word in problem for problem in problems(tmp_path, vendors=VENDOR.replace(old, new)))


def test_a_requirement_without_a_party_is_read_as_open(tmp_path: Path) -> None:
    registers, found = read(tmp_path, vendors=VENDOR.replace("requirement: 3.5.1, party: vendor", "requirement: 3.5.1"))
    assert not found
    assert registers.vendors[0].responsibilities[0].party == ""


def test_a_document_is_held_against_its_digest(tmp_path: Path) -> None:
    (tmp_path / "soc2.pdf").write_bytes(b"%PDF our report")
    right = sha256(b"%PDF our report").hexdigest()
    states = {}
    for state, lines in {
        FileState.PRESENT: f"  file: soc2.pdf\n  sha256: {right}\n",
        FileState.ALTERED: f"  file: soc2.pdf\n  sha256: {'0' * 64}\n",
        FileState.NO_DIGEST: "  file: soc2.pdf\n",
        FileState.MISSING: f"  file: gone.pdf\n  sha256: {right}\n",
        FileState.UNREAD: "  file: folder\n",
        FileState.ELSEWHERE: f"  sha256: {right}\n",
    }.items():
        (tmp_path / "folder").mkdir(exist_ok=True)
        registers, found = read(tmp_path, attestations=SOC2 + lines)
        assert not found
        states[state] = registers
    assert {state: r.attestations[0].file_state for state, r in states.items()} == {state: state for state in states}


def test_the_digest_tells_apart_what_an_output_could_tell_apart(tmp_path: Path) -> None:
    named = SOC2 + f"  file: soc2.pdf\n  sha256: {sha256(b'1').hexdigest()}\n"
    (tmp_path / "soc2.pdf").write_bytes(b"1")
    before = read(tmp_path, attestations=named)[0].digest
    assert read(tmp_path, attestations=named)[0].digest == before
    (tmp_path / "soc2.pdf").write_bytes(b"2")
    altered = read(tmp_path, attestations=named)[0].digest
    edited = read(tmp_path, attestations=named.replace("security", "secrecy"))[0].digest
    assert len({before, altered, edited}) == 3


def test_a_file_that_is_no_list_or_no_yaml_is_a_problem_and_not_a_crash(tmp_path: Path) -> None:
    assert "list of entries" in problems(tmp_path, attestations="attestations: []\n")[0]
    assert "not valid YAML" in problems(tmp_path, attestations="- [", vendors="- &a 1\n- *a\n")[0]
    assert problems(tmp_path, attestations="# nothing yet\n", vendors="[]\n") == []


def test_validate_reports_registers_with_everything_else(tmp_path: Path) -> None:
    write(tmp_path, acceptances=ACCEPTANCE.replace("CRY-02", "CRY-77"))
    (problem,) = validate(tmp_path)[1]
    assert (Path(problem.file).name, problem.line) == ("risk_acceptances.yaml", 5)
    with pytest.raises(InputError, match="CRY-77"):
        load_registers(tmp_path, shipped())


def test_people_are_told_apart_by_name_alone() -> None:
    assert is_same_person("Ada Byron ", "ada  BYRON")
    assert not is_same_person("Ada Byron", "Ada Lovelace")
