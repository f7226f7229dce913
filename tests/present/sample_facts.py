"""Synthetic evidence and findings for renderer tests: populations first, checks over them second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from proveonce.kernel.canonical import digest
from proveonce.model.check import Check
from proveonce.model.content import Content
from proveonce.model.evidence import Artefact, Coverage, ReadState
from proveonce.model.finding import Finding, Status

ACCOUNTS = {"111122223333": "ehi-prod", "222233334444": "ehi-data", "555566667777": "ehi-dev"}
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
NOT_OPTED_IN = "ap-east-1"
READ_AT = "2026-11-24T03:{minute:02d}:00.000000Z"

LONG_ARN = "arn:aws:rds:us-east-1:111122223333:snapshot:careloop-claims-aurora-production-final-snapshot-".ljust(
    200, "x"
)

HOSTILE = (
    '=HYPERLINK("http://x")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "http://example.com/click-me",
    "bell\x07, null\x00, escape\x1b and return\r\n in a name",
    "not a character \ufffe, alone \ud83d, _x0041_ as it is",
    "emoji \U0001f4a9\U0001f468\u200d\U0001f469\u200d\U0001f467 in a name",
    "\u672c\u756a\u74b0\u5883\u306e\u30c7\u30fc\u30bf\u30d9\u30fc\u30b9",
    "right to left \u202efdp.exe\u202c and zero\u200bwidth",
    '<r><t>x</t></r></is></c><c r="Z99"><f>1+1</f></c><r></r>',
    "<script>alert(1)</script>&amp;",
    "  spaces around  ",
    LONG_ARN,
)
"""Resource names that have hurt some report somewhere."""

LONG_VALUE = "policy-statement " * 2_353
"""40,001 characters: more than a cell holds."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One table of the sample and the call that fills it."""

    service: str
    operation: str
    arn: str
    size: int
    """Rows of one account and region, at scale 1."""
    is_global: bool = False
    detail: str = ""


TABLES: Mapping[str, Listing] = {
    "aws_cloudtrail_trail": Listing("cloudtrail", "DescribeTrails", "cloudtrail:{r}:{a}:trail/org-trail-{n}", 1),
    "aws_dynamodb_table": Listing("dynamodb", "ListTables", "dynamodb:{r}:{a}:table/claims-{n}", 2),
    "aws_ec2_security_group": Listing(
        "ec2", "DescribeSecurityGroups", "ec2:{r}:{a}:security-group/sg-0{n:06d}b77e41c2", 4
    ),
    "aws_ecr_repository": Listing("ecr", "DescribeRepositories", "ecr:{r}:{a}:repository/careloop/api-{n}", 3),
    "aws_elbv2_listener": Listing(
        "elasticloadbalancing",
        "DescribeListeners",
        "elasticloadbalancing:{r}:{a}:listener/app/careloop-edge/50dc6c495c0c9188/f2f7dc8efc522ab{n}",
        2,
    ),
    "aws_guardduty_detector": Listing("guardduty", "ListDetectors", "guardduty:{r}:{a}:detector/12abc34d567e8{n}", 1),
    "aws_iam_account_summary": Listing("iam", "GetAccountSummary", "iam::{a}:root", 1, is_global=True),
    "aws_iam_credential_report": Listing(
        "iam", "GetCredentialReport", "iam::{a}:user/clinician-{n}", 8, is_global=True
    ),
    "aws_iam_password_policy": Listing("iam", "GetAccountPasswordPolicy", "iam::{a}:policy", 1, is_global=True),
    "aws_rds_db_instance": Listing("rds", "DescribeDBInstances", "rds:{r}:{a}:db:careloop-member-eligibility-{n}", 3),
    "aws_rds_db_snapshot": Listing(
        "rds", "DescribeDBSnapshots", "rds:{r}:{a}:snapshot:rds:careloop-claims-2026-09-{n:02d}-03-12", 5
    ),
    "aws_s3_bucket": Listing(
        "s3", "ListBuckets", "s3:::careloop-{a}-documents-{n}", 6, is_global=True, detail="GetBucketEncryption"
    ),
}

_GAPS: Mapping[tuple[str, str, str], tuple[ReadState, str, str]] = {
    ("555566667777", "us-west-2", "rds"): (
        ReadState.DENIED,
        "AccessDenied",
        "User: arn:aws:sts::555566667777:assumed-role/proveonce/x is not authorized to perform: rds:Describe*",
    ),
    ("222233334444", "us-east-1", "elasticloadbalancing"): (ReadState.THROTTLED, "Throttling", "Rate exceeded"),
    ("555566667777", "eu-west-1", "guardduty"): (ReadState.NOT_ENABLED, "", "No detector exists in this region"),
    ("222233334444", "eu-west-1", "ecr"): (ReadState.UNAVAILABLE, "EndpointConnectionError", "No endpoint answered"),
}
_HALF_READ = (ReadState.THROTTLED,)
_NO_FINDING = (ReadState.REGION_NOT_OPTED_IN, ReadState.NOT_ENABLED)
"""Nothing can be there, so nothing is left open."""

