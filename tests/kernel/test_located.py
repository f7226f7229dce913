"""Located YAML: right values at right places, and nothing that data has no need of."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from proveonce.kernel import located
from proveonce.kernel.located import Path_

TEXT = st.text("abé日 :#-'&*!{}[],?|>%@`<", max_size=6)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**18) + 1, 10**18 - 1), TEXT)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4),
        st.dictionaries(TEXT.filter(lambda key: key != "<<"), inner, min_size=1, max_size=4),
    ),
    max_leaves=15,
)


class Emitter:
    """Writes block YAML, noting where it put each value and key."""

    def __init__(self, value: Any) -> None:
        self.lines: list[str] = []
        self.places: dict[Path_, tuple[int, int]] = {}
        self._emit(value, (), 0, "")
        self.text = "\n".join(self.lines) + "\n"

    def _emit(self, value: Any, path: Path_, indent: int, head: str) -> None:
        """Writes `value` after `head` on one line, or below it when it has parts."""
        if not isinstance(value, dict | list):
            text = json.dumps(value, ensure_ascii=False)
            self.places[path] = (len(self.lines) + 1, len(head) + 1)
            self.lines.append(head + text)
            return
        if head:
            self.lines.append(head.rstrip())
        self.places[path] = (len(self.lines) + 1, indent + 1)
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in parts:
            mark = f"{json.dumps(key, ensure_ascii=False)}: " if isinstance(value, dict) else "- "
            if isinstance(value, dict):
                self.places[(*path, key, "<key>")] = (len(self.lines) + 1, indent + 1)
            self._emit(item, (*path, key), indent + 2, " " * indent + mark)


@given(DOCUMENTS)
@settings(max_examples=200, deadline=None)
def test_every_path_has_its_value_at_its_place(value: Any) -> None:
    emitted = Emitter(value)
    document = located.parse(emitted.text, "f.yaml")
    assert document.problems == []
    assert document.value == value
    assert document.places == emitted.places


@given(DOCUMENTS)
@settings(max_examples=50, deadline=None)
def test_flow_yaml_holds_the_same_values(value: Any) -> None:
    assert located.parse(json.dumps(value, ensure_ascii=False), "f").value == value


def test_a_path_without_a_place_of_its_own_is_at_the_nearest_enclosing_value() -> None:
    document = located.parse("a:\n  b: [1, 2]\n", "f.yaml")
    assert str(document.place(("a", "b", 1))) == "f.yaml:2:10"
    assert str(document.place(("a", "b", 7, "x"))) == "f.yaml:2:6"
    assert str(document.key_place(("a", "b"))) == "f.yaml:2:3"
    assert str(document.key_place(("a", "b", 1))) == "f.yaml:2:10"
    document.problem(("a", "b"), "at the key", at_key=True)
    assert str(document.problems[0]) == "f.yaml:2:3: at the key"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("Yes", "Yes"), ("on", "on"), ("NO", "NO"), ("True", "True"), ("true", True), ("false", False),
        ("null", None), ("~", None), ("Null", "Null"), ("'null'", "null"), ('"true"', "true"), ("'5'", "5"),
        ("2026-11-24", "2026-11-24"), ("10:30", "10:30"), ("1_000", "1_000"), ("0o17", "0o17"), ("017", "017"),
        ("0x1f", "0x1f"), ("+5", "+5"), ("-5", -5), ("0", 0), ("164.308", 164.308), (".5", ".5"), ("1e3", "1e3"),
        (".inf", ".inf"), (".nan", ".nan"), ("1.", "1."), ("9" * 18, int("9" * 18)), ("9" * 19, "9" * 19),
        (f"{'9' * 400}.5", f"{'9' * 400}.5"), ("|-\n  5", "5"), (">-\n  true", "true"), ("=", "="),
    ],
)  # fmt: skip
def test_scalars_are_yaml_1_2_core_and_never_surprise(text: str, value: Any) -> None:
    document = located.parse(f"k: {text}\n", "f")
    assert document.problems == []
    assert document.value == {"k": value}
    assert type(document.value["k"]) is type(value)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a: &x 1\nb: *x\n", ["1:4: anchors", "2:4: aliases"]),
        ("a: &x [1]\n", ["1:4: anchors"]),
        ("&x a: 1\n", ["1:1: anchors"]),
        ("a: &x name\n*x : v\n", ["1:4: anchors", "2:1: aliases"]),
        ("a: {b: 1}\nc:\n  <<: {d: 1}\n", ["3:3: only plain names"]),
        ("'<<': 1\n", ["1:1: only plain names"]),
        ("[a, b]: 1\n", ["1:1: only plain names"]),
        ("? {a: 1}\n: 2\n", ["1:3: only plain names"]),
        ("a: !!python/object:os.system x\n", ["1:4: the tag tag:yaml.org,2002:python/object:os.system"]),
        ("a: !foo {b: 1}\n", ["1:4: the tag !foo"]),
        ("a: !!str 5\n", ["1:4: the tag"]),
        ("a: ! 5\n", ["1:4: the tag !"]),
        ("!!binary a: 1\n", ["1:1: the tag"]),
        ("a: !!set {b, c}\n", ["1:4: the tag"]),
        ("a: 1\nb: 2\na: 3\n", ["3:1: duplicate key 'a'"]),
        ("{é: 1, é: 2}\n", ["1:8: duplicate key 'é'"]),
        ("a:\n  b: 1\n  'b': 2\n", ["3:3: duplicate key 'b'"]),
        ("a: 1\n---\nb: 2\n", ["2:1: not valid YAML: a second document"]),
        ("a: [1, 2\nb: 3\n", ["2:2: not valid YAML"]),
        ("a: *x\n", ["1:4: aliases"]),
        ("a:\n\tb: 1\n", ["2:1: not valid YAML"]),
        ("a: b: c\n", ["1:5: not valid YAML"]),
        ("a: 'open\n", ["2:1: not valid YAML"]),
        ("a: é\nb: \x00\n", ["2:4: not valid YAML: unacceptable character"]),
        ("a: \x07\n", ["1:4: not valid YAML: unacceptable character"]),
        ("%YAML 1.3\n%YAML 1.3\n---\na: 1\n", ["1:1: not valid YAML"]),
        ("a: \ud800\n", ["1:1: not valid YAML"]),
        ("a: &x [*x]\n", ["1:4: anchors", "1:8: aliases"]),
    ],
)
def test_what_data_has_no_need_of_is_refused_at_its_place(text: str, problems: list[str]) -> None:
    found = [str(p).split("\n")[0].removeprefix("f:") for p in located.parse(text, "f").problems]
    assert len(found) == len(problems), found
    for got, expected in zip(found, problems, strict=True):
        assert got.startswith(expected)


def test_several_faults_are_all_found_in_one_run() -> None:
    document = located.parse("a: !t 1\na: 2\nb: &x 3\nc: *x\n[d]: 1\n", "f")
    assert [p.line for p in document.problems] == [1, 2, 3, 4, 5]


def test_a_byte_order_mark_moves_no_place() -> None:
    document = located.parse("\ufeffk: [1, x]\n", "f")
    assert (document.value, document.places["k", 1]) == ({"k": [1, "x"]}, (1, 8))


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "---\n...\n"])
def test_an_empty_document_is_null_without_a_problem(text: str) -> None:
    document = located.parse(text, "f")
    assert (document.value, document.problems) == (None, [])


def test_depth_is_allowed_up_to_its_bound_and_no_further() -> None:
    fits = "[" * located.MAX_DEPTH + "1" + "]" * located.MAX_DEPTH
    assert located.parse(fits, "f").problems == []
    (problem,) = located.parse(f"[{fits}]", "f").problems
    assert (problem.line, problem.column) == (1, located.MAX_DEPTH + 2)
    assert "too deep" in problem.what


def test_the_number_of_values_is_bounded_with_one_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(located, "MAX_NODES", 100)
    assert located.parse("[" + "1," * 99 + "]", "f").problems == []
    document = located.parse("[" + "1," * 5000 + "]", "f")
    assert document.value is None
    assert ["too many values" in p.what for p in document.problems] == [True]


def test_the_number_of_problems_is_bounded() -> None:
    document = located.parse("{" + "a: 1, " * 5000 + "}", "f")
    assert len(document.problems) == located.MAX_PROBLEMS


def test_nesting_bombs_end_in_problems_and_not_in_a_dead_process() -> None:
    """libyaml's own composer overflows the C stack on each of these."""
    code = (
        "from proveonce.kernel import located\n"
        "for text in ('[' * 10**6, '- ' * 10**6, '{a: ' * 10**6, '? ' * 10**6, '{? ' * 10**6, '[{' * 10**6,\n"
        "             '- [' * 10**5, 'a: &a [' * 10**5):\n"
        "    assert located.parse(text, 'f').problems, text[:20]\n"
        "print('alive')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr


def test_a_file_is_refused_by_size_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(located.MAX_BYTES + 1)
    (problem,) = located.read(path, name="big.yaml").problems
    assert str(problem).startswith("big.yaml:1:1: the file is larger than 8,388,608 bytes")


def test_a_file_that_is_not_utf8_is_refused_at_its_byte(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    for data in (b"a: \xe9\n", "a: 1\n".encode("utf-16"), b"a: \xed\xa0\x80\n"):
        path.write_bytes(data)
        (problem,) = located.read(path, name="f.yaml").problems
        assert problem.what.startswith("is not UTF-8 at byte")
    assert located.read(path).problems[0].file == str(path)


def test_what_cannot_be_opened_is_a_problem_and_not_a_traceback(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yaml", tmp_path):
        (problem,) = located.read(path, name="f").problems
        assert problem.what.startswith("cannot be read: ")


SEED = "id: a\nlist:\n  - {x: 1, y: [true, ~]}\n  - 'quoted: text'\ntext: |\n  block\nlast: >-\n  folded\n"


@given(st.lists(st.tuples(st.integers(0, len(SEED)), st.sampled_from(list("\n\t :,-?&*!|>'\"%@`{}[]#ax1~\\<é\x85"))),
                min_size=1, max_size=6), st.booleans())  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_a_mutant_is_read_as_another_parser_reads_it_or_refused(edits: list[tuple[int, str]], inserts: bool) -> None:
    text = SEED
    for position, character in edits:
        text = text[:position] + character + text[position + (0 if inserts else 1) :]
    document = located.parse(text, "f")
    if not document.problems:
        _same(document.value, yaml.load(text, yaml.CBaseLoader))  # noqa: S506 - it makes only texts
    for problem in document.problems:
        assert problem.line >= 1
        assert problem.column >= 1


def _same(ours: Any, theirs: Any) -> None:
    if isinstance(ours, dict):
        assert list(ours) == list(theirs)
        for key, value in ours.items():
            _same(value, theirs[key])
    elif isinstance(ours, list):
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            _same(mine, other)
    elif ours is None:
        assert theirs in (None, "", "~", "null")
    elif isinstance(ours, bool):
        assert theirs == str(ours).lower()
    else:
        assert str(ours) == theirs or float(ours) == float(theirs)
