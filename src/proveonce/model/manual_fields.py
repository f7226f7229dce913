"""The facts that each kind of record has besides what all have in common.

A field is required where a record without it proves nothing. An optional one that is left out was not said,
and what rests on it is undetermined; given as null it is said that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping

from proveonce.model.manual import FactField, Kind

_TEXT, _DAY, _FLAG, _NUMBER, _TEXTS = "VARCHAR", "DATE", "BOOLEAN", "BIGINT", "VARCHAR[]"


def _optional(kind: str, question: str, *choices: str) -> FactField:
    return FactField(kind, question, is_required=False, choices=choices)


FIELDS: Mapping[Kind, Mapping[str, FactField]] = {
    Kind.POLICY: {
        "document": FactField(_TEXT, "Which document is it?"),
        "version": FactField(_TEXT, "Which version?"),
        "approved_by": FactField(_TEXT, "Who approved it?"),
        "approved_on": FactField(_DAY, "On which day was it approved?"),
        "next_review_on": FactField(_DAY, "By which day is it to be reviewed again?"),
        "published_on": _optional(_DAY, "Since which day can everyone concerned read it?"),
    },
    Kind.ACCESS_REVIEW: {
        "system": FactField(_TEXT, "Which system, or which group of accounts, was reviewed?"),
        "accounts": _optional(_TEXTS, "Which AWS accounts, by id?"),
        "population": FactField(_NUMBER, "How many identities have access?"),
        "reviewed": FactField(_NUMBER, "How many of them were looked at?"),
        "to_remove": FactField(_NUMBER, "Of how many was access to be removed or reduced?"),
        "removed": _optional(_NUMBER, "Of how many has that been done?"),
        "removed_on": _optional(_DAY, "On which day was the last of it done?"),
        "source": FactField(_TEXT, "Where does the list of identities come from?"),
    },
    Kind.TRAINING: {
        "course": FactField(_TEXT, "Which course?"),
        "audience": FactField(
            _TEXT, "For whom?",
            choices=("all_staff", "developers", "incident_responders", "technical_auditors", "privacy_and_breach"),
        ),
        "assigned": FactField(_NUMBER, "How many people had to take it?"),
        "completed": FactField(_NUMBER, "How many of them completed it?"),
        "learning_path": _optional(_TEXT, "Which learning path, such as the cloud provider's for auditors?"),
        "content_reviewed_on": _optional(_DAY, "On which day was its content last looked over for new threats?"),
    },
    Kind.VULNERABILITY_SCAN: {
        "scanner": FactField(_TEXT, "Which scanner?"),
        "scope": FactField(_TEXT, "What was scanned?"),
        "is_authenticated": FactField(_FLAG, "Did it log in to what it scanned?"),
        "findings_high": FactField(_NUMBER, "How many high or critical vulnerabilities were found?"),
        "open_high": _optional(_NUMBER, "How many of them were still open after the last rescan?"),
        "rescanned_on": _optional(_DAY, "On which day was the last rescan?"),
    },
    Kind.ASV_SCAN: {
        "asv_name": FactField(_TEXT, "Which approved scanning vendor?"),
        "asv_certificate": _optional(_TEXT, "Under which certificate number?"),
        "quarter": FactField(_TEXT, "For which quarter, as 2026-Q3?"),
        "passed": FactField(_FLAG, "Does the vendor's report say that the scan passed?"),
        "scope": FactField(_TEXT, "Which addresses and domains?"),
        "is_scope_attested": _optional(_FLAG, "Did we attest that every external component was in it?"),
    },
    Kind.PENETRATION_TEST: {
        "firm": FactField(_TEXT, "Who tested?"),
        "is_independent": FactField(_FLAG, "Are the testers independent of what they tested?"),
        "methodology": FactField(_TEXT, "By which published methodology?"),
        "perspective": FactField(_TEXT, "From where?", choices=("internal", "external", "both")),
        "findings_high": FactField(_NUMBER, "How many exploitable weaknesses were found?"),
        "open_high": _optional(_NUMBER, "How many of them were still open at the retest?"),
        "retested_on": _optional(_DAY, "On which day was the retest?"),
    },
    Kind.SEGMENTATION_TEST: {
        "firm": FactField(_TEXT, "Who tested?"),
        "is_independent": FactField(_FLAG, "Are the testers independent of what they tested?"),
        "scope": FactField(_TEXT, "Which boundaries were tested?"),
        "is_isolated": FactField(_FLAG, "Was every system out of scope found to be cut off?"),
        "is_service_provider": FactField(_FLAG, "Are we a service provider under PCI DSS?"),
    },
    Kind.RISK_ANALYSIS: {
        "method": FactField(_TEXT, "By which method?"),
        "scope": FactField(_TEXT, "What does it cover?"),
        "is_whole": FactField(_FLAG, "Does it cover every system that holds sensitive data?"),
        "risks": FactField(_NUMBER, "How many risks are on the register?"),
        "risks_without_owner": FactField(_NUMBER, "How many of them have no owner?"),
        "risks_without_treatment": _optional(_NUMBER, "How many of them have neither a treatment nor an acceptance?"),
        "approved_by": FactField(_TEXT, "Who in management approved it?"),
    },
    Kind.TARGETED_RISK_ANALYSIS: {
        "requirement": FactField(_TEXT, "For which requirement?"),
        "assets": _optional(_TEXT, "What is protected?"),
        "threats": _optional(_TEXT, "Against which threats?"),
        "likelihood": _optional(_TEXT, "What makes them likely?"),
        "impact": _optional(_TEXT, "What would they do?"),
        "frequency": FactField(_TEXT, "How often is it to be done, as an ISO 8601 duration?"),
        "justification": _optional(_TEXT, "Why does that frequency make the threat unlikely enough?"),
        "next_review_on": _optional(_DAY, "By which day is the analysis to be looked at again?"),
        "approved_by": _optional(_TEXT, "Who in management approved it?"),
    },
    Kind.VENDOR_REVIEW: {
        "vendor": FactField(_TEXT, "Which third party?"),
        "service": FactField(_TEXT, "What does it do for us?"),
        "attestation": FactField(_TEXT, "Which attestation of theirs was read?"),
        "attestation_valid_to": FactField(_DAY, "Since which day does it no longer count?"),
        "has_agreement": FactField(_FLAG, "Is there a written agreement that it answers for security?"),
        "exceptions": FactField(_NUMBER, "How many exceptions in it concern us?"),
        "exceptions_answered": _optional(_NUMBER, "To how many of them do we have an answer?"),
        "is_responsibility_divided": _optional(_FLAG, "Is it written who has which requirement?"),
    },
    Kind.BUSINESS_ASSOCIATE_AGREEMENT: {
        "counterparty": FactField(_TEXT, "With whom?"),
        "signed_on": FactField(_DAY, "On which day was it signed?"),
        "ends_on": _optional(_DAY, "On which day does it end?"),
        "breach_notice_days": FactField(_NUMBER, "Within how many days must a breach be reported?"),
        "are_subcontractors_bound": FactField(_FLAG, "Are subcontractors bound to the same?"),
        "is_data_returned": _optional(_FLAG, "Is health data returned or destroyed at the end?"),
    },
    Kind.TABLETOP_EXERCISE: {
        "scenario": FactField(_TEXT, "What was played?"),
        "participants": FactField(_NUMBER, "How many took part?"),
        "lessons": FactField(_NUMBER, "How many lessons came of it?"),
        "lessons_owner": _optional(_TEXT, "Who sees to it that they are acted on?"),
        "lessons_due_on": _optional(_DAY, "By which day?"),
        "plan_updated_on": _optional(_DAY, "On which day was the plan changed for it?"),
    },
    Kind.RESTORE_TEST: {
        "system": FactField(_TEXT, "What was restored?"),
        "is_verified": FactField(_FLAG, "Was the restored data compared with what it should be?"),
        "rto_target_minutes": FactField(_NUMBER, "Within how many minutes must it be back?"),
        "rto_achieved_minutes": FactField(_NUMBER, "After how many minutes was it back?"),
        "rpo_target_minutes": FactField(_NUMBER, "How many minutes of data may be lost at most?"),
        "rpo_achieved_minutes": FactField(_NUMBER, "How many minutes of data were lost?"),
    },
    Kind.CHANGE_REVIEW: {
        "period_start": FactField(_DAY, "From which day on were changes looked at?"),
        "period_end": FactField(_DAY, "Up to and including which day?"),
        "population": FactField(_NUMBER, "How many changes were there?"),
        "sample": FactField(_NUMBER, "How many of them were looked at?"),
        "selection": FactField(_TEXT, "How were they chosen?"),
        "exceptions": FactField(_NUMBER, "How many did not follow the procedure?"),
        "exceptions_answered": _optional(_NUMBER, "How many of those were put right afterwards?"),
    },
    Kind.SCOPE_CONFIRMATION: {
        "framework": FactField(_TEXT, "For which framework?", choices=("soc2", "pci_dss", "hipaa")),
        "accounts": FactField(_TEXTS, "Which AWS accounts are in scope, by id?"),
        "are_flows_current": FactField(_FLAG, "Do the data-flow diagrams show every flow as it is today?"),
        "are_third_parties_listed": FactField(_FLAG, "Is every third party with access identified?"),
        "is_segmentation_confirmed": _optional(_FLAG, "Was it confirmed that what is out of scope is cut off?"),
        "changes": _optional(_TEXT, "What changed since the last time?"),
    },
    Kind.ADDRESSABLE_DECISION: {
        "specification": FactField(_TEXT, "Which implementation specification, as 164.312(a)(2)(iv)?"),
        "decision": FactField(_TEXT, "What was decided?", choices=("implemented", "alternative", "not_implemented")),
        "reason": _optional(_TEXT, "Why would it not be reasonable and appropriate to implement it?"),
        "alternative": _optional(_TEXT, "Which equivalent measure is in place instead?"),
        "no_alternative_reason": _optional(_TEXT, "Why is no equivalent measure reasonable and appropriate either?"),
    },
    Kind.STATEMENT: {
        "about": FactField(_TEXT, "What is stated, in a few words?"),
        "period_start": _optional(_DAY, "From which day on?"),
        "period_end": _optional(_DAY, "Up to and including which day?"),
    },
}  # fmt: skip
"""Kind → field → what it holds and how a person is asked for it, in the order of asking."""
