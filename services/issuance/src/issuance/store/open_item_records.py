"""Open items in the database: one list over what is wrong, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, Select, String, cast, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.notice_delivery import NoticeDelivery
from issuance.domain.open_item import Resolution, ResolutionReason, ResolvedItem
from issuance.domain.states import WITHOUT_ENROLMENT, ApplicationState
from issuance.store.field_values import field_values
from issuance.store.oldest_first import ListPosition, keyed, oldest_first, position
from issuance.store.tables.applications import IS_UNIDENTIFIED_HOLDER, applications
from issuance.store.tables.matcher import enrolments
from issuance.store.tables.notices import notices
from issuance.store.tables.open_items import resolved_items
from issuance.store.tables.outbox import outbox
from issuance.store.tables.payments import payment_differences
from issuance.store.tables.person_merges import person_merges
from issuance.store.tables.printing import unrecorded_print_events

PRINT_FAILED, PRINT_JOB, REFUSED_WORK, PAYMENT = (
    "print-failed:",
    "print-job:",
    "refused-work:",
    "payment:",
)
LOST_ENROLMENT, IDENTIFICATION, NOTICE, SUPERSEDED_BOOK, RESOLVED = (
    "lost-enrolment:",
    "identification:",
    "notice:",
    "superseded-book:",
    "resolved:",
)
"""Begin the ids of items: of an application, a print event, a task, a payment's difference, an
application twice again, a notice, a merge of persons, and a resolved item."""

_ITEM = [field.name for field in fields(ResolvedItem) if field.name != "resolution"]
_RESOLUTION = [field.name for field in fields(Resolution)]


class OpenItemRecords:
    """Reads where open items are, and stores what settled them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self, size: int, after: ListPosition | None, office: str | None, *, include_resolved: bool
    ) -> Sequence[ListPosition]:
        """Return the positions of open items, oldest first; their keys are their ids.

        office: None for all.
        """
        kinds = [
            _failed_prints(),
            _print_jobs(),
            _refused_work(),
            _payments(),
            _lost_enrolments(),
            _identifications(),
            _notices(),
            _superseded_books(),
        ]
        if include_resolved:
            kinds.append(_resolved())
        if office is not None:
            kinds = [kind.where(kind.selected_columns.office == office) for kind in kinds]
        found = [kind.with_only_columns(*_position_of(kind)) for kind in kinds]
        rows = await self._connection.execute(oldest_first(found, after, size))
        return [position(row) for row in rows]

    async def add_resolved(self, item: ResolvedItem) -> int:
        """Store an item that is settled, and return its number."""
        values = field_values(item, _ITEM) | field_values(item.resolution, _RESOLUTION)
        statement = insert(resolved_items).values(**values).returning(resolved_items.c.number)
        return int((await self._connection.execute(statement)).scalar_one())

    async def resolved(self, numbers: Collection[int]) -> Mapping[int, ResolvedItem]:
        """Return settled items by their numbers."""
        c = resolved_items.c
        rows = await self._connection.execute(select(resolved_items).where(c.number.in_(numbers)))
        return {row.number: _item(row) for row in rows}

    async def destroyed_book(self, number: str) -> ResolvedItem | None:
        """Return the item whose book of this number was destroyed, the latest; None if none."""
        latest = destroyed_books(number).order_by(resolved_items.c.number.desc()).limit(1)
        row = (await self._connection.execute(latest)).one_or_none()
        return None if row is None else _item(row)


def destroyed_books(number: str) -> Select[Any]:
    """Select the settled items whose book of this document number was destroyed."""
    c = resolved_items.c
    return select(resolved_items).where(
        c.document_number == number, c.reason == ResolutionReason.BOOK_DESTROYED
    )


def _position_of(kind: Select[Any]) -> tuple[Any, Any]:
    columns = kind.selected_columns
    return columns.since, columns.key


def _failed_prints() -> Select[Any]:
    c = applications.c
    key = keyed(PRINT_FAILED, c.id)
    return select(c.state_since.label("since"), key.label("key"), c.office).where(
        c.state == ApplicationState.PRINT_FAILED
    )


def _print_jobs() -> Select[Any]:
    c = unrecorded_print_events.c
    key = keyed(PRINT_JOB, cast(c.number, String))
    return select(c.since, key.label("key"), c.office).where(c.problem != "", ~c.resolved)


def _refused_work() -> Select[Any]:
    c = outbox.c
    key = keyed(REFUSED_WORK, c.id)
    return select(c.created_at.label("since"), key.label("key"), c.office).where(
        c.refused_at.is_not(None)
    )


def _lost_enrolments() -> Select[Any]:
    c, application = enrolments.c, applications.c
    key = keyed(LOST_ENROLMENT, c.case)
    statement = select(c.lost_at.label("since"), key.label("key"), application.office)
    return statement.join(applications, application.id == c.case).where(
        c.lost_at.is_not(None), application.state.not_in(WITHOUT_ENROLMENT)
    )


def _identifications() -> Select[Any]:
    c = applications.c
    key = keyed(IDENTIFICATION, c.id)
    return select(c.state_since.label("since"), key.label("key"), c.office).where(
        IS_UNIDENTIFIED_HOLDER
    )


def _payments() -> Select[Any]:
    c = payment_differences.c
    key = keyed(PAYMENT, cast(c.number, String))
    return select(c.since, key.label("key"), c.office).where(~c.resolved)


def _notices() -> Select[Any]:
    c = notices.c
    key = keyed(NOTICE, c.id)
    return select(c.at.label("since"), key.label("key"), c.office).where(
        c.delivery == NoticeDelivery.REFUSED
    )


def _superseded_books() -> Select[Any]:
    c = person_merges.c
    key = keyed(SUPERSEDED_BOOK, cast(c.number, String))
    return select(c.at.label("since"), key.label("key"), c.office).where(
        c.superseded_document != "", ~c.book_settled
    )


def _resolved() -> Select[Any]:
    c = resolved_items.c
    key = keyed(RESOLVED, cast(c.number, String))
    return select(c.since, key.label("key"), c.office)


def _item(row: Row[Any]) -> ResolvedItem:
    resolution = Resolution(**field_values(row, _RESOLUTION))
    return ResolvedItem(**field_values(row, _ITEM), resolution=resolution)
