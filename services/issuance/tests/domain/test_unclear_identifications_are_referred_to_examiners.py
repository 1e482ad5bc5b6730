import pytest
from issuance.domain.adjudication_referral import (
    AdjudicationCause,
    Candidate,
    IdentificationOutcome,
    Referral,
    decide_referral,
)
from issuance.domain.application_type import ApplicationType

ME = Candidate("me", 9.0)
OTHER = Candidate("other", 7.5)
NEAR = Candidate("near", 2.1, hit=False)
ON_RECORD = [kind for kind in ApplicationType if kind is not ApplicationType.NEW]


def test_a_new_applicant_without_candidates_is_clear() -> None:
    referral = decide_referral(ApplicationType.NEW, "me", IdentificationOutcome.NO_HIT, [])

    assert referral == Referral(None)


def test_candidates_below_the_threshold_raise_no_question() -> None:
    assert (
        decide_referral(ApplicationType.NEW, "me", IdentificationOutcome.NO_HIT, [NEAR]).cause
        is None
    )


def test_a_new_applicant_who_looks_like_anybody_is_a_question() -> None:
    referral = decide_referral(ApplicationType.NEW, "me", IdentificationOutcome.HIT, [OTHER, NEAR])

    assert referral.cause is AdjudicationCause.OTHER_PERSON_FOUND
    assert referral.candidates == (OTHER,)


def test_a_new_applicant_is_not_cleared_by_a_record_under_the_same_id() -> None:
    referral = decide_referral(ApplicationType.NEW, "me", IdentificationOutcome.HIT, [ME])

    assert referral.cause is AdjudicationCause.OTHER_PERSON_FOUND


@pytest.mark.parametrize("kind", ON_RECORD)
def test_who_is_on_record_and_found_alone_is_clear(kind: ApplicationType) -> None:
    referral = decide_referral(kind, "me", IdentificationOutcome.HIT, [ME, NEAR])

    assert referral == Referral(None, (), own_record_first=True)


@pytest.mark.parametrize("kind", ON_RECORD)
@pytest.mark.parametrize(
    ("outcome", "candidates"),
    [
        (IdentificationOutcome.NO_HIT, []),
        (IdentificationOutcome.NO_HIT, [NEAR]),
        (IdentificationOutcome.UNDECIDED, []),
    ],
)
def test_who_is_not_found_under_their_own_record_is_looked_at(
    kind: ApplicationType, outcome: IdentificationOutcome, candidates: list[Candidate]
) -> None:
    referral = decide_referral(kind, "me", outcome, candidates)

    assert referral == Referral(
        AdjudicationCause.OWN_RECORD_MISSING, tuple(candidates), own_record_first=False
    )


@pytest.mark.parametrize(
    ("candidates", "first"), [([ME, OTHER], True), ([OTHER, ME], False), ([OTHER], False)]
)
def test_other_people_beside_the_own_record_are_a_question(
    candidates: list[Candidate], first: bool
) -> None:
    referral = decide_referral(ApplicationType.RENEWAL, "me", IdentificationOutcome.HIT, candidates)

    assert referral == Referral(
        AdjudicationCause.OTHER_PERSON_FOUND, (OTHER,), own_record_first=first
    )


def test_the_own_record_is_the_best_hit_also_where_another_is_as_good() -> None:
    as_good = Candidate("another", ME.score)

    referral = decide_referral(
        ApplicationType.RENEWAL, "me", IdentificationOutcome.HIT, [as_good, ME]
    )

    assert referral == Referral(
        AdjudicationCause.OTHER_PERSON_FOUND, (as_good,), own_record_first=True
    )


@pytest.mark.parametrize("outcome", [IdentificationOutcome.UNDECIDED, IdentificationOutcome.HIT])
def test_what_is_no_clear_no_is_work_for_an_examiner(outcome: IdentificationOutcome) -> None:
    referral = decide_referral(ApplicationType.NEW, "me", outcome, [NEAR])

    assert referral == Referral(AdjudicationCause.UNDECIDED, (NEAR,))


@pytest.mark.parametrize("kind", ON_RECORD)
def test_hits_that_are_not_listed_are_other_people(kind: ApplicationType) -> None:
    referral = decide_referral(kind, "me", IdentificationOutcome.HIT, [ME], hits_total=2)

    assert referral == Referral(AdjudicationCause.OTHER_PERSON_FOUND, (), own_record_first=True)


@pytest.mark.parametrize(
    ("outcome", "candidates", "cause"),
    [
        (IdentificationOutcome.NO_HIT, [NEAR], AdjudicationCause.POSSIBLY_ALTERED),
        (IdentificationOutcome.UNDECIDED, [NEAR], AdjudicationCause.UNDECIDED),
        (IdentificationOutcome.HIT, [OTHER], AdjudicationCause.OTHER_PERSON_FOUND),
    ],
)
def test_fingers_that_may_be_altered_are_the_least_grave_cause(
    outcome: IdentificationOutcome, candidates: list[Candidate], cause: AdjudicationCause
) -> None:
    referral = decide_referral(
        ApplicationType.NEW, "me", outcome, candidates, possibly_altered=True
    )

    assert referral == Referral(cause, tuple(candidates))


def test_whose_own_record_is_found_in_spite_of_altered_fingers_is_clear() -> None:
    referral = decide_referral(
        ApplicationType.RENEWAL, "me", IdentificationOutcome.HIT, [ME], possibly_altered=True
    )

    assert referral == Referral(None, (), own_record_first=True)
