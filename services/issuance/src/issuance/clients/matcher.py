"""The national matcher, by its contract."""

import grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc, identification_pb2

from issuance.clients.answers import failure
from issuance.domain.identification import Candidate, Outcome
from issuance.domain.owed import Owed
from issuance.use_cases.identify import Decision, UnusableFingers
from issuance.use_cases.move import FRAUD

IDENTIFICATION = "passport.matcher.v1.Identification"
"""Health of this service is health of the matcher, for us."""

_UNUSABLE = frozenset(
    {
        "BAD_IMAGE",
        "BAD_TEMPLATE",
        "POOR_QUALITY",
        "TOO_FEW_MINUTIAE",
        "POSITION_MISMATCH",
        "DUPLICATE_POSITION",
        "SAME_FINGER_TWICE",
        "REQUEST_TOO_LARGE",
    }
)
_OUTCOMES = {
    identification_pb2.OUTCOME_NO_HIT: Outcome.NO_HIT,
    identification_pb2.OUTCOME_HIT: Outcome.HIT,
    identification_pb2.OUTCOME_UNDECIDED: Outcome.UNDECIDED,
}


class GrpcMatcher:
    """Implements `use_cases.identify.Matcher`. timeout: of a call, seconds of real time."""

    def __init__(self, channel: grpc.aio.Channel, timeout: float) -> None:
        self._encounters = encounters_pb2_grpc.EncountersStub(channel)
        self._timeout = timeout

    async def enrol(self, owed: Owed, person_id: str, fingers: bytes) -> Decision:
        """The encounter has the id of the application."""
        request = pb.CreateEncounterRequest(
            request_id=owed.request_id,
            encounter_id=owed.case,
            person_id=person_id,
            samples=identification_pb2.SampleSet.FromString(fingers).samples,
            check_duplicates=True,
        )
        try:
            answer = await self._encounters.CreateEncounter(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            found = failure(error)
            if found.reason in _UNUSABLE or found.field.startswith("samples"):
                raise UnusableFingers(f"{found.reason} {found.field}".strip()) from error
            raise found.away() from error
        return _decision(answer.decision)

    async def settle(self, owed: Owed) -> None:
        """Active, or fraud."""
        request = pb.SetEncounterStatusRequest(
            request_id=owed.request_id,
            encounter_id=owed.case,
            status=pb.ENCOUNTER_STATUS_FRAUD
            if owed.payload == FRAUD
            else pb.ENCOUNTER_STATUS_ACTIVE,
        )
        try:
            await self._encounters.SetEncounterStatus(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            raise failure(error).away() from error


def _decision(decision: identification_pb2.Decision) -> Decision:
    candidates = tuple(
        Candidate(found.person_id, found.score.value, found.hit) for found in decision.candidates
    )
    # An outcome that we do not know is not a no.
    outcome = _OUTCOMES.get(decision.outcome, Outcome.UNDECIDED)
    calibration = decision.threshold.calibration_version
    return Decision(decision.decision_id, outcome, candidates, calibration)
