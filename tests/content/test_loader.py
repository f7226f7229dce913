"""Loading: every problem of every file in one run, each at its line and column, with the nearest valid name."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from proveonce.content import files as content_files
from proveonce.content.loader import find_root, load_content, load_workspace, read_content
from proveonce.kernel import located
from proveonce.kernel.errors import InputError, Problem, UsageError
from proveonce.model.control import ControlId

FRAMEWORK, CONTROLS = "controls/frameworks/tiny.yaml", "controls/common/logging.yaml"
CROSSWALK, CHECKS = "mappings/tiny.yaml", "controls/checks/aws/rds.yaml"
WORKSPACE = "proveonce.yaml"
SOUND = {
    FRAMEWORK: """\
id: tiny
title: Tiny framework
edition: "1"
publisher: Us
source: our heads
retrieved: "2026-11-24"
licence: ours
requirement_word: requirement
groups:
  - {id: A, title: First, category: security}
  - {id: B, title: Second}
requirements:
  - id: A.1
    group: A
    title: One
    paraphrase: Do one.
    kind: requirement
    owner: security
    facts: {applicability: all, future_dated: false}
    test: {examine: the thing}
  - id: A.2
    group: A
    parent: A.1
    title: Two
    paraphrase: Do two.
    kind: requirement
    owner: platform
  - id: B.1
    group: B
    title: Three
    paraphrase: Do three.
    kind: requirement
    owner: compliance
""",
    CONTROLS: """\
domain: LOG
title: Logging
controls:
  - id: LOG-01
    title: Activity is logged
    statement: It is logged.
    objective: Traces.
    type: detective
    nature: automated
    cadence: P1D
    owner: security
    procedures: {inspection: look}
    evidence: [trails]
  - id: LOG-02
    title: Logs are kept
    statement: They are kept.
    objective: History.
    type: preventive
    nature: automated
    cadence: P1M
    owner: security
    procedures: {inquiry: ask}
    evidence: [retention]
""",
    CROSSWALK: """\
framework: tiny
edges:
  - control: LOG-01
    requirement: A.1
    relation: equal-to
    rationale: The same thing.
  - control: LOG-01
    requirement: A.2
    relation: intersects-with
    rationale: Half of it.
    residual: The other half.
    reviewed: {name: A Person, credential: CISA, date: "2026-01-31"}
  - control: LOG-02
    requirement: A.2
    relation: subset-of
    rationale: The other half.
    residual: The first half.
jointly_complete:
  - requirement: A.2
    controls: [LOG-01, LOG-02]
    reason: Halves make a whole.
""",
    CHECKS: """\
- id: aws.rds.db-instance.storage-encrypted
  title: Encrypted
  supports: [LOG-01]
  population: aws_rds_db_instance
  passes_when: StorageEncrypted
  shows: [StorageEncrypted]
  severity: high
  remediation: Encrypt.
- id: aws.rds.db-instance.backed-up
  title: Backed up
  supports: [LOG-02, LOG-01]
  population: aws_rds_db_instance
  passes_when: BackupRetentionPeriod > 6
  shows: [BackupRetentionPeriod]
  severity: low
  remediation: Keep.
""",
    WORKSPACE: """\
organisation:
  name: Example
  system: Platform
frameworks: [tiny]
soc2_categories: [security]
accounts:
  - {id: "111122223333", name: production, role: Reader}
  - {id: "222233334444"}
regions: [us-east-1]
prepared_by: {name: A Name, role: CISO}
scope:
  tiny:
    - {state: out, reason: empty, accounts: ["111122223333"]}
    - {state: connected, reason: tag, tag: {env: dev}}
