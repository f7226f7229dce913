"""What is answered from which state: no unsupported Yes, deviations told, libraries withdrawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.answering.desk import DAY, answering, content, matcher, question, sheet, situation, state, unassessed
from proveonce.assess.answering import answer_all
from proveonce.assess.answering.policy import NO_ASSESSMENT, decide
from proveonce.assess.answering.vocabulary import verdict_of
from proveonce.model.control import ControlId
from proveonce.model.finding import Status
from proveonce.model.questionnaire import Answer, Format, LibraryAnswer, Match, Origin, Question, Verdict
from proveonce.model.register import Attestation, AttestationKind

AT_REST = "Is customer data encrypted at rest?"


def one(asked: Question, **changes: object) -> Answer:
    given_situation = changes.pop("situation", situation())
    form, edition = changes.pop("form", Format.FREE), changes.pop("edition", "")
    assert not changes
    return answer_all(sheet(asked, form=form, edition=edition), given_situation, matcher())[0]  # type: ignore[arg-type]  # fields by name


def test_yes_with_its_evidence() -> None:
    answer = one(question(AT_REST))
    assert (answer.verdict, answer.written, answer.origin) == (Verdict.YES, "Yes", Origin.EVIDENCE)
    assert answer.match.controls == ("CRY-02",)
    assert answer.evidence[0] == "run 0123456789abcdef · CRY-02"
    assert "0123456789abcdef as of 2026-11-23, 1 day old" in answer.comment
    assert answer.comment.endswith("Prepared by management.")


def test_a_control_that_breaks_flips_the_answer_and_says_why() -> None:
    answer = one(question(AT_REST), situation=situation({"CRY-02": Status.FAIL}))
    assert (answer.verdict, answer.written) == (Verdict.NO, "No")
    assert answer.reasons == ("CRY-02 fails: Things are as they should be: 3 of 12 fail",)
    assert "3 of 12 do not" in answer.comment
    assert "Owner platform (Ada Byron); date of next step: none recorded" in answer.comment


def test_partial_only_where_the_sheet_can_say_so() -> None:
    broken = situation({"CRY-02": Status.FAIL})
    assert one(question(AT_REST, choices=("Yes", "Partially", "No")), situation=broken).written == "Partially"
    assert one(question(AT_REST, choices=("Yes", "No")), situation=broken).written == "No"
    assert one(question(AT_REST, choices=()), situation=broken).written == "No"


@pytest.mark.parametrize("status", [Status.UNDETERMINED, Status.NOT_APPLICABLE, None])
def test_undetermined_no_occurrence_and_not_applicable_need_a_person(status: Status | None) -> None:
    answer = one(question(AT_REST), situation=situation({"CRY-02": status}))
    assert (answer.verdict, answer.written) == (Verdict.NEEDS_REVIEW, "")
    assert answer.reasons[0].startswith("CRY-02")


@pytest.mark.parametrize("age", [8, 400, -1])
def test_stale_evidence_supports_nothing(age: int) -> None:
    answer = one(question(AT_REST), situation=situation(age_days=age))
    assert answer.verdict is Verdict.NEEDS_REVIEW
    assert answer.reasons[0].startswith("the evidence")


def test_without_an_assessment_everything_needs_a_person_the_library_too() -> None:
    library = (approved(AT_REST, Verdict.YES),)
    answer = one(question(AT_REST), situation=replace(unassessed(), library=library))
    assert (answer.verdict, answer.reasons, answer.comment) == (Verdict.NEEDS_REVIEW, (NO_ASSESSMENT,), "")


def test_an_inverted_question_gets_no_only_when_all_pass() -> None:
    asked = question("Are there any unencrypted databases?")
    assert one(asked).written == "No"
    broken = one(asked, situation=situation({"CRY-02": Status.FAIL}))
    assert (broken.verdict, broken.written) == (Verdict.NEEDS_REVIEW, "")
    assert any("3 of 12" in reason for reason in broken.reasons)


def test_a_compound_is_yes_only_when_each_part_passes() -> None:
    asked = question("Is customer data encrypted at rest and in transit?")
    assert one(asked).written == "Yes"
    assert one(asked, situation=situation({"CRY-04": Status.UNDETERMINED})).verdict is Verdict.NEEDS_REVIEW
    assert one(asked, situation=situation({"CRY-04": Status.FAIL})).written == "No"


def test_a_narrow_control_brings_the_wider_one() -> None:
    """MFA of console users is no MFA of everyone: the control over the rest has to pass too."""
    asked = question("Are audit logs retained for at least 12 months?")
    assert one(asked).written == "Yes"
    assert one(asked, situation=situation({"LOG-08": Status.UNDETERMINED})).verdict is Verdict.NEEDS_REVIEW


def test_a_cell_that_is_filled_stays() -> None:
    answer = one(question(AT_REST, current="No, see attachment"))
    assert (answer.written, answer.comment) == ("", "")
    assert "already" in answer.reasons[-1]
    assert one(question(AT_REST, current="Select an answer")).written == "Yes"
    assert one(question(AT_REST, current="No"), situation=replace(situation(), overwrite=True)).written == "Yes"


def test_a_vocabulary_without_a_fitting_word_needs_a_person() -> None:
    answer = one(question(AT_REST, choices=("High", "Low")))
    assert (answer.verdict, answer.written) == (Verdict.NEEDS_REVIEW, "")
    assert "none of them says yes" in answer.reasons[0]


def test_caiq_falls_to_its_control_and_knows_its_own_questions() -> None:
    log = question("Are audit logs monitored to detect activity outside of typical patterns?", identifier="LOG-05.1")
    review = question("Is there a process to review anomalies and act in time?", identifier="LOG-05.2")
    first, second = answer_all(sheet(log, review, form=Format.CAIQ, edition="4.0.3"), situation(), matcher())
    assert (first.match.how, first.written) == ("id", "Yes")
    assert (second.match.how, second.match.controls) == ("id", ("LOG-06", "MON-06"))


def test_an_id_whose_wording_is_about_something_else_is_read_as_text() -> None:
    answer = one(question("Do you offer a free trial?", identifier="LOG-05.1"), form=Format.CAIQ, edition="4.0.3")
    assert answer.match.how != "id"
    assert answer.verdict is Verdict.NEEDS_REVIEW


@pytest.mark.parametrize("edition", ["4.1", "4.1.0", "3.1"])
def test_ids_of_another_edition_are_not_trusted(edition: str) -> None:
    answer = one(question("Are clocks synchronised to one time source?", identifier="LOG-06.1"), form=Format.CAIQ,
                 edition=edition)  # fmt: skip
    assert answer.match.how == "text"


def test_a_partial_entry_that_passes_leaves_its_residual_to_a_person() -> None:
    asked = question("Are cryptographic libraries certified to standards used to protect data at rest and in transit?",
                     identifier="CEK-03.1")  # fmt: skip
    answer = one(asked, form=Format.CAIQ, edition="4.0.2")
    assert answer.verdict is Verdict.NEEDS_REVIEW
    assert "FIPS 140" in answer.reasons[0]
    assert answer.comment.startswith("Draft for a person")


def test_a_failure_of_a_control_that_only_touches_the_question_is_no_no() -> None:
    asked = question("Are audit and assurance policies established?", identifier="A&A-01.1")
    answer = one(asked, form=Format.CAIQ, edition="4.0.2", situation=situation({"GOV-07": Status.FAIL}))
    assert (answer.verdict, answer.written) == (Verdict.NEEDS_REVIEW, "")
    assert any("3 of 12" in reason for reason in answer.reasons)


def test_hecvat_questions_that_ask_for_absence_get_no() -> None:
    asked = question("Are you storing any passwords in plaintext?", identifier="AAAI-08")
    assert one(asked, form=Format.HECVAT, edition="4.1.4").written == "No"


def test_ownership_only_where_it_is_certain() -> None:
    hardened = question("Are facilities protected by perimeters?", identifier="DCS-07.1")
    answer = one(hardened, form=Format.CAIQ, edition="4.0.3")
    assert answer.ownership in ("", "3rd-party outsourced", "Shared CSP and 3rd-party", "CSP-owned")
    assert one(question(AT_REST)).ownership == one(question(AT_REST)).ownership
    assert one(question(AT_REST), situation=situation({"CRY-02": None})).ownership == ""


def approved(asked: str, verdict: Verdict, **changes: object) -> LibraryAnswer:
    base = LibraryAnswer("L-1", asked, verdict, "As told", "compliance", "Grace Hopper", "2026-01-01", "2027-01-01",
                         (ControlId("CRY-02"),))  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]  # fields by name


def test_the_library_wins_while_its_evidence_supports_it() -> None:
    asked = question("Is our information safe with you?")
    library = (approved("Is our information safe with you", Verdict.YES),)
    answer = one(asked, situation=replace(situation(), library=library))
    assert (answer.origin, answer.written) == (Origin.LIBRARY, "Yes")
    assert answer.comment == "As told. Approved by Grace Hopper, until 2027-01-01. Prepared by management."
    assert answer.evidence[0] == "library L-1"
    broken = one(asked, situation=replace(situation({"CRY-02": Status.FAIL}), library=library))
    assert (broken.origin, broken.written) == (Origin.PERSON, "")
    assert broken.reasons[0].startswith("library answer L-1 is withdrawn: CRY-02 fails")


@pytest.mark.parametrize(
    "changes",
    [
        {"approved_by": ""},
        {"expires_on": DAY},
        {"approved_on": "2026-11-25"},
        {"controls": ()},
        {"verdict": Verdict.NOT_APPLICABLE},
        {"question": "Is our information not safe with you?"},
        {"question": "Is our data safe with somebody?"},
    ],
)
def test_the_library_does_not_serve(changes: dict[str, object]) -> None:
    library = (replace(approved("Is our information safe with you?", Verdict.YES), **changes),)  # type: ignore[arg-type]  # fields by name
    answer = one(question("Is our information safe with you?"), situation=replace(situation(), library=library))
    assert answer.origin is Origin.PERSON


def test_an_approved_text_answers_what_asks_for_words() -> None:
    library = (approved("How often are backups taken?", Verdict.TEXT, text="Every day", controls=()),)
    answered = replace(situation(), library=library)
    assert one(question("How often are backups taken?", choices=()), situation=answered).written == "Every day"
    assert one(question("How often are backups taken?"), situation=answered).written == ""


def test_the_comment_cites_documents_in_force_and_never_says_certified() -> None:
    held = (
        Attestation("SOC2-2025", AttestationKind.SOC2_TYPE2, "certified!", "all", "2025-12-01", "2026-12-01",
                    "2024-11-01", "2025-10-31", issuer="A Firm", opinion="qualified"),
        Attestation("SOC2-2020", AttestationKind.SOC2_TYPE1, "old", "all", "2020-12-01", "2021-12-01"),
        Attestation("PCI-2025", AttestationKind.PCI_AOC, "not served", "all", "2025-12-01", ""),
        Attestation("ISO", AttestationKind.ISO_27001, "ISO certificate", "all", "2025-12-01", ""),
    )  # fmt: skip
    answer = one(question(AT_REST), situation=replace(situation(), attestations=held))
    assert "SOC 2 Type 2 report by A Firm, period 2024-11-01 to 2025-10-31, opinion qualified" in answer.comment
    assert answer.evidence == ("run 0123456789abcdef · CRY-02", "SOC2-2025")
    assert "certified" not in answer.comment.lower()


WORDINGS = [
    AT_REST, "Is customer data encrypted at rest and in transit?", "Are there any unencrypted databases?",
    "Do you perform penetration tests at least annually?", "Do you have an incident response plan?",
    "Does your product support MFA?", "Are databases not encrypted at rest?", "How long are logs kept?",
]  # fmt: skip
IDENTIFIERS = ["", "LOG-05.1", "CEK-03.1", "BCR-08.1"]
VOCABULARIES = [("Yes", "No", "NA"), ("Y", "N"), ("Implemented", "Partially implemented", "Not implemented"), (),
                ("Compliant", "Not Compliant"), ("High", "Low"), ("YES – fully", "NO")]  # fmt: skip
STATUSES: list[Status | None] = [*Status, None]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(WORDINGS), st.sampled_from(IDENTIFIERS), st.sampled_from(VOCABULARIES),
    st.dictionaries(st.sampled_from(["CRY-01", "CRY-02", "CRY-04", "VUL-06", "INC-01", "BCK-01", "LOG-06", "MON-06"]),
                    st.sampled_from(STATUSES)),
    st.sampled_from(STATUSES), st.integers(-3, 20), st.sampled_from(list(Format)), st.sampled_from(list(Verdict)),
)  # fmt: skip
def test_no_unsupported_yes(
    text: str, identifier: str, choices: tuple[str, ...], statuses: dict[str, Status | None], others: Status | None,
    age: int, form: Format, said: Verdict,
) -> None:  # fmt: skip
    """A Yes, and the No of an inverted question, need a full match on controls that all pass, freshly read."""
    given_state = situation(statuses, others=others, age_days=age)
    given_state = replace(given_state, library=(approved(WORDINGS[0], said),))
    answer = answer_all(
        sheet(question(text, identifier=identifier, choices=choices), form=form), given_state, matcher()
    )[0]
    states = given_state.states or {}
    claims = answer.verdict is Verdict.YES or (answer.match.is_inverted and bool(answer.written))
    if claims:
        assert answer.match.controls
        assert answer.match.is_full
        assert all(states[c].status is Status.PASS for c in answer.match.controls)
        assert 0 <= age <= 7
        assert answer.evidence
    if answer.origin is Origin.EVIDENCE and not claims:
        assert answer.match.is_full
        assert any(states[c].status is Status.FAIL for c in answer.match.controls)
    if answer.written:
        assert not choices or answer.written in choices
        assert answer.comment.endswith("Prepared by management.")
    if answer.written and verdict_of(answer.written) is Verdict.YES:
        assert answer.verdict is Verdict.YES
    if answer.verdict is Verdict.NEEDS_REVIEW:
        assert answer.written == ""
        assert answer.reasons
    assert answer.verdict is not Verdict.NOT_APPLICABLE


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=4), st.booleans(), st.booleans(), st.integers(-2, 12))
def test_the_policy_alone(statuses: list[Status | None], is_full: bool, is_inverted: bool, age: int) -> None:
    controls = list(content().controls)[: len(statuses)]
    states = {c: state(c, status) for c, status in zip(controls, statuses, strict=True)}
    match = Match(tuple(controls), 1.0, "id", is_full, is_inverted)
    decision = decide(match, replace(situation(age_days=age), states=states), has_partial=True)
    passes = is_full and all(status is Status.PASS for status in statuses) and 0 <= age <= 7
    assert (decision.verdict is Verdict.YES) == (passes and not is_inverted)
    if is_inverted and decision.verdict is Verdict.NO:
        assert passes


def test_every_topic_has_words() -> None:
    """No topic of a map is so worded that its words are all fillers: its entry would never be reached."""
    words = matcher().vocabulary.words
    assert [e.id for known in answering().maps.values() for e in known.entries.values() if not words(e.topic)] == []


def test_the_map_of_caiq_knows_every_control_of_the_edition() -> None:
    counts = {"A&A": 6, "AIS": 7, "BCR": 11, "CCC": 9, "CEK": 21, "DCS": 15, "DSP": 19, "GRC": 8, "HRS": 13, "IAM": 16,
              "IPY": 4, "IVS": 9, "LOG": 13, "SEF": 8, "STA": 14, "TVM": 10, "UEM": 14}  # fmt: skip
    known = answering().maps[Format.CAIQ]
    expected = {f"{domain}-{n:02}" for domain, count in counts.items() for n in range(1, count + 1)}
    assert len(expected) == 197
    assert {i.partition(".")[0] for i in [*known.entries, *known.not_mapped]} == expected
    assert all(control in known.entries or control in known.not_mapped for control in expected)