_FAILS: Mapping[str, int] = {
    "aws.iam.user.mfa-enabled": 7,
    "aws.s3.bucket.public-access-blocked": 5,
    "aws.rds.db-snapshot.encrypted": 11,
    "aws.ec2.security-group.no-open-admin-ports": 9,
    "aws.dynamodb.table.point-in-time-recovery": 2,
}
"""Check → every how many-th member fails."""
_NOT_APPLICABLE = {"aws.rds.db-instance.storage-encrypted": 3, "aws.ecr.repository.scan-on-push": 4}
_DETAIL_DENIED = "aws.s3.bucket.encrypted"
_OUT_OF_SCOPE = {"555566667777": ("pci_dss",)}


def places(table: str) -> list[tuple[str, str]]:
    """Pairs of account and region where the table's listing is planned; opted-in regions only."""
    regions = ("global",) if TABLES[table].is_global else REGIONS
    return [(account, region) for account in ACCOUNTS for region in regions]


def gap(account: str, region: str, table: str) -> tuple[ReadState, str, str]:
    """How the listing went: state, code, message."""
    if region == NOT_OPTED_IN:
        return ReadState.REGION_NOT_OPTED_IN, "OptInRequired", "The account has not opted in to this region"
    return _GAPS.get((account, region, TABLES[table].service), (ReadState.READ, "", ""))


def members(table: str, account: str, region: str, scale: int) -> list[str]:
    """Resources of one listing, as read; hostile names among the snapshots of one account."""
    if not _has_rows(gap(account, region, table)[0]):
        return []
    arn = "arn:aws:" + TABLES[table].arn
    names = [arn.format(a=account, r=region, n=number + 1) for number in range(TABLES[table].size * scale)]
    hostile_here = (table, account, region) == ("aws_rds_db_snapshot", "111122223333", "us-east-1")
    return names + list(HOSTILE) if hostile_here else names


def _has_rows(state: ReadState) -> bool:
    return state is ReadState.READ or state in _HALF_READ


def artefact_digest(table: str, account: str, region: str) -> str:
    """The digest under which the sample's artefact is known."""
    return digest(f"{table} {account} {region}".encode())


def sample_artefacts(scale: int) -> tuple[Artefact, ...]:
    """One artefact a listing that was read, and the run's own."""
    items = [
        Artefact(
            digest=artefact_digest(table, account, region),
            length=812 * len(rows) + 1,
            stored_digest=digest(f"stored {table} {account} {region}".encode()),
            stored_length=97 * len(rows) + 13,
            kind="items",
            table=table,
            account=account,
            region=region,
            rows=len(rows),
        )
        for table in TABLES
        for account, region in places(table)
        if _has_rows(gap(account, region, table)[0])
        for rows in [members(table, account, region, scale)]
    ]
    own = [
        Artefact(digest(kind.encode()), 90_210, digest(f"stored {kind}".encode()), 8_121, kind)
        for kind in ("calls", "coverage", "scope")
    ]
    return tuple(items + own)


def findings_of(check: Check, scale: int) -> Iterator[Finding]:
    """One finding a member, and one undetermined a listing not read to its end; by account, region, resource."""
    for account, region in places(check.population):
        state, code, _ = gap(account, region, check.population)
        rows = members(check.population, account, region, scale)
        found = [_judge(check, account, region, name, line) for line, name in enumerate(rows)]
        if not state.is_read and state not in _NO_FINDING:
            found.append(_unread(check, account, region, f"{state}: {code}"))
        yield from sorted(found, key=lambda finding: (finding.resource, finding.line))


