from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from printer.domain.attempt import Attempt, AttemptOutcome
from printer.domain.book import BookState, BookTransition
from printer.domain.errors import IllegalTransition
from printer.domain.job import Job
from printer.domain.job_transitions import AT_MACHINE, TRANSITIONS, JobEvent, JobState

NOON = datetime(2018, 11, 5, 4, 0, tzinfo=UTC)


def a_job() -> Job:
    return Job(
        job_id="j", application_id="a", document_number="X1", page_sha256=b"", priority_class=3,
        created_at=NOON,
    )  # fmt: skip


def an_attempt(number: int) -> Attempt:
    return Attempt(
        attempt_id=f"t{number}", machine_id="M1", book_serial=f"B{number:06d}", assigned_at=NOON,
        printer_uuid="u", up_time=9, asked_at=NOON,
    )  # fmt: skip


@given(st.lists(st.sampled_from(JobEvent), max_size=60))
def test_whatever_happens_one_good_book_at_most_and_no_book_is_lost(events: list[JobEvent]) -> None:
    job, books = a_job(), {}
    for event in events:
        # These take a machine's answer, which no event of this test brings.
        takes_answer = event is JobEvent.FIND_PRINTED or (
            event is JobEvent.MARK_OUTCOME_UNKNOWN and job.state not in AT_MACHINE
        )
        if (job.state, event) not in TRANSITIONS or takes_answer:
            with pytest.raises(IllegalTransition):
                job.after(event)
            continue
        if event is JobEvent.ASSIGN:
            attempt = an_attempt(len(job.attempts))
            books[attempt.book_serial] = BookState.LOADED
            job = replace(job, attempts=(*job.attempts, attempt))
        move = job.transition(event).book
        if move is not None:
            assert books[job.latest_attempt.book_serial] is move.source
            books[job.latest_attempt.book_serial] = move.target
        job = job.after(event)

    issued = [serial for serial, state in books.items() if state is BookState.ISSUED]
    held = [s for s in books.values() if s in (BookState.ASSIGNED, BookState.QUARANTINED)]
    assert issued == ([job.book_serial] if job.state is JobState.DONE else [])
    assert len(held) <= 1
    assert all(attempt.outcome is not None for attempt in job.attempts[:-1])
    over = job.state in (JobState.DONE, JobState.CANCELLED, JobState.FAILED)
    assert bool(job.waiting_for(NOON)) is not over


def test_an_end_of_an_attempt_is_an_end_of_its_book_or_frees_it() -> None:
    for rule in TRANSITIONS.values():
        assert (rule.outcome is AttemptOutcome.GOOD) == (rule.book is BookTransition.ISSUE)
        assert (rule.outcome is AttemptOutcome.SPOILED) == (
            rule.book in (BookTransition.SPOIL, BookTransition.RESOLVE_AS_SPOILED)
        )
        assert (rule.outcome is AttemptOutcome.LOST) == (
            rule.book in (BookTransition.LOSE, BookTransition.RESOLVE_AS_LOST)
        )


def _in_state(state: JobState, attempts: int) -> Job:
    return replace(a_job(), state=state, attempts=tuple(an_attempt(n) for n in range(attempts)))


@pytest.mark.parametrize(
    ("state", "waiting_for"),
    [
        (JobState.QUEUED, "a free machine with blank books"),
        (JobState.ASSIGNED, "machine M1"),
        (JobState.SENT, "machine M1"),
        (JobState.PRINTED, "an operator to check book B000001"),
        (JobState.QUALITY_CHECK, "an operator to check book B000001"),
        (JobState.UNKNOWN_OUTCOME,
         "a person to find book B000001 at machine M1 and say what became of it"),
        (JobState.DONE, ""),
        (JobState.CANCELLED, ""),
        (JobState.FAILED, ""),
        (JobState.HELD, "two persons to release it, or one to cancel it: five attempts failed"),
    ],
)  # fmt: skip
def test_a_job_says_what_it_waits_for_and_names_its_book_once_it_is_good(
    state: JobState, waiting_for: str
) -> None:
    reason = "five attempts failed" if state is JobState.HELD else ""
    job = replace(_in_state(state, attempts=2), state_reason=reason)

    assert job.waiting_for(NOON) == waiting_for
    assert job.book_serial == ("B000001" if state is JobState.DONE else "")


@pytest.mark.parametrize(
    ("state", "event", "outcome"),
    [
        (JobState.SENT, JobEvent.REQUEUE, AttemptOutcome.NOT_PRINTED),
        (JobState.SENT, JobEvent.MARK_OUTCOME_UNKNOWN, None),
        (JobState.QUALITY_CHECK, JobEvent.FAIL_QUALITY_CHECK, AttemptOutcome.SPOILED),
        (JobState.QUALITY_CHECK, JobEvent.PASS_QUALITY_CHECK, AttemptOutcome.GOOD),
    ],
)
def test_only_the_latest_attempt_gets_outcome_and_reason(
    state: JobState, event: JobEvent, outcome: AttemptOutcome | None
) -> None:
    before = _in_state(state, attempts=3)

    after = before.after(event, "why")

    assert after.attempts[:2] == before.attempts[:2]
    assert [(a.outcome, a.reason) for a in after.attempts[2:]] == [(outcome, "why")]
    assert (before.revision, after.revision) == (1, 2)


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (JobEvent.HOLD, JobState.HELD),
        (JobEvent.FAIL, JobState.FAILED),
        (JobEvent.CANCEL, JobState.CANCELLED),
    ],
)
def test_a_job_set_aside_or_ended_without_a_book_says_why(event: JobEvent, state: JobState) -> None:
    job = a_job().after(event, "why")

    assert (job.state, job.state_reason) == (state, "why")


def test_a_held_job_is_released_cancelled_or_fails() -> None:
    held = a_job().after(JobEvent.HOLD, "why")

    released = held.after(JobEvent.RELEASE, "tried enough")
    ended = [held.after(event, "gone").state for event in (JobEvent.CANCEL, JobEvent.FAIL)]

    assert (released.state, released.state_reason) == (JobState.QUEUED, "")
    assert ended == [JobState.CANCELLED, JobState.FAILED]
