"""Which reader reads what; a file is recognised by its content, never by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from proveonce.collect.imports import (
    auditmanager,
    cdk_nag,
    cfn_lint,
    cfn_nag,
    checkov,
    cloudguard,
    config,
    conformity,
    custodian,
    inspector2,
    powerpipe,
    prowler,
    sarif,
    scoutsuite,
    securityhub,
    trustedadvisor,
)
from proveonce.kernel.errors import UsageError
from proveonce.kernel.naming import nearest
from proveonce.model.imported import Imported, RuleMap


@dataclass(frozen=True, slots=True)
class Reader:
    """One format of one tool."""

    tool: str
    """As users name it with `--from`, and the name of its rule map."""
    recognises: Callable[[Path], bool]
    """Whether the content is of this format; reads little, and never raises."""
    read: Callable[[Path, RuleMap | None], Imported]
    """The whole file. Raises: InputError with file, place and reason when it is not sound."""


READERS: tuple[Reader, ...] = (
    Reader("prowler", prowler.recognises, prowler.read),
    Reader("prowler", securityhub.recognises_prowlers, securityhub.read),
    Reader("securityhub", securityhub.recognises, securityhub.read),
    Reader("scoutsuite", scoutsuite.recognises, scoutsuite.read),
    Reader("powerpipe", powerpipe.recognises, powerpipe.read),
    Reader("custodian", custodian.recognises, custodian.read),
    Reader("conformity", conformity.recognises, conformity.read),
    Reader("cloudguard", cloudguard.recognises, cloudguard.read),
    Reader("cfn_nag", cfn_nag.recognises, cfn_nag.read),
    Reader("checkov", checkov.recognises, checkov.read),
    Reader("cfn_lint", cfn_lint.recognises, cfn_lint.read),
    Reader("cdk_nag", cdk_nag.recognises, cdk_nag.read),
    Reader("config", config.recognises, config.read),
    Reader("inspector2", inspector2.recognises, inspector2.read),
    Reader("trustedadvisor", trustedadvisor.recognises, trustedadvisor.read),
    Reader("auditmanager", auditmanager.recognises, auditmanager.read),
    *(Reader(tool, sarif.recognises(tool), sarif.read) for tool in sarif.TOOLS),
)


def tools() -> list[str]:
    """Every tool that can be named."""
    return sorted({reader.tool for reader in READERS})


def read_file(path: Path, tool: str | None, rule_maps: Mapping[str, RuleMap]) -> Imported:
    """What is in the file, by the reader that recognises it.

    Raises: UsageError for an unknown tool, a file of another one or of none we know; InputError for a broken file.
    """
    if tool is not None and tool not in tools():
        near = nearest(tool, tools())
        raise UsageError(f"no reader for {tool!r}", fix=f"did you mean {near}?" if near else ", ".join(tools()))
    if not path.exists():
        raise UsageError(f"{path} does not exist", fix="name a file, or the folder that the tool wrote")
    found = next((r for r in READERS if tool in (None, r.tool) and r.recognises(path)), None)
    if found is None:
        other = next((r.tool for r in READERS if r.recognises(path)), None)
        what = f"a file of {other}" if other else "of no format that we know"
        raise UsageError(
            f"this is {what}{f', not of {tool}' if tool else ''}",
            where=str(path),
            fix=f"--from {other}" if other else f"known tools: {', '.join(tools())}",
        )
    return found.read(path, rule_maps.get(found.tool))