def _judge(check: Check, account: str, region: str, resource: str, line: int) -> Finding:
    status, reason = Status.PASS, ""
    if _is_nth(_NOT_APPLICABLE, check, line):
        status, reason = Status.NOT_APPLICABLE, f"not ({check.applies_when})"
    elif _is_nth(_FAILS, check, line):
        status, reason = Status.FAIL, f"not ({check.passes_when})"[:90]
    elif check.id == _DETAIL_DENIED and line == 0 and account == "555566667777":
        status, reason = Status.UNDETERMINED, "GetBucketEncryption denied: AccessDenied"
    observed: dict[str, object] = {
        column: "AWS/KMS" if "K" in column else status is Status.PASS for column in check.shows
    }
    if resource in HOSTILE:
        observed[check.shows[-1]] = resource
    if check.population == "aws_dynamodb_table" and line == 1 and region == "us-east-1":
        observed[check.shows[0]] = LONG_VALUE
    return Finding(
        check=check.id,
        status=status,
        reason=reason,
        account=account,
        region=region,
        resource=resource,
        observed=observed,
        artefact=artefact_digest(check.population, account, region),
        line=line,
        call=_call_id(check.population, account, region),
        read_at=READ_AT.format(minute=line % 60),
        out_of_scope=_OUT_OF_SCOPE.get(account, ()),
    )


def _is_nth(every: Mapping[str, int], check: Check, line: int) -> bool:
    period = every.get(check.id)
    return period is not None and line % period == 1


def _unread(check: Check, account: str, region: str, reason: str) -> Finding:
    operation = TABLES[check.population].operation
    return Finding(
        check.id, Status.UNDETERMINED, f"{operation} not read to its end ({reason})", account, region,
        f"{operation} listing", {}, "", 0, _call_id(check.population, account, region),
        READ_AT.format(minute=59), _OUT_OF_SCOPE.get(account, ()),
    )  # fmt: skip


def _call_id(table: str, account: str, region: str, page: int = 1) -> str:
    regions = ("global", *REGIONS)
    place = (list(TABLES).index(table) * len(ACCOUNTS) + list(ACCOUNTS).index(account)) * len(regions)
    return f"c{(place + regions.index(region)) * 1000 + page:07d}"


def sample_coverage(content: Content, scale: int) -> tuple[Coverage, ...]:
    """The ledger: every planned account, region and operation, regions never opted in included."""
    used = {check.population for check in content.checks.values()}
    ledger = []
    for table in sorted(used):
        extra = [] if TABLES[table].is_global else [(account, NOT_OPTED_IN) for account in ACCOUNTS]
        for account, region in places(table) + extra:
            state, code, message = gap(account, region, table)
            rows = len(members(table, account, region, scale)) if region != NOT_OPTED_IN else 0
            ledger.append(_coverage(table, account, region, (state, code, message), rows))
            if TABLES[table].detail:
                ledger.append(_detail(table, account, region, rows))
    return tuple(sorted(ledger, key=lambda c: (c.account, c.region, c.service, c.operation)))


def _coverage(table: str, account: str, region: str, how: tuple[ReadState, str, str], rows: int) -> Coverage:
    listing, (state, code, message) = TABLES[table], how
    return Coverage(
        account, region, listing.service, listing.operation, (table,), "", state, 1, int(state.is_read), rows,
        -(-rows // 100) if rows else int(state.is_read), code, message,
    )  # fmt: skip


def _detail(table: str, account: str, region: str, rows: int) -> Coverage:
    listing, denied = TABLES[table], account == "555566667777"
    return Coverage(
        account, region, listing.service, listing.detail, (table,), "encryption",
        ReadState.DENIED if denied else ReadState.READ, rows, rows - denied, rows - denied, rows,
        "AccessDenied" if denied else "", "Access Denied" if denied else "",
    )  # fmt: skip


def sample_calls(content: Content, scale: int = 1) -> Iterator[Mapping[str, object]]:
    """The calls artefact's records of the ledger's listings, one a page; none for regions not opted in."""
    for entry in sample_coverage(content, scale):
        if entry.region == NOT_OPTED_IN:
            continue
        for page in range(1, max(entry.pages, 1) + 1):
            yield {
                "id": _call_id(entry.tables[0], entry.account, entry.region, page + 500 * bool(entry.detail)),
                "account": entry.account,
                "region": entry.region,
                "service": entry.service,
                "operation": entry.operation,
                "params": {} if page == 1 else {"Marker": f"page-{page}", "MaxRecords": 100},
                "detail": entry.detail,
                "page": page,
                "started_at": READ_AT.format(minute=page % 60),
                "ended_at": READ_AT.format(minute=page % 60),
                "retries": 4 if entry.state is ReadState.THROTTLED else 0,
                "request_id": digest(f"{entry.account}{entry.operation}{entry.region}{page}".encode())[:36],
                "http_status": 200 if entry.state.is_read else 400,
                "state": str(entry.state),
                "code": entry.code,
                "message": entry.message,
                "caller_arn": f"arn:aws:sts::{entry.account}:assumed-role/proveonce-read/collect",
                "table": entry.tables[0],
                "first_line": 0,
                "rows": entry.rows,
            }
