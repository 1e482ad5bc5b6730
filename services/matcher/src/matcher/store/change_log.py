"""Which changes were committed, in which order, and in which epoch of the database?

Each change has a hash over the one before it, its number, what it did to which encounter, and a
digest of what the encounter then held. Whoever has applied the log up to some change can see that
its past is not, or is no longer, the past of the database.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from servicekit.storage.deferred_writes import Refusal
from servicekit.storage.interruptible_connection import execute_later
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.change_token import LOG_HASH_DIGITS, ChangeToken
from matcher.domain.errors import ForeignChangeToken
from matcher.domain.searched_content import ContentSums, SearchedContent
from matcher.store.database_epoch import database_epoch
from matcher.store.searched_contents import SearchedContents
from matcher.store.tables import IS_ADDITION, ChangeKind, changes, head

_NO_CHANGES_HASH = bytes(32)
"""Hash of the log before its first change."""
CHANGES_CHANNEL = "matcher_changes"
"""Channel on which a PostgreSQL server notifies replicas of each committed change."""
_CHECKSUM_BYTES = 8
_CHANGES_PER_READ = 1_000
_STATE = select(head, database_epoch.label("epoch"))
"""Made once, as each search executes it: to make it takes longer."""
_STATE_FOR_UPDATE = _STATE.with_for_update()
_INSERT = insert(changes)
_SET_HEAD = update(head)
# In the same trip; sent at the commit.
_SET_HEAD_AND_NOTIFY = _SET_HEAD.returning(func.pg_notify(CHANGES_CHANNEL, ""))


class BrokenLog(Exception):
    """The change log does not follow from the state that it is to be followed from."""


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """A state of the database.

    log_hash: SHA-256 of the change log. sums: over all encounters that are searched.
    """

    change_token: ChangeToken
    log_hash: bytes
    sums: ContentSums


@dataclass(frozen=True, slots=True)
class LoggedChanges:
    """Successive changes: the state that the last one leads to, and the encounters concerned.

    last_move: number of the last one that moved an encounter to another person, 0 if none did.
    """

    last: ChangeToken
    encounter_ids: list[str]
    last_move: int


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to one encounter.

    before, after: what searches use of the encounter, None if nothing.
    """

    kind: ChangeKind
    encounter_id: str
    before: SearchedContent | None
    after: SearchedContent | None