""",
}


@dataclass(frozen=True)
class Planted:
    """One mistake: `old` becomes `new`, where ⁋ stands before the column at which it is to be reported."""

    file: str
    old: str
    new: str
    what: str
    closest: str = ""


FILES = {"framework": FRAMEWORK, "controls": CONTROLS, "crosswalk": CROSSWALK, "checks": CHECKS, "workspace": WORKSPACE}
ALL_MISTAKES = [
    Planted(FILES[row["file"]], row["old"], row["new"], row["what"], row.get("closest", ""))
    for row in located.read(Path(__file__).with_name("mistakes.yaml")).value
]
MISTAKES = [mistake for mistake in ALL_MISTAKES if mistake.file != WORKSPACE]
WORKSPACE_MISTAKES = [mistake for mistake in ALL_MISTAKES if mistake.file == WORKSPACE]


def _plant(root: Path, mistakes: list[Planted]) -> list[tuple[str, int, int, str, str]]:
    """Writes the sound files with the mistakes in them; what is to be found of each: place, what, closest."""
    texts = dict(SOUND)
    for number, mistake in enumerate(mistakes):
        assert texts[mistake.file].count(mistake.old) == 1, mistake.old
        new = mistake.new.replace("⁋", f"⁋{number}⁋")
        texts[mistake.file] = texts[mistake.file].replace(mistake.old, new)
    places: dict[int, tuple[int, int]] = {}
    for name, text in texts.items():
        clean: list[str] = []
        for row, line in enumerate(text.split("\n"), 1):
            first, *rest = line.split("⁋")
            for mark, after in zip(rest[::2], rest[1::2], strict=True):
                places[int(mark)] = (row, len(first) + 1)
                first += after
            clean.append(first)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(clean), encoding="utf-8")
    return [(m.file, *places[i], m.what, m.closest) for i, m in enumerate(mistakes)]


def _check(found: list[Problem], expected: list[tuple[str, int, int, str, str]], *, closest: bool = True) -> None:
    """Exactly the expected problems, nothing besides."""
    left = list(found)
    for file, line, column, what, nearest in expected:
        at = [p for p in left if (p.file, p.line, p.column) == (file, line, column) and p.what.startswith(what)]
        assert at, f"{file}:{line}:{column}: {what}\nnot among\n" + "\n".join(map(str, left))
        assert not closest or at[0].closest == nearest
        left.remove(at[0])
    assert left == []


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace folder, the current one, with no shipped content behind it."""
    (tmp_path / "shipped").mkdir()
    monkeypatch.setattr(content_files, "shipped_root", lambda: tmp_path / "shipped")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    monkeypatch.chdir(workspace)
    return workspace


def test_sound_files_load_without_a_problem(root: Path) -> None:
    assert _plant(root, []) == []
    content = load_content(root)
    assert {k: len(v.requirements) for k, v in content.frameworks.items()} == {"tiny": 3}
    assert list(content.controls) == ["LOG-01", "LOG-02"]
    assert list(content.checks) == ["aws.rds.db-instance.backed-up", "aws.rds.db-instance.storage-encrypted"]
    assert load_workspace(root).organisation == "Example"


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.file.split('/')[-1]}:{m.what[:40]}")
def test_a_mistake_is_one_problem_at_its_place(root: Path, mistake: Planted) -> None:
    expected = _plant(root, [mistake])
    _check(read_content(root)[1], expected)


def _compatible() -> list[Planted]:
    """As many mistakes as change different text of the sound files."""
    chosen: list[Planted] = []
    for mistake in MISTAKES:
        text = SOUND[mistake.file]
        start = text.index(mistake.old)
        spans = [(text.index(m.old), len(m.old)) for m in chosen if m.file == mistake.file]
        if all(start + len(mistake.old) <= other or other + size <= start for other, size in spans):
            chosen.append(mistake)
    return chosen


def test_twenty_five_mistakes_over_four_files_are_all_found_in_one_run(root: Path) -> None:
    """Left out: what makes a whole file or entry useless, whose links can only be judged once it parses."""
    # A bad header, an entry that is bad in two ways, an edge on which others rest.
    alone = (
        "edition", "publisher", "owner: platform", "  passes_when: Backup", "  - control: LOG-01\n    requirement: A.1",
    )  # fmt: skip
    mistakes = [m for m in _compatible() if not m.old.startswith(alone)]
    expected = _plant(root, mistakes)
    with pytest.raises(InputError) as caught:
        load_content(root)
    assert len(expected) >= 25
    assert caught.value.problems == sorted(caught.value.problems)
    _check(caught.value.problems, expected, closest=False)  # a nearest place may move with the other mistakes


