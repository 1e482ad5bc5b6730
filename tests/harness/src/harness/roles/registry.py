"""The civil registry: enrols the people who are on record with the matcher."""

import grpc
from passport.matcher.v1 import encounters_pb2 as encounters
from passport.matcher.v1.encounters_pb2_grpc import EncountersStub

from harness.identities import REGISTRY, ClientChannels
from harness.patient_calls import call_until_answered, reason
from harness.world.population import Human
from harness.world.seeds import request_id

_TRIES = 4
_TAKE_AGAIN = frozenset({"POOR_QUALITY", "TOO_FEW_MINUTIAE"})


class Registry:
    """Enrols people on record; the same person always gives the same requests."""

    def __init__(self, clients: ClientChannels, seed: int) -> None:
        self._encounters = EncountersStub(clients.channel("matcher", REGISTRY))
        self._seed = seed

    async def enrol(self, human: Human) -> encounters.Encounter:
        """Enrol a person's fingers; where one capture is too poor, try the next."""
        for impression in range(1, _TRIES + 1):
            request = encounters.CreateEncounterRequest(
                request_id=request_id(self._seed, "enrol", human.key, impression),
                encounter_id=f"{human.key}-{impression}",
                person_id=human.person_id or "",
                samples=await human.fingers.samples(impression),
            )
            try:
                return (
                    await call_until_answered(self._encounters.CreateEncounter, request)
                ).encounter
            except grpc.aio.AioRpcError as error:
                if reason(error) not in _TAKE_AGAIN or impression == _TRIES:
                    raise
        raise AssertionError("unreachable")

    async def encounters_of(self, person_id: str) -> set[str]:
        """Return the ids of the encounters that the matcher has of a person."""
        request = encounters.ListEncountersRequest(person_id=person_id)
        answer = await call_until_answered(self._encounters.ListEncounters, request)
        return {each.encounter_id for each in answer.encounters}
