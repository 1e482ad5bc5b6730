import pytest
from printer.domain.errors import DocumentAlreadyCleared
from printer.domain.job_transitions import JobState
from printer.use_cases.attempt_actions import cancel_print_job

from .clearances import queues
from .print_room import PrintRoom


async def test_whatever_its_document_number(room: PrintRoom) -> None:
    first = await queues(room, application="a", number="X1")

    with pytest.raises(DocumentAlreadyCleared) as refusal:
        await queues(room, clearance="another", application="a", number="X2")

    assert refusal.value.metadata["job_id"] == first.job_id


async def test_another_once_the_first_ended_without_a_book(room: PrintRoom) -> None:
    first = await queues(room, application="a", number="X1")
    async with room.store.begin() as records:
        await cancel_print_job(records, first.job_id, room.operator(), "to be corrected")

    second = await queues(room, clearance="another", application="a", number="X1")

    assert second.state is JobState.QUEUED