@dataclass(frozen=True, slots=True)
class ChangeLog:
    """The numbered log of all changes of encounters, within one transaction."""

    _transaction: AsyncConnection
    _contents: SearchedContents

    async def head(self) -> ChangeToken:
        """Return the token of the latest committed change, as this transaction sees it."""
        return (await self.state()).change_token

    async def state(self) -> DatabaseState:
        """Return the state of the database, as this transaction sees it."""
        return await self._state(for_update=False)

    async def lock(self) -> DatabaseState:
        """Return the state that the next change changes; other writers wait from here to commit.

        So numbers follow the order of commits.
        """
        return await self._state(for_update=True)

    @asynccontextmanager
    async def change(self, kind: ChangeKind, encounter_id: str) -> AsyncIterator[int]:
        """Record what the block does to one stored encounter as the next change; yield its number.

        Changes do not nest.
        """
        latest = await self.lock()
        before = await self._contents.of(encounter_id)
        yield latest.change_token.number + 1
        after = await self._contents.of(encounter_id)
        await self.append(latest, [Change(kind, encounter_id, before, after)])

    async def append(
        self, latest: DatabaseState, made: Sequence[Change], refusal: Refusal | None = None
    ) -> list[ChangeToken]:
        """Record changes under the next numbers, in their order, and return their tokens.

        latest: from `lock` in this transaction. refusal: what is raised, by the commit at the
        latest, if an encounter of the id of an addition was added before.
        """
        number, log_hash, sums = latest.change_token.number, latest.log_hash, latest.sums
        rows, tokens = list[dict[str, Any]](), list[ChangeToken]()
        for change in made:
            number += 1
            digest = change.after.digest if change.after else b""
            log_hash = _hash(log_hash, number, change.kind, change.encounter_id, digest)
            sums = sums.after(change.before, change.after)
            rows.append(
                {
                    "number": number,
                    "kind": change.kind,
                    "encounter_id": change.encounter_id,
                    "content_digest": digest,
                    "log_hash": log_hash,
                }
            )
            tokens.append(change_token(latest.change_token.database_epoch, number, log_hash))
        execute_later(self._transaction, _INSERT, rows, refusal)
        await self._set_head(number, log_hash, sums)
        return tokens

    async def after(self, applied: ChangeToken, latest: DatabaseState, limit: int) -> LoggedChanges:
        """Return at most ``limit`` changes that follow a state; each encounter once.

        latest: from `state` in this transaction. Raises BrokenLog if the state is not of this log,
        and where the chain of hashes breaks.
        """
        statement = (
            select(changes)
            .where(changes.c.number >= applied.number)
            .order_by(changes.c.number)
            .limit(limit + 1)
        )
        rows = (await self._transaction.execute(statement)).all()
        number, log_hash = 0, _NO_CHANGES_HASH
        if applied.number and rows:
            number, log_hash = rows[0].number, rows[0].log_hash
            rows = rows[1:]
        if (number, _digits(log_hash)) != (applied.number, applied.log_hash):
            raise BrokenLog(f"the change log does not hold the state after change {applied.number}")
        for row in rows:
            number += 1
            log_hash = _hash(log_hash, number, row.kind, row.encounter_id, row.content_digest)
            if (row.number, row.log_hash) != (number, log_hash):
                raise BrokenLog(f"the change log is broken at change {number}")
        epoch = latest.change_token.database_epoch
        encounter_ids = list(dict.fromkeys(row.encounter_id for row in rows))
        moves = (row.number for row in rows if row.kind == ChangeKind.MOVED)
        last = change_token(epoch, number, log_hash)
        return LoggedChanges(last, encounter_ids, max(moves, default=0))

    async def find_break(self) -> str:
        """Return where the chain of hashes of the whole log breaks, in words; empty if nowhere."""
        latest = await self.state()
        reached = change_token(latest.change_token.database_epoch, 0, _NO_CHANGES_HASH)
        while reached.number < latest.change_token.number:
            try:
                changes = await self.after(reached, latest, _CHANGES_PER_READ)
            except BrokenLog as broken:
                return str(broken)
            if not changes.encounter_ids:
                break
            reached = changes.last
        if reached != latest.change_token:
            return f"the change log ends with change {reached.number}, which is not the latest"
        return ""

    async def contains(self, token: ChangeToken) -> bool:
        """Return whether the log has led to this state, in whatever epoch.

        Of a token without a hash only the number is compared.
        """
        statement = select(changes.c.log_hash).where(changes.c.number == token.number)
        log_hash = await self._transaction.scalar(statement)
        if token.number == 0:
            log_hash = _NO_CHANGES_HASH
        return log_hash is not None and token.log_hash in ("", _digits(log_hash))

    async def changed_after(self, number: int, encounter_ids: Collection[str]) -> bool:
        """Return whether a later change than this concerned any of these encounters."""
        statement = (
            select(changes.c.number)
            .where(changes.c.number > number, changes.c.encounter_id.in_(encounter_ids))
            .limit(1)
        )
        return await self._transaction.scalar(statement) is not None

    async def earlier_changed_after(self, number: int) -> bool:
        """Return whether a later change than this concerned any encounter added until then."""
        earlier = select(changes.c.encounter_id).where(changes.c.number <= number, IS_ADDITION)
        statement = (
            select(changes.c.number)
            .where(changes.c.number > number, changes.c.encounter_id.in_(earlier))
            .limit(1)
        )
        return await self._transaction.scalar(statement) is not None

    async def require_included(self, seen: ChangeToken) -> None:
        """Raise ForeignChangeToken unless a state that a caller has seen is of this history."""
        if not ((await self.head()).includes(seen) and await self.contains(seen)):
            raise ForeignChangeToken(
                "the change token is not of this database's history", field="min_change_token"
            )

    async def start_new_epoch(self) -> ChangeToken:
        """Give the database a new epoch, which makes all change tokens given out before void."""
        await self._transaction.execute(update(head).values(database_epoch=uuid4().hex))
        return await self.head()

    async def set_sums(self, sums: ContentSums) -> None:
        """Replace the sums by those counted over all encounters."""
        state = await self.lock()
        await self._set_head(state.change_token.number, state.log_hash, sums)

    async def _state(self, *, for_update: bool) -> DatabaseState:
        statement = _STATE_FOR_UPDATE if for_update else _STATE
        row = (await self._transaction.execute(statement)).one()
        checksum = int.from_bytes(row.searched_checksum, "big")
        return DatabaseState(
            change_token(row.epoch, row.last_change, row.log_hash),
            row.log_hash,
            ContentSums(row.searched_encounters, row.searched_fingers, checksum),
        )

    async def _set_head(self, number: int, log_hash: bytes, sums: ContentSums) -> None:
        values = {
            "last_change": number,
            "log_hash": log_hash,
            "searched_encounters": sums.encounters,
            "searched_fingers": sums.fingers,
            "searched_checksum": sums.checksum.to_bytes(_CHECKSUM_BYTES, "big"),
        }
        is_shared = self._transaction.dialect.name == "postgresql"
        statement = _SET_HEAD_AND_NOTIFY if is_shared else _SET_HEAD
        execute_later(self._transaction, statement, [values])


def change_token(epoch: str, number: int, log_hash: bytes) -> ChangeToken:
    """Return the token of a change. log_hash: of the change log up to it."""
    return ChangeToken(epoch, number, _digits(log_hash))


def _hash(
    previous: bytes, number: int, kind: str, encounter_id: str, content_digest: bytes
) -> bytes:
    change = json.dumps([number, kind, encounter_id, content_digest.hex()])
    return hashlib.sha256(previous + change.encode()).digest()


def _digits(log_hash: bytes) -> str:
    return log_hash.hex()[:LOG_HASH_DIGITS]
