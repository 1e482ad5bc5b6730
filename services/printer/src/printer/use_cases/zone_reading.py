"""Compare the machine readable zone that was read from a book with the data of its job."""

from collections.abc import Sequence
from dataclasses import dataclass

from printer.domain.attribution import Attribution
from printer.domain.errors import MrzMismatch, SecondPersonRequired
from printer.domain.job_transitions import JobEvent, JobState
from printer.store.records import Records, Store
from printer.use_cases.book_in_hand import BookReport, reported_job

# A person who has mistyped it so often is no longer sure of what the book says.
_TRIES_PER_PERSON = 3


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """Proof that the zone read from the book in hand is that of the job; made by `read_zone`."""

    report: BookReport


async def read_zone(
    store: Store, report: BookReport, zones: Sequence[str], state: JobState, request_id: str
) -> ZoneReading:
    """Return the reading of a book whose zone agrees with the data.

    zones: what was read, each 88 characters: typed, from an image, or both. state: in which the job
    must be. request_id: of the call. Raises MrzMismatch if one differs, which is committed before:
    it counts although the call fails, but once for a request that is repeated because its answer
    was lost. Raises SecondPersonRequired for a person who has mistyped the zone of this attempt
    three times, and what `reported_job` raises.
    """
    async with store.read() as records:
        await reported_job(records, report, state)
        mistakes = await _mistakes(records, report.job_id, report.by)
        tries_left = _TRIES_PER_PERSON - len(mistakes)
        data = await records.printed_data.mrz(report.job_id)
        agrees = all(zone == data for zone in zones)
        if not agrees and _remark(request_id) in mistakes:
            raise _mismatch(tries_left)
        if tries_left <= 0:
            raise SecondPersonRequired(
                f"{report.by.person_name} mistyped the zone {_TRIES_PER_PERSON} times: another "
                "person must look at the book"
            )
        if agrees:
            return ZoneReading(report)
    async with store.begin() as records:
        job = await reported_job(records, report, state)
        remark = _remark(request_id)
        await records.jobs.save(job.after_remark(), JobEvent.MISREAD_ZONE, report.by, remark)
    raise _mismatch(tries_left - 1)


async def _mistakes(records: Records, job_id: str, by: Attribution) -> list[str]:
    events = await records.job_events.since_assigned(job_id, JobEvent.MISREAD_ZONE)
    return [event.reason for event in events if by.is_same_person_as(event.by)]


def _remark(request_id: str) -> str:
    return f"request {request_id}"


def _mismatch(tries_left: int) -> MrzMismatch:
    return MrzMismatch(
        "the zone differs from the data: read it again", field="mrz", tries_left=str(tries_left)
    )
