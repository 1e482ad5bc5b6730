import pytest
from issuance.domain.identification import (
    ApplicationType,
    Candidate,
    Cause,
    Finding,
    Outcome,
    assess,
)

ME = Candidate("me", 9.0)
OTHER = Candidate("other", 7.5)
NEAR = Candidate("near", 2.1, hit=False)
ON_RECORD = [kind for kind in ApplicationType if kind is not ApplicationType.NEW]


def test_a_new_applicant_without_candidates_is_clear() -> None:
    finding = assess(ApplicationType.NEW, "me", Outcome.NO_HIT, [])

    assert finding == Finding(None)


def test_candidates_below_the_threshold_raise_no_question() -> None:
    assert assess(ApplicationType.NEW, "me", Outcome.NO_HIT, [NEAR]).cause is None


def test_a_new_applicant_who_looks_like_anybody_is_a_question() -> None:
    finding = assess(ApplicationType.NEW, "me", Outcome.HIT, [OTHER, NEAR])

    assert finding.cause is Cause.OTHER_PERSON_FOUND
    assert finding.to_compare == (OTHER,)


def test_a_new_applicant_is_not_cleared_by_a_record_under_the_same_id() -> None:
    finding = assess(ApplicationType.NEW, "me", Outcome.HIT, [ME])

    assert finding.cause is Cause.OTHER_PERSON_FOUND


@pytest.mark.parametrize("kind", ON_RECORD)
def test_who_is_on_record_and_found_alone_is_clear(kind: ApplicationType) -> None:
    finding = assess(kind, "me", Outcome.HIT, [ME, NEAR])

    assert finding == Finding(None, (), own_record_first=True)


@pytest.mark.parametrize("kind", ON_RECORD)
@pytest.mark.parametrize(
    ("outcome", "candidates"),
    [(Outcome.NO_HIT, []), (Outcome.NO_HIT, [NEAR]), (Outcome.UNDECIDED, [])],
)
def test_who_is_not_found_under_their_own_record_is_looked_at(
    kind: ApplicationType, outcome: Outcome, candidates: list[Candidate]
) -> None:
    finding = assess(kind, "me", outcome, candidates)

    assert finding == Finding(Cause.OWN_RECORD_MISSING, tuple(candidates), own_record_first=False)


@pytest.mark.parametrize(
    ("candidates", "first"), [([ME, OTHER], True), ([OTHER, ME], False), ([OTHER], False)]
)
def test_other_people_beside_the_own_record_are_a_question(
    candidates: list[Candidate], first: bool
) -> None:
    finding = assess(ApplicationType.RENEWAL, "me", Outcome.HIT, candidates)

    assert finding == Finding(Cause.OTHER_PERSON_FOUND, (OTHER,), own_record_first=first)


@pytest.mark.parametrize("outcome", [Outcome.UNDECIDED, Outcome.HIT])
def test_what_is_no_clear_no_is_work_for_an_examiner(outcome: Outcome) -> None:
    finding = assess(ApplicationType.NEW, "me", outcome, [NEAR])

    assert finding == Finding(Cause.UNDECIDED, (NEAR,))
