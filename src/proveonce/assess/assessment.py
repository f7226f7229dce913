"""The whole assessment of one run: load, judge, roll up, prioritise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from proveonce.assess.load import Evidence
from proveonce.assess.manual import on_record, rows
from proveonce.assess.priority.overlap import rank
from proveonce.assess.priority.situation import situation
from proveonce.assess.questions import columns_used, questions
from proveonce.assess.registers import standing, with_failures
from proveonce.assess.rollup import roll_up, roll_up_controls
from proveonce.assess.run import Findings, run_checks
from proveonce.kernel.canonical import canonical, digest
from proveonce.kernel.errors import InputError, Problem
from proveonce.kernel.instants import parse_instant
from proveonce.kernel.naming import nearest
from proveonce.model.assessment import Assessment
from proveonce.model.content import Content
from proveonce.model.evidence import Run
from proveonce.model.manual import ManualRecord
from proveonce.model.register import Registers
from proveonce.model.workspace import Workspace
from proveonce.store import Store

_SHOWN = 10
"""Rules named in a note."""


@contextmanager
def assessed(
    store: Store,
    run: Run,
    content: Content,
    workspace: Workspace,
    *,
    as_of: str,
    frameworks: tuple[str, ...],
    imports: Sequence[Run] = (),
    records: Iterable[ManualRecord] = (),
    registers: Registers | None = None,
) -> Iterator[Assessment]:
    """The assessment of `run`, of what was imported and of what people recorded, while its tables are open.

    `content` has the checks over imports and records already (`imported.import_checks`, `manual.manual_checks`).

    Raises: InputError for checks that do not lint or an unknown framework; EvidenceError for evidence
    that is not what the run recorded.
    """
    asked, problems = questions(content.checks.values())
    problems += [_unknown_framework(name, content) for name in frameworks if name not in content.frameworks]
    if problems:
        raise InputError(problems)
    rule_maps = content.rule_maps.values()
    people = on_record(records, content, as_of)
    with Evidence(
        store, run, workspace, imports=imports, rule_maps=rule_maps, people=rows(people, content),
        used=columns_used(asked.values()),
    ) as evidence:  # fmt: skip
        results = run_checks(evidence.connection, asked, as_of=as_of, frameworks=frameworks, questions=asked)
        found = standing(registers or Registers(), content, parse_instant(as_of).date())
        with_registers = with_failures(evidence.connection, found, content)
        yield Assessment(
            as_of=as_of,
            run=run,
            imports=tuple(imports),
            people=people,
            content_digest=content_digest(content, workspace, run),
            checks=results,
            controls=roll_up_controls(content, results),
            requirements=roll_up(content, results, workspace, frameworks),
            priorities=rank(situation(content, results, workspace, frameworks, as_of)),
            coverage=evidence.coverage,
            findings=Findings(evidence.connection),
            registers=with_registers,
            notes=tuple(_notes(run, imports, evidence, workspace)),
        )


def content_digest(content: Content, workspace: Workspace, run: Run) -> str:
    """Digest over everything that can change a verdict: content, scope, specs, engine and botocore versions."""
    return digest(
        canonical(
            {
                "content": content.digest,
                "soc2_categories": list(workspace.soc2_categories),
                "scope": {
                    framework: [
                        {"state": r.state, "accounts": list(r.accounts), "name": r.name, "tag": dict(r.tag)}
                        for r in rules
                    ]
                    for framework, rules in workspace.scope.items()
                },
                "tool": dict(run.tool),
            }
        )
    )


def _unknown_framework(name: str, content: Content) -> Problem:
    near = nearest(name, content.frameworks)
    return Problem("proveonce.yaml", 1, 1, f"unknown framework {name!r}", near or "", "correct the id")


def _notes(run: Run, imports: Sequence[Run], evidence: Evidence, workspace: Workspace) -> Iterator[str]:
    if run.endpoint:
        yield f"Evidence was read from a custom endpoint ({run.endpoint}): the accounts may be simulated."
    for account, facts in run.accounts.items():
        if facts.get("problem"):
            yield f"Account {account} could not be read: {facts['problem']}"
        if facts.get("regions_not_planned"):
            regions = facts["regions_not_planned"]
            yield (
                f"Account {account}: {len(regions)} enabled regions were not collected; what a test missed may stand "
                "there: " + ", ".join(regions)
            )
        if facts.get("regions_not_enabled"):
            regions = facts["regions_not_enabled"]
            yield (
                f"Account {account}: AWS says that {len(regions)} regions are not enabled; they were not planned: "
                + ", ".join(regions)
            )
    yield from _import_notes(imports, evidence)
    if evidence.quarantined:
        yield f"{evidence.quarantined:,} items did not fit AWS's own model; they are kept raw and are undetermined."
    if run.manifest.get("predicate", {}).get("services"):
        yield "Only some services were collected: " + ", ".join(run.manifest["predicate"]["services"])
    if workspace.is_default:
        yield "There is no proveonce.yaml: organisation, system and scope are not stated; every resource is in scope."


def _import_notes(imports: Sequence[Run], evidence: Evidence) -> Iterator[str]:
    for brought in imports:
        facts = brought.manifest["predicate"]["import"]
        yield f"Imported from {facts['title']}: {facts['rows']:,} rows of {facts['file']} by {facts['imported_by']}."
        for gap in facts["gaps"]:
            yield f"{facts['file']}: {gap}"
    if evidence.unmapped_rules:
        shown = ", ".join(f"{tool} {rule}" for tool, rule in evidence.unmapped_rules[:_SHOWN])
        more = len(evidence.unmapped_rules) - _SHOWN
        yield (
            f"{len(evidence.unmapped_rules)} imported rules speak to no common control, and were not judged: {shown}"
            + (f" and {more} more" if more > 0 else "")
        )
