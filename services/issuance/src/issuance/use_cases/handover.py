"""From the supervisor's word to the counter: approval gives a number, hand-over ends a case."""

from datetime import datetime

from issuance.domain.case import Actor, Case
from issuance.domain.states import Event
from issuance.use_cases.move import Move
from issuance.use_cases.records import Records

SERIES = "X"
"""First character of the numbers of our passports; seven digits follow."""


async def approve(records: Records, case: Case, by: Actor, now: datetime, move: Move) -> Case:
    """The case with a document number, waiting for its turn at the machines."""
    number = case.document_number or f"{SERIES}{await records.cases.next('document'):07d}"
    return await move(records, case, Event.APPROVE, by, now, number, document_number=number)


async def hand_over(
    records: Records, case: Case, by: Actor, now: datetime, signed_by: str, move: Move
) -> Case:
    """The case at its end."""
    return await move(records, case, Event.HAND_OVER, by, now, signed_by, handed_over_at=now)
