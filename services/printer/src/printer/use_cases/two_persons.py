"""Have two different persons agree: the first one's call is recorded, the second one's decides."""

from printer.domain.errors import SecondPersonRequired
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.domain.two_persons import Proposal, ProposalOutcome
from printer.store.records import Records


async def two_persons_agree(records: Records, proposal: Proposal) -> Proposal | None:
    """Return what another person proposed and this confirms; None if it is only proposed now.

    Another proposal that is open about the same subject is replaced, and so is one older than a
    day. Whatever changes the subject withdraws a proposal about it, so callers carry out what was
    agreed in the same transaction. What they read of proposals before may be out of date.
    Raises SecondPersonRequired if the same person has proposed the same before, and NotPermitted if
    no person calls.
    """
    proposer = proposal.by.person_name
    await records.lock_changes()
    earlier = (await records.proposals.find_open([proposal.subject])).get(proposal.subject)
    if earlier is not None and (
        earlier.is_void(proposal.by.at) or not earlier.proposes_same_as(proposal)
    ):
        await records.proposals.end(proposal.subject, ProposalOutcome.REPLACED, proposal.by)
        earlier = None
    if earlier is None:
        await records.proposals.add(proposal)
        return None
    if earlier.by.is_same_person_as(proposal.by):
        raise SecondPersonRequired(f"{proposer} proposed this: another person must confirm it")
    await records.proposals.end(proposal.subject, ProposalOutcome.CONFIRMED, proposal.by)
    return earlier


async def two_persons_agree_on_job(
    records: Records, job: Job, proposal: Proposal
) -> Proposal | None:
    """As `two_persons_agree`; a proposal is also part of the job's history, and told to watchers.

    proposal: its subject is the job. Raises StaleRevision if the job has changed since it was read.
    """
    confirmed = await two_persons_agree(records, proposal)
    if confirmed is not None:
        return confirmed
    reason = f"{proposal.action.name} {proposal.book_serial}: {proposal.reason.name}"
    await records.jobs.save(job.after_remark(), JobEvent.PROPOSE, proposal.by, reason)
    return None
