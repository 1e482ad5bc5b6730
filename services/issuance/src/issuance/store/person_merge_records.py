"""Merges of persons: who is who now, and which revoked books are still with their holder."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.merge_undoing import MergeNotFound
from issuance.domain.person_merge import PersonMerge, SupersededBook
from issuance.store.field_values import field_values
from issuance.store.page_request import PageRequest
from issuance.store.tables.documents import documents
from issuance.store.tables.person_merges import person_merges

_FIELDS = [field.name for field in fields(PersonMerge)]
_c = person_merges.c
_HOLDS = _c.undone_at.is_(None)
_IS_PROPOSED = _c.undo_proposal.is_not(None) & _HOLDS
_LOCK = 0x706572736F6E  # of this database; any number that nothing else takes


class PersonMergeRecords:
    """Reads and writes merges."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """Let no other transaction merge persons, or `lock_shared`, until this one ends.

        Under PostgreSQL; SQLite has one writer. Read after it who somebody is.
        """
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    async def lock_shared(self) -> None:
        """Let no other transaction merge persons until this one ends; see `lock`."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(select(func.pg_advisory_xact_lock_shared(_LOCK)))

    async def add(self, merge: PersonMerge) -> None:
        """Store that one person turned out to be another."""
        values = field_values(merge, _FIELDS)
        await self._connection.execute(insert(person_merges).values(**values))

    async def of_ids(self, ids: Collection[str]) -> Sequence[PersonMerge]:
        """Return the merges with these ids, oldest first."""
        return await self._merges(_c.id.in_(ids))

    async def all(self) -> Sequence[PersonMerge]:
        """Return all merges, oldest first."""
        return await self._merges(true())

    async def page(
        self, page: PageRequest, office: str | None, person: str
    ) -> Sequence[tuple[int, PersonMerge]]:
        """Return row numbers and merges, oldest first. office None: any.

        Those of a person; for "" those that one examiner found to be a mistake, and no second yet.
        """
        of_person = or_(_c.from_person == person, _c.into_person == person)
        wanted = of_person if person else _IS_PROPOSED
        statement = select(person_merges).where(wanted, _c.number > page.after)
        if office is not None:
            statement = statement.where(_c.office == office)
        rows = await self._connection.execute(statement.order_by(_c.number).limit(page.size))
        return [(row.number, _merge(row)) for row in rows]

    async def get(self, id: str) -> PersonMerge:
        """Return a merge. Raises MergeNotFound."""
        found = await self.of_ids([id])
        if not found:
            raise MergeNotFound("no persons were merged by this task", field="task_id")
        return found[0]

    async def save_undoing(self, merge: PersonMerge) -> None:
        """Store who proposed to undo a merge, and who undid it."""
        values = field_values(merge, ("undo_proposal", "undone_at", "undone_by"))
        await self._connection.execute(
            update(person_merges).where(_c.id == merge.id).values(**values)
        )

    async def later_than(self, merge: PersonMerge) -> PersonMerge | None:
        """Return the last merge since that holds and has to do with the one person, if any.

        By it they became another one, or a third one became them.
        """
        number = select(_c.number).where(_c.id == merge.id).scalar_subquery()
        theirs = or_(_c.from_person == merge.into_person, _c.into_person == merge.into_person)
        statement = select(person_merges).where(theirs, _HOLDS, _c.number > number)
        rows = await self._connection.execute(statement.order_by(_c.number.desc()).limit(1))
        return next((_merge(row) for row in rows), None)

    async def unmade_before(self, merge: PersonMerge) -> Sequence[PersonMerge]:
        """Return earlier merges of its former person that the matcher has not done, oldest first.

        Of that person, or into that person, whether they hold or were undone.
        """
        number = select(_c.number).where(_c.id == merge.id).scalar_subquery()
        of_them = or_(_c.from_person == merge.from_person, _c.into_person == merge.from_person)
        return await self._merges(of_them & ~_c.made & (_c.number < number))

    async def undone_of(self, persons: Collection[str]) -> Sequence[PersonMerge]:
        """Return merges of these persons that were made and undone, oldest first."""
        of_them = or_(_c.from_person.in_(persons), _c.into_person.in_(persons))
        return await self._merges(of_them & ~_HOLDS & (_c.matcher_merge != ""))

    async def undone_of_former(self, person: str) -> Sequence[PersonMerge]:
        """Return merges by which a person was another one until they were undone, oldest first."""
        return await self._merges((_c.from_person == person) & ~_HOLDS)

    async def _merges(self, which: ColumnElement[bool]) -> Sequence[PersonMerge]:
        statement = select(person_merges).where(which).order_by(_c.number)
        rows = await self._connection.execute(statement)
        return [_merge(row) for row in rows]

    async def ask_all_again(self) -> None:
        """Record that the matcher is to be asked for each merge, or its undoing, again."""
        await self._connection.execute(update(person_merges).values(to_ask_again=True))

    async def to_ask_again(self, most: int) -> Sequence[PersonMerge]:
        """Return merges for which the matcher is to be asked again, oldest first."""
        statement = select(person_merges).where(_c.to_ask_again).order_by(_c.number).limit(most)
        rows = await self._connection.execute(statement)
        return [_merge(row) for row in rows]

    async def record_asked(self, ids: Collection[str]) -> None:
        """Record that there are tasks that ask the matcher for these merges."""
        statement = update(person_merges).where(_c.id.in_(ids))
        await self._connection.execute(statement.values(to_ask_again=False))

    async def record_made(self, id: str, matcher_merge: str) -> None:
        """Record that the matcher has made a merge.

        matcher_merge: its id there; "" if nothing was to be moved: one that was made before stands,
        under the id by which it was made.
        """
        values = {"made": True} | ({"matcher_merge": matcher_merge} if matcher_merge else {})
        statement = update(person_merges).where(_c.id == id)
        await self._connection.execute(statement.values(values))

    async def current(self, person: str) -> str:
        """Return who a person is now: the same, or whom they were merged into."""
        return (await self.all_current([person]))[person]

    async def all_current(self, persons: Collection[str]) -> Mapping[str, str]:
        """Return who each person is now: one query, and one more for each merge on the way."""
        return await self._whom_merged_into(persons, _HOLDS)

    async def at_matcher(self, person: str) -> str:
        """Return who a person is now as far as the matcher has made the merges."""
        return (await self._whom_merged_into([person], _HOLDS & _c.made))[person]

    async def _whom_merged_into(
        self, persons: Collection[str], which: ColumnElement[bool]
    ) -> Mapping[str, str]:
        merges = select(_c.from_person, _c.into_person).where(which).order_by(_c.number)
        now = {person: person for person in persons}
        unknown = set(persons)
        while unknown:
            rows = await self._connection.execute(merges.where(_c.from_person.in_(unknown)))
            into = {row.from_person: row.into_person for row in rows}
            now = {person: into.get(latest, latest) for person, latest in now.items()}
            unknown = set(into.values())
        return now

    async def merged_into(self, person: str) -> frozenset[str]:
        """Return all persons who are this one now, without it."""
        found: set[str] = set()
        latest = {person}
        while latest:
            statement = select(_c.from_person).where(_c.into_person.in_(latest), _HOLDS)
            latest = set(await self._connection.scalars(statement)) - found
            found |= latest
        return frozenset(found)

    async def open_books(self, numbers: Collection[int]) -> Mapping[int, SupersededBook]:
        """Return the revoked books that their holders still have, by the numbers of the merges."""
        statement = select(
            _c.number, _c.case, _c.office, _c.at, _c.superseded_document, documents.c.book_serial
        ).join(documents, documents.c.number == _c.superseded_document)
        statement = statement.where(_c.number.in_(numbers), ~_c.book_settled)
        return {
            row.number: SupersededBook(
                row.case, row.office, row.at, row.superseded_document, row.book_serial
            )
            for row in await self._connection.execute(statement)
        }

    async def of_open_books(self, document: str) -> Sequence[int]:
        """Return the numbers of the merges that revoked a passport whose book is not settled."""
        statement = select(_c.number).where(_c.superseded_document == document, ~_c.book_settled)
        return list(await self._connection.scalars(statement))

    async def settle_valid_book(self, document: str) -> None:
        """Record that the book of a document that is valid again is no open item any more."""
        statement = update(person_merges).where(_c.superseded_document == document)
        await self._connection.execute(statement.values(book_settled=True))

    async def settle_book(self, number: int) -> bool:
        """Record that a book is settled; return False if somebody has done so before."""
        statement = update(person_merges).where(_c.number == number, ~_c.book_settled)
        done = await self._connection.execute(statement.values(book_settled=True))
        return bool(done.rowcount)


def _merge(row: Row[Any]) -> PersonMerge:
    return PersonMerge(**field_values(row, _FIELDS))
