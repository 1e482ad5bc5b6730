"""What operators do about an attempt or a job that does not go on: the way out of every state."""

from printer.domain.attempt import Attempt
from printer.domain.attribution import Attribution
from printer.domain.errors import AttemptNotFound, IllegalTransition
from printer.domain.job import Job
from printer.domain.job_transitions import AT_MACHINE, JobEvent
from printer.domain.settlement import Settlement
from printer.domain.two_persons import DecisionReason, Proposal, ProposedAction, job_subject
from printer.store.records import Records
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.settle_attempts import record_settlement
from printer.use_cases.two_persons import two_persons_agree_on_job


async def cancel_print_job(records: Records, job_id: str, by: Attribution, reason: str) -> Job:
    """Cancel a job that has no book or is held; raise JobNotFound or IllegalTransition."""
    job = await records.jobs.get(job_id)
    return await apply_transition(records, job, JobEvent.CANCEL, by, reason)


async def give_up_attempt(
    records: Records, job_id: str, attempt_id: str, by: Attribution, reason: str
) -> Job:
    """Stop waiting for a machine that has a job: its outcome is unknown from now on.

    The machine is asked to cancel it as soon as it answers. Raises JobNotFound, AttemptNotFound, or
    IllegalTransition if the attempt is not open.
    """
    job = await records.jobs.get(job_id)
    attempt = _attempt(job, attempt_id)
    if attempt is not job.latest_attempt or job.state not in AT_MACHINE:
        raise IllegalTransition("no machine has this attempt", state=job.state.value)
    given_up = job.with_settlement(attempt_id, Settlement.UNSETTLED)
    return await apply_transition(records, given_up, JobEvent.MARK_OUTCOME_UNKNOWN, by, reason)


async def confirm_machine_off(
    records: Records,
    job_id: str,
    attempt_id: str,
    reason: DecisionReason,
    explanation: str,
    by: Attribution,
) -> Job:
    """Confirm that an unsettled attempt is printed no more: agreed by two, its job goes on.

    The machine is asked nevertheless once it answers. Raises JobNotFound, AttemptNotFound,
    IllegalTransition if the attempt is settled, or SecondPersonRequired.
    """
    job = await records.jobs.get(job_id)
    attempt = _attempt(job, attempt_id)
    if not attempt.is_unsettled:
        raise IllegalTransition("the attempt is settled", state=job.state.value)
    proposal = Proposal(
        action=ProposedAction.CONFIRM_MACHINE_OFF,
        subject=job_subject(job_id),
        book_serial=attempt.book_serial,
        reason=reason,
        explanation=explanation,
        by=by,
    )
    if not await two_persons_agree_on_job(records, job, proposal):
        return await records.jobs.get(job_id)
    settlement = Settlement.CONFIRMED
    return await record_settlement(records, job, attempt, settlement, settlement.value, by)


async def release_print_job(
    records: Records, job_id: str, reason: DecisionReason, explanation: str, by: Attribution
) -> Job:
    """Put a held job back into the queue: agreed by two, it may fail as often as a new one.

    Raises JobNotFound, IllegalTransition if the job is not held, or SecondPersonRequired.
    """
    job = await records.jobs.get(job_id)
    job.transition(JobEvent.RELEASE)
    proposal = Proposal(
        action=ProposedAction.RELEASE_JOB,
        subject=job_subject(job_id),
        reason=reason,
        explanation=explanation,
        by=by,
    )
    if not await two_persons_agree_on_job(records, job, proposal):
        return await records.jobs.get(job_id)
    return await apply_transition(records, job, JobEvent.RELEASE, by, explanation)


def _attempt(job: Job, attempt_id: str) -> Attempt:
    found = [attempt for attempt in job.attempts if attempt.attempt_id == attempt_id]
    if not found:
        raise AttemptNotFound("the job has no such attempt", field="attempt_id")
    return found[0]
