"""Client of the national matcher."""

import grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc, identification_pb2

from issuance.clients.call_errors import read_call_error
from issuance.domain.adjudication_referral import Candidate, IdentificationOutcome
from issuance.domain.outbox import ENCOUNTER_FRAUD, OutboxTask
from issuance.use_cases.ports import MatcherDecision, UnusableFingers

HEALTH_SERVICE = "passport.matcher.v1.Identification"
"""The matcher counts as healthy while this service of it is."""

_UNUSABLE_FINGERS = frozenset(
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
    identification_pb2.OUTCOME_NO_HIT: IdentificationOutcome.NO_HIT,
    identification_pb2.OUTCOME_HIT: IdentificationOutcome.HIT,
    identification_pb2.OUTCOME_UNDECIDED: IdentificationOutcome.UNDECIDED,
}


class MatcherClient:
    """Implements `ports.Matcher`. timeout: of one call, seconds of real time."""

    def __init__(self, channel: grpc.aio.Channel, timeout: float) -> None:
        self._encounters = encounters_pb2_grpc.EncountersStub(channel)
        self._timeout = timeout

    async def enrol(self, task: OutboxTask, person_id: str, fingers: bytes) -> MatcherDecision:
        """Create an encounter with the id of the application, and search for duplicates."""
        request = pb.CreateEncounterRequest(
            request_id=task.request_id,
            encounter_id=task.case,
            person_id=person_id,
            samples=identification_pb2.SampleSet.FromString(fingers).samples,
            check_duplicates=True,
        )
        try:
            answer = await self._encounters.CreateEncounter(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason in _UNUSABLE_FINGERS or details.field.startswith("samples"):
                raise UnusableFingers(f"{details.reason} {details.field}".strip()) from error
            raise details.as_unavailable() from error
        return _decision(answer.decision)

    async def set_encounter_status(self, task: OutboxTask) -> None:
        """Set the encounter to active or fraud."""
        status = pb.ENCOUNTER_STATUS_ACTIVE
        if task.payload == ENCOUNTER_FRAUD:
            status = pb.ENCOUNTER_STATUS_FRAUD
        request = pb.SetEncounterStatusRequest(
            request_id=task.request_id, encounter_id=task.case, status=status
        )
        try:
            await self._encounters.SetEncounterStatus(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            raise read_call_error(error).as_unavailable() from error


def _decision(decision: identification_pb2.Decision) -> MatcherDecision:
    candidates = tuple(
        Candidate(found.person_id, found.score.value, found.hit) for found in decision.candidates
    )
    # An outcome that we do not know must not count as NO_HIT.
    outcome = _OUTCOMES.get(decision.outcome, IdentificationOutcome.UNDECIDED)
    calibration = decision.threshold.calibration_version
    return MatcherDecision(decision.decision_id, outcome, candidates, calibration)
