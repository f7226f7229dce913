"""Errors say what, where and how to fix it; input errors carry every problem once, in file order."""

from __future__ import annotations

import pytest

from proveonce.kernel.errors import EvidenceError, InputError, Problem, ProveonceError, StoreError, UsageError
from proveonce.kernel.naming import nearest


def test_a_problem_reads_as_the_house_style_shows() -> None:
    problem = Problem(
        "mappings/pci_dss.yaml", 214, 9, "unknown common control 'LOGG-02' in requirement 10.3.2",
        closest="'LOG-02' (controls/common/logging.yaml:88)", fix="correct the id, or define it in controls/common/",
    )  # fmt: skip
    assert str(problem) == (
        "mappings/pci_dss.yaml:214:9: unknown common control 'LOGG-02' in requirement 10.3.2\n"
        "  closest: 'LOG-02' (controls/common/logging.yaml:88)\n"
        "  fix: correct the id, or define it in controls/common/"
    )


def test_an_input_error_lists_each_problem_once_in_file_order() -> None:
    late, early = Problem("b.yaml", 2, 1, "late"), Problem("b.yaml", 1, 9, "early")
    error = InputError([late, early, Problem("a.yaml", 10, 1, "first"), late])
    assert [p.what for p in error.problems] == ["first", "early", "late"]
    assert str(error).endswith("3 problems found")
    assert str(InputError([late])).endswith("1 problem found")


@pytest.mark.parametrize(("kind", "code"), [(ProveonceError, 1), (StoreError, 1), (UsageError, 2), (EvidenceError, 5)])
def test_an_error_says_what_where_and_fix_and_has_its_exit_code(kind: type[ProveonceError], code: int) -> None:
    error = kind("it broke", where="here", fix="mend it")
    assert str(error) == "here: it broke\n  fix: mend it"
    assert str(kind("it broke")) == "it broke"
    assert kind.exit_code == code


def test_input_errors_are_bad_input() -> None:
    assert InputError.exit_code == 2


@pytest.mark.parametrize(("name", "found"), [("LOGG-02", "LOG-02"), ("LOG-2", "LOG-02"), ("zzz", None), ("", None)])
def test_the_nearest_name_is_suggested_only_when_near(name: str, found: str | None) -> None:
    assert nearest(name, ["IAM-01", "LOG-02"]) == found
    assert nearest(name, []) is None