@pytest.mark.parametrize("mistake", WORKSPACE_MISTAKES, ids=lambda m: m.what[:40])
def test_a_mistake_in_the_workspace_file_is_one_problem_at_its_place(root: Path, mistake: Planted) -> None:
    expected = _plant(root, [mistake])
    with pytest.raises(InputError) as caught:
        load_workspace(root)
    _check(caught.value.problems, expected)


def test_mistakes_in_the_workspace_file_are_all_found_in_one_run(root: Path) -> None:
    expected = _plant(root, [m for m in WORKSPACE_MISTAKES if "system" not in m.old])
    with pytest.raises(InputError) as caught:
        load_workspace(root)
    _check(caught.value.problems, expected)


@pytest.mark.parametrize("file", [FRAMEWORK, CONTROLS])
def test_a_file_with_a_bad_header_makes_no_problems_elsewhere(root: Path, file: str) -> None:
    """Its ids are known; that it does not parse is the one problem, not each reference to it."""
    _plant(root, [])
    path = root / file
    path.write_text(path.read_text().replace("title: ", "tytle: ", 1), encoding="utf-8")
    assert {(p.file, p.what) for p in read_content(root)[1]} == {
        (file, "unknown key 'tytle'"), (file, "'title' is missing"),
    }  # fmt: skip


def test_a_framework_with_a_syntax_error_makes_no_problems_elsewhere(root: Path) -> None:
    _plant(root, [])
    with (root / FRAMEWORK).open("a") as file:
        file.write("x: [\n")
    (problem,) = read_content(root)[1]
    assert (problem.file, problem.what.split(":")[0]) == (FRAMEWORK, "not valid YAML")


@pytest.mark.parametrize("text", ["", "# nothing\n", "null\n", "just text\n", "5\n", "{}\n", "- 1\n"])
@pytest.mark.parametrize("file", [FRAMEWORK, CONTROLS, CROSSWALK, CHECKS])
def test_a_file_of_the_wrong_shape_is_a_problem_of_that_file(root: Path, file: str, text: str) -> None:
    _plant(root, [])
    (root / file).write_text(text)
    problems = read_content(root)[1]
    assert file in {p.file for p in problems}


def test_a_second_crosswalk_for_a_framework_is_refused(root: Path) -> None:
    _plant(root, [])
    shutil.copy(root / CROSSWALK, root / "mappings" / "zz.yaml")
    (problem,) = read_content(root)[1]
    assert str(problem).startswith("mappings/zz.yaml:1:12: 'tiny' already has a crosswalk")


def test_an_unreadable_file_is_a_problem_and_hides_no_other(root: Path) -> None:
    _plant(root, [next(m for m in MISTAKES if m.file == CHECKS)])
    (root / FRAMEWORK).write_bytes(b"id: \xff\n")
    files = {p.file for p in read_content(root)[1]}
    assert files == {FRAMEWORK, CHECKS}


def test_a_workspace_file_of_the_same_path_replaces_the_shipped_one(root: Path) -> None:
    shipped = root.parent / "shipped"
    _plant(shipped, [])
    own = SOUND[CONTROLS].replace("Activity is logged", "Ours")
    (root / CONTROLS).parent.mkdir(parents=True)
    (root / CONTROLS).write_text(own)
    content = load_content(root)
    assert content.controls[ControlId("LOG-01")].title == "Ours"
    assert content.files[CONTROLS] == own.encode()
    assert content.files[FRAMEWORK] == SOUND[FRAMEWORK].encode()


def test_a_workspace_file_of_a_new_path_extends_what_we_ship(root: Path) -> None:
    _plant(root.parent / "shipped", [])
    path = root / "controls" / "common" / "own.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(SOUND[CONTROLS].replace("LOG", "OWN"))
    mapping = root / CROSSWALK
    mapping.parent.mkdir()
    edge = "  - {control: OWN-01, requirement: B.1, relation: equal-to, rationale: x}\n"
    mapping.write_text(SOUND[CROSSWALK].replace("jointly_complete:", f"{edge}jointly_complete:"))
    content = load_content(root)
    assert list(content.controls) == ["LOG-01", "LOG-02", "OWN-01", "OWN-02"]


