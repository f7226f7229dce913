"""What the fault matrices share: the classes of error, and the findings of a run that had some."""

from __future__ import annotations

import itertools
from pathlib import Path

from awslab.collected import Collected
from awslab.faults import Fault, Wire, aws_error, body, times_out
from proveonce.assess.load import Evidence
from proveonce.assess.questions import columns_used, question
from proveonce.assess.run import Findings, run_checks
from proveonce.content.loader import read_content
from proveonce.model.check import Check
from proveonce.model.evidence import ReadState
from proveonce.model.finding import Status

ROOT = Path(__file__).parents[2]

ERRORS: dict[str, tuple[Fault, ReadState]] = {
    "denied": (aws_error("AccessDenied", 403), ReadState.DENIED),
    "throttled": (aws_error("Throttling"), ReadState.THROTTLED),
    "server error": (aws_error("InternalFailure", 500), ReadState.ERROR),
    "not opted in": (aws_error("UnrecognizedClientException"), ReadState.REGION_NOT_OPTED_IN),
    "times out": (times_out, ReadState.UNAVAILABLE),
    "unheard of": (aws_error("SomethingNew", 418), ReadState.ERROR),
}


def close_regions(wire: Wire) -> None:
    """Makes AWS say that no account has enabled the home region, which is read all the same, for it is named.

    Only there do refused credentials mean that the account did not opt in.
    """
    regions = b"<item><regionName>us-east-1</regionName><optInStatus>not-opted-in</optInStatus></item>"
    answer = body(b"<DescribeRegionsResponse><regionInfo>%s</regionInfo></DescribeRegionsResponse>" % regions)
    wire.fail("ec2:DescribeRegions", answer)


Found = dict[tuple[str, str, int], Status]
"""(check, resource with its account left out, number among equals) → status."""


def shipped_checks() -> list[Check]:
    """Every check that we ship; what is wrong with them, tests/content says."""
    return list(read_content(ROOT)[0].checks.values())


def judged(collected: Collected, checks: list[Check]) -> tuple[dict[str, Found], dict[str, set[str]]]:
    """Account → its findings about rows, and the checks that have one for a listing not read."""
    found: dict[str, Found] = {}
    unread: dict[str, set[str]] = {}
    numbers: dict[tuple[str, str, str], itertools.count[int]] = {}
    used = columns_used(map(question, checks))
    with Evidence(collected.store, collected.run, collected.workspace, used=used) as evidence:
        run_checks(evidence.connection, checks, as_of=collected.run.ended_at)
        for finding in Findings(evidence.connection)():
            if finding.line < 0:
                unread.setdefault(finding.account, set()).add(finding.check)
                continue
            resource = finding.resource.replace(finding.account, "{account}")
            number = next(numbers.setdefault((finding.account, finding.check, resource), itertools.count()))
            found.setdefault(finding.account, {})[finding.check, resource, number] = finding.status
    return found, unread


def assert_nothing_gained(case: str, before: Found, after: Found, unread: set[str]) -> None:
    """Findings differ from the calm ones by being undetermined only, and no pass is gone without a word."""
    for key, status in after.items():
        assert status in (before.get(key), Status.UNDETERMINED), f"{case}: {key} was {before.get(key)}, is {status}"
    vanished = {
        check for (check, *rest), status in before.items() if status is Status.PASS and (check, *rest) not in after
    }
    assert vanished <= unread, f"{case}: passes vanished without a word"
