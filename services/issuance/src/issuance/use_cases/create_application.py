"""Intake at the counter: a new case."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Actor, Case, PersonRequired
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.history import HistoryEntry
from issuance.domain.states import INITIAL_STATE, ApplicationEvent
from issuance.store.records import Records


@dataclass(frozen=True, slots=True)
class NewApplication:
    """What is taken in at the counter.

    holder: a serialized BiographicData. person_id: the person on record, empty for nobody.
    """

    office: str
    type: ApplicationType
    priority_class: PriorityClass
    holder: bytes
    person_id: str


async def create_application(
    records: Records, new: NewApplication, by: Actor, now: datetime, new_id: Callable[[], str]
) -> Case:
    """Store a new case and return it. Raises PersonRequired."""
    if new.type.claims_record != bool(new.person_id):
        raise PersonRequired(
            "a renewal or replacement names the person on record, a new application nobody",
            field="person_id",
        )
    case = Case(
        id=new_id(),
        office=new.office,
        type=new.type,
        priority_class=new.priority_class,
        holder=new.holder,
        person_id=new.person_id or new_id(),
        created_at=now,
        state_since=now,
    )
    await records.cases.add(case)
    entry = HistoryEntry(
        case.id, case.office, ApplicationEvent.CREATE, None, INITIAL_STATE, by.uri, now
    )
    await records.history.add(entry)
    return case