def test_a_control_defined_by_two_files_is_refused_with_both_places(root: Path) -> None:
    _plant(root.parent / "shipped", [])
    path = root / "controls" / "common" / "own.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(SOUND[CONTROLS])
    assert [p.what for p in read_content(root)[1]] == [
        "control 'LOG-01' is already defined at controls/common/logging.yaml:4:9",
        "control 'LOG-02' is already defined at controls/common/logging.yaml:14:9",
    ]


def test_a_control_in_the_file_of_another_domain_is_refused(root: Path) -> None:
    _plant(root, [])
    path = root / CONTROLS
    path.write_text(SOUND[CONTROLS].replace("domain: LOG", "domain: IAM"))
    assert [p.what for p in read_content(root)[1]] == [
        "control 'LOG-01' is not of domain 'IAM'", "control 'LOG-02' is not of domain 'IAM'",
    ]  # fmt: skip


def test_hidden_files_and_folders_are_no_content(root: Path) -> None:
    _plant(root, [])
    before = load_content(root)
    (root / "controls" / "common" / ".draft.yaml").write_text("nonsense: [")
    (root / "controls" / "common" / "folder.yaml").mkdir()
    assert load_content(root).digest == before.digest


def test_the_digest_tells_each_byte_and_each_path_and_no_place(root: Path) -> None:
    _plant(root, [])
    digest = load_content(root).digest
    _plant(root.parent / "elsewhere", [])
    assert load_content(root.parent / "elsewhere").digest == digest
    for file in (FRAMEWORK, CONTROLS, CROSSWALK, CHECKS):
        (root / file).write_text(SOUND[file] + "\n")
        assert load_content(root).digest != digest
        (root / file).write_text(SOUND[file])
    (root / CONTROLS).rename((root / CONTROLS).with_name("renamed.yaml"))
    assert load_content(root).digest != digest


def test_a_folder_without_workspace_file_has_the_defaults(root: Path) -> None:
    workspace = load_workspace(root)
    assert workspace.is_default
    assert workspace.frameworks == ("soc2", "pci_dss", "hipaa")


@pytest.mark.parametrize(("regions", "expected"), [("enabled", ((), False)), ("all", ((), True)),
                                                   ("[eu-west-1]", (("eu-west-1",), False))])  # fmt: skip
def test_regions_are_enabled_all_or_named(root: Path, regions: str, expected: tuple[tuple[str, ...], bool]) -> None:
    (root / WORKSPACE).write_text(SOUND[WORKSPACE].replace("[us-east-1]", regions))
    workspace = load_workspace(root)
    assert (workspace.regions, workspace.all_regions) == expected


def test_a_wrong_kind_of_regions_is_told_at_its_place(root: Path) -> None:
    (root / WORKSPACE).write_text(SOUND[WORKSPACE].replace("[us-east-1]", "every"))
    with pytest.raises(InputError) as caught:
        load_workspace(root)
    assert {(p.line, p.column) for p in caught.value.problems} == {(9, 10)}


def test_an_account_without_a_role_takes_the_one_of_the_workspace(root: Path) -> None:
    (root / WORKSPACE).write_text(SOUND[WORKSPACE] + "role: Auditor\n")
    assert [a.role for a in load_workspace(root).accounts] == ["Reader", "Auditor"]


def test_the_root_is_the_nearest_folder_upwards_with_a_workspace_file(root: Path) -> None:
    deep = root / "a" / "b"
    deep.mkdir(parents=True)
    assert find_root(deep) == deep
    (root / WORKSPACE).write_text(SOUND[WORKSPACE])
    assert find_root(deep) == root


def test_a_workspace_that_is_no_folder_is_a_usage_error(root: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        load_workspace(root / "missing")
