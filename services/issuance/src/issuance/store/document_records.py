"""The register of documents in the database."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.document import Document, DocumentNotFound, DocumentStatus
from issuance.store.field_values import field_values
from issuance.store.open_item_records import destroyed_books
from issuance.store.tables.documents import documents

_FIELDS = [field.name for field in fields(Document)]


class DocumentRecords:
    """Reads and writes documents. writes: whether the transaction writes, so rows are locked."""

    def __init__(self, connection: AsyncConnection, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    async def add(self, document: Document) -> None:
        """Store a document that is not in the register yet."""
        await self._connection.execute(insert(documents).values(**field_values(document, _FIELDS)))

    async def save(self, document: Document) -> None:
        """Store the status of a document."""
        statement = update(documents).where(documents.c.number == document.number)
        await self._connection.execute(statement.values(**field_values(document, _FIELDS)))

    async def move(self, moved: Sequence[Document], person_id: str) -> None:
        """Make documents another person's."""
        c = documents.c
        statement = update(documents).where(c.number.in_([each.number for each in moved]))
        await self._connection.execute(statement.values(person_id=person_id))

    async def get(self, number: str) -> Document:
        """Return a document. Raises DocumentNotFound."""
        statement = select(documents).where(documents.c.number == number)
        if self._writes:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise DocumentNotFound("there is no such document", field="document_number")
        return Document(**field_values(row, _FIELDS))

    async def find(self, number: str) -> Document | None:
        """Return the document as `get` does; None if the register has none."""
        try:
            return await self.get(number)
        except DocumentNotFound:
            return None

    async def is_revoked(self, number: str) -> bool:
        """Return whether the document of this number is revoked.

        A number that the register does not have is revoked once a book with it was destroyed.
        """
        c = documents.c
        status = await self._connection.scalar(select(c.status).where(c.number == number))
        if status is None:
            return await self._connection.scalar(destroyed_books(number).limit(1)) is not None
        return bool(status is DocumentStatus.REVOKED)

    async def of_person(self, person_id: str) -> Sequence[Document]:
        """Return the documents of a person, oldest first."""
        c = documents.c
        statement = select(documents).where(c.person_id == person_id)
        if self._writes:
            statement = statement.with_for_update()
        rows = await self._connection.execute(statement.order_by(c.issued_on, c.status_since))
        return [Document(**field_values(row, _FIELDS)) for row in rows]

    async def valid_of(self, person_id: str) -> Document | None:
        """Return the valid document of a person, of which there is at most one."""
        found = await self.of_person(person_id)
        return next((each for each in found if each.status is DocumentStatus.VALID), None)
