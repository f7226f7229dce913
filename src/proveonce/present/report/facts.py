"""Facts of a view that several pages print: names, places, reads, references of requirements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from proveonce.kernel.instants import parse_instant
from proveonce.model.assessment import CheckResult, Counts, RequirementResult
from proveonce.model.catalog import Group
from proveonce.model.check import Check
from proveonce.model.evidence import Coverage
from proveonce.model.finding import Finding, Status
from proveonce.model.manual import is_by_people
from proveonce.present.procedural import Performed, performed
from proveonce.present.report import tally, text
from proveonce.present.report.tally import Tally
from proveonce.present.view import ControlSheet, PackageView

_SHORT = {"soc2": "SOC 2", "pci_dss": "PCI DSS", "hipaa": "HIPAA"}
_PLURALS = {"criterion": "criteria", "standard or specification": "standards and specifications"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CADENCES = {
    "PT1H": "hourly", "P1D": "daily", "P7D": "weekly", "P1W": "weekly", "P1M": "monthly", "P3M": "quarterly",
    "P6M": "half-yearly", "P12M": "yearly", "P1Y": "yearly",
}  # fmt: skip

PEOPLE = "people"
"""Stands for the region of evidence by people."""
IMPORTED = "import"
"""Stands for the region, and in the ledger for the service, of what was brought in from a file."""
_NO_ACCOUNT = "none"
"""Stands for the account where the file names none."""


def short_title(framework: str, title: str = "") -> str:
    """What people call the framework."""
    return _SHORT.get(framework, title or framework)


def long_date(instant: str) -> str:
    """`24 November 2026`, whatever the machine's locale."""
    at = parse_instant(instant)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def cadence(duration: str) -> str:
    """An ISO 8601 duration in a word; itself where there is none."""
    return _CADENCES.get(duration, f"every {duration}")


