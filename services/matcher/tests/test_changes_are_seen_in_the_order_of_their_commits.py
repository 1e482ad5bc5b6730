"""Writers at several replicas, slow to commit: whoever reads the log sees no number before a lower
one, and none is missing.
"""

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path

from matcher.bootstrap import StoreAndIndex
from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import Finger
from matcher.store.tables import changes
from sqlalchemy import select

from .store_and_index import NOW, enrolment, finger, opened

REPLICAS, PEOPLE = 3, 24


async def _enrol_slowly(
    replica: StoreAndIndex, person: int, fingers: list[Finger], numbers: list[int]
) -> None:
    """Store an encounter, and let others run often between its number and its commit."""
    chance = random.Random(person)
    for _ in range(chance.randrange(40)):
        await asyncio.sleep(0)
    async with replica.store.write() as records:
        stored = await records.encounters.add(
            enrolment(person), fingers, EncounterStatus.ACTIVE, NOW
        )
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
    numbers.append(stored.added_by_change)


async def _read_until(replica: StoreAndIndex, last: int) -> list[list[int]]:
    """What the log held each time that it was read."""
    found: list[list[int]] = [[]]
    while found[-1][-1:] != [last]:
        async with replica.store.read() as records:
            state = await records.changes.state()
            numbers = await records.transaction.scalars(
                select(changes.c.number).order_by(changes.c.number)
            )
            found.append(list(numbers))
            assert state.change_token.number == len(found[-1])
    return found


async def test_no_reader_passes_a_gap(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        replicas = [await stack.enter_async_context(opened(tmp_path)) for _ in range(REPLICAS)]
        committed: list[int] = []
        fingers = [finger(1)]

        reading = [asyncio.create_task(_read_until(replica, PEOPLE)) for replica in replicas]
        await asyncio.gather(
            *(
                _enrol_slowly(replicas[person % REPLICAS], person, fingers, committed)
                for person in range(PEOPLE)
            )
        )
        read = await asyncio.gather(*reading)
        for replica in replicas:
            await replica.index.catch_up()

        for found in read:
            assert all(numbers == [*range(1, len(numbers) + 1)] for numbers in found)
        assert sorted(committed) == [*range(1, PEOPLE + 1)]
        assert {replica.index.state().applied_change for replica in replicas} == {PEOPLE}
