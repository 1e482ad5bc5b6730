"""The queue of an office in the database: its complete cases without a book."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple, cast

from sqlalchemy import (
    Date,
    Integer,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.collection_plan import PriorityClass, WaitingCase
from issuance.domain.notices import Notice
from issuance.domain.states import AWAITING_PRINT, NOT_READY, ApplicationState
from issuance.store.case_rows import UNNUMBERED
from issuance.store.tables.applications import applications

_CHANGE_COLLECTION_DATE = (
    update(applications)
    .where(applications.c.id == bindparam("application"))
    .values(
        **UNNUMBERED,
        revision=applications.c.revision + 1,
        date_change_reason=bindparam("reason"),
        delayed=bindparam("collect_on", type_=Date).is_(None),
        change_notified_at=bindparam("notified_at"),
        date_tentative=and_(
            applications.c.date_tentative, bindparam("collect_on", type_=Date).is_(None)
        ),
        promised_collection_date=func.coalesce(
            bindparam("collect_on", type_=Date), applications.c.promised_collection_date
        ),
    )
)

_IS_EMERGENCY = applications.c.emergency_days.is_not(None)
_PRIORITY_CLASS = case(
    (
        _IS_EMERGENCY,
        literal(PriorityClass.EMERGENCY, applications.c.priority_class.type, literal_execute=True),
    ),
    else_=applications.c.priority_class,
)
_DUE_ON = case((_IS_EMERGENCY, applications.c.applied_on), else_=applications.c.due_on)
"""An emergency document is printed first, and collected as soon as it is made."""

_STATES = {state.value: state for state in ApplicationState}
_PRIORITY_CLASSES = {int(each): each for each in PriorityClass}


class QueuedCase(NamedTuple):
    """What the plan needs to know of a complete case without a book.

    promised: the collection date last promised. delayed: whether the applicant was notified
    since that it cannot be kept. change_notified_at: when a change of it was last notified.
    identification_due: whether the passport is not handed over before the applicant is identified.
    A tuple, because a pass makes hundreds of thousands of them.
    """

    waiting: WaitingCase
    state: ApplicationState
    promised: date
    delayed: bool
    change_notified_at: datetime | None
    identification_due: bool = False


class AlikeCases(NamedTuple):
    """How many cases of one state, day of application and class wait before and after a place."""

    state: ApplicationState
    applied_on: date
    priority_class: PriorityClass
    before: int
    after: int


class QueueRecords:
    """Reads the queues of offices, and writes the collection dates that were promised in them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_office(
        self, office: str, printable_from: Mapping[ApplicationState, date] = MappingProxyType({})
    ) -> Sequence[QueuedCase]:
        """Return the complete cases of an office without a book, in order of completion.

        printable_from: first day on which a case may be printed, by its state.
        """
        c = applications.c
        statement = select(
            c.id, c.applied_on, _DUE_ON, type_coerce(_PRIORITY_CLASS, Integer),
            type_coerce(c.state, String), c.promised_collection_date, c.delayed,
            c.change_notified_at, and_(c.identification_due, ~_IS_EMERGENCY),
        ).where(c.office == office, c.state.in_(NOT_READY))  # fmt: skip
        earliest = {each: printable_from.get(each, date.min) for each in NOT_READY}
        queue = []
        for row in (await self._connection.execute(statement.order_by(c.queue_number))).all():
            id, applied_on, due_on, priority_class, state_value, promised, delayed, at, due = row
            state = _STATES[state_value]
            priority = _PRIORITY_CLASSES[priority_class]
            waiting = WaitingCase(id, applied_on, due_on, priority, earliest[state])
            queue.append(QueuedCase(waiting, state, promised, delayed, at, due))
        return queue

    async def count_waiting(self, office: str, queue_number: int | None) -> Sequence[AlikeCases]:
        """Return how many cases of an office wait to be printed, before and after a place.

        queue_number: the place; None: the end of the queue.
        """
        c = applications.c
        before = true() if queue_number is None else c.queue_number < queue_number
        columns = (c.state, c.applied_on, _PRIORITY_CLASS)
        statement = (
            select(*columns, func.count().filter(before), func.count())
            .where(c.office == office, c.state.in_(AWAITING_PRINT))
            .group_by(*columns)
        )
        return [
            AlikeCases(state, applied_on, priority_class, before, all - before)
            for state, applied_on, priority_class, before, all in await self._connection.execute(
                statement
            )
        ]

    async def first_completed_at(self, office: str) -> datetime | None:
        """Return when the first of the complete cases of an office without a book was complete."""
        c = applications.c
        statement = select(c.completed_at).where(c.office == office, c.state.in_(NOT_READY))
        first = statement.order_by(c.queue_number).limit(1)
        return cast("datetime | None", await self._connection.scalar(first))

    async def count_released(self, office: str, day: date) -> int:
        """Return how many cases were released to the printer on a day and not given up since."""
        c = applications.c
        statement = (
            select(func.count())
            .select_from(applications)
            .where(c.office == office, c.released_on == day)
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def change_collection_dates(
        self, notices: Sequence[Notice], at: datetime
    ) -> Sequence[Notice]:
        """Store the collection dates (or the delay) that notices promise, as next revisions.

        at: when they are sent. Returns the notices about cases that still wait for a book; only
        these may be sent.
        """
        c = applications.c
        without_book = select(c.id).where(
            c.id.in_([notice.application for notice in notices]), c.state.in_(NOT_READY)
        )
        locked = without_book.order_by(c.number).with_for_update(key_share=True)
        ids = {row.id for row in await self._connection.execute(locked)}
        valid = [notice for notice in notices if notice.application in ids]
        if valid:
            rows = [
                {
                    "application": n.application,
                    "collect_on": n.collect_on,
                    "reason": n.reason,
                    "notified_at": at,
                }
                for n in valid
            ]
            await self._connection.execute(_CHANGE_COLLECTION_DATE, rows)
        return valid
