"""Callers that enrol, search and change people at several replicas, and what they were told."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import (
    encounters_pb2_grpc,
    identification_pb2,
    identification_pb2_grpc,
)

from .caller import hits
from .people import fingers, given

T = TypeVar("T")

CALL_SECONDS = 60.0
"""Timeout of one call, with all its repetitions by gRPC."""
_AT_ONCE = 3


@dataclass(slots=True)
class Load:
    """What callers were told.

    missed: hits that they were not told of. before, after: seconds of each call that ended before a
    replica had failed, or after.
    """

    channel: grpc.aio.Channel
    has_failed: Callable[[], bool]
    acknowledged: list[pb.Encounter] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    before: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)

    async def run(self, first: int, people: int, on_enrolled: Callable[[int], None]) -> None:
        """Take in people, a few at a time, each by four calls. on_enrolled: told how many are."""
        waiting = iter(range(first, first + people))

        async def work() -> None:
            for person in waiting:
                await self._take_in(person)
                on_enrolled(len(self.acknowledged))

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))

    def figures(self) -> str:
        """How long calls took."""
        return "; ".join(
            f"{len(seconds)} calls {when} the failure, median {statistics.median(seconds):.2f} s, "
            f"slowest {max(seconds):.1f} s"
            for when, seconds in (("before", self.before), ("during and after", self.after))
        )

    async def lost(self) -> list[str]:
        """The acknowledged encounters that are not on record as they were acknowledged."""
        encounters: Any = encounters_pb2_grpc.EncountersStub(self.channel)
        lost = []
        for told in self.acknowledged:
            stored = await self._timed(
                encounters.GetEncounter(
                    pb.GetEncounterRequest(encounter_id=told.encounter_id), timeout=CALL_SECONDS
                )
            )
            if stored is None or stored.status != told.status:
                lost.append(told.encounter_id)
        return lost

    async def _take_in(self, person: int) -> None:
        """Enrol a person, activate the encounter, enrol the person again under another name."""
        encounters: Any = encounters_pb2_grpc.EncountersStub(self.channel)
        identification: Any = identification_pb2_grpc.IdentificationStub(self.channel)
        first = await self._timed(
            encounters.CreateEncounter(_enrolment(person, 0), timeout=CALL_SECONDS)
        )
        if first is None:
            return
        if told := hits(first.decision):
            self.missed.append(f"{person} was taken for {told}")
        activation = pb.SetEncounterStatusRequest(
            request_id=f"activate-{person}",
            encounter_id=f"{person}-0",
            status=pb.ENCOUNTER_STATUS_ACTIVE,
        )
        active = await self._timed(encounters.SetEncounterStatus(activation, timeout=CALL_SECONDS))
        if active is not None:
            self.acknowledged.append(active)
        search = identification_pb2.IdentifyRequest(
            request_id=f"identify-{person}",
            probe=given(fingers(person, impression=1)),
            min_change_token=first.encounter.change_token,
        )
        found = await self._timed(identification.Identify(search, timeout=CALL_SECONDS))
        if found is not None and hits(found) != [f"person-{person}-0"]:
            self.missed.append(f"{person} was not identified: {hits(found)}")
        again = await self._timed(
            encounters.CreateEncounter(_enrolment(person, 2), timeout=CALL_SECONDS)
        )
        if again is not None:
            self.acknowledged.append(again.encounter)
            if hits(again.decision) != [f"person-{person}-0"]:
                self.missed.append(f"{person} enrolled twice: {hits(again.decision)}")

    async def _timed(self, call: Awaitable[T]) -> T | None:
        begun = time.monotonic()
        try:
            return await call
        except grpc.aio.AioRpcError as error:
            self.failed.append(f"{error.code().name}: {error.details()}")
            return None
        finally:
            seconds = self.after if self.has_failed() else self.before
            seconds.append(time.monotonic() - begun)


def _enrolment(person: int, impression: int) -> pb.CreateEncounterRequest:
    return pb.CreateEncounterRequest(
        request_id=f"enrol-{person}-{impression}",
        encounter_id=f"{person}-{impression}",
        person_id=f"person-{person}-{impression}",
        samples=fingers(person, impression),
        check_duplicates=True,
    )