@dataclass(frozen=True)
class Facts:
    """A view with what its pages have in common, each worked out once."""

    view: PackageView

    @cached_property
    def tally(self) -> Tally:
        """The one pass over failed and undetermined findings."""
        return tally.take(self.view)

    @property
    def title(self) -> str:
        """`SOC 2`."""
        return short_title(self.view.framework.id, self.view.framework.title)

    @property
    def requirement(self) -> str:
        """The framework's word for one requirement."""
        return self.view.framework.requirement_word

    @property
    def requirements(self) -> str:
        """The same, in the plural."""
        return _PLURALS.get(self.requirement, f"{self.requirement}s")

    @cached_property
    def inside(self) -> tuple[RequirementResult, ...]:
        """Requirements that count: those of the categories selected."""
        return tuple(result for result in self.view.requirements if result.in_scope)

    @cached_property
    def left_out(self) -> tuple[RequirementResult, ...]:
        """Requirements of categories not selected."""
        return tuple(result for result in self.view.requirements if not result.in_scope)

    def grouped(self, results: Iterable[RequirementResult]) -> list[tuple[Group, list[RequirementResult]]]:
        """`results` under their groups, in catalog order; empty groups left out."""
        of_group: dict[str, list[RequirementResult]] = {}
        for result in results:
            of_group.setdefault(self.view.catalog[result.requirement].group, []).append(result)
        return [(group, of_group[group.id]) for group in self.view.framework.groups if group.id in of_group]

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """SOC 2: the trust services categories in scope, in words; else none."""
        names = dict.fromkeys(group.category for group, _ in self.grouped(self.inside))
        return tuple(name.replace("_", " ") for name in names if name.isidentifier() and not name[-1].isdigit())

    @cached_property
    def tested(self) -> tuple[ControlSheet, ...]:
        """Controls that at least one check tests, besides the one of evidence by people, which is on sheet 8."""
        return tuple(
            sheet for sheet in self.view.sheets if any(not is_by_people(test.check.id) for test in sheet.tests)
        )

    @cached_property
    def control_at(self) -> dict[str, str]:
        """Reference of a sheet → id of its control."""
        return {sheet.reference: sheet.control.id for sheet in self.view.sheets}

    @cached_property
    def procedural(self) -> tuple[Performed, ...]:
        """Controls that people carry out, wholly or in part, with what is on record."""
        return performed(self.view)

    @cached_property
    def with_section(self) -> frozenset[str]:
        """References of the controls that have a section of sheet 6."""
        checks = self.view.assessment.checks
        return frozenset(
            sheet.reference
            for sheet in self.tested
            if any(checks[t.check.id].counts.total and not is_by_people(t.check.id) for t in sheet.tests)
        )

    @cached_property
    def findings(self) -> Counts:
        """Every finding in the framework's scope, each once however many controls its check supports."""
        return sum((self.view.counts_of(check) for check in self.checks), Counts())

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Every check of this package, once, in order of reference."""
        by_id: dict[str, Check] = {check.id: check for check in self.view.content.checks.values()}
        return tuple(by_id[check] for check in self.view.references if check in by_id)

    @cached_property
    def results(self) -> tuple[CheckResult, ...]:
        """Their results over whole populations, whatever the scope."""
        return tuple(self.view.assessment.checks[check.id] for check in self.checks)

    @cached_property
    def matrix_total(self) -> Counts:
        """Findings added up over the requirements in scope: a finding counts once for each it serves."""
        total = Counts()
        for result in self.inside:
            total += result.counts
        return total

    @cached_property
    def planned(self) -> int:
        """Reads planned by the ledger."""
        return sum(entry.planned for entry in self.view.assessment.coverage)

    @cached_property
    def read(self) -> int:
        """Of those, done."""
        return sum(entry.read for entry in self.view.assessment.coverage)

    @cached_property
    def gaps(self) -> tuple[Coverage, ...]:
        """Ledger entries that were not read to their end."""
        return tuple(entry for entry in self.view.assessment.coverage if not entry.is_complete)

    @property
    def is_reviewed(self) -> bool:
        """Whether a named person reviewed the crosswalk."""
        return self.view.crosswalk.is_reviewed

    @property
    def endpoint_note(self) -> str:
        """What a reader must know of a custom endpoint; empty when AWS itself was read."""
        endpoint = self.view.assessment.run.endpoint
        return f"Evidence read from a custom endpoint ({endpoint}): a simulated account" if endpoint else ""

    @cached_property
    def reference_mm(self) -> float:
        """How wide a column of deviation references must be: they never break."""
        longest = max([len(sheet.reference) for sheet in self.view.sheets], default=0)
        return max(27.0, 1.45 * (longest + len(".X1000")) + 2.0)

    @property
    def prepared(self) -> str:
        """Who prepared and reviewed, in initials, for the head of a page."""
        people = (("Prep.", self.view.workspace.prepared_by), ("Rev.", self.view.workspace.reviewed_by))
        named = [f"{act} {person.initials} {person.date}".strip() for act, person in people if person]
        return " · ".join([*(named or ["Preparer not named"]), "PBC"])

    @property
    def tested_lead(self) -> str:
        """What sheet 6 finds, in a sentence."""
        states = [sheet.status for sheet in self.tested]
        checks = {test.check.id for sheet in self.tested for test in sheet.tests if not is_by_people(test.check.id)}
        failed, unread = states.count(Status.FAIL), states.count(Status.UNDETERMINED)
        return (
            f"{text.sentence(text.words(len(states)))} controls are tested by {text.words(len(checks))} checks"
            f" over whole populations, no samples. {text.sentence(text.words(failed))} failed and"
            f" {text.words(unread)} could not be determined."
        )

    def account_name(self, account: str) -> str:
        """The name of an account, its id when it has none."""
        if account == _NO_ACCOUNT:
            return "no account named"
        return str(self.view.assessment.run.accounts.get(account, {}).get("name") or account)

    def place(self, finding: Finding) -> str:
        """Account and region of a finding; of what people recorded or brought in from a file, that they did."""
        if finding.region == PEOPLE:
            return "evidence by people"
        account = self.account_name(finding.account)
        return f"{account}, {'from a file' if finding.region == IMPORTED else finding.region}"

    def regions(self, key: str) -> list[str]:
        """Regions that any account lists under `key`, sorted."""
        accounts = self.view.assessment.run.accounts.values()
        return sorted({str(region) for account in accounts for region in account.get(key) or ()})

    @cached_property
    def served_by(self) -> dict[str, tuple[str, ...]]:
        """Check → requirements of this framework that it speaks to, in catalog order."""
        of_control: dict[str, list[str]] = {}
        for result in self.inside:
            for control in result.controls:
                of_control.setdefault(control, []).append(result.requirement)
        order = {requirement: place for place, requirement in enumerate(self.view.catalog)}
        return {
            check.id: tuple(sorted({r for c in check.supports for r in of_control.get(c, ())}, key=order.__getitem__))
            for check in self.view.content.checks.values()
        }

    def short_id(self, requirement: str, group: str) -> str:
        """The id inside its group's row: `6.1` of CC6.1, `(a)(2)(iv)` of 164.312(a)(2)(iv)."""
        letters = len(group) - len(group.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        if letters and requirement.startswith(group[:letters]):
            return requirement[letters:]
        return requirement[len(group) :] if requirement.startswith(f"{group}(") else requirement

    def link(self, reference: str, shown: str = "") -> Markup:
        """A reference as a link to its section."""
        return Markup('<a href="#{}">{}</a>').format(text.anchor(reference), text.printable(shown or reference))
