from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from issuance.domain.adjudication_task import (
    Adjudication,
    OwnCase,
    SecondExaminerRequired,
    TaskClosed,
    TaskNotClaimed,
    TaskState,
    TaskTaken,
    Verdict,
)
from servicekit.errors import DomainError

NOW = datetime(2018, 11, 5, 2, tzinfo=UTC)
TASK = Adjudication(excluded=frozenset({"budi"}))


def examined(*verdicts: Verdict, task: Adjudication = TASK) -> Adjudication:
    for examiner, verdict in zip(("ana", "citra", "dewi"), verdicts, strict=False):
        task = task.claim(examiner, NOW).decide(examiner, verdict, "ridges", NOW)
    return task


def test_one_examiner_clears() -> None:
    assert examined(Verdict.CLEARED).state is TaskState.CLEARED


def test_one_examiner_does_not_confirm() -> None:
    once = examined(Verdict.DUPLICATE)

    assert (once.verdict, once.state) == (None, TaskState.OPEN)


def test_two_different_examiners_confirm() -> None:
    assert examined(Verdict.DUPLICATE, Verdict.DUPLICATE).state is TaskState.CONFIRMED


@pytest.mark.parametrize("third", [Verdict.DUPLICATE, Verdict.CLEARED])
def test_a_third_settles_a_dispute(third: Verdict) -> None:
    dispute = examined(Verdict.DUPLICATE, Verdict.CLEARED)

    assert dispute.verdict is None
    assert examined(Verdict.DUPLICATE, Verdict.CLEARED, third).verdict is third


def test_two_examiners_clear_a_strong_hit() -> None:
    strong = replace(TASK, clearances_needed=2)

    assert examined(Verdict.CLEARED, task=strong).state is TaskState.OPEN
    assert examined(Verdict.CLEARED, Verdict.CLEARED, task=strong).state is TaskState.CLEARED
    dispute = examined(Verdict.CLEARED, Verdict.DUPLICATE, task=strong)
    assert dispute.state is TaskState.OPEN


def linked(*persons: str) -> Adjudication:
    task = TASK
    for examiner, person in zip(("ana", "citra", "dewi"), persons, strict=False):
        claimed = task.claim(examiner, NOW)
        task = claimed.decide(examiner, Verdict.SAME_PERSON, "ridges", NOW, person)
    return task


def test_two_examiners_link_an_applicant_with_the_same_person() -> None:
    assert linked("p1").state is TaskState.OPEN
    assert linked("p1", "p2").state is TaskState.OPEN
    assert linked("p1", "p1").state is TaskState.LINKED
    deciding = linked("p1", "p2", "p1").deciding
    assert deciding is not None
    assert deciding.person_id == "p1"


def test_nothing_is_added_to_a_withdrawn_task() -> None:
    with pytest.raises(TaskClosed):
        replace(TASK, withdrawn=True).claim("ana", NOW)


def test_the_same_examiner_does_not_examine_twice() -> None:
    with pytest.raises(SecondExaminerRequired):
        examined(Verdict.DUPLICATE).claim("ana", NOW)


ANA = "spiffe://ID/office/BJM/user/ana/role/officer"


@pytest.mark.parametrize(
    "examiner",
    [
        "spiffe://ID/office/BJM/user/ana/role/examiner",
        "spiffe://ID/user/ana/role/examiner",
        "spiffe://ID/user/ana",
    ],
)
def test_another_role_or_scope_makes_nobody_another_person(examiner: str) -> None:
    with pytest.raises(OwnCase):
        Adjudication(excluded=frozenset({ANA})).claim(examiner, NOW)


def test_another_user_of_the_same_office_is_another_person() -> None:
    task = Adjudication(excluded=frozenset({ANA}))
    anais = "spiffe://ID/office/BJM/user/anais/role/examiner"

    assert task.claim(anais, NOW).claimed_by == anais


def test_nobody_examines_an_application_they_took_in() -> None:
    with pytest.raises(OwnCase):
        TASK.claim("budi", NOW)


def test_a_claimed_task_is_for_one_examiner() -> None:
    claimed = TASK.claim("ana", NOW)

    assert claimed.state is TaskState.CLAIMED
    with pytest.raises(TaskTaken):
        claimed.claim("citra", NOW)
    with pytest.raises(TaskNotClaimed):
        claimed.decide("citra", Verdict.CLEARED, "guess", NOW)


def test_a_released_task_is_for_anybody() -> None:
    assert TASK.claim("ana", NOW).release("ana").claim("citra", NOW).claimed_by == "citra"


def test_a_forgotten_claim_runs_out() -> None:
    forgotten = TASK.claim("ana", NOW)

    with pytest.raises(TaskTaken):
        forgotten.claim("citra", NOW + timedelta(minutes=119))
    assert forgotten.claim("citra", NOW + timedelta(hours=2)).claimed_by == "citra"


def test_a_claim_is_renewed_by_claiming_again() -> None:
    renewed = TASK.claim("ana", NOW).claim("ana", NOW + timedelta(hours=1))

    with pytest.raises(TaskTaken):
        renewed.claim("citra", NOW + timedelta(hours=2))


def test_only_who_has_it_gives_it_back() -> None:
    with pytest.raises(TaskNotClaimed):
        TASK.release("ana")


def test_nothing_is_added_to_a_decided_task() -> None:
    decided = examined(Verdict.CLEARED)

    with pytest.raises(TaskClosed):
        decided.claim("citra", NOW)
    with pytest.raises(TaskClosed):
        decided.decide("ana", Verdict.DUPLICATE, "after all", NOW)


@given(
    st.lists(
        st.tuples(st.sampled_from(["ana", "budi", "citra", "dewi"]), st.sampled_from(Verdict)),
        max_size=12,
    )
)
def test_a_positive_always_has_two_different_examiners_who_had_no_part(
    attempts: list[tuple[str, Verdict]],
) -> None:
    task = TASK
    for examiner, verdict in attempts:
        try:
            task = task.claim(examiner, NOW).decide(examiner, verdict, "ridges", NOW)
        except DomainError:
            continue

    if task.verdict is Verdict.DUPLICATE:
        confirming = {
            examination.by
            for examination in task.examinations
            if examination.verdict is Verdict.DUPLICATE
        }
        assert len(confirming) == 2
        assert "budi" not in confirming
