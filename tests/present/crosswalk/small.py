"""A crosswalk small enough to count on fingers, its texts as hostile as content may be."""

from __future__ import annotations

from collections.abc import Mapping

from proveonce.kernel.canonical import digest
from proveonce.kernel.located import Place
from proveonce.model.catalog import Framework, FrameworkId, Group, Requirement, RequirementId
from proveonce.model.check import Check, CheckId, Severity
from proveonce.model.content import Content
from proveonce.model.control import CommonControl, ControlId, ControlType, Domain, Nature
from proveonce.model.crosswalk import Crosswalk, Edge, JointCoverage, Relation, Review

FORMULA = "=cmd|' /C calc'!A0"
SCRIPT = "<script>alert(1)</script>"
EMOJI = "\U0001f4a9 \u202egnp"
LONG = "long " * 2_000
RESIDUAL = "What stays open: <b>&amp; the rest</b>."

_REQUIREMENTS = {"soc2": ("CC1.1", "CC1.2"), "pci_dss": ("1.1", "1.2", "1.3"), "hipaa": ("164.1", "164.2(a)(1)")}
_EDGES: dict[str, tuple[tuple[str, str, Relation], ...]] = {
    "soc2": (
        ("AAA-01", "CC1.1", Relation.EQUAL_TO),
        ("AAA-02", "CC1.1", Relation.SUBSET_OF),
        ("BBB-01", "CC1.2", Relation.INTERSECTS_WITH),
    ),
    "pci_dss": (
        ("AAA-01", "1.1", Relation.SUPERSET_OF),
        ("AAA-02", "1.2", Relation.SUBSET_OF),
        ("BBB-01", "1.2", Relation.INTERSECTS_WITH),
    ),
    "hipaa": (("AAA-01", "164.1", Relation.INTERSECTS_WITH),),
}
_TITLES = {"AAA-01": FORMULA, "AAA-02": SCRIPT, "BBB-01": EMOJI, "ODD": LONG}
_NATURES = {"AAA-01": Nature.AUTOMATED, "AAA-02": Nature.HYBRID, "BBB-01": Nature.MANUAL, "ODD": Nature.MANUAL}


def framework(name: str, requirements: tuple[str, ...], title: str = "") -> Framework:
    return Framework(
        id=FrameworkId(name), title=title or f"The {name}", edition="1 & only", publisher=SCRIPT, source="",
        retrieved="", licence="Ours.", requirement_word="requirement", groups=(Group("1", "All"),),
        requirements=tuple(
            Requirement(RequirementId(r), "1", f"{FORMULA} {r}" if index else LONG, "", "requirement")
            for index, r in enumerate(requirements)
        ),
        place=Place("", 1, 1),
    )  # fmt: skip


def _control(name: str) -> CommonControl:
    return CommonControl(
        id=ControlId(name), domain=name[:3], title=_TITLES[name], statement=SCRIPT, objective="",
        type=ControlType.PREVENTIVE, nature=_NATURES[name], cadence="P1D", owner="+owner",
    )  # fmt: skip


def edge(control: str, requirement: str, relation: Relation, review: Review | None = None) -> Edge:
    residual = "" if relation.is_full else f"{control} {requirement} {RESIDUAL}"
    rationale = f"@because {control} {requirement}"
    return Edge(ControlId(control), RequirementId(requirement), relation, rationale, residual, review)


def small_content(extra: Mapping[str, tuple[str, ...]] | None = None) -> Content:
    """Four controls (one serves nothing), seven requirements, seven edges; `extra` frameworks have no crosswalk."""
    joint = JointCoverage(RequirementId("1.2"), (ControlId("AAA-02"), ControlId("BBB-01")), "-Together they do it all.")
    crosswalks = {
        FrameworkId(name): Crosswalk(FrameworkId(name), tuple(edge(*e) for e in edges),
                                     (joint,) if name == "pci_dss" else (),
                                     {"1.3": "=Superseded."} if name == "pci_dss" else {})
        for name, edges in _EDGES.items()
    }  # fmt: skip
    requirements = {**_REQUIREMENTS, **(extra or {})}
    check = Check(CheckId("aws.a.b.c"), "", (ControlId("AAA-01"),), "aws_a_b", "true", Severity.LOW, "", ())
    return Content(
        frameworks={FrameworkId(name): framework(name, ids) for name, ids in sorted(requirements.items())},
        domains={"AAA": Domain("AAA", SCRIPT), "BBB": Domain("BBB", FORMULA)},
        controls={ControlId(name): _control(name) for name in _TITLES},
        crosswalks=crosswalks,
        checks={check.id: check},
        digest=digest(b"small"),
    )
