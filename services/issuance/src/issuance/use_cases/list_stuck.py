"""What does not go on by itself: outbox tasks that fail, and applications that are late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from issuance.store.late_case_records import LATE_CASE
from issuance.store.oldest_first import ListPosition, ids
from issuance.store.records import Records
from issuance.store.stuck_work_records import TASK, StuckTask
from issuance.use_cases.application_details import ApplicationDetails, application_details
from issuance.use_cases.late_applications import which_are_late
from issuance.use_cases.office_directory import OfficeDirectory


@dataclass(frozen=True, slots=True)
class StuckPage:
    """A page of one list, oldest first: its tasks, its late applications, and where it ends.

    end: None if nothing follows.
    """

    tasks: Sequence[StuckTask]
    late: Sequence[ApplicationDetails]
    end: ListPosition | None


async def list_stuck(
    records: Records,
    offices: OfficeDirectory,
    office: str | None,
    after: ListPosition | None,
    size: int,
    now: datetime,
) -> StuckPage:
    """Return a page of what is stuck. office: None for all."""
    own = [each for each in offices.values() if office in (None, each.id)]
    late = await which_are_late(records, own, now)
    found = await records.stuck_work.page(size, after, office, late)
    cases = await records.cases.of_ids(ids(found, LATE_CASE))
    return StuckPage(
        tasks=await records.stuck_work.of_ids(ids(found, TASK)),
        late=await application_details(records, offices, cases, now),
        end=found[-1] if len(found) == size else None,
    )
