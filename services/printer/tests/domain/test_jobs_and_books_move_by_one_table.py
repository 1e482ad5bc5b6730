from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from printer.domain.book import BookState, BookTransition, serial_range
from printer.domain.errors import BadRange, IllegalTransition
from printer.domain.job import TRANSITIONS, Attempt, AttemptOutcome, Job, JobEvent, JobState

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
        if (job.state, event) not in TRANSITIONS:
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
    assert bool(job.waiting_for) == (job.state not in (JobState.DONE, JobState.CANCELLED))


def test_an_end_of_an_attempt_is_an_end_of_its_book_or_frees_it() -> None:
    for rule in TRANSITIONS.values():
        assert (rule.outcome is AttemptOutcome.GOOD) == (rule.book is BookTransition.ISSUE)
        assert (rule.outcome is AttemptOutcome.SPOILED) == (
            rule.book in (BookTransition.SPOIL, BookTransition.RESOLVE_AS_SPOILED)
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
    ],
)  # fmt: skip
def test_a_job_says_what_it_waits_for_and_names_its_book_once_it_is_good(
    state: JobState, waiting_for: str
) -> None:
    job = _in_state(state, attempts=2)

    assert job.waiting_for == waiting_for
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


def test_the_last_serial_that_can_be_written_is_reached() -> None:
    assert serial_range("AB999998", 2) == ["AB999998", "AB999999"]
    assert serial_range("A00000009", 2) == ["A00000009", "A00000010"]


@given(st.integers(0, 999_900), st.integers(1, 100))
def test_serials_follow_each_other(first: int, count: int) -> None:
    run = serial_range(f"AB{first:06d}", count)

    assert run == sorted(set(run))
    assert (run[0], run[-1]) == (f"AB{first:06d}", f"AB{first + count - 1:06d}")


@pytest.mark.parametrize(
    ("first", "count"), [("AB999999", 2), ("AB000001", 0), ("ABC00001", 1), ("12345678", 1)]
)
def test_serials_that_cannot_be_written_are_refused(first: str, count: int) -> None:
    with pytest.raises(BadRange):
        serial_range(first, count)
