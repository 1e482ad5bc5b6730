"""How applications are found by index, and the record of who searched for what."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.search import (
    MOST_FOUND,
    SearchCriteria,
    SearchFilter,
    SearchRecord,
    SearchTooBroad,
)
from issuance.store.field_values import field_values
from issuance.store.page_request import PageRequest
from issuance.store.tables.applications import applications
from issuance.store.tables.documents import documents
from issuance.store.tables.search import search_terms, searches

_RECORD = [field.name for field in fields(SearchRecord)]
_LONGEST_TERM = 64
# Deleted in one transaction, so that calls from the counter do not wait long for it.
_BATCH = 200
_Cases = Select[tuple[str]]


class SearchPosition(NamedTuple):
    """Place of a search in the list: when it was made (business time), and its number."""

    at: datetime
    number: int


class SearchRecords:
    """Keeps the terms by which cases are found, finds them, and records searches."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def index(self, case: str, office: str, words: Iterable[str], born_on: date) -> None:
        """Store by what the holder of a case is found, in place of what was stored before."""
        await self._connection.execute(delete(search_terms).where(search_terms.c.case == case))
        terms = {_word(word) for word in words} | {_birth(born_on)}
        rows = [{"case": case, "office": office, "term": term} for term in sorted(terms)]
        if rows:
            await self._connection.execute(insert(search_terms), rows)

    async def has_reference(self, reference: str) -> bool:
        """Return whether an application has this reference."""
        return await self._connection.scalar(_with_reference(reference)) is not None

    async def find(self, criteria: SearchCriteria, page: PageRequest) -> Sequence[tuple[int, str]]:
        """Return row numbers and ids of the applications that fulfil all criteria, newest first.

        page: below its `after`, if that is not 0. Reads the applications that fulfil the most
        selective criterion. Raises SearchTooBroad.
        """
        driving = await self._most_selective(list(_candidates(criteria)))
        found = driving.distinct().limit(MOST_FOUND).subquery()
        c = applications.c
        statement = select(c.number, c.id).join(found, found.c[0] == c.id)
        for condition in _conditions(criteria):
            statement = statement.where(condition)
        if page.after:
            statement = statement.where(c.number < page.after)
        rows = await self._connection.execute(statement.order_by(c.number.desc()).limit(page.size))
        return [(row.number, row.id) for row in rows]

    async def record(self, search: SearchRecord) -> int:
        """Store that somebody searches, and return the number of the record."""
        values = field_values(search, _RECORD)
        number = insert(searches).values(**values).returning(searches.c.number)
        return int((await self._connection.execute(number)).scalar_one())

    async def record_found(self, number: int, found: int) -> None:
        """Store how many a recorded search found."""
        statement = update(searches).where(searches.c.number == number)
        await self._connection.execute(statement.values(found=found))

    async def erase_before(self, before: datetime) -> bool:
        """Delete searches that were made before an instant, a few. Return whether all are gone."""
        c = searches.c
        due = select(c.number).where(c.at < before).order_by(c.at).limit(_BATCH)
        erased = await self._connection.execute(delete(searches).where(c.number.in_(due)))
        return erased.rowcount < _BATCH

    async def page(
        self, which: SearchFilter, after: SearchPosition | None, size: int
    ) -> Sequence[tuple[SearchPosition, SearchRecord]]:
        """Return searches with their places in the list, newest first. after: None to begin."""
        c = searches.c
        statement = select(searches).order_by(c.at.desc(), c.number.desc()).limit(size)
        for condition in _listed(which):
            statement = statement.where(condition)
        if after:
            statement = statement.where(
                c.at <= after.at, or_(c.at < after.at, c.number < after.number)
            )
        rows = await self._connection.execute(statement)
        return [
            (SearchPosition(row.at, row.number), SearchRecord(**field_values(row, _RECORD)))
            for row in rows
        ]

    async def _most_selective(self, candidates: Sequence[_Cases]) -> _Cases:
        counts = []
        for candidate in candidates:
            few = candidate.limit(MOST_FOUND + 1).subquery()
            counts.append(await self._connection.scalar(select(func.count()).select_from(few)))
        smallest = min(range(len(counts)), key=lambda nth: int(counts[nth] or 0))
        if int(counts[smallest] or 0) > MOST_FOUND:
            raise SearchTooBroad("too many fulfil that; add a word of the name, or the birth")
        return candidates[smallest]


def _listed(which: SearchFilter) -> Iterable[ColumnElement[bool]]:
    c = searches.c
    if which.by:
        yield or_(c.by == which.by, c.on_behalf_of == which.by)
    if which.office is not None:
        # Not by the index of an office where that of a person has fewer.
        yield (func.coalesce(c.office, "") if which.by else c.office) == which.office
    if which.begin:
        yield c.at >= which.begin
    if which.end:
        yield c.at < which.end


def _candidates(criteria: SearchCriteria) -> Iterable[_Cases]:
    """Yield, for each criterion, the ids of the cases that fulfil it, by an index of its own."""
    c, term = applications.c, search_terms.c
    if criteria.reference:
        yield _with_reference(criteria.reference)
    if criteria.document_number:
        yield _with_document(criteria.document_number)
    for condition in _terms(criteria):
        cases = select(term.case).where(condition)
        yield cases.where(term.office == criteria.office) if criteria.office else cases
    if criteria.created:
        first, end = criteria.created
        yield select(c.id).where(
            c.office == criteria.office, c.created_at >= first, c.created_at < end
        )


def _conditions(criteria: SearchCriteria) -> Iterable[ColumnElement[bool]]:
    """Yield what each found row of `applications` fulfils."""
    c, term = applications.c, search_terms.c
    if criteria.office:
        # Not by the index of an office, which has all its applications.
        yield func.coalesce(c.office, "") == criteria.office
    if criteria.reference:
        yield c.reference == criteria.reference
    if criteria.document_number:
        yield c.id.in_(_with_document(criteria.document_number))
    for condition in _terms(criteria):
        yield select(term.case).where(term.case == c.id, condition).exists()
    if criteria.created:
        first, end = criteria.created
        yield c.created_at >= first
        yield c.created_at < end


def _terms(criteria: SearchCriteria) -> Iterable[ColumnElement[bool]]:
    term = search_terms.c.term
    if criteria.born_on:
        yield term == _birth(criteria.born_on)
    for word in criteria.words:
        beginning = _word(word)
        # All that begin so, by the order of the index; no character of a word is greater.
        yield (term >= beginning) & (term < beginning + "\uffff")


def _with_reference(reference: str) -> _Cases:
    c = applications.c
    return select(c.id).where(c.reference == reference, c.reference != "")


def _with_document(number: str) -> _Cases:
    """Return the application whose document has a number now, or had it in the register."""
    c = applications.c
    now = select(c.id).where(c.document_number == number, c.document_number != "")
    ever = select(documents.c.case).where(documents.c.number == number)
    both = union(now, ever).subquery()
    return select(both.c[0])


def _word(word: str) -> str:
    return f"n:{word}"[:_LONGEST_TERM]


def _birth(born_on: date) -> str:
    return f"b:{born_on.isoformat()}"
