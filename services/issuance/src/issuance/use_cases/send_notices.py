"""Notices are written with their causes, and put into the outbox for those who gave a contact."""

from collections.abc import Sequence
from datetime import datetime

from issuance.domain.collection_plan import PriorityClass
from issuance.domain.notices import Notice
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.records import Records


async def send_notices(
    records: Records, office: str, notices: Sequence[Notice], at: datetime
) -> None:
    """Write notices to applicants of an office, and have them delivered.

    A notice that is not delivered yet is replaced by the next one about the same application.
    """
    reachable = await records.contacts.reachable([notice.application for notice in notices])
    ids = await records.notices.add(office, notices, at, reachable)
    await records.outbox.replace(
        [delivery_task(ids[case], case, office, at) for case in sorted(reachable)]
    )


def delivery_task(notice: str, case: str, office: str, at: datetime) -> OutboxTask:
    """Return the task that delivers a notice about a case."""
    return OutboxTask(
        id=f"notify-{notice}",
        kind=OutboxTaskKind.NOTIFY,
        case=case,
        office=office,
        priority_class=PriorityClass.NORMAL,
        queue_number=0,
        request_id=notice,
        payload=b"",
        created_at=at,
    )
