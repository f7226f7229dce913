"""What the OSCAL tests share: the real content, a hostile one, NIST's schemas, and ways through a document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types

from present.crosswalk.small import LONG, SCRIPT, small_content
from proveonce.content.loader import read_content
from proveonce.model.catalog import Framework, FrameworkId, Group, Requirement, RequirementId
from proveonce.model.content import Content
from proveonce.present import oscal

TESTS = Path(__file__).resolve().parents[1]
SOC2, PCI, HIPAA = (FrameworkId(name) for name in ("soc2", "pci_dss", "hipaa"))
NAMES = [
    "catalog-common-controls.json", "catalog-hipaa.json", "catalog-pci_dss.json", "catalog-soc2.json",
    "mapping-hipaa.json", "mapping-pci_dss.json", "mapping-soc2.json",
]  # fmt: skip
HOSTILE = {
    "markdown": "# *a* _b_ `c` [d](javascript:e) <f> &lt; {{ insert: param, g }} \\ ~~h~~ 1_2 aws_s3_bucket",
    "list": "1. one\n\n- two\n\n\n  + three\n> four\n=====",
    "lines": "\n\t a\r\nb\u2028c\u2029d\x85e \n",
    "unicode": "\ud800 \U0001f4a9 \u202egnp Zażółć \u0661\u0662 e\u0301",
    "json": '"}]},"uuid":"x"',
}


@cache
def real_content() -> Content:
    content, problems = read_content(TESTS.parent)
    assert not problems
    return content


def requirement(name: str, text: str = "", parent: str | None = None, **facts: str | int | bool) -> Requirement:
    return Requirement(RequirementId(name), "1", text, text, text, parent, facts, (text, "", text),
                       {"examine": text, "observe": text}, text)  # fmt: skip


def hostile_framework() -> Framework:
    """Names that no token may hold and that would be alike, children before and below each other, every bad text."""
    requirements = (
        *(requirement(f"{number}(a)", text) for number, text in enumerate(HOSTILE.values())),
        requirement("1.a"),
        requirement("(a"),
        requirement("\u0661", SCRIPT),
        requirement("child", LONG, "1(a)", superseded_by="1.a", truth=False, **{"9 b:c": "\n x \n", "none": " "}),
        requirement("grandchild", "\t", "child", superseded_by="nowhere", count=0),
    )
    base = small_content().frameworks[PCI]
    groups = (*base.groups, Group("(2)", " \n", HOSTILE["lines"]))
    return replace(base, id=FrameworkId("odd"), groups=groups, requirements=requirements, retrieved="2026-02-28",
                   edition=HOSTILE["lines"], licence=HOSTILE["list"], source=HOSTILE["json"])  # fmt: skip


@cache
def hostile_content() -> Content:
    """`small_content`, dated, with the odd framework (no edge into it)."""
    small = small_content()
    frameworks = {name: replace(f, retrieved="2026-01-31") for name, f in small.frameworks.items()}
    controls = {name: replace(c, evidence=tuple(HOSTILE.values()), procedures={"inquiry": HOSTILE["list"]})
                for name, c in small.controls.items()}  # fmt: skip
    odd = hostile_framework()
    return replace(small, frameworks={**frameworks, odd.id: odd}, controls=controls)


@cache
def files(*, hostile: bool = False) -> dict[str, Any]:
    """Every document of a package of all frameworks, read back from its bytes."""
    content = hostile_content() if hostile else real_content()
    return {name: json.loads(data) for name, data in oscal.package_files(content, tuple(content.frameworks)).items()}


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    r"""JSON Schema's patterns are ECMA-262: `\p` is unknown to `re`, and `$` and `.` are more lenient there."""
    python = pattern.replace(r"\p{L}", r"[^\W\d_]").replace(r"\p{N}", r"\d").replace("(.*", "([^\n\r\u2028\u2029]*")
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", python), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


@cache
def validator(root: str) -> Any:
    """NIST's schema for documents of that root key."""
    model = {"catalog": "catalog", "mapping-collection": "mapping"}[root]
    schema = json.loads((TESTS / "data" / "oscal" / f"oscal_{model}_schema.json").read_bytes())
    return jsonschema.validators.extend(jsonschema.Draft7Validator, {"pattern": _pattern})(schema)


def errors(document: dict[str, Any]) -> list[str]:
    """What NIST's schema finds wrong with a document."""
    return [
        f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
        for e in validator(next(iter(document))).iter_errors(document)
    ]


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document, outermost first."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(item)


def controls(catalog: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every control of a catalog by its label, none of them twice."""
    found: dict[str, dict[str, Any]] = {}

    def add(control: dict[str, Any]) -> None:
        label = props(control)["label"]
        assert label not in found
        found[label] = control
        for child in control.get("controls", ()):
            add(child)

    for group in catalog["catalog"]["groups"]:
        for control in group.get("controls", ()):
            add(control)
    return found


def props(value: dict[str, Any]) -> dict[str, str]:
    """The properties by name; of several of one name the last."""
    return {prop["name"]: prop["value"] for prop in value.get("props", ())}
