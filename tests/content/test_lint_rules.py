"""The rules of the lint one by one, on a tiny workspace: what is reported, where, and what is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content import tiny
from proveonce.kernel.errors import Problem

Lint = Callable[[Mapping[str, str]], list[Problem]]
JOINT = """\
jointly_complete:
  - requirement: A
    controls: [LOG-01, LOG-02]
    reason: One does this half and one does that.
"""
SUPERSET, SUBSET, INTERSECTS, EQUAL = "superset-of", "subset-of", "intersects-with", "equal-to"


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lint:
    return lambda texts: tiny.problems(tmp_path, monkeypatch, texts)


def _texts(
    edges: list[tiny.Edge],
    requirements: Mapping[str, str] | None = None,
    cadences: Mapping[str, str] | None = None,
    more: str = "",
) -> dict[str, str]:
    names = requirements or dict.fromkeys(sorted({requirement for _, requirement, _ in edges}), "")
    return {
        tiny.FRAMEWORK: tiny.framework(names),
        tiny.CONTROLS: tiny.controls(cadences or dict.fromkeys(sorted({control for control, _, _ in edges}), "P1D")),
        tiny.CROSSWALK: tiny.crosswalk(edges, more),
    }


def _whats(found: list[Problem]) -> list[str]:
    return [problem.what for problem in found]


def test_a_sound_workspace_has_no_problem(lint: Lint) -> None:
    assert lint(_texts([("LOG-01", "A", SUPERSET), ("LOG-02", "A", SUBSET), ("LOG-02", "B", EQUAL)])) == []


CIRCLE = [("LOG-01", "A", SUPERSET), ("LOG-02", "A", SUBSET), ("LOG-02", "B", SUPERSET), ("LOG-01", "B", SUBSET)]


@pytest.mark.parametrize("turn", range(4))
def test_relations_in_a_circle_are_one_problem_at_the_last_edge(lint: Lint, turn: int) -> None:
    (problem,) = lint(_texts(CIRCLE[turn:] + CIRCLE[:turn]))
    control, requirement, relation = CIRCLE[turn - 1]
    assert problem.what.startswith(f"the relations go in a circle: {control} {relation} {requirement}, yet ")
    text = tiny.crosswalk(CIRCLE[turn:] + CIRCLE[:turn]).split("\n")
    assert text[problem.line - 1] == f"    relation: {relation}"
    assert problem.line > max(row for row, line in enumerate(text, 1) if "control:" in line)
    assert all(
        f"{c} {r} {q} (mappings/tiny.yaml:" in problem.what for c, q, r in CIRCLE if (c, q, r) != CIRCLE[turn - 1]
    )


def test_a_relation_that_follows_otherwise_from_three_others_is_found(lint: Lint) -> None:
    edges = [*CIRCLE[:3], ("LOG-01", "B", INTERSECTS)]
    (problem,) = lint(_texts(edges))
    assert problem.what.startswith("LOG-01 intersects-with B, yet superset-of follows from the other relations: LOG-01")
    assert (problem.line, problem.column) == (18, 15)


def test_a_control_within_a_part_of_a_requirement_cannot_reach_beyond_it(lint: Lint) -> None:
    edges = [("LOG-01", "A.1", SUBSET), ("LOG-01", "A", INTERSECTS)]
    (problem,) = lint(_texts(edges, {"A": "kind: section", "A.1": "kind: standard, parent: A"}))
    assert problem.what.startswith("LOG-01 intersects-with A, yet subset-of follows")
    assert "A.1 is a part of A" in problem.what


@pytest.mark.parametrize(("kind", "count"), [("standard_element", 1), ("implementation_specification", 0)])
def test_an_implementation_specification_stands_beside_its_standard(lint: Lint, kind: str, count: int) -> None:
    edges = [("LOG-01", "A", SUPERSET), ("LOG-01", "A.1", INTERSECTS)]
    found = lint(_texts(edges, {"A": "kind: standard", "A.1": f"kind: {kind}, parent: A"}))
    assert len(found) == count


@pytest.mark.parametrize(
    ("more", "count"), [("", 1), ("not_mapped: {A.1: It asks for no act of its own at all.}\n", 0)]
)
def test_all_of_a_requirement_needs_an_edge_to_each_part_that_is_mapped(lint: Lint, more: str, count: int) -> None:
    edges = [("LOG-01", "A", SUPERSET), ("LOG-02", "A.1", SUBSET)] if count else [("LOG-01", "A", SUPERSET)]
    found = lint(_texts(edges, {"A": "kind: section", "A.1": "kind: standard, parent: A"}, more=more))
    assert [what.split(", yet ")[1] for what in _whats(found)] == ["has no edge to its part A.1"] * count


def test_a_jointly_complete_set_needs_an_edge_to_each_part(lint: Lint) -> None:
    edges = [("LOG-01", "A", SUBSET), ("LOG-02", "A", SUBSET), ("LOG-03", "A.1", SUBSET)]
    (problem,) = lint(_texts(edges, {"A": "kind: section", "A.1": "kind: standard, parent: A"}, more=JOINT))
    assert problem.what == "the set is declared complete for A, yet none of it has an edge to its part A.1"


FACTS = st.frozensets(st.integers(0, 4), min_size=1)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, min_size=1, max_size=4), st.lists(FACTS, min_size=1, max_size=4), st.data())
def test_true_relations_never_contradict_each_other(
    lint: Lint, controls: list[frozenset[int]], requirements: list[frozenset[int]], data: st.DataObject
) -> None:
    """Controls and requirements as sets of what is done and asked, their relations read off the sets."""
    edges: list[tiny.Edge] = []
    for (c, does), (r, asks) in product(enumerate(controls), enumerate(requirements)):
        if does & asks:
            relation = EQUAL if does == asks else SUPERSET if does > asks else SUBSET if does < asks else INTERSECTS
            edges.append((f"LOG-0{c}", f"R{r}", relation))
    further = {}
    for r, asks in enumerate(requirements):
        above = [f"R{p}" for p, wider in enumerate(requirements) if p != r and wider > asks]
        parent = data.draw(st.sampled_from(above)) if above else ""
        further[f"R{r}"] = f"kind: part, parent: {parent}" if parent else ""
    found = lint(_texts(edges, further, {f"LOG-0{c}": "P1D" for c in range(len(controls))}))
    assert [
        what for what in _whats(found) if "circle" in what or "follows" in what or "no edge to its part" in what
    ] == []


@pytest.mark.parametrize(
    ("cadence", "facts", "count"),
    [
        ("P3M", "interval: P3M", 0),
        ("P1Y", "interval: P12M", 0),
        ("P90D", "interval: P3M", 0),
        ("P4M", "interval: P3M", 1),
        ("P1W", "interval: P7D", 0),
        ("P8D", "interval: P1W", 1),
        ("P1D", "interval: PT12H", 1),
        ("P12M", "interval: P60D, interval_kind: deadline", 0),
        ("P12M", "interval: P3M, interval_kind: retention", 0),
        ("P12M", "interval: P90D, interval_kind: lifetime", 0),
        ("P12M", "interval: P90D, interval_kind: recurring", 1),
        ("P12M", "recurring_frequency: daily", 0),
    ],
)
def test_a_cadence_meets_the_interval_of_what_the_control_covers(
    lint: Lint, cadence: str, facts: str, count: int
) -> None:
    found = lint(_texts([("LOG-01", "A", SUPERSET)], {"A": f"kind: x, facts: {{{facts}}}"}, {"LOG-01": cadence}))
    assert len(found) == count
    for problem in found:
        assert (problem.file, problem.line, problem.column) == (tiny.CONTROLS, 10, 14)


def test_the_strictest_interval_wins_and_an_intersection_does_not_bind(lint: Lint) -> None:
    requirements = {"A": "kind: x, facts: {interval: P6M}", "B": "kind: x, facts: {interval: P1M}",
                    "C": "kind: x, facts: {interval: P1D}"}  # fmt: skip
    edges = [("LOG-01", "A", SUPERSET), ("LOG-01", "B", SUBSET), ("LOG-01", "C", INTERSECTS)]
    (problem,) = lint(_texts(edges, requirements, {"LOG-01": "P1Y"}))
    assert problem.what.startswith("cadence P1Y of LOG-01 is weaker than P1M, which tiny asks: LOG-01 subset-of B (")


@pytest.mark.parametrize(("cadence", "count"), [("P1M", 0), ("P1Y", 1)])
def test_one_control_of_a_jointly_complete_set_is_done_often_enough(lint: Lint, cadence: str, count: int) -> None:
    edges = [("LOG-01", "A", INTERSECTS), ("LOG-02", "A", INTERSECTS)]
    requirements = {"A": "kind: x, facts: {interval: P3M}"}
    found = lint(_texts(edges, requirements, {"LOG-01": cadence, "LOG-02": "P1Y"}, JOINT))
    assert _whats(found) == ["the set is complete for A, yet none of it is done every P3M"] * count


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ("interval: P", "'P' is no duration"),
        ("interval: 3", "3 is no duration"),
        ("interval: P3M, interval_kind: retension", "unknown interval_kind 'retension'"),
        ("interval_kind: deadline", "interval_kind is given without interval"),
        ("superseded_by: B", "unknown requirement 'B'"),
    ],
)
def test_a_fact_that_cannot_be_is_a_problem(lint: Lint, facts: str, what: str) -> None:
    found = lint(_texts([("LOG-01", "A", SUPERSET)], {"A": f"kind: x, facts: {{{facts}}}"}))
    assert _whats(found) == [what]


def test_a_longer_circle_of_parents_is_one_problem_where_it_turns_back(lint: Lint) -> None:
    chain = {"A": "kind: implementation_specification, parent: C", "B": "kind: implementation_specification, parent: A",
             "C": "kind: implementation_specification, parent: B"}  # fmt: skip
    (problem,) = lint(_texts([("LOG-01", name, SUPERSET) for name in chain], chain))
    assert (problem.what, problem.file, problem.line) == ("parents go in a circle: A → C → B → A", tiny.FRAMEWORK, 12)


def test_a_domain_that_serves_nothing_is_one_problem(lint: Lint) -> None:
    own = tiny.controls({"OWN-01": "P1D", "OWN-02": "P1D"}).replace("domain: LOG", "domain: OWN")
    (problem,) = lint({**_texts([("LOG-01", "A", SUPERSET)]), "controls/common/own.yaml": own})
    assert str(problem).startswith(
        "controls/common/own.yaml:1:9: no control of domain OWN serves a requirement (OWN-01, OWN-02)"
    )


def test_one_domain_has_one_title(lint: Lint) -> None:
    more = tiny.controls({"LOG-09": "P1D"}).replace("title: Logging", "title: Logs")
    texts = _texts([("LOG-01", "A", SUPERSET), ("LOG-09", "A", SUPERSET)], cadences={"LOG-01": "P1D"})
    (problem,) = lint({**texts, "controls/common/more.yaml": more})
    assert str(problem).startswith(
        "controls/common/more.yaml:2:8: domain LOG has another title at controls/common/logging.yaml:2:8"
    )


def test_a_framework_without_a_crosswalk_is_one_problem(lint: Lint) -> None:
    other = tiny.framework(["X", "Y"], name="other")
    (problem,) = lint({**_texts([("LOG-01", "A", SUPERSET)]), "controls/frameworks/other.yaml": other})
    assert str(problem).startswith("controls/frameworks/other.yaml:1:5: no crosswalk maps to 'other'")


def test_a_crosswalk_that_cannot_be_read_makes_nothing_an_orphan(lint: Lint) -> None:
    texts = _texts([("LOG-01", "A", SUPERSET)])
    (problem,) = lint({**texts, tiny.CROSSWALK: texts[tiny.CROSSWALK] + "x: ["})
    assert problem.what.startswith("not valid YAML")


def test_a_misspelt_framework_of_a_crosswalk_makes_nothing_an_orphan(lint: Lint) -> None:
    texts = _texts([("LOG-01", "A", SUPERSET)])
    found = lint({**texts, tiny.CROSSWALK: texts[tiny.CROSSWALK].replace("framework: tiny", "framework: tinny")})
    assert _whats(found) == ["unknown framework 'tinny'"]


def test_a_bad_edge_is_one_problem_and_not_also_an_absence(lint: Lint) -> None:
    texts = _texts([("LOG-01", "A", SUPERSET)])
    found = lint({**texts, tiny.CROSSWALK: texts[tiny.CROSSWALK].replace("superset-of", "superset")})
    assert len(found) == 1
    assert found[0].what.startswith("'superset' is not one of")


def test_a_group_without_requirements_is_a_problem(lint: Lint) -> None:
    texts = _texts([("LOG-01", "A", SUPERSET)])
    extra = texts[tiny.FRAMEWORK].replace("requirements:\n", "  - {id: H, title: Empty}\nrequirements:\n")
    assert _whats(lint({**texts, tiny.FRAMEWORK: extra})) == ["group 'H' holds no requirement"]


def test_a_requirement_of_another_framework_is_named_with_its_framework(lint: Lint) -> None:
    texts = _texts([("LOG-01", "A", SUPERSET)])
    other = {
        "controls/frameworks/other.yaml": tiny.framework(["X"], name="other"),
        "mappings/other.yaml": tiny.crosswalk([("LOG-01", "X", SUPERSET), ("LOG-01", "A", SUBSET)], name="other"),
    }
    (problem,) = lint({**texts, **other})
    assert (problem.what, problem.closest) == ("unknown requirement 'A'", "'A' of tiny")


def test_a_control_that_lost_its_last_edge_is_named_with_its_checks(lint: Lint) -> None:
    check = (
        "- id: aws.rds.db-instance.encrypted\n  title: x\n  supports: [LOG-02]\n  population: aws_rds_db_instance\n"
        "  passes_when: StorageEncrypted\n  shows: [StorageEncrypted]\n  severity: high\n  remediation: x\n"
    )
    texts = _texts([("LOG-01", "A", SUPERSET)], cadences={"LOG-01": "P1D", "LOG-02": "P1D"})
    (problem,) = lint({**texts, "controls/checks/aws/rds.yaml": check})
    assert str(problem).startswith(
        "controls/common/logging.yaml:14:9: control LOG-02 serves no requirement, and so neither do its checks "
        "(aws.rds.db-instance.encrypted)"
    )


@pytest.mark.parametrize("value", ["[A]", "{A: B}", "5", "null", "true", "''"])
@pytest.mark.parametrize("key", ["control: LOG-01", "requirement: 'A'", "relation: superset-of"])
def test_a_value_of_the_wrong_kind_is_a_problem_and_no_crash(lint: Lint, key: str, value: str) -> None:
    texts = _texts([("LOG-01", "A", SUPERSET), ("LOG-02", "A", SUPERSET)], more=JOINT)
    bad = texts[tiny.CROSSWALK].replace(key, f"{key.partition(':')[0]}: {value}", 1)
    assert lint({**texts, tiny.CROSSWALK: bad})


def test_so_many_misspelt_names_claim_no_absence(lint: Lint) -> None:
    edges = [("LOG-01", f"Z{number}", SUPERSET) for number in range(101)]
    found = lint(_texts(edges, {"A": ""}, {"LOG-01": "P1D"}))
    assert {what.split(" '")[0] for what in _whats(found)} == {"unknown requirement"}


def test_two_edges_between_the_same_ends_that_differ_name_both_relations(lint: Lint) -> None:
    (problem,) = lint(_texts([("LOG-01", "A", SUPERSET), ("LOG-01", "A", SUBSET)], {"A": ""}))
    assert problem.what == "the edge LOG-01 → A is already defined at mappings/tiny.yaml:3:14, there as superset-of"
