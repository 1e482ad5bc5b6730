"""Open items in the database: one list over what is wrong, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, Select, String, cast, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.notice_delivery import NoticeDelivery
from issuance.domain.open_item import OpenItemKind, Resolution, ResolutionReason, ResolvedItem
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

RESOLVED = "resolved:"
"""Begins the ids of resolved items, before their numbers."""

_ITEM = [field.name for field in fields(ResolvedItem) if field.name != "resolution"]
_RESOLUTION = [field.name for field in fields(Resolution)]


def _select_items(since: Any, id: Any, office: Any) -> Select[Any]:
    return select(since.label("since"), id.label("id"), office.label("office"))


_applications, _enrolments, _notices = applications.c, enrolments.c, notices.c
_events, _tasks, _differences = unrecorded_print_events.c, outbox.c, payment_differences.c
_merges, _settled = person_merges.c, resolved_items.c
_OPEN_ITEMS: Mapping[OpenItemKind, Select[Any]] = {
    OpenItemKind.PRINT_FAILED: _select_items(
        _applications.state_since, _applications.id, _applications.office
    ).where(_applications.state == ApplicationState.PRINT_FAILED),
    OpenItemKind.PRINT_JOB: _select_items(_events.since, _events.number, _events.office).where(
        _events.problem != "", ~_events.resolved
    ),
    OpenItemKind.REFUSED_WORK: _select_items(_tasks.created_at, _tasks.id, _tasks.office).where(
        _tasks.refused_at.is_not(None)
    ),
    OpenItemKind.LOST_ENROLMENT: _select_items(
        _enrolments.lost_at, _enrolments.case, _applications.office
    )
    .join(applications, _applications.id == _enrolments.case)
    .where(_enrolments.lost_at.is_not(None), _applications.state.not_in(WITHOUT_ENROLMENT)),
    OpenItemKind.IDENTIFICATION: _select_items(
        _applications.state_since, _applications.id, _applications.office
    ).where(IS_UNIDENTIFIED_HOLDER),
    OpenItemKind.PAYMENT: _select_items(
        _differences.since, _differences.number, _differences.office
    ).where(~_differences.resolved),
    OpenItemKind.NOTICE: _select_items(_notices.at, _notices.id, _notices.office).where(
        _notices.delivery == NoticeDelivery.REFUSED
    ),
    OpenItemKind.SUPERSEDED_BOOK: _select_items(_merges.at, _merges.number, _merges.office).where(
        _merges.superseded_document != "", ~_merges.book_settled
    ),
}
"""Which items of each kind are open: since when, and what identifies them among their kind."""
_RESOLVED_ITEMS = _select_items(_settled.since, _settled.number, _settled.office)


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
        kinds = {kind.prefix: items for kind, items in _OPEN_ITEMS.items()}
        if include_resolved:
            kinds[RESOLVED] = _RESOLVED_ITEMS
        found = [_positions(prefix, items, office) for prefix, items in kinds.items()]
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

    async def is_superseded_book_destroyed(self, number: str) -> bool:
        """Return whether an office took the book of a revoked passport from its holder.

        number: of the document. Whoever settled the item otherwise has not seen the book.
        """
        taken_in = destroyed_books(number).where(_settled.kind == OpenItemKind.SUPERSEDED_BOOK)
        return (await self._connection.execute(taken_in.limit(1))).one_or_none() is not None


def destroyed_books(number: str) -> Select[Any]:
    """Select the settled items whose book of this document number was destroyed."""
    c = resolved_items.c
    return select(resolved_items).where(
        c.document_number == number, c.reason == ResolutionReason.BOOK_DESTROYED
    )


def _item(row: Row[Any]) -> ResolvedItem:
    resolution = Resolution(**field_values(row, _RESOLUTION))
    return ResolvedItem(**field_values(row, _ITEM), resolution=resolution)


def _positions(prefix: str, items: Select[Any], office: str | None) -> Select[Any]:
    c = items.selected_columns
    if office is not None:
        items = items.where(c.office == office)
    return items.with_only_columns(c.since, keyed(prefix, cast(c.id, String)).label("key"))
