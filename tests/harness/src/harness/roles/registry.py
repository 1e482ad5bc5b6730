"""The civil registry: brings the people who are on record already into the matcher."""

import grpc
from passport.matcher.v1 import encounters_pb2 as encounters
from passport.matcher.v1.encounters_pb2_grpc import EncountersStub

from harness.calls import insist, reason
from harness.people import REGISTRY, People
from harness.world.population import Human
from harness.world.seeds import request_id

_TRIES = 4
_TAKE_AGAIN = frozenset({"POOR_QUALITY", "TOO_FEW_MINUTIAE"})


class Registry:
    """Enrols humans on record; the same human gives the same requests whenever asked."""

    def __init__(self, people: People, seed: int) -> None:
        self._encounters = EncountersStub(people.channel("matcher", REGISTRY))
        self._seed = seed

    async def enrol(self, human: Human) -> encounters.Encounter:
        """Store somebody's fingers, from their next occasion where those of one are too poor."""
        for impression in range(1, _TRIES + 1):
            request = encounters.CreateEncounterRequest(
                request_id=request_id(self._seed, "enrol", human.key, impression),
                encounter_id=f"{human.key}-{impression}",
                person_id=human.person_id or "",
                samples=await human.fingers.samples(impression),
            )
            try:
                return (await insist(self._encounters.CreateEncounter, request)).encounter
            except grpc.aio.AioRpcError as error:
                if reason(error) not in _TAKE_AGAIN or impression == _TRIES:
                    raise
        raise AssertionError("unreachable")
