"""Calls made of some rows only: by a field's value, by its absence, or because the account asked owns the row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from proveonce.collect.details import is_absent, is_needed
from proveonce.collect.questions import Question, questions
from proveonce.model.evidence import ReadState
from proveonce.tables.spec import Detail, load_specs

OWN, FOREIGN = "111122223333", "444455556666"


@pytest.mark.parametrize(
    ("only_when", "item", "expected"),
    [
        ({}, {}, True), ({"Owner": ("{account}",)}, {"Owner": OWN}, True),
        ({"Owner": ("{account}",)}, {"Owner": FOREIGN}, False), ({"Owner": ("{account}",)}, {}, False),
        ({"A.B": ("x", "y")}, {"A": {"B": "y"}}, True), ({"A.B": ("x", "y")}, {"A": {"B": "z"}}, False),
        ({"A": ()}, {}, True), ({"A": ()}, {"A": "x"}, False),
        ({"A": ("x",), "B": ("y",)}, {"A": "x", "B": "z"}, False),
    ],
)  # fmt: skip
def test_a_call_of_some_items_only_is_made_of_these(
    only_when: Mapping[str, tuple[str, ...]], item: Mapping[str, Any], *, expected: bool
) -> None:
    assert is_needed(Detail("d", "GetD", {}, only_when=only_when), item, {}, OWN) is expected


def test_permission_sets_are_asked_for_by_the_owner_of_the_instance_only() -> None:
    call, _ = load_specs().tables()["aws_sso_admin_permission_set"]
    assert call.each is not None
    rows = [
        {
            "read": {"item": ReadState.READ},
            "item": {"InstanceArn": f"arn-{owner}", "OwnerAccountId": owner},
            "details": {},
        }
        for owner in (OWN, FOREIGN)
    ]
    found = list(questions(call, call.each, rows, OWN))
    assert [question.params for question in found if isinstance(question, Question)] == [{"InstanceArn": f"arn-{OWN}"}]
    assert len(found) == 1


READ, DENIED = ReadState.READ, ReadState.DENIED


@pytest.mark.parametrize(
    ("only_when", "unless", "above", "expected"),
    [
        ({"v.Status": ("on",)}, {}, (READ, {"Status": "on"}), True),
        ({"v.Status": ("on",)}, {}, (READ, {"Status": "off"}), False),
        ({"v.Status": ("on",)}, {}, (READ, {}), False),
        ({"v.Status": ("on",)}, {}, (ReadState.ABSENT, None), False),
        ({"v.Status": ("on",)}, {}, (ReadState.NOT_NEEDED, None), False),
        ({"v.Status": ("on",)}, {}, (DENIED, None), True),
        ({"v.Status": ("on",)}, {}, (ReadState.QUARANTINED, None), True),
        ({}, {"v.Policy": ()}, (READ, {"Policy": "{}"}), True),
        ({}, {"v.Policy": ()}, (ReadState.ABSENT, None), False),
        ({}, {"v.Policy": ()}, (ReadState.THROTTLED, None), True),
        ({}, {"v.Rules.0.Owner": ("enforced",)}, (READ, {"Rules": [{"Owner": "enforced"}]}), False),
        ({}, {"v.Rules.0.Owner": ("enforced",)}, (READ, {"Rules": [{"Owner": "writer"}]}), True),
        ({}, {"v.Rules.0.Owner": ("enforced",)}, (READ, {"Rules": []}), True),
        ({}, {"v.Status": (None, "off")}, (READ, {"Status": "off"}), False),
        ({}, {"v.Status": (None, "off")}, (READ, {}), False),
        ({}, {"v.Status": (None, "off")}, (READ, {"Status": "on"}), True),
        ({}, {"v.A": ("x",), "v.B": ("y",)}, (READ, {"A": "x", "B": "z"}), True),
        ({}, {"v.A": ("x",), "v.B": ("y",)}, (READ, {"A": "x", "B": "y"}), False),
    ],
)
def test_a_detail_that_hangs_on_another_is_left_out_only_by_what_was_read(
    only_when: Mapping[str, tuple[str, ...]],
    unless: Mapping[str, tuple[str | None, ...]],
    above: Any,
    *,
    expected: bool,
) -> None:
    detail, item = Detail("d", "GetD", {}, only_when=only_when, unless=unless), {"v": "an item's own"}
    assert is_needed(detail, item, {"v": above}, OWN) is (expected or not only_when)
    assert is_absent(detail, item, {"v": above}, OWN) is (not expected and not only_when)
