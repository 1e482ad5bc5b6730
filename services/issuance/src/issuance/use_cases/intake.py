"""From the counter to the complete application."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from issuance.domain.case import Actor, Case, Entry, PersonRequired
from issuance.domain.identification import ApplicationType
from issuance.domain.office import Office
from issuance.domain.plan import PriorityClass, Waiting
from issuance.domain.states import FIRST, Event
from issuance.use_cases.move import Move
from issuance.use_cases.planning import AS_IT_IS, outlook
from issuance.use_cases.records import Records


@dataclass(frozen=True, slots=True)
class NewApplication:
    """What is taken in at the counter; `person_id` names the person on record, or nobody."""

    office: str
    type: ApplicationType
    priority_class: PriorityClass
    holder: bytes
    person_id: str


async def take_in(
    records: Records, new: NewApplication, by: Actor, now: datetime, new_id: Callable[[], str]
) -> Case:
    """A new case. Raises PersonRequired."""
    if new.type.on_record != bool(new.person_id):
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
        since=now,
    )
    await records.cases.add(case)
    await records.cases.note(Entry(case.id, case.office, "create", None, FIRST, by.uri, now))
    return case


class Complete:
    """The interview is held: the case takes its place in the queue and is promised a day."""

    def __init__(self, offices: Mapping[str, Office], move: Move) -> None:
        self._offices = offices
        self._move = move

    async def __call__(
        self, records: Records, case: Case, by: Actor, now: datetime, notes: str
    ) -> Case:
        """The complete case, its identification owed. Raises IllegalTransition, NotPermitted."""
        office = self._offices[case.office]
        applied = office.calendar.day_of(now)
        due = office.calendar.add_working_days(applied, office.promise_working_days)
        promised = await _computed(
            records, office, now, Waiting(case.id, applied, due, case.priority_class)
        )
        return await self._move(
            records,
            case,
            Event.RECORD_INTERVIEW,
            by,
            now,
            notes,
            completed_at=now,
            place=await records.cases.next("place"),
            applied_on=applied,
            due_on=due,
            promised_collection_date=promised or due,
            first_promised_collection_date=case.first_promised_collection_date or promised or due,
            date_change_reason=None,
            delayed=False,
        )


async def _computed(
    records: Records, office: Office, now: datetime, newcomer: Waiting
) -> date | None:
    view = await outlook(records, office, now, replace(AS_IT_IS, arrivals=(newcomer,)))
    return view.plan.collect_on()[newcomer.id]
