"""Which key encrypts the biometric data of an encounter? One of its own, stored wrapped."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from servicekit.storage.interruptible_connection import execute_later
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.store.encryption import (
    DataKey,
    MasterKey,
    UndecryptableData,
    embedding_name,
    image_name,
    template_name,
)
from matcher.store.tables import (
    embeddings,
    encounter_keys,
    encounters,
    fingers,
    head,
    images,
)

_INSERT = insert(encounter_keys)


@dataclass(frozen=True, slots=True)
class EncounterKeys:
    """The keys of encounters within one transaction. A key is deleted with its encounter."""

    _transaction: AsyncConnection
    _master_key: MasterKey

    async def add(self, encounter_ids: Sequence[str]) -> dict[str, DataKey]:
        """Store a new key for each of these encounters, which have none, and return them."""
        keys = {encounter_id: DataKey.generate() for encounter_id in encounter_ids}
        rows = [
            {"encounter_id": encounter_id, "wrapped_key": self._master_key.wrap(key)}
            for encounter_id, key in keys.items()
        ]
        execute_later(self._transaction, _INSERT, rows)
        return keys

    async def replace(self, encounter_id: str) -> DataKey:
        """Destroy the key of an encounter, if it has one, and return a new one, which is stored."""
        await self._transaction.execute(
            delete(encounter_keys).where(encounter_keys.c.encounter_id == encounter_id)
        )
        return (await self.add([encounter_id]))[encounter_id]

    async def of(self, encounter_ids: Collection[str]) -> Mapping[str, DataKey]:
        """Return the key of each of these encounters; for a lost one, a key that fits nothing."""
        statement = select(encounter_keys).where(encounter_keys.c.encounter_id.in_(encounter_ids))
        rows = await self._transaction.execute(statement)
        return defaultdict(
            DataKey.generate, {row.encounter_id: self.unwrapped(row.wrapped_key) for row in rows}
        )

    def unwrapped(self, wrapped_key: bytes | None) -> DataKey:
        """Return a stored key; for a lost one, None, a key that fits nothing."""
        if wrapped_key is None:
            return DataKey.generate()
        try:
            return self._master_key.unwrap(wrapped_key)
        except UndecryptableData:
            return DataKey.generate()

    async def require_master_key(self) -> None:
        """Raise ValueError unless the database is encrypted under this master key."""
        stored = await self._transaction.scalar(select(head.c.master_key_id))
        if not stored:
            raise ValueError("biometric data are not encrypted yet; run: matcher migrate")
        if stored != self._master_key.key_id:
            raise ValueError(
                f"the database is encrypted under the master key {stored}, "
                f"and master_key_file holds {self._master_key.key_id}"
            )

    async def adopt_master_key(self) -> None:
        """Note that the database is encrypted under this key. Raises ValueError if by another."""
        stored = await self._transaction.scalar(select(head.c.master_key_id))
        if stored:
            await self.require_master_key()
        await self._transaction.execute(update(head).values(master_key_id=self._master_key.key_id))

    async def encrypt_some(self, limit: int) -> int:
        """Encrypt what an earlier version stored in clear; return how many encounters that were.

        At most ``limit`` encounters; 0 if all are encrypted.
        """
        has_key = select(encounter_keys.c.encounter_id)
        statement = select(encounters.c.encounter_id).where(
            encounters.c.encounter_id.not_in(has_key)
        )
        found = (await self._transaction.scalars(statement.limit(limit))).all()
        for encounter_id in found:
            await self._encrypt(encounter_id, await self.replace(encounter_id))
        return len(found)

    async def _encrypt(self, encounter_id: str, key: DataKey) -> None:
        for table, column, name_of in (
            (fingers, fingers.c.template, template_name),
            (embeddings, embeddings.c.embedding, embedding_name),
            (images, images.c.data, image_name),
        ):
            statement = select(table).where(
                table.c.encounter_id == encounter_id, column.is_not(None)
            )
            for row in (await self._transaction.execute(statement)).all():
                in_clear = row._mapping[column]
                its_row = [each == row._mapping[each] for each in table.primary_key.columns]
                encrypted = key.encrypt(in_clear, name_of(encounter_id, row.position))
                await self._transaction.execute(
                    update(table).where(*its_row).values({column: encrypted})
                )
