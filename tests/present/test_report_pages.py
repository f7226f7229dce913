"""The report's pages as composed, its words and its charts: what is left out is counted, nothing is rounded up."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from present.sample import sample_view
from proveonce.kernel.errors import UsageError
from proveonce.model.assessment import Counts
from proveonce.model.check import CheckId
from proveonce.model.crosswalk import Review
from proveonce.model.finding import Status
from proveonce.present.report import charts, controls, front, glance, matrix, scope, tally, tested, text, write_report
from proveonce.present.report.charts import Cell, Reads
from proveonce.present.report.facts import Facts
from proveonce.present.report.render import compose
from proveonce.present.view import UNREVIEWED_BANNER, PackageView

CREATED = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


# Pages as composed --------------------------------------------------------------------------------


def test_pci_uses_its_own_words_and_counts_every_requirement() -> None:
    view = sample_view("pci_dss")
    summary = matrix.pci_summary(Facts(view))
    assert summary.total.total == len(view.requirements)
    assert summary.total.undetermined == view.status_counts()[Status.UNDETERMINED]
    assert len(summary.activities) == sum(1 for r in view.framework.requirements if r.facts.get("interval"))
    html = compose(view, CREATED)
    assert "Not tested" in html
    assert "Not in place" in html


def test_a_pass_that_leaves_something_open_is_not_in_place() -> None:
    view = sample_view("pci_dss")
    partial = tuple(replace(r, status=Status.PASS) for r in view.requirements)
    assessment = replace(view.assessment, requirements={view.framework.id: partial})
    summary = matrix.pci_summary(Facts(replace(view, assessment=assessment)))
    assert summary.total.passed == sum(1 for r in partial if r.is_satisfied)


def test_categories_not_selected_are_listed_and_not_counted() -> None:
    view = sample_view("soc2")
    results = tuple(replace(r, in_scope=not r.requirement.startswith("P")) for r in view.requirements)
    facts = Facts(replace(view, assessment=replace(view.assessment, requirements={view.framework.id: results})))
    table = matrix.matrix(facts)
    outside = [r.requirement for r in results if not r.in_scope]
    assert [row.id for row in table.left_out] == outside
    assert sum(len(section.rows) for section in table.sections) == table.held == 61 - len(outside)
    assert table.total == sum((r.counts for r in results if r.in_scope), Counts())
    assert sum(len(row.cells) > 0 for row in glance.glance(facts).rows) == len(table.sections)


def test_a_reviewed_crosswalk_carries_no_banner() -> None:
    view = sample_view("soc2")
    review = Review("A. Person", "CPA", "2026-11-01")
    reviewed = replace(view.crosswalk, edges=tuple(replace(edge, reviewed=review) for edge in view.crosswalk.edges))
    content = replace(view.content, crosswalks={**view.content.crosswalks, view.framework.id: reviewed})
    assert UNREVIEWED_BANNER not in compose(replace(view, content=content), CREATED)


def test_deviations_beyond_those_printed_are_counted_exactly() -> None:
    view = sample_view("soc2", scale=8)
    total = sum(1 for _ in view.deviations())
    assert total > tally.LISTED
    taken = tally.take(view)
    assert taken.total == total
    assert len(taken.listed) == tally.LISTED
    assert sum(taken.of_control.values()) == sum(taken.by_severity.values()) == total
    assert {d.check.id for d in taken.listed} == {f.check for _, f in view.deviations()}
    references = [reference for reference, _ in view.deviations()]
    printed = [d.reference for d in taken.listed]
    assert printed == [reference for reference in references if reference in set(printed)]
    html = compose(view, CREATED)
    assert f"{tally.LISTED} are printed, the first of each test; {total - tally.LISTED:,} more of {total:,}" in html


@pytest.mark.parametrize("framework", ["soc2", "pci_dss", "hipaa"])
def test_a_sheet_prints_or_counts_all_that_it_leaves_out(framework: str) -> None:
    facts = Facts(sample_view(framework, scale=8))
    for sheet, printed in zip(facts.tested, controls.controls(facts).sheets, strict=True):
        own = [edge.requirement for name, edge in sheet.edges if name == framework]
        assert [edge.requirement for edge in printed.edges] == own[: len(printed.edges)]
        more = len(own) - len(printed.edges)
        assert (f"And {more:,} more in the workbook" in printed.also) == bool(more)
        assert ("Also serves" in printed.also) == (len(own) < len(sheet.edges))
        assert sum((test.counts for test in printed.tests), Counts()) == sheet.counts
        full = {test.number.replace("T", "P") for test in printed.tests if test.predicate}
        bad = [t for t in sheet.tests if t.counts.failed or t.counts.undetermined]
        assert full == {f"P{test.reference.rpartition('.T')[2]}" for test in bad}
        numbers = " ".join(part.numbers for part in printed.populations).replace(",", "").split()
        assert {n for n in numbers if n != "and"} == full
        left = facts.tally.of_control.get(sheet.reference, 0) - len(printed.deviations)
        assert (f"And {left:,} more" in printed.deviations_note) == bool(left)


def _without(view: PackageView, population: str, *, planned: int) -> PackageView:
    """The view in which nothing of that population was found."""
    none: dict[str, Counts] = {name: Counts() for name in view.content.frameworks}
    checks = {
        check: replace(result, counts=Counts(), by_framework=none, rows=0, unread_listings=0, listings_planned=planned)
        if view.content.checks[check].population == population
        else result
        for check, result in view.assessment.checks.items()
    }
    return replace(view, assessment=replace(view.assessment, checks=checks))


def test_every_test_is_printed_or_summed_with_its_reason() -> None:
    view = _without(sample_view("soc2"), "aws_rds_db_snapshot", planned=9)
    facts = Facts(_without(view, "aws_s3_bucket", planned=0))
    made = controls.controls(facts)
    tests = sum(len(sheet.tests) for sheet in facts.tested)
    assert sum(kind.tests for kind in made.kinds) == made.tests == tests
    assert made.counts == sum((sheet.counts for sheet in facts.tested), Counts())
    assert {kind.name for kind in made.kinds} >= {"in full", "no occurrence", "not collected"}
    empty = next(kind for kind in made.kinds if kind.name == "no occurrence")
    assert empty.counts == Counts()
    said = " ".join(sheet.left_out for sheet in made.sheets)
    summed = sum(map(int, re.findall(r"(?:No occurrence|Not collected): (\d+) test", said)))
    assert summed + made.bare_tests == sum(k.tests for k in made.kinds if k.name in ("no occurrence", "not collected"))


def test_a_control_with_nothing_to_test_is_a_row_and_no_sheet() -> None:
    view = sample_view("soc2")
    for population in {check.population for check in view.content.checks.values()}:
        view = _without(view, population, planned=3)
    facts = Facts(view)
    made = controls.controls(facts)
    assert made.sheets == ()
    assert [row.reference for row in made.bare] == [sheet.reference for sheet in facts.tested]
    assert made.bare_tests == made.tests
    html = compose(view, CREATED)
    anchors = {text.anchor(test.reference) for sheet in facts.tested for test in sheet.tests}
    assert all(f'id="{anchor}"' in html for anchor in anchors)
    assert "That is no occurrence, and no pass" in html


def test_members_out_of_scope_are_told_from_members_that_are_not_there() -> None:
    view = sample_view("pci_dss")
    sheet = next(sheet for sheet in view.sheets if sheet.tests)
    result = view.assessment.checks[sheet.tests[0].check.id]
    outside = replace(sheet.tests[0], counts=Counts())
    assert tested.shown_as(outside, result) is tested.Shown.OUTSIDE
    assert tested.shown_as(outside, replace(result, counts=Counts())) is tested.Shown.EMPTY
    assert tested.shown_as(outside, replace(result, counts=Counts(), listings_planned=0)) is tested.Shown.NOT_COLLECTED


def test_gaps_alike_in_several_accounts_are_one_row_and_every_read_is_counted() -> None:
    view = sample_view("soc2")
    page = scope.scope(Facts(view))
    planned = sum(entry.planned - entry.read for entry in view.assessment.coverage)
    assert sum(row.reads for row in page.unread) == planned == page.not_read
    closed = next(row for row in page.unread if row.reason == "Region not opted in")
    assert len(closed.accounts) + closed.more_accounts == len(view.assessment.run.accounts)


def test_a_score_is_the_sum_of_the_terms_printed_beside_it() -> None:
    looks = [look for look in glance.glance(Facts(sample_view("soc2"))).looks if look.score]
    assert looks
    for look in looks:
        terms = look.why.partition(";")[0].split(" + ")
        assert f"{sum(float(term.split()[0]) for term in terms):,.2f}" == look.score


def test_the_example_query_is_printed_whole_and_failed() -> None:
    facts = Facts(sample_view("soc2"))
    query = front.reading(facts).query
    assert query is not None
    result = facts.view.assessment.checks[CheckId(query.check)]
    assert result.counts.failed
    assert "\n".join(query.lines) == result.sql.rstrip()
    assert not query.left_out


def test_a_long_query_says_how_much_it_leaves_out() -> None:
    lines, left_out = front._printed("\n".join(["select 1"] * 40))  # noqa: SLF001 - the cut is the behaviour
    assert (len(lines), left_out) == (26, "14 more lines")


def test_what_the_test_turns_on_is_observed_first() -> None:
    facts = Facts(sample_view("soc2"))
    first = facts.tally.listed[0]
    check = replace(first.check, passes_when="Encrypted")
    finding = replace(first.finding, observed={"KmsKeyId": "x" * 200, "Encrypted": False})
    row = controls.deviation_row(facts, replace(first, finding=finding, check=check))
    assert row.observed.startswith("Encrypted = false, KmsKeyId = ")
    assert row.observed.endswith("…")


def test_a_package_without_controls_or_reads_says_so() -> None:
    view = sample_view("hipaa")
    bare = tuple(
        replace(r, controls=(), counts=Counts(), automated=0, manual=0, status=Status.UNDETERMINED)
        for r in view.requirements
    )
    run = replace(view.assessment.run, artefacts=(), accounts={}, endpoint="")
    assessment = replace(
        view.assessment, requirements={view.framework.id: bare}, coverage=(), run=run, priorities=(), notes=()
    )
    content = replace(view.content, crosswalks={}, controls={}, checks={})
    html = compose(replace(view, assessment=assessment, content=content), CREATED)
    assert "No finding failed." in html
    assert "No read was planned." in html
    assert "184 of them because no control is mapped to them" in html


def test_an_unknown_paper_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="A5"):
        write_report(sample_view("soc2"), tmp_path / "x.pdf", created=CREATED, paper="A5")


# Text and charts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(9999, 10000, "99.9"), (10000, 10000, "100.0"), (1, 10000, "0.0"), (0, 0, "–")]
)
def test_a_share_is_never_rounded_up(part: int, whole: int, shown: str) -> None:
    assert text.percent(part, whole).split("\u00a0")[0] == shown


def test_identifiers_break_before_hyphens_and_after_colons_only() -> None:
    arn = "arn:aws:iam::111122223333:role/a-b_c.d@e=f/" + "x" * 60
    pieces = [piece for piece in text.identifier(arn).striptags().split("\u200b") if piece]
    assert "".join(pieces) == arn
    assert all(len(piece) <= 24 for piece in pieces)
    assert not any(piece.endswith(("-", "_", ".", "@", "=")) and len(piece) > 1 for piece in pieces)


def test_observed_values_read_as_their_type() -> None:
    assert text.observed({"a": "true", "b": True, "c": None, "d": "x"}, 88) == 'a = "true", b = true, c = null, d = x'
    long = text.observed({"policy": "x" * 5000}, 88)
    assert len(long) == 88
    assert long.endswith("…")


def test_each_requirement_is_one_cell() -> None:
    row = [Cell(str(n), status) for n, status in enumerate(Status)] * 5
    svg = str(charts.cells(row, width=8.4))
    assert svg.count("<text") == len(row)


def test_merged_heat_map_columns_conserve_the_reads() -> None:
    reads = {f"service{n:02d}": Reads(10, 10 - (n < 3), 0 if n > 30 else n) for n in range(60)}
    columns, merged = glance._services(reads)  # noqa: SLF001 - the merge is the behaviour
    assert columns[:4] == ["service02", "service01", "service00", "service30"]
    assert columns[-2:] == ["9 others", "29 with 0 rows"]
    assert set(merged.values()) == set(columns)
    assert set(merged) == set(reads)
    assert len(columns) == 24


def test_a_service_with_gaps_is_never_merged() -> None:
    reads = {f"service{n:02d}": Reads(10, 9, 0) for n in range(40)} | {
        "whole": Reads(1, 1, 0),
        "filled": Reads(1, 1, 1),
    }
    columns, merged = glance._services(reads)  # noqa: SLF001 - the merge is the behaviour
    assert all(merged[service] == service for service in reads if reads[service].read < reads[service].planned)
    assert set(merged.values()) == set(columns)
